package web_test

import (
	"net/http"
	"strings"
	"testing"

	"recourse/recovery"
)

// sendFrom sends a request as a browser does that is led here by a page of a site.
func (p *browser) sendFrom(site, method, path string) pageResponse {
	p.t.Helper()
	request, err := http.NewRequestWithContext(p.t.Context(), method, p.site.URL+path, strings.NewReader(""))
	if err != nil {
		p.t.Fatal(err)
	}
	if site != "" {
		request.Header.Set("Sec-Fetch-Site", site)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := p.client.Do(request)
	return p.readPage(method+" "+path, response, err)
}

// TestEveryPostRefusesOtherSites, also one that is added later.
func TestEveryPostRefusesOtherSites(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.signIn(t, recovery.RoleAgent)
	posts := 0
	for _, route := range s.newRouter().Routes() {
		if route.Method != http.MethodPost {
			continue
		}
		posts++
		for _, site := range []string{"cross-site", "same-site"} {
			p.sendFrom(site, http.MethodPost, route.Path).expect(t, http.StatusForbidden, "来自别的网站")
		}
	}
	if posts < 15 {
		t.Errorf("%d routes with POST", posts)
	}
}

// TestReadingFromAnotherSiteIsRefused: a link on another site writes nothing into the
// journal.
func TestReadingFromAnotherSiteIsRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	view := s.FileCase(t)
	file := s.Upload(t, view.ID, recovery.TransferScreenshot, pixel(t))
	p := s.signIn(t, recovery.RoleAgent)
	before := len(s.ReadEntries(t, view.ID))
	evidence := "/evidence/" + string(file.ID)
	for _, path := range []string{evidence, evidence + "/view", evidence + "/payments", evidence + "/words", "/cases/" + string(view.Number) + "/exports/preview?audience=opponent"} {
		p.sendFrom("cross-site", http.MethodGet, path).expect(t, http.StatusForbidden, "来自别的网站", "从案件页面打开")
	}
	if after := len(s.ReadEntries(t, view.ID)); after != before {
		t.Errorf("%d entries were written", after-before)
	}
	for _, site := range []string{"", "none", "same-origin"} {
		if got := p.sendFrom(site, http.MethodGet, evidence+"/view"); got.Status != http.StatusOK {
			t.Errorf("from %q: %d", site, got.Status)
		}
	}
}

// TestPagesOpenFromOtherSites: a link in a chat or a mail leads to the pages.
func TestPagesOpenFromOtherSites(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	view := s.FileCase(t)
	p := s.signIn(t, recovery.RoleClaimant)
	for _, path := range []string{"/", "/cases", "/cases/" + string(view.Number), "/return", "/inbox"} {
		if got := p.sendFrom("cross-site", http.MethodGet, path); got.Status != http.StatusOK {
			t.Errorf("%s: %d", path, got.Status)
		}
	}
}
