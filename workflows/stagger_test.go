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

// lapsed is how long after its deadline a case is moved on.
func lapsed(t *testing.T, input workflows.CaseInput, pace int) time.Duration {
	t.Helper()
	j := newJourney(t, position(false, false, "a"))
	j.input, j.desk.opening.Pace = input, pace
	var at time.Time
	j.desk.wrote = func() { at = j.Now() }
	j.at(lengths[recovery.ContactClock]+time.Hour, func() {
		j.desk.wrote = nil
		j.act("end", withdraw("r-1"))
	})
	j.run()
	return at.Sub(filed.Add(lengths[recovery.ContactClock]))
}

// TestDeadlinesAreStaggered: cases whose deadlines end in one instant act on them
// within two and a half minutes of life's time, each always after the same while, and spread
// over all of it. Those taken up before act at once.
func TestDeadlinesAreStaggered(t *testing.T) {
	t.Parallel()
	var after []time.Duration
	for n := range 40 {
		input := workflows.NewCase(recovery.CaseID(fmt.Sprintf("0198c0de-0000-7000-8000-%012d", n)))
		after = append(after, lapsed(t, input, 1))
		if fast := lapsed(t, input, 60); fast > 2500*time.Millisecond || fast != after[n]/60 {
			t.Errorf("case %d: %s at pace 60, %s at life's", n, fast, after[n])
		}
	}
	slices.Sort(after)
	if after[0] < 0 || after[39] > 150*time.Second || after[39]-after[0] < time.Minute || len(slices.Compact(after)) != 40 {
		t.Errorf("they act after %v", after)
	}
	if at := lapsed(t, workflows.CaseInput{CaseID: caseID}, 1); at != 0 {
		t.Errorf("a case from before acts after %s", at)
	}
}

// TestInstalmentsAreStaggered: the calendar of a plan tells its case after the same
// while, and of the instant that was agreed.
func TestInstalmentsAreStaggered(t *testing.T) {
	t.Parallel()
	j := newJourney(t, position(false, false, "a"))
	var told []time.Time
	var of []workflows.InstalmentDue
	j.OnSignalExternalWorkflow(mock.Anything, workflows.CaseWorkflowID(caseID), "", workflows.InstalmentSignal, mock.Anything).
		Return(func(_, _, _, _ string, due any) error {
			told, of = append(told, j.Now()), append(of, due.(workflows.InstalmentDue))
			return nil
		})
	due := []workflows.InstalmentDue{{Plan: 1, No: 1, DueAt: filed.Add(day)}, {Plan: 1, No: 2, DueAt: filed.Add(2 * day)}}
	j.ExecuteWorkflow(workflows.PlanWorkflow, workflows.PlanInput{CaseID: caseID, Plan: 1, Due: due, Stagger: 90 * time.Second})
	if err := j.GetWorkflowError(); err != nil {
		t.Fatal(err)
	}
	for i, one := range of {
		if one != due[i] || told[i].Sub(due[i].DueAt) != 90*time.Second {
			t.Errorf("told of %+v at %s", one, told[i])
		}
	}
	if len(of) != 2 {
		t.Errorf("told of %d instalments", len(of))
	}
}
