package casework

import (
	"context"
	"sync"
	"time"
)

const (
	// cacheLifetime is how long a value is used before it is loaded again.
	cacheLifetime = time.Minute
	// cacheRetry is the wait after a failed load.
	cacheRetry   = 5 * time.Second
	cacheTimeout = 2 * time.Second
)

// cache holds a value from the database that assessments use: lessons and
// incomes. One caller at a time loads it again; the others get the last value.
// If the database is not available, the last value or none is used, because an
// assessment is too urgent to fail.
type cache[T any] struct {
	load       func(context.Context) (T, error)
	now        func() time.Time
	logFailure func(context.Context, error)
	first      sync.Once // all callers wait for the first load
	mutex      sync.Mutex
	value      T
	due        time.Time // when it is loaded again
}

func (c *cache[T]) Get(ctx context.Context) T {
	c.first.Do(func() { c.storeValue(c.loadValue(ctx)) })
	last, mustLoad := c.currentValue()
	if !mustLoad {
		return last
	}
	return c.storeValue(c.loadValue(ctx))
}

// Invalidate makes the next caller load the value again.
func (c *cache[T]) Invalidate() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.due = time.Time{}
}

// currentValue returns the last value. mustLoad makes one caller load the next
// one.
func (c *cache[T]) currentValue() (last T, mustLoad bool) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	now := c.now()
	if mustLoad = !now.Before(c.due); mustLoad {
		c.due = now.Add(cacheLifetime)
	}
	return c.value, mustLoad
}

// loadValue is not cancelled with its caller, because others wait for it.
func (c *cache[T]) loadValue(ctx context.Context) (T, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cacheTimeout)
	defer cancel()
	found, err := c.load(ctx)
	if err != nil {
		c.logFailure(ctx, err)
	}
	return found, err
}

func (c *cache[T]) storeValue(found T, err error) T {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if err != nil {
		c.due = c.now().Add(cacheRetry)
		return c.value
	}
	c.value, c.due = found, c.now().Add(cacheLifetime)
	return c.value
}
