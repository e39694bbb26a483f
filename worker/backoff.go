package worker

import (
	"context"
	"time"
)

// backoff doubles a pause from first to limit.
type backoff struct {
	first, limit time.Duration
	last         time.Duration
}

func (b *backoff) next() time.Duration {
	if b.last == 0 {
		b.last = b.first
	} else {
		b.last = min(2*b.last, b.limit)
	}
	return b.last
}

// sleep pauses; it reports false when ctx ended first.
func (b *backoff) sleep(ctx context.Context) bool {
	timer := time.NewTimer(b.next())
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
