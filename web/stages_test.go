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

// place puts a fresh case where a test needs it.
func (s *site) place(t testing.TB, change func(*recovery.Position)) casework.View {
	t.Helper()
	view := s.File(t)
	p := view.Position
	p.Counterparts = slices.Clone(p.Counterparts)
	change(&p)
	s.Place(t, view.ID, p)
	return view
}

// noonSite is a site at an hour at which nobody is asleep.
func noonSite(t testing.TB) *site {
	t.Helper()
	rig := casetest.New(t)
	rig.Noon(1)
	return serve(t, rig, memstore.New()) // the database's own would look at the rig's clock
}

func (p *person) sendAs(page answer, path string) answer {
	p.t.Helper()
	return p.fill(page, formOf(p.t, page, path), nil)
}

// Asked whether the refund came, one tap records it, and the case is over.
func TestRefundWithOneTap(t *testing.T) {
	t.Parallel()
	s := noonSite(t)
	view := s.place(t, func(p *recovery.Position) {
		p.Stage, p.RefundAsked = recovery.RecallWatch, true
	})
	home := "/cases/" + string(view.Number)
	p := s.signedIn(t, recovery.RoleClaimant)
	page := p.get(home).want(t, 200, "钱退回来了吗？", "到账了，记下 ¥2,000.00", "到账金额不是这个")
	if find(page.Root, func(n *html.Node) bool { return attr(n, "href") == "#upload" }) == nil {
		t.Error("no proof is asked for")
	}
	p.sendAs(page, home+"/actions/record_return").want(t, 200, "已自动退回", "已结案")
}

// A counterpart says they paid: the next thing is to confirm it, with the sum
// filled in.
func TestConfirmWhatACounterpartSays(t *testing.T) {
	t.Parallel()
	s := noonSite(t)
	view := s.place(t, func(p *recovery.Position) { p.Counterparts[0].ReportedReturned = 80_000 })
	home := "/cases/" + string(view.Number)
	p := s.signedIn(t, recovery.RoleClaimant)
	page := p.get(home).want(t, 200, "对方说已经退了，请确认", "项目群老王说已退回 ¥800.00", "自称已退 ¥800.00，待确认")
	link := find(page.Root, func(n *html.Node) bool { return n.Data == "a" && strings.Contains(text(n), "确认到账") })
	page = p.get(strings.Split(attr(link, "href"), "#")[0])
	if _, values := p.form(page, "do-record_return"); values.Get("amount_fen") != "800.00" || values.Get("counterpart_id") == "" {
		t.Errorf("the form begins with %v", values)
	}
	got := p.fill(page, "do-record_return", nil).want(t, 200, "已退回 ¥800.00", "还欠 ¥1,200.00")
	if strings.Contains(text(got.Root), "待确认") {
		t.Error("what was confirmed still waits")
	}
}

func day(s *site, ahead int) string { return s.Now().AddDate(0, 0, ahead).Format(time.DateOnly) }

// A plan proposed by the claimant, accepted for the counterpart, paid in parts.
func TestPlanFromThePages(t *testing.T) {
	t.Parallel()
	s := noonSite(t)
	view := s.File(t)
	home := "/cases/" + string(view.Number)
	p := s.signedIn(t, recovery.RoleClaimant)
	page := p.get(home+"?do=propose_plan").want(t, 200, "项目群老王还欠 ¥2,000.00")
	bad := p.fill(page, "do-propose_plan", url.Values{
		"instalments[1].due_on": {day(s, 10)}, "instalments[1].amount_fen": {"500"},
	})
	if bad.Status != 422 || !bad.says("do-propose_plan", "要正好等于") {
		t.Errorf("a plan that does not add up: %d", bad.Status)
	}
	page = p.fill(bad, "do-propose_plan", url.Values{
		"instalments[0].due_on": {day(s, 10)}, "instalments[0].amount_fen": {"500"},
		"instalments[3].due_on": {day(s, 40)}, "instalments[3].amount_fen": {"1,500"},
	}).want(t, 200, "项目群老王的还款计划", "待回应", "第 2 期", "还有 ¥2,000.00", "提出还款计划")
	page = p.fill(page, "do-accept_plan", nil).want(t, 200, "履行中", "按计划等还款", "记到账")
	link := find(page.Root, func(n *html.Node) bool { return n.Data == "a" && text(n) == "记到账" })
	page = p.get(strings.Split(attr(link, "href"), "#")[0])
	if _, values := p.form(page, "do-record_instalment"); values.Get("amount_fen") != "500.00" || values.Get("no") != "1" {
		t.Errorf("the form begins with %v", values)
	}
	p.fill(page, "do-record_instalment", nil).want(t, 200, "已付", "还有 ¥1,500.00", "一期还款到账")
	s.SetClock(s.Now().AddDate(0, 0, 45))
	p.get(home).want(t, 200, "逾期")
}

func TestPauseResumeReopen(t *testing.T) {
	t.Parallel()
	s := noonSite(t)
	view := s.File(t)
	home := "/cases/" + string(view.Number)
	p := s.signedIn(t, recovery.RoleClaimant)
	past := p.fill(p.get(home), "do-pause", url.Values{"reason": {"出差"}, "until": {"2026-01-01T00:00"}})
	if past.Status != 422 || !past.says("do-pause-until-error", "往后选") {
		t.Errorf("a pause into the past: %d", past.Status)
	}
	page := p.fill(past, "do-pause", url.Values{"until": {""}}).want(t, 200, "案件暂停中", "停住：案件暂停", "暂停到期")
	page = p.fill(page, "do-resume", nil).want(t, 200, "私下告诉对方发错了")
	page = p.fill(page, "do-withdraw", url.Values{"reason": {"算了"}}).want(t, 200, "已撤回", "重新开案")
	p.fill(page, "do-reopen", url.Values{"reason": {"对方又联系我"}}).want(t, 200, "私下告诉对方发错了", "重新开案")
}

// A text is checked before it is sent: what is wrong stands beside it; a good
// one is ready to be recorded.
func TestCheckMyText(t *testing.T) {
	t.Parallel()
	s := noonSite(t)
	view := s.File(t)
	p := s.signedIn(t, recovery.RoleClaimant)
	page := p.get("/cases/"+string(view.Number)+"?do=plan_contact").want(t, 200, "今天还可以发 2 条", "免打扰时段 22:00–8:00")
	bad := p.fill(page, "do-plan_contact", url.Values{"text": {"再不还钱就弄死你"}})
	if bad.Status != 409 || !bad.says("do-plan_contact", "不能发") || !bad.says("do-plan_contact-text", "再不还钱就弄死你") {
		t.Errorf("a threat: %d", bad.Status)
	}
	named := p.fill(bad, "do-plan_contact", url.Values{"channel": {"group_message"}, "counterpart_id": {""}, "text": {"项目群老王领了我误发的转账，请退回。"}})
	named.want(t, 409, "群里不要写出接收者的名字")
	good := p.fill(bad, "do-plan_contact", url.Values{"text": {"你好，刚才的转账发错了，方便时请退回，谢谢。"}}).want(t, 200, "这段文字可以发", "另有 1 条已检查")
	if !good.says("do-record_contact-text", "刚才的转账发错了") {
		t.Error("the text is not ready to be recorded")
	}
	sent := p.fill(good, "do-record_contact", nil).want(t, 200, "今天还可以发 1 条", "联系记录（1）")
	good = p.fill(sent, "do-plan_contact", url.Values{"text": {"请问方便退回吗？"}}).want(t, 200, "这段文字可以发")
	sent = p.fill(good, "do-record_contact", nil).want(t, 200, "今天还可以发 0 条")
	p.fill(sent, "do-plan_contact", url.Values{"text": {"在吗？"}}).want(t, 409, "次数到了", "最早可以在", "依据：治安管理处罚法")
	got := p.fill(sent, "do-record_contact", url.Values{"text": {"在吗？"}}).want(t, 200, "超过联系次数")
	s.SetClock(time.Date(s.Now().Year(), s.Now().Month(), s.Now().Day()+1, 15, 0, 0, 0, time.UTC)) // 23:00 in China
	p.fill(got, "do-plan_contact", url.Values{"text": {"您好"}}).want(t, 409, "免打扰时段", "最早可以在", "08:00")
}

// Above the limit a decision needs a second person; whoever proposed it is not
// offered to approve it.
func TestFourEyesAtTheDesk(t *testing.T) {
	t.Parallel()
	s := noonSite(t)
	view := s.place(t, func(p *recovery.Position) {
		p.Stage, p.Appeal, p.FourEyes = recovery.Appeal, recovery.AppealSubmitted, 100_000
	})
	home := "/desk/cases/" + string(view.Number)
	agent, supervisor := s.signedIn(t, recovery.RoleAgent), s.signedIn(t, recovery.RoleSupervisor)
	own := agent.fill(agent.get(home), "do-decide_appeal", url.Values{"decision": {"granted"}, "reason": {"事实清楚"}})
	own.want(t, 200, "待第二人复核", "agent提出：全部支持 ¥2,000.00")
	if find(own.Root, byID("do-approve_decision")) != nil || find(own.Root, byID("do-reject_decision")) == nil {
		t.Error("whoever proposed is offered the approval, or not the way back")
	}
	s.signedIn(t, recovery.RoleClaimant).get("/cases/"+string(view.Number)).want(t, 200, "等第二人复核")
	supervisor.fill(supervisor.get(home), "do-reject_decision", url.Values{"reason": {"再核对单号"}}).want(t, 200, "审核中", "决定被退回")
	agent.fill(agent.get(home), "do-decide_appeal", url.Values{"decision": {"granted"}, "reason": {"已核对"}}).want(t, 200, "待第二人复核")
	supervisor.fill(supervisor.get(home), "do-approve_decision", nil).want(t, 200, "已支持，待到账")
}

// The desk sees both clocks, and why one stands still.
func TestDeskClocks(t *testing.T) {
	t.Parallel()
	s := noonSite(t)
	view := s.appealed(t)
	home := "/desk/cases/" + string(view.Number)
	agent := s.signedIn(t, recovery.RoleAgent)
	page := agent.get(home).want(t, 200, "首次答复", "等申诉决定", "诉讼时效")
	page = agent.fill(page, "do-ask_platform", url.Values{"ref": {"T-1"}}).want(t, 200, "已转平台", "等平台答复", "停住：等平台答复")
	agent.fill(page, "do-record_platform_reply", url.Values{"kind": {"refused"}, "text": {"无法处理"}}).want(t, 200, "审核中")
	c, err := s.Case(t.Context(), s.Actor(recovery.RoleAgent), view.ID)
	if err != nil {
		t.Fatal(err)
	}
	p := c.Position
	p.Breached = true
	s.Place(t, view.ID, p)
	agent.get(home).want(t, 200, "已超时，由主管处理")
	agent.get("/desk").want(t, 200, "超时")
}

// Legal opens and closes tasks by typed steps; costs add up; a word of one's own
// is written down.
func TestLegalTasks(t *testing.T) {
	t.Parallel()
	s := noonSite(t)
	view := s.place(t, func(p *recovery.Position) { p.Stage, p.Route = recovery.Legal, recovery.SmallClaims })
	home := "/desk/cases/" + string(view.Number)
	legal := s.signedIn(t, recovery.RoleLegal)
	page := legal.fill(legal.get(home), "do-record_legal_step", url.Values{"kind": {"receipt_requested"}, "amount_fen": {"30"}})
	page.want(t, 200, "法律事项", "加盖印章的电子凭证", "进行中", "已支出费用 ¥30.00")
	page = legal.fill(page, "do-record_legal_step", url.Values{"kind": {"receipt_received"}, "amount_fen": {""}}).want(t, 200, "已完成")
	legal.fill(page, "do-record_legal_step", url.Values{"kind": {"other"}, "word": {"notary_visit"}}).want(t, 200, "notary_visit")
	bad := legal.fill(page, "do-record_legal_step", url.Values{"kind": {"other"}, "word": {"公证"}})
	if bad.Status != 422 || !bad.says("do-record_legal_step-kind-error", "小写英文") {
		t.Errorf("a word that is none: %d", bad.Status)
	}
	legal.get(home+"/export").want(t, 200, "时限", "法律事项", "已支出费用 ¥30.00")
}

// Somebody stands in for the claimant; a counterpart who complains is written to
// no more.
func TestHandOverAndHarassment(t *testing.T) {
	t.Parallel()
	s := noonSite(t)
	view := s.File(t)
	home := "/cases/" + string(view.Number)
	p := s.signedIn(t, recovery.RoleClaimant)
	friend := s.NewActor(t, recovery.RoleClaimant)
	page := p.fill(p.get(home), "do-hand_over", url.Values{"user_id": {"nobody"}, "reason": {"请妹妹代办"}}).want(t, 422, "没有这样的账号")
	page = p.fill(page, "do-hand_over", url.Values{"user_id": {string(friend.ID)}}).want(t, 200, "变更代办人")
	p.fill(page, "do-report_harassment", url.Values{"text": {"对方请我别再发"}}).want(t, 200, "不再私信", "对方表示受到打扰")
}
