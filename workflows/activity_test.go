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

// startedActivities lists the activities that the workflow starts, as "normal NAME"
// and "local NAME".
func (j *testRun) startedActivities() *[]string {
	started := &[]string{}
	j.SetOnActivityStartedListener(func(info *activity.Info, _ context.Context, _ converter.EncodedValues) {
		*started = append(*started, "normal "+info.ActivityType.Name)
	})
	j.SetOnLocalActivityStartedListener(func(info *activity.Info, _ context.Context, _ []any) {
		*started = append(*started, "local "+info.ActivityType.Name)
	})
	return started
}

// TestKindsOfActivities: steps of actions run as normal activities, opening the case
// and steps triggered by timers as local ones.
func TestKindsOfActivities(t *testing.T) {
	t.Parallel()
	j := newTestRun(t, startPosition(false, false, "a"))
	started := j.startedActivities()
	j.schedule(clockLengths[recovery.ContactClock]+time.Hour, func() { j.sendAction("end", withdraw("r-1")) })
	j.runWorkflow()
	if diff := cmp.Diff([]string{"local OpenCase", "local TakeStep", "normal TakeStep"}, *started); diff != "" {
		t.Errorf("started (-want +got):\n%s", diff)
	}
}

// TestLocalActivityIsTriedOnce: the normal activity after it is retried instead, so
// that a workflow task does not wait for the database.
func TestLocalActivityIsTriedOnce(t *testing.T) {
	t.Parallel()
	j := newTestRun(t, startPosition(false, false, "a"))
	started := j.startedActivities()
	j.fake.failures = 2
	j.schedule(clockLengths[recovery.ContactClock]+time.Hour, func() { j.sendAction("end", withdraw("r-1")) })
	j.runWorkflow()
	want := []string{"local OpenCase", "local TakeStep", "normal TakeStep", "normal TakeStep", "normal TakeStep"}
	if diff := cmp.Diff(want, *started); diff != "" {
		t.Errorf("started (-want +got):\n%s", diff)
	}
}

// TestPermanentErrorIsNotRetried: a missing case is read once.
func TestPermanentErrorIsNotRetried(t *testing.T) {
	t.Parallel()
	j := newTestRun(t, startPosition(true, false, "a"))
	j.fake.missing = true
	started := j.startedActivities()
	j.ExecuteWorkflow(workflows.CaseWorkflow, workflows.CaseInput{CaseID: caseID})
	if err := j.GetWorkflowError(); err == nil {
		t.Error("the workflow of a missing case did not fail")
	}
	if diff := cmp.Diff([]string{"local OpenCase"}, *started); diff != "" {
		t.Errorf("started (-want +got):\n%s", diff)
	}
}
