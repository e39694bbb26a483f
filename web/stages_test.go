package web_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2/memstore"
	"golang.org/x/net/html"

	"recourse/casework"
	"recourse/casework/casetest"
	"recourse/recovery"
)

// caseAtPosition returns a new case with a changed position.
func (s *testSite) caseAtPosition(t testing.TB, change func(*recovery.Position)) casework.View {
	t.Helper()
	view := s.FileCase(t)
	p := view.Position
	p.Counterparts = slices.Clone(p.Counterparts)
	change(&p)
	s.SetPosition(t, view.ID, p)
	return view
}

// newSiteAtNoon returns a site outside the quiet hours.
func newSiteAtNoon(t testing.TB) *testSite {
	t.Helper()
	rig := casetest.New(t)
	rig.SetNoon(1)
	return serveSite(t, rig, memstore.New()) // the session store of the database uses the rig's clock
}

func (p *browser) postForm(page pageResponse, path string) pageResponse {
	p.t.Helper()
	return p.submitForm(page, labelForm(p.t, page, path), nil)
}

// TestRefundWithOneTap records the refund with one tap, which closes the case.
func TestRefundWithOneTap(t *testing.T) {
	t.Parallel()
	s := newSiteAtNoon(t)
	view := s.caseAtPosition(t, func(p *recovery.Position) {
		p.Stage, p.RefundAsked = recovery.RecallWatch, true
	})
	home := "/cases/" + string(view.Number)
	p := s.signIn(t, recovery.RoleClaimant)
	page := p.get(home).expect(t, 200, "钱退回来了吗？", "到账了，记下 ¥2,000.00", "到账金额不是这个")
	if findNode(page.Root, func(n *html.Node) bool { return attribute(n, "href") == "#upload" }) == nil {
		t.Error("no proof is asked for")
	}
	p.postForm(page, home+"/actions/record_return").expect(t, 200, "已自动退回", "已结案")
}

// TestConfirmReportedReturn expects the confirmation as the next step, with the
// reported amount filled in.
func TestConfirmReportedReturn(t *testing.T) {
	t.Parallel()
	s := newSiteAtNoon(t)
	view := s.caseAtPosition(t, func(p *recovery.Position) { p.Counterparts[0].ReportedReturned = 80_000 })
	home := "/cases/" + string(view.Number)
	p := s.signIn(t, recovery.RoleClaimant)
	page := p.get(home).expect(t, 200, "对方说已经退了，请确认", "项目群老王说已退回 ¥800.00", "说已退 ¥800.00，待确认")
	link := findNode(page.Root, func(n *html.Node) bool { return n.Data == "a" && strings.Contains(nodeText(n), "确认到账") })
	page = p.get(strings.Split(attribute(link, "href"), "#")[0])
	if _, values := p.readForm(page, "do-record_return"); values.Get("amount_fen") != "800.00" || values.Get("counterpart_id") == "" {
		t.Errorf("the form begins with %v", values)
	}
	got := p.submitForm(page, "do-record_return", nil).expect(t, 200, "已退回 ¥800.00", "还欠 ¥1,200.00")
	if strings.Contains(nodeText(got.Root), "待确认") {
		t.Error("what was confirmed still waits")
	}
}

func dayAhead(s *testSite, ahead int) string {
	return s.Now().AddDate(0, 0, ahead).Format(time.DateOnly)
}

// TestPlanFromPages proposes a plan as the claimant, accepts it for the
// counterpart and records its payments.
func TestPlanFromPages(t *testing.T) {
	t.Parallel()
	s := newSiteAtNoon(t)
	view := s.FileCase(t)
	home := "/cases/" + string(view.Number)
	p := s.signIn(t, recovery.RoleClaimant)
	page := p.get(home+"?do=propose_plan").expect(t, 200, "项目群老王还欠 ¥2,000.00")
	bad := p.submitForm(page, "do-propose_plan", url.Values{
		"instalments[1].due_on": {dayAhead(s, 10)}, "instalments[1].amount_fen": {"500"},
	})
	if bad.Status != 422 || !bad.hasText("do-propose_plan", "要正好等于") {
		t.Errorf("a plan that does not add up: %d", bad.Status)
	}
	page = p.submitForm(bad, "do-propose_plan", url.Values{
		"instalments[0].due_on": {dayAhead(s, 10)}, "instalments[0].amount_fen": {"500"},
		"instalments[3].due_on": {dayAhead(s, 40)}, "instalments[3].amount_fen": {"1,500"},
	}).expect(t, 200, "项目群老王的还款计划", "待回应", "第 2 期", "还有 ¥2,000.00", "提出还款计划")
	page = p.submitForm(page, "do-accept_plan", nil).expect(t, 200, "履行中", "按计划等还款", "记到账")
	link := findNode(page.Root, func(n *html.Node) bool { return n.Data == "a" && nodeText(n) == "记到账" })
	page = p.get(strings.Split(attribute(link, "href"), "#")[0])
	if _, values := p.readForm(page, "do-record_instalment"); values.Get("amount_fen") != "500.00" || values.Get("no") != "1" {
		t.Errorf("the form begins with %v", values)
	}
	asked := p.submitForm(page, "do-record_instalment", url.Values{"amount_fen": {"5000"}}).expect(t, 409, "¥5,000.00", "金额没写错吗")
	if _, kept := p.readForm(asked, "do-record_instalment"); kept.Get("amount_fen") != "5000" || kept.Get("no") != "1" {
		t.Errorf("the question keeps %v", kept)
	}
	p.submitForm(page, "do-record_instalment", nil).expect(t, 200, "已付", "还有 ¥1,500.00", "一期还款到账")
	s.SetClock(s.Now().AddDate(0, 0, 45))
	p.get(home).expect(t, 200, "逾期")
}

func TestPauseResumeReopen(t *testing.T) {
	t.Parallel()
	s := newSiteAtNoon(t)
	view := s.FileCase(t)
	home := "/cases/" + string(view.Number)
	p := s.signIn(t, recovery.RoleClaimant)
	past := p.submitForm(p.get(home), "do-pause", url.Values{"reason": {"出差"}, "until": {"2026-01-01T00:00"}})
	if past.Status != 422 || !past.hasText("do-pause-until-error", "往后选") {
		t.Errorf("a pause into the past: %d", past.Status)
	}
	page := p.submitForm(past, "do-pause", url.Values{"until": {""}}).expect(t, 200, "案件暂停中", "已暂停：案件暂停", "暂停到期")
	page = p.submitForm(page, "do-resume", nil).expect(t, 200, "私下告诉对方发错了")
	page = p.submitForm(page, "do-withdraw", url.Values{"reason": {"算了"}}).expect(t, 200, "已撤案", "你的权利还在：诉讼时效到", "重新开案")
	p.submitForm(page, "do-reopen", url.Values{"reason": {"对方又联系我"}}).expect(t, 200, "私下告诉对方发错了", "重新开案")
}

// TestCheckMessage checks texts before they are sent: problems are shown next
// to the text; a good text is ready to be recorded.
func TestCheckMessage(t *testing.T) {
	t.Parallel()
	s := newSiteAtNoon(t)
	view := s.FileCase(t)
	p := s.signIn(t, recovery.RoleClaimant)
	page := p.get("/cases/"+string(view.Number)+"?do=plan_contact").expect(t, 200, "今天还可以发 2 条", "免打扰时段 22:00–8:00")
	bad := p.submitForm(page, "do-plan_contact", url.Values{"text": {"再不还钱就弄死你"}})
	if bad.Status != 409 || !bad.hasText("do-plan_contact", "不能发") || !bad.hasText("do-plan_contact-text", "再不还钱就弄死你") {
		t.Errorf("a threat: %d", bad.Status)
	}
	named := p.submitForm(bad, "do-plan_contact", url.Values{"channel": {"group_message"}, "counterpart_id": {""}, "text": {"项目群老王领了我误发的转账，请退回。"}})
	named.expect(t, 409, "群里不要写出收款人的名字")
	good := p.submitForm(bad, "do-plan_contact", url.Values{"text": {"你好，刚才的转账发错了，方便时请退回，谢谢。"}}).expect(t, 200, "没有查出明显的问题", "另有 1 条已检查")
	if !good.hasText("do-record_contact-text", "刚才的转账发错了") {
		t.Error("the text is not ready to be recorded")
	}
	sent := p.submitForm(good, "do-record_contact", nil).expect(t, 200, "今天还可以发 1 条", "联系记录（1）")
	good = p.submitForm(sent, "do-plan_contact", url.Values{"text": {"请问方便退回吗？"}}).expect(t, 200, "没有查出明显的问题")
	sent = p.submitForm(good, "do-record_contact", nil).expect(t, 200, "今天还可以发 0 条")
	p.submitForm(sent, "do-plan_contact", url.Values{"text": {"在吗？"}}).expect(t, 409, "次数到了", "最早可以在", "依据：治安管理处罚法")
	got := p.submitForm(sent, "do-record_contact", url.Values{"text": {"在吗？"}}).expect(t, 200, "超过联系次数")
	s.SetClock(time.Date(s.Now().Year(), s.Now().Month(), s.Now().Day()+1, 15, 0, 0, 0, time.UTC)) // 23:00 in China
	p.submitForm(got, "do-plan_contact", url.Values{"text": {"您好"}}).expect(t, 409, "免打扰时段", "最早可以在", "08:00")
}

// TestDecisionNeedsFourEyes expects a second person above the limit, and no
// approval form for the proposer.
func TestDecisionNeedsFourEyes(t *testing.T) {
	t.Parallel()
	s := newSiteAtNoon(t)
	view := s.caseAtPosition(t, func(p *recovery.Position) {
		p.Stage, p.Appeal, p.FourEyes = recovery.Appeal, recovery.AppealSubmitted, 100_000
	})
	home := "/desk/cases/" + string(view.Number)
	agent, supervisor := s.signIn(t, recovery.RoleAgent), s.signIn(t, recovery.RoleSupervisor)
	own := agent.submitForm(agent.get(home), "do-decide_appeal", url.Values{"decision": {"granted"}, "reason": {"事实清楚"}})
	own.expect(t, 200, "待第二人复核", "agent提出：认可申诉 ¥2,000.00")
	if findNode(own.Root, byID("do-approve_decision")) != nil || findNode(own.Root, byID("do-reject_decision")) == nil {
		t.Error("whoever proposed is offered the approval, or not the way back")
	}
	s.signIn(t, recovery.RoleClaimant).get("/cases/"+string(view.Number)).expect(t, 200, "等第二人复核")
	supervisor.submitForm(supervisor.get(home), "do-reject_decision", url.Values{"reason": {"再核对单号"}}).expect(t, 200, "审核中", "决定被退回")
	agent.submitForm(agent.get(home), "do-decide_appeal", url.Values{"decision": {"granted"}, "reason": {"已核对"}}).expect(t, 200, "待第二人复核")
	supervisor.submitForm(supervisor.get(home), "do-approve_decision", nil).expect(t, 200, "已认可，等平台退款")
}

// TestStaffDeadlines expects both deadlines, and the reason why one is paused.
func TestStaffDeadlines(t *testing.T) {
	t.Parallel()
	s := newSiteAtNoon(t)
	view := s.caseWithAppeal(t)
	home := "/desk/cases/" + string(view.Number)
	agent := s.signIn(t, recovery.RoleAgent)
	page := agent.get(home).expect(t, 200, "首次答复", "等申诉决定", "诉讼时效")
	page = agent.submitForm(page, "do-ask_platform", url.Values{"ref": {"T-1"}}).expect(t, 200, "已转平台", "等平台答复", "已暂停：等平台答复")
	agent.submitForm(page, "do-record_platform_reply", url.Values{"kind": {"refused"}, "text": {"无法处理"}}).expect(t, 200, "审核中")
	c, err := s.Case(t.Context(), s.Actor(recovery.RoleAgent), view.ID)
	if err != nil {
		t.Fatal(err)
	}
	p := c.Position
	p.Breached = true
	s.SetPosition(t, view.ID, p)
	agent.get(home).expect(t, 200, "已超时，由主管处理")
	agent.get("/desk").expect(t, 200, "超时")
}

// TestLegalTasks opens and closes tasks with known steps, adds costs and
// records another step.
func TestLegalTasks(t *testing.T) {
	t.Parallel()
	s := newSiteAtNoon(t)
	view := s.caseAtPosition(t, func(p *recovery.Position) { p.Stage, p.Route = recovery.Legal, recovery.SmallClaims })
	home := "/desk/cases/" + string(view.Number)
	legal := s.signIn(t, recovery.RoleLegal)
	page := legal.submitForm(legal.get(home), "do-record_legal_step", url.Values{"kind": {"receipt_requested"}, "amount_fen": {"30"}})
	page.expect(t, 200, "法律事项", "加盖印章的电子凭证", "进行中", "已支出费用 ¥30.00")
	page = legal.submitForm(page, "do-record_legal_step", url.Values{"kind": {"receipt_received"}, "amount_fen": {""}}).expect(t, 200, "已完成")
	legal.submitForm(page, "do-record_legal_step", url.Values{"kind": {"other"}, "word": {"notary_visit"}}).expect(t, 200, "notary_visit")
	bad := legal.submitForm(page, "do-record_legal_step", url.Values{"kind": {"other"}, "word": {"公证"}})
	if bad.Status != 422 || !bad.hasText("do-record_legal_step-kind-error", "小写英文") {
		t.Errorf("a word that is none: %d", bad.Status)
	}
	asked := legal.submitForm(legal.get(home), "do-record_legal_step", url.Values{"kind": {"hearing_held"}, "amount_fen": {"3000"}}).expect(t, 409, "你填的费用是 ¥3,000.00，比要追的钱还多")
	if _, kept := legal.readForm(asked, "do-record_legal_step"); kept.Get("amount_fen") != "3000" || kept.Get("kind") != "hearing_held" {
		t.Errorf("the question keeps %v", kept)
	}
	legal.get(home+"/export").expect(t, 200, "时限", "法律事项", "已支出费用 ¥30.00")
	legal.submitForm(asked, "do-record_legal_step", url.Values{"confirm": {"true"}}).expect(t, 200, "已支出费用 ¥3,030.00")
}

// TestHandOverAndHarassment names a representative, and stops contact with a
// counterpart who complains.
func TestHandOverAndHarassment(t *testing.T) {
	t.Parallel()
	s := newSiteAtNoon(t)
	view := s.FileCase(t)
	home := "/cases/" + string(view.Number)
	p := s.signIn(t, recovery.RoleClaimant)
	friend := s.NewActor(t, recovery.RoleClaimant)
	page := p.submitForm(p.get(home), "do-hand_over", url.Values{"user_id": {"nobody"}, "reason": {"请妹妹代办"}}).expect(t, 422, "没有这样的账号")
	page = p.submitForm(page, "do-hand_over", url.Values{"user_id": {string(friend.ID)}}).expect(t, 200, "变更代办人")
	p.submitForm(page, "do-report_harassment", url.Values{"text": {"对方请我别再发"}}).expect(t, 200, "不再私信", "对方说受到打扰")
}
