package web_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/alexedwards/scs/v2"
	"github.com/labstack/echo/v4"
	"golang.org/x/net/html"

	"recourse/casework"
	"recourse/casework/casetest"
	"recourse/notify"
	"recourse/recovery"
	"recourse/web"
)

// testSite serves the pages over a real database.
type testSite struct {
	*casetest.Fixture
	URL         string
	notifyRules *notify.Rules
}

func newSite(t testing.TB, options ...casetest.Option) *testSite {
	t.Helper()
	rig := casetest.New(t, options...)
	return serveSite(t, rig, rig.Store.SessionStore())
}

// serveSite starts a server with the pages of a rig.
func serveSite(t testing.TB, rig *casetest.Fixture, sessions scs.Store) *testSite {
	t.Helper()
	notifyRules, err := notify.Load()
	if err != nil {
		t.Fatal(err)
	}
	e := echo.New()
	web.New(rig.Service, sessions, web.Options{
		Log: rig.Service.Log, Now: rig.Now, Notices: casework.NewNotices(rig.Service, notifyRules),
	}).Register(e)
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	return &testSite{Fixture: rig, URL: server.URL, notifyRules: notifyRules}
}

// newRouter returns the routes of all pages, without a server.
func (s *testSite) newRouter() *echo.Echo {
	e := echo.New()
	web.New(s.Service, s.Store.SessionStore(), web.Options{
		Log: s.Service.Log, Now: s.Now, Notices: casework.NewNotices(s.Service, s.notifyRules),
	}).Register(e)
	return e
}

// browser is an HTTP client with cookies.
type browser struct {
	t      testing.TB
	site   *testSite
	client *http.Client
}

// pageResponse is a received page.
type pageResponse struct {
	Status int
	Header http.Header
	Path   string // path after redirects
	Body   string
	Root   *html.Node // nil if it is not HTML
}

func (s *testSite) newBrowser(t testing.TB) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t: t, site: s, client: &http.Client{Jar: jar}}
}

func (s *testSite) signIn(t testing.TB, role recovery.Role) *browser {
	t.Helper()
	p := s.newBrowser(t)
	page := p.get("/sign-in")
	got := p.post("/sign-in", url.Values{"csrf": {hiddenValue(page, "csrf")}, "account": {string(s.Actor(role).ID)}})
	if got.Status != http.StatusOK {
		t.Fatalf("sign in as %s: %d %s", role, got.Status, got.Body)
	}
	return p
}

// get opens a page. Of a counterpart's link it sends the token, as the script does.
func (p *browser) get(path string) pageResponse {
	p.t.Helper()
	if token, isLink := strings.CutPrefix(path, "/return#"); isLink {
		return p.post("/return", url.Values{"token": {token}})
	}
	response, err := p.client.Get(p.site.URL + path)
	return p.readPage("GET "+path, response, err)
}

func (p *browser) post(path string, values url.Values) pageResponse {
	p.t.Helper()
	response, err := p.client.PostForm(p.site.URL+path, values)
	return p.readPage("POST "+path, response, err)
}

// postFile posts a multipart form: the fields, then one file.
func (p *browser) postFile(path string, values url.Values, name string, content []byte) pageResponse {
	p.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for field := range values {
		if err := form.WriteField(field, values.Get(field)); err != nil {
			p.t.Fatal(err)
		}
	}
	file, err := form.CreateFormFile("file", name)
	if err == nil {
		_, err = file.Write(content)
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		p.t.Fatal(err)
	}
	response, err := p.client.Post(p.site.URL+path, form.FormDataContentType(), &body)
	return p.readPage("POST "+path, response, err)
}

// readPage reads a response and checks each page with checkPage.
func (p *browser) readPage(what string, response *http.Response, err error) pageResponse {
	p.t.Helper()
	if err != nil {
		p.t.Fatalf("%s: %v", what, err)
	}
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		p.t.Fatalf("%s: %v", what, err)
	}
	if err := response.Body.Close(); err != nil {
		p.t.Fatal(err)
	}
	got := pageResponse{Status: response.StatusCode, Header: response.Header, Path: response.Request.URL.RequestURI(), Body: string(raw)}
	if !strings.HasPrefix(response.Header.Get("Content-Type"), "text/html") {
		return got
	}
	got.Root = checkPage(p.t, what, got.Body)
	if strings.Contains(got.Body, "⟦") || strings.Contains(got.Body, "%!") {
		p.t.Errorf("%s: a text is missing or lacks its values", what)
	}
	p.checkHeaders(what, response.Header)
	return got
}

func (p *browser) checkHeaders(what string, h http.Header) {
	p.t.Helper()
	policy := h.Get("Content-Security-Policy")
	if !strings.Contains(policy, "frame-ancestors 'none'") || strings.Contains(policy, "unsafe") || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Cache-Control") != "no-store" {
		p.t.Errorf("%s: the headers of safety are %v", what, h)
	}
}

// hiddenValue returns the value of a hidden field in the first form that has
// it.
func hiddenValue(page pageResponse, name string) string {
	found := findNode(page.Root, func(n *html.Node) bool { return n.Data == "input" && attribute(n, "name") == name })
	if found == nil {
		return ""
	}
	return attribute(found, "value")
}

// readForm returns the values a browser would send for an untouched form.
func (p *browser) readForm(page pageResponse, id string) (path string, values url.Values) {
	p.t.Helper()
	found := findNode(page.Root, byID(id))
	if found == nil {
		p.t.Fatalf("%s has no form %q", page.Path, id)
	}
	values = url.Values{}
	forEachElement(found, func(n *html.Node) {
		switch {
		case n.Data == "input" && (attribute(n, "type") == "radio" || attribute(n, "type") == "checkbox"):
			if strings.Contains(renderNode(n), " checked=") {
				values.Add(attribute(n, "name"), attribute(n, "value"))
			}
		case n.Data == "input" && attribute(n, "type") != "file":
			values.Add(attribute(n, "name"), attribute(n, "value"))
		case n.Data == "textarea":
			values.Add(attribute(n, "name"), nodeText(n))
		case n.Data == "option" && strings.Contains(renderNode(n), " selected="):
			values.Set(attribute(n.Parent, "name"), attribute(n, "value"))
		}
	})
	return attribute(found, "action"), values
}

// submitForm submits a form of a page with some values changed.
func (p *browser) submitForm(page pageResponse, id string, answers url.Values) pageResponse {
	p.t.Helper()
	path, values := p.readForm(page, id)
	for name, given := range answers {
		values[name] = given
	}
	return p.post(path, values)
}

func renderNode(n *html.Node) string {
	var out strings.Builder
	if err := html.Render(&out, n); err != nil {
		return ""
	}
	return out.String()
}

func nodeText(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	var out strings.Builder
	for child := range n.ChildNodes() {
		out.WriteString(nodeText(child))
	}
	return out.String()
}

// hasText reports whether the element with the id contains a text.
func (a pageResponse) hasText(id, wanted string) bool {
	found := findNode(a.Root, byID(id))
	return found != nil && strings.Contains(nodeText(found), wanted)
}

func (a pageResponse) expect(t testing.TB, status int, texts ...string) pageResponse {
	t.Helper()
	if a.Status != status {
		t.Errorf("%s: %d, want %d\n%.3000s", a.Path, a.Status, status, a.Body)
	}
	for _, wanted := range texts {
		if !strings.Contains(nodeText(a.Root), wanted) {
			t.Errorf("%s does not say %q", a.Path, wanted)
		}
	}
	return a
}

// caseNumbers returns the numbers of the cases in a list.
func caseNumbers(page pageResponse) []string {
	var numbers []string
	forEachElement(page.Root, func(n *html.Node) {
		if number, found := strings.CutPrefix(attribute(n, "href"), "/cases/"); found {
			numbers = append(numbers, number)
		}
	})
	return numbers
}

func nextPageLink(page pageResponse) string {
	found := findNode(page.Root, func(n *html.Node) bool { return attribute(n, "rel") == "next" })
	if found == nil {
		return ""
	}
	return attribute(found, "href")
}

// caseWithAppeal files a case with its evidence and submits an appeal.
func (s *testSite) caseWithAppeal(t testing.TB) casework.View {
	t.Helper()
	view := s.FileCase(t)
	s.Upload(t, view.ID, recovery.TransferScreenshot, pixel(t))
	yes := true
	for _, act := range []recovery.ActionBody{
		{Action: recovery.Escalate, To: recovery.Appeal, Reason: "对方拒绝"}, {Action: recovery.SubmitAppeal, Confirm: &yes},
	} {
		if _, err := s.TakeAction(t.Context(), s.As(recovery.RoleClaimant), view.ID, act); err != nil {
			t.Fatal(err)
		}
	}
	return view
}
