package casework_test

import (
	"errors"
	"testing"
	"time"

	"recourse/casework"
	"recourse/casework/casetest"
	"recourse/evidence/journal"
	"recourse/recovery"
)

func findEntry(t *testing.T, rig *casetest.Fixture, id recovery.CaseID, kind recovery.EntryKind) journal.Entry {
	t.Helper()
	entries := rig.ReadEntries(t, id)
	for i := len(entries) - 1; i >= 0; i-- {
		if entries[i].Kind == kind {
			return entries[i]
		}
	}
	t.Fatalf("no entry %s", kind)
	return journal.Entry{}
}

func fen(amount recovery.Money) *recovery.Money { return &amount }

// mistypeReturn records a return with two zeros too many, confirmed, on a fresh case.
func mistypeReturn(t *testing.T, rig *casetest.Fixture) (view casework.View, seq int64) {
	t.Helper()
	filing := casetest.Filing()
	filing.Counterparts = filing.Counterparts[:1]
	view = fileWith(t, rig, filing)
	now, sure := rig.Now(), true
	body := recovery.ActionBody{
		Action: recovery.RecordReturn, CounterpartID: view.Counterparts[0].ID, Amount: fen(100 * filing.Amount), At: &now, Channel: recovery.ByWeChat,
	}
	_, err := rig.TakeAction(t.Context(), rig.As(recovery.RoleClaimant), view.ID, body)
	wantCode(t, err, recovery.CodeConfirmNeeded)
	body.Confirm = &sure
	act(t, rig, recovery.RoleClaimant, view.ID, body)
	return readCase(t, rig, view.ID), findEntry(t, rig, view.ID, recovery.EntryReturnRecorded).Seq
}

// TestAMistypedReturn is corrected by its author: the case is open again, and record,
// journal, sums and statistics say the right thing.
func TestAMistypedReturn(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	rig.SetNoon(1)
	view, seq := mistypeReturn(t, rig)
	if view.Position.Outcome != recovery.RecoveredFull || view.ClosedAt == nil {
		t.Fatalf("the mistake: %+v", view.Position)
	}
	act(t, rig, recovery.RoleClaimant, view.ID, recovery.ActionBody{
		Action: recovery.Correct, Seq: seq, Reason: "多打了两个零", Replacement: &recovery.ActionBody{Amount: fen(view.Amount / 10)},
	})
	after := readCase(t, rig, view.ID)
	p := after.Position
	if !p.IsOpen() || after.ClosedAt != nil || p.Recovered != view.Amount/10 || p.Surplus != 0 || len(after.Deadlines) < 2 {
		t.Errorf("after: %+v, closed %v", p, after.ClosedAt)
	}
	if after.Counterparts[0].ReturnFen != view.Amount/10 {
		t.Errorf("the counterpart returned %s", after.Counterparts[0].ReturnFen)
	}
	correction := findEntry(t, rig, view.ID, recovery.EntryCorrected)
	replacement, _ := correction.Facts["replacement"].(map[string]any)
	if correction.Facts["corrects"] != float64(seq) || replacement["amount_fen"] != float64(view.Amount/10) || replacement["channel"] != "wechat" || correction.Commitments["reason"] == "" {
		t.Errorf("the entry: %+v", correction)
	}
	if entered := findEntry(t, rig, view.ID, recovery.EntryStageEntered); entered.Facts["from"] != "closed" || entered.Facts["because"] != "correct" {
		t.Errorf("the stage: %+v", entered.Facts)
	}
	if len(after.Corrections) != 1 || after.Corrections[0].Seq != seq || after.Corrections[0].BySeq != correction.Seq || after.Corrections[0].TakenBack {
		t.Errorf("the mark: %+v", after.Corrections)
	}
	wantNoOutcomes(t, rig)
}

// wantNoOutcomes expects no closed case and no stage left in the statistics.
func wantNoOutcomes(t *testing.T, rig *casetest.Fixture) {
	t.Helper()
	rows, err := rig.Stats(t.Context(), rig.Actor(recovery.RoleSupervisor), []recovery.Dimension{recovery.ByStage}, true)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if len(row.Outcomes) > 0 || row.RecoveredFen > row.ClaimedFen || row.Stays > 0 {
			t.Errorf("the statistics still have %+v", row)
		}
	}
}

// TestAReplacementKeepsWhatItLeavesOut, also when an entry is corrected twice.
func TestAReplacementKeepsWhatItLeavesOut(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	now := rig.SetNoon(1)
	view := rig.FileCase(t)
	one := view.Counterparts[0].ID
	act(t, rig, recovery.RoleClaimant, view.ID, recovery.ActionBody{
		Action: recovery.RecordResponse, CounterpartID: one, Kind: string(recovery.Refused), Refusal: recovery.ClaimsGift, Text: "说是送的", At: &now,
	})
	seq := findEntry(t, rig, view.ID, recovery.EntryResponseRecorded).Seq
	correct := func(replacement recovery.ActionBody) map[string]any {
		act(t, rig, recovery.RoleClaimant, view.ID, recovery.ActionBody{Action: recovery.Correct, Seq: seq, Reason: "记错了", Replacement: &replacement})
		facts, _ := findEntry(t, rig, view.ID, recovery.EntryCorrected).Facts["replacement"].(map[string]any)
		return facts
	}
	facts := correct(recovery.ActionBody{Refusal: recovery.ClaimsOwed})
	if facts["kind"] != "refused" || facts["refusal"] != "claims_owed" || facts["counterpart_id"] != string(one) {
		t.Errorf("another refusal: %v", facts)
	}
	if facts = correct(recovery.ActionBody{Kind: string(recovery.Promised)}); facts["kind"] != "promised" || facts["refusal"] != nil {
		t.Errorf("another answer keeps no refusal: %v", facts)
	}
	after := readCase(t, rig, view.ID)
	if c := after.Counterparts[0]; c.Answer != recovery.Promised || c.Refusal != "" || len(after.Corrections) != 1 {
		t.Errorf("%+v, marks %+v", c, after.Corrections)
	}
	if deadlineOf(after, recovery.PromiseClock) == nil {
		t.Error("the promise has no deadline")
	}
}

func deadlineOf(view casework.View, clock recovery.Clock) *recovery.Deadline {
	for i := range view.Deadlines {
		if view.Deadlines[i].Kind == clock {
			return &view.Deadlines[i]
		}
	}
	return nil
}

// TestClearedFields expects an optional field that a correction clears to be gone, and a
// required one to be refused.
func TestClearedFields(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	view := rig.FileCase(t)
	at := rig.Now()
	act(t, rig, recovery.RoleClaimant, view.ID, recovery.ActionBody{
		Action: recovery.RecordResponse, CounterpartID: view.Counterparts[0].ID, Kind: string(recovery.Refused), Refusal: recovery.Refuses, Text: "不还", At: &at,
	})
	seq := findEntry(t, rig, view.ID, recovery.EntryResponseRecorded).Seq
	correct := func(cleared []string, replacement *recovery.ActionBody) error {
		_, err := rig.TakeAction(t.Context(), rig.As(recovery.RoleClaimant), view.ID, recovery.ActionBody{
			Action: recovery.Correct, Seq: seq, Reason: "记错了", Replacement: replacement, Clear: cleared,
		})
		return err
	}
	wantField(t, correct([]string{"kind"}, nil), "replacement.kind", "required")
	wantField(t, correct([]string{"route"}, nil), "clear", "unknown_field")
	wantField(t, correct([]string{"text"}, &recovery.ActionBody{Text: "会还"}), "clear", "contradicts")
	if err := correct([]string{"text"}, nil); err != nil {
		t.Fatal(err)
	}
	correction := findEntry(t, rig, view.ID, recovery.EntryCorrected)
	replacement, _ := correction.Facts["replacement"].(map[string]any)
	if replacement["refusal"] != string(recovery.Refuses) || correction.Commitments["replacement.text"] != "" {
		t.Errorf("the correction states %v, commits to %v", replacement, correction.Commitments)
	}
	if fault := wantCode(t, correct([]string{"text"}, nil), recovery.CodeInvalid); fault.Fields[0].Code != "unchanged" {
		t.Errorf("cleared twice: %v", fault)
	}
}

// TestNothingExplainsAnOldValue: what explained a value that was replaced is not kept. A
// required explanation has to be stated again.
func TestNothingExplainsAnOldValue(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	now := rig.SetNoon(1)
	view := rig.FileCase(t)
	one := view.Counterparts[0].ID
	for _, step := range []struct {
		kind        recovery.EntryKind
		taken       recovery.ActionBody
		replacement recovery.ActionBody
		required    func(*recovery.ActionBody)
	}{
		{recovery.EntryResponseRecorded, recovery.ActionBody{
			Action: recovery.RecordResponse, CounterpartID: one, Kind: string(recovery.Refused), Refusal: recovery.ClaimsGift, Text: "旧的解释", At: &now,
		}, recovery.ActionBody{Kind: string(recovery.Promised)}, nil},
		{recovery.EntryEscalated, recovery.ActionBody{Action: recovery.Escalate, To: recovery.Legal, Reason: "x"}, recovery.ActionBody{}, nil},
		{recovery.EntryRouteChosen, recovery.ActionBody{Action: recovery.ChooseRoute, Route: recovery.SmallClaims, Why: "旧的解释"},
			recovery.ActionBody{Route: recovery.CivilSuit}, func(b *recovery.ActionBody) { b.Why = "新的解释" }},
		{recovery.EntryLegalStep, recovery.ActionBody{Action: recovery.RecordLegalStep, Kind: "hearing_held", Ref: "旧的解释", Amount: fen(500), At: &now},
			recovery.ActionBody{Kind: "judgment"}, nil},
		{recovery.EntryClosed, recovery.ActionBody{Action: recovery.CloseCase, Outcome: recovery.Settled, Reason: "旧的解释"},
			recovery.ActionBody{Outcome: recovery.Unrecovered}, func(b *recovery.ActionBody) { b.Reason = "新的解释" }},
	} {
		role := recovery.RoleLegal
		if step.taken.Action == recovery.RecordResponse || step.taken.Action == recovery.Escalate {
			role = recovery.RoleClaimant
		}
		act(t, rig, role, view.ID, step.taken)
		if step.kind == recovery.EntryEscalated {
			continue
		}
		body := recovery.ActionBody{Action: recovery.Correct, Seq: findEntry(t, rig, view.ID, step.kind).Seq, Reason: "记错了", Replacement: &step.replacement}
		if step.required != nil {
			_, err := rig.TakeAction(t.Context(), rig.As(recovery.RoleSupervisor), view.ID, body)
			wantCode(t, err, recovery.CodeInvalid)
			step.required(&step.replacement)
		}
		act(t, rig, recovery.RoleSupervisor, view.ID, body)
		lines := readJournal(t, rig, recovery.RoleSupervisor, view.ID)
		correction := lines[len(lines)-1]
		for correction.Entry.Kind != recovery.EntryCorrected {
			lines = lines[:len(lines)-1]
			correction = lines[len(lines)-1]
		}
		facts, _ := correction.Entry.Facts["replacement"].(map[string]any)
		for path, value := range correction.Values {
			if value == "旧的解释" {
				t.Errorf("%s keeps %s", step.kind, path)
			}
		}
		if facts["refusal"] != nil || facts["amount_fen"] != nil {
			t.Errorf("%s keeps %v", step.kind, facts)
		}
	}
}

// TestRefusedCorrections change nothing.
func TestRefusedCorrections(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	now := rig.SetNoon(1)
	view := rig.FileCase(t)
	act(t, rig, recovery.RoleAgent, view.ID, recovery.ActionBody{Action: recovery.AddNote, Text: "内部", Visibility: recovery.NoteInternal})
	internal := findEntry(t, rig, view.ID, recovery.EntryNoteAdded).Seq
	act(t, rig, recovery.RoleClaimant, view.ID, recovery.ActionBody{Action: recovery.RecordReturn, Amount: fen(10), At: &now, Channel: recovery.Cash})
	returned := findEntry(t, rig, view.ID, recovery.EntryReturnRecorded).Seq
	before := len(rig.ReadEntries(t, view.ID))
	tomorrow := now.Add(24 * time.Hour)
	for name, test := range map[string]struct {
		role recovery.Role
		body recovery.ActionBody
		code recovery.Code
	}{
		"the filing":             {recovery.RoleSupervisor, recovery.ActionBody{Seq: 1}, recovery.CodeCorrectionRefused},
		"an absent entry":        {recovery.RoleSupervisor, recovery.ActionBody{Seq: 99}, recovery.CodeNotFound},
		"a note not to be seen":  {recovery.RoleClaimant, recovery.ActionBody{Seq: internal}, recovery.CodeNotFound},
		"another's entry":        {recovery.RoleAgent, recovery.ActionBody{Seq: returned}, recovery.CodeForbidden},
		"a value that is wrong":  {recovery.RoleClaimant, recovery.ActionBody{Seq: returned, Replacement: &recovery.ActionBody{At: &tomorrow}}, recovery.CodeInvalid},
		"a field of another act": {recovery.RoleClaimant, recovery.ActionBody{Seq: returned, Replacement: &recovery.ActionBody{Route: recovery.SetOff}}, recovery.CodeInvalid},
		"an empty replacement":   {recovery.RoleClaimant, recovery.ActionBody{Seq: returned, Replacement: &recovery.ActionBody{}}, recovery.CodeInvalid},
	} {
		test.body.Action, test.body.Reason = recovery.Correct, "x"
		_, err := rig.TakeAction(t.Context(), rig.As(test.role), view.ID, test.body)
		if got := recovery.CodeOf(err); got != test.code {
			t.Errorf("%s: %v, want %s", name, err, test.code)
		}
	}
	if after := len(rig.ReadEntries(t, view.ID)); after != before {
		t.Errorf("%d entries are left by refusals", after-before)
	}
}

// TestRefusalsNameWhatToDo: the entry to correct first or instead, or the action to take.
func TestRefusalsNameWhatToDo(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	rig.SetNoon(1)
	view, returned := mistypeReturn(t, rig)
	closed := findEntry(t, rig, view.ID, recovery.EntryClosed).Seq
	act(t, rig, recovery.RoleClaimant, view.ID, recovery.ActionBody{Action: recovery.Correct, Seq: returned, Reason: "x"})
	act(t, rig, recovery.RoleSupervisor, view.ID, recovery.ActionBody{Action: recovery.Escalate, To: recovery.Legal, Reason: "x"})
	escalated := findEntry(t, rig, view.ID, recovery.EntryEscalated).Seq
	act(t, rig, recovery.RoleLegal, view.ID, recovery.ActionBody{Action: recovery.ChooseRoute, Route: recovery.CivilSuit, Why: "x"})
	ofReturn := recovery.CorrectionRefusal{Reason: recovery.FollowsFromEntry, Entry: returned, Kind: recovery.EntryReturnRecorded}
	isCorrection := ofReturn
	isCorrection.Reason = recovery.IsCorrectionItself
	for name, test := range map[string]struct {
		seq  int64
		want recovery.CorrectionRefusal
	}{
		"the filing":            {1, recovery.CorrectionRefusal{Reason: recovery.ReplacedByAction, Action: recovery.AmendFacts}},
		"what followed":         {closed, ofReturn},
		"a correction":          {findEntry(t, rig, view.ID, recovery.EntryCorrected).Seq, isCorrection},
		"what it led to":        {findEntry(t, rig, view.ID, recovery.EntryCorrected).Seq + 1, ofReturn},
		"something taken back":  {returned, recovery.CorrectionRefusal{Reason: recovery.AlreadyTakenBack}},
		"something relied upon": {escalated, recovery.CorrectionRefusal{Reason: recovery.LaterEntryDepends, Entry: findEntry(t, rig, view.ID, recovery.EntryRouteChosen).Seq, Kind: recovery.EntryRouteChosen}},
	} {
		_, err := rig.TakeAction(t.Context(), rig.As(recovery.RoleSupervisor), view.ID, recovery.ActionBody{Action: recovery.Correct, Seq: test.seq, Reason: "x"})
		fault, found := errors.AsType[*recovery.Fault](err)
		if !found || fault.Correction == nil || *fault.Correction != test.want {
			t.Errorf("%s: %v, want %+v", name, err, test.want)
		}
	}
}

// TestAnApprovalOfNothing: the refusal says that nothing waits, whatever the entry is.
func TestAnApprovalOfNothing(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	rig.SetNoon(1)
	view, seq := mistypeReturn(t, rig)
	p := view.Position
	p.FourEyes = 1
	rig.SetPosition(t, view.ID, p)
	act(t, rig, recovery.RoleClaimant, view.ID, recovery.ActionBody{Action: recovery.Correct, Seq: seq, Reason: "x"})
	for _, other := range []int64{1, seq + 1} {
		_, err := rig.TakeAction(t.Context(), rig.As(recovery.RoleSupervisor), view.ID, recovery.ActionBody{Action: recovery.ApproveCorrection, Seq: other})
		wantCode(t, err, recovery.CodeActionNotAllowed)
	}
}

// TestACorrectionChangesSomething: the same value, the same value once more, and taking
// back what was taken back are refused.
func TestACorrectionChangesSomething(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	now := rig.SetNoon(1)
	view := rig.FileCase(t)
	act(t, rig, recovery.RoleClaimant, view.ID, recovery.ActionBody{Action: recovery.RecordReturn, Amount: fen(10), At: &now, Channel: recovery.Cash})
	seq, yes := findEntry(t, rig, view.ID, recovery.EntryReturnRecorded).Seq, true
	try := func(replacement *recovery.ActionBody) error {
		_, err := rig.TakeAction(t.Context(), rig.As(recovery.RoleClaimant), view.ID,
			recovery.ActionBody{Action: recovery.Correct, Seq: seq, Reason: "x", Replacement: replacement})
		return err
	}
	wantCode(t, try(&recovery.ActionBody{Amount: fen(10)}), recovery.CodeInvalid)
	wantCode(t, try(&recovery.ActionBody{Confirm: &yes}), recovery.CodeInvalid)
	if err := try(nil); err != nil {
		t.Fatal(err)
	}
	wantCode(t, try(nil), recovery.CodeCorrectionRefused)
	if err := try(&recovery.ActionBody{Amount: fen(10)}); err != nil {
		t.Errorf("saying again what was taken back: %v", err)
	}
}

// TestACorrectedNote changes nothing else.
func TestACorrectedNote(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	view := rig.FileCase(t)
	act(t, rig, recovery.RoleClaimant, view.ID, recovery.ActionBody{Action: recovery.AddNote, Text: "他姓张", Visibility: recovery.NoteShared})
	seq := findEntry(t, rig, view.ID, recovery.EntryNoteAdded).Seq
	act(t, rig, recovery.RoleClaimant, view.ID, recovery.ActionBody{
		Action: recovery.Correct, Seq: seq, Reason: "听错了", Replacement: &recovery.ActionBody{Text: "他姓章"},
	})
	after := readCase(t, rig, view.ID)
	if after.Position.Stage != view.Position.Stage || len(after.Corrections) != 1 {
		t.Errorf("%s, %+v", after.Position.Stage, after.Corrections)
	}
	correction := findEntry(t, rig, view.ID, recovery.EntryCorrected)
	if facts, _ := correction.Facts["replacement"].(map[string]any); facts["visibility"] != recovery.NoteShared {
		t.Errorf("%v", facts)
	}
	if sum, stated := correction.Facts["recovered_fen"]; stated {
		t.Errorf("a note moved money: %v", sum)
	}
}

// TestACorrectedInternalNote: the claimant reads neither the reason nor the new text, and
// a shared note that became internal cannot be turned back by its author.
func TestACorrectedInternalNote(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		visibility  string
		replacement *recovery.ActionBody
		internal    bool
	}{
		"another text":   {recovery.NoteInternal, &recovery.ActionBody{Text: "新内容"}, true},
		"taken back":     {recovery.NoteInternal, nil, true},
		"now shared":     {recovery.NoteInternal, &recovery.ActionBody{Text: "新内容", Visibility: recovery.NoteShared}, false},
		"now internal":   {recovery.NoteShared, &recovery.ActionBody{Text: "新内容", Visibility: recovery.NoteInternal}, true},
		"always shared":  {recovery.NoteShared, &recovery.ActionBody{Text: "新内容"}, false},
		"was for anyone": {recovery.NoteShared, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rig := casetest.New(t)
			view := rig.FileCase(t)
			act(t, rig, recovery.RoleClaimant, view.ID, recovery.ActionBody{Action: recovery.AddNote, Text: "原内容", Visibility: test.visibility})
			seq := findEntry(t, rig, view.ID, recovery.EntryNoteAdded).Seq
			act(t, rig, recovery.RoleSupervisor, view.ID, recovery.ActionBody{
				Action: recovery.Correct, Seq: seq, Reason: "理由", Replacement: test.replacement,
			})
			entry := findEntry(t, rig, view.ID, recovery.EntryCorrected)
			if got := recovery.IsInternalNote(entry.Kind, entry.Facts["visibility"]); got != test.internal {
				t.Errorf("internal: %v, want %v: %v", got, test.internal, entry.Facts)
			}
			for _, line := range readJournal(t, rig, recovery.RoleClaimant, view.ID) {
				if internal := line.Seq == seq || line.Seq == entry.Seq; test.internal && internal && len(line.Values) > 0 {
					t.Errorf("the claimant reads %v in entry %d", line.Values, line.Seq)
				}
			}
			if !test.internal || test.replacement == nil {
				return
			}
			_, err := rig.TakeAction(t.Context(), rig.As(recovery.RoleClaimant), view.ID, recovery.ActionBody{
				Action: recovery.Correct, Seq: seq, Reason: "x", Replacement: &recovery.ActionBody{Visibility: recovery.NoteShared},
			})
			wantCode(t, err, recovery.CodeNotFound)
		})
	}
}

func readJournal(t *testing.T, rig *casetest.Fixture, role recovery.Role, id recovery.CaseID) []casework.JournalLine {
	t.Helper()
	lines, _, err := rig.Journal(t.Context(), rig.Actor(role), id, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

// TestALargeCorrectionNeedsTwoPeople: it is proposed with its words, approved by another
// person with the same words, and only then changes the case.
func TestALargeCorrectionNeedsTwoPeople(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	rig.SetNoon(1)
	view, seq := mistypeReturn(t, rig)
	p := view.Position
	p.FourEyes = 1
	rig.SetPosition(t, view.ID, p)
	body := recovery.ActionBody{Action: recovery.Correct, Seq: seq, Reason: "多打了两个零", Replacement: &recovery.ActionBody{Amount: fen(10)}}
	act(t, rig, recovery.RoleClaimant, view.ID, body)
	if waiting := readCase(t, rig, view.ID); waiting.Position.IsOpen() || len(waiting.Position.PendingCorrections) != 1 || len(waiting.Corrections) != 0 {
		t.Fatalf("proposed: %+v", waiting.Position)
	}
	act(t, rig, recovery.RoleSupervisor, view.ID, recovery.ActionBody{Action: recovery.ApproveCorrection, Seq: seq})
	after := readCase(t, rig, view.ID)
	if !after.Position.IsOpen() || after.Position.Recovered != 10 || len(after.Position.PendingCorrections) != 0 || len(after.Corrections) != 1 {
		t.Errorf("approved: %+v", after.Position)
	}
	if correction := findEntry(t, rig, view.ID, recovery.EntryCorrected); correction.Commitments["reason"] == "" || correction.Facts["replacement"] == nil {
		t.Errorf("the entry lacks the words: %+v", correction)
	}
}
