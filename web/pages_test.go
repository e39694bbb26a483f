package web_test

import (
	"bytes"
	"image"
	"image/png"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"recourse/activities"
	"recourse/casework"
	"recourse/evidence/journal"
	"recourse/recovery"
)

func pixel(t testing.TB) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewGray(image.Rect(0, 0, 3, 3))); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

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
	first.want(t, 200, "登记成功", "私下告诉对方发错了", "¥2,000.00", "还有 2 天")
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

// Exactly what is allowed has a form, at every place of the journey.
func TestFormsFollowAllowedActions(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	view := s.appealed(t)
	for _, role := range []recovery.Role{recovery.RoleClaimant, recovery.RoleAgent, recovery.RoleSupervisor, recovery.RoleLegal, recovery.RoleAuditor} {
		seen, err := s.Case(t.Context(), s.Actor(role), view.ID)
		if err != nil {
			t.Fatal(err)
		}
		page := s.signedIn(t, role).get("/cases/"+string(view.Number)).want(t, 200)
		shown := 0
		each(page.Root, func(n *html.Node) {
			if n.Data == "form" && strings.Contains(attr(n, "action"), "/actions/") {
				shown++
			}
		})
		for _, action := range seen.Allowed {
			if find(page.Root, byID("do-"+string(action))) == nil {
				t.Errorf("%s has no form for %s", role, action)
			}
		}
		if shown != len(seen.Allowed) {
			t.Errorf("%s sees %d forms for %d actions", role, shown, len(seen.Allowed))
		}
	}
}

// The claimant's journey by its forms: each next thing leads to its form.
func TestActsFromThePages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	view := s.File(t)
	home := "/cases/" + string(view.Number)
	p := s.signedIn(t, recovery.RoleClaimant)
	page := p.get(home + "?do=record_contact")
	if n := find(page.Root, byID("act-do-record_contact")); !strings.Contains(render(n), " open") {
		t.Error("the form that was asked for is folded")
	}
	page = p.fill(page, "do-record_contact", url.Values{"text": {"麻烦退回"}}).want(t, 200, "已记录", "等对方答复", "联系了对方", "麻烦退回")
	page = p.fill(page, "do-record_response", url.Values{"kind": {"refused"}, "refusal": {"claims_gift"}}).want(t, 200, "在群里说明", "说是赠与")
	page = p.fill(page, "do-escalate", url.Values{"to": {"appeal"}, "reason": {"都拒绝"}}).want(t, 200, "补齐申诉材料", "必需，还缺")
	got := p.fill(page, "do-submit_appeal", nil)
	if !got.says("do-submit_appeal", "请先勾选确认") {
		t.Error("an unconfirmed appeal is not refused beside its box")
	}
	got.want(t, 422)
	page = p.fill(page, "do-submit_appeal", url.Values{"confirm": {"yes"}}).want(t, 200, "等申诉审核")
	p.fill(page, "do-withdraw", url.Values{"reason": {"不追了"}}).want(t, 200, "已撤回", "已结案")
	p.fill(page, "do-escalate", url.Values{"to": {"legal"}, "reason": {"晚了"}}).want(t, 409, "案件的状态已经变化")
}

// An engine that is away costs nobody what they wrote.
func TestEngineAway(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	view := s.File(t)
	p := s.signedIn(t, recovery.RoleClaimant)
	page := p.get("/cases/" + string(view.Number))
	s.Engine.Away = recovery.Faultf(recovery.CodeUnavailable, "away")
	got := p.fill(page, "do-record_contact", url.Values{"text": {"麻烦退回"}})
	got.want(t, 503, "刚才的操作没有生效")
	if !got.says("do-record_contact-text", "麻烦退回") {
		t.Error("the text is lost")
	}
	s.Engine.Away = nil
	p.fill(got, "do-record_contact", nil).want(t, 200, "已记录")
}

func TestEvidencePages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	view := s.File(t)
	home := "/cases/" + string(view.Number)
	p := s.signedIn(t, recovery.RoleClaimant)
	path, values := p.form(p.get(home), "upload-form")
	values.Set("kind", "transfer_screenshot")
	got := p.send(path, values, "转账 <1>.png", pixel(t)).want(t, 200, "已上传", "转账 <1>.png", "SHA-256")
	if again := p.send(path, values, "转账 <1>.png", pixel(t)); strings.Count(again.Body, `/view">`) != 1 {
		t.Error("the same upload twice is kept twice")
	}
	link := find(got.Root, func(n *html.Node) bool { return strings.HasPrefix(attr(n, "href"), "/evidence/") })
	saved := p.get(attr(link, "href"))
	if saved.Body != string(pixel(t)) || !strings.HasPrefix(saved.Header.Get("Content-Disposition"), "attachment;") ||
		!strings.HasPrefix(saved.Header.Get("Content-Security-Policy"), "sandbox") || saved.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("an original is given out with %v", saved.Header)
	}
	if looked := p.get(attr(link, "href") + "/view"); looked.Header.Get("Content-Type") != "image/png" || looked.Header.Get("Content-Disposition") != "" {
		t.Errorf("an image is shown with %v", looked.Header)
	}
	kinds := map[recovery.EntryKind]int{}
	for _, entry := range s.Entries(t, view.ID) {
		kinds[entry.Kind]++
	}
	if kinds[recovery.EntryEvidenceAdded] != 1 || kinds[recovery.EntryEvidenceViewed] != 2 {
		t.Errorf("the journal has %v", kinds)
	}
	for _, id := range []string{"nonsense", "00000000-0000-7000-8000-000000000000"} {
		p.get("/evidence/"+id).want(t, 404)
		p.get("/evidence/"+id+"/view").want(t, 404)
	}
}

func TestBadUploads(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *casework.Config) { c.UploadLimit = 1000 })
	view := s.File(t)
	p := s.signedIn(t, recovery.RoleClaimant)
	path, values := p.form(p.get("/cases/"+string(view.Number)), "upload-form")
	values.Set("kind", "other")
	for name, test := range map[string]struct {
		file    string
		content []byte
		status  int
		says    string
	}{
		"empty":     {"a.png", nil, 422, ""},
		"too large": {"a.txt", bytes.Repeat([]byte("text "), 400), 413, "文件太大了"},
		"a program": {"a.png", []byte("\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00"), 415, "不接受这种文件"},
		"a path":    {"../../x.png", pixel(t), 422, "文件名不能含有路径"},
		"no file":   {"", nil, 422, "请选择一个文件"},
		"web page":  {"a.png", []byte("<!doctype html><html><body>hello</body></html>"), 415, "不接受这种文件"},
		"long name": {strings.Repeat("长", 300) + ".png", pixel(t), 422, ""},
	} {
		got := p.send(path, values, test.file, test.content)
		if got.Status != test.status || test.says != "" && !got.says("upload-form", test.says) {
			t.Errorf("%s: %d, %.200s", name, got.Status, got.Body)
		}
	}
	p.post(path, values).want(t, 422)
	values.Set("kind", "nonsense")
	p.send(path, values, "a.png", pixel(t)).want(t, 422, "请从给出的选项里选")
	if entries := s.Entries(t, view.ID); len(entries) != 1 {
		t.Errorf("%d entries after bad uploads", len(entries))
	}
}

func TestBillImport(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	view := s.File(t)
	p := s.signedIn(t, recovery.RoleClaimant)
	path, values := p.form(p.get("/cases/"+string(view.Number)), "bill-form")
	at := view.SentAt.In(time.FixedZone("", 8*3600)).Format("2006-01-02 15:04:05")
	bill := "微信支付账单明细,,,,,,,,,,\n----------------------微信支付账单明细列表--------------------,,,,,,,,,,\n" +
		"交易时间,交易类型,交易对方,商品,收/支,金额(元),支付方式,当前状态,交易单号,商户单号,备注\n" +
		at + ",转账,老王,/,支出,¥2000.00,零钱,支付成功,\"4200042\"\t,\"/\",/\n"
	got := p.send(path, values, "bill.csv", []byte(bill)).want(t, 200, "共读到 1 笔交易", "匹配", "4200042")
	if p.send(path, values, "bill.csv", []byte(bill)).Status != 200 {
		t.Error("the same bill again is refused")
	}
	if got.Path != path {
		t.Errorf("the answer lies at %s", got.Path)
	}
	bad := p.send(path, values, "bill.csv", []byte("no,bill\n"))
	if bad.Status != 409 && (bad.Status != 422 || !bad.says("bill-form", "")) {
		t.Errorf("no bill: %d %.300s", bad.Status, bad.Body)
	}
	p.get("/cases/"+string(view.Number)).want(t, 200, "账单明细", "bill.csv")
}

// The desk: found, claimed, asked for, decided, and out to legal.
func TestDesk(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	view := s.appealed(t)
	number := string(view.Number)
	agent := s.signedIn(t, recovery.RoleAgent)
	agent.get("/desk").want(t, 200, number, "客服申诉", "接手")
	agent.get("/desk?stage=legal").want(t, 200, "没有符合条件的案件")
	agent.get("/desk?stage=appeal&waiting_on=agent&platform=wechat&assignee=nobody").want(t, 200, number)
	queue := agent.get("/desk")
	claimed := agent.fill(queue, formOf(t, queue, "/cases/"+number+"/actions/assign"), nil)
	claimed.want(t, 200, "已记录", "放回")
	agent.get("/desk?assignee=me").want(t, 200, number)
	page := agent.get("/desk/cases/" + number)
	page = agent.fill(page, "do-request_evidence", url.Values{"kinds": {"statement", "ticket"}, "note": {"请补充"}}).want(t, 200, "待补证据", "账单明细、客服工单")
	s.signedIn(t, recovery.RoleClaimant).get("/cases/"+number).want(t, 200, "补充证据", "请补充")
	page.want(t, 200, "等待 申请人")
	agent.fill(page, "do-add_note", url.Values{"text": {"内部看法"}, "visibility": {"internal"}}).want(t, 200, "内部看法")
	own := s.signedIn(t, recovery.RoleClaimant).get("/cases/" + number)
	if strings.Contains(own.Body, "内部看法") || !strings.Contains(own.Body, "内容仅工作人员可见") {
		t.Error("the claimant reads an internal note")
	}
}

// nameSearch gives the search form of the queue the id "search".
func nameSearch(t testing.TB, page answer) {
	t.Helper()
	found := find(page.Root, func(n *html.Node) bool { return n.Data == "form" && attr(n, "role") == "search" })
	if found == nil {
		t.Fatal("the queue has no search")
	}
	found.Attr = append(found.Attr, html.Attribute{Key: "id", Val: "search"})
}

// What is searched for may be a name; it stands in no address.
func TestSearchStaysOutOfAddresses(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	view := s.File(t)
	agent := s.signedIn(t, recovery.RoleAgent)
	page := agent.get("/desk")
	nameSearch(t, page)
	got := agent.fill(page, "search", url.Values{"q": {"林晓"}}).want(t, 200, string(view.Number))
	if got.Path != "/desk?search=1" {
		t.Errorf("found at %s", got.Path)
	}
	nameSearch(t, got)
	agent.fill(got, "search", url.Values{"q": {"nobody at all"}}).want(t, 200, "没有符合条件的案件")
	nameSearch(t, got)
	if back := agent.fill(got, "search", url.Values{"q": {""}}); back.Path != "/desk" {
		t.Errorf("an empty search leads to %s", back.Path)
	}
	agent.get("/desk?cursor=nonsense").want(t, 422)
}

func TestRolesAndRooms(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	view := s.File(t)
	number := string(view.Number)
	claimant := s.signedIn(t, recovery.RoleClaimant)
	claimant.get("/desk").want(t, 403, "没有权限")
	claimant.get("/desk/cases/"+number+"/export").want(t, 403)
	other := s.stranger(t)
	another := s.NewActor(t, recovery.RoleClaimant)
	page := other.get("/sign-in")
	other.post("/sign-in", url.Values{"csrf": {hidden(page, "csrf")}, "account": {string(another.ID)}}).want(t, 200, "还没有案件")
	other.get("/cases/"+number).want(t, 404, "没有找到")
	auditor := s.signedIn(t, recovery.RoleAuditor)
	auditor.get("/file").want(t, 403)
	auditor.get("/desk/cases/"+number).want(t, 200, "现在没有你可以做的操作")
	if got := auditor.get("/cases"); got.Path != "/desk" {
		t.Errorf("the auditor's cases are at %s", got.Path)
	}
	auditor.get("/nowhere").want(t, 404, "没有找到")
	legal := s.signedIn(t, recovery.RoleLegal)
	legal.get("/desk/cases/"+number+"/export").want(t, 200, "未齐备", "法院", "内部存档", "怎样核验")
}

// ready records an export as the builder would, with small files.
func ready(t testing.TB, s *site, page answer, p *person) recovery.Export {
	t.Helper()
	p.fill(page, "papers-form", url.Values{"audience": {"court"}}).want(t, 200, "正在生成")
	_, number, _ := strings.Cut(page.Path, "/cases/")
	number, _, _ = strings.Cut(number, "/")
	view, err := s.CaseByNumber(t.Context(), s.Actor(recovery.RoleLegal), recovery.CaseNumber(number))
	if err != nil {
		t.Fatal(err)
	}
	exports, err := s.ExportsOf(t.Context(), s.Actor(recovery.RoleLegal), view.ID)
	if err != nil || len(exports) != 1 {
		t.Fatalf("%d exports, %v", len(exports), err)
	}
	export := exports[0]
	for name, content := range map[string]string{casework.DossierFile: "%PDF-1.7 paper", casework.BagFile: "PK bag"} {
		path := activities.ExportPath(s.ExportsDir, export.ID, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	now := time.Now().UTC()
	export.State, export.Pages, export.ReadyAt = recovery.ExportReady, 7, &now
	export.SHA256, export.BagSHA256 = strings.Repeat("ab", 32), strings.Repeat("cd", 32)
	export.Missing = []string{"交易单号"}
	draft := journal.Draft{Kind: recovery.EntryExportBuilt, At: now, Actor: recovery.System, Key: "built:" + string(export.ID)}
	if err := s.Store.FinishExport(t.Context(), export, draft); err != nil {
		t.Fatal(err)
	}
	return export
}

func TestExports(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	view := s.File(t)
	legal := s.signedIn(t, recovery.RoleLegal)
	room := "/desk/cases/" + string(view.Number) + "/export"
	export := ready(t, s, legal.get(room), legal)
	page := legal.get(room).want(t, 200, "已生成", "7 页", "abababab abababab", "未齐备 1 项", "交易单号")
	if find(page.Root, func(n *html.Node) bool { return attr(n, "href") == "/exports/"+string(export.ID)+"/dossier.pdf" }) == nil {
		t.Error("the dossier is not linked")
	}
	for name, content := range map[string]string{"dossier.pdf": "%PDF-1.7 paper", "bag.zip": "PK bag"} {
		got := legal.get("/exports/" + string(export.ID) + "/" + name)
		want := `attachment; filename=` + string(view.Number) + "-" + name
		if got.Body != content || got.Header.Get("Content-Disposition") != want || got.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %q with %v", name, got.Body, got.Header)
		}
	}
	s.signedIn(t, recovery.RoleClaimant).get("/cases/"+string(view.Number)).want(t, 200, "下载证据材料（PDF）", "下载材料")
	legal.get("/exports/"+string(export.ID)+"/secrets").want(t, 404)
	legal.get("/exports/nonsense/dossier.pdf").want(t, 404)
	path, values := legal.form(legal.get(room), "papers-form")
	values.Set("audience", "everybody")
	legal.post(path, values).want(t, 422, "请从给出的选项里选")
}

func TestUnreadyExportIsNotGivenOut(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	view := s.File(t)
	p := s.signedIn(t, recovery.RoleClaimant)
	p.fill(p.get("/cases/"+string(view.Number)), "papers-form", nil).want(t, 200, "正在生成")
	exports, err := s.ExportsOf(t.Context(), s.Actor(recovery.RoleClaimant), view.ID)
	if err != nil || len(exports) != 1 {
		t.Fatal(exports, err)
	}
	p.get("/exports/"+string(exports[0].ID)+"/dossier.pdf").want(t, 409)
}

// The pace stands on every page.
func TestPaceIsMarked(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *casework.Config) { c.Pace = 3600 })
	view := s.File(t)
	p := s.signedIn(t, recovery.RoleAgent)
	for _, path := range []string{"/", "/sign-in", "/file", "/desk", "/desk/cases/" + string(view.Number), "/desk/cases/" + string(view.Number) + "/export", "/nowhere"} {
		if got := p.get(path); !strings.Contains(text(got.Root), "1 秒当作 3600 秒") {
			t.Errorf("%s does not mark the pace", path)
		}
	}
}

var assetForm = regexp.MustCompile(`/assets/[a-z]+\.[0-9a-f]{8}\.[a-z]+`)

// The first load of a page, with all it asks for, stays small.
func TestPageWeight(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	view := s.appealed(t)
	for range 60 {
		act := recovery.Act{Action: recovery.AddNote, Text: strings.Repeat("很长的备注", 20), Visibility: recovery.NoteShared}
		if _, err := s.Act(t.Context(), s.As(recovery.RoleAgent), view.ID, act); err != nil {
			t.Fatal(err)
		}
	}
	number := string(view.Number)
	for role, paths := range map[recovery.Role][]string{
		recovery.RoleClaimant:   {"/", "/file", "/cases", "/cases/" + number},
		recovery.RoleSupervisor: {"/desk", "/desk/cases/" + number, "/desk/cases/" + number + "/export"},
	} {
		p := s.signedIn(t, role)
		for _, path := range paths {
			page := p.get(path)
			weight := len(page.Body)
			for _, asset := range assetForm.FindAllString(page.Body, -1) {
				got := p.get(asset)
				if got.Status != 200 || !strings.Contains(got.Header.Get("Cache-Control"), "immutable") {
					t.Errorf("%s: %d %v", asset, got.Status, got.Header)
				}
				weight += len(got.Body)
			}
			if weight > 100_000 {
				t.Errorf("%s weighs %d bytes", path, weight)
			}
		}
	}
	s.signedIn(t, recovery.RoleClaimant).get("/cases/"+number).want(t, 200, "更早的记录")
	s.stranger(t).get("/assets/app.css").want(t, 404)
}

func TestNoPersonalDataInAddresses(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	view := s.appealed(t)
	for role, path := range map[recovery.Role]string{recovery.RoleClaimant: "/cases/" + string(view.Number), recovery.RoleAgent: "/desk"} {
		each(s.signedIn(t, role).get(path).Root, func(n *html.Node) {
			for _, address := range []string{attr(n, "href"), attr(n, "action"), attr(n, "src")} {
				plain, err := url.QueryUnescape(address)
				if err != nil || strings.Contains(plain, "林晓") || strings.Contains(plain, "老王") || strings.Contains(plain, "@") {
					t.Errorf("an address names somebody: %q", address)
				}
			}
		})
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
