package activities

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"recourse/evidence/journal"
	"recourse/recovery"
)

var (
	noon     = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	claimant = recovery.Actor{Role: recovery.RoleClaimant, ID: "u-1"}
	ours     = journal.Collector{Tool: "recourse", Version: "1.2.3"}
)

func ptr[T any](value T) *T { return &value }

// caseIn is a case of 1,000.00 between two counterparts at a stage.
func caseIn(stage recovery.Stage) recovery.Case {
	return recovery.Case{
		ID: "c", Pace: 60,
		Counterparts: []recovery.Counterpart{{ID: "a"}, {ID: "b", Answer: recovery.Refused, Refusal: recovery.ClaimsGift}},
		Position: recovery.Position{
			Stage: stage, Claim: 100_000, Counterparts: []recovery.CounterpartState{{ID: "a"}, {ID: "b", Answer: recovery.Refused}},
		},
		Deadlines: []recovery.Deadline{{Kind: recovery.ContactClock, DueAt: noon, Source: "rule-1"}},
	}
}

// builderFor returns the entry builder for an action on a case.
func builderFor(t *testing.T, c recovery.Case, act recovery.ActionBody) entryBuilder {
	t.Helper()
	move := act.Command(claimant, "r")
	step, err := c.Position.Take(move)
	if err != nil {
		t.Fatal(err)
	}
	return entryBuilder{
		input: StepInput{CaseID: c.ID, Key: "act:r", Step: step, Command: &move}, before: c, now: noon, version: "1.2.3",
		request: recovery.ActionRequest{ID: "r", CaseID: c.ID, Act: act, Device: "phone"},
	}
}

func TestDraftsOfAnAct(t *testing.T) {
	t.Parallel()
	at := noon.Add(-time.Hour)
	s := builderFor(t, caseIn(recovery.PrivateContact), recovery.ActionBody{
		Action: recovery.RecordContact, Channel: recovery.SMS, Text: "请退还", SentAt: &at,
	})
	collector := ours
	collector.Device = "phone"
	want := []journal.Draft{{
		Kind: recovery.EntryContactRecorded, At: noon, ClaimedAt: &at, Actor: claimant, Collector: collector, Pace: 60, Key: "act:r",
		Facts: map[string]any{"channel": recovery.SMS}, Personal: map[string]string{"text": "请退还"},
	}}
	if diff := cmp.Diff(want, s.buildDrafts()); diff != "" {
		t.Errorf("drafts (-want +got):\n%s", diff)
	}
	if s.hasStageChanged() || s.changedCounterpart() != nil {
		t.Error("a contact moves nothing")
	}
}

func TestDraftsOfAnActThatMoves(t *testing.T) {
	t.Parallel()
	s := builderFor(t, caseIn(recovery.PrivateContact), recovery.ActionBody{Action: recovery.Escalate, To: recovery.Legal, Reason: "威胁"})
	drafts := s.buildDrafts()
	if len(drafts) != 2 || drafts[0].Kind != recovery.EntryEscalated {
		t.Fatalf("drafts %+v", drafts)
	}
	want := journal.Draft{
		Kind: recovery.EntryStageEntered, At: noon, Actor: recovery.System, Collector: ours, Pace: 60, Key: "act:r:stage",
		Facts: map[string]any{"from": recovery.PrivateContact, "to": recovery.Legal, "because": "escalate"},
	}
	if diff := cmp.Diff(want, drafts[1]); diff != "" {
		t.Errorf("second draft (-want +got):\n%s", diff)
	}
}

func TestDraftsOfTheEnd(t *testing.T) {
	t.Parallel()
	kinds := func(drafts []journal.Draft) []recovery.EntryKind {
		var kinds []recovery.EntryKind
		for _, draft := range drafts {
			kinds = append(kinds, draft.Kind)
		}
		return kinds
	}
	c := caseIn(recovery.Legal)
	for _, test := range []struct {
		act  recovery.ActionBody
		want []recovery.EntryKind
	}{
		{recovery.ActionBody{Action: recovery.Withdraw, Reason: "和解"}, []recovery.EntryKind{recovery.EntryWithdrawn, recovery.EntryClosed}},
		{
			recovery.ActionBody{Action: recovery.RecordReturn, Amount: ptr(recovery.Money(100_000)), Channel: recovery.Cash},
			[]recovery.EntryKind{recovery.EntryReturnRecorded, recovery.EntryClosed},
		},
	} {
		s := builderFor(t, c, test.act)
		if diff := cmp.Diff(test.want, kinds(s.buildDrafts())); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.act.Action, diff)
		}
		closing := s.buildDrafts()[1]
		if closing.Key != "act:r:closed" || closing.Facts["outcome"] != s.next().Outcome || closing.Facts["because"] != string(test.act.Action) {
			t.Errorf("closing entry %+v", closing)
		}
	}
	end := recovery.Command{Action: recovery.CloseCase, Actor: recovery.Actor{Role: recovery.RoleLegal}, Outcome: recovery.Judgment}
	step, err := c.Position.Take(end)
	if err != nil {
		t.Fatal(err)
	}
	s := entryBuilder{input: StepInput{Key: "act:r", Step: step, Command: &end}, before: c, now: noon}
	if diff := cmp.Diff([]recovery.EntryKind{recovery.EntryClosed}, kinds(s.buildDrafts())); diff != "" {
		t.Errorf("a case closed by its desk is closed once (-want +got):\n%s", diff)
	}
}

func TestDraftsOfALapse(t *testing.T) {
	t.Parallel()
	c := caseIn(recovery.PrivateContact)
	s := entryBuilder{
		input:  StepInput{Key: "lapse:contact_answer:1", Step: c.Position.PassDeadline(recovery.ContactClock, ""), Because: recovery.ContactClock},
		before: c, now: noon, version: "1.2.3",
	}
	want := []journal.Draft{
		{
			Kind: recovery.EntryDeadlinePassed, At: noon, Actor: recovery.System, Collector: ours, Pace: 60, Key: "lapse:contact_answer:1",
			Facts: map[string]any{"deadline": recovery.ContactClock, "due_at": "2026-03-02T12:00:00Z", "source": "rule-1"},
		},
		{
			Kind: recovery.EntryStageEntered, At: noon, Actor: recovery.System, Collector: ours, Pace: 60, Key: "lapse:contact_answer:1:stage",
			Facts: map[string]any{"from": recovery.PrivateContact, "to": recovery.GroupNotice, "because": "contact_answer"},
		},
	}
	if diff := cmp.Diff(want, s.buildDrafts()); diff != "" {
		t.Errorf("drafts (-want +got):\n%s", diff)
	}
}

func TestDraftsOfEvidence(t *testing.T) {
	t.Parallel()
	c := caseIn(recovery.Appeal)
	c.Position.Appeal = recovery.AppealMoreEvidence
	step, _ := c.Position.ReceiveEvidence()
	s := entryBuilder{input: StepInput{Key: "supplied:e", Step: step, EvidenceID: "e"}, before: c, now: noon}
	drafts := s.buildDrafts()
	if len(drafts) != 1 || drafts[0].Kind != recovery.EntryEvidenceSupplied || drafts[0].Actor != recovery.System {
		t.Fatalf("drafts %+v", drafts)
	}
	if diff := cmp.Diff(map[string]any{"evidence_id": recovery.EvidenceID("e")}, drafts[0].Facts); diff != "" {
		t.Error(diff)
	}
	if got := s.cause(); got != "evidence_supplied" {
		t.Errorf("because %s", got)
	}
}

func TestCounterpart(t *testing.T) {
	t.Parallel()
	c := caseIn(recovery.PrivateContact)
	for _, test := range []struct {
		name string
		act  recovery.ActionBody
		want *recovery.Counterpart
	}{
		{
			"an answer", recovery.ActionBody{Action: recovery.RecordResponse, CounterpartID: "a", Kind: "contested", Refusal: recovery.ClaimsOwed},
			&recovery.Counterpart{ID: "a", Answer: recovery.Contested, Refusal: recovery.ClaimsOwed},
		},
		{
			"an answer with money",
			recovery.ActionBody{Action: recovery.RecordResponse, CounterpartID: "a", Kind: "partly_returned", Amount: ptr(recovery.Money(5))},
			&recovery.Counterpart{ID: "a", Answer: recovery.PartlyReturned, ReturnFen: 5},
		},
		{
			"money leaves the answer as it was", recovery.ActionBody{Action: recovery.RecordReturn, CounterpartID: "b", Amount: ptr(recovery.Money(5)), Channel: recovery.Cash},
			&recovery.Counterpart{ID: "b", ReturnFen: 5}, // blank never erases
		},
		{"money of nobody in particular", recovery.ActionBody{Action: recovery.RecordReturn, Amount: ptr(recovery.Money(5)), Channel: recovery.Cash}, nil},
		{"a contact", recovery.ActionBody{Action: recovery.RecordContact, CounterpartID: "a"}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, builderFor(t, c, test.act).changedCounterpart()); diff != "" {
				t.Errorf("counterpart (-want +got):\n%s", diff)
			}
		})
	}
}
