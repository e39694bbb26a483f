package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"recourse/dev/local"
	"recourse/postgres/pgcluster"
)

// stormCases is the number of deadlines in one minute. Filing starts stormWait earlier,
// because every case must have started by then.
const (
	stormCases  = 10_000
	stormWait   = 8 * time.Minute
	stormMinute = time.Minute
	// emptyShare divides the number of empty workflows: their rate is the same, and
	// the measurement is shorter.
	emptyShare = 4
)

// measureStorm lets the deadlines of many open cases pass at once, next to empty
// workflows of one timer and one activity on the same server. All must be handled,
// and an action during the storm must not wait for them.
func measureStorm(ctx context.Context, up local.Up) ([]row, error) {
	empty, err := emptyTimers(ctx, up.Temporal)
	if err != nil {
		return nil, err
	}
	d, err := newAPIClient(up)
	if err != nil {
		return nil, err
	}
	watched, err := d.fileCase(ctx) // claimed: only actions move it
	if err != nil {
		return nil, err
	}
	due := time.Now().Add(stormWait)
	var n atomic.Int64
	file := func(ctx context.Context, _ int) error { return d.fileUnclaimed(ctx, stormInstant(due, n.Add(1))) }
	if _, err := callConcurrently(ctx, filingClients, untilCount(stormCases), file); err != nil {
		return nil, err
	}
	if left := time.Until(due); left < 0 {
		return nil, fmt.Errorf("filing took %s longer than the storm waits", -left)
	}
	served, acts, err := runStorm(ctx, up, d, watched, due)
	if err != nil {
		return nil, err
	}
	share := served.rate / empty
	return []row{
		{
			what: fmt.Sprintf("%d deadlines in one minute", stormCases), figure: served.String(),
			yardstick: fmt.Sprintf("empty workflows, timer and activity: %.0f/s", empty), ratio: formatRatio(share),
			budget: "all served, ratio ≥ 0.60", kept: served.lost == 0 && share >= 0.6,
		},
		{
			what: "an act meanwhile", figure: acts.String(), yardstick: "-", ratio: "-", budget: "p95 ≤ 1 s",
			kept: acts.percentile(0.95) <= time.Second,
		},
	}, nil
}

// stormInstant spreads the deadlines evenly over the minute.
func stormInstant(due time.Time, n int64) time.Time {
	return due.Add(time.Duration(n) * stormMinute / stormCases)
}

// fileUnclaimed files an unclaimed transfer that the platform refunds at the given
// time. The case then asks the claimant whether the money arrived.
func (d *apiClient) fileUnclaimed(ctx context.Context, refund time.Time) error {
	return d.postJSON(ctx, "/cases", map[string]any{
		"platform": "wechat", "instrument": "transfer", "amount_fen": 200_000, "sent_at": refund.Add(-24 * time.Hour).Format(time.RFC3339Nano),
		"transaction_no": fmt.Sprintf("10000%d", d.next.Add(1)), "reason": "wrong_person", "claim_state": "unclaimed",
		"group":        map[string]any{"kind": "none"},
		"counterparts": []any{map[string]any{"alias": "老周（仓储）"}},
		"claimant":     map[string]any{"name": "沈知遥", "phone": "13800000000", "province": "浙江省", "city": "杭州市"},
	}, &struct{}{})
}

// stormResult is the result of a storm.
type stormResult struct {
	rate float64 // cases handled per second, from the first deadline to the last case
	lost int
}

func (s stormResult) String() string { return fmt.Sprintf("%.0f/s, %d lost", s.rate, s.lost) }

// runStorm waits for the storm, sends actions during it, and counts until all cases are
// handled or none is handled any more.
func runStorm(ctx context.Context, up local.Up, d *apiClient, watched string, due time.Time) (stormResult, stormActions, error) {
	tools, err := pgcluster.FindTools(ctx, "")
	if err != nil {
		return stormResult{}, stormActions{}, err
	}
	select {
	case <-ctx.Done():
		return stormResult{}, stormActions{}, ctx.Err()
	case <-time.After(time.Until(due)):
	}
	var over atomic.Bool
	var acts stormActions
	var acting error
	var group sync.WaitGroup
	group.Go(func() {
		acts.load, acting = callConcurrently(ctx, 1, func(int64) bool { return over.Load() }, func(ctx context.Context, _ int) error {
			return acts.ignoreUnavailable(d.recordContact(ctx, watched))
		})
	})
	last, moved, err := awaitSettled(ctx, tools.ProgramPath("psql"), up.Database, due)
	over.Store(true)
	group.Wait()
	if err := errors.Join(err, acting); err != nil {
		return stormResult{}, stormActions{}, err
	}
	return stormResult{rate: float64(last) / moved.Sub(due).Seconds(), lost: stormCases - last}, acts, nil
}

// stormActions are the actions during a storm.
type stormActions struct {
	load

	unavailable int // 503 responses, because the engine did not answer in time
}

// ignoreUnavailable counts a 503 response and drops the error: the time of the call
// counts.
func (m *stormActions) ignoreUnavailable(err error) error {
	if response, ok := errors.AsType[*statusError](err); ok && response.status == http.StatusServiceUnavailable {
		m.unavailable++
		return nil
	}
	return err
}

func (m *stormActions) String() string { return fmt.Sprintf("%s, %d put off", m.load, m.unavailable) }

// awaitSettled counts the handled cases until all are, or none was for a minute. moved
// is the time of the last one.
func awaitSettled(ctx context.Context, psql, database string, due time.Time) (count int, moved time.Time, err error) {
	moved = time.Now()
	for count < stormCases && time.Since(moved) < time.Minute {
		now, err := countPassed(ctx, psql, database, due)
		if err != nil {
			return 0, moved, err
		}
		if now > count {
			count, moved = now, time.Now()
		}
		select {
		case <-ctx.Done():
			return 0, moved, ctx.Err()
		case <-time.After(500 * time.Millisecond):
		}
	}
	return count, moved, nil
}

// countPassed counts the cases whose deadline has passed and is recorded: their next
// deadline is hours away.
func countPassed(ctx context.Context, psql, database string, due time.Time) (int, error) {
	query := fmt.Sprintf("select count(*) from cases where claim_state = 'unclaimed' and due_at > '%s'::timestamptz",
		due.Add(2*stormMinute).UTC().Format(time.RFC3339))
	out, err := exec.CommandContext(ctx, psql, database, "-Atc", query).Output()
	if err != nil {
		return 0, fmt.Errorf("count cases: %w", err)
	}
	return strconv.Atoi(strings.TrimSpace(string(out)))
}

// emptyTimers runs workflows of one timer and one activity, with timers as dense as
// the deadlines, and returns how many end per second.
func emptyTimers(ctx context.Context, address string) (float64, error) {
	c, err := client.DialContext(ctx, client.Options{HostPort: address, Logger: noLogger{}})
	if err != nil {
		return 0, fmt.Errorf("reach Temporal: %w", err)
	}
	defer c.Close()
	var ended atomic.Int64
	w := worker.New(c, timersQueue, worker.Options{})
	w.RegisterWorkflow(timerWorkflow)
	w.RegisterActivityWithOptions(func(context.Context) error { ended.Add(1); return nil }, timedActivity)
	if err := w.Start(); err != nil {
		return 0, fmt.Errorf("start a worker: %w", err)
	}
	defer w.Stop()
	due := time.Now().Add(stormWait / emptyShare)
	var n atomic.Int64
	start := func(ctx context.Context, _ int) error {
		_, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{TaskQueue: timersQueue}, timerWorkflow, stormInstant(due, n.Add(1)))
		return err
	}
	if _, err := callConcurrently(ctx, filingClients, untilCount(stormCases/emptyShare), start); err != nil {
		return 0, err
	}
	if left := time.Until(due); left < 0 {
		return 0, fmt.Errorf("starting took %s longer than the storm waits", -left)
	}
	for ended.Load() < stormCases/emptyShare {
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
	return stormCases / emptyShare / time.Since(due).Seconds(), nil
}

const timersQueue = "bench-timers"

var timedActivity = activity.RegisterOptions{Name: "nothing"}

// timerWorkflow waits for a time and runs one activity.
func timerWorkflow(ctx workflow.Context, due time.Time) error {
	if err := workflow.Sleep(ctx, due.Sub(workflow.Now(ctx))); err != nil {
		return err
	}
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Minute})
	return workflow.ExecuteActivity(ctx, timedActivity.Name).Get(ctx, nil)
}
