package postgres

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"recourse/loop"
)

// notifyChannel is the PostgreSQL channel on which processes announce changes.
const notifyChannel = "recourse_outbox"

// notifyInterval is the shortest time between two notifications to other
// processes. NOTIFY locks the whole database until its transaction commits, so
// it must not be part of a filing or be sent for each one.
const notifyInterval = 50 * time.Millisecond

const (
	notifyIdle      = time.Hour
	notifyLastRetry = 10 * time.Second
)

// A lost listening connection is opened again after reconnectDelay, later after
// reconnectLast: subscribers also poll.
const (
	reconnectDelay = time.Second
	reconnectLast  = 10 * time.Second
)

// notifier announces new work to subscribers: in this process at once, in other
// processes a moment later.
type notifier struct {
	mutex          sync.Mutex
	subscribers    map[chan struct{}]struct{}
	otherProcesses chan struct{}
	listeners      atomic.Int64 // numbers them
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

// notifyProcesses notifies other processes of each signal, at most once per notifyInterval,
// and every notifyIdle without one. A lost notification is harmless, because subscribers
// also poll.
func (s *Store) notifyProcesses(ctx context.Context) {
	s.loops.Run(ctx, loop.Loop{
		Name: "notify_processes", Interval: notifyIdle, Woken: s.notifier.otherProcesses, Pause: notifyInterval,
		FirstRetry: notifyInterval, LastRetry: notifyLastRetry,
		Step: func(ctx context.Context) (bool, error) {
			_, err := s.pool.Exec(ctx, `select pg_notify($1, '')`, notifyChannel)
			return false, err
		},
	})
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
	l := &listener{store: s, conn: conn, woken: woken}
	s.done.Go(func() {
		defer s.notifier.unsubscribe(woken)
		l.keepListening(ctx)
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

// listener forwards the notifications of other processes to one subscriber.
type listener struct {
	store *Store
	conn  *pgx.Conn // nil while the connection is lost
	woken chan struct{}
}

// keepListening forwards notifications until the context ends or the Store is
// closed.
func (l *listener) keepListening(ctx context.Context) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	defer context.AfterFunc(l.store.background, stop)() //nolint:contextcheck // the second of two ends: the Store's own
	defer l.closeConn(ctx)
	name := fmt.Sprintf("listen_%d", l.store.notifier.listeners.Add(1))
	l.store.loops.Run(ctx, loop.Loop{Name: name, Step: l.forward, FirstRetry: reconnectDelay, LastRetry: reconnectLast})
}

// forward waits for a notification, or opens a lost connection again.
func (l *listener) forward(ctx context.Context) (again bool, err error) {
	if l.conn == nil {
		l.conn, err = l.store.connectListener(ctx)
	} else if _, err = l.conn.WaitForNotification(ctx); err != nil {
		l.closeConn(ctx)
	}
	if err == nil {
		trySend(l.woken)
	}
	return true, err
}

func (l *listener) closeConn(ctx context.Context) {
	if l.conn != nil {
		_ = l.conn.Close(context.WithoutCancel(ctx))
	}
	l.conn = nil
}
