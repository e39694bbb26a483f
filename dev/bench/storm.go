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

// storming is how many deadlines fall due in the same minute, and how long before
// that filing begins: until then every case must have been started.
const (
	storming    = 10_000
	stormWait   = 8 * time.Minute
	stormMinute = time.Minute
	// emptyShare is which part of them the empty workflows beside are: what they end
	// in a second is the same, and takes less of the evening.
	emptyShare = 4
)

// storm lets the deadlines of many open cases pass at once, beside as many empty
// workflows of one timer and one activity on the same server. All must be served,
// and an act meanwhile must not wait for them.
func storm(ctx context.Context, up local.Up) ([]row, error) {
	empty, err := emptyTimers(ctx, up.Temporal)
	if err != nil {
		return nil, err
	}
	d, err := newDesk(up)
	if err != nil {
		return nil, err
	}
	watched, err := d.file(ctx) // taken by somebody already: only acts move it
	if err != nil {
		return nil, err
	}
	due := time.Now().Add(stormWait)
	var n atomic.Int64
	file := func(ctx context.Context, _ int) error { return d.fileUnclaimed(ctx, inStorm(due, n.Add(1))) }
	if _, err := hammer(ctx, filers, times(storming), file); err != nil {
		return nil, err
	}
	if left := time.Until(due); left < 0 {
		return nil, fmt.Errorf("filing took %s longer than the storm waits", -left)
	}
	served, acts, err := weather(ctx, up, d, watched, due)
	if err != nil {
		return nil, err
	}
	share := served.rate / empty
	return []row{
		{
			what: fmt.Sprintf("%d deadlines in one minute", storming), figure: served.String(),
			yardstick: fmt.Sprintf("empty workflows, timer and activity: %.0f/s", empty), ratio: ratio(share),
			budget: "all served, ratio ≥ 0.60", kept: served.lost == 0 && share >= 0.6,
		},
		{
			what: "an act meanwhile", figure: acts.String(), yardstick: "-", ratio: "-", budget: "p95 ≤ 1 s",
			kept: acts.percentile(0.95) <= time.Second,
		},
	}, nil
}

// inStorm spreads the deadlines evenly over the minute.
func inStorm(due time.Time, n int64) time.Time {
	return due.Add(time.Duration(n) * stormMinute / storming)
}

// fileUnclaimed files a transfer that nobody has taken, whose platform gives it
// back at the instant: then the case asks the claimant whether it did.
func (d *desk) fileUnclaimed(ctx context.Context, refund time.Time) error {
	return d.post(ctx, "/cases", map[string]any{
		"platform": "wechat", "instrument": "transfer", "amount_fen": 200_000, "sent_at": refund.Add(-24 * time.Hour).Format(time.RFC3339Nano),
		"transaction_no": fmt.Sprintf("10000%d", d.next.Add(1)), "reason": "wrong_person", "claim_state": "unclaimed",
		"group":        map[string]any{"kind": "none"},
		"counterparts": []any{map[string]any{"alias": "老周（仓储）"}},
		"claimant":     map[string]any{"name": "沈知遥", "phone": "13800000000", "province": "浙江省", "city": "杭州市"},
	}, &struct{}{})
}

// serving is how a storm was weathered.
type serving struct {
	rate float64 // cases moved on in a second, from the first deadline to the last case
	lost int
}

func (s serving) String() string { return fmt.Sprintf("%.0f/s, %d lost", s.rate, s.lost) }

// weather waits for the storm, acts through it, and counts until all are served
// or nothing moves any more.
func weather(ctx context.Context, up local.Up, d *desk, watched string, due time.Time) (serving, meanwhile, error) {
	tools, err := pgcluster.FindTools(ctx, "")
	if err != nil {
		return serving{}, meanwhile{}, err
	}
	select {
	case <-ctx.Done():
		return serving{}, meanwhile{}, ctx.Err()
	case <-time.After(time.Until(due)):
	}
	var over atomic.Bool
	var acts meanwhile
	var acting error
	var group sync.WaitGroup
	group.Go(func() {
		acts.load, acting = hammer(ctx, 1, func(int64) bool { return over.Load() }, func(ctx context.Context, _ int) error {
			return acts.patiently(d.contact(ctx, watched))
		})
	})
	last, moved, err := settle(ctx, tools.Path("psql"), up.Database, due)
	over.Store(true)
	group.Wait()
	if err := errors.Join(err, acting); err != nil {
		return serving{}, meanwhile{}, err
	}
	return serving{rate: float64(last) / moved.Sub(due).Seconds(), lost: storming - last}, acts, nil
}

// meanwhile is how acts fared during a storm.
type meanwhile struct {
	load

	putOff int // were told that the engine did not answer in time
}

// patiently lets an act pass that was told to come again: it waited as long as it
// did, and that counts.
func (m *meanwhile) patiently(err error) error {
	if told, ok := errors.AsType[*refused](err); ok && told.status == http.StatusServiceUnavailable {
		m.putOff++
		return nil
	}
	return err
}

func (m *meanwhile) String() string { return fmt.Sprintf("%s, %d put off", m.load, m.putOff) }

// settle counts the cases that have moved on until all have, or none has for a
// minute; moved is when the last one did.
func settle(ctx context.Context, psql, database string, due time.Time) (count int, moved time.Time, err error) {
	moved = time.Now()
	for count < storming && time.Since(moved) < time.Minute {
		now, err := passed(ctx, psql, database, due)
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

// passed counts the cases whose deadline of the storm has passed and is written
// down: the next one is hours away.
func passed(ctx context.Context, psql, database string, due time.Time) (int, error) {
	query := fmt.Sprintf("select count(*) from cases where claim_state = 'unclaimed' and due_at > '%s'::timestamptz",
		due.Add(2*stormMinute).UTC().Format(time.RFC3339))
	out, err := exec.CommandContext(ctx, psql, database, "-Atc", query).Output()
	if err != nil {
		return 0, fmt.Errorf("count cases: %w", err)
	}
	return strconv.Atoi(strings.TrimSpace(string(out)))
}

// emptyTimers runs workflows of one timer and one activity, their timers as close
// to each other as the deadlines, and gives how many ended in a second.
func emptyTimers(ctx context.Context, address string) (float64, error) {
	c, err := client.DialContext(ctx, client.Options{HostPort: address, Logger: quiet{}})
	if err != nil {
		return 0, fmt.Errorf("reach Temporal: %w", err)
	}
	defer c.Close()
	var ended atomic.Int64
	w := worker.New(c, timersQueue, worker.Options{})
	w.RegisterWorkflow(timed)
	w.RegisterActivityWithOptions(func(context.Context) error { ended.Add(1); return nil }, timedActivity)
	if err := w.Start(); err != nil {
		return 0, fmt.Errorf("start a worker: %w", err)
	}
	defer w.Stop()
	due := time.Now().Add(stormWait / emptyShare)
	var n atomic.Int64
	start := func(ctx context.Context, _ int) error {
		_, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{TaskQueue: timersQueue}, timed, inStorm(due, n.Add(1)))
		return err
	}
	if _, err := hammer(ctx, filers, times(storming/emptyShare), start); err != nil {
		return 0, err
	}
	if left := time.Until(due); left < 0 {
		return 0, fmt.Errorf("starting took %s longer than the storm waits", -left)
	}
	for ended.Load() < storming/emptyShare {
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
	return storming / emptyShare / time.Since(due).Seconds(), nil
}

const timersQueue = "bench-timers"

var timedActivity = activity.RegisterOptions{Name: "nothing"}

// timed waits for an instant and runs one activity.
func timed(ctx workflow.Context, due time.Time) error {
	if err := workflow.Sleep(ctx, due.Sub(workflow.Now(ctx))); err != nil {
		return err
	}
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Minute})
	return workflow.ExecuteActivity(ctx, timedActivity.Name).Get(ctx, nil)
}
