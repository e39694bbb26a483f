package worker

import (
	"context"
	"time"

	"recourse/activities"
	"recourse/loop"
)

// Stamps requests a time stamp for each signed checkpoint in the background,
// without Temporal. Several processes may run it at the same time.
type Stamps struct {
	Work     *activities.Stamps
	Interval time.Duration // time between two queries; 0 means stampInterval
}

const (
	stampInterval = 5 * time.Second
	stampBatch    = 8
	// stampLease must exceed the time of a whole batch in which every request
	// times out after ten seconds. Failed checkpoints are due again after it.
	stampLease = 5 * time.Minute
)

// loop requests time stamps. If the authority is unreachable, the pauses between
// requests grow up to stampLease.
func (s *Stamps) loop() loop.Loop {
	interval := s.Interval
	if interval == 0 {
		interval = stampInterval
	}
	return loop.Loop{
		Name: activities.StampsLoop, Interval: interval, LastRetry: stampLease,
		Step: func(ctx context.Context) (bool, error) {
			stamped, err := s.Work.StampBatch(ctx, stampBatch, stampLease)
			return stamped == stampBatch, err
		},
	}
}
