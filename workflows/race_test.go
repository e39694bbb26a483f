package workflows_test

import (
	"testing"
	"time"

	"go.temporal.io/sdk/temporal"

	"recourse/recovery"
	"recourse/workflows"
)

// TestActionOnTheWrittenPosition: the database has a new position a moment before
// the workflow does. An action that is possible there is not refused.
func TestActionOnTheWrittenPosition(t *testing.T) {
	t.Parallel()
	j := newTestRun(t, startPosition(true, false, "a"))
	escalate := workflows.ActionInput{Command: escalate(0, recovery.Appeal).move, Attempt: 1}
	escalate.Command.RequestID = "r-1"
	submit := workflows.ActionInput{Command: newMove(recovery.SubmitAppeal, recovery.RoleClaimant, nil), Attempt: 1}
	submit.Command.RequestID = "r-2"
	j.schedule(time.Hour, func() {
		j.sendAction("escalate", escalate)
		j.sendAction("submit", submit) // while the escalation is being written
	})
	j.schedule(day, func() { j.sendAction("end", withdraw("r-3")) })
	j.runWorkflow()
	j.checkAllAccepted()
}

// TestCancelledByAnOperator: nothing is written and the workflow ends.
func TestCancelledByAnOperator(t *testing.T) {
	t.Parallel()
	j := newTestRun(t, startPosition(true, false, "a"))
	j.schedule(time.Hour, j.CancelWorkflow)
	j.ExecuteWorkflow(workflows.CaseWorkflow, workflows.CaseInput{CaseID: caseID})
	if !j.IsWorkflowCompleted() || !temporal.IsCanceledError(j.GetWorkflowError()) {
		t.Errorf("ended %v with %v", j.IsWorkflowCompleted(), j.GetWorkflowError())
	}
	if steps := j.fake.stepNames(); len(steps) != 0 {
		t.Errorf("steps %v", steps)
	}
}
