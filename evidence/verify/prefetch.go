package verify

import (
	"errors"
	"io"
)

// prefetcher reads a stream in its own goroutine, a few chunks ahead of its user:
// decompressing and hashing a journal takes as long as checking it.
type prefetcher struct {
	filled chan chunk
	empty  chan []byte
	done   chan struct{}
	unread []byte
	buffer []byte // the buffer that contains unread, reused afterwards
	err    error
}

type chunk struct {
	data []byte
	err  error
}

var errStreamPanicked = errors.New("the stream cannot be read")

const (
	prefetchChunks = 4
	prefetchSize   = 128 << 10
)

func newPrefetcher(r io.Reader) *prefetcher {
	a := &prefetcher{filled: make(chan chunk, prefetchChunks), empty: make(chan []byte, prefetchChunks), done: make(chan struct{})}
	for range prefetchChunks {
		a.empty <- nil
	}
	go a.readChunks(r)
	return a
}

// readChunks reads until the end. A panic of r is an error of the stream: nobody could
// recover it in this goroutine.
func (a *prefetcher) readChunks(r io.Reader) {
	defer func() {
		if recover() != nil {
			a.filled <- chunk{nil, errStreamPanicked}
		}
	}()
	for {
		var buffer []byte
		select {
		case buffer = <-a.empty:
		case <-a.done:
			return
		}
		if buffer == nil {
			buffer = make([]byte, prefetchSize)
		}
		n, err := r.Read(buffer[:prefetchSize])
		a.filled <- chunk{buffer[:n], err} // never blocks: the channel has room for every buffer
		if err != nil {
			return
		}
	}
}

// Read implements io.Reader. It returns the errors of the stream.
func (a *prefetcher) Read(p []byte) (int, error) {
	for len(a.unread) == 0 && a.err == nil {
		if a.buffer != nil {
			a.empty <- a.buffer
		}
		next := <-a.filled
		a.unread, a.buffer, a.err = next.data, next.data, next.err
	}
	n := copy(p, a.unread)
	a.unread = a.unread[n:]
	if n == 0 && len(p) > 0 {
		return 0, a.err
	}
	return n, nil
}

// stop ends the goroutine. Call it once.
func (a *prefetcher) stop() { close(a.done) }
