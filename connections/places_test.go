package connections_test

import (
	"io"
	"net"
	"net/netip"
	"testing"
	"time"

	"recourse/connections"
)

const halfHeader = "half header"

func limits(total, perAddress int) connections.Limits {
	return connections.Limits{Total: total, PerAddress: perAddress, Streams: 1, StreamsPerAccount: 1, StreamsPerAddress: 1}
}

// TestWaitingConnectionMakesRoom fills all places with one kind of connection. A new one
// then gets the place of the one that has waited longest. When half a header was read is
// not known here.
func TestWaitingConnectionMakesRoom(t *testing.T) {
	t.Parallel()
	for name, send := range map[string]func(*client){
		"nothing":  func(*client) {},
		halfHeader: func(c *client) { _, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost:") },
		"idle":     (*client).expectAnswered,
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
				if name != halfHeader {
					first.expectClosed()
				}
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
	s.awaitCounts(t, func(c connections.Counts) bool { return c.Open == n && c.Waiting == n })
}

func (s *testServer) awaitCounts(t *testing.T, reached func(connections.Counts) bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(waitLimit); !reached(s.table.Counts()); <-tick.C {
		if time.Now().After(end) {
			t.Fatalf("%+v", s.table.Counts())
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
			if _, err := io.WriteString(stalled, "more"); err != nil { // what it sends is no reason to keep it
				t.Fatal(err)
			}
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

// TestBusyConnectionsUseWholeLimit: waiting connections make room before a limit is
// reached, so that requests which arrive at once find a place.
func TestBusyConnectionsUseWholeLimit(t *testing.T) {
	t.Parallel()
	for name, l := range map[string]connections.Limits{"address": limits(100, 8), "total": limits(8, 100)} {
		s := startServer(t, connections.Options{Limits: l}).start(t)
		for range 8 {
			s.dial(t)
		}
		s.awaitCounts(t, func(c connections.Counts) bool { return c.Waiting == 6 && c.Replaced == 2 })
		for range 8 {
			s.dial(t).send("GET /wait", "")
			if err := s.expectResult(t); err != nil {
				t.Fatal(err)
			}
		}
		s.dial(t).expectClosed()
		if got := s.table.Counts(); got.Open != 8 || got.Waiting != 0 || got.Refused != 1 {
			t.Errorf("%s: %+v", name, got)
		}
		close(s.release)
	}
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

// TestArrivedRequestKeepsItsPlace: when many connections arrive at once, requests wait for
// the server. They are newer than the connections that sent nothing, whether or not the
// server has read them.
func TestArrivedRequestKeepsItsPlace(t *testing.T) {
	t.Parallel()
	for name, read := range map[string]bool{"unread": false, "read": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// The server of the test is not started: the test accepts and reads in its place.
			s := startServer(t, connections.Options{Limits: limits(100, 2)})
			defer s.Listener.Close()
			sender := s.dial(t)
			accepted := s.accept(t)
			silent := s.dial(t)
			s.accept(t)
			sender.send("GET /", "")
			if read {
				if _, err := accepted.Read(make([]byte, 4)); err != nil {
					t.Fatal(err)
				}
				if _, err := io.ReadFull(accepted, make([]byte, len("/ HTTP/1.1\r\nHost: x\r\n\r\n"))); err != nil {
					t.Fatal(err)
				}
			}
			s.dial(t)
			s.accept(t)
			silent.expectClosed()
			if got := s.table.Counts(); got.Open != 2 || got.Replaced != 1 {
				t.Errorf("%+v", got)
			}
			if _, err := accepted.Write([]byte("x")); err != nil {
				t.Errorf("the connection with a request was closed: %v", err)
			}
		})
	}
}

func (s *testServer) accept(t *testing.T) net.Conn {
	t.Helper()
	c, err := s.Listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// TestTransferSurvivesBurst: many new connections of an address do not end its transfers
// that wait for a slow client.
func TestTransferSurvivesBurst(t *testing.T) {
	t.Parallel()
	s := startServer(t, connections.Options{Limits: limits(100, 8), Patience: 2 * waitLimit}).start(t)
	upload, download := s.dial(t), s.dialNarrow(t, 16<<10)
	upload.send("POST /read", "x", "Content-Length: 4")
	s.awaitBegun(t)
	download.send("GET /large", "")
	s.awaitBegun(t)
	s.awaitWaiting(t, 2)
	for range 40 {
		s.dial(t)
	}
	s.awaitCounts(t, func(c connections.Counts) bool { return c.Replaced+c.Refused >= 34 })
	if _, err := io.WriteString(upload, "yzw"); err != nil {
		t.Fatal(err)
	}
	if _, body := upload.readResponse(); body != "4 bytes" {
		t.Errorf("the upload: %q", body)
	}
	if n, err := io.CopyN(io.Discard, download.reader, 512<<10); err != nil { // far more than was on its way
		t.Errorf("the download ended after %d bytes: %v", n, err)
	}
}
