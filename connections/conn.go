package connections

import (
	"errors"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

const (
	// writeChunk is the number of bytes written under one deadline. The slowest
	// permitted client takes them well within its time.
	writeChunk = 16 << 10
	// sendBuffer bounds what the kernel holds for a client that does not read. The
	// kernel reports room in steps of a third of it, which a slow client must take
	// within its time.
	sendBuffer = 64 << 10
)

// conn is a connection that waits for its client with patience only.
type conn struct {
	net.Conn
	table   *Table
	network string // what counts as one address
	trusted bool   // a proxy, which has no limit of its own

	mutex   sync.Mutex
	since   time.Time // when the wait for a request began; zero during one
	arrived bool      // some of the request has arrived
	reading patience
	writing patience
	// inBody is set while the rest of a request body is expected. net/http has no
	// deadline for it.
	inBody    bool
	bodyUntil time.Time // when the body must have ended; zero for no such time
}

// startRequest forgets how long earlier requests waited.
func (c *conn) startRequest(hasBody bool) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.reading, c.writing = c.table.newPatience(), c.table.newPatience()
	c.inBody, c.bodyUntil = hasBody, time.Time{}
}

// limitBody ends the body after total, or after stall without data.
func (c *conn) limitBody(stall, total time.Duration) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.reading = newPatience(stall, c.reading.perByte)
	c.bodyUntil = time.Now().Add(total)
}

// setWaiting records since when a request is awaited; zero means that one is in
// progress.
func (c *conn) setWaiting(since time.Time) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.since, c.arrived = since, false
}

// noteArrival begins the wait for a request again, once, when its first bytes arrive:
// they are still to be parsed.
func (c *conn) noteArrival() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if !c.since.IsZero() && !c.arrived {
		c.since, c.arrived = time.Now(), true
	}
}

// waitingAt returns how long the connection has waited for its client at now; 0 if it
// does not. A transfer is moving until it has used half its patience.
func (c *conn) waitingAt(now time.Time) waiting {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if !c.since.IsZero() {
		return waiting{time: max(1, now.Sub(c.since))}
	}
	used := max(c.reading.usedBy(now), c.writing.usedBy(now))
	return waiting{time: used, moving: used < c.table.options.Patience/2}
}

// hasUnread reports whether the client has sent data that the server did not get to read
// yet. Then the client waits for the server.
func (c *conn) hasUnread() bool {
	raw, err := c.rawConn()
	if err != nil {
		return false
	}
	n := 0
	var peeked [1]byte
	err = raw.Control(func(fd uintptr) { n, _, _ = syscall.Recvfrom(int(fd), peeked[:], syscall.MSG_PEEK) })
	return err == nil && n > 0
}

func (c *conn) rawConn() (syscall.RawConn, error) {
	socket, ok := c.Conn.(syscall.Conn)
	if !ok {
		return nil, errors.ErrUnsupported
	}
	return socket.SyscallConn()
}

// isWriting reports whether the client does not take what it asked for.
func (c *conn) isWriting() bool {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return !c.writing.since.IsZero()
}

// SetReadDeadline implements net.Conn. net/http calls it at the end of a body, before
// it waits for the client to disconnect or for the next request, with deadlines of
// its own.
func (c *conn) SetReadDeadline(at time.Time) error {
	c.mutex.Lock()
	c.inBody = false
	c.mutex.Unlock()
	return c.Conn.SetReadDeadline(at)
}

// Read implements net.Conn.
func (c *conn) Read(p []byte) (int, error) {
	until, inBody := c.startRead()
	if !inBody {
		n, err := c.Conn.Read(p)
		if n > 0 {
			c.noteArrival()
		}
		return n, err
	}
	if err := c.Conn.SetReadDeadline(until); err != nil {
		return 0, err
	}
	n, err := c.Conn.Read(p)
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.reading.endWait(time.Now(), n)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		c.table.slow.Add(1)
	}
	return n, err
}

func (c *conn) startRead() (until time.Time, inBody bool) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if !c.inBody {
		return time.Time{}, false
	}
	until = c.reading.startWait(time.Now())
	if !c.bodyUntil.IsZero() && c.bodyUntil.Before(until) {
		until = c.bodyUntil
	}
	return until, true
}

// Write implements net.Conn. A deadline that passes while the client reads slowly, but
// fast enough, is extended.
func (c *conn) Write(p []byte) (int, error) {
	written := 0
	for {
		n, err := c.writeOnce(p[written:min(len(p), written+writeChunk)])
		written += n
		if err != nil || written == len(p) {
			return written, err
		}
	}
}

func (c *conn) writeOnce(p []byte) (int, error) {
	c.mutex.Lock()
	until := c.writing.startWait(time.Now())
	c.mutex.Unlock()
	if err := c.Conn.SetWriteDeadline(until); err != nil {
		return 0, err
	}
	n, err := c.Conn.Write(p)
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.writing.endWait(time.Now(), n)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		if n > 0 && c.writing.left > 0 {
			return n, nil
		}
		c.table.slow.Add(1)
	}
	return n, err
}

// CloseWrite lets net/http send a response to the end while the client still sends.
func (c *conn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return errors.ErrUnsupported
}

// Close implements net.Conn.
func (c *conn) Close() error {
	c.table.remove(c)
	return c.Conn.Close()
}
