package connections_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"recourse/connections"
)

// waitLimit is how long a test waits for one event. It is far beyond any time that the
// tests configure, so that a busy machine does not fail them.
const waitLimit = 20 * time.Second

// testServer serves a few handlers with a table.
type testServer struct {
	*httptest.Server
	table   *connections.Table
	begun   chan struct{} // a handler began
	results chan error    // what ended a handler
	release chan struct{} // ends /wait when it is closed
}

func startServer(t *testing.T, o connections.Options) *testServer {
	t.Helper()
	if o.Limits == (connections.Limits{}) {
		o.Limits = connections.DefaultLimits(10_000)
	}
	s := &testServer{table: connections.New(o), begun: make(chan struct{}, 100), results: make(chan error, 100), release: make(chan struct{})}
	mux := http.NewServeMux()
	mux.HandleFunc("/read", func(w http.ResponseWriter, r *http.Request) {
		s.begun <- struct{}{}
		body, err := io.ReadAll(r.Body)
		s.results <- err
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
		}
		_, _ = fmt.Fprintf(w, "%d bytes", len(body))
	})
	mux.HandleFunc("/ignore", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ignored") })
	mux.HandleFunc("/nothing", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("/large", func(w http.ResponseWriter, _ *http.Request) {
		s.begun <- struct{}{}
		_, err := w.Write(make([]byte, 8<<20))
		s.results <- err
	})
	mux.HandleFunc("/wait", s.wait)
	s.Server = httptest.NewUnstartedServer(mux)
	s.Config.ReadHeaderTimeout, s.Config.IdleTimeout = waitLimit, waitLimit
	s.table.Protect(s.Config)
	s.Listener = s.table.Listen(s.Listener)
	return s
}

// wait answers after release, or when the client has disconnected.
func (s *testServer) wait(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	s.results <- nil
	select {
	case <-s.release:
	case <-r.Context().Done():
	}
	s.results <- r.Context().Err()
}

func (s *testServer) start(t *testing.T) *testServer {
	t.Helper()
	s.Start()
	t.Cleanup(s.Close)
	return s
}

// client is a connection that a test sends raw bytes on.
type client struct {
	net.Conn
	t      *testing.T
	reader *bufio.Reader
}

func (s *testServer) dial(t *testing.T) *client {
	t.Helper()
	raw, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = raw.Close() })
	if err := raw.SetDeadline(time.Now().Add(waitLimit)); err != nil {
		t.Fatal(err)
	}
	return &client{Conn: raw, t: t, reader: bufio.NewReader(raw)}
}

// send writes a request header with these lines, and the start of its body.
func (c *client) send(request, body string, lines ...string) {
	c.t.Helper()
	header := request + " HTTP/1.1\r\nHost: x\r\n" + strings.Join(append(lines, "", ""), "\r\n")
	if _, err := io.WriteString(c, header+body); err != nil {
		c.t.Fatal(err)
	}
}

// readResponse returns the status and body of the next response.
func (c *client) readResponse() (*http.Response, string) {
	c.t.Helper()
	response, err := http.ReadResponse(c.reader, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return response, string(body)
}

// expectClosed waits until the server has closed the connection.
func (c *client) expectClosed() {
	c.t.Helper()
	_, err := io.Copy(io.Discard, c.reader)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		c.t.Errorf("the connection is still open after %s", waitLimit)
	}
}

// expectAnswered sends a request and expects its response.
func (c *client) expectAnswered() {
	c.t.Helper()
	c.send("GET /ignore", "")
	if response, body := c.readResponse(); response.StatusCode != http.StatusOK || body != "ignored" {
		c.t.Errorf("%s %q", response.Status, body)
	}
}

// expectResult waits for the end of a handler.
func (s *testServer) expectResult(t *testing.T) error {
	t.Helper()
	select {
	case err := <-s.results:
		return err
	case <-time.After(waitLimit):
		t.Fatal("no handler ended")
		return nil
	}
}

// awaitBegun waits until a handler has begun.
func (s *testServer) awaitBegun(t *testing.T) {
	t.Helper()
	select {
	case <-s.begun:
	case <-time.After(waitLimit):
		t.Fatal("no handler began")
	}
}
