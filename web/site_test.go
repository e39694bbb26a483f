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

// site is the pages over a real database.
type site struct {
	*casetest.Rig
	URL         string
	notifyRules *notify.Rules
}

func newSite(t testing.TB, options ...casetest.Option) *site {
	t.Helper()
	rig := casetest.New(t, options...)
	return serve(t, rig, rig.Store.Sessions())
}

// serve puts the pages of a rig on the network.
func serve(t testing.TB, rig *casetest.Rig, sessions scs.Store) *site {
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
	return &site{Rig: rig, URL: server.URL, notifyRules: notifyRules}
}

// person is one browser with its cookies.
type person struct {
	t      testing.TB
	site   *site
	client *http.Client
}

// answer is a page that came back.
type answer struct {
	Status int
	Header http.Header
	Path   string // where it was found, after redirects
	Body   string
	Root   *html.Node // nil when it is no page
}

func (s *site) stranger(t testing.TB) *person {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &person{t: t, site: s, client: &http.Client{Jar: jar}}
}

func (s *site) signedIn(t testing.TB, role recovery.Role) *person {
	t.Helper()
	p := s.stranger(t)
	page := p.get("/sign-in")
	got := p.post("/sign-in", url.Values{"csrf": {hidden(page, "csrf")}, "account": {string(s.Actor(role).ID)}})
	if got.Status != http.StatusOK {
		t.Fatalf("sign in as %s: %d %s", role, got.Status, got.Body)
	}
	return p
}

func (p *person) get(path string) answer {
	p.t.Helper()
	response, err := p.client.Get(p.site.URL + path)
	return p.took("GET "+path, response, err)
}

func (p *person) post(path string, values url.Values) answer {
	p.t.Helper()
	response, err := p.client.PostForm(p.site.URL+path, values)
	return p.took("POST "+path, response, err)
}

// send posts a multipart form: fields, then one file.
func (p *person) send(path string, values url.Values, name string, content []byte) answer {
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
	return p.took("POST "+path, response, err)
}

// took reads an answer whole; every page is held against what pages must be.
func (p *person) took(what string, response *http.Response, err error) answer {
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
	got := answer{Status: response.StatusCode, Header: response.Header, Path: response.Request.URL.RequestURI(), Body: string(raw)}
	if !strings.HasPrefix(response.Header.Get("Content-Type"), "text/html") {
		return got
	}
	got.Root = checkPage(p.t, what, got.Body)
	if strings.Contains(got.Body, "⟦") || strings.Contains(got.Body, "%!") {
		p.t.Errorf("%s: a text is missing or lacks its values", what)
	}
	p.policy(what, response.Header)
	return got
}

func (p *person) policy(what string, h http.Header) {
	p.t.Helper()
	policy := h.Get("Content-Security-Policy")
	if !strings.Contains(policy, "frame-ancestors 'none'") || strings.Contains(policy, "unsafe") || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Cache-Control") != "no-store" {
		p.t.Errorf("%s: the headers of safety are %v", what, h)
	}
}

// hidden reads a hidden field of the first form that has it.
func hidden(page answer, name string) string {
	found := find(page.Root, func(n *html.Node) bool { return n.Data == "input" && attr(n, "name") == name })
	if found == nil {
		return ""
	}
	return attr(found, "value")
}

// form reads a form as a browser would send it untouched.
func (p *person) form(page answer, id string) (path string, values url.Values) {
	p.t.Helper()
	found := find(page.Root, byID(id))
	if found == nil {
		p.t.Fatalf("%s has no form %q", page.Path, id)
	}
	values = url.Values{}
	each(found, func(n *html.Node) {
		switch {
		case n.Data == "input" && (attr(n, "type") == "radio" || attr(n, "type") == "checkbox"):
			if strings.Contains(render(n), " checked=") {
				values.Add(attr(n, "name"), attr(n, "value"))
			}
		case n.Data == "input" && attr(n, "type") != "file":
			values.Add(attr(n, "name"), attr(n, "value"))
		case n.Data == "textarea":
			values.Add(attr(n, "name"), text(n))
		case n.Data == "option" && strings.Contains(render(n), " selected="):
			values.Set(attr(n.Parent, "name"), attr(n, "value"))
		}
	})
	return attr(found, "action"), values
}

// fill sends a form of a page with some answers given.
func (p *person) fill(page answer, id string, answers url.Values) answer {
	p.t.Helper()
	path, values := p.form(page, id)
	for name, given := range answers {
		values[name] = given
	}
	return p.post(path, values)
}

func render(n *html.Node) string {
	var out strings.Builder
	if err := html.Render(&out, n); err != nil {
		return ""
	}
	return out.String()
}

func text(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	var out strings.Builder
	for child := range n.ChildNodes() {
		out.WriteString(text(child))
	}
	return out.String()
}

// says reports whether an element of the page, named by its id, holds a text.
func (a answer) says(id, wanted string) bool {
	found := find(a.Root, byID(id))
	return found != nil && strings.Contains(text(found), wanted)
}

func (a answer) want(t testing.TB, status int, texts ...string) answer {
	t.Helper()
	if a.Status != status {
		t.Errorf("%s: %d, want %d\n%.3000s", a.Path, a.Status, status, a.Body)
	}
	for _, wanted := range texts {
		if !strings.Contains(text(a.Root), wanted) {
			t.Errorf("%s does not say %q", a.Path, wanted)
		}
	}
	return a
}

// caseLinks are the numbers of the cases a list shows.
func caseLinks(page answer) []string {
	var numbers []string
	each(page.Root, func(n *html.Node) {
		if number, found := strings.CutPrefix(attr(n, "href"), "/cases/"); found {
			numbers = append(numbers, number)
		}
	})
	return numbers
}

func nextLink(page answer) string {
	found := find(page.Root, func(n *html.Node) bool { return attr(n, "rel") == "next" })
	if found == nil {
		return ""
	}
	return attr(found, "href")
}

// appealed files a case with its evidence and brings it before the agent.
func (s *site) appealed(t testing.TB) casework.View {
	t.Helper()
	view := s.File(t)
	s.Upload(t, view.ID, recovery.TransferScreenshot, pixel(t))
	yes := true
	for _, act := range []recovery.Act{
		{Action: recovery.Escalate, To: recovery.Appeal, Reason: "对方拒绝"}, {Action: recovery.SubmitAppeal, Confirm: &yes},
	} {
		if _, err := s.Act(t.Context(), s.As(recovery.RoleClaimant), view.ID, act); err != nil {
			t.Fatal(err)
		}
	}
	return view
}
