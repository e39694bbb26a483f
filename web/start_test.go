package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"recourse/casework"
	"recourse/recovery"
)

// TestStartStoresNothing expects an answer without an account and without a
// cookie.
func TestStartStoresNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.newBrowser(t)
	first := p.get("/")
	first.expect(t, 200, "红包、转账发错了？")
	sent := time.Now().Add(-time.Minute).In(time.FixedZone("", 8*3600)).Format("2006-01-02T15:04:05")
	got := p.get("/?platform=wechat&instrument=transfer&claim_state=unclaimed&sent_at=" + url.QueryEscape(sent))
	got.expect(t, 200, "先拦住这笔钱", "接下来十分钟", "来源说法不一", "请留意")
	link := findNode(got.Root, func(n *html.Node) bool { return n.Data == "a" && strings.HasPrefix(attribute(n, "href"), "/file?") })
	if link == nil || !strings.Contains(attribute(link, "href"), "instrument=transfer") {
		t.Error("the answers are not carried into the filing")
	}
	p.get("/?platform=wechat&instrument=lucky_packet&claim_state=claimed&sent_at="+url.QueryEscape(sent)).expect(t, 200, "钱已经被收走")
	if first.Header.Get("Set-Cookie")+got.Header.Get("Set-Cookie") != "" {
		t.Error("the first page sets a cookie")
	}
	p.get("/?platform=paypal&claim_state=unclaimed").expect(t, 422, "请从给出的选项里选", "请选择方式")
}

func TestSignInIsRequired(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.newBrowser(t)
	got := p.get("/cases/R20261121-000042?do=withdraw")
	if got.Path != "/sign-in?next=%2Fcases%2FR20261121-000042%3Fdo%3Dwithdraw" {
		t.Errorf("sent to %s", got.Path)
	}
	back := p.submitForm(got, labelForm(t, got, "/sign-in"), url.Values{"account": {string(s.Actor(recovery.RoleClaimant).ID)}})
	if back.Path != "/cases/R20261121-000042?do=withdraw" || back.Status != 404 {
		t.Errorf("after it %d at %s", back.Status, back.Path)
	}
	for _, next := range []string{"//evil.example", "https://evil.example", "/\\evil.example"} {
		q := s.newBrowser(t)
		page := q.get("/sign-in?next=" + url.QueryEscape(next))
		if hiddenValue(page, "next") != "" {
			t.Errorf("%q is accepted as the next page", next)
		}
		landed := q.post("/sign-in", url.Values{"csrf": {hiddenValue(page, "csrf")}, "next": {next}, "account": {string(s.Actor(recovery.RoleAgent).ID)}})
		if landed.Path != "/desk" {
			t.Errorf("%q leads to %s", next, landed.Path)
		}
	}
}

// labelForm gives an id to the only form that posts to a path.
func labelForm(t testing.TB, page pageResponse, path string) string {
	t.Helper()
	found := findNode(page.Root, func(n *html.Node) bool { return n.Data == "form" && attribute(n, "action") == path })
	if found == nil {
		t.Fatalf("no form posts to %s", path)
	}
	found.Attr = append(found.Attr, html.Attribute{Key: "id", Val: "the-form"})
	return "the-form"
}

// TestNoAccountsInProduction expects no list of accounts outside development.
func TestNoAccountsInProduction(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *casework.Config) { c.Development = false })
	p := s.newBrowser(t)
	p.get("/sign-in").expect(t, 404)
	p.post("/sign-in", url.Values{"account": {string(s.Actor(recovery.RoleAdmin).ID)}}).expect(t, 403)
}

func TestSessionIsRenewedAndEnds(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.newBrowser(t)
	page := p.get("/sign-in")
	site, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	cookie := page.Header.Get("Set-Cookie")
	if !strings.Contains(cookie, "HttpOnly") || !strings.Contains(cookie, "SameSite=Lax") {
		t.Errorf("the cookie is %s", cookie)
	}
	if cookies := p.client.Jar.Cookies(site); len(cookies) > 0 {
		t.Errorf("a visitor has the session %v", cookies)
	}
	p.post("/sign-in", url.Values{"csrf": {hiddenValue(page, "csrf")}, "account": {string(s.Actor(recovery.RoleAgent).ID)}})
	before := p.client.Jar.Cookies(site)[0].Value
	again := p.get("/sign-in")
	home := p.post("/sign-in", url.Values{"csrf": {hiddenValue(again, "csrf")}, "account": {string(s.Actor(recovery.RoleClaimant).ID)}})
	if p.client.Jar.Cookies(site)[0].Value == before {
		t.Error("the session keeps its token over the sign-in")
	}
	p.post("/sign-out", url.Values{"csrf": {hiddenValue(home, "csrf")}})
	if got := p.get("/cases"); !strings.HasPrefix(got.Path, "/sign-in") {
		t.Errorf("signed out, %s is still shown", got.Path)
	}
}

// filingAnswers are the answers the form needs in addition to its defaults.
func filingAnswers() url.Values {
	return url.Values{
		"platform": {"wechat"}, "instrument": {"transfer"}, "amount_fen": {"2,000.00"}, "claim_state": {"claimed"},
		"reason": {"wrong_group"}, "group.kind": {"work"}, "counterparts[0].alias": {"老王"}, "claimant.name": {"林晓"},
	}
}

func TestFiling(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.signIn(t, recovery.RoleClaimant)
	page := p.get("/file?platform=wechat&instrument=transfer")
	if n := findNode(page.Root, byID("f-platform-0")); n == nil || !strings.Contains(renderNode(n), "checked") {
		t.Error("the answers of the first page are lost")
	}
	path, values := p.readForm(page, "f")
	for name, given := range filingAnswers() {
		values[name] = given
	}
	first := p.post(path, values)
	first.expect(t, 200, "登记成功", "私下告诉对方发错了", "¥2,000.00", "还有 3 天")
	if !regexp.MustCompile(`^/cases/R\d{8}-\d{6}$`).MatchString(first.Path) {
		t.Errorf("the case lies at %s", first.Path)
	}
	if again := p.post(path, values); again.Path != first.Path {
		t.Errorf("the repeated form leads to %s, then %s", first.Path, again.Path)
	}
	values.Set("amount_fen", "3000")
	p.post(path, values).expect(t, 409, "这份表单已经提交过")
	p.get("/cases").expect(t, 200, "¥2,000.00", "私下沟通", "等对方答复")
	p.get(first.Path+"/state").expect(t, 200)
}

// TestFilingFaults expects kept values and errors next to the fields.
func TestFilingFaults(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.signIn(t, recovery.RoleClaimant)
	answers := filingAnswers()
	answers["amount_fen"], answers["claimant.name"] = []string{"两千"}, []string{`"><script>alert(1)</script>`}
	got := p.submitForm(p.get("/file"), "f", answers)
	got.expect(t, 422, "有几处需要修改")
	if !got.hasText("f-amount_fen-error", "请写成 2000") {
		t.Error("the fault is not shown next to the amount")
	}
	if n := findNode(got.Root, byID("f-amount_fen")); attribute(n, "value") != "两千" || attribute(n, "aria-invalid") != "true" || attribute(n, "aria-describedby") != "f-amount_fen-error f-amount_fen-help" {
		t.Error(renderNode(n))
	}
	if n := findNode(got.Root, byID("f-claimant-name")); attribute(n, "value") != answers.Get("claimant.name") {
		t.Error("a hostile name does not come back as it was typed: " + renderNode(n))
	}
	answers["more"] = []string{"counterpart"}
	more := p.submitForm(got, "f", answers).expect(t, 200, "收款人 2")
	if n := findNode(more.Root, byID("f-amount_fen")); attribute(n, "value") != "两千" {
		t.Error("one more counterpart loses the amount")
	}
}

func TestOneOpenCasePerTransaction(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.signIn(t, recovery.RoleClaimant)
	answers := filingAnswers()
	answers["transaction_no"] = []string{"4200001"}
	p.submitForm(p.get("/file"), "f", answers).expect(t, 200, "登记成功")
	got := p.submitForm(p.get("/file"), "f", answers)
	got.expect(t, 409)
	if !got.hasText("f-transaction_no-error", "已经有一个进行中的案件") {
		t.Error("the transaction number is not named")
	}
}

// TestNamesAreEscaped files a case with names that contain HTML.
func TestNamesAreEscaped(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.signIn(t, recovery.RoleClaimant)
	answers := filingAnswers()
	hostile := `<img src=x onerror=alert(1)>'"&{{.}}`
	answers["claimant.name"], answers["counterparts[0].alias"], answers["narrative"] = []string{hostile}, []string{hostile}, []string{hostile}
	got := p.submitForm(p.get("/file"), "f", answers).expect(t, 200, hostile)
	if findNode(got.Root, func(n *html.Node) bool { return n.Data == "img" }) != nil {
		t.Error("a name became an element")
	}
	s.signIn(t, recovery.RoleAgent).get("/desk").expect(t, 200, hostile)
	p.get("/cases/%3Cscript%3E").expect(t, 404, "没有找到")
	p.get("/?platform=%22%3E%3Cscript%3E&claim_state=x").expect(t, 422)
}

func TestRefuseForgedForms(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.signIn(t, recovery.RoleClaimant)
	view := s.FileCase(t)
	home := "/cases/" + string(view.Number)
	for name, token := range map[string]string{"none": "", "another": "AAAAAAAAAAAAAAAAAAAAAAAAAA"} {
		values := filingAnswers()
		values.Set("csrf", token)
		for _, path := range []string{"/file", home + "/actions/withdraw", home + "/exports", "/sign-out"} {
			if got := p.post(path, values); got.Status != 403 || !strings.Contains(got.Body, "页面已过期") {
				t.Errorf("%s with token %s: %d", path, name, got.Status)
			}
		}
		if got := p.postFile(home+"/evidence", url.Values{"csrf": {token}, "kind": {"other"}}, "a.png", pixel(t)); got.Status != 403 {
			t.Errorf("an upload with token %s: %d", name, got.Status)
		}
	}
	if entries := s.ReadEntries(t, view.ID); len(entries) != 1 {
		t.Errorf("%d entries after forged forms", len(entries))
	}
}

func TestRefuseHugeForm(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.signIn(t, recovery.RoleClaimant)
	answers := filingAnswers()
	answers["narrative"] = []string{strings.Repeat("x", 2<<20)}
	p.submitForm(p.get("/file"), "f", answers).expect(t, http.StatusRequestEntityTooLarge)
}
