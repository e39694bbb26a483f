package web_test

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"recourse/recovery"
)

// TestSignInPageStoresNothing opens the sign-in page many times without an account.
func TestSignInPageStoresNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.newBrowser(t)
	for range 5 {
		p.get("/sign-in")
		s.newBrowser(t).get("/sign-in?next=/desk")
		s.newBrowser(t).get("/")
	}
	if n := s.CountRows(t, "sessions"); n != 0 {
		t.Errorf("%d sessions are stored", n)
	}
	refused := p.post("/sign-in", url.Values{"csrf": {hiddenValue(p.get("/sign-in"), "csrf")}, "account": {"nobody"}})
	if n := s.CountRows(t, "sessions"); refused.Status != http.StatusForbidden || n != 0 {
		t.Errorf("a refused sign-in: %d, %d sessions", refused.Status, n)
	}
	s.signIn(t, recovery.RoleAgent)
	if n := s.CountRows(t, "sessions"); n != 1 {
		t.Errorf("%d sessions after signing in", n)
	}
}

// TestSignInFormBelongsToItsBrowser sends the form of one browser with another one, with
// none and with a forged cookie.
func TestSignInFormBelongsToItsBrowser(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	mine := s.newBrowser(t)
	token := hiddenValue(mine.get("/sign-in"), "csrf")
	other := s.newBrowser(t)
	otherToken := hiddenValue(other.get("/sign-in"), "csrf")
	forged := s.newBrowser(t)
	address, err := url.Parse(s.URL + "/sign-in")
	if err != nil {
		t.Fatal(err)
	}
	forged.client.Jar.SetCookies(address, []*http.Cookie{{Name: "recourse_form", Value: token}})
	form := func(token string) url.Values {
		return url.Values{"csrf": {token}, "account": {string(s.Actor(recovery.RoleAgent).ID)}}
	}
	for name, c := range map[string]struct {
		browser *browser
		token   string
	}{
		"another browser": {mine, otherToken}, "no cookie": {s.newBrowser(t), token}, "no token": {mine, ""},
		"the token as cookie": {forged, token}, "an empty cookie": {s.newBrowser(t), ""},
	} {
		if got := c.browser.post("/sign-in", form(c.token)); got.Status != http.StatusForbidden {
			t.Errorf("%s: %d", name, got.Status)
		}
	}
	if got := mine.post("/sign-in", form(token)); got.Status != http.StatusOK || got.Path != "/desk" {
		t.Errorf("the own form: %d %s", got.Status, got.Path)
	}
	if got := mine.post("/sign-out", url.Values{"csrf": {token}}); got.Status != http.StatusForbidden {
		t.Errorf("the form of before the sign-in: %d", got.Status)
	}
}

// TestFormOfASecondTab opens the form twice in one browser: both can be sent.
func TestFormOfASecondTab(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.newBrowser(t)
	first, second := hiddenValue(p.get("/sign-in"), "csrf"), hiddenValue(p.get("/sign-in"), "csrf")
	if first != second {
		t.Errorf("the first form is void: %s, %s", first, second)
	}
}

// TestSearchWordsAreSealed searches for a name: the session has it in no encoding that
// can be read.
func TestSearchWordsAreSealed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.FileCase(t)
	p := s.signIn(t, recovery.RoleAgent)
	csrf := hiddenValue(p.get("/desk"), "csrf")
	found := p.post("/desk", url.Values{"csrf": {csrf}, "q": {"linxiao-17"}})
	if !strings.Contains(found.Body, `value="linxiao-17"`) {
		t.Error("the search shows no term")
	}
	if n := s.CountRows(t, "sessions where position('linxiao'::bytea in data) > 0"); n != 0 {
		t.Error("the session has the term in clear")
	}
	cleared := p.post("/desk", url.Values{"csrf": {csrf}, "q": {""}})
	if strings.Contains(p.get("/desk?search=1").Body, "linxiao-17") || cleared.Status != http.StatusOK {
		t.Error("the term stays after it was cleared")
	}
}

// TestSealedByAnotherKey serves a session of another process without its key: the search
// is empty, and works again.
func TestSealedByAnotherKey(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.signIn(t, recovery.RoleAgent)
	csrf := hiddenValue(p.get("/desk"), "csrf")
	p.post("/desk", url.Values{"csrf": {csrf}, "q": {"linxiao-17"}})
	other := serveSite(t, s.Fixture, s.Store.SessionStore())
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	from, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	jar.SetCookies(from, p.client.Jar.Cookies(from))
	visitor := &browser{t: t, site: other, client: &http.Client{Jar: jar}}
	if page := visitor.get("/desk?search=1"); page.Status != http.StatusOK || strings.Contains(page.Body, "linxiao-17") {
		t.Errorf("%d", page.Status)
	}
}

// TestUnreadableForms: a form that is too large and one that is malformed are two faults.
func TestUnreadableForms(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for name, test := range map[string]struct {
		body string
		want int
	}{
		"malformed": {"csrf=%zz", http.StatusUnprocessableEntity},
		"too large": {"csrf=" + strings.Repeat("x", 2<<20), http.StatusRequestEntityTooLarge},
	} {
		response, err := s.newBrowser(t).client.Post(s.URL+"/sign-in", "application/x-www-form-urlencoded", strings.NewReader(test.body))
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != test.want {
			t.Errorf("%s: %d", name, response.StatusCode)
		}
	}
}
