package main

import (
	"context"
	"fmt"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"recourse/dev/local"
)

// actors is how many act at once, each on a case of their own: one case takes
// its acts one after the other.
const (
	actors       = 4
	actsPerActor = 60
	benchQueue   = "bench"
)

// actions records contacts end to end, beside Updates that do nothing but run
// one activity, through the same Temporal server.
func actions(ctx context.Context, up local.Up) ([]row, error) {
	empty, err := emptyUpdates(ctx, up.Temporal)
	if err != nil {
		return nil, err
	}
	d, err := newDesk(up)
	if err != nil {
		return nil, err
	}
	cases := make([]string, actors)
	for i := range cases {
		if cases[i], err = d.file(ctx); err != nil {
			return nil, err
		}
	}
	act := func(ctx context.Context, client int) error {
		return d.contact(ctx, cases[client])
	}
	if _, err := hammer(ctx, actors, times(actors*3), act); err != nil {
		return nil, err
	}
	got, err := hammer(ctx, actors, times(actors*actsPerActor), act)
	if err != nil {
		return nil, err
	}
	share := got.rate() / empty.rate()
	return []row{{
		what: "an action, from request to answer, 4 clients", figure: got.String(), yardstick: "empty Update with an activity: " + empty.String(),
		ratio: ratio(share), budget: "p95 ≤ 150 ms, ratio ≥ 0.60",
		kept: got.percentile(0.95) <= 150*time.Millisecond && share >= 0.6,
	}}, nil
}

func nothing(context.Context) error { return nil }

// waiting takes Updates of one activity each until it is told to end.
func waiting(ctx workflow.Context) error {
	err := workflow.SetUpdateHandler(ctx, "act", func(ctx workflow.Context) error {
		ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Minute})
		return workflow.ExecuteActivity(ctx, nothing).Get(ctx, nil)
	})
	if err != nil {
		return err
	}
	workflow.GetSignalChannel(ctx, "end").Receive(ctx, nil)
	return nil
}

func emptyUpdates(ctx context.Context, address string) (load, error) {
	c, err := client.DialContext(ctx, client.Options{HostPort: address, Logger: quiet{}})
	if err != nil {
		return load{}, fmt.Errorf("reach Temporal: %w", err)
	}
	defer c.Close()
	w := worker.New(c, benchQueue, worker.Options{})
	w.RegisterWorkflow(waiting)
	w.RegisterActivity(nothing)
	if err := w.Start(); err != nil {
		return load{}, fmt.Errorf("start a worker: %w", err)
	}
	defer w.Stop()
	for i := range actors {
		options := client.StartWorkflowOptions{ID: workflowID(i), TaskQueue: benchQueue}
		if _, err := c.ExecuteWorkflow(ctx, options, waiting); err != nil {
			return load{}, fmt.Errorf("start a workflow: %w", err)
		}
	}
	update := func(ctx context.Context, number int) error {
		handle, err := c.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
			WorkflowID: workflowID(number), UpdateName: "act", WaitForStage: client.WorkflowUpdateStageCompleted,
		})
		if err != nil {
			return fmt.Errorf("update: %w", err)
		}
		return handle.Get(ctx, nil)
	}
	if _, err := hammer(ctx, actors, times(actors*3), update); err != nil {
		return load{}, err
	}
	got, err := hammer(ctx, actors, times(actors*actsPerActor), update)
	for i := range actors {
		_ = c.SignalWorkflow(ctx, workflowID(i), "", "end", nil) // the server is thrown away in a moment anyway
	}
	return got, err
}

func workflowID(number int) string { return fmt.Sprintf("bench-%d", number) }

type quiet struct{}

func (quiet) Debug(string, ...any) {}
func (quiet) Info(string, ...any)  {}
func (quiet) Warn(string, ...any)  {}
func (quiet) Error(string, ...any) {}
