package connections_test

import (
	"io"
	"net/netip"
	"testing"
	"time"

	"recourse/connections"
)

func limits(total, perAddress int) connections.Limits {
	return connections.Limits{Total: total, PerAddress: perAddress, Streams: 1, StreamsPerAccount: 1, StreamsPerAddress: 1}
}

// TestWaitingConnectionMakesRoom fills all places with one kind of connection. A new one
// then gets the place of the one that has waited longest.
func TestWaitingConnectionMakesRoom(t *testing.T) {
	t.Parallel()
	for name, send := range map[string]func(*client){
		"nothing":     func(*client) {},
		"half header": func(c *client) { _, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost:") },
		"idle":        (*client).expectAnswered,
	} {
		for which, l := range map[string]connections.Limits{"address": limits(100, 3), "total": limits(3, 100)} {
			t.Run(name+" "+which, func(t *testing.T) {
				t.Parallel()
				s := startServer(t, connections.Options{Limits: l}).start(t)
				first := s.dial(t)
				send(first)
				s.awaitWaiting(t, 1)
				for n := range 2 {
					send(s.dial(t))
					s.awaitWaiting(t, n+2)
				}
				s.dial(t).expectAnswered()
				first.expectClosed()
				if got := s.table.Counts(); got.Open != 3 || got.Replaced != 1 || got.Refused != 0 {
					t.Errorf("%+v", got)
				}
			})
		}
	}
}

// awaitWaiting waits until the table has n connections, all of which wait.
func (s *testServer) awaitWaiting(t *testing.T, n int) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(waitLimit); ; <-tick.C {
		got := s.table.Counts()
		if got.Open == n && got.Waiting == n {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%+v, want %d that wait", got, n)
		}
	}
}

// TestStalledClientMakesRoom: neither half a body nor a response that nobody reads keeps
// the only place, long before their time is over.
func TestStalledClientMakesRoom(t *testing.T) {
	t.Parallel()
	for name, send := range map[string]func(*client){
		"body":     func(c *client) { c.send("POST /read", "x", "Content-Length: 1000") },
		"response": func(c *client) { c.send("GET /large", "") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := startServer(t, connections.Options{Limits: limits(100, 1), Patience: 2 * waitLimit}).start(t)
			stalled := s.dialNarrow(t, 16<<10)
			send(stalled)
			s.awaitBegun(t)
			for end := time.Now().Add(waitLimit); s.table.Counts().Replaced == 0; {
				if time.Now().After(end) {
					t.Fatal("it keeps its place")
				}
				_ = s.dial(t).Close()
			}
			if err := s.expectResult(t); err == nil {
				t.Error("the handler did not end")
			}
		})
	}
}

// TestBusyConnectionKeepsItsPlace: what is in progress is never ended for another
// connection, which is closed at once instead.
func TestBusyConnectionKeepsItsPlace(t *testing.T) {
	t.Parallel()
	s := startServer(t, connections.Options{Limits: limits(100, 2)}).start(t)
	busy := []*client{s.dial(t), s.dial(t)}
	for _, c := range busy {
		c.send("POST /wait", "abc", "Content-Length: 3")
		if err := s.expectResult(t); err != nil {
			t.Fatal(err)
		}
	}
	s.dial(t).expectClosed()
	if got := s.table.Counts(); got.Open != 2 || got.Replaced != 0 || got.Refused != 1 {
		t.Errorf("%+v", got)
	}
	close(s.release)
	for _, c := range busy {
		c.readResponse()
	}
	s.dial(t).expectAnswered()
}

// TestProxyHasNoLimit: a proxy brings all visitors.
func TestProxyHasNoLimit(t *testing.T) {
	t.Parallel()
	s := startServer(t, connections.Options{Limits: limits(100, 1), Proxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}).start(t)
	for range 3 {
		s.dial(t).expectAnswered()
	}
	if got := s.table.Counts(); got.Open != 3 || got.Replaced != 0 {
		t.Errorf("%+v", got)
	}
}

func TestClosedConnectionsAreForgotten(t *testing.T) {
	t.Parallel()
	s := startServer(t, connections.Options{}).start(t)
	for range 20 {
		c := s.dial(t)
		c.expectAnswered()
		_ = c.Close()
	}
	s.awaitWaiting(t, 0)
}
