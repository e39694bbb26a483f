package casework_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"recourse/casework"
	"recourse/casework/casetest"
	"recourse/evidence/journal"
	"recourse/recovery"
)

// takeRandomActs takes acts of all kinds that can be corrected, and corrects some of them.
// Those that are refused change nothing.
func takeRandomActs(t *testing.T, rig *casetest.Fixture, view casework.View, random *rand.Rand, count int) (corrected int) {
	t.Helper()
	now, sure := rig.Now(), true
	who := view.Counterparts[0].ID
	for range count {
		size, err := rig.Store.JournalSize(t.Context(), view.ID)
		if err != nil {
			t.Fatal(err)
		}
		part := view.Amount / recovery.Money(1+random.Int64N(6))
		correction := recovery.ActionBody{Action: recovery.Correct, Seq: 2 + random.Int64N(size), Reason: "记错了", Confirm: &sure}
		acts := []recovery.ActionBody{
			{Action: recovery.RecordReturn, CounterpartID: who, Amount: &part, At: &now, Channel: recovery.ByWeChat, Confirm: &sure},
			{Action: recovery.RecordContact, CounterpartID: who, Channel: recovery.ByWeChat, Text: sane, SentAt: &now},
			{Action: recovery.PlanContact, CounterpartID: who, Channel: recovery.ByWeChat, Text: sane},
			{Action: recovery.RecordResponse, CounterpartID: who, Kind: string(recovery.Promised), Text: "会还的", At: &now},
			{Action: recovery.AddNote, Text: "备注", Visibility: recovery.NoteShared},
			{Action: recovery.Escalate, To: recovery.Legal, Reason: "对方失联"},
			{Action: recovery.Withdraw, Reason: "算了"},
			{Action: recovery.Reopen, Reason: "还要"},
			{Action: recovery.PauseCase, Reason: "等等"},
			{Action: recovery.ResumeCase, Reason: "继续"},
			correction, correction, correction, correction,
		}
		body := acts[random.IntN(len(acts))]
		if body.Action == recovery.Correct && random.IntN(2) == 0 {
			body.Replacement = &recovery.ActionBody{Amount: &part}
			if random.IntN(3) == 0 {
				body.Replacement = &recovery.ActionBody{Text: "更正后的话" + strconv.FormatInt(size, 10)}
			}
		}
		_, err = rig.TakeAction(t.Context(), rig.As(recovery.RoleSupervisor), view.ID, body)
		if err != nil {
			_, err = rig.TakeAction(t.Context(), rig.As(recovery.RoleClaimant), view.ID, body)
		}
		if err == nil && body.Action == recovery.Correct {
			corrected++
		}
	}
	return corrected
}

// TestAWindowCountsLikeTheWholeJournal: an entry of a window counts as it does after
// reading the whole journal, wherever the corrections and what they correct are.
func TestAWindowCountsLikeTheWholeJournal(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			t.Parallel()
			rig := casetest.New(t)
			rig.SetNoon(1)
			view := rig.FileCase(t)
			if corrected := takeRandomActs(t, rig, view, rand.New(rand.NewPCG(seed, 1)), 60); corrected < 3 {
				t.Fatalf("only %d corrections", corrected)
			}
			whole := journal.ApplyCorrections(rig.ReadEntries(t, view.ID))
			checkContacts(t, rig, view.ID, whole)
			checkReplayedDeadlines(t, rig, view.ID)
			for last := range int64(len(whole)) {
				for _, limit := range []int{1, 4, 15} {
					checkWindow(t, rig, view.ID, last+1, limit, whole)
				}
			}
		})
	}
}

func checkWindow(t *testing.T, rig *casetest.Fixture, id recovery.CaseID, last int64, limit int, whole []journal.CorrectedEntry) {
	t.Helper()
	w, err := rig.JournalWindow(t.Context(), rig.Actor(recovery.RoleSupervisor), id, last, limit)
	if err != nil {
		t.Fatal(err)
	}
	if w.Last != last || w.First != max(1, last-int64(limit)+1) || w.Size != int64(len(whole)) {
		t.Fatalf("the window of %d entries to %d is %d–%d of %d", limit, last, w.First, w.Last, w.Size)
	}
	entries := make([]journal.Entry, len(w.Lines))
	for i, line := range w.Lines {
		entries[i] = line.Entry
	}
	shown := slices.DeleteFunc(journal.ApplyCorrections(entries), func(e journal.CorrectedEntry) bool { return !w.Contains(e.Seq) })
	if diff := cmp.Diff(whole[w.First-1:w.Last], shown); diff != "" {
		t.Fatalf("entries %d–%d (-whole journal +window):\n%s", w.First, w.Last, diff)
	}
}

// checkContacts checks that the contacts kept beside the journal are those that count.
func checkContacts(t *testing.T, rig *casetest.Fixture, id recovery.CaseID, whole []journal.CorrectedEntry) {
	t.Helper()
	var want, got []string
	totals := recovery.ContactTotals{}
	for _, entry := range whole {
		planned := entry.Kind == recovery.EntryContactPlanned
		if entry.Void || !planned && entry.Kind != recovery.EntryContactRecorded {
			continue
		}
		want = append(want, fmt.Sprint(entry.Seq, planned))
		if !planned {
			totals.Private++
		}
		if breaches, _ := entry.Facts["breaches"].([]any); len(breaches) > 0 {
			totals.Breaches++
		}
	}
	log, err := rig.Store.ContactLog(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	for _, contact := range log {
		got = append(got, fmt.Sprint(contact.Seq, contact.Planned))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("contacts (-journal +kept):\n%s", diff)
	}
	if counted, err := rig.Store.ContactTotals(t.Context(), id); err != nil || counted != totals {
		t.Errorf("%+v are counted, want %+v, %v", counted, totals, err)
	}
}

// checkReplayedDeadlines checks that a replay, which computes deadlines only where a clock
// changes, ends with those computed after every single step.
func checkReplayedDeadlines(t *testing.T, rig *casetest.Fixture, id recovery.CaseID) {
	t.Helper()
	c := readCase(t, rig, id).Case
	recorded, err := rig.Store.ReadSteps(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	book, err := rig.Registry.RuleSet(c.Playbook)
	if err != nil {
		t.Fatal(err)
	}
	var last recovery.Step
	var lastAt time.Time
	deadlines := func(before []recovery.Deadline, step recovery.Step, at time.Time) []recovery.Deadline {
		past := c
		past.Deadlines, last, lastAt = before, step, at
		return book.Deadlines(past, step, at)
	}
	steps := slices.DeleteFunc(recorded.Steps, func(s recovery.RecordedStep) bool {
		return s.Command != nil && (s.Command.Correction != nil || s.Command.Action == recovery.Reopen)
	})
	var want []recovery.Deadline
	for n := range len(steps) + 1 {
		history, err := recovery.Replay(recorded.Start, c.CreatedAt, steps[:n], deadlines)
		if err != nil {
			return // what follows was possible only after a correction
		}
		if n > 0 && lastAt.Equal(steps[n-1].At) || n == 0 {
			want = deadlines(want, last, lastAt)
		}
		if diff := cmp.Diff(want, history.Deadlines); diff != "" {
			t.Fatalf("deadlines after %d steps (-each step +replay):\n%s", n, diff)
		}
	}
}

// TestReplayRestartsClocks: a promise restarts its clock, without starting or ending one.
func TestReplayRestartsClocks(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	noon := rig.SetNoon(1)
	view := rig.FileCase(t)
	who := view.Counterparts[0].ID
	for hours := range 4 {
		now := rig.SetClock(noon.Add(time.Duration(hours) * time.Hour))
		act(t, rig, recovery.RoleClaimant, view.ID, recovery.ActionBody{
			Action: recovery.RecordResponse, CounterpartID: who, Kind: string(recovery.Promised), Text: "会还的", At: &now,
		})
	}
	now := rig.SetClock(noon.Add(5 * time.Hour))
	act(t, rig, recovery.RoleClaimant, view.ID, recovery.ActionBody{
		Action: recovery.RecordContact, CounterpartID: who, Channel: recovery.ByWeChat, Text: sane, SentAt: &now,
	})
	checkReplayedDeadlines(t, rig, view.ID)
}

// TestRecentMessages are the newest as they count: replaced ones with their new content,
// those taken back not at all, however far away the correction is.
func TestRecentMessages(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	rig.SetNoon(1)
	view := rig.FileCase(t)
	now := rig.Now()
	for range 4 {
		act(t, rig, recovery.RoleClaimant, view.ID, recovery.ActionBody{
			Action: recovery.RecordContact, CounterpartID: view.Counterparts[0].ID, Channel: recovery.ByWeChat, Text: sane, SentAt: &now,
		})
	}
	for range 9 {
		act(t, rig, recovery.RoleClaimant, view.ID, recovery.ActionBody{Action: recovery.AddNote, Text: "备注", Visibility: recovery.NoteShared})
	}
	act(t, rig, recovery.RoleClaimant, view.ID, recovery.ActionBody{Action: recovery.Correct, Seq: 5, Reason: "没有发"})
	act(t, rig, recovery.RoleClaimant, view.ID, recovery.ActionBody{
		Action: recovery.Correct, Seq: 4, Reason: "写错了", Replacement: &recovery.ActionBody{Channel: recovery.SMS},
	})
	lines, err := rig.RecentMessages(t.Context(), rig.Actor(recovery.RoleClaimant), view.ID, 2)
	if err != nil {
		t.Fatal(err)
	}
	var numbers []int64
	entries := make([]journal.Entry, len(lines))
	for i, line := range lines {
		numbers, entries[i] = append(numbers, line.Seq), line.Entry
	}
	if !slices.Equal(numbers, []int64{3, 4, 16}) {
		t.Fatalf("entries %v", numbers)
	}
	if got := journal.ApplyCorrections(entries); got[1].Facts["channel"] != string(recovery.SMS) || got[0].Facts["channel"] != string(recovery.ByWeChat) {
		t.Errorf("channels %v, %v", got[0].Facts["channel"], got[1].Facts["channel"])
	}
	if c := readCase(t, rig, view.ID); c.Contacts.Newest != 4 {
		t.Errorf("the newest message is entry %d", c.Contacts.Newest)
	}
}
