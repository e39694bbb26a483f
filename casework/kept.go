package casework

import (
	"context"
	"sync"
	"time"
)

const (
	// keptLife is how long what was read is used before it is read again.
	keptLife = time.Minute
	// keptRetry is how long a failed reading is let be.
	keptRetry = 5 * time.Second
	keptWait  = 2 * time.Second
)

// kept holds what an assessment needs of the database: what closed cases teach,
// what people earn. One asker in a while reads it anew; the others are answered
// from the last reading meanwhile. Without a database the last reading serves
// on, or none: an assessment is too urgent to fail for it.
type kept[T any] struct {
	source func(context.Context) (T, error)
	now    func() time.Time
	fail   func(context.Context, error)
	first  sync.Once // all wait for the first reading
	mutex  sync.Mutex
	last   T
	due    time.Time // when it is read again
}

func (k *kept[T]) known(ctx context.Context) T {
	k.first.Do(func() { k.take(k.read(ctx)) })
	last, mine := k.look()
	if !mine {
		return last
	}
	return k.take(k.read(ctx))
}

// forget has the next asker read anew.
func (k *kept[T]) forget() {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	k.due = time.Time{}
}

// look gives the last reading. mine tells one asker that it is time for the
// next.
func (k *kept[T]) look() (last T, mine bool) {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	now := k.now()
	if mine = !now.Before(k.due); mine {
		k.due = now.Add(keptLife)
	}
	return k.last, mine
}

// read goes on to the end even when its asker goes away: others wait for it.
func (k *kept[T]) read(ctx context.Context) (T, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keptWait)
	defer cancel()
	found, err := k.source(ctx)
	if err != nil {
		k.fail(ctx, err)
	}
	return found, err
}

func (k *kept[T]) take(found T, err error) T {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	if err != nil {
		k.due = k.now().Add(keptRetry)
		return k.last
	}
	k.last, k.due = found, k.now().Add(keptLife)
	return k.last
}
