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

// The first page answers without an account, and leaves nothing behind, not
// even a cookie.
func TestStartStoresNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.stranger(t)
	first := p.get("/")
	first.want(t, 200, "红包、转账发错了？")
	sent := time.Now().Add(-time.Minute).In(time.FixedZone("", 8*3600)).Format("2006-01-02T15:04:05")
	got := p.get("/?platform=wechat&instrument=transfer&claim_state=unclaimed&sent_at=" + url.QueryEscape(sent))
	got.want(t, 200, "现在还能自己撤回", "接下来十分钟", "来源说法不一", "请留意")
	link := find(got.Root, func(n *html.Node) bool { return n.Data == "a" && strings.HasPrefix(attr(n, "href"), "/file?") })
	if link == nil || !strings.Contains(attr(link, "href"), "instrument=transfer") {
		t.Error("the answers are not carried into the filing")
	}
	p.get("/?platform=wechat&instrument=lucky_packet&claim_state=claimed&sent_at="+url.QueryEscape(sent)).want(t, 200, "对方已经收下")
	if first.Header.Get("Set-Cookie")+got.Header.Get("Set-Cookie") != "" {
		t.Error("the first page sets a cookie")
	}
	p.get("/?platform=paypal&claim_state=unclaimed").want(t, 422, "请从给出的选项里选", "请选择方式")
}

func TestStrangersSignInFirst(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.stranger(t)
	got := p.get("/cases/R20261121-000042?do=withdraw")
	if got.Path != "/sign-in?next=%2Fcases%2FR20261121-000042%3Fdo%3Dwithdraw" {
		t.Errorf("sent to %s", got.Path)
	}
	back := p.fill(got, formOf(t, got, "/sign-in"), url.Values{"account": {string(s.Actor(recovery.RoleClaimant).ID)}})
	if back.Path != "/cases/R20261121-000042?do=withdraw" || back.Status != 404 {
		t.Errorf("after it %d at %s", back.Status, back.Path)
	}
	for _, next := range []string{"//evil.example", "https://evil.example", "/\\evil.example"} {
		q := s.stranger(t)
		page := q.get("/sign-in?next=" + url.QueryEscape(next))
		if hidden(page, "next") != "" {
			t.Errorf("%q is kept as the way back", next)
		}
		landed := q.post("/sign-in", url.Values{"csrf": {hidden(page, "csrf")}, "next": {next}, "account": {string(s.Actor(recovery.RoleAgent).ID)}})
		if landed.Path != "/desk" {
			t.Errorf("%q leads to %s", next, landed.Path)
		}
	}
}

// formOf gives an id to the only form that posts to a path.
func formOf(t testing.TB, page answer, path string) string {
	t.Helper()
	found := find(page.Root, func(n *html.Node) bool { return n.Data == "form" && attr(n, "action") == path })
	if found == nil {
		t.Fatalf("no form posts to %s", path)
	}
	found.Attr = append(found.Attr, html.Attribute{Key: "id", Val: "the-form"})
	return "the-form"
}

// Outside of development nobody chooses an account.
func TestNoAccountsInProduction(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *casework.Config) { c.Development = false })
	p := s.stranger(t)
	p.get("/sign-in").want(t, 404)
	p.post("/sign-in", url.Values{"account": {string(s.Actor(recovery.RoleAdmin).ID)}}).want(t, 403)
}

func TestSessionIsRenewedAndEnds(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.stranger(t)
	page := p.get("/sign-in")
	site, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	before := p.client.Jar.Cookies(site)[0].Value
	cookie := page.Header.Get("Set-Cookie")
	if !strings.Contains(cookie, "HttpOnly") || !strings.Contains(cookie, "SameSite=Lax") {
		t.Errorf("the cookie is %s", cookie)
	}
	home := p.post("/sign-in", url.Values{"csrf": {hidden(page, "csrf")}, "account": {string(s.Actor(recovery.RoleClaimant).ID)}})
	if p.client.Jar.Cookies(site)[0].Value == before {
		t.Error("the session keeps its token over the sign-in")
	}
	p.post("/sign-out", url.Values{"csrf": {hidden(home, "csrf")}})
	if got := p.get("/cases"); !strings.HasPrefix(got.Path, "/sign-in") {
		t.Errorf("signed out, %s is still shown", got.Path)
	}
}

// filing is what the form needs beside what it brings along.
func filing() url.Values {
	return url.Values{
		"platform": {"wechat"}, "instrument": {"transfer"}, "amount_fen": {"2,000.00"}, "claim_state": {"claimed"},
		"reason": {"wrong_group"}, "group.kind": {"work"}, "counterparts[0].alias": {"老王"}, "claimant.name": {"林晓"},
	}
}

func TestFiling(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.signedIn(t, recovery.RoleClaimant)
	page := p.get("/file?platform=wechat&instrument=transfer")
	if n := find(page.Root, byID("f-platform-0")); n == nil || !strings.Contains(render(n), "checked") {
		t.Error("the answers of the first page are lost")
	}
	path, values := p.form(page, "f")
	for name, given := range filing() {
		values[name] = given
	}
	first := p.post(path, values)
	first.want(t, 200, "登记成功", "私下告诉对方发错了", "¥2,000.00", "还有 3 天")
	if !regexp.MustCompile(`^/cases/R\d{8}-\d{6}$`).MatchString(first.Path) {
		t.Errorf("the case lies at %s", first.Path)
	}
	if again := p.post(path, values); again.Path != first.Path {
		t.Errorf("the same form twice gives %s and %s", first.Path, again.Path)
	}
	values.Set("amount_fen", "3000")
	p.post(path, values).want(t, 409, "这份表单已经提交过")
	p.get("/cases").want(t, 200, "¥2,000.00", "私下沟通", "等对方答复")
	p.get(first.Path+"/state").want(t, 200)
}

// What was typed stays, and what is wrong is said beside it.
func TestFilingFaults(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.signedIn(t, recovery.RoleClaimant)
	answers := filing()
	answers["amount_fen"], answers["claimant.name"] = []string{"两千"}, []string{`"><script>alert(1)</script>`}
	got := p.fill(p.get("/file"), "f", answers)
	got.want(t, 422, "有几处需要修改")
	if !got.says("f-amount_fen-error", "请写成 2000") {
		t.Error("the fault does not stand beside the amount")
	}
	if n := find(got.Root, byID("f-amount_fen")); attr(n, "value") != "两千" || attr(n, "aria-invalid") != "true" || attr(n, "aria-describedby") != "f-amount_fen-error f-amount_fen-help" {
		t.Error(render(n))
	}
	if n := find(got.Root, byID("f-claimant-name")); attr(n, "value") != answers.Get("claimant.name") {
		t.Error("a hostile name does not come back as it was typed: " + render(n))
	}
	answers["more"] = []string{"counterpart"}
	more := p.fill(got, "f", answers).want(t, 200, "接收者 2")
	if n := find(more.Root, byID("f-amount_fen")); attr(n, "value") != "两千" {
		t.Error("one more counterpart loses the amount")
	}
}

func TestOneOpenCasePerTransaction(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.signedIn(t, recovery.RoleClaimant)
	answers := filing()
	answers["transaction_no"] = []string{"4200001"}
	p.fill(p.get("/file"), "f", answers).want(t, 200, "登记成功")
	got := p.fill(p.get("/file"), "f", answers)
	got.want(t, 409)
	if !got.says("f-transaction_no-error", "已经有一个进行中的案件") {
		t.Error("the transaction number is not named")
	}
}

// Names are shown as they are and never run.
func TestHostileNames(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.signedIn(t, recovery.RoleClaimant)
	answers := filing()
	hostile := `<img src=x onerror=alert(1)>'"&{{.}}`
	answers["claimant.name"], answers["counterparts[0].alias"], answers["narrative"] = []string{hostile}, []string{hostile}, []string{hostile}
	got := p.fill(p.get("/file"), "f", answers).want(t, 200, hostile)
	if find(got.Root, func(n *html.Node) bool { return n.Data == "img" }) != nil {
		t.Error("a name became an element")
	}
	s.signedIn(t, recovery.RoleAgent).get("/desk").want(t, 200, hostile)
	p.get("/cases/%3Cscript%3E").want(t, 404, "没有找到")
	p.get("/?platform=%22%3E%3Cscript%3E&claim_state=x").want(t, 422)
}

func TestForgedFormsAreRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.signedIn(t, recovery.RoleClaimant)
	view := s.File(t)
	home := "/cases/" + string(view.Number)
	for name, token := range map[string]string{"none": "", "another": "AAAAAAAAAAAAAAAAAAAAAAAAAA"} {
		values := filing()
		values.Set("csrf", token)
		for _, path := range []string{"/file", home + "/actions/withdraw", home + "/exports", "/sign-out"} {
			if got := p.post(path, values); got.Status != 403 || !strings.Contains(got.Body, "页面已过期") {
				t.Errorf("%s with token %s: %d", path, name, got.Status)
			}
		}
		if got := p.send(home+"/evidence", url.Values{"csrf": {token}, "kind": {"other"}}, "a.png", pixel(t)); got.Status != 403 {
			t.Errorf("an upload with token %s: %d", name, got.Status)
		}
	}
	if entries := s.Entries(t, view.ID); len(entries) != 1 {
		t.Errorf("%d entries after forged forms", len(entries))
	}
}

func TestHugeForm(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.signedIn(t, recovery.RoleClaimant)
	answers := filing()
	answers["narrative"] = []string{strings.Repeat("x", 2<<20)}
	p.fill(p.get("/file"), "f", answers).want(t, http.StatusRequestEntityTooLarge)
}
