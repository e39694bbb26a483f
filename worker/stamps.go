package worker

import (
	"context"
	"log/slog"
	"time"

	"recourse/activities"
)

// Stamps requests a time stamp for each signed checkpoint in the background,
// without Temporal. Several processes may run it at the same time.
type Stamps struct {
	Work     *activities.Stamps
	Log      *slog.Logger
	Interval time.Duration // time between two queries; 0 means stampInterval
}

const (
	stampInterval = 5 * time.Second
	stampBatch    = 8
	// stampLease must exceed the time of a whole batch in which every request
	// times out after ten seconds. Failed checkpoints are due again after it.
	stampLease = 5 * time.Minute
)

// Run requests time stamps until ctx ends. If the authority is unreachable, the
// pauses between requests grow up to stampLease.
func (s *Stamps) Run(ctx context.Context) error {
	interval := s.Interval
	if interval == 0 {
		interval = stampInterval
	}
	newPause := func() backoff { return backoff{first: interval, limit: interval} }
	pause := newPause()
	for {
		stamped, err := s.Work.StampBatch(ctx, stampBatch, stampLease)
		if ctx.Err() != nil {
			return nil //nolint:nilerr // cancelled: not a failure
		}
		switch {
		case err == nil:
			pause = newPause()
		case stamped == 0 && pause.limit == interval:
			pause = backoff{first: interval, limit: stampLease}
		}
		if err != nil {
			s.Log.WarnContext(ctx, "checkpoints wait for the time-stamping authority", "stamped", stamped, "error", err)
		}
		if stamped < stampBatch && !pause.waitDelay(ctx) {
			return nil
		}
	}
}
