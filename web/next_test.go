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

func at(p recovery.Position, lines ...casework.JournalLine) *caseData {
	return &caseData{
		View:  casework.View{Case: recovery.Case{Position: p}, Allowed: p.Allowed(recovery.RoleClaimant)},
		lines: lines,
	}
}

func line(kind recovery.EntryKind, facts map[string]any) casework.JournalLine {
	return casework.JournalLine{
		At: time.Date(2026, 11, 21, 4, 0, 0, 0, time.UTC), Values: map[string]string{},
		Entry: journal.Entry{Kind: kind, Facts: facts, Actor: recovery.Actor{Role: recovery.RoleClaimant}},
	}
}

func entered(stage recovery.Stage) casework.JournalLine {
	return line(recovery.EntryStageEntered, map[string]any{"from": "private_contact", "to": string(stage)})
}

var contacted = line(recovery.EntryContactRecorded, nil)

// planned stands in private contact with a plan over the whole claim.
func planned(plan recovery.Plan) recovery.Position {
	plan.No, plan.CounterpartID = 1, "a"
	plan.Instalments = []recovery.Instalment{{No: 1, DueOn: "2026-12-01", Amount: 40}, {No: 2, DueOn: "2027-01-01", Amount: 60}}
	return recovery.Position{Stage: recovery.PrivateContact, Claim: 100, Counterparts: []recovery.CounterpartState{{ID: "a"}}, Plans: []recovery.Plan{plan}}
}

// A plan that brings only a part leaves the case on its way.
func TestPartialPlanDoesNotWait(t *testing.T) {
	t.Parallel()
	p := planned(recovery.Plan{Running: true})
	p.Claim = 101
	if got := situation(at(p)); got != "private_contact" {
		t.Error(got)
	}
}

// One tap records the refund of what nobody is known to hold.
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
		c := &call{say: chinese(t), web: &Web{now: time.Now}}
		next := c.next(at(recovery.Position{Stage: recovery.RecallWatch, RefundAsked: true, Claim: 2000, Counterparts: test.holders}))
		if next.Quick == nil || next.Quick.Hidden[0].Value != test.want || !next.Upload {
			t.Errorf("%s: %+v", name, next.Quick)
			continue
		}
		values := url.Values{}
		for _, hidden := range next.Quick.Hidden {
			values.Set(hidden.Label, hidden.Value)
		}
		act, d := decodeAct(recovery.RecordReturn, values)
		if err := act.Validate(time.Now().Add(time.Second)); err != nil || len(d.faults) > 0 || act.Channel != recovery.AutoRefund {
			t.Errorf("%s: %+v, %v %v", name, act, err, d.faults)
		}
	}
}

// An instalment is late when its day in China is over, or when the case says so.
func TestPartState(t *testing.T) {
	t.Parallel()
	midnight := time.Date(2026, 12, 1, 16, 0, 0, 0, time.UTC) // the second of December in China
	part := recovery.Instalment{No: 2, DueOn: "2026-12-01", Amount: 100}
	running := recovery.Plan{Running: true}
	for name, test := range map[string]struct {
		plan recovery.Plan
		paid recovery.Money
		now  time.Time
		want string
	}{
		"on its day":     {running, 0, midnight.Add(-time.Second), partDue},
		"the day after":  {running, 0, midnight, partLate},
		"paid late":      {running, 100, midnight, partPaid},
		"paid in part":   {running, 40, midnight.Add(-time.Second), partSome},
		"in grace":       {recovery.Plan{Running: true, Grace: 2}, 0, midnight.Add(-time.Second), partLate},
		"only an offer":  {recovery.Plan{}, 0, midnight, partDue},
		"part, too late": {running, 40, midnight, partLate},
	} {
		part.Paid = test.paid
		if got := partState(test.plan, part, test.now); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}

func TestSituation(t *testing.T) {
	t.Parallel()
	promised := recovery.Position{Stage: recovery.PrivateContact, Counterparts: []recovery.CounterpartState{{Answer: recovery.Promised}}}
	preparing := recovery.Position{Stage: recovery.Appeal, Appeal: recovery.AppealPreparing}
	lackingOne := at(preparing)
	lackingOne.Requirements = []recovery.Requirement{{Kind: recovery.Statement, Required: true}}
	haveAll := at(preparing)
	haveAll.Requirements = []recovery.Requirement{{Kind: recovery.Statement, Required: true, Satisfied: true}, {Kind: recovery.Ticket}}
	for want, data := range map[string]*caseData{
		"recall_watch":         at(recovery.Position{Stage: recovery.RecallWatch}),
		"private_contact":      at(recovery.Position{Stage: recovery.PrivateContact}),
		"private_contact_wait": at(recovery.Position{Stage: recovery.PrivateContact}, contacted),
		"promise":              at(promised, contacted),
		"group_notice":         at(recovery.Position{Stage: recovery.GroupNotice}, contacted, entered(recovery.GroupNotice)),
		"group_notice_wait":    at(recovery.Position{Stage: recovery.GroupNotice}, entered(recovery.GroupNotice), contacted),
		"appeal_lacking":       lackingOne,
		"appeal_preparing":     haveAll,
		"appeal_submitted":     at(recovery.Position{Stage: recovery.Appeal, Appeal: recovery.AppealSubmitted}),
		"appeal_more_evidence": at(recovery.Position{Stage: recovery.Appeal, Appeal: recovery.AppealMoreEvidence}),
		"appeal_granted":       at(recovery.Position{Stage: recovery.Appeal, Appeal: recovery.AppealGranted}),
		"legal_route":          at(recovery.Position{Stage: recovery.Legal}),
		"legal_step":           at(recovery.Position{Stage: recovery.Legal, Route: recovery.SmallClaims}),
		"appeal_with_platform": at(recovery.Position{Stage: recovery.Appeal, Appeal: recovery.AppealWithPlatform}),
		"appeal_proposed":      at(recovery.Position{Stage: recovery.Appeal, Appeal: recovery.AppealProposed}),
		"refund_asked":         at(recovery.Position{Stage: recovery.RecallWatch, RefundAsked: true, Claim: 100}),
		"paused":               at(recovery.Position{Stage: recovery.GroupNotice, Pause: &recovery.Pause{}}, contacted),
		"says_returned":        at(recovery.Position{Stage: recovery.Legal, Pause: &recovery.Pause{}, Counterparts: []recovery.CounterpartState{{ID: "a", ReportedReturned: 5}}}),
		"plan_answer":          at(planned(recovery.Plan{By: recovery.RoleCounterpart})),
		"plan_running":         at(planned(recovery.Plan{By: recovery.RoleClaimant, Running: true})),
		"plan_late":            at(planned(recovery.Plan{By: recovery.RoleClaimant, Running: true, Grace: 1})),
	} {
		if got := situation(data); got != want {
			t.Errorf("%+v is %q, want %q", data.Position, got, want)
		}
		c := &call{say: chinese(t), web: &Web{now: time.Now}}
		next := c.next(data)
		if strings.Contains(next.Title+next.Text+next.Label, "⟦") || next.Title == "" {
			t.Errorf("%s has no words: %+v", want, next)
		}
		if next.Waits == (next.Href != "") {
			t.Errorf("%s neither waits nor leads anywhere: %+v", want, next)
		}
	}
}

// Every way a case can end is told in words.
func TestEndings(t *testing.T) {
	t.Parallel()
	c := &call{say: chinese(t)}
	for _, outcome := range recovery.Outcomes {
		next := c.next(at(recovery.Position{Stage: recovery.Closed, Outcome: outcome}))
		if !next.Closed || strings.Contains(next.Title+next.Text, "⟦") {
			t.Errorf("%s: %+v", outcome, next)
		}
	}
}

func TestStages(t *testing.T) {
	t.Parallel()
	c := &call{say: chinese(t)}
	states := func(d *caseData) string {
		var letters strings.Builder
		for _, mark := range c.stages(d) {
			letters.WriteString(mark.State[:1])
		}
		return letters.String()
	}
	filed := line(recovery.EntryCaseFiled, map[string]any{"stage": "private_contact"})
	for name, test := range map[string]struct {
		data *caseData
		want string // done, now, ahead, skipped
	}{
		"filed":       {at(recovery.Position{Stage: recovery.PrivateContact}, filed), "snaaaa"},
		"watching":    {at(recovery.Position{Stage: recovery.RecallWatch}, line(recovery.EntryCaseFiled, map[string]any{"stage": "recall_watch"})), "naaaaa"},
		"one to one":  {at(recovery.Position{Stage: recovery.PrivateContact, OneToOne: true}, filed), "snsaaa"},
		"leapt ahead": {at(recovery.Position{Stage: recovery.Legal}, filed, line(recovery.EntryEscalated, map[string]any{"to": "legal"}), entered(recovery.Legal)), "sdssna"},
		"closed":      {at(recovery.Position{Stage: recovery.Closed}, filed, entered(recovery.GroupNotice)), "sddssn"},
	} {
		if got := states(test.data); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}

// The first deadline that runs is the one that counts; one that stands still
// says why.
func TestDue(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	c := &call{say: chinese(t), web: &Web{now: func() time.Time { return now }}}
	if c.due(nil, 1) != nil {
		t.Error("no deadline is due")
	}
	still := recovery.Deadline{Kind: recovery.DecisionClock, DueAt: now.Add(-time.Hour), PausedBecause: recovery.StoppedForPlatform}
	runs := recovery.Deadline{Kind: recovery.PlatformClock, DueAt: now.Add(30 * time.Hour)}
	mark := c.due([]recovery.Deadline{still, runs, {Kind: recovery.LimitationClock, DueAt: now.Add(1000 * time.Hour)}}, 1)
	if mark.Name != "等平台答复" || mark.Late || mark.Near || mark.Paused != "" || mark.Then == "" {
		t.Errorf("%+v", mark)
	}
	if mark = c.due([]recovery.Deadline{still}, 1); mark.Paused != "等平台答复" || mark.Late || mark.Near {
		t.Errorf("%+v", mark)
	}
	runs.DueAt = now.Add(23 * time.Hour)
	if mark = c.due([]recovery.Deadline{runs}, 1); !mark.Near {
		t.Errorf("a day ahead is near: %+v", mark)
	}
	if mark = c.due([]recovery.Deadline{runs}, 3600); mark.Near {
		t.Errorf("under a pace a day is long: %+v", mark)
	}
	runs.DueAt = now.Add(-time.Second)
	if mark = c.due([]recovery.Deadline{runs}, 1); !mark.Late || mark.Near {
		t.Errorf("%+v", mark)
	}
	for _, kind := range recovery.Clocks {
		if mark := c.due([]recovery.Deadline{{Kind: kind, DueAt: now}}, 1); strings.Contains(mark.Name+mark.Then, "⟦") {
			t.Errorf("%s has no words", kind)
		}
	}
}

// Of a plan only the next part stands among the clocks; tasks and parts say
// which they are.
func TestClocks(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	c := &call{say: chinese(t), web: &Web{now: func() time.Time { return now }}}
	marks := c.clocks([]recovery.Deadline{
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

// tell words one entry as the timeline does.
func tell(t *testing.T, l casework.JournalLine) (event, string) {
	t.Helper()
	teller := teller{say: chinese(t), aliases: map[string]string{"p1": "老王"}}
	told := teller.event(l)
	var parts []string
	for _, part := range slices.Concat(told.Bits, told.Quotes) {
		parts = append(parts, part.Name+" "+part.Value)
	}
	return told, strings.Join(parts, "; ")
}

func TestTimelineWords(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		line        casework.JournalLine
		title, says string
	}{
		"a stage": {entered(recovery.Appeal), "进入“客服申诉”", ""},
		"a clock": {
			line(recovery.EntryDeadlinePassed, map[string]any{"deadline": "contact_answer", "source": "rule"}), "期限已过", "期限 等对方答复",
		},
		"what moved it": {line(recovery.EntryClosed, map[string]any{"outcome": "unrecovered", "recovered_fen": 1250.0, "because": "legal_outcome"}),
			"结案", "已追回 ¥12.50; 结果 未能追回; 起因 等法律途径的结果"},
		"an answer": {line(recovery.EntryResponseRecorded, map[string]any{"kind": "refused", "counterpart_id": "p1", "refusal": "claims_gift"}),
			"对方答复", "类别 拒绝退还; 接收者 老王; 理由 说是赠与"},
		"a list":            {line(recovery.EntryEvidenceRequested, map[string]any{"kinds": []any{"statement", "ticket"}}), "要求补充证据", "需要的证据 账单明细、客服工单"},
		"a word of its own": {line(recovery.EntryLegalStep, map[string]any{"kind": "notarised"}), "法律进展", "类别 notarised"},
		"a plan": {line(recovery.EntryPlanProposed, map[string]any{"counterpart_id": "p1", "instalments": []any{
			map[string]any{"no": 1.0, "due_on": "2026-12-01", "amount_fen": 50000.0}, "nonsense"}}), "提出还款计划", "接收者 老王; 各期 2026-12-01 ¥500.00"},
		"a breach": {line(recovery.EntryContactRecorded, map[string]any{"breaches": []any{"contact_limit", "quiet_hours"}}),
			"联系了对方", "注意 超过联系次数、在免打扰时段"},
		"no such person":   {line(recovery.EntryContactRecorded, map[string]any{"counterpart_id": "p9"}), "联系了对方", ""},
		"a broken amount":  {line(recovery.EntryReturnRecorded, map[string]any{"amount_fen": "much"}), "退款到账", ""},
		"an unknown cause": {line(recovery.EntryClosed, map[string]any{"because": "magic"}), "结案", ""},
	} {
		told, says := tell(t, test.line)
		if told.Title != test.title || says != test.says {
			t.Errorf("%s: %q, %q; want %q, %q", name, told.Title, says, test.title, test.says)
		}
	}
}

// What was erased or withheld is said to be so, never left out in silence.
func TestTimelineOwnWords(t *testing.T) {
	t.Parallel()
	l := line(recovery.EntryNoteAdded, nil)
	l.Values = map[string]string{"text": "麻烦退回\n谢谢", "file_name": "a.png", "claimant.name": "林晓"}
	l.Erased, l.Withheld = []string{"note"}, []string{"reason"}
	told, says := tell(t, l)
	if says != "文件 a.png; 内容 麻烦退回\n谢谢; 理由 内容仅工作人员可见; 说明 内容已依请求删除" {
		t.Error(says)
	}
	if len(told.Quotes) != 3 || len(told.Bits) != 1 {
		t.Errorf("%+v", told)
	}
}

// A claimed time is told when it says something the time of receipt does not.
func TestTimelineClaimedAt(t *testing.T) {
	t.Parallel()
	l := line(recovery.EntryContactRecorded, nil)
	for claimed, want := range map[string]string{
		"": "", "nonsense": "", "2026-11-21T04:00:59.000000Z": "", "2026-11-20T04:00:00.000000Z": "11-20 12:00",
	} {
		l.Entry.ClaimedAt = claimed
		if told, _ := tell(t, l); told.ClaimedAt != want {
			t.Errorf("claimed at %q: %q, want %q", claimed, told.ClaimedAt, want)
		}
	}
}

func TestTimelineIsNewestFirst(t *testing.T) {
	t.Parallel()
	first, second := line(recovery.EntryCaseFiled, nil), contacted
	first.Seq, second.Seq = 1, 2
	c := &call{say: chinese(t)}
	events := c.timeline(at(recovery.Position{}, first, second))
	if len(events) != 2 || events[0].Seq != 2 || events[1].Mark != "stage" {
		t.Errorf("%+v", events)
	}
}

// The page refreshes when something it shows has changed.
func TestToken(t *testing.T) {
	t.Parallel()
	data := at(recovery.Position{})
	seen := map[string]bool{data.token(): true}
	changes := []func(){
		func() { data.Version++ },
		func() { data.evidence = append(data.evidence, recovery.Evidence{}) },
		func() { data.exports = append(data.exports, recovery.Export{State: recovery.ExportBuilding}) },
		func() { data.exports[0].State = recovery.ExportReady },
	}
	for i, change := range changes {
		change()
		if seen[data.token()] {
			t.Errorf("change %d goes unnoticed", i)
		}
		seen[data.token()] = true
	}
}
