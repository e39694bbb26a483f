package workflows_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"recourse/recovery"
	"recourse/workflows"
)

func withdraw(request recovery.RequestID) workflows.ActInput {
	m := move(recovery.Withdraw, recovery.RoleClaimant, nil)
	m.RequestID = request
	return workflows.ActInput{Move: m, Attempt: 1}
}

func TestRefusedActWritesNothing(t *testing.T) {
	t.Parallel()
	j := newJourney(t, position(true, false, "a"))
	submit := workflows.ActInput{Move: move(recovery.SubmitAppeal, recovery.RoleClaimant, nil), Attempt: 1}
	j.at(time.Hour, func() { j.act("early", submit) })
	j.at(day, func() { j.act("end", withdraw("r-1")) })
	j.run()
	refused := j.answers["early"]
	if refused.accepted {
		t.Error("the validator let it through: it stands in the history")
	}
	told, ok := workflows.RefusalOf(refused.err)
	if !ok || told.Code != recovery.CodeActionNotAllowed {
		t.Fatalf("refused with %v", refused.err)
	}
	if diff := cmp.Diff(position(true, false, "a").Allowed(recovery.RoleClaimant), told.Allowed); diff != "" {
		t.Errorf("allowed instead (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"withdrawn>closed"}, j.desk.written()); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
}

// TestTwoActsAtOnce sends two acts that are both allowed where the case stands,
// but not one after the other: the second is refused by the handler.
func TestTwoActsAtOnce(t *testing.T) {
	t.Parallel()
	j := newJourney(t, position(true, false, "a"))
	j.at(time.Hour, func() {
		j.act("first", withdraw("r-1"))
		j.act("second", withdraw("r-2"))
	})
	j.run()
	first, second := j.answers["first"], j.answers["second"]
	if first.err != nil || first.result.Version != 2 {
		t.Errorf("first: %+v", *first)
	}
	if told, ok := workflows.RefusalOf(second.err); !second.accepted || !ok || told.Code != recovery.CodeActionNotAllowed {
		t.Errorf("second: %+v", *second)
	}
	if diff := cmp.Diff([]string{"act:r-1"}, j.desk.keys()); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
}

func TestActSentTwiceIsOneStep(t *testing.T) {
	t.Parallel()
	j := newJourney(t, position(true, false, "a"))
	contact := workflows.ActInput{Move: move(recovery.RecordContact, recovery.RoleClaimant, nil), Attempt: 1}
	contact.Move.RequestID = "r-1"
	j.at(time.Hour, func() { j.act("once", contact) })
	j.at(2*time.Hour, func() { j.act("again", contact) })
	j.at(day, func() { j.act("end", withdraw("r-2")) })
	j.run()
	if once, again := j.answers["once"], j.answers["again"]; again.err != nil || once.result != again.result {
		t.Errorf("once %+v, again %+v", *once, *again)
	}
	if diff := cmp.Diff([]string{"act:r-1", "act:r-2"}, j.desk.keys()); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
}

// TestRepeatedActThatMovedTheCase: the act is not allowed any more where the
// case stands now, and yet its repetition is answered.
func TestRepeatedActThatMovedTheCase(t *testing.T) {
	t.Parallel()
	j := newJourney(t, position(true, false, "a"))
	up := workflows.ActInput{Move: escalated(0, recovery.Appeal).move, Attempt: 1}
	up.Move.RequestID = "r-1"
	j.at(time.Hour, func() { j.act("once", up) })
	j.at(2*time.Hour, func() { j.act("again", up) })
	j.at(day, func() { j.act("end", withdraw("r-2")) })
	j.run()
	if again := j.answers["again"]; again.err != nil || again.result != j.answers["once"].result {
		t.Errorf("again: %+v", *again)
	}
}

func TestAbandonedActMovesNothing(t *testing.T) {
	t.Parallel()
	j := newJourney(t, position(true, false, "a"))
	j.desk.abandon["r-1"] = 1
	again := withdraw("r-1")
	again.Attempt = 2
	j.at(time.Hour, func() { j.act("late", withdraw("r-1")) })
	j.at(2*time.Hour, func() {
		if got := j.desk.opening.Position.Stage; got != recovery.PrivateContact {
			t.Errorf("the case moved to %s", got)
		}
	})
	j.at(3*time.Hour, func() { j.act("anew", again) })
	j.run()
	if late := j.answers["late"]; late.err != nil || !late.result.Abandoned {
		t.Errorf("late: %+v", *late)
	}
	if anew := j.answers["anew"]; anew.err != nil || anew.result.Abandoned {
		t.Errorf("anew: %+v", *anew)
	}
	if diff := cmp.Diff([]string{"act:r-1"}, j.desk.keys()); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
}

// TestActBeforeTheCaseIsRead: an act that starts the workflow waits until the
// case is known and is then judged.
func TestActBeforeTheCaseIsRead(t *testing.T) {
	t.Parallel()
	j := newJourney(t, position(true, false, "a"))
	submit := workflows.ActInput{Move: move(recovery.SubmitAppeal, recovery.RoleClaimant, nil), Attempt: 1}
	submit.Move.RequestID = "r-1"
	j.at(0, func() {
		j.act("not yet", submit)
		j.act("end", withdraw("r-2"))
	})
	j.run()
	if told, ok := workflows.RefusalOf(j.answers["not yet"].err); !ok || told.Code != recovery.CodeActionNotAllowed {
		t.Errorf("not yet: %+v", *j.answers["not yet"])
	}
	if end := j.answers["end"]; end.err != nil {
		t.Errorf("end: %+v", *end)
	}
}

func TestClosedCaseEndsAtOnce(t *testing.T) {
	t.Parallel()
	p := position(true, false, "a")
	p.Stage, p.WaitingOn, p.Outcome = recovery.Closed, recovery.OnNobody, recovery.Withdrawn
	j := newJourney(t, p)
	j.run()
	if steps := j.desk.written(); len(steps) != 0 {
		t.Errorf("steps %v", steps)
	}
}

// TestDatabaseAway: a step is tried until it is written; the deadline after it
// counts from then.
func TestDatabaseAway(t *testing.T) {
	t.Parallel()
	j := newJourney(t, position(true, false, "a"))
	j.desk.failures = 6
	j.run()
	want := []string{"deadline_passed>appeal", "deadline_passed>legal", "deadline_passed>closed"}
	if diff := cmp.Diff(want, j.desk.written()); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
}

// TestActBesideADeadline: an act at the very instant of a deadline comes before
// or after it, and never is the case moved twice by one of them.
func TestActBesideADeadline(t *testing.T) {
	t.Parallel()
	j := newJourney(t, position(false, false, "a"))
	j.at(lengths[recovery.ContactClock], func() {
		in := workflows.ActInput{Move: escalated(0, recovery.GroupNotice).move, Attempt: 1}
		in.Move.RequestID = "r-1"
		j.act("up", in)
	})
	j.at(5*day, func() { j.act("end", withdraw("r-2")) })
	j.run()
	entered := 0
	for _, step := range j.desk.steps {
		if step.Step.Next.Stage == recovery.GroupNotice {
			entered++
		}
	}
	if entered != 1 {
		t.Errorf("the group notice was entered %d times: %v", entered, j.desk.written())
	}
}

func TestExport(t *testing.T) {
	t.Parallel()
	j := newJourney(t, position(true, false, "a"))
	var asked []workflows.ExportInput
	j.registerExport(func(_ context.Context, in workflows.ExportInput) error {
		asked = append(asked, in)
		if len(asked) < 3 {
			return context.DeadlineExceeded
		}
		return nil
	})
	in := workflows.ExportInput{CaseID: caseID, ExportID: "x-1"}
	j.ExecuteWorkflow(workflows.ExportWorkflow, in)
	if err := j.GetWorkflowError(); err != nil {
		t.Fatalf("export: %v", err)
	}
	if diff := cmp.Diff([]workflows.ExportInput{in, in, in}, asked); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
}

func TestIDs(t *testing.T) {
	t.Parallel()
	if got := workflows.CaseWorkflowID("1"); got != "case:1" {
		t.Error(got)
	}
	if got := workflows.ExportWorkflowID("1"); got != "export:1" {
		t.Error(got)
	}
}
