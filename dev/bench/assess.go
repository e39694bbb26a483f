package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"time"

	"recourse/dev/local"
)

// askers is how many ask at once, each as soon as it was answered.
const askers = 8

// misSend is a mis-send of which everything is told that may be.
const misSend = `{
	"platform": "wechat", "instrument": "transfer", "amount_fen": 200000, "sent_at": "2026-03-01T12:30:00+08:00",
	"reason": "wrong_group", "claim_state": "claimed", "account": "personal", "delayed_arrival": "none",
	"group": {"kind": "work", "size": 12}, "counterparts": [{"alias": "老王", "claimed_fen": 120000}, {"claimed_fen": 80000}],
	"claimant": {"province": "浙江省", "city": "杭州"}, "refusal": "claims_gift", "bystanders": 3,
	"noticed_at": "2026-03-01T12:35:00+08:00", "notified_at": "2026-03-01T12:40:00+08:00",
	"circumstances": {"same_employer": true}
}`

// assessments asks what can be done about a mis-send, in turn with a server that
// sends as many bytes and finds nothing out: on a shared machine the slowest
// hundredth of even that one may take longer than the budget.
func assessments(ctx context.Context, up local.Up) (rows []row, err error) {
	// a client that waits in the system keeps its processor of Go's meanwhile
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(askers + 1))
	product, err := dialAll(ctx, up.BaseURL, askers)
	if err != nil {
		return nil, err
	}
	defer product.close()
	assess := product.asking(http.MethodPost, "/api/v1/assessments", misSend)
	if _, err := hammer(ctx, askers, times(400), assess); err != nil {
		return nil, err
	}
	base, stop, err := startFloor(ctx, product.all[0].length)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, stop()) }()
	floor, err := dialAll(ctx, base, askers)
	if err != nil {
		return nil, err
	}
	defer floor.close()
	return assessedBeside(ctx, assess, floor.asking(http.MethodPost, "/", misSend))
}

const (
	// turns is how often each is measured, in turn with the other: what else this
	// machine does comes and goes within a second.
	turns = 10
	turn  = 500 * time.Millisecond
	// steadyRate is a load that leaves this machine time for other things: as fast
	// as they can, 8 clients on two cores measure how long they stand in line behind
	// each other and behind themselves.
	steadyRate = 1000
)

// asker is what each client calls, by its number.
type asker func(ctx context.Context, client int) error

func assessedBeside(ctx context.Context, assess, carry asker) ([]row, error) {
	fast := func(work asker) func() (load, error) {
		return func() (load, error) { return hammer(ctx, askers, during(turn), work) }
	}
	calm := func(work asker) func() (load, error) {
		return func() (load, error) { return steadily(ctx, askers, steadyRate, turn, sleep, work) }
	}
	got, err := inTurn(turns, fast(assess), fast(carry), calm(assess), calm(carry))
	if err != nil {
		return nil, err
	}
	return []row{
		assessmentRow("an assessment, 8 clients, as fast as they can", got[0], got[1]),
		assessmentRow(fmt.Sprintf("an assessment, 8 clients, %d a second together", steadyRate), got[2], got[3]),
	}, nil
}

func assessmentRow(what string, got, floor load) row {
	p99 := got.percentile(0.99)
	return row{
		what: what, figure: tail(got), yardstick: "as many bytes of nothing: " + tail(floor),
		ratio: ratio(float64(p99) / float64(floor.percentile(0.99))), budget: "p99 ≤ 5 ms", kept: p99 <= 5*time.Millisecond,
	}
}

// tail tells a load by its middle and by its slowest hundredth.
func tail(l load) string {
	return fmt.Sprintf("%.0f/s, p50 %s, p99 %s", l.rate(), milliseconds(l.percentile(0.5)), milliseconds(l.percentile(0.99)))
}
