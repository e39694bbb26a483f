package workflows_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"

	"recourse/recovery"
	"recourse/workflows"
)

// delayAfterDeadline returns the delay between a deadline and its step.
func delayAfterDeadline(t *testing.T, input workflows.CaseInput, pace int) time.Duration {
	t.Helper()
	j := newTestRun(t, startPosition(false, false, "a"))
	j.input, j.fake.opening.Pace = input, pace
	var at time.Time
	j.fake.wrote = func() { at = j.Now() }
	j.schedule(clockLengths[recovery.ContactClock]+time.Hour, func() {
		j.fake.wrote = nil
		j.sendAction("end", withdraw("r-1"))
	})
	j.runWorkflow()
	return at.Sub(filedAt.Add(clockLengths[recovery.ContactClock]))
}

// TestDeadlinesAreStaggered: the steps of deadlines at one instant are spread over
// two and a half minutes of unpaced time; the delay of a case is constant.
func TestDeadlinesAreStaggered(t *testing.T) {
	t.Parallel()
	var after []time.Duration
	for n := range 40 {
		input := workflows.CaseInput{CaseID: recovery.CaseID(fmt.Sprintf("0198c0de-0000-7000-8000-%012d", n))}
		after = append(after, delayAfterDeadline(t, input, 1))
		if fast := delayAfterDeadline(t, input, 60); fast > 2500*time.Millisecond || fast != after[n]/60 {
			t.Errorf("case %d: %s at pace 60, %s unpaced", n, fast, after[n])
		}
	}
	slices.Sort(after)
	if after[0] < 0 || after[39] > 150*time.Second || after[39]-after[0] < time.Minute || len(slices.Compact(after)) != 40 {
		t.Errorf("they act after %v", after)
	}
}

// TestInstalmentsAreStaggered: the signal of an instalment has the delay of its case,
// and carries the accepted due time.
func TestInstalmentsAreStaggered(t *testing.T) {
	t.Parallel()
	j := newTestRun(t, startPosition(false, false, "a"))
	var signalledAt []time.Time
	var signals []workflows.InstalmentDue
	j.OnSignalExternalWorkflow(mock.Anything, workflows.CaseWorkflowID(caseID), "", workflows.InstalmentSignal, mock.Anything).
		Return(func(_, _, _, _ string, due any) error {
			signalledAt, signals = append(signalledAt, j.Now()), append(signals, due.(workflows.InstalmentDue))
			return nil
		})
	due := []workflows.InstalmentDue{{Plan: 1, No: 1, DueAt: filedAt.Add(day)}, {Plan: 1, No: 2, DueAt: filedAt.Add(2 * day)}}
	j.ExecuteWorkflow(workflows.PlanWorkflow, workflows.PlanInput{CaseID: caseID, Plan: 1, Due: due, Stagger: 90 * time.Second})
	if err := j.GetWorkflowError(); err != nil {
		t.Fatal(err)
	}
	for i, signal := range signals {
		if signal != due[i] || signalledAt[i].Sub(due[i].DueAt) != 90*time.Second {
			t.Errorf("signal %+v at %s", signal, signalledAt[i])
		}
	}
	if len(signals) != 2 {
		t.Errorf("%d signals", len(signals))
	}
}
