package web

import (
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

func TestSituation(t *testing.T) {
	t.Parallel()
	promised := recovery.Position{Stage: recovery.PrivateContact, Holders: []recovery.Holder{{Answer: recovery.Promised}}}
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
	} {
		if got := situation(data); got != want {
			t.Errorf("%+v is %q, want %q", data.Position, got, want)
		}
		c := &call{say: chinese(t)}
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

// The first of several deadlines is the one that counts.
func TestDue(t *testing.T) {
	t.Parallel()
	c := &call{say: chinese(t)}
	now := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	if c.due(nil, now) != nil {
		t.Error("no deadline is due")
	}
	mark := c.due([]recovery.Deadline{
		{Kind: recovery.LegalClock, DueAt: now.Add(time.Hour)},
		{Kind: recovery.PromiseClock, DueAt: now.Add(-time.Hour), PausedBecause: "节假日"},
	}, now)
	if mark.Name != "答应退还的期限" || !mark.Late || mark.Paused != "节假日" || mark.Then == "" {
		t.Errorf("%+v", mark)
	}
	for _, kind := range recovery.Clocks {
		if mark := c.due([]recovery.Deadline{{Kind: kind, DueAt: now}}, now); strings.Contains(mark.Name+mark.Then, "⟦") {
			t.Errorf("%s has no words", kind)
		}
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
		"no such person":    {line(recovery.EntryContactRecorded, map[string]any{"counterpart_id": "p9"}), "联系了对方", ""},
		"a broken amount":   {line(recovery.EntryReturnRecorded, map[string]any{"amount_fen": "much"}), "退款到账", ""},
		"an unknown cause":  {line(recovery.EntryClosed, map[string]any{"because": "magic"}), "结案", ""},
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
