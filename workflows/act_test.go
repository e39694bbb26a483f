package workflows_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.temporal.io/sdk/temporal"

	"recourse/recovery"
	"recourse/workflows"
)

func withdraw(request recovery.RequestID) workflows.ActionInput {
	m := newMove(recovery.Withdraw, recovery.RoleClaimant, nil)
	m.RequestID = request
	return workflows.ActionInput{Command: m, Attempt: 1}
}

func TestRefusedActionWritesNothing(t *testing.T) {
	t.Parallel()
	j := newTestRun(t, startPosition(true, false, "a"))
	submit := workflows.ActionInput{Command: newMove(recovery.SubmitAppeal, recovery.RoleClaimant, nil), Attempt: 1}
	j.schedule(time.Hour, func() { j.sendAction("early", submit) })
	j.schedule(day, func() { j.sendAction("end", withdraw("r-1")) })
	j.runWorkflow()
	refused := j.results["early"]
	if refused.accepted {
		t.Error("the validator accepted it, so the history has it")
	}
	refusal, ok := workflows.RefusalOf(refused.err)
	if !ok || refusal.Code != recovery.CodeActionNotAllowed {
		t.Fatalf("refused with %v", refused.err)
	}
	if diff := cmp.Diff(startPosition(true, false, "a").Allowed(recovery.RoleClaimant), refusal.Allowed); diff != "" {
		t.Errorf("allowed instead (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"withdrawn>closed"}, j.fake.stepNames()); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
}

// TestTwoActionsAtOnce: each of two actions is possible, but not both. The validator
// accepts both, and the handler refuses the second.
func TestTwoActionsAtOnce(t *testing.T) {
	t.Parallel()
	j := newTestRun(t, startPosition(true, false, "a"))
	j.schedule(time.Hour, func() {
		j.sendAction("first", withdraw("r-1"))
		j.sendAction("second", withdraw("r-2"))
	})
	j.runWorkflow()
	first, second := j.results["first"], j.results["second"]
	if first.err != nil || first.result.Version != 2 {
		t.Errorf("first: %+v", *first)
	}
	if refusal, ok := workflows.RefusalOf(second.err); !second.accepted || !ok || refusal.Code != recovery.CodeActionNotAllowed {
		t.Errorf("second: %+v", *second)
	}
	if diff := cmp.Diff([]string{"act:r-1"}, j.fake.stepKeys()); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
}

// TestActionOnAnOlderVersion: the database refuses the step. The actor gets the
// refusal, the position stays, and the case goes on.
func TestActionOnAnOlderVersion(t *testing.T) {
	t.Parallel()
	j := newTestRun(t, startPosition(true, false, "a"))
	seen := j.fake.version
	stale := seen + 7
	at := func(version int64, request recovery.RequestID) workflows.ActionInput {
		in := withdraw(request)
		in.Command.ExpectedVersion = &version
		return in
	}
	j.schedule(time.Hour, func() { j.sendAction("stale", at(stale, "r-1")) })
	j.schedule(2*time.Hour, func() { j.sendAction("current", at(seen, "r-2")) })
	j.runWorkflow()
	var refused *temporal.ApplicationError
	if err := j.results["stale"].err; !errors.As(err, &refused) || refused.Type() != string(recovery.CodePrecondition) {
		t.Errorf("stale: %v", err)
	}
	if current := j.results["current"]; current.err != nil || current.result.Version != seen+1 {
		t.Errorf("current: %+v", *current)
	}
	if diff := cmp.Diff([]string{"act:r-2"}, j.fake.stepKeys()); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
}

// TestActionsOnTheSameVersion: the workflow knows the version after its own step, so it
// refuses the others without a transaction.
func TestActionsOnTheSameVersion(t *testing.T) {
	t.Parallel()
	j := newTestRun(t, startPosition(true, false, "a"))
	seen := j.fake.version
	send := func(request recovery.RequestID) {
		contact := workflows.ActionInput{Command: newMove(recovery.RecordContact, recovery.RoleClaimant, nil), Attempt: 1}
		contact.Command.RequestID, contact.Command.ExpectedVersion = request, &seen
		j.sendAction(string(request), contact)
	}
	j.schedule(time.Hour, func() { send("r-1"); send("r-2") })
	j.schedule(2*time.Hour, func() { send("r-3") })
	j.schedule(day, func() { j.sendAction("end", withdraw("r-4")) })
	j.runWorkflow()
	if first := j.results["r-1"]; first.err != nil {
		t.Errorf("first: %v", first.err)
	}
	for _, late := range []string{"r-2", "r-3"} {
		if refusal, ok := workflows.RefusalOf(j.results[late].err); !ok || refusal.Code != recovery.CodePrecondition {
			t.Errorf("%s: %v", late, j.results[late].err)
		}
	}
	if diff := cmp.Diff([]string{"act:r-1", "act:r-4"}, j.fake.stepKeys()); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
}

func TestActionSentTwiceIsOneStep(t *testing.T) {
	t.Parallel()
	j := newTestRun(t, startPosition(true, false, "a"))
	contact := workflows.ActionInput{Command: newMove(recovery.RecordContact, recovery.RoleClaimant, nil), Attempt: 1}
	contact.Command.RequestID = "r-1"
	j.schedule(time.Hour, func() { j.sendAction("once", contact) })
	j.schedule(2*time.Hour, func() { j.sendAction("again", contact) })
	j.schedule(day, func() { j.sendAction("end", withdraw("r-2")) })
	j.runWorkflow()
	if once, again := j.results["once"], j.results["again"]; again.err != nil || once.result != again.result {
		t.Errorf("once %+v, again %+v", *once, *again)
	}
	if diff := cmp.Diff([]string{"act:r-1", "act:r-2"}, j.fake.stepKeys()); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
}

// TestRepeatedActionGetsItsResult, although the action is not possible any more.
func TestRepeatedActionGetsItsResult(t *testing.T) {
	t.Parallel()
	j := newTestRun(t, startPosition(true, false, "a"))
	up := workflows.ActionInput{Command: escalate(0, recovery.Appeal).move, Attempt: 1}
	up.Command.RequestID = "r-1"
	j.schedule(time.Hour, func() { j.sendAction("once", up) })
	j.schedule(2*time.Hour, func() { j.sendAction("again", up) })
	j.schedule(day, func() { j.sendAction("end", withdraw("r-2")) })
	j.runWorkflow()
	if again := j.results["again"]; again.err != nil || again.result != j.results["once"].result {
		t.Errorf("again: %+v", *again)
	}
}

func TestAbandonedActionMovesNothing(t *testing.T) {
	t.Parallel()
	j := newTestRun(t, startPosition(true, false, "a"))
	j.fake.abandon["r-1"] = 1
	again := withdraw("r-1")
	again.Attempt = 2
	j.schedule(time.Hour, func() { j.sendAction("late", withdraw("r-1")) })
	j.schedule(2*time.Hour, func() {
		if got := j.fake.opening.Position.Stage; got != recovery.PrivateContact {
			t.Errorf("the case moved to %s", got)
		}
	})
	j.schedule(3*time.Hour, func() { j.sendAction("second attempt", again) })
	j.runWorkflow()
	if late := j.results["late"]; late.err != nil || !late.result.Abandoned {
		t.Errorf("late: %+v", *late)
	}
	if second := j.results["second attempt"]; second.err != nil || second.result.Abandoned {
		t.Errorf("second attempt: %+v", *second)
	}
	if diff := cmp.Diff([]string{"act:r-1"}, j.fake.stepKeys()); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
}

// TestActionBeforeTheCaseIsLoaded: an action that starts the workflow waits until
// the case is loaded.
func TestActionBeforeTheCaseIsLoaded(t *testing.T) {
	t.Parallel()
	j := newTestRun(t, startPosition(true, false, "a"))
	submit := workflows.ActionInput{Command: newMove(recovery.SubmitAppeal, recovery.RoleClaimant, nil), Attempt: 1}
	submit.Command.RequestID = "r-1"
	j.schedule(0, func() {
		j.sendAction("not yet", submit)
		j.sendAction("end", withdraw("r-2"))
	})
	j.runWorkflow()
	if refusal, ok := workflows.RefusalOf(j.results["not yet"].err); !ok || refusal.Code != recovery.CodeActionNotAllowed {
		t.Errorf("not yet: %+v", *j.results["not yet"])
	}
	if end := j.results["end"]; end.err != nil {
		t.Errorf("end: %+v", *end)
	}
}

func TestClosedCaseEndsAtOnce(t *testing.T) {
	t.Parallel()
	p := startPosition(true, false, "a")
	p.Stage, p.WaitingOn, p.Outcome = recovery.Closed, recovery.OnNobody, recovery.Withdrawn
	j := newTestRun(t, p)
	j.runWorkflow()
	if steps := j.fake.stepNames(); len(steps) != 0 {
		t.Errorf("steps %v", steps)
	}
}

// TestDatabaseUnavailable: a step is retried until it is written, and the next
// deadline is counted from then.
func TestDatabaseUnavailable(t *testing.T) {
	t.Parallel()
	j := newTestRun(t, startPosition(true, false, "a"))
	j.fake.failures = 6
	j.runWorkflow()
	want := []string{"deadline_passed>appeal", "deadline_passed>legal", "deadline_passed>closed"}
	if diff := cmp.Diff(want, j.fake.stepNames()); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
}

// TestActionAtTheInstantOfADeadline: only one of the two moves the case.
func TestActionAtTheInstantOfADeadline(t *testing.T) {
	t.Parallel()
	j := newTestRun(t, startPosition(false, false, "a"))
	j.schedule(clockLengths[recovery.ContactClock], func() {
		in := workflows.ActionInput{Command: escalate(0, recovery.GroupNotice).move, Attempt: 1}
		in.Command.RequestID = "r-1"
		j.sendAction("up", in)
	})
	j.schedule(5*day, func() { j.sendAction("end", withdraw("r-2")) })
	j.runWorkflow()
	entered := 0
	for _, step := range j.fake.steps {
		if step.Step.Next.Stage == recovery.GroupNotice {
			entered++
		}
	}
	if entered != 1 {
		t.Errorf("the group notice was entered %d times: %v", entered, j.fake.stepNames())
	}
}

func TestExport(t *testing.T) {
	t.Parallel()
	j := newTestRun(t, startPosition(true, false, "a"))
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
