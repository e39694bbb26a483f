package connections_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"recourse/connections"
)

// short is a patience that passes during a test.
const short = 300 * time.Millisecond

func TestHalfBodyEnds(t *testing.T) {
	t.Parallel()
	for _, request := range []string{"POST /read", "GET /read"} {
		for name, lines := range map[string][]string{
			"announced": {"Content-Length: 1000"}, "chunked": {"Transfer-Encoding: chunked"},
			"continued": {"Content-Length: 1000", "Expect: 100-continue"},
		} {
			t.Run(request+" "+name, func(t *testing.T) {
				t.Parallel()
				s := startServer(t, connections.Options{Patience: short}).start(t)
				c := s.dial(t)
				c.send(request, "3\r\nabc", lines...)
				if err := s.expectResult(t); !errors.Is(err, os.ErrDeadlineExceeded) {
					t.Errorf("the body ended with %v", err)
				}
				c.expectClosed()
				if got := s.table.Counts(); got.Slow == 0 || got.Open != 0 {
					t.Errorf("%+v", got)
				}
			})
		}
	}
}

// TestByteNowAndThenEnds sends often enough for a deadline that each byte extends.
func TestByteNowAndThenEnds(t *testing.T) {
	t.Parallel()
	s := startServer(t, connections.Options{Patience: short}).start(t)
	c := s.dial(t)
	c.send("POST /read", "", "Content-Length: 100000")
	tick := time.NewTicker(short / 10)
	defer tick.Stop()
	over := time.After(waitLimit / 2) // before the client itself gives up
	for ended := false; !ended; {
		select {
		case err := <-s.results:
			ended = true
			if !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("the body ended with %v", err)
			}
		case <-tick.C:
			_, _ = c.Write([]byte("x")) // fails when the server has closed the connection
		case <-over:
			t.Fatal("the body does not end")
		}
	}
}

// TestSlowBodyIsRead sends a little faster than the slowest permitted client, for longer
// than the patience.
func TestSlowBodyIsRead(t *testing.T) {
	t.Parallel()
	const parts, size = 30, 300
	patience := 2 * time.Second
	s := startServer(t, connections.Options{Patience: patience}).start(t)
	c := s.dial(t)
	c.send("POST /read", "", "Content-Length: "+strconv.Itoa(parts*size))
	tick := time.NewTicker(patience / 20)
	defer tick.Stop()
	for range parts {
		<-tick.C
		if _, err := c.Write(make([]byte, size)); err != nil {
			t.Fatal(err)
		}
	}
	if response, body := c.readResponse(); response.StatusCode != http.StatusOK || body != "9000 bytes" {
		t.Errorf("%s %q", response.Status, body)
	}
	c.expectAnswered()
}

// TestUnusedBodyIsNotWaitedFor: the answer does not wait for what is not read.
func TestUnusedBodyIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	for _, request := range []string{"POST /ignore", "GET /ignore", "POST /nothing", "POST /unknown"} {
		for name, lines := range map[string][]string{
			"announced": {"Content-Length: 1000"}, "large": {"Content-Length: 1000000000"}, "chunked": {"Transfer-Encoding: chunked"},
			"continued": {"Content-Length: 1000", "Expect: 100-continue"},
		} {
			t.Run(request+" "+name, func(t *testing.T) {
				t.Parallel()
				s := startServer(t, connections.Options{Patience: waitLimit}).start(t)
				c, began := s.dial(t), time.Now()
				body := "3\r\nabc"
				if name == "continued" {
					body = ""
				}
				c.send(request, body, lines...)
				response, _ := c.readResponse()
				if response.StatusCode == http.StatusContinue || response.Header.Get("Connection") != "close" && !response.Close {
					t.Errorf("%s %v", response.Status, response.Header)
				}
				c.expectClosed()
				if took := time.Since(began); took > waitLimit/2 {
					t.Errorf("it took %s", took)
				}
			})
		}
	}
}

// TestUnusedBodyKeepsConnection sends a whole body that no handler reads.
func TestUnusedBodyKeepsConnection(t *testing.T) {
	t.Parallel()
	s := startServer(t, connections.Options{}).start(t)
	c := s.dial(t)
	for range 3 {
		c.send("POST /ignore", strings.Repeat("x", 100), "Content-Length: 100")
		if response, body := c.readResponse(); response.Close || body != "ignored" {
			t.Errorf("%q, close %t", body, response.Close)
		}
	}
}

// TestSenderBeforeReaderGetsResponse sends a large body that no handler reads before it
// reads the response.
func TestSenderBeforeReaderGetsResponse(t *testing.T) {
	t.Parallel()
	s := startServer(t, connections.Options{}).start(t)
	c := s.dial(t)
	const size = 20 << 20
	c.send("POST /ignore", "", "Content-Length: "+strconv.Itoa(size))
	if n, err := io.CopyN(c, zeros{}, size); err != nil {
		t.Fatalf("after %d bytes: %v", n, err)
	}
	if _, body := c.readResponse(); body != "ignored" {
		t.Errorf("%q", body)
	}
}

// zeros is an endless body.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

func TestContinueIsSentForReadBody(t *testing.T) {
	t.Parallel()
	s := startServer(t, connections.Options{}).start(t)
	c := s.dial(t)
	c.send("POST /read", "", "Content-Length: 3", "Expect: 100-continue")
	if response, _ := c.readResponse(); response.StatusCode != http.StatusContinue {
		t.Fatal(response.Status)
	}
	if _, err := io.WriteString(c, "abc"); err != nil {
		t.Fatal(err)
	}
	if _, body := c.readResponse(); body != "3 bytes" {
		t.Errorf("%q", body)
	}
	c.expectAnswered()
}

// dialNarrow connects with little room for what is not read yet.
func (s *testServer) dialNarrow(t *testing.T, room int) *client {
	t.Helper()
	c := s.dial(t)
	tcp, ok := c.Conn.(*net.TCPConn)
	if !ok {
		t.Fatal("no TCP")
	}
	if err := tcp.SetReadBuffer(room); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestStoppedReaderIsLetGo(t *testing.T) {
	t.Parallel()
	for _, request := range []string{"GET /large", "POST /large"} {
		s := startServer(t, connections.Options{Patience: short}).start(t)
		c := s.dialNarrow(t, 16<<10)
		c.send(request, "x", "Content-Length: 1")
		if err := s.expectResult(t); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%s: writing ended with %v", request, err)
		}
		c.expectClosed()
		if s.table.Counts().Slow == 0 {
			t.Errorf("%s: it is not counted", request)
		}
	}
}

// TestSlowReaderIsServed reads for longer than the patience, and more than the kernel
// holds.
func TestSlowReaderIsServed(t *testing.T) {
	t.Parallel()
	s := startServer(t, connections.Options{Patience: 2 * time.Second}).start(t)
	c := s.dialNarrow(t, 32<<10)
	c.send("GET /large", "")
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for part := range 60 {
		<-tick.C
		if _, err := io.CopyN(io.Discard, c.reader, 20<<10); err != nil {
			t.Fatalf("part %d: %v", part, err)
		}
	}
}

// TestHandlerMayTakeLonger: patience counts the time of the client, not of the server.
func TestHandlerMayTakeLonger(t *testing.T) {
	t.Parallel()
	for request, body := range map[string]string{"GET /wait": "", "POST /wait": "abc"} {
		s := startServer(t, connections.Options{Patience: short}).start(t)
		c := s.dial(t)
		c.send(request, body, "Content-Length: "+strconv.Itoa(len(body)))
		if err := s.expectResult(t); err != nil {
			t.Fatal(err)
		}
		select {
		case err := <-s.results:
			t.Errorf("%s ended early: %v", request, err)
		case <-time.After(3 * short):
		}
		close(s.release)
		if err := s.expectResult(t); err != nil {
			t.Errorf("%s: %v", request, err)
		}
		if response, _ := c.readResponse(); response.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", request, response.Status)
		}
		c.expectAnswered()
	}
}

// TestDisconnectEndsHandler: the end of the body does not hide the end of the client.
func TestDisconnectEndsHandler(t *testing.T) {
	t.Parallel()
	s := startServer(t, connections.Options{}).start(t)
	c := s.dial(t)
	c.send("POST /wait", "abc", "Content-Length: 3")
	if err := s.expectResult(t); err != nil {
		t.Fatal(err)
	}
	_ = c.Close()
	if err := s.expectResult(t); err == nil {
		t.Error("the handler did not learn of it")
	}
}

// TestWaitsForRequestsEnd: the timeouts of the server hold for its wrapped connections.
func TestWaitsForRequestsEnd(t *testing.T) {
	t.Parallel()
	for name, send := range map[string]func(*client){
		"nothing":     func(*client) {},
		"half header": func(c *client) { _, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost:") },
		"idle":        (*client).expectAnswered,
		"idle after a body": func(c *client) {
			c.send("POST /read", "abc", "Content-Length: 3")
			c.readResponse()
		},
		"half of a second header": func(c *client) {
			c.expectAnswered()
			_, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost:")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := startServer(t, connections.Options{})
			s.Config.ReadHeaderTimeout, s.Config.IdleTimeout = short, short
			c := s.start(t).dial(t)
			send(c)
			c.expectClosed()
		})
	}
}
