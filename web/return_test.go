package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/alexedwards/scs/v2/memstore"
	"github.com/labstack/echo/v4"
	"golang.org/x/net/html"

	"recourse/casework"
	"recourse/casework/casetest"
	"recourse/recovery"
	"recourse/web"
)

// returnPage is where every link leads.
const returnPage = "/return/case"

// issueLink issues a link on the claimant's page and returns its path with the token
// behind the #.
func issueLink(t testing.TB, s *testSite, view casework.View) string {
	t.Helper()
	p := s.signIn(t, recovery.RoleClaimant)
	home := "/cases/" + string(view.Number)
	made := p.postForm(p.get(home), home+"/links").expect(t, 200, "新链接只显示这一次")
	address := nodeText(findNode(made.Root, byID("issued-link")))
	path, found := strings.CutPrefix(address, s.URL)
	if !found || len(path) != len("/return#")+43 {
		t.Fatalf("the address is %q", address)
	}
	return path
}

// TestLinksOnCasePage issues a link, which is shown once, opens it and revokes
// it.
func TestLinksOnCasePage(t *testing.T) {
	t.Parallel()
	s := newSiteAtNoon(t)
	view := s.FileCase(t)
	path := issueLink(t, s, view)
	home := "/cases/" + string(view.Number)
	p := s.signIn(t, recovery.RoleClaimant)
	lasting := s.Now().AddDate(0, 0, 30).In(recovery.Shanghai).Format("2006-01-02")
	page := p.get(home).expect(t, 200, "有效至 "+lasting, "还没有人打开")
	if strings.Contains(page.Body, path) {
		t.Error("the address is shown again")
	}
	stranger := s.newBrowser(t)
	before := stranger.get(path).expect(t, 200, "有一笔钱误转给了你", "怎么确认这不是诈骗", "会记录什么", "查看详情")
	if strings.Contains(nodeText(before.Root), "2,000") {
		t.Error("the case is shown before the link is opened")
	}
	p.get(home).expect(t, 200, "还没有人打开")
	after := stranger.postForm(before, returnPage).expect(t, 200, "¥2,000.00", "微信 · 转账", "我已经退了")
	if strings.Contains(after.Body, "林晓") || strings.Contains(after.Body, "老王") || strings.Contains(after.Body, "lin@example.org") {
		t.Error("somebody is named")
	}
	page = p.get(home).expect(t, 200, "打开过")
	link := findNode(page.Root, func(n *html.Node) bool {
		return n.Data == "form" && strings.HasSuffix(attribute(n, "action"), "/revoke")
	})
	p.postForm(page, attribute(link, "action")).expect(t, 200, "链接已停用", "已失效", s.Now().In(recovery.Shanghai).Format("01-02"))
	stranger.get(path).expect(t, 410, "链接已失效")
	stranger.get("/return#"+strings.Repeat("A", 43)).expect(t, 404, "没有这个链接")
	stranger.get("/return#x").expect(t, 404, "没有这个链接")
}

// TestLinkDuration chooses one of the offered durations.
func TestLinkDuration(t *testing.T) {
	t.Parallel()
	s := newSiteAtNoon(t)
	view := s.FileCase(t)
	p := s.signIn(t, recovery.RoleClaimant)
	home := "/cases/" + string(view.Number)
	term := func(days string) pageResponse {
		page := p.get(home)
		return p.submitForm(page, labelForm(t, page, home+"/links"), url.Values{"days": {days}})
	}
	until := s.Now().AddDate(0, 0, 3).In(recovery.Shanghai).Format("2006-01-02")
	term("3").expect(t, 200, "有效至 "+until)
	p.get(home).expect(t, 200, "有效至 "+until)
	s.SetClock(s.Now().AddDate(0, 0, 4))
	p.get(home).expect(t, 200, "已失效", until, "到期")
	for _, days := range []string{"0", "5", "90", "-3", "x"} {
		if got := term(days); got.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s days: %d", days, got.Status)
		}
	}
}

// TestLinkIsInNoAddress: the address of the page is the same for all, and only this site gets
// the cookie with the token.
func TestLinkIsInNoAddress(t *testing.T) {
	t.Parallel()
	s := newSiteAtNoon(t)
	link := issueLink(t, s, s.FileCase(t))
	stranger := s.newBrowser(t)
	stranger.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	entered := stranger.get(link)
	cookie := entered.Header.Get("Set-Cookie")
	if entered.Header.Get("Location") != returnPage || !strings.Contains(cookie, "HttpOnly") || !strings.Contains(cookie, "SameSite=Lax") || !strings.Contains(cookie, "Path=/return") {
		t.Errorf("%v", entered.Header)
	}
	if body := stranger.get(returnPage).Body; strings.Contains(body, link[len("/return#"):]) {
		t.Error("the page has the token")
	}
	if other := s.newBrowser(t).get(returnPage); other.Path != "/return" {
		t.Errorf("without a link the page leads to %s", other.Path)
	}
	s.newBrowser(t).post(returnPage+"/promised", nil).expect(t, http.StatusNotFound, "没有这个链接")
}

// TestReturnPageIsPrivate expects no referrer, no session, no caching and no
// log entry.
func TestReturnPageIsPrivate(t *testing.T) {
	t.Parallel()
	s := newSiteAtNoon(t)
	path := issueLink(t, s, s.FileCase(t))
	stranger := s.newBrowser(t)
	before := stranger.get(path)
	after := stranger.postForm(before, returnPage)
	for _, got := range []pageResponse{before, after, stranger.get("/return")} {
		if got.Header.Get("Referrer-Policy") != "no-referrer" || got.Header.Get("Cache-Control") != "no-store" || len(got.Header.Values("Set-Cookie")) > 0 {
			t.Errorf("%s is sent with %v", got.Path, got.Header)
		}
	}
	s.Engine.Away = recovery.Faultf(recovery.CodeInternal, "broken")
	stranger.submitForm(after, "say-promised", nil).expect(t, http.StatusInternalServerError)
	if strings.Contains(s.Log.String(), path[len("/return#"):]) {
		t.Error("the log has the token")
	}
	forEachElement(after.Root, func(n *html.Node) {
		if href := attribute(n, "href"); href != "" && !strings.HasPrefix(href, "/assets/") && !strings.HasPrefix(href, "#") {
			t.Errorf("the page leads to %s", href)
		}
	})
}

// TestReturnAnswers sends each answer of the page.
func TestReturnAnswers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		form   string
		values url.Values
		status int
		says   string
		after  func(recovery.Position) bool
	}{
		"returned all": {"say-returned", nil, 200, "你说已退，等付款人确认", func(p recovery.Position) bool { return p.Counterparts[0].ReportedReturned == 200_000 }},
		"returned some": {"say-returned", url.Values{"amount_fen": {"500"}}, 200, "¥500.00", func(p recovery.Position) bool {
			return p.Counterparts[0].ReportedReturned == 50_000 && p.Counterparts[0].Answer == recovery.PartlyReturned
		}},
		"no amount":  {"say-returned", url.Values{"amount_fen": {"much"}}, 422, "请写成", isUnanswered},
		"the future": {"say-returned", url.Values{"at": {"2099-01-01T00:00"}}, 422, "时间在将来", isUnanswered},
		"promised":   {"say-promised", nil, 200, "答应会退", func(p recovery.Position) bool { return p.Counterparts[0].Answer == recovery.Promised }},
		"contested": {"say-contested", url.Values{"refusal": {"claims_owed"}, "text": {"你还欠我钱"}}, 200, "不认可", func(p recovery.Position) bool {
			return p.Counterparts[0].Answer == recovery.Contested
		}},
		"harassed":      {"say-report_harassment", url.Values{"text": {"一天十条"}}, 200, "已记录", func(p recovery.Position) bool { return p.Counterparts[0].NoContact }},
		"says nothing":  {"say-report_harassment", nil, 422, "请填写", isUnanswered},
		"wrong sum":     {"say-propose_plan", url.Values{"instalments[0].due_on": {"2099-01-01"}, "instalments[0].amount_fen": {"1"}}, 422, "", isUnanswered},
		"no such thing": {"say-promised", url.Values{"": {"x"}}, 404, "没有找到", isUnanswered},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSiteAtNoon(t)
			view := s.FileCase(t)
			path := issueLink(t, s, view)
			stranger := s.newBrowser(t)
			page := stranger.postForm(stranger.get(path), returnPage)
			action, values := stranger.readForm(page, test.form)
			for field, given := range test.values {
				values[field] = given
			}
			if test.status == 404 {
				action = returnPage + "/withdraw"
			}
			got := stranger.post(action, values)
			got.expect(t, test.status, test.says)
			if test.status == 200 && got.Path != returnPage+"?done=1" {
				t.Errorf("ends at %s", got.Path)
			}
			seen, err := s.Case(t.Context(), s.Actor(recovery.RoleAgent), view.ID)
			if err != nil || !test.after(seen.Position) {
				t.Errorf("the case is at %+v (%v)", seen.Position, err)
			}
		})
	}
}

// TestASumBeyondWhatIsMissingIsAsked: the counterpart's page asks once more before a sum
// beyond what is missing, keeps what was typed, and takes it when it is confirmed.
func TestASumBeyondWhatIsMissingIsAsked(t *testing.T) {
	t.Parallel()
	s := newSiteAtNoon(t)
	view := s.FileCase(t)
	path := issueLink(t, s, view)
	stranger := s.newBrowser(t)
	page := stranger.postForm(stranger.get(path), returnPage)
	asked := stranger.submitForm(page, "say-returned", url.Values{"amount_fen": {"20000"}}).expect(t, 409, "¥20,000.00", "金额没写错吗")
	if _, kept := stranger.readForm(asked, "say-returned"); kept.Get("amount_fen") != "20000" || kept.Get("confirm") != "" {
		t.Errorf("kept: %v", kept)
	}
	if seen, err := s.Case(t.Context(), s.Actor(recovery.RoleAgent), view.ID); err != nil || !isUnanswered(seen.Position) {
		t.Errorf("an unconfirmed sum was recorded: %+v (%v)", seen.Position, err)
	}
	stranger.submitForm(asked, "say-returned", url.Values{"confirm": {"true"}}).expect(t, 200, "你说已退，等付款人确认")
}

func isUnanswered(p recovery.Position) bool {
	return p.Stage == recovery.PrivateContact && p.Counterparts[0].Answer == "" && p.Counterparts[0].ReportedReturned == 0 && len(p.Plans) == 0
}

// TestReturnPlans answers plans proposed by either side.
func TestReturnPlans(t *testing.T) {
	t.Parallel()
	s := newSiteAtNoon(t)
	view := s.FileCase(t)
	path := issueLink(t, s, view)
	home := "/cases/" + string(view.Number)
	stranger, claimant := s.newBrowser(t), s.signIn(t, recovery.RoleClaimant)
	page := stranger.postForm(stranger.get(path), returnPage)
	page = stranger.submitForm(page, "say-propose_plan", url.Values{
		"instalments[0].due_on": {dayAhead(s, 5)}, "instalments[0].amount_fen": {"800"},
		"instalments[1].due_on": {dayAhead(s, 35)}, "instalments[1].amount_fen": {"1200"},
	}).expect(t, 200, "你提出了这个分期计划", "第 2 期")
	if findNode(page.Root, byID("say-accept_plan")) != nil {
		t.Error("a counterpart is asked to accept their own plan")
	}
	seen := claimant.get(home).expect(t, 200, "回应对方的还款计划", "分 2 期退还，共 ¥2,000.00")
	claimant.submitForm(seen, "do-decline_plan", nil).expect(t, 200, "不接受还款计划")
	claimant.submitForm(claimant.get(home), "do-propose_plan", url.Values{"instalments[0].due_on": {dayAhead(s, 9)}, "instalments[0].amount_fen": {"2000"}}).expect(t, 200, "待回应")
	page = stranger.get(path).expect(t, 200, "付款人提出这个分期计划")
	stranger.submitForm(page, "say-accept_plan", nil).expect(t, 200, "你们约定的分期计划")
	claimant.get(home).expect(t, 200, "按计划等还款")
}

func TestReturnEvidence(t *testing.T) {
	t.Parallel()
	s := newSiteAtNoon(t)
	view := s.FileCase(t)
	path := issueLink(t, s, view)
	stranger := s.newBrowser(t)
	page := stranger.postForm(stranger.get(path), returnPage)
	action, values := stranger.readForm(page, "say-evidence")
	stranger.postFile(action, values, "a.png", []byte("\x7fELF\x02\x01\x01")).expect(t, 415, "不接受这种文件")
	stranger.postFile(action, values, "", pixel(t)).expect(t, 422, "请选择一个文件")
	stranger.post(action, values).expect(t, 422)
	stranger.postFile(action, values, "退款.png", pixel(t)).expect(t, 200, "已记录，谢谢")
	s.signIn(t, recovery.RoleClaimant).get("/cases/"+string(view.Number)).expect(t, 200, "退款.png", "收款人")
}

// TestReturnPageOfClosedCase expects no forms.
func TestReturnPageOfClosedCase(t *testing.T) {
	t.Parallel()
	s := newSiteAtNoon(t)
	view := s.FileCase(t)
	path := issueLink(t, s, view)
	stranger := s.newBrowser(t)
	stranger.postForm(stranger.get(path), returnPage)
	if _, err := s.TakeAction(t.Context(), s.As(recovery.RoleClaimant), view.ID, recovery.ActionBody{Action: recovery.Withdraw, Reason: "x"}); err != nil {
		t.Fatal(err)
	}
	page := stranger.get(path).expect(t, 200, "这个案件已经结束")
	if findNode(page.Root, func(n *html.Node) bool { return n.Data == "form" }) != nil {
		t.Error("a closed case still asks")
	}
}

// TestReturnPageInDanger: opened or not, the page asks for nothing, and the claimant
// is offered no link.
func TestReturnPageInDanger(t *testing.T) {
	t.Parallel()
	s := newSiteAtNoon(t)
	view := s.FileCase(t)
	path, stranger := issueLink(t, s, view), s.newBrowser(t)
	unopened := stranger.get(path).expect(t, 200, "查看详情")
	body := recovery.ActionBody{Action: recovery.ReportDanger, Kind: recovery.Deceived}
	if _, err := s.TakeAction(t.Context(), s.As(recovery.RoleClaimant), view.ID, body); err != nil {
		t.Fatal(err)
	}
	for _, page := range []pageResponse{stranger.get(path), stranger.postForm(unopened, returnPage)} {
		text := nodeText(page.expect(t, 200, "这里不用答复").Root)
		for _, asked := range []string{"退", "¥", "转给", "查看详情"} {
			if strings.Contains(text, asked) {
				t.Errorf("in danger the page says %q: %s", asked, text)
			}
		}
	}
	home := "/cases/" + string(view.Number)
	if strings.Contains(s.signIn(t, recovery.RoleClaimant).get(home).expect(t, 200).Body, home+"/links\"") {
		t.Error("a link is offered in danger")
	}
}

// TestReturnEntry opens a URL with the token behind the # without scripts.
func TestReturnEntry(t *testing.T) {
	t.Parallel()
	s := newSiteAtNoon(t)
	path := issueLink(t, s, s.FileCase(t))
	stranger := s.newBrowser(t)
	page := stranger.get("/return").expect(t, 200, "请粘贴")
	for _, typed := range []string{path[len("/return#"):], " " + s.URL + path + "\n", "https://desk.example" + path} {
		if got := stranger.submitForm(page, "enter", url.Values{"token": {typed}}); got.Path != returnPage {
			t.Errorf("%q leads to %s", typed, got.Path)
		}
	}
	stranger.submitForm(page, "enter", url.Values{"token": {"nonsense"}}).expect(t, 404, "没有这个链接")
}

// TestAddressOfALink: the settings decide the host of a link, not the request.
func TestAddressOfALink(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	rig.SetNoon(1)
	sessions := memstore.New()
	s := serveSite(t, rig, sessions)
	e := echo.New()
	web.New(s.Service, sessions, web.Options{URL: "https://desk.example.org/", Log: s.Service.Log, Now: s.Now}).Register(e)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Host = "evil.example"
		e.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	view := s.FileCase(t)
	p := s.signIn(t, recovery.RoleClaimant)
	behindProxy := *s
	behindProxy.URL, p.site = server.URL, &behindProxy
	home := "/cases/" + string(view.Number)
	made := p.postForm(p.get(home), home+"/links").expect(t, http.StatusOK)
	if address := nodeText(findNode(made.Root, byID("issued-link"))); !strings.HasPrefix(address, "https://desk.example.org/return#") {
		t.Errorf("the address is %q", address)
	}
}
