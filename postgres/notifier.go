package postgres

import (
	"context"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// notifyChannel is the PostgreSQL channel on which processes announce changes.
const notifyChannel = "recourse_outbox"

// notifyInterval is the shortest time between two notifications to other
// processes. NOTIFY locks the whole database until its transaction commits, so
// it must not be part of a filing or be sent for each one.
const notifyInterval = 50 * time.Millisecond

// reconnectDelay is the wait before a lost listening connection is opened
// again.
const reconnectDelay = time.Second

// notifier announces new work to subscribers: in this process at once, in other
// processes a moment later.
type notifier struct {
	mutex          sync.Mutex
	subscribers    map[chan struct{}]struct{}
	otherProcesses chan struct{}
}

// Notify wakes the subscribers of this process and schedules a notification of
// the others. It never blocks.
func (n *notifier) Notify() {
	n.notifyLocal()
	trySend(n.otherProcesses)
}

func (n *notifier) notifyLocal() {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	for woken := range n.subscribers {
		trySend(woken)
	}
}

func (n *notifier) subscribe() chan struct{} {
	woken := make(chan struct{}, 1)
	n.mutex.Lock()
	defer n.mutex.Unlock()
	if n.subscribers == nil {
		n.subscribers = map[chan struct{}]struct{}{}
	}
	n.subscribers[woken] = struct{}{}
	return woken
}

func (n *notifier) unsubscribe(woken chan struct{}) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	delete(n.subscribers, woken)
}

// trySend sends on a channel with a buffer of one. If the buffer is full, a
// signal is pending already and nothing is sent.
func trySend(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// notifyProcesses notifies other processes, at most once per notifyInterval. A
// lost notification is harmless, because subscribers also poll.
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

// waitFor waits and returns false if the context ended first.
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

// SubscribeToChanges returns a channel that receives a signal when there may be
// new work, from this process or another. Signals are merged. It listens on a
// connection of its own until the context ends. After a reconnect it sends a
// signal, because notifications may have been lost. The channel is never
// closed. Errors: CodeUnavailable.
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

// keepListening forwards notifications until the context ends or the Store is
// closed.
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
