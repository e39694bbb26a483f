package main

import (
	"context"
	"fmt"
	"net/http"
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

// assessments asks what can be done about a mis-send, beside a request that asks
// nothing: what that takes at the same number of clients is what this machine
// needs for the network and for letting the clients run.
func assessments(ctx context.Context, up local.Up) ([]row, error) {
	lines, err := dialAll(ctx, up.BaseURL, askers)
	if err != nil {
		return nil, err
	}
	defer lines.close()
	alive := lines.asking(http.MethodGet, "/healthz", "")
	assess := lines.asking(http.MethodPost, "/api/v1/assessments", misSend)
	if _, err := hammer(ctx, askers, times(400), assess); err != nil {
		return nil, err
	}
	floor, err := hammer(ctx, askers, during(5*time.Second), alive)
	if err != nil {
		return nil, err
	}
	got, err := hammer(ctx, askers, during(5*time.Second), assess)
	if err != nil {
		return nil, err
	}
	steady, err := steadily(ctx, askers, steadyRate, 5*time.Second, assess)
	if err != nil {
		return nil, err
	}
	beside := "/healthz, 8 clients: " + tail(floor)
	return []row{
		assessmentRow("an assessment, 8 clients, as fast as they can", got, floor, beside),
		assessmentRow(fmt.Sprintf("an assessment, 8 clients, %d a second together", steadyRate), steady, floor, beside),
	}, nil
}

// steadyRate is a load that leaves this machine time for other things: as fast as
// they can, 8 clients on two cores measure how long they stand in line behind each
// other and behind themselves.
const steadyRate = 1000

func assessmentRow(what string, got, floor load, yardstick string) row {
	p99 := got.percentile(0.99)
	return row{
		what: what, figure: tail(got), yardstick: yardstick, ratio: ratio(float64(p99) / float64(floor.percentile(0.99))),
		budget: "p99 ≤ 5 ms", kept: p99 <= 5*time.Millisecond,
	}
}

// tail tells a load by its middle and by its slowest hundredth.
func tail(l load) string {
	return fmt.Sprintf("%.0f/s, p50 %s, p99 %s", l.rate(), milliseconds(l.percentile(0.5)), milliseconds(l.percentile(0.99)))
}
