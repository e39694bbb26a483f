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

// actionClients is the number of clients. Each has its own case, because a case handles
// its actions one after another.
const (
	actionClients    = 4
	actionsPerClient = 60
	benchQueue       = "bench"
)

// measureActions measures recording a contact end to end, next to Updates that only run
// one activity on the same Temporal server.
func measureActions(ctx context.Context, up local.Up) ([]row, error) {
	empty, err := emptyUpdates(ctx, up.Temporal)
	if err != nil {
		return nil, err
	}
	d, err := newAPIClient(up)
	if err != nil {
		return nil, err
	}
	cases := make([]string, actionClients)
	for i := range cases {
		if cases[i], err = d.fileCase(ctx); err != nil {
			return nil, err
		}
	}
	act := func(ctx context.Context, client int) error {
		return d.recordContact(ctx, cases[client])
	}
	if _, err := callConcurrently(ctx, actionClients, untilCount(actionClients*3), act); err != nil {
		return nil, err
	}
	got, err := callConcurrently(ctx, actionClients, untilCount(actionClients*actionsPerClient), act)
	if err != nil {
		return nil, err
	}
	share := got.rate() / empty.rate()
	return []row{{
		what: "an action, from request to answer, 4 clients", figure: got.String(), yardstick: "empty Update with an activity: " + empty.String(),
		ratio: formatRatio(share), budget: "p95 ≤ 150 ms, ratio ≥ 0.60",
		kept: got.percentile(0.95) <= 150*time.Millisecond && share >= 0.6,
	}}, nil
}

func doNothing(context.Context) error { return nil }

// updateWorkflow handles Updates of one activity each until it is signalled to end.
func updateWorkflow(ctx workflow.Context) error {
	err := workflow.SetUpdateHandler(ctx, "act", func(ctx workflow.Context) error {
		ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Minute})
		return workflow.ExecuteActivity(ctx, doNothing).Get(ctx, nil)
	})
	if err != nil {
		return err
	}
	workflow.GetSignalChannel(ctx, "end").Receive(ctx, nil)
	return nil
}

func emptyUpdates(ctx context.Context, address string) (load, error) {
	c, err := client.DialContext(ctx, client.Options{HostPort: address, Logger: noLogger{}})
	if err != nil {
		return load{}, fmt.Errorf("reach Temporal: %w", err)
	}
	defer c.Close()
	w := worker.New(c, benchQueue, worker.Options{})
	w.RegisterWorkflow(updateWorkflow)
	w.RegisterActivity(doNothing)
	if err := w.Start(); err != nil {
		return load{}, fmt.Errorf("start a worker: %w", err)
	}
	defer w.Stop()
	for i := range actionClients {
		options := client.StartWorkflowOptions{ID: workflowID(i), TaskQueue: benchQueue}
		if _, err := c.ExecuteWorkflow(ctx, options, updateWorkflow); err != nil {
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
	if _, err := callConcurrently(ctx, actionClients, untilCount(actionClients*3), update); err != nil {
		return load{}, err
	}
	got, err := callConcurrently(ctx, actionClients, untilCount(actionClients*actionsPerClient), update)
	for i := range actionClients {
		_ = c.SignalWorkflow(ctx, workflowID(i), "", "end", nil) // the server ends soon anyway
	}
	return got, err
}

func workflowID(number int) string { return fmt.Sprintf("bench-%d", number) }

type noLogger struct{}

func (noLogger) Debug(string, ...any) {}
func (noLogger) Info(string, ...any)  {}
func (noLogger) Warn(string, ...any)  {}
func (noLogger) Error(string, ...any) {}
