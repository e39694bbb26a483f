package worker

import (
	"context"
	"fmt"
	"time"

	"go.temporal.io/sdk/worker"
	"golang.org/x/sync/errgroup"

	"recourse/activities"
	"recourse/workflows"
)

// buildersAtOnce bounds the dossiers built side by side: each may take a
// gigabyte.
const buildersAtOnce = 2

// stopTimeout is how long work under way may take to end when the process is
// told to stop. What does not end is done again by another worker.
const stopTimeout = 10 * time.Second

// Parts are what the workers work with.
type Parts struct {
	Cases   *activities.Cases
	Exports *activities.Exports
	Notices *Notices // nil: this process tells nobody
	Stamps  *Stamps  // nil: no authority is asked for the time
}

// Run works on both queues, sends notices and has checkpoints stamped until ctx ends, then stops cleanly.
// Temporal may be away at the start; Run waits for it, and notices go out
// meanwhile. An error means that this process cannot work and should end.
func Run(ctx context.Context, c *Connection, parts Parts) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return work(ctx, c, parts) })
	if parts.Notices != nil {
		group.Go(func() error { return parts.Notices.Run(ctx) })
	}
	if parts.Stamps != nil {
		group.Go(func() error { return parts.Stamps.Run(ctx) })
	}
	return group.Wait()
}

func work(ctx context.Context, c *Connection, parts Parts) error {
	pause := backoff{first: 500 * time.Millisecond, limit: 5 * time.Second}
	for {
		err := c.reachable(ctx) // starting a worker cannot be interrupted, so ask first
		if err == nil {
			workers := newWorkers(c, parts)
			if err = workers.start(); err == nil {
				return workers.wait(ctx)
			}
		}
		if ctx.Err() != nil {
			return nil //nolint:nilerr // told to stop while starting: that is no failure
		}
		c.log.WarnContext(ctx, "the workers wait for Temporal", "error", err)
		if !pause.sleep(ctx) {
			return nil
		}
	}
}

// workers are the workers of the two queues; they start and stop together.
type workers struct {
	all   []worker.Worker
	fatal chan error
}

func newWorkers(c *Connection, parts Parts) *workers {
	w := &workers{fatal: make(chan error, 2)}
	cases := worker.New(c.Client, workflows.CasesQueue, worker.Options{
		WorkerStopTimeout: stopTimeout, OnFatalError: w.fail,
	})
	RegisterWorkflows(cases)
	RegisterCases(cases, parts.Cases)
	exports := worker.New(c.Client, workflows.EvidenceQueue, worker.Options{
		DisableWorkflowWorker: true, MaxConcurrentActivityExecutionSize: buildersAtOnce,
		WorkerStopTimeout: stopTimeout, OnFatalError: w.fail,
	})
	RegisterExports(exports, parts.Exports)
	w.all = []worker.Worker{cases, exports}
	return w
}

func (w *workers) fail(err error) { w.fatal <- err }

// start starts all, or none.
func (w *workers) start() error {
	for i, one := range w.all {
		if err := one.Start(); err != nil {
			for _, started := range w.all[:i] {
				started.Stop()
			}
			return err
		}
	}
	return nil
}

func (w *workers) wait(ctx context.Context) error {
	var err error
	select {
	case <-ctx.Done():
	case cause := <-w.fatal:
		err = fmt.Errorf("a worker ended: %w", cause)
	}
	for _, one := range w.all {
		one.Stop()
	}
	return err
}
