package worker

import (
	"context"
	"time"
)

// backoff is a delay that doubles from first up to limit.
type backoff struct {
	first, limit time.Duration
	last         time.Duration
}

func (b *backoff) nextDelay() time.Duration {
	if b.last == 0 {
		b.last = b.first
	} else {
		b.last = min(2*b.last, b.limit)
	}
	return b.last
}

// waitDelay waits for the next delay. It returns false if ctx ended first.
func (b *backoff) waitDelay(ctx context.Context) bool {
	timer := time.NewTimer(b.nextDelay())
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
