package worker

import (
	"context"
	"fmt"
	"time"

	"go.temporal.io/sdk/worker"
	"golang.org/x/sync/errgroup"

	"recourse/activities"
	"recourse/loop"
	"recourse/workflows"
)

// maxParallelBuilds limits how many dossiers are built in parallel, because each
// may need a gigabyte of memory.
const maxParallelBuilds = 2

// maxCachedWorkflows is how many open cases a process keeps in memory between two events.
// Each takes about 50 kB; the history of another one is read again when something happens.
const maxCachedWorkflows = 2_000

// stopTimeout is how long running activities may take after ctx is cancelled.
// Unfinished activities are retried by another worker.
const stopTimeout = 10 * time.Second

// Parts are the dependencies of the workers.
type Parts struct {
	Cases        *activities.Cases
	Exports      *activities.Exports
	Notices      *Notices      // nil: this process sends no notifications
	Maintenance  Maintenance   // nil: another process runs it
	Examinations Examinations  // nil: another process runs them
	Stamps       *Stamps       // nil: checkpoints get no time stamps
	Loops        *loop.Monitor // nil: nobody watches the loops
}

// Run processes both task queues, sends notifications and time-stamps checkpoints
// until ctx ends, then stops cleanly. If Temporal is down, Run waits for it and
// sends notifications in the meantime. No loop ends because of what its step returns, or
// because it panics.
func Run(ctx context.Context, c *Connection, parts Parts) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, one := range parts.loops(c) {
		group.Go(func() error {
			parts.Loops.Run(ctx, one)
			return nil
		})
	}
	if parts.Notices != nil {
		group.Go(func() error { return parts.Notices.Run(ctx) })
	}
	return group.Wait()
}

// loops returns the loops of Run but those of Notices, which wait for the same signal.
func (p Parts) loops(c *Connection) []loop.Loop {
	loops := []loop.Loop{workersLoop(c, p)}
	if p.Maintenance != nil {
		loops = append(loops, maintenanceLoop(p.Maintenance))
	}
	if p.Examinations != nil {
		loops = append(loops, examinationsLoop(p.Examinations))
	}
	if p.Stamps != nil {
		loops = append(loops, p.Stamps.loop())
	}
	return loops
}

const (
	workersFirstRetry = 500 * time.Millisecond
	workersLastRetry  = 5 * time.Second
)

// workersLoop runs the workers of both queues. They are started again if Temporal is not
// reachable or ends them.
func workersLoop(c *Connection, parts Parts) loop.Loop {
	return loop.Loop{
		Name: "workers", FirstRetry: workersFirstRetry, LastRetry: workersLastRetry,
		Step: func(ctx context.Context) (bool, error) {
			if err := c.checkReachable(ctx); err != nil { // starting a worker cannot be cancelled
				return false, err
			}
			workers := newWorkerGroup(c, parts)
			if err := workers.startAll(); err != nil {
				return false, err
			}
			return false, workers.waitForStop(ctx)
		},
	}
}

// workerGroup holds the workers of the two queues, which start and stop together.
type workerGroup struct {
	all   []worker.Worker
	fatal chan error
}

func newWorkerGroup(c *Connection, parts Parts) *workerGroup {
	worker.SetStickyWorkflowCacheSize(maxCachedWorkflows)
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
