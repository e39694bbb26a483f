package workflows

import (
	"context"
	"errors"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// withDatabase is for one short transaction. It is tried until the database is
// back: a case must not end because a server was restarted.
func withDatabase(ctx workflow.Context) workflow.Context {
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

// withBuilding is for papers: minutes of work that tells it is alive. The
// activity itself decides when trying again is of no use.
func withBuilding(ctx workflow.Context) workflow.Context {
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

// inPlace is for the same, at once and within the task of the workflow: no queue,
// no second task. It is tried once, so that a task never waits for a database.
func inPlace(ctx workflow.Context) workflow.Context {
	return workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{
		ScheduleToCloseTimeout: 5 * time.Second,
		RetryPolicy:            &temporal.RetryPolicy{MaximumAttempts: 1},
	})
}

// ofItself runs what nobody waits for in place, and when that fails as any other
// activity. What can never succeed is not tried again.
func ofItself[In, Out any](ctx workflow.Context, c *journey, activity func(context.Context, In) (Out, error), in In) (Out, error) {
	if !c.inPlace {
		return call(withDatabase(ctx), activity, in)
	}
	var out Out
	err := workflow.ExecuteLocalActivity(inPlace(ctx), activity, in).Get(ctx, &out)
	if err == nil || ctx.Err() != nil || final(err) {
		return out, err
	}
	return call(withDatabase(ctx), activity, in)
}

func final(err error) bool {
	var failure *temporal.ApplicationError
	return errors.As(err, &failure) && failure.NonRetryable()
}

// call runs an activity named by its method, so that the compiler checks what
// goes in and what comes out.
func call[In, Out any](ctx workflow.Context, activity func(context.Context, In) (Out, error), in In) (Out, error) {
	var out Out
	err := workflow.ExecuteActivity(ctx, activity, in).Get(ctx, &out)
	return out, err
}
