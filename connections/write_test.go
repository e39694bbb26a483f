package connections_test

import (
	"errors"
	"net"
	"os"
	"testing"
	"time"

	"recourse/connections"
)

// scriptedConn accepts the next number of bytes at each write, then its deadline passes.
type scriptedConn struct {
	net.Conn
	accepts []int
	taken   int
}

func (c *scriptedConn) RemoteAddr() net.Addr             { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1)} }
func (c *scriptedConn) SetWriteDeadline(time.Time) error { return nil }
func (c *scriptedConn) Close() error                     { return nil }

func (c *scriptedConn) Write(p []byte) (int, error) {
	if len(c.accepts) == 0 {
		c.taken += len(p)
		return len(p), nil
	}
	n := min(c.accepts[0], len(p))
	c.accepts = c.accepts[1:]
	c.taken += n
	return n, os.ErrDeadlineExceeded
}

// Accept implements net.Listener, for one connection.
func (c *scriptedConn) Accept() (net.Conn, error) { return c, nil }

// Addr implements net.Listener.
func (c *scriptedConn) Addr() net.Addr { return c.RemoteAddr() }

// TestPassedDeadlineIsExtended: a client that took something, but not a whole piece, gets
// the rest. One that took nothing does not.
func TestPassedDeadlineIsExtended(t *testing.T) {
	t.Parallel()
	const size = 40_000
	for name, tc := range map[string]struct {
		accepts []int
		fails   bool
		taken   int
	}{
		"slowly": {[]int{100, 1, 2000}, false, size}, "nothing": {[]int{0}, true, 0}, "nothing more": {[]int{100, 0}, true, 100},
	} {
		socket := &scriptedConn{accepts: tc.accepts}
		c, err := connections.New(connections.Options{Limits: connections.DefaultLimits(100)}).Listen(socket).Accept()
		if err != nil {
			t.Fatal(err)
		}
		n, err := c.Write(make([]byte, size))
		if errors.Is(err, os.ErrDeadlineExceeded) != tc.fails || n != tc.taken || socket.taken != tc.taken {
			t.Errorf("%s: %d bytes, %d taken, %v", name, n, socket.taken, err)
		}
	}
}
