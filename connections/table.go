package connections

import (
	"cmp"
	"context"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// Options configures a Table.
type Options struct {
	Limits  Limits
	Proxies []netip.Prefix // of all visitors behind them, so without a limit for the address
	// Patience is how long a connection may wait for its client; 0 means 30 seconds.
	Patience time.Duration
}

const (
	defaultPatience = 30 * time.Second
	// minRate is the number of bytes a second that a client must send or take in the
	// long run.
	minRate = 1 << 10
)

// Table holds the open connections of one server. It is safe for concurrent use.
type Table struct {
	options Options
	slow    atomic.Int64

	mutex     sync.Mutex
	open      map[*conn]struct{}
	byNetwork map[string]int
	replaced  int64
	refused   int64
}

// New returns a table without connections.
func New(o Options) *Table {
	if o.Patience == 0 {
		o.Patience = defaultPatience
	}
	return &Table{options: o, open: map[*conn]struct{}{}, byNetwork: map[string]int{}}
}

// Counts are numbers of connections: at present, and since the start.
type Counts struct {
	Open     int   // at present, as is Waiting
	Waiting  int   // of these, the ones that would make room for another one
	Replaced int64 // closed for another one, because they waited for their client
	Refused  int64 // closed at once, because all others were in use
	Slow     int64 // reads and writes that ended because the client had no more time
}

// Counts returns the present numbers.
func (t *Table) Counts() Counts {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	counts := Counts{Open: len(t.open), Replaced: t.replaced, Refused: t.refused, Slow: t.slow.Load()}
	now := time.Now()
	for c := range t.open {
		if c.waitingAt(now).time > 0 {
			counts.Waiting++
		}
	}
	return counts
}

// Protect makes a server use the table. Its handler must be set, its ReadTimeout and
// WriteTimeout must be zero, and it must serve what Listen returns.
func (t *Table) Protect(server *http.Server) {
	server.Handler = t.protectHandler(server.Handler)
	server.ConnContext = func(ctx context.Context, c net.Conn) context.Context { return context.WithValue(ctx, connKey{}, c) }
	server.ConnState = trackState
}

// connKey is the key of a connection in the context of its requests.
type connKey struct{}

// trackState keeps when the wait for a request began.
func trackState(c net.Conn, state http.ConnState) {
	own, ok := c.(*conn)
	if !ok {
		return
	}
	switch state {
	case http.StateActive:
		own.setWaiting(time.Time{})
	case http.StateIdle:
		own.setWaiting(time.Now())
	default:
	}
}

// Listen returns a listener whose connections are in the table.
func (t *Table) Listen(inner net.Listener) net.Listener { return &listener{Listener: inner, table: t} }

type listener struct {
	net.Listener
	table *Table
}

// Accept implements net.Listener. A connection without a place is closed, so that
// those after it do not wait.
func (l *listener) Accept() (net.Conn, error) {
	for {
		accepted, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if c := l.table.newConn(accepted); l.table.add(c) {
			return c, nil
		}
		_ = accepted.Close() // nothing was sent
	}
}

func (t *Table) newConn(accepted net.Conn) *conn {
	if tcp, ok := accepted.(*net.TCPConn); ok {
		_ = tcp.SetWriteBuffer(sendBuffer) // with another size it still works
	}
	address := parseAddress(accepted.RemoteAddr().String())
	c := &conn{Conn: accepted, table: t, network: NetworkOf(accepted.RemoteAddr().String()), since: time.Now()}
	c.reading, c.writing = t.newPatience(), t.newPatience()
	for _, proxy := range t.options.Proxies {
		c.trusted = c.trusted || proxy.Contains(address)
	}
	return c
}

func (t *Table) newPatience() patience {
	return newPatience(t.options.Patience, time.Second/minRate)
}

// add gives a connection a place, if need be that of another one.
func (t *Table) add(c *conn) bool {
	t.mutex.Lock()
	victim, ok := t.findPlace(c)
	switch {
	case !ok:
		t.refused++
	case victim != nil:
		t.replaced++
		t.drop(victim)
	}
	if ok {
		t.open[c] = struct{}{}
		t.byNetwork[c.network]++
	}
	t.mutex.Unlock()
	if victim != nil {
		_ = victim.Conn.Close() // its client is not waited for any more
	}
	return ok
}

// findPlace reports whether c can be added, and which connection goes for it. The last
// quarter of a limit is for connections that find none that waits: when many arrive at
// once, requests need a moment until they are read.
func (t *Table) findPlace(c *conn) (victim *conn, ok bool) {
	all, own := len(t.open), t.byNetwork[c.network]
	if c.trusted {
		own = 0
	}
	limits := t.options.Limits
	switch {
	case own >= makesRoomFrom(limits.PerAddress):
		victim = t.longestWaiting(func(other *conn) bool { return other.network == c.network })
	case all >= makesRoomFrom(limits.Total):
		victim = t.longestWaiting(func(*conn) bool { return true })
	}
	return victim, victim != nil || own < limits.PerAddress && all < limits.Total
}

// makesRoomFrom returns how many connections make room for further ones.
func makesRoomFrom(limit int) int { return limit - limit/4 }

// longestWaiting returns the connection that waits for its client, of the address with
// the most connections, and of these the one that has waited longest; nil if none waits.
// A transfer that moves goes only when all others of the address move, too: a burst of
// new connections would end slow but honest ones.
func (t *Table) longestWaiting(accept func(*conn) bool) *conn {
	now := time.Now()
	var found *conn
	var most waiting
	for c := range t.open {
		if !accept(c) {
			continue
		}
		w := c.waitingAt(now)
		w.share = t.shareOf(c)
		better := w.time > 0 && (found == nil || w.compare(most) > 0)
		if better && (c.isWriting() || !c.hasUnread()) {
			found, most = c, w
		}
	}
	return found
}

// waiting is how much a connection waits for its client.
type waiting struct {
	share  int // of the connections of its address
	moving bool
	time   time.Duration
}

// compare is positive if w makes room before other.
func (w waiting) compare(other waiting) int {
	switch {
	case w.share != other.share:
		return cmp.Compare(w.share, other.share)
	case w.moving != other.moving && w.moving:
		return -1
	case w.moving != other.moving:
		return 1
	default:
		return cmp.Compare(w.time, other.time)
	}
}

// shareOf returns the number of connections of c's address. A proxy counts as one.
func (t *Table) shareOf(c *conn) int {
	if c.trusted {
		return 1
	}
	return t.byNetwork[c.network]
}

// remove gives the place of a closed connection back.
func (t *Table) remove(c *conn) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.drop(c)
}

// drop does nothing for a connection that was dropped before.
func (t *Table) drop(c *conn) {
	if _, open := t.open[c]; !open {
		return
	}
	delete(t.open, c)
	if t.byNetwork[c.network]--; t.byNetwork[c.network] == 0 {
		delete(t.byNetwork, c.network)
	}
}
