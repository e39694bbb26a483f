package verify_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"runtime"
	"syscall"
	"testing"
	"time"

	"recourse/evidence/bag/bagtest"
)

func unwrapped(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}

// TestHundredThousandEntries checks the budget of one second of processor time or,
// on a slow or busy machine, a small multiple of the time that the standard library
// needs to decompress and hash the same bag. It measures the whole process, so it
// does not run in parallel.
func TestHundredThousandEntries(t *testing.T) {
	raw := write(t, bagtest.NewFolio(t, bagtest.Case{Seed: 1, Entries: 100_000}))
	floor := cheapest(t, func() { hashAll(t, raw) })
	cost := cheapest(t, func() {
		if summary, err := check(raw); err != nil || summary.Entries != 100_000 {
			t.Fatalf("%d entries, %v", summary.Entries, err)
		}
	})
	t.Logf("100,000 entries: %v of processor time; unpacking and hashing alone %v", cost, floor)
	if cost > time.Second && cost > 6*floor {
		t.Errorf("100,000 entries took %v, unpacking and hashing alone %v", cost, floor)
	}
}

func cheapest(t *testing.T, do func()) time.Duration {
	t.Helper()
	best := time.Hour
	for range 3 {
		runtime.GC()
		start := processorTime(t)
		do()
		best = min(best, processorTime(t)-start)
	}
	return best
}

func hashAll(t *testing.T, raw []byte) {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range archive.File {
		r, err := file.Open()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(sha256.New(), r); err != nil {
			t.Fatal(err)
		}
	}
}

func processorTime(t *testing.T) time.Duration {
	t.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func BenchmarkVerify100000Entries(b *testing.B) {
	raw := write(b, bagtest.NewFolio(b, bagtest.Case{Seed: 1, Entries: 100_000}))
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := check(raw); err != nil {
			b.Fatal(err)
		}
	}
}

// FuzzFile verifies any bytes: no panic, no finding without an item, and only files
// with the content of the valid seed bag are accepted.
func FuzzFile(f *testing.F) {
	sound := write(f, bagtest.NewFolio(f, bagtest.Case{Seed: 1}))
	unsealed := write(f, bagtest.NewFolio(f, bagtest.Case{Seed: 2, Unsealed: true, Exhibits: -1, Entries: 4}))
	for _, seed := range [][]byte{sound, unsealed, nil, []byte("PK\x05\x06"), []byte("%PDF-1.7"), sound[:len(sound)/2]} {
		f.Add(seed)
	}
	boxes := []*box{open(f, sound), open(f, unsealed)}
	f.Fuzz(func(t *testing.T, raw []byte) {
		_, err := check(raw)
		if item(t, err) != "" {
			return
		}
		got := open(t, raw)
		if !got.equal(boxes[0]) && !bytes.Equal(got.files[entries], boxes[1].files[entries]) {
			t.Error("accepted other files than the sound ones")
		}
	})
}
