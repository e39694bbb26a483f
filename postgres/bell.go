package postgres

import (
	"context"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// channel is the name under which processes tell each other of the outbox.
const notifyChannel = "recourse_outbox"

// quiet is the least time between two notifications to other processes.
// NOTIFY holds a lock of the whole database until its transaction commits, so
// it must neither stand inside a filing nor be sent for each.
const notifyInterval = 50 * time.Millisecond

// reconnectAfter is the wait before a lost listening connection is tried again.
const reconnectDelay = time.Second

// bell tells whoever drains the outbox that there is something in it: this
// process at once, others a moment later.
type notifier struct {
	mutex          sync.Mutex
	subscribers    map[chan struct{}]struct{}
	otherProcesses chan struct{}
}

// ring wakes this process and asks for the others to be told. It never blocks.
func (b *notifier) Notify() {
	b.notifyLocal()
	trySend(b.otherProcesses)
}

func (b *notifier) notifyLocal() {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	for woken := range b.subscribers {
		trySend(woken)
	}
}

func (b *notifier) subscribe() chan struct{} {
	woken := make(chan struct{}, 1)
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if b.subscribers == nil {
		b.subscribers = map[chan struct{}]struct{}{}
	}
	b.subscribers[woken] = struct{}{}
	return woken
}

func (b *notifier) unsubscribe(woken chan struct{}) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	delete(b.subscribers, woken)
}

// poke leaves a mark in a channel of one place; a mark that lies there already
// says the same.
func trySend(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// tellOthers notifies other processes, at most once per quiet. Losing one is
// harmless: who drains also looks from time to time.
func (s *Store) notifyProcesses(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.notifier.otherProcesses:
		}
		_, _ = s.pool.Exec(ctx, `select pg_notify($1, '')`, notifyChannel)
		if !waitFor(ctx, notifyInterval) {
			return
		}
	}
}

// pause waits and gives false when the context ended first.
func waitFor(ctx context.Context, wait time.Duration) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// Woken gives a channel that gets a mark when the outbox may have something
// new, from this process or another. Marks are merged. It listens on a
// connection of its own until the context ends, connects again when that is
// lost, and marks then, since it may have missed something. The channel is
// never closed. Errors: CodeUnavailable.
func (s *Store) SubscribeToChanges(ctx context.Context) (<-chan struct{}, error) {
	conn, err := s.connectListener(ctx)
	if err != nil {
		return nil, translateError("listen", err)
	}
	woken := s.notifier.subscribe()
	s.done.Go(func() {
		defer s.notifier.unsubscribe(woken)
		s.keepListening(ctx, conn, woken)
	})
	return woken, nil
}

func (s *Store) connectListener(ctx context.Context) (*pgx.Conn, error) {
	conn, err := pgx.ConnectConfig(ctx, s.pool.Config().ConnConfig)
	if err != nil {
		return nil, err
	}
	_, err = conn.Exec(ctx, "listen "+notifyChannel)
	if err != nil {
		_ = conn.Close(context.WithoutCancel(ctx))
		return nil, err
	}
	return conn, nil
}

// keepListening passes notifications on until the context or the Store ends.
func (s *Store) keepListening(ctx context.Context, conn *pgx.Conn, woken chan struct{}) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	defer context.AfterFunc(s.background, stop)() //nolint:contextcheck // the second of two ends: the Store's own
	for ctx.Err() == nil {
		if conn == nil {
			conn, _ = s.connectListener(ctx)
			if conn == nil && !waitFor(ctx, reconnectDelay) {
				return
			}
			trySend(woken)
			continue
		}
		_, err := conn.WaitForNotification(ctx)
		if err != nil {
			_ = conn.Close(context.WithoutCancel(ctx))
			conn = nil
			continue
		}
		trySend(woken)
	}
	if conn != nil {
		_ = conn.Close(context.WithoutCancel(ctx))
	}
}
