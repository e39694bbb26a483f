package web_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"recourse/recovery"
)

// invitations are words that would lead somebody in danger to the other side.
var invitations = []string{
	"私下告诉对方", "发给收款人", "发到群里", "发给群主", "请人说和", "生成链接", "给对方的链接", "先检查要发的文字", "记录一次联系", "记录有人从中说和",
	"提出还款计划", "接受还款计划", "可以联系对方", "请对方先不要收款", "律师函或催告函", "人民调解", "申请支付令", "抵销", "对方说受到打扰", "请其退还", "告知过发错", "告知对方",
}

// visibleText returns the words of a page without its timeline.
func visibleText(page pageResponse) string {
	var out strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.ElementNode && (n.Data == "head" || attribute(n, "id") == "timeline") {
			return
		}
		if n.Type == html.TextNode {
			out.WriteString(n.Data)
		}
		for child := range n.ChildNodes() {
			walk(child)
		}
	}
	walk(page.Root)
	return regexp.MustCompile(`\s+`).ReplaceAllString(out.String(), " ")
}

func containsText(page pageResponse, text string) bool {
	return strings.Contains(visibleText(page), text)
}

func expectNoInvitation(t *testing.T, where string, page pageResponse) {
	t.Helper()
	text := visibleText(page)
	for _, invitation := range invitations {
		if strings.Contains(text, invitation) {
			t.Errorf("%s says %q", where, invitation)
		}
	}
}

// TestDangerAtFiling expects every answer that names a danger to open a case whose
// page sends to the police and never to the other side.
func TestDangerAtFiling(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, cause := range []string{"deceived", "threatened", "gambling", "asked_to_send"} {
		p := s.signIn(t, recovery.RoleClaimant)
		answers := filingAnswers()
		answers.Set("cause", cause)
		page := p.submitForm(p.get("/file"), "f", answers).expect(t, 200, "先别联系对方", "110", "96110", "95017", "不要上网搜", "什么都不要删")
		if strings.Index(page.Body, `id="danger"`) > strings.Index(page.Body, `id="next"`) {
			t.Errorf("%s: the next step stands above the emergency", cause)
		}
		expectNoInvitation(t, cause, page)
		desk := s.signIn(t, recovery.RoleAgent).get("/desk" + page.Path)
		desk.expect(t, 200, "先别联系对方")
		expectNoInvitation(t, "desk, "+cause, desk)
	}
}

// TestReportDanger expects a danger that is reported later to change the page as one
// that is known at filing.
func TestReportDanger(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.signIn(t, recovery.RoleClaimant)
	page := p.submitForm(p.get("/file"), "f", filingAnswers()).expect(t, 200, "其实是被骗、被威胁")
	if strings.Contains(page.Body, `id="danger"`) {
		t.Error("an ordinary case shows an emergency")
	}
	got := p.submitForm(page, "do-report_danger", url.Values{"kind": {"deceived"}, "text": {"自称客服"}}).expect(t, 200, "先别联系对方", "被骗")
	if timeline := renderNode(findNode(got.Root, byID("timeline"))); !strings.Contains(timeline, "被骗") || strings.Contains(timeline, "deceived") {
		t.Errorf("the timeline does not say which danger: %s", timeline)
	}
	expectNoInvitation(t, "the page", got)
	route := findNode(got.Root, byID("do-choose_route-route-0"))
	if route == nil || attribute(route, "value") != "police_report" || !strings.Contains(renderNode(route), "checked") {
		t.Error("the police is not proposed first")
	}
	p.submitForm(got, "do-choose_route", nil).expect(t, 200, "报警")
}

// TestHelpByPlatform expects the lines of the platform and of no other one.
func TestHelpByPlatform(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for platform, test := range map[string]struct{ own, others string }{
		"wechat": {"95017", "95188"}, "alipay": {"95188", "95017|腾讯110"}, "qq": {"QQ钱包客服", "95188|95017"}, "wecom": {"企业微信客服", "95188|95017"},
	} {
		p := s.signIn(t, recovery.RoleClaimant)
		answers := filingAnswers()
		answers.Set("platform", platform)
		for _, cause := range []string{"own_slip", "deceived"} {
			answers.Set("cause", cause)
			page := p.submitForm(p.get("/file"), "f", answers).expect(t, 200, test.own, "不要上网搜")
			if found := regexp.MustCompile(test.others).FindString(visibleText(page)); found != "" {
				t.Errorf("%s, %s: names %s", platform, cause, found)
			}
		}
	}
}

// TestAmendFacts expects facts that are added later on the page, and contradictions
// next to their field with everything kept.
func TestAmendFacts(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.signIn(t, recovery.RoleClaimant)
	answers := filingAnswers()
	answers.Set("reason", "wrong_amount")
	page := p.submitForm(p.get("/file"), "f", answers).expect(t, 200, "补充或更正事实", "还差一个数")
	p.submitForm(page, "do-amend_facts", nil).expect(t, 422, "请至少填一项")
	faulty := p.submitForm(page, "do-amend_facts", url.Values{"intended_fen": {"2000"}, "circumstances.blocked": {"yes"}})
	faulty.expect(t, 422)
	if !faulty.hasText("do-amend_facts-intended_fen-error", "要比实际发出的少") {
		t.Error("the fault is not shown next to the amount")
	}
	if _, kept := p.readForm(faulty, "do-amend_facts"); kept.Get("intended_fen") != "2000" || kept.Get("circumstances.blocked") != "yes" {
		t.Errorf("the form keeps %v", kept)
	}
	got := p.submitForm(faulty, "do-amend_facts", url.Values{"intended_fen": {"200"}, "delayed_arrival": {"24h"}})
	got.expect(t, 200, "其中本来该付", "¥200.00", "应退金额", "¥1,800.00", "24 小时后到账", "拉黑")
	if strings.Contains(visibleText(got), "还差一个数") {
		t.Error("the page asks again for what was owed")
	}
}

// TestAmendNumberAndTimeOfClaiming expects a form that only has the counterpart filled in
// to state nothing, a number to be removed with a reason, and the time of claiming.
func TestAmendNumberAndTimeOfClaiming(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.signIn(t, recovery.RoleClaimant)
	answers := filingAnswers()
	answers.Set("transaction_no", "1000055501")
	page := p.submitForm(p.get("/file"), "f", answers).expect(t, 200, "1000055501", "登记的单号不对，删去它")
	p.submitForm(page, "do-amend_facts", url.Values{"counterpart_id": {"x"}}).expect(t, 422, "请至少填一项")
	p.submitForm(page, "do-amend_facts", url.Values{"remove_transaction_no": {"yes"}, "transaction_no": {"1000055502"}}).
		expect(t, 422, "又填新单号、又要删去，请只选一样")
	asked := p.submitForm(page, "do-amend_facts", url.Values{"remove_transaction_no": {"yes"}})
	asked.expect(t, 422)
	if !asked.hasText("do-amend_facts-why-error", "请写明理由") {
		t.Error("a removal without a reason is not refused beside its field")
	}
	claimed := s.Now().In(recovery.Shanghai).Format("2006-01-02T15:04:05")
	removed := p.submitForm(asked, "do-amend_facts", url.Values{
		"remove_transaction_no": {"yes"}, "why": {"抄成了另一笔"}, "claimed_at": {claimed},
	}).expect(t, 200, "抄成了另一笔", "删去", "领取时间")
	if strings.Contains(visibleText(removed), "登记的单号不对") {
		t.Error("the page offers to remove a number that is gone")
	}
}

// TestStartInDanger expects the emergency first, whatever else is answered, also in the
// first two minutes, and a link that carries the danger into the filing.
func TestStartInDanger(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.newBrowser(t)
	for _, cause := range []string{"deceived", "threatened", "gambling", "asked_to_send"} {
		for name, query := range map[string]url.Values{
			"nothing else": {},
			"just sent":    {"platform": {"wechat"}, "instrument": {"transfer"}, "claim_state": {"unclaimed"}, "sent_at": {chinaNow(s)}},
			"claimed":      {"platform": {"alipay"}, "instrument": {"lucky_packet"}, "claim_state": {"claimed"}, "sent_at": {"2026-11-20T12:00"}},
			"a fault":      {"platform": {"qq"}, "instrument": {"lucky_packet"}, "claim_state": {"claimed"}, "sent_at": {"2026-11-20T12:00"}, "delayed_arrival": {"2h"}},
		} {
			query.Set("cause", cause)
			page := p.get("/?"+query.Encode()).expect(t, 200, "先别联系对方", "110", "96110", "不要上网搜")
			expectNoInvitation(t, cause+", "+name, page)
			if findNode(page.Root, byID("answer")) != nil {
				t.Errorf("%s, %s: the page also answers as without danger", cause, name)
			}
			link := findNode(page.Root, func(n *html.Node) bool { return n.Data == "a" && strings.HasPrefix(attribute(n, "href"), "/file?") })
			if link == nil || !strings.Contains(attribute(link, "href"), "cause="+cause) {
				t.Errorf("%s, %s: the danger is not carried into the filing", cause, name)
			}
		}
	}
}

func chinaNow(s *testSite) string { return s.Now().In(recovery.Shanghai).Format("2006-01-02T15:04:05") }

// TestStartUnsure expects somebody who cannot tell to get the answer and a warning.
func TestStartUnsure(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.newBrowser(t)
	p.get("/?cause=unknown&platform=wechat&instrument=transfer&claim_state=claimed&sent_at=2026-11-20T12:00").expect(t, 200, "钱已经被收走", "先打 96110 问")
	p.get("/?cause=fate&platform=wechat&instrument=transfer&claim_state=claimed&sent_at=2026-11-20T12:00").expect(t, 422, "说不清就选", "还差一点")
}
