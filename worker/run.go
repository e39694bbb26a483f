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

// maxParallelBuilds limits how many dossiers are built in parallel, because each
// may need a gigabyte of memory.
const maxParallelBuilds = 2

// stopTimeout is how long running activities may take after ctx is cancelled.
// Unfinished activities are retried by another worker.
const stopTimeout = 10 * time.Second

// Parts are the dependencies of the workers.
type Parts struct {
	Cases        *activities.Cases
	Exports      *activities.Exports
	Notices      *Notices     // nil: this process sends no notifications
	Maintenance  Maintenance  // nil: another process runs it
	Examinations Examinations // nil: another process runs them
	Stamps       *Stamps      // nil: checkpoints get no time stamps
}

// Run processes both task queues, sends notifications and time-stamps checkpoints
// until ctx ends, then stops cleanly. If Temporal is down, Run waits for it and
// sends notifications in the meantime. After an error the process should exit.
func Run(ctx context.Context, c *Connection, parts Parts) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return runWorkers(ctx, c, parts) })
	group.Go(func() error {
		runMaintenance(ctx, parts.Maintenance, maintenanceInterval, c.log)
		return nil
	})
	if parts.Notices != nil {
		group.Go(func() error { return parts.Notices.Run(ctx) })
	}
	if parts.Examinations != nil {
		group.Go(func() error {
			runExaminations(ctx, parts.Examinations, examinationInterval, c.log)
			return nil
		})
	}
	if parts.Stamps != nil {
		group.Go(func() error { return parts.Stamps.Run(ctx) })
	}
	return group.Wait()
}

func runWorkers(ctx context.Context, c *Connection, parts Parts) error {
	pause := backoff{first: 500 * time.Millisecond, limit: 5 * time.Second}
	for {
		err := c.checkReachable(ctx) // starting a worker cannot be cancelled, so check first
		if err == nil {
			workers := newWorkerGroup(c, parts)
			if err = workers.startAll(); err == nil {
				return workers.waitForStop(ctx)
			}
		}
		if ctx.Err() != nil {
			return nil //nolint:nilerr // cancelled while starting: not a failure
		}
		c.log.WarnContext(ctx, "the workers wait for Temporal", "error", err)
		if !pause.waitDelay(ctx) {
			return nil
		}
	}
}

// workerGroup holds the workers of the two queues, which start and stop together.
type workerGroup struct {
	all   []worker.Worker
	fatal chan error
}

func newWorkerGroup(c *Connection, parts Parts) *workerGroup {
	w := &workerGroup{fatal: make(chan error, 2)}
	cases := worker.New(c.Client, workflows.CasesQueue, worker.Options{
		WorkerStopTimeout: stopTimeout, OnFatalError: w.reportFatal,
	})
	RegisterWorkflows(cases)
	RegisterCases(cases, parts.Cases)
	exports := worker.New(c.Client, workflows.EvidenceQueue, worker.Options{
		DisableWorkflowWorker: true, MaxConcurrentActivityExecutionSize: maxParallelBuilds,
		WorkerStopTimeout: stopTimeout, OnFatalError: w.reportFatal,
	})
	RegisterExports(exports, parts.Exports)
	w.all = []worker.Worker{cases, exports}
	return w
}

func (w *workerGroup) reportFatal(err error) { w.fatal <- err }

// startAll starts all workers. After an error none is running.
func (w *workerGroup) startAll() error {
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

func (w *workerGroup) waitForStop(ctx context.Context) error {
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
