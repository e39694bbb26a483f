package web

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"recourse/casework"
	"recourse/evidence/journal"
	"recourse/recovery"
)

func caseAt(p recovery.Position) *caseData {
	return &caseData{View: casework.View{Case: recovery.Case{Position: p}, Allowed: p.Allowed(recovery.RoleClaimant)}}
}

// contactedAt returns a case whose newest message is the entry newest, in a stage that
// began with the entry since.
func contactedAt(p recovery.Position, newest, since int64) *caseData {
	d := caseAt(p)
	d.Contacts, d.stages.Since = &casework.ContactView{Newest: newest}, since
	return d
}

// thatLeft returns a case that has left these stages.
func thatLeft(p recovery.Position, left ...recovery.Stage) *caseData {
	d := caseAt(p)
	d.stages.Left = left
	return d
}

func journalLine(kind recovery.EntryKind, facts map[string]any) casework.JournalLine {
	return casework.JournalLine{
		At: time.Date(2026, 11, 21, 4, 0, 0, 0, time.UTC), Values: map[string]string{},
		Entry: journal.Entry{Kind: kind, Facts: facts, Actor: recovery.Actor{Role: recovery.RoleClaimant}},
	}
}

func stageEntered(stage recovery.Stage) casework.JournalLine {
	return journalLine(recovery.EntryStageEntered, map[string]any{"from": "private_contact", "to": string(stage)})
}

var contacted = journalLine(recovery.EntryContactRecorded, nil)

// positionWithPlan returns a position in private contact with a plan for the
// whole claim.
func positionWithPlan(plan recovery.Plan) recovery.Position {
	plan.No, plan.CounterpartID = 1, "a"
	plan.Instalments = []recovery.Instalment{{No: 1, DueOn: "2026-12-01", Amount: 40}, {No: 2, DueOn: "2027-01-01", Amount: 60}}
	return recovery.Position{Stage: recovery.PrivateContact, Claim: 100, Counterparts: []recovery.CounterpartState{{ID: "a"}}, Plans: []recovery.Plan{plan}}
}

// TestPartialPlanDoesNotWait expects that a plan for a part of the claim does
// not change the next step.
func TestPartialPlanDoesNotWait(t *testing.T) {
	t.Parallel()
	p := positionWithPlan(recovery.Plan{Running: true})
	p.Claim = 101
	if got := claimantSituation(caseAt(p)); got != "private_contact" {
		t.Error(got)
	}
}

// TestRefundForm expects the refund of money that no counterpart is known to
// have.
func TestRefundForm(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		holders []recovery.CounterpartState
		want    string
	}{
		"nobody took any": {nil, "20.00"},
		"some was taken":  {[]recovery.CounterpartState{{Share: 500}, {Share: 300, Returned: 100}}, "13.00"},
		"all was taken":   {[]recovery.CounterpartState{{Share: 2000}}, "20.00"},
	} {
		c := &pageContext{texts: chineseTexts(t), web: &Web{now: time.Now}}
		next := c.newNextStep(caseAt(recovery.Position{Stage: recovery.RecallWatch, RefundAsked: true, Claim: 2000, Counterparts: test.holders}))
		if next.QuickForm == nil || next.QuickForm.Hidden[0].Value != test.want || !next.OffersUpload {
			t.Errorf("%s: %+v", name, next.QuickForm)
			continue
		}
		values := url.Values{}
		for _, hidden := range next.QuickForm.Hidden {
			values.Set(hidden.Label, hidden.Value)
		}
		act, d := decodeAction(recovery.RecordReturn, values)
		if err := act.Validate(time.Now().Add(time.Second)); err != nil || len(d.faults) > 0 || act.Channel != recovery.AutoRefund {
			t.Errorf("%s: %+v, %v %v", name, act, err, d.faults)
		}
	}
}

// TestInstalmentState expects an instalment to be late after its day in China,
// or when the case says so.
func TestInstalmentState(t *testing.T) {
	t.Parallel()
	midnight := time.Date(2026, 12, 1, 16, 0, 0, 0, time.UTC) // 2 December in China
	part := recovery.Instalment{No: 2, DueOn: "2026-12-01", Amount: 100}
	running := recovery.Plan{Running: true}
	for name, test := range map[string]struct {
		plan recovery.Plan
		paid recovery.Money
		now  time.Time
		want string
	}{
		"on its day":     {running, 0, midnight.Add(-time.Second), instalmentDue},
		"the day after":  {running, 0, midnight, instalmentLate},
		"paid late":      {running, 100, midnight, instalmentPaid},
		"paid in part":   {running, 40, midnight.Add(-time.Second), instalmentPartlyPaid},
		"in grace":       {recovery.Plan{Running: true, Grace: 2}, 0, midnight.Add(-time.Second), instalmentLate},
		"only an offer":  {recovery.Plan{}, 0, midnight, instalmentDue},
		"part, too late": {running, 40, midnight, instalmentLate},
	} {
		part.Paid = test.paid
		if got := instalmentState(test.plan, part, test.now); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}

func positionWithFact(stage recovery.Stage, circumstance string) recovery.Position {
	return recovery.Position{Stage: stage, Facts: recovery.Facts{Circumstances: map[string]bool{circumstance: true}}}
}

// TestDangerComesFirst expects nothing that the other side says or offers to hide the
// danger.
func TestDangerComesFirst(t *testing.T) {
	t.Parallel()
	says := positionWithFact(recovery.Legal, recovery.Deceived)
	says.Counterparts = []recovery.CounterpartState{{ID: "a", ReportedReturned: 5}}
	paused := positionWithFact(recovery.Legal, recovery.Threatened)
	paused.Pause = &recovery.Pause{}
	offers := positionWithPlan(recovery.Plan{By: recovery.RoleCounterpart})
	offers.Stage, offers.Facts = recovery.Legal, says.Facts
	for name, p := range map[string]recovery.Position{"says returned": says, "paused": paused, "offers a plan": offers} {
		if got := claimantSituation(caseAt(p)); got != "danger" {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestClaimantSituation(t *testing.T) {
	t.Parallel()
	promised := recovery.Position{Stage: recovery.PrivateContact, Counterparts: []recovery.CounterpartState{{Answer: recovery.Promised}}}
	preparing := recovery.Position{Stage: recovery.Appeal, Appeal: recovery.AppealPreparing}
	lackingOne := caseAt(preparing)
	lackingOne.Requirements = []recovery.Requirement{{Kind: recovery.Statement, Required: true}}
	haveAll := caseAt(preparing)
	haveAll.Requirements = []recovery.Requirement{{Kind: recovery.Statement, Required: true, Satisfied: true}, {Kind: recovery.Ticket}}
	for want, data := range map[string]*caseData{
		"recall_watch":         caseAt(recovery.Position{Stage: recovery.RecallWatch}),
		"private_contact":      caseAt(recovery.Position{Stage: recovery.PrivateContact}),
		"private_contact_wait": contactedAt(recovery.Position{Stage: recovery.PrivateContact}, 2, 1),
		"promise":              contactedAt(promised, 2, 1),
		"group_notice":         contactedAt(recovery.Position{Stage: recovery.GroupNotice}, 2, 3),
		"group_notice_wait":    contactedAt(recovery.Position{Stage: recovery.GroupNotice}, 3, 2),
		"appeal_lacking":       lackingOne,
		"appeal_preparing":     haveAll,
		"appeal_submitted":     caseAt(recovery.Position{Stage: recovery.Appeal, Appeal: recovery.AppealSubmitted}),
		"appeal_more_evidence": caseAt(recovery.Position{Stage: recovery.Appeal, Appeal: recovery.AppealMoreEvidence}),
		"appeal_granted":       caseAt(recovery.Position{Stage: recovery.Appeal, Appeal: recovery.AppealGranted}),
		"legal_route":          caseAt(recovery.Position{Stage: recovery.Legal}),
		"legal_step":           caseAt(recovery.Position{Stage: recovery.Legal, Route: recovery.SmallClaims}),
		"appeal_with_platform": caseAt(recovery.Position{Stage: recovery.Appeal, Appeal: recovery.AppealWithPlatform}),
		"appeal_proposed":      caseAt(recovery.Position{Stage: recovery.Appeal, Appeal: recovery.AppealProposed}),
		"refund_asked":         caseAt(recovery.Position{Stage: recovery.RecallWatch, RefundAsked: true, Claim: 100}),
		"paused":               contactedAt(recovery.Position{Stage: recovery.GroupNotice, Pause: &recovery.Pause{}}, 2, 1),
		"says_returned":        caseAt(recovery.Position{Stage: recovery.Legal, Pause: &recovery.Pause{}, Counterparts: []recovery.CounterpartState{{ID: "a", ReportedReturned: 5}}}),
		"plan_answer":          caseAt(positionWithPlan(recovery.Plan{By: recovery.RoleCounterpart})),
		"plan_running":         caseAt(positionWithPlan(recovery.Plan{By: recovery.RoleClaimant, Running: true})),
		"unreached":            caseAt(positionWithFact(recovery.PrivateContact, recovery.Blocked)),
		"danger":               caseAt(positionWithFact(recovery.Legal, recovery.Gambling)),
		"plan_late":            caseAt(positionWithPlan(recovery.Plan{By: recovery.RoleClaimant, Running: true, Grace: 1})),
	} {
		if got := claimantSituation(data); got != want {
			t.Errorf("%+v is %q, want %q", data.Position, got, want)
		}
		c := &pageContext{texts: chineseTexts(t), web: &Web{now: time.Now}}
		next := c.newNextStep(data)
		if strings.Contains(next.Title+next.Text+next.Label, "⟦") || next.Title == "" {
			t.Errorf("%s has no words: %+v", want, next)
		}
		if next.Waiting == (next.Href != "") {
			t.Errorf("%s neither waits nor leads anywhere: %+v", want, next)
		}
	}
}

// TestOutcomeTexts expects a text for every outcome.
func TestOutcomeTexts(t *testing.T) {
	t.Parallel()
	c := &pageContext{texts: chineseTexts(t)}
	for _, outcome := range recovery.Outcomes {
		next := c.newNextStep(caseAt(recovery.Position{Stage: recovery.Closed, Outcome: outcome}))
		if !next.Closed || strings.Contains(next.Title+next.Text, "⟦") {
			t.Errorf("%s: %+v", outcome, next)
		}
	}
}

func TestStageViews(t *testing.T) {
	t.Parallel()
	c := &pageContext{texts: chineseTexts(t)}
	states := func(d *caseData) string {
		var letters strings.Builder
		for _, mark := range c.stageViews(d) {
			letters.WriteString(mark.State[:1])
		}
		return letters.String()
	}
	for name, test := range map[string]struct {
		data *caseData
		want string // done, now, ahead, skipped
	}{
		"filed":       {caseAt(recovery.Position{Stage: recovery.PrivateContact}), "snaaaa"},
		"watching":    {caseAt(recovery.Position{Stage: recovery.RecallWatch}), "naaaaa"},
		"one to one":  {caseAt(recovery.Position{Stage: recovery.PrivateContact, OneToOne: true}), "snsaaa"},
		"leapt ahead": {thatLeft(recovery.Position{Stage: recovery.Legal}, recovery.PrivateContact), "sdssna"},
		"closed":      {thatLeft(recovery.Position{Stage: recovery.Closed}, recovery.PrivateContact, recovery.GroupNotice), "sddssn"},
	} {
		if got := states(test.data); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}

// TestNextDeadline expects the first running deadline, and the reason of a
// paused one.
func TestNextDeadline(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	c := &pageContext{texts: chineseTexts(t), web: &Web{now: func() time.Time { return now }}}
	if c.nextDeadline(nil, 1) != nil {
		t.Error("no deadline is due")
	}
	still := recovery.Deadline{Kind: recovery.DecisionClock, DueAt: now.Add(-time.Hour), PausedBecause: recovery.StoppedForPlatform}
	runs := recovery.Deadline{Kind: recovery.PlatformClock, DueAt: now.Add(30 * time.Hour)}
	mark := c.nextDeadline([]recovery.Deadline{still, runs, {Kind: recovery.LimitationClock, DueAt: now.Add(1000 * time.Hour)}}, 1)
	if mark.Name != "等平台答复" || mark.Late || mark.Near || mark.Paused != "" || mark.Consequence == "" {
		t.Errorf("%+v", mark)
	}
	if mark = c.nextDeadline([]recovery.Deadline{still}, 1); mark.Paused != "等平台答复" || mark.Late || mark.Near {
		t.Errorf("%+v", mark)
	}
	runs.DueAt = now.Add(23 * time.Hour)
	if mark = c.nextDeadline([]recovery.Deadline{runs}, 1); !mark.Near {
		t.Errorf("a day ahead is near: %+v", mark)
	}
	refund := recovery.Deadline{Kind: recovery.AutoRefundClock, DueAt: runs.DueAt}
	if mark = c.nextDeadline([]recovery.Deadline{refund}, 1); mark.Near {
		t.Errorf("a refund that comes by itself is urgent: %+v", mark)
	}
	if mark = c.nextDeadline([]recovery.Deadline{runs}, 3600); mark.Near {
		t.Errorf("under a pace a day is long: %+v", mark)
	}
	runs.DueAt = now.Add(-time.Second)
	if mark = c.nextDeadline([]recovery.Deadline{runs}, 1); !mark.Late || mark.Near {
		t.Errorf("%+v", mark)
	}
	for _, kind := range recovery.Clocks {
		if mark := c.nextDeadline([]recovery.Deadline{{Kind: kind, DueAt: now}}, 1); strings.Contains(mark.Name+mark.Consequence, "⟦") {
			t.Errorf("%s has no words", kind)
		}
	}
}

// TestDeadlineViews expects only the next instalment of a plan, and names for
// tasks and instalments.
func TestDeadlineViews(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	c := &pageContext{texts: chineseTexts(t), web: &Web{now: func() time.Time { return now }}}
	marks := c.deadlineViews([]recovery.Deadline{
		{Kind: recovery.LegalClock, DueAt: now.Add(time.Hour), PausedBecause: recovery.StoppedByPlan},
		{Kind: recovery.InstalmentClock, Ref: "1/3", DueAt: now.Add(90 * time.Hour)},
		{Kind: recovery.InstalmentClock, Ref: "1/2", DueAt: now.Add(60 * time.Hour)},
		{Kind: recovery.TaskClock, Ref: string(recovery.PoliceTask), DueAt: now.Add(50 * time.Hour)},
	}, 1)
	var names []string
	for _, mark := range marks {
		names = append(names, mark.Name+mark.Paused)
	}
	want := []string{"法律事项 · 报警回执", "还款计划到期日 · 第 2 期", "等法律途径的结果对方正按还款计划退款"}
	if !slices.Equal(names, want) {
		t.Errorf("%q, want %q", names, want)
	}
}

// describeEntry returns an entry as the timeline shows it.
func describeEntry(t *testing.T, l casework.JournalLine) (timelineEvent, string) {
	t.Helper()
	teller := timelineWriter{texts: chineseTexts(t), aliases: map[string]string{"p1": "老王"}}
	told := teller.newEvent(correctedLine{JournalLine: l})
	var parts []string
	for _, part := range slices.Concat(told.Details, told.Quotes) {
		parts = append(parts, part.Name+" "+part.Value)
	}
	return told, strings.Join(parts, "; ")
}

func TestTimelineFacts(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		line        casework.JournalLine
		title, says string
	}{
		"a stage": {stageEntered(recovery.Appeal), "进入“客服申诉”", ""},
		"a clock": {
			journalLine(recovery.EntryDeadlinePassed, map[string]any{"deadline": "contact_answer", "source": "rule"}), "期限已过", "期限 等对方答复",
		},
		"what moved it": {journalLine(recovery.EntryClosed, map[string]any{"outcome": "unrecovered", "recovered_fen": 1250.0, "because": "legal_outcome"}),
			"结案", "共退回 ¥12.50; 结果 未能追回; 起因 等法律途径的结果"},
		"an answer": {journalLine(recovery.EntryResponseRecorded, map[string]any{"kind": "refused", "counterpart_id": "p1", "refusal": "claims_gift"}),
			"对方答复", "类别 拒绝退还; 收款人 老王; 理由 认为是赠与"},
		"a list":            {journalLine(recovery.EntryEvidenceRequested, map[string]any{"kinds": []any{"statement", "ticket"}}), "要求补充证据", "需要的证据 账单明细、客服工单"},
		"a word of its own": {journalLine(recovery.EntryLegalStep, map[string]any{"kind": "notarised"}), "法律进展", "类别 notarised"},
		"a plan": {journalLine(recovery.EntryPlanProposed, map[string]any{"counterpart_id": "p1", "instalments": []any{
			map[string]any{"no": 1.0, "due_on": "2026-12-01", "amount_fen": 50000.0}, "nonsense"}}), "提出还款计划", "收款人 老王; 各期 2026-12-01 ¥500.00"},
		"a breach": {journalLine(recovery.EntryContactRecorded, map[string]any{"breaches": []any{"contact_limit", "quiet_hours"}}),
			"联系了对方", "注意 超过联系次数、在免打扰时段"},
		"no such person":   {journalLine(recovery.EntryContactRecorded, map[string]any{"counterpart_id": "p9"}), "联系了对方", ""},
		"a broken amount":  {journalLine(recovery.EntryReturnRecorded, map[string]any{"amount_fen": "much"}), "退款到账", ""},
		"an unknown cause": {journalLine(recovery.EntryClosed, map[string]any{"because": "magic"}), "结案", ""},
	} {
		told, says := describeEntry(t, test.line)
		if told.Title != test.title || says != test.says {
			t.Errorf("%s: %q, %q; want %q, %q", name, told.Title, says, test.title, test.says)
		}
	}
}

// TestTimelineTexts expects erased and withheld texts to be marked as such.
func TestTimelineTexts(t *testing.T) {
	t.Parallel()
	l := journalLine(recovery.EntryNoteAdded, nil)
	l.Values = map[string]string{"text": "麻烦退回\n谢谢", "file_name": "a.png", "claimant.name": "林晓"}
	l.Erased, l.Withheld = []string{"note"}, []string{"reason"}
	told, says := describeEntry(t, l)
	if says != "文件 a.png; 内容 麻烦退回\n谢谢; 理由 内容仅工作人员可见; 说明 内容已依请求删除" {
		t.Error(says)
	}
	if len(told.Quotes) != 3 || len(told.Details) != 1 {
		t.Errorf("%+v", told)
	}
}

// TestTimelineClaimedAt expects the claimed time only if it differs from the
// time of receipt.
func TestTimelineClaimedAt(t *testing.T) {
	t.Parallel()
	l := journalLine(recovery.EntryContactRecorded, nil)
	for claimed, want := range map[string]string{
		"": "", "nonsense": "", "2026-11-21T04:00:59.000000Z": "", "2026-11-20T04:00:00.000000Z": "11-20 12:00",
	} {
		l.Entry.ClaimedAt = claimed
		if told, _ := describeEntry(t, l); told.ClaimedAt != want {
			t.Errorf("claimed at %q: %q, want %q", claimed, told.ClaimedAt, want)
		}
	}
}

func TestTimelineIsNewestFirst(t *testing.T) {
	t.Parallel()
	first, second := journalLine(recovery.EntryCaseFiled, nil), contacted
	first.Seq, second.Seq = 1, 2
	c := &pageContext{texts: chineseTexts(t), visitor: visitor{}}
	data := caseAt(recovery.Position{})
	data.journal = casework.JournalWindow{First: 1, Last: 2, Size: 2, Lines: []casework.JournalLine{first, second}}
	events := c.newTimeline(data).Events
	if len(events) != 2 || events[0].Seq != 2 || events[1].Mark != "stage" {
		t.Errorf("%+v", events)
	}
}

// TestStateToken expects a new token when something on the page has changed.
func TestStateToken(t *testing.T) {
	t.Parallel()
	data := caseAt(recovery.Position{})
	seen := map[string]bool{data.stateToken(): true}
	changes := []func(){
		func() { data.Version++ },
		func() { data.files = recovery.EvidenceCount{Total: 1, BeingExamined: 1} },
		func() { data.files.BeingExamined = 0 },
		func() { data.exports = append(data.exports, recovery.Export{State: recovery.ExportBuilding}) },
		func() { data.exports[0].State = recovery.ExportReady },
	}
	for i, change := range changes {
		change()
		if seen[data.stateToken()] {
			t.Errorf("change %d goes unnoticed", i)
		}
		seen[data.stateToken()] = true
	}
}

// TestEndedTexts expects the last day to sue where money is missing, and no word
// of it where the claim is met or replaced.
func TestEndedTexts(t *testing.T) {
	t.Parallel()
	paid := time.Date(2026, 11, 21, 3, 0, 0, 0, time.UTC)
	c := &pageContext{texts: chineseTexts(t), web: &Web{now: func() time.Time { return paid.AddDate(1, 0, 0) }}}
	for _, outcome := range recovery.Outcomes {
		at := recovery.Position{Stage: recovery.Closed, Outcome: outcome, Claim: 200_000, Recovered: 50_000, PaidAt: paid}
		replaced := outcome == recovery.Settled || outcome == recovery.Judgment
		if got := strings.Contains(c.endedText(at), "诉讼时效到 2029-11-21"); got == replaced {
			t.Errorf("%s: %s", outcome, c.endedText(at))
		}
		at.Recovered = at.Claim
		if strings.Contains(c.endedText(at), "诉讼时效") {
			t.Errorf("%s with nothing missing: %s", outcome, c.endedText(at))
		}
	}
	c.web.now = func() time.Time { return paid.AddDate(4, 0, 0) }
	late := c.endedText(recovery.Position{Stage: recovery.Closed, Outcome: recovery.Unrecovered, Claim: 1, PaidAt: paid})
	if !strings.Contains(late, "已在 2029-11-21 届满") {
		t.Error(late)
	}
}

// TestWatchTellsToAct reads the texts that a claimant acts on while the money can
// still be stopped, and those that could promise what the platform decides.
func TestWatchTellsToAct(t *testing.T) {
	t.Parallel()
	say := chineseTexts(t)
	for key, want := range map[string][]string{
		"next.recall_watch.text":     {"能撤回就马上撤回", "请对方先别领", "一般会自动退回"},
		"start.until_refund":         {"一般在这时自动退回"},
		"next.appeal_granted.text":   {"认可了申诉", "以平台答复为准"},
		"case.plan_ok":               {"没有查出明显的问题", "再看一遍"},
		"next.says_returned.text":    {"账单", "真的到账了"},
		"case.link_opened":           {"有人打开过"},
		"part.holders_home.help":     {"尽量填", "先填证件号码"},
		"case.avoidance_hint":        {"152、199"},
		"upload.help":                {"校验码", "没改过"},
		"site.name":                  {"误付帮办"},
		"silence.route_choice":       {"权利不受影响"},
		"action.withdraw.help":       {"权利不受影响"},
		"return.lead":                {"付款人发错了"},
		"error.stale.do":             {"复制下来"},
		"start.file":                 {"登记案件"},
		"part.group.holder_help":     {"电子凭证", "律师"},
		"next.private_contact.title": {"私下"},
	} {
		for _, part := range want {
			if text := say.Get(key).String(); !strings.Contains(text, part) {
				t.Errorf("%s does not say %q: %s", key, part, text)
			}
		}
	}
}

// TestReturnPageNamesTheDefence expects the recipient to read the rule that may
// help them, beside those that oblige them.
func TestReturnPageNamesTheDefence(t *testing.T) {
	t.Parallel()
	law := chineseTexts(t).T("return.law")
	for _, part := range []string{"请你返还（民法典 985）", "不知道是误转、钱也已经不在了", "（986）", "赔偿损失（987）"} {
		if !strings.Contains(law, part) {
			t.Errorf("%q is missing in %s", part, law)
		}
	}
}
