package loop

import (
	"context"
	"time"
)

// Loop repeats a step.
type Loop struct {
	Name string // in logs and metrics; one Monitor runs one loop of a name
	// Step does the work that is due now. again means that there may be more.
	Step func(ctx context.Context) (again bool, err error)
	// Interval is the wait after a step that left no work. Woken ends it early.
	Interval time.Duration
	Woken    <-chan struct{}
	Pause    time.Duration // the least wait after a step without an error
	// FirstRetry and LastRetry bound the wait after a failed step, which doubles each
	// time. 0 means Interval for both.
	FirstRetry, LastRetry time.Duration
}

// Run repeats the step of a loop until ctx ends. While the step fails, Woken is ignored.
func (m *Monitor) Run(ctx context.Context, l Loop) {
	retry := l.newBackoff()
	for ctx.Err() == nil {
		again := false
		err := m.Do(ctx, l.Name, func(ctx context.Context) (err error) {
			again, err = l.Step(ctx)
			return err
		})
		switch {
		case err != nil:
			retry.Wait(ctx)
		default:
			retry.Reset()
			if Wait(ctx, l.Pause, nil) && !again {
				Wait(ctx, l.Interval, l.Woken)
			}
		}
	}
}

func (l Loop) newBackoff() Backoff {
	b := Backoff{First: l.FirstRetry, Limit: l.LastRetry}
	if b.First == 0 {
		b.First = l.Interval
	}
	b.Limit = max(b.Limit, b.First)
	return b
}

// Wait waits, or until woken has a signal. It returns false if ctx ended.
func Wait(ctx context.Context, wait time.Duration, woken <-chan struct{}) bool {
	if wait <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-woken:
	case <-timer.C:
	}
	return true
}

// Backoff is a delay that doubles from First up to Limit.
type Backoff struct {
	First, Limit time.Duration
	last         time.Duration
}

// Next returns the next delay.
func (b *Backoff) Next() time.Duration {
	if b.last == 0 {
		b.last = b.First
	} else {
		b.last = min(2*b.last, b.Limit)
	}
	return b.last
}

// Reset starts again with the first delay.
func (b *Backoff) Reset() { b.last = 0 }

// Wait waits for the next delay. It returns false if ctx ended.
func (b *Backoff) Wait(ctx context.Context) bool { return Wait(ctx, b.Next(), nil) }
