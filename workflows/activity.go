package workflows

import (
	"context"
	"errors"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"recourse/activities"
)

// The receivers of the activities. They are always nil: workflow code uses only the
// names of their methods.
var (
	caseActivities   *activities.Cases
	exportActivities *activities.Exports
)

// withDatabaseOptions sets the options of an activity that is one short transaction.
// It is retried without limit, because a case must not end when the database is
// restarted.
func withDatabaseOptions(ctx workflow.Context) workflow.Context {
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		TaskQueue:           CasesQueue,
		StartToCloseTimeout: 15 * time.Second,
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval:    100 * time.Millisecond,
			BackoffCoefficient: 2,
			MaximumInterval:    10 * time.Second,
		},
	})
}

// withExportOptions sets the options of the activity that builds an export: it takes
// minutes, sends heartbeats and decides itself when to stop retrying.
func withExportOptions(ctx workflow.Context) workflow.Context {
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		TaskQueue:           EvidenceQueue,
		StartToCloseTimeout: 15 * time.Minute,
		HeartbeatTimeout:    30 * time.Second,
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval:    time.Second,
			BackoffCoefficient: 2,
			MaximumInterval:    time.Minute,
		},
	})
}

// withLocalOptions sets the options of a local activity that is one short
// transaction. It is tried once, so that a workflow task never waits for the
// database.
func withLocalOptions(ctx workflow.Context) workflow.Context {
	return workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{
		ScheduleToCloseTimeout: 5 * time.Second,
		RetryPolicy:            &temporal.RetryPolicy{MaximumAttempts: 1},
	})
}

// runAsLocalActivity runs an activity within the workflow task, without a task
// queue. If it fails, a normal activity takes over, unless the error is permanent.
func runAsLocalActivity[In, Out any](ctx workflow.Context, activity func(context.Context, In) (Out, error), in In) (Out, error) {
	var out Out
	err := workflow.ExecuteLocalActivity(withLocalOptions(ctx), activity, in).Get(ctx, &out)
	if err == nil || ctx.Err() != nil || isPermanent(err) {
		return out, err
	}
	return callActivity(withDatabaseOptions(ctx), activity, in)
}

func isPermanent(err error) bool {
	var failure *temporal.ApplicationError
	return errors.As(err, &failure) && failure.NonRetryable()
}

// callActivity runs an activity that is named by its method, so that the compiler
// checks its input and output.
func callActivity[In, Out any](ctx workflow.Context, activity func(context.Context, In) (Out, error), in In) (Out, error) {
	var out Out
	err := workflow.ExecuteActivity(ctx, activity, in).Get(ctx, &out)
	return out, err
}
