package journal_test

import (
	"encoding/json"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"recourse/evidence/journal"
	"recourse/recovery"
)

// facts as they come back from JSON.
type facts = map[string]any

func entryOf(seq int64, kind recovery.EntryKind, by recovery.Role, f facts) journal.Entry {
	return journal.Entry{Seq: seq, Kind: kind, At: "2026-04-01T08:00:00.000000Z", Actor: recovery.Actor{Role: by}, Facts: f}
}

// mistypedReturn is a case that a mistyped return closed. The last entry corrects it.
func mistypedReturn(correction facts) []journal.Entry {
	return []journal.Entry{
		entryOf(1, recovery.EntryCaseFiled, recovery.RoleClaimant, nil),
		entryOf(2, recovery.EntryReturnRecorded, recovery.RoleClaimant, facts{
			"amount_fen": 1000.0, "channel": "original_route", "recovered_fen": 1000.0, "taken_at": "2026-04-01T08:00:00Z",
		}),
		entryOf(3, recovery.EntryClosed, recovery.RoleSystem, facts{"outcome": "recovered_full", "recovered_fen": 1000.0}),
		entryOf(4, recovery.EntryReturnRecorded, recovery.RoleClaimant, facts{"amount_fen": 5.0, "recovered_fen": 1000.0}),
		entryOf(5, recovery.EntryCorrected, recovery.RoleClaimant, correction),
		entryOf(6, recovery.EntryStageEntered, recovery.RoleSystem, facts{"from": "closed", "to": "private_contact", "because": "correct"}),
	}
}

var replacedByTen = facts{
	"corrects": 2.0, "corrected_kind": "return_recorded", "recovered_fen": 15.0,
	"replacement":     facts{"amount_fen": 10.0, "channel": "platform_transfer", "at": "2026-03-30T01:00:00Z"},
	"recovered_after": facts{"2": 10.0, "4": 15.0},
}

func TestReplacedEntry(t *testing.T) {
	t.Parallel()
	got := journal.ApplyCorrections(mistypedReturn(replacedByTen))
	want := facts{"amount_fen": 10.0, "channel": "platform_transfer", "recovered_fen": 10.0, "taken_at": "2026-04-01T08:00:00Z"}
	if diff := cmp.Diff(want, got[1].Facts); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
	mark := recovery.CorrectionMark{Seq: 2, BySeq: 5, At: time.Date(2026, 4, 1, 8, 0, 0, 0, time.UTC)}
	if diff := cmp.Diff(&mark, got[1].Mark); diff != "" {
		t.Errorf("mark (-want +got):\n%s", diff)
	}
	if got[1].Void || got[1].ClaimedAt != "2026-03-30T01:00:00Z" {
		t.Errorf("void %v, happened at %s", got[1].Void, got[1].ClaimedAt)
	}
	if !got[2].Void || got[2].VoidBy != 2 {
		t.Error("the closing that followed still counts")
	}
	if got[3].Facts["recovered_fen"] != 15.0 || got[3].Void {
		t.Errorf("the later return: %v", got[3].Facts)
	}
	if got[5].Void {
		t.Error("the stage entered by the correction does not count")
	}
}

func TestEntryTakenBack(t *testing.T) {
	t.Parallel()
	entries := mistypedReturn(facts{"corrects": 2.0, "recovered_after": facts{"4": 5.0}})
	got := journal.ApplyCorrections(entries)
	if !got[1].Void || got[1].VoidBy != 2 || !got[1].Mark.TakenBack {
		t.Errorf("taken back: %+v", got[1])
	}
	if got[1].Facts["amount_fen"] != 1000.0 || got[1].Facts["recovered_fen"] != nil {
		t.Errorf("facts of an entry that was taken back: %v", got[1].Facts)
	}
	var counting []int64
	for _, entry := range journal.CountingEntries(entries) {
		counting = append(counting, entry.Seq)
	}
	if !slices.Equal(counting, []int64{1, 4, 5, 6}) {
		t.Errorf("counting: %v", counting)
	}
	if marks := journal.CorrectionMarks(entries); len(marks) != 1 || marks[0].BySeq != 5 {
		t.Errorf("marks: %v", marks)
	}
}

// The last correction of an entry counts, and a closing that still follows stays.
func TestCorrectedAgain(t *testing.T) {
	t.Parallel()
	entries := append(mistypedReturn(facts{"corrects": 2.0}),
		entryOf(7, recovery.EntryCorrected, recovery.RoleSupervisor, facts{
			"corrects": 2.0, "replacement": facts{"amount_fen": 995.0}, "recovered_after": facts{"2": 995.0}, "entered_after": facts{"2": "closed"},
		}))
	got := journal.ApplyCorrections(entries)
	if got[1].Void || got[1].Facts["amount_fen"] != 995.0 || got[1].Mark.BySeq != 7 {
		t.Errorf("corrected again: %+v", got[1])
	}
	if got[2].Void {
		t.Error("the closing follows again and does not count")
	}
	if got[3].Facts["recovered_fen"] != nil {
		t.Errorf("no money came with the later return: %v", got[3].Facts)
	}
}

// An entry that a correction made void keeps that cause when an earlier one is
// corrected, and a note has no consequences.
func TestCauseOfVoid(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		first recovery.EntryKind
		cause int64 // why entry 6 is void; 0 if it is not
	}{
		"a return": {recovery.EntryReturnRecorded, 1},
		"a note":   {recovery.EntryNoteAdded, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			entries := mistypedReturn(replacedByTen)
			entries[0] = entryOf(1, test.first, recovery.RoleClaimant, facts{"amount_fen": 1.0})
			got := journal.ApplyCorrections(append(entries, entryOf(7, recovery.EntryCorrected, recovery.RoleClaimant, facts{
				"corrects": 1.0, "recovered_after": facts{"2": 10.0, "4": 15.0},
			})))
			if !got[0].Void || got[0].Mark.BySeq != 7 || !got[2].Void || got[2].VoidBy != 2 {
				t.Errorf("taken back %v, the closing void %v by %d", got[0].Void, got[2].Void, got[2].VoidBy)
			}
			if got[5].Void != (test.cause > 0) || got[5].VoidBy != test.cause {
				t.Errorf("the stage after the first correction: void %v by %d", got[5].Void, got[5].VoidBy)
			}
		})
	}
}

// What people did towards each other stays, even if it had no effect on the case.
func TestStepsWithoutEffect(t *testing.T) {
	t.Parallel()
	entries := []journal.Entry{
		entryOf(1, recovery.EntryReturnRecorded, recovery.RoleClaimant, nil),
		entryOf(2, recovery.EntryPaused, recovery.RoleClaimant, nil),
		entryOf(3, recovery.EntryContactRecorded, recovery.RoleClaimant, nil),
		entryOf(4, recovery.EntryDeadlinePassed, recovery.RoleSystem, nil),
		entryOf(5, recovery.EntryStageEntered, recovery.RoleSystem, facts{"to": "appeal"}),
		entryOf(6, recovery.EntryPlanFulfilled, recovery.RoleSystem, facts{"plan": 2.0}),
		entryOf(7, recovery.EntryCorrected, recovery.RoleSupervisor, facts{
			"corrects": 1.0, "without_effect": []any{2.0, 3.0, 4.0}, "fulfilled_after": facts{"4": []any{2.0}},
		}),
	}
	want := []bool{true, true, false, true, true, false, false}
	for i, entry := range journal.ApplyCorrections(entries) {
		if entry.Void != want[i] {
			t.Errorf("%s: void %v", entry.Kind, entry.Void)
		}
	}
}

// What followed from a correction counts after a later correction too, as long as the case
// stood there at that time. A reader who does not get the correction sees the same.
func TestStagesThatFollowACorrection(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		then                  facts
		closedVoid, stageVoid bool
	}{
		"of another entry":  {facts{"corrects": 2.0, "replacement": facts{"channel": "sms"}}, true, false},
		"of a later entry":  {facts{"corrects": 7.0}, true, false},
		"of the same entry": {facts{"corrects": 3.0, "replacement": facts{"amount_fen": 20.0}, "recovered_after": facts{"3": 20.0}}, true, false},
		"that closes it":    {facts{"corrects": 3.0, "replacement": facts{"amount_fen": 1000.0}, "entered_after": facts{"3": "closed"}}, false, true},
	} {
		for _, hidden := range []bool{false, true} {
			entries := []journal.Entry{
				entryOf(1, recovery.EntryCaseFiled, recovery.RoleClaimant, facts{"stage": "private_contact"}),
				entryOf(2, recovery.EntryContactRecorded, recovery.RoleClaimant, nil),
				entryOf(3, recovery.EntryReturnRecorded, recovery.RoleClaimant, facts{"amount_fen": 1000.0, "recovered_fen": 1000.0}),
				entryOf(4, recovery.EntryClosed, recovery.RoleSystem, facts{"outcome": "recovered_full", "because": "record_return"}),
				entryOf(5, recovery.EntryCorrected, recovery.RoleClaimant, facts{"corrects": 3.0, "recovered_after": facts{"3": 10.0}}),
				entryOf(6, recovery.EntryStageEntered, recovery.RoleSystem, facts{"from": "closed", "to": "private_contact", "because": "correct"}),
				entryOf(7, recovery.EntryContactRecorded, recovery.RoleClaimant, nil),
				entryOf(8, recovery.EntryCorrected, recovery.RoleClaimant, test.then),
			}
			if hidden {
				entries[4] = journal.Entry{Seq: 5}
			}
			got := journal.ApplyCorrections(entries)
			if got[5].Void != test.stageVoid || !hidden && got[3].Void != test.closedVoid {
				t.Errorf("%s, hidden %v: the closing is void: %v, the stage: %v", name, hidden, got[3].Void, got[5].Void)
			}
		}
	}
}

// A correction of a note changes nothing else, also for a reader who gets the correction
// without the note.
func TestCorrectedNoteThatIsAbsent(t *testing.T) {
	t.Parallel()
	got := journal.ApplyCorrections([]journal.Entry{
		entryOf(3, recovery.EntryReturnRecorded, recovery.RoleClaimant, facts{"recovered_fen": 9.0}),
		entryOf(4, recovery.EntryClosed, recovery.RoleSystem, facts{"recovered_fen": 9.0}),
		entryOf(5, recovery.EntryCorrected, recovery.RoleClaimant, facts{"corrects": 2.0, "corrected_kind": "note_added"}),
	})
	if got[1].Void || got[0].Facts["recovered_fen"] != 9.0 || got[1].Facts["recovered_fen"] != 9.0 {
		t.Errorf("after the correction of a note: %+v", got)
	}
}

// The sum of a closing is that of the last return before it, also for a reader who does
// not get the return.
func TestSumWithoutTheReturn(t *testing.T) {
	t.Parallel()
	got := journal.ApplyCorrections([]journal.Entry{
		entryOf(8, recovery.EntryClosed, recovery.RoleSystem, facts{"recovered_fen": 9.0}),
		entryOf(9, recovery.EntryCorrected, recovery.RoleClaimant, facts{
			"corrects": 6.0, "recovered_after": facts{"4": 3.0, "7": 5.0}, "entered_after": facts{"8": "closed"},
		}),
	})
	if got[0].Facts["recovered_fen"] != 5.0 {
		t.Errorf("the closing: %v", got[0].Facts)
	}
}

// Applying corrections changes neither the given entries nor their number and order,
// and without corrections it changes nothing.
func TestApplyCorrectionsProperty(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		kinds := rapid.SliceOfN(rapid.SampledFrom(recovery.EntryKinds), 1, 12).Draw(t, "kinds")
		entries := make([]journal.Entry, len(kinds))
		corrected := false
		for i, kind := range kinds {
			f := facts{"amount_fen": 1.0, "recovered_fen": 1.0, "plan": 1.0, "to": "legal"}
			if kind == recovery.EntryCorrected {
				corrected = true
				f = facts{"corrects": float64(rapid.IntRange(-1, 14).Draw(t, "corrects")), "recovered_after": facts{strconv.Itoa(i): 2.0}}
				if rapid.Bool().Draw(t, "replaced") {
					f["replacement"] = facts{"amount_fen": 3.0}
				}
			}
			entries[i] = entryOf(int64(i+1), kind, rapid.SampledFrom(recovery.Roles).Draw(t, "role"), f)
		}
		before, _ := json.Marshal(entries)
		got := journal.ApplyCorrections(entries)
		if after, _ := json.Marshal(entries); string(after) != string(before) {
			t.Fatal("the entries were changed")
		}
		for i := range got {
			if got[i].Seq != entries[i].Seq || got[i].Kind != entries[i].Kind {
				t.Fatalf("entry %d became %d", entries[i].Seq, got[i].Seq)
			}
			if !corrected && (got[i].Void || got[i].Mark != nil || !cmp.Equal(got[i].Entry, entries[i])) {
				t.Fatalf("changed without a correction: %+v", got[i])
			}
		}
	})
}

// A contact that was taken back demands nothing, so it interrupts no period.
func TestLimitationLogAsCorrected(t *testing.T) {
	t.Parallel()
	promise := entryOf(2, recovery.EntryResponseRecorded, recovery.RoleClaimant, facts{"counterpart_id": "a", "kind": "promised"})
	correction := entryOf(3, recovery.EntryCorrected, recovery.RoleClaimant, facts{"corrects": 2.0})
	who := []recovery.Counterpart{{ID: "a"}}
	if log := journal.CollectLimitationLogs(who, []journal.Entry{promise})["a"]; len(log.Interrupting) != 1 {
		t.Fatalf("the promise: %+v", log)
	}
	if log := journal.CollectLimitationLogs(who, []journal.Entry{promise, correction})["a"]; len(log.Interrupting)+len(log.Receipts) != 0 {
		t.Errorf("taken back: %+v", log)
	}
}
