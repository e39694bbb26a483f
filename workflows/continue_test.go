package workflows_test

import (
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"recourse/recovery"
	"recourse/workflows"
)

func contact(request recovery.RequestID) workflows.ActionInput {
	m := newMove(recovery.RecordContact, recovery.RoleClaimant, nil)
	m.RequestID = request
	return workflows.ActionInput{Command: m, Attempt: 1}
}

// runUntilContinued runs the workflow until it continues as new and returns the input
// of the next run.
func (j *testRun) runUntilContinued() workflows.CaseInput {
	j.t.Helper()
	j.forwardSignals()
	j.ExecuteWorkflow(workflows.CaseWorkflow, j.input)
	var next *workflow.ContinueAsNewError
	if !errors.As(j.GetWorkflowError(), &next) {
		j.t.Fatalf("the run ended with %v after %v", j.GetWorkflowError(), j.fake.stepNames())
	}
	if next.WorkflowType.Name != workflows.CaseWorkflow {
		j.t.Errorf("the next run is a %s", next.WorkflowType.Name)
	}
	var in workflows.CaseInput
	if err := converter.GetDefaultDataConverter().FromPayloads(next.Input, &in); err != nil {
		j.t.Fatal(err)
	}
	return in
}

// nextRun is the run after one that continued as new, on the same database.
func (j *testRun) nextRun(in workflows.CaseInput) *testRun {
	j.t.Helper()
	env := newEnvironment()
	env.SetStartTime(j.Now())
	j.fake.now = env.Now
	next := newTestRunWith(j.t, env, j.fake)
	next.input = in
	return next
}

// TestRunContinuesAsNew: the action that fills the run and those accepted before it
// ends are performed; the next one is refused, to be sent to the next run.
func TestRunContinuesAsNew(t *testing.T) {
	t.Parallel()
	j := newTestRun(t, startPosition(true, false, "a"))
	j.fake.opening.ActionsPerRun = 3
	j.schedule(time.Hour, func() { j.sendAction("first", contact("r-1")) })
	j.schedule(2*time.Hour, func() {
		j.sendAction("second", contact("r-2"))
		j.sendAction("third", contact("r-3"))
		j.sendAction("fourth", contact("r-4"))
	})
	j.fake.wrote = func() {
		if j.fake.version == 4 { // it arrives when the third has its result and the fourth is being written
			j.schedule(0, func() { j.sendAction("late", contact("r-5")) })
		}
	}
	in := j.runUntilContinued()
	late := j.results["late"]
	delete(j.results, "late")
	j.checkAllAccepted()
	if late.accepted || !workflows.IsRunEnding(late.err) {
		t.Errorf("late: %+v", *late)
	}
	if _, is := workflows.RefusalOf(late.err); is {
		t.Error("the end of the run looks like a refusal of the action")
	}
	if in.CaseID != caseID || len(in.Results) != 4 {
		t.Fatalf("the next run gets %+v", in)
	}
	for i, kept := range in.Results {
		sent := map[recovery.RequestID]string{"r-1": "first", "r-2": "second", "r-3": "third", "r-4": "fourth"}[kept.RequestID]
		if kept.Result.Version != int64(i)+2 || kept.Result != j.results[sent].result {
			t.Errorf("result %d is %+v", i, kept)
		}
	}
}

// TestActionSentToBothRunsIsOneStep: the caller did not hear the answer of the run
// before, and sends the action to the next one.
func TestActionSentToBothRunsIsOneStep(t *testing.T) {
	t.Parallel()
	j := newTestRun(t, startPosition(true, false, "a"))
	j.fake.opening.ActionsPerRun = 1
	up := workflows.ActionInput{Command: escalate(0, recovery.Appeal).move, Attempt: 1}
	up.Command.RequestID = "r-1"
	j.schedule(time.Hour, func() { j.sendAction("once", up) })
	next := j.nextRun(j.runUntilContinued())
	next.fake.opening.ActionsPerRun = 2
	next.schedule(time.Hour, func() { next.sendAction("again", up) })
	next.schedule(2*time.Hour, func() { next.sendAction("end", withdraw("r-2")) })
	next.runWorkflow()
	if again := next.results["again"]; again.err != nil || again.result != j.results["once"].result {
		t.Errorf("again: %+v", *again)
	}
	if diff := cmp.Diff([]string{"act:r-1", "act:r-2"}, next.fake.stepKeys()); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
}

// TestClosingActionEndsTheWorkflow: a full run of a case with nothing to do ends.
func TestClosingActionEndsTheWorkflow(t *testing.T) {
	t.Parallel()
	j := newTestRun(t, startPosition(true, false, "a"))
	j.fake.opening.ActionsPerRun = 1
	j.schedule(time.Hour, func() { j.sendAction("end", withdraw("r-1")) })
	j.runWorkflow()
	j.checkAllAccepted()
}

// TestSignalsAreHandledBeforeTheRunEnds: evidence that arrives with the last action
// returns the case to the agent.
func TestSignalsAreHandledBeforeTheRunEnds(t *testing.T) {
	t.Parallel()
	j := newTestRun(t, startPosition(true, false, "a"))
	j.fake.opening.ActionsPerRun = 3
	j.playEvents([]event{
		escalate(time.Hour, recovery.Appeal), actAs(day, recovery.SubmitAppeal, recovery.RoleClaimant),
		actAs(2*day, recovery.RequestEvidence, recovery.RoleAgent), {after: 2 * day, evidence: "e-1"},
	})
	j.runUntilContinued()
	j.checkAllAccepted()
	if diff := cmp.Diff([]string{"act:r-1", "act:r-2", "act:r-3", "supplied:e-1"}, j.fake.stepKeys()); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
}

// TestPlanContinuesInTheNextRun: the workflow of the plan ends with the run and starts
// again in the next one, which hears of a missed instalment and of the end of its grace.
func TestPlanContinuesInTheNextRun(t *testing.T) {
	t.Parallel()
	j := newTestRun(t, startPosition(true, false, "a"))
	j.fake.opening.ActionsPerRun = 2
	j.playEvents([]event{proposePlan(day), acceptPlan(2 * day)})
	closed := 0
	j.SetOnChildWorkflowCompletedListener(func(_ *workflow.Info, _ converter.EncodedValue, err error) {
		if temporal.IsCanceledError(err) {
			closed++
		}
	})
	in := j.runUntilContinued()
	if closed != 1 {
		t.Errorf("%d workflows of plans were cancelled", closed)
	}
	next := j.nextRun(in)
	next.fake.opening.ActionsPerRun = 0
	next.runWorkflow()
	want := []string{proposed, accepted, missed, "plan_broken>appeal", "deadline_passed>legal", "deadline_passed>closed"}
	if diff := cmp.Diff(want, next.fake.stepNames()); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
}

// TestLimitsOfARun: each of what the server limits continues the run.
func TestLimitsOfARun(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fill      func(*testRun)
		continued bool
	}{
		"actions": {func(j *testRun) {
			for n := range 200 {
				j.sendAction(strconv.Itoa(n), contact(recovery.RequestID(strconv.Itoa(n))))
			}
		}, true},
		"signals": {func(j *testRun) {
			for n := range 1000 {
				j.sendEvidence(recovery.EvidenceID(strconv.Itoa(n)))
			}
		}, true},
		"events":            {func(j *testRun) { j.SetCurrentHistoryLength(4_000); j.sendEvidence("e") }, true},
		"bytes":             {func(j *testRun) { j.SetCurrentHistorySize(4 << 20); j.sendEvidence("e") }, true},
		"suggested":         {func(j *testRun) { j.SetContinueAsNewSuggested(true); j.sendEvidence("e") }, true},
		"suggested at once": {func(j *testRun) { j.SetContinueAsNewSuggested(true) }, false},
		"far from every limit": {func(j *testRun) {
			j.SetCurrentHistoryLength(3_999)
			j.sendAction("1", contact("1"))
			j.sendEvidence("e")
		}, false},
		"refused by validation": {func(j *testRun) { j.fake.opening.ActionsPerRun = 1; j.sendAction("1", workflows.ActionInput{}) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := newTestRun(t, startPosition(true, false, "a"))
			j.schedule(time.Hour, func() { test.fill(j) })
			if test.continued {
				j.runUntilContinued()
				return
			}
			j.schedule(day, func() { j.sendAction("end", withdraw("end")) })
			j.runWorkflow()
		})
	}
}

// TestResultsKept: only the last results are passed on.
func TestResultsKept(t *testing.T) {
	t.Parallel()
	j := newTestRun(t, startPosition(true, false, "a"))
	j.fake.opening.ActionsPerRun = 1
	for n := range 600 {
		j.input.Results = append(j.input.Results, workflows.RecentResult{RequestID: recovery.RequestID(strconv.Itoa(n))})
	}
	j.schedule(time.Hour, func() { j.sendAction("last", contact("last")) })
	got := j.runUntilContinued().Results
	if len(got) != 500 || got[0].RequestID != "101" || got[499].RequestID != "last" {
		t.Errorf("%d results, from %s to %s", len(got), got[0].RequestID, got[len(got)-1].RequestID)
	}
}
