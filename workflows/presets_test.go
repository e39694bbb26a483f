package workflows_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"

	"recourse/recovery"
	"recourse/workflows"
)

// ways lists the activities a journey begins, as "queued NAME" and "in place NAME".
func (j *journey) ways() *[]string {
	ways := &[]string{}
	j.SetOnActivityStartedListener(func(info *activity.Info, _ context.Context, _ converter.EncodedValues) {
		*ways = append(*ways, "queued "+info.ActivityType.Name)
	})
	j.SetOnLocalActivityStartedListener(func(info *activity.Info, _ context.Context, _ []any) {
		*ways = append(*ways, "in place "+info.ActivityType.Name)
	})
	return ways
}

// TestActsAreInTheHistoryFirst: an act is written by an activity that the history
// asked for; what the case does of itself is written in place.
func TestActsAreInTheHistoryFirst(t *testing.T) {
	t.Parallel()
	j := newJourney(t, position(false, false, "a"))
	ways := j.ways()
	j.at(lengths[recovery.ContactClock]+time.Hour, func() { j.act("end", withdraw("r-1")) })
	j.run()
	if diff := cmp.Diff([]string{"in place OpenCase", "in place TakeStep", "queued TakeStep"}, *ways); diff != "" {
		t.Errorf("ways (-want +got):\n%s", diff)
	}
}

// TestCasesFromBefore the change write everything by the queue, as their histories
// have it, and come to the same end.
func TestCasesFromBefore(t *testing.T) {
	t.Parallel()
	j := newJourney(t, position(false, false, "a"))
	j.input.Edition = 0
	ways := j.ways()
	j.at(lengths[recovery.ContactClock]+time.Hour, func() { j.act("end", withdraw("r-1")) })
	j.run()
	if diff := cmp.Diff([]string{"queued OpenCase", "queued TakeStep", "queued TakeStep"}, *ways); diff != "" {
		t.Errorf("ways (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"deadline_passed>group_notice", "withdrawn>closed"}, j.desk.written()); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
}

// TestInPlaceIsTriedOnce: a task of the workflow does not wait for a database that
// is away; the queue does.
func TestInPlaceIsTriedOnce(t *testing.T) {
	t.Parallel()
	j := newJourney(t, position(false, false, "a"))
	ways := j.ways()
	j.desk.failures = 2
	j.at(lengths[recovery.ContactClock]+time.Hour, func() { j.act("end", withdraw("r-1")) })
	j.run()
	want := []string{"in place OpenCase", "in place TakeStep", "queued TakeStep", "queued TakeStep", "queued TakeStep"}
	if diff := cmp.Diff(want, *ways); diff != "" {
		t.Errorf("ways (-want +got):\n%s", diff)
	}
}

// TestWhatIsFinalIsNotQueued: a case that is not there is not asked for twice.
func TestWhatIsFinalIsNotQueued(t *testing.T) {
	t.Parallel()
	j := newJourney(t, position(true, false, "a"))
	j.desk.missing = true
	ways := j.ways()
	j.ExecuteWorkflow(workflows.CaseWorkflow, workflows.NewCase(caseID))
	if err := j.GetWorkflowError(); err == nil {
		t.Error("a case that is not in the database has a journey")
	}
	if diff := cmp.Diff([]string{"in place OpenCase"}, *ways); diff != "" {
		t.Errorf("ways (-want +got):\n%s", diff)
	}
}
