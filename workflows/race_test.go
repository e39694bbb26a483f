package workflows_test

import (
	"testing"
	"time"

	"go.temporal.io/sdk/temporal"

	"recourse/recovery"
	"recourse/workflows"
)

// TestActOnWhatTheRecordShows: the record moves a moment before the workflow
// does. An act that the record allows, sent in that moment, is not refused.
func TestActOnWhatTheRecordShows(t *testing.T) {
	t.Parallel()
	j := newJourney(t, position(true, false, "a"))
	escalate := workflows.ActInput{Move: escalated(0, recovery.Appeal).move, Attempt: 1}
	escalate.Move.RequestID = "r-1"
	submit := workflows.ActInput{Move: move(recovery.SubmitAppeal, recovery.RoleClaimant, nil), Attempt: 1}
	submit.Move.RequestID = "r-2"
	j.at(time.Hour, func() {
		j.act("escalate", escalate)
		j.act("submit", submit) // while the escalation is being written
	})
	j.at(day, func() { j.act("end", withdraw("r-3")) })
	j.run()
	j.allTaken()
}

// TestCancelledByAnOperator: nothing is written and the workflow ends.
func TestCancelledByAnOperator(t *testing.T) {
	t.Parallel()
	j := newJourney(t, position(true, false, "a"))
	j.at(time.Hour, j.CancelWorkflow)
	j.ExecuteWorkflow(workflows.CaseWorkflow, workflows.NewCase(caseID))
	if !j.IsWorkflowCompleted() || !temporal.IsCanceledError(j.GetWorkflowError()) {
		t.Errorf("ended %v with %v", j.IsWorkflowCompleted(), j.GetWorkflowError())
	}
	if steps := j.desk.written(); len(steps) != 0 {
		t.Errorf("steps %v", steps)
	}
}
