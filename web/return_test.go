package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"recourse/casework"
	"recourse/recovery"
)

// issued makes a link on the claimant's page and gives its path.
func issued(t testing.TB, s *site, view casework.View) string {
	t.Helper()
	p := s.signedIn(t, recovery.RoleClaimant)
	home := "/cases/" + string(view.Number)
	made := p.sendAs(p.get(home), home+"/links").want(t, 200, "新链接只显示这一次")
	address := text(find(made.Root, byID("issued-link")))
	path, found := strings.CutPrefix(address, s.URL)
	if !found || len(path) != len("/return/")+43 {
		t.Fatalf("the address is %q", address)
	}
	return path
}

// A link is made, shown once, opened, and ended.
func TestLinksOnThePage(t *testing.T) {
	t.Parallel()
	s := noonSite(t)
	view := s.File(t)
	path := issued(t, s, view)
	home := "/cases/" + string(view.Number)
	p := s.signedIn(t, recovery.RoleClaimant)
	lasting := s.Now().AddDate(0, 0, 30).In(recovery.Shanghai).Format("2006-01-02")
	page := p.get(home).want(t, 200, "有效至 "+lasting, "对方还没打开")
	if strings.Contains(page.Body, path) {
		t.Error("the address is shown again")
	}
	stranger := s.stranger(t)
	before := stranger.get(path).want(t, 200, "有一笔钱误转给了你", "怎么确认这不是诈骗", "会记录什么", "查看详情")
	if strings.Contains(text(before.Root), "2,000") {
		t.Error("the case is told before anybody opened it")
	}
	p.get(home).want(t, 200, "对方还没打开")
	after := stranger.sendAs(before, path).want(t, 200, "¥2,000.00", "微信 · 转账", "我已经退了")
	if strings.Contains(after.Body, "林晓") || strings.Contains(after.Body, "老王") || strings.Contains(after.Body, "lin@example.org") {
		t.Error("somebody is named")
	}
	page = p.get(home).want(t, 200, "打开过")
	link := find(page.Root, func(n *html.Node) bool { return n.Data == "form" && strings.HasSuffix(attr(n, "action"), "/revoke") })
	p.sendAs(page, attr(link, "action")).want(t, 200, "链接已停用", "已失效", s.Now().In(recovery.Shanghai).Format("01-02"))
	stranger.get(path).want(t, 410, "链接已失效")
	stranger.get("/return/"+strings.Repeat("A", 43)).want(t, 404, "没有这个链接")
	stranger.get("/return/x").want(t, 404, "没有这个链接")
}

// TestHowLongALinkWorks: its maker chooses, among the terms the page gives.
func TestHowLongALinkWorks(t *testing.T) {
	t.Parallel()
	s := noonSite(t)
	view := s.File(t)
	p := s.signedIn(t, recovery.RoleClaimant)
	home := "/cases/" + string(view.Number)
	term := func(days string) answer {
		page := p.get(home)
		return p.fill(page, formOf(t, page, home+"/links"), url.Values{"days": {days}})
	}
	until := s.Now().AddDate(0, 0, 3).In(recovery.Shanghai).Format("2006-01-02")
	term("3").want(t, 200, "有效至 "+until)
	p.get(home).want(t, 200, "有效至 "+until)
	s.SetClock(s.Now().AddDate(0, 0, 4))
	p.get(home).want(t, 200, "已失效", until, "到期")
	for _, days := range []string{"0", "5", "90", "-3", "x"} {
		if got := term(days); got.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s days: %d", days, got.Status)
		}
	}
}

// The page keeps its secret: no referrer, no session, nothing kept, and no log.
func TestReturnPageIsPrivate(t *testing.T) {
	t.Parallel()
	s := noonSite(t)
	path := issued(t, s, s.File(t))
	stranger := s.stranger(t)
	before := stranger.get(path)
	after := stranger.sendAs(before, path)
	for _, got := range []answer{before, after, stranger.get("/return")} {
		if got.Header.Get("Referrer-Policy") != "no-referrer" || got.Header.Get("Cache-Control") != "no-store" || len(got.Header.Values("Set-Cookie")) > 0 {
			t.Errorf("%s is sent with %v", got.Path, got.Header)
		}
	}
	s.Engine.Away = recovery.Faultf(recovery.CodeInternal, "broken")
	stranger.fill(after, "say-promised", nil).want(t, http.StatusInternalServerError)
	if strings.Contains(s.Log.String(), path[len("/return/"):]) {
		t.Error("the log has the token")
	}
	each(after.Root, func(n *html.Node) {
		if href := attr(n, "href"); href != "" && !strings.HasPrefix(href, "/assets/") && !strings.HasPrefix(href, "#") {
			t.Errorf("the page leads to %s", href)
		}
	})
}

// What a counterpart answers on the page.
func TestReturnAnswers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		form   string
		values url.Values
		status int
		says   string
		after  func(recovery.Position) bool
	}{
		"returned all": {"say-returned", nil, 200, "你说已退、等对方确认", func(p recovery.Position) bool { return p.Counterparts[0].ReportedReturned == 200_000 }},
		"returned some": {"say-returned", url.Values{"amount_fen": {"500"}}, 200, "¥500.00", func(p recovery.Position) bool {
			return p.Counterparts[0].ReportedReturned == 50_000 && p.Counterparts[0].Answer == recovery.PartlyReturned
		}},
		"no amount":  {"say-returned", url.Values{"amount_fen": {"much"}}, 422, "请写成", untouched},
		"the future": {"say-returned", url.Values{"at": {"2099-01-01T00:00"}}, 422, "时间在将来", untouched},
		"promised":   {"say-promised", nil, 200, "答应会退", func(p recovery.Position) bool { return p.Counterparts[0].Answer == recovery.Promised }},
		"contested": {"say-contested", url.Values{"refusal": {"claims_owed"}, "text": {"你还欠我钱"}}, 200, "不认可", func(p recovery.Position) bool {
			return p.Counterparts[0].Answer == recovery.Contested
		}},
		"harassed":      {"say-report_harassment", url.Values{"text": {"一天十条"}}, 200, "已记录", func(p recovery.Position) bool { return p.Counterparts[0].NoContact }},
		"says nothing":  {"say-report_harassment", nil, 422, "请填写", untouched},
		"wrong sum":     {"say-propose_plan", url.Values{"instalments[0].due_on": {"2099-01-01"}, "instalments[0].amount_fen": {"1"}}, 422, "", untouched},
		"no such thing": {"say-promised", url.Values{"": {"x"}}, 404, "没有找到", untouched},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := noonSite(t)
			view := s.File(t)
			path := issued(t, s, view)
			stranger := s.stranger(t)
			page := stranger.sendAs(stranger.get(path), path)
			action, values := stranger.form(page, test.form)
			for field, given := range test.values {
				values[field] = given
			}
			if test.status == 404 {
				action = path + "/withdraw"
			}
			got := stranger.post(action, values)
			got.want(t, test.status, test.says)
			if test.status == 200 && got.Path != path+"?done=1" {
				t.Errorf("ends at %s", got.Path)
			}
			seen, err := s.Case(t.Context(), s.Actor(recovery.RoleAgent), view.ID)
			if err != nil || !test.after(seen.Position) {
				t.Errorf("the case stands at %+v (%v)", seen.Position, err)
			}
		})
	}
}

func untouched(p recovery.Position) bool {
	return p.Stage == recovery.PrivateContact && p.Counterparts[0].Answer == "" && p.Counterparts[0].ReportedReturned == 0 && len(p.Plans) == 0
}

// A plan from either side, answered by the other.
func TestReturnPlans(t *testing.T) {
	t.Parallel()
	s := noonSite(t)
	view := s.File(t)
	path := issued(t, s, view)
	home := "/cases/" + string(view.Number)
	stranger, claimant := s.stranger(t), s.signedIn(t, recovery.RoleClaimant)
	page := stranger.sendAs(stranger.get(path), path)
	page = stranger.fill(page, "say-propose_plan", url.Values{
		"instalments[0].due_on": {day(s, 5)}, "instalments[0].amount_fen": {"800"},
		"instalments[1].due_on": {day(s, 35)}, "instalments[1].amount_fen": {"1200"},
	}).want(t, 200, "你提出了这个分期计划", "第 2 期")
	if find(page.Root, byID("say-accept_plan")) != nil {
		t.Error("a counterpart is asked to accept their own plan")
	}
	seen := claimant.get(home).want(t, 200, "回应对方的还款计划", "分 2 期退还，共 ¥2,000.00")
	claimant.fill(seen, "do-decline_plan", nil).want(t, 200, "谢绝还款计划")
	claimant.fill(claimant.get(home), "do-propose_plan", url.Values{"instalments[0].due_on": {day(s, 9)}, "instalments[0].amount_fen": {"2000"}}).want(t, 200, "待回应")
	page = stranger.get(path).want(t, 200, "发错的人提出这个分期计划")
	stranger.fill(page, "say-accept_plan", nil).want(t, 200, "你们约定的分期计划")
	claimant.get(home).want(t, 200, "按计划等还款")
}

func TestReturnEvidence(t *testing.T) {
	t.Parallel()
	s := noonSite(t)
	view := s.File(t)
	path := issued(t, s, view)
	stranger := s.stranger(t)
	page := stranger.sendAs(stranger.get(path), path)
	action, values := stranger.form(page, "say-evidence")
	stranger.send(action, values, "a.png", []byte("\x7fELF\x02\x01\x01")).want(t, 415, "不接受这种文件")
	stranger.send(action, values, "", pixel(t)).want(t, 422, "请选择一个文件")
	stranger.post(action, values).want(t, 422)
	stranger.send(action, values, "退款.png", pixel(t)).want(t, 200, "已记录，谢谢")
	s.signedIn(t, recovery.RoleClaimant).get("/cases/"+string(view.Number)).want(t, 200, "退款.png", "接收者")
}

// A case that is over asks nothing more.
func TestReturnOfAClosedCase(t *testing.T) {
	t.Parallel()
	s := noonSite(t)
	view := s.File(t)
	path := issued(t, s, view)
	stranger := s.stranger(t)
	stranger.sendAs(stranger.get(path), path)
	if _, err := s.Act(t.Context(), s.As(recovery.RoleClaimant), view.ID, recovery.Act{Action: recovery.Withdraw, Reason: "x"}); err != nil {
		t.Fatal(err)
	}
	page := stranger.get(path).want(t, 200, "这个案件已经结束")
	if find(page.Root, func(n *html.Node) bool { return n.Data == "form" }) != nil {
		t.Error("a closed case still asks")
	}
}

// An address that keeps its token behind the # is opened by hand without scripts.
func TestReturnEntry(t *testing.T) {
	t.Parallel()
	s := noonSite(t)
	path := issued(t, s, s.File(t))
	stranger := s.stranger(t)
	page := stranger.get("/return").want(t, 200, "请粘贴")
	for _, typed := range []string{path[len("/return/"):], " " + s.URL + path + "\n", "https://desk.example/return#" + path[len("/return/"):]} {
		if got := stranger.fill(page, "enter", url.Values{"token": {typed}}); got.Path != path {
			t.Errorf("%q leads to %s", typed, got.Path)
		}
	}
	stranger.fill(page, "enter", url.Values{"token": {"nonsense"}}).want(t, 404, "没有这个链接")
}
