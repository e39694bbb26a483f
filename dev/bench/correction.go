package main

import (
	"context"
	"fmt"
	"time"

	"recourse/dev/local"
)

const (
	correctionTurns   = 4
	correctionsByTurn = 15
	maxCorrectionRate = 1.3
)

// measureCorrections measures correcting an entry next to taking an action, in turns
// on two cases of the same length.
func measureCorrections(ctx context.Context, up local.Up) ([]row, error) {
	d, err := newAPIClient(up)
	if err != nil {
		return nil, err
	}
	corrected, acted := "", ""
	for _, id := range []*string{&corrected, &acted} {
		if *id, err = d.fileCase(ctx); err != nil {
			return nil, err
		}
		if err := d.recordReturn(ctx, *id, 100); err != nil {
			return nil, err
		}
	}
	seq, err := d.findEntry(ctx, corrected, "return_recorded")
	if err != nil {
		return nil, err
	}
	loads, err := measureInTurns(correctionTurns,
		func() (load, error) {
			return callConcurrently(ctx, 1, untilCount(correctionsByTurn), func(ctx context.Context, _ int) error {
				return d.correctReturn(ctx, corrected, seq, 1+d.next.Add(1)%1000)
			})
		},
		func() (load, error) {
			return callConcurrently(ctx, 1, untilCount(correctionsByTurn), func(ctx context.Context, _ int) error {
				return d.recordReturn(ctx, acted, 1)
			})
		})
	if err != nil {
		return nil, err
	}
	ratio := float64(loads[0].percentile(0.5)) / float64(loads[1].percentile(0.5))
	return []row{{
		what: "correcting an entry", figure: loads[0].String(), yardstick: "recording a return: " + loads[1].String(),
		ratio: formatRatio(ratio), budget: fmt.Sprintf("p50 ≤ %.1f times", maxCorrectionRate), kept: ratio <= maxCorrectionRate,
	}}, nil
}

func (d *apiClient) recordReturn(ctx context.Context, id string, fen int) error {
	return d.postJSON(ctx, "/cases/"+id+"/actions/record_return", map[string]any{
		"amount_fen": fen, "channel": "wechat", "at": time.Now().Add(-time.Minute).Format(time.RFC3339),
	}, &struct{}{})
}

func (d *apiClient) correctReturn(ctx context.Context, id string, seq, fen int64) error {
	return d.postJSON(ctx, "/cases/"+id+"/actions/correct", map[string]any{
		"seq": seq, "reason": "金额记错了", "replacement": map[string]any{"amount_fen": fen},
	}, &struct{}{})
}

// findEntry returns the number of the first journal entry of a kind.
func (d *apiClient) findEntry(ctx context.Context, id, kind string) (int64, error) {
	var journal struct {
		Items []struct {
			Seq  int64  `json:"seq"`
			Kind string `json:"kind"`
		} `json:"items"`
	}
	if err := d.getJSON(ctx, "/cases/"+id+"/journal", &journal); err != nil {
		return 0, err
	}
	for _, entry := range journal.Items {
		if entry.Kind == kind {
			return entry.Seq, nil
		}
	}
	return 0, fmt.Errorf("the journal of %s has no entry %s", id, kind)
}
