package casework

import (
	"context"
	"sync"
	"time"

	"recourse/postgres"
)

// A process counts requests in advance and then serves them without the database: the
// first of a minute alone, then twice as many each time, up to a leaseShare-th of the
// smallest window and maxLease. No limit is ever exceeded. Near it, requests that one
// process has counted in advance are missing in another.
const (
	leaseShare = 32
	maxLease   = 64
	// maxLeases bounds the memory. A lease that is dropped loses only what was counted in
	// advance.
	maxLeases = 50_000
)

// leaseTable has the leases of one minute of the clock.
type leaseTable struct {
	mutex   sync.Mutex
	minute  time.Time
	entries map[leaseKey]*lease
}

type leaseKey struct {
	class LimitClass
	key   string
}

// lease is what one key may still use of a class in this minute.
type lease struct {
	turn    chan struct{} // holds a value while somebody uses the lease
	left    int64
	next    int64 // how many to count next
	result  postgres.UsageResult
	refused bool
	from    time.Time // when a use is possible, if refused
}

// find returns the lease of a key in a minute.
func (t *leaseTable) find(minute time.Time, key leaseKey) *lease {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if !t.minute.Equal(minute) {
		t.minute, t.entries = minute, map[leaseKey]*lease{}
	}
	found, known := t.entries[key]
	if known {
		return found
	}
	for other := range t.entries {
		if len(t.entries) < maxLeases {
			break
		}
		delete(t.entries, other)
	}
	found = &lease{turn: make(chan struct{}, 1), next: 1}
	t.entries[key] = found
	return found
}

// countByMinute adds a request to those of the same minute.
func (l *limiter) countByMinute(ctx context.Context, limit Limit, key string) error {
	if len(limit.Windows) == 0 {
		return nil
	}
	minute := l.now().UTC().Truncate(time.Minute)
	held := l.leases.find(minute, leaseKey{limit.Class, key})
	select {
	case held.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-held.turn }()
	if held.left == 0 && !held.refused {
		if err := l.renew(ctx, held, limit, postgres.Usage{
			Key: key, Class: string(limit.Class), Ref: minute.Format("2006-01-02T15:04"), Adds: true, At: minute, Windows: limit.Windows,
		}); err != nil {
			return err
		}
	}
	if held.refused {
		reportLimit(ctx, limit, held.result, 0)
		return refuseUse(limit, held.from, l.now())
	}
	held.left--
	reportLimit(ctx, limit, held.result, held.left)
	return nil
}

// renew counts further uses in advance, or one if there is no room for several. What
// is full stays full until the minute has passed.
func (l *limiter) renew(ctx context.Context, held *lease, limit Limit, use postgres.Usage) error {
	for _, use.Uses = range []int64{held.next, 1} {
		result, err := l.store.CountUse(ctx, use)
		if err != nil {
			return err
		}
		held.result = result
		if result.Counted {
			held.left, held.next = use.Uses, min(2*use.Uses, limit.largestLease())
			return nil
		}
	}
	from, err := l.store.UsableFrom(ctx, use)
	held.refused, held.from = err == nil, from
	return err
}

// largestLease is how many uses a process may count in advance.
func (l Limit) largestLease() int64 {
	largest := int64(maxLease)
	for _, window := range l.Windows {
		if window.Uses > 0 {
			largest = min(largest, window.Uses/leaseShare)
		}
	}
	return max(1, largest)
}
