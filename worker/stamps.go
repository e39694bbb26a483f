package worker

import (
	"context"
	"log/slog"
	"time"

	"recourse/activities"
)

// Stamps has checkpoints stamped by the authority as they are signed. Several
// processes may do so at once. Temporal has no part in it, and nobody waits.
type Stamps struct {
	Work  *activities.Stamps
	Log   *slog.Logger
	Every time.Duration // how often it looks; 0 means stampEvery
}

const (
	stampEvery = 5 * time.Second
	stampLot   = 8
	// stampLease must be longer than a whole lot takes when the authority hangs
	// at every one, ten seconds each. What failed is due again after it.
	stampLease = 5 * time.Minute
)

// Run asks until ctx ends. An authority that is away is asked ever more rarely.
func (s *Stamps) Run(ctx context.Context) error {
	every := s.Every
	if every == 0 {
		every = stampEvery
	}
	steady := func() backoff { return backoff{first: every, limit: every} }
	pause := steady()
	for {
		stamped, err := s.Work.Lot(ctx, stampLot, stampLease)
		if ctx.Err() != nil {
			return nil //nolint:nilerr // told to stop: that is no failure
		}
		switch {
		case err == nil:
			pause = steady()
		case stamped == 0 && pause.limit == every:
			pause = backoff{first: every, limit: stampLease}
		}
		if err != nil {
			s.Log.WarnContext(ctx, "checkpoints wait for the time-stamping authority", "stamped", stamped, "error", err)
		}
		if stamped < stampLot && !pause.sleep(ctx) {
			return nil
		}
	}
}
