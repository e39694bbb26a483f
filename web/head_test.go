package web_test

import (
	"io"
	"net/http"
	"testing"

	"recourse/recovery"
)

// TestEveryPageHasAHeader: every path with GET has HEAD, also one that is added later.
func TestEveryPageHasAHeader(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	methods := map[string]map[string]bool{}
	for _, route := range s.newRouter().Routes() {
		if methods[route.Path] == nil {
			methods[route.Path] = map[string]bool{}
		}
		methods[route.Path][route.Method] = true
	}
	for path, list := range methods {
		if list[http.MethodGet] != list[http.MethodHead] {
			t.Errorf("%s has %v", path, list)
		}
	}
}

func (p *browser) head(path string) (*http.Response, []byte) {
	p.t.Helper()
	response, err := p.client.Head(p.site.URL + path)
	if err != nil {
		p.t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	if err := response.Body.Close(); err != nil {
		p.t.Fatal(err)
	}
	return response, body
}

// TestHeadOfPages: programs that look at a link before a person does get its header.
// Nothing is recorded as seen, and the message for the next page is kept for that page.
func TestHeadOfPages(t *testing.T) {
	t.Parallel()
	s := newSiteAtNoon(t)
	view := s.FileCase(t)
	link := issueLink(t, s, view)
	p := s.signIn(t, recovery.RoleClaimant)
	home := "/cases/" + string(view.Number)
	path, values := p.readForm(p.get(home), "upload-form")
	values.Set("kind", "transfer_screenshot")
	p.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	p.postFile(path, values, "转账.png", pixel(t))
	p.client.CheckRedirect = nil
	files, err := s.Store.ListEvidence(t.Context(), view.ID)
	if err != nil || len(files) != 1 {
		t.Fatalf("%d files (%v)", len(files), err)
	}
	file := "/evidence/" + string(files[0].ID)
	p.get(link)
	before := len(s.ReadEntries(t, view.ID))
	for _, path := range []string{"/", "/sign-in", "/cases", home, "/return", returnPage, file, file + "/view"} {
		response, body := p.head(path)
		if response.StatusCode != http.StatusOK || len(body) != 0 || response.Header.Get("Content-Type") == "" {
			t.Errorf("HEAD %s: %d with %d bytes, %v", path, response.StatusCode, len(body), response.Header)
		}
	}
	p.get(home).expect(t, 200, "已上传")
	if after := len(s.ReadEntries(t, view.ID)); after != before {
		t.Errorf("%d entries more", after-before)
	}
	if response, _ := p.head("/nothing"); response.StatusCode != http.StatusNotFound {
		t.Errorf("HEAD of no page: %d", response.StatusCode)
	}
	if response, _ := s.newBrowser(t).head(home); response.Request.URL.Path != "/sign-in" {
		t.Errorf("HEAD without an account leads to %s", response.Request.URL)
	}
}
