package casework

import (
	"context"
	"sync"
	"time"
)

const (
	// keptLife is how long what was read is used before it is read again.
	cacheLifetime = time.Minute
	// keptRetry is how long a failed reading is let be.
	cacheRetry   = 5 * time.Second
	cacheTimeout = 2 * time.Second
)

// kept holds what an assessment needs of the database: what closed cases teach,
// what people earn. One asker in a while reads it anew; the others are answered
// from the last reading meanwhile. Without a database the last reading serves
// on, or none: an assessment is too urgent to fail for it.
type cache[T any] struct {
	load       func(context.Context) (T, error)
	now        func() time.Time
	logFailure func(context.Context, error)
	first      sync.Once // all wait for the first reading
	mutex      sync.Mutex
	value      T
	due        time.Time // when it is read again
}

func (k *cache[T]) Get(ctx context.Context) T {
	k.first.Do(func() { k.store(k.read(ctx)) })
	last, mine := k.current()
	if !mine {
		return last
	}
	return k.store(k.read(ctx))
}

// forget has the next asker read anew.
func (k *cache[T]) Invalidate() {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	k.due = time.Time{}
}

// look gives the last reading. mine tells one asker that it is time for the
// next.
func (k *cache[T]) current() (last T, mine bool) {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	now := k.now()
	if mine = !now.Before(k.due); mine {
		k.due = now.Add(cacheLifetime)
	}
	return k.value, mine
}

// read goes on to the end even when its asker goes away: others wait for it.
func (k *cache[T]) read(ctx context.Context) (T, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cacheTimeout)
	defer cancel()
	found, err := k.load(ctx)
	if err != nil {
		k.logFailure(ctx, err)
	}
	return found, err
}

func (k *cache[T]) store(found T, err error) T {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	if err != nil {
		k.due = k.now().Add(cacheRetry)
		return k.value
	}
	k.value, k.due = found, k.now().Add(cacheLifetime)
	return k.value
}
