package connections

import (
	"errors"
	"io"
	"net/http"
	"time"
)

const (
	// drainTime and maxDrain bound what is read of an unused body before the response,
	// so that the connection can be used again.
	drainTime = 50 * time.Millisecond
	maxDrain  = 256 << 10
	// These bound what is read of an unused body after the response. A client that
	// sends before it reads would otherwise be reset and never see the response.
	lingerStall = time.Second
	lingerTime  = 10 * time.Second
	maxLinger   = 64 << 20
)

// protectHandler makes requests with a body end in time. The response to an unused
// body is sent without waiting for the body.
func (t *Table) protectHandler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, ok := r.Context().Value(connKey{}).(*conn)
		if !ok {
			next.ServeHTTP(w, r)
			return
		}
		hasBody := r.ContentLength != 0
		c.startRequest(hasBody)
		if !hasBody {
			next.ServeHTTP(w, r)
			return
		}
		defer c.limitBody(0, 0) // net/http must not wait for what is left
		x := &exchange{ResponseWriter: w, conn: c, body: &countedBody{ReadCloser: r.Body}, continues: r.Header.Get("Expect") != ""}
		own := r.WithContext(r.Context()) // a copy: net/http looks at the body of the original
		own.Body = x.body
		next.ServeHTTP(x, own)
		x.linger()
	})
}

// countedBody knows how far a request body was read.
type countedBody struct {
	io.ReadCloser
	begun bool
	err   error // of the last read; io.EOF after the whole body
}

// Read implements io.Reader.
func (b *countedBody) Read(p []byte) (int, error) {
	b.begun = true
	n, err := b.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, http.ErrBodyReadAfterClose) {
		b.err = err
	}
	return n, err
}

// exchange is the response to a request with a body.
type exchange struct {
	http.ResponseWriter
	conn      *conn
	body      *countedBody
	continues bool // the client waits for 100 Continue before it sends the body
	answered  bool
}

// Unwrap lets http.ResponseController find the methods of the server.
func (x *exchange) Unwrap() http.ResponseWriter { return x.ResponseWriter }

// WriteHeader implements http.ResponseWriter.
func (x *exchange) WriteHeader(status int) {
	if status >= http.StatusOK {
		x.leaveBody()
	}
	x.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (x *exchange) Write(p []byte) (int, error) {
	x.leaveBody()
	return x.ResponseWriter.Write(p)
}

// FlushError lets http.ResponseController send the header.
func (x *exchange) FlushError() error {
	x.leaveBody()
	return http.NewResponseController(x.ResponseWriter).Flush()
}

// mayRead reports whether more of the body can be read.
func (x *exchange) mayRead() bool { return x.body.err == nil && (x.body.begun || !x.continues) }

// leaveBody is called before the header is sent. It closes the connection after the
// response unless the rest of the body is there already.
func (x *exchange) leaveBody() {
	if x.answered {
		return
	}
	x.answered = true
	if x.mayRead() {
		x.conn.limitBody(drainTime, drainTime)
		_, _ = io.CopyN(io.Discard, x.body, maxDrain) // the rest decides below
	}
	if !errors.Is(x.body.err, io.EOF) {
		x.Header().Set("Connection", "close")
	}
}

// linger reads what the client still sends after the response, but only as long as it
// sends. The connection is closed afterwards, so the bytes are not parsed.
func (x *exchange) linger() {
	if err := x.FlushError(); err != nil || errors.Is(x.body.err, io.EOF) || x.continues && !x.body.begun {
		return
	}
	x.conn.limitBody(lingerStall, lingerTime)
	_, _ = io.CopyN(io.Discard, x.conn, maxLinger) // the connection is closed anyway
}
