package verify

import "io"

// ahead reads a stream in a goroutine of its own, a few chunks in front of its
// user: unpacking and hashing a journal takes as long as judging it.
type ahead struct {
	filled chan chunk
	empty  chan []byte
	done   chan struct{}
	left   []byte
	last   []byte // whole buffer behind left, given back when used up
	err    error
}

type chunk struct {
	data []byte
	err  error
}

const (
	aheadChunks = 4
	aheadSize   = 128 << 10
)

func readAhead(r io.Reader) *ahead {
	a := &ahead{filled: make(chan chunk, aheadChunks), empty: make(chan []byte, aheadChunks), done: make(chan struct{})}
	for range aheadChunks {
		a.empty <- nil
	}
	go a.run(r)
	return a
}

func (a *ahead) run(r io.Reader) {
	for {
		var buffer []byte
		select {
		case buffer = <-a.empty:
		case <-a.done:
			return
		}
		if buffer == nil {
			buffer = make([]byte, aheadSize)
		}
		n, err := r.Read(buffer[:aheadSize])
		a.filled <- chunk{buffer[:n], err} // never waits: no more chunks than places
		if err != nil {
			return
		}
	}
}

// Read implements io.Reader; its errors are those of the stream.
func (a *ahead) Read(p []byte) (int, error) {
	for len(a.left) == 0 && a.err == nil {
		if a.last != nil {
			a.empty <- a.last
		}
		next := <-a.filled
		a.left, a.last, a.err = next.data, next.data, next.err
	}
	n := copy(p, a.left)
	a.left = a.left[n:]
	if n == 0 && len(p) > 0 {
		return 0, a.err
	}
	return n, nil
}

// stop ends the goroutine, wherever it is. It is called once.
func (a *ahead) stop() { close(a.done) }
