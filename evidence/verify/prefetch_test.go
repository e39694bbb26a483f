package verify

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/iotest"
)

func TestReadAheadGivesTheSameBytesAndError(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	for _, size := range []int{0, 1, prefetchSize - 1, prefetchSize, 20*prefetchSize + 7} {
		data := bytes.Repeat([]byte{1, 2, 3, 5, 7}, size/5+1)[:size]
		for name, in := range map[string]io.Reader{
			"plain":  bytes.NewReader(data),
			"broken": io.MultiReader(bytes.NewReader(data), iotest.ErrReader(broken)),
			"eager":  iotest.DataErrReader(bytes.NewReader(data)),
		} {
			a := newPrefetcher(in)
			got, err := io.ReadAll(a)
			a.stop()
			if !bytes.Equal(got, data) || (name == "broken") != errors.Is(err, broken) {
				t.Errorf("%s, %d bytes: %d came, %v", name, size, len(got), err)
			}
		}
	}
}

func TestReadAheadStopsInTheMiddle(t *testing.T) {
	t.Parallel()
	ended := make(chan struct{})
	a := newPrefetcher(endless{})
	go func() { a.readChunks(endless{}); close(ended) }() // a second one, to see it return
	if _, err := io.ReadFull(a, make([]byte, 10)); err != nil {
		t.Fatal(err)
	}
	a.stop()
	<-ended
}

// TestReadAheadSurvivesAPanic of its stream.
func TestReadAheadSurvivesAPanic(t *testing.T) {
	t.Parallel()
	a := newPrefetcher(io.MultiReader(bytes.NewReader([]byte("abc")), panicking{}))
	defer a.stop()
	got, err := io.ReadAll(a)
	if string(got) != "abc" || !errors.Is(err, errStreamPanicked) {
		t.Errorf("%q, %v", got, err)
	}
}

type panicking struct{}

func (panicking) Read([]byte) (int, error) { panic("a stream") }

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }
