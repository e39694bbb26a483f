package blob_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"pgregory.net/rapid"

	"recourse/evidence/originals/blob"
	"recourse/recovery"
)

func openStore(t testing.TB) (*blob.Store, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "blobs")
	store, err := blob.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return store, dir
}

// listFiles lists all files in the store's folder, as "ab/cdef…".
func listFiles(t testing.TB, dir string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			path, err = filepath.Rel(dir, path)
			found = append(found, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func storeBlob(t testing.TB, store *blob.Store, data []byte) (digest string, created bool) {
	t.Helper()
	pending, err := store.Receive(t.Context(), bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	created, err = pending.Commit(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return pending.SHA256(), created
}

func digestOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func TestBytesComeBackUnderTheirDigest(t *testing.T) {
	t.Parallel()
	store, dir := openStore(t)
	rapid.Check(t, func(rt *rapid.T) {
		data := bytes.Repeat(rapid.SliceOfN(rapid.Byte(), 1, 64).Draw(rt, "data"), rapid.IntRange(1, 12_000).Draw(rt, "times"))
		digest, _ := storeBlob(t, store, data)
		if digest != digestOf(data) {
			rt.Fatalf("digest %s", digest)
		}
		r, err := store.Open(digest)
		if err != nil {
			rt.Fatal(err)
		}
		defer r.Close()
		if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, data) {
			rt.Fatalf("%d bytes of %d came back, %v", len(got), len(data), err)
		}
		if size, err := store.Size(digest); err != nil || size != int64(len(data)) {
			rt.Fatalf("size %d, %v", size, err)
		}
		info, err := os.Stat(filepath.Join(dir, digest[:2], digest[2:]))
		if err != nil || info.Mode().Perm() != 0o600 {
			rt.Fatalf("%v, %v", info, err)
		}
	})
	if _, err := blob.Open(dir); err != nil {
		t.Errorf("opened again: %v", err)
	}
}

func TestPendingTellsWhatWasReceived(t *testing.T) {
	t.Parallel()
	store, dir := openStore(t)
	data := bytes.Repeat([]byte("0123456789"), 1_000)
	pending, err := store.Receive(t.Context(), iotest.OneByteReader(bytes.NewReader(data)), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	if pending.SHA256() != digestOf(data) || pending.Size() != 10_000 {
		t.Errorf("%s, %d bytes", pending.SHA256(), pending.Size())
	}
	r, err := pending.Reader()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, data) {
		t.Errorf("%d bytes before the commit, %v", len(got), err)
	}
	_ = r.Close()
	if _, err := store.Size(pending.SHA256()); recovery.CodeOf(err) != recovery.CodeNotFound {
		t.Errorf("there before the commit: %v", err)
	}
	pending.Discard()
	pending.Discard()
	if left := listFiles(t, dir); len(left) > 0 {
		t.Errorf("discarded, and left %q", left)
	}
	if _, err := pending.Commit(t.Context()); err == nil {
		t.Error("committed after it was discarded")
	}
}

func TestTheSameBytesAreKeptOnce(t *testing.T) {
	t.Parallel()
	store, dir := openStore(t)
	const people = 24
	data := bytes.Repeat([]byte("same"), 50_000)
	var created atomic.Int32
	var waiting, done sync.WaitGroup
	waiting.Add(people)
	for range people {
		done.Go(func() {
			pending, err := store.Receive(t.Context(), bytes.NewReader(data), 1<<20)
			waiting.Done()
			if err != nil {
				t.Error(err)
				return
			}
			waiting.Wait()
			fresh, err := pending.Commit(t.Context())
			if err != nil {
				t.Error(err)
			}
			if fresh {
				created.Add(1)
			}
		})
	}
	done.Wait()
	digest := digestOf(data)
	if left := listFiles(t, dir); created.Load() != 1 || len(left) != 1 || left[0] != digest[:2]+"/"+digest[2:] {
		t.Errorf("created %d times, files %q", created.Load(), left)
	}
}

func TestCommitRenewsTheTimeOfWhatIsThere(t *testing.T) {
	t.Parallel()
	store, dir := openStore(t)
	digest, _ := storeBlob(t, store, []byte("bytes"))
	path := filepath.Join(dir, digest[:2], digest[2:])
	old := time.Now().Add(-48 * time.Hour)
	if err := os.Chtimes(path, old, old); err != nil {
		t.Fatal(err)
	}
	if _, created := storeBlob(t, store, []byte("bytes")); created {
		t.Error("created twice")
	}
	if info, err := os.Stat(path); err != nil || time.Since(info.ModTime()) > time.Hour {
		t.Errorf("its time is %v, %v", info.ModTime(), err)
	}
}

func TestWithdrawTakesBackOnlyWhatIsOnesOwn(t *testing.T) {
	t.Parallel()
	store, dir := openStore(t)
	commit := func() *blob.Pending {
		pending, err := store.Receive(t.Context(), strings.NewReader("bytes"), 10)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := pending.Commit(t.Context()); err != nil {
			t.Fatal(err)
		}
		return pending
	}
	withdraw := func(pending *blob.Pending, left int) {
		t.Helper()
		if err := pending.UndoCommit(); err != nil {
			t.Error(err)
		}
		if got := listFiles(t, dir); len(got) != left {
			t.Errorf("left %q", got)
		}
	}
	alone := commit()
	withdraw(alone, 0)
	withdraw(alone, 0)
	first, second := commit(), commit()
	withdraw(second, 1) // it was there before
	withdraw(first, 1)  // somebody else relies on it now
	pending, err := store.Receive(t.Context(), strings.NewReader("other"), 10)
	if err != nil {
		t.Fatal(err)
	}
	pending.Discard()
	withdraw(pending, 1) // never committed
}

func TestCommitMendsABlobThatWasCut(t *testing.T) {
	t.Parallel()
	store, dir := openStore(t)
	digest, _ := storeBlob(t, store, []byte("whole bytes"))
	if err := os.Truncate(filepath.Join(dir, digest[:2], digest[2:]), 3); err != nil {
		t.Fatal(err)
	}
	storeBlob(t, store, []byte("whole bytes"))
	if size, err := store.Size(digest); err != nil || size != 11 {
		t.Errorf("size %d, %v", size, err)
	}
}

func TestReceiveHoldsTheLimit(t *testing.T) {
	t.Parallel()
	store, dir := openStore(t)
	for _, size := range []int64{1, 2, 3072, 256<<10 - 1, 256 << 10, 256<<10 + 1, 600_000} {
		data := make([]byte, size)
		pending, err := store.Receive(t.Context(), bytes.NewReader(data), size)
		if err != nil {
			t.Errorf("%d bytes at their limit: %v", size, err)
			continue
		}
		pending.Discard()
		for _, limit := range []int64{size - 1, 0, -1} {
			if _, err := store.Receive(t.Context(), bytes.NewReader(data), limit); recovery.CodeOf(err) != recovery.CodeTooLarge {
				t.Errorf("%d bytes with limit %d: %v", size, limit, err)
			}
		}
	}
	if left := listFiles(t, dir); len(left) > 0 {
		t.Errorf("left %q", left)
	}
}

func TestReceiveStopsReadingAtTheLimit(t *testing.T) {
	t.Parallel()
	store, _ := openStore(t)
	endless := &counting{}
	_, err := store.Receive(t.Context(), endless, 1<<20)
	if recovery.CodeOf(err) != recovery.CodeTooLarge || endless.read > 2<<20 {
		t.Errorf("%v after %d bytes", err, endless.read)
	}
}

type counting struct{ read int64 }

func (c *counting) Read(p []byte) (int, error) {
	c.read += int64(len(p))
	return len(p), nil
}

func TestReceiveLeavesNothingBehindAnError(t *testing.T) {
	t.Parallel()
	store, dir := openStore(t)
	broken := errors.New("the phone went away")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for name, try := range map[string]struct {
		ctx    context.Context
		r      io.Reader
		is     error
		fields bool
	}{
		"empty":     {t.Context(), strings.NewReader(""), nil, true},
		"at once":   {t.Context(), iotest.ErrReader(broken), broken, false},
		"midway":    {t.Context(), io.MultiReader(bytes.NewReader(make([]byte, 700_000)), iotest.ErrReader(broken)), broken, false},
		"cut off":   {t.Context(), io.MultiReader(strings.NewReader("half"), iotest.ErrReader(io.ErrUnexpectedEOF)), io.ErrUnexpectedEOF, false},
		"cancelled": {ended, strings.NewReader("x"), context.Canceled, false},
	} {
		_, err := store.Receive(try.ctx, try.r, 1<<20)
		var fault *recovery.Fault
		switch {
		case try.is != nil && !errors.Is(err, try.is):
			t.Errorf("%s: %v", name, err)
		case try.fields && (!errors.As(err, &fault) || fault.Code != recovery.CodeInvalid || fault.Fields[0].Field != "file"):
			t.Errorf("%s: %v", name, err)
		}
	}
	if left := listFiles(t, dir); len(left) > 0 {
		t.Errorf("left %q", left)
	}
}

func TestCommitWithAnEndedContextLeavesNothing(t *testing.T) {
	t.Parallel()
	store, dir := openStore(t)
	pending, err := store.Receive(t.Context(), strings.NewReader("x"), 10)
	if err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := pending.Commit(ended); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if left := listFiles(t, dir); len(left) > 0 {
		t.Errorf("left %q", left)
	}
}

func TestOnlyDigestsBecomePaths(t *testing.T) {
	t.Parallel()
	store, dir := openStore(t)
	secret := filepath.Join(filepath.Dir(dir), "secret")
	if err := os.WriteFile(secret, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	known, _ := storeBlob(t, store, []byte("x"))
	for _, name := range []string{
		"", ".", "..", "../secret", "/etc/passwd", strings.ToUpper(known), known[:63], known + "0", "../" + known[:61],
		known[:2] + "/" + known[3:], strings.Repeat("../", 21) + "x", known[:63] + "\x00", strings.Repeat("0", 64),
	} {
		if _, err := store.Open(name); recovery.CodeOf(err) != recovery.CodeNotFound {
			t.Errorf("Open %q: %v", name, err)
		}
		if _, err := store.Size(name); recovery.CodeOf(err) != recovery.CodeNotFound {
			t.Errorf("Size %q: %v", name, err)
		}
		if err := store.Remove(name); name != strings.Repeat("0", 64) && recovery.CodeOf(err) != recovery.CodeNotFound {
			t.Errorf("Remove %q: %v", name, err)
		}
	}
	if _, err := os.Stat(secret); err != nil {
		t.Error(err)
	}
	if err := store.Remove(known); err != nil {
		t.Error(err)
	}
	if err := store.Remove(known); err != nil {
		t.Errorf("removed twice: %v", err)
	}
	if left := listFiles(t, dir); len(left) > 0 {
		t.Errorf("left %q", left)
	}
}

// Files that may still be arriving are kept.
func TestOpenSweepsWhatACrashLeft(t *testing.T) {
	t.Parallel()
	store, dir := openStore(t)
	for range 2 { // received, and never committed
		if _, err := store.Receive(t.Context(), strings.NewReader("x"), 10); err != nil {
			t.Fatal(err)
		}
	}
	digest, _ := storeBlob(t, store, []byte("kept"))
	left := listFiles(t, filepath.Join(dir, "incoming"))
	old := time.Now().Add(-61 * time.Minute)
	for _, path := range []string{filepath.Join(dir, "incoming", left[0]), filepath.Join(dir, digest[:2], digest[2:])} {
		if err := os.Chtimes(path, old, old); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := blob.Open(dir); err != nil {
		t.Fatal(err)
	}
	if after := listFiles(t, filepath.Join(dir, "incoming")); len(after) != 1 || after[0] != left[1] {
		t.Errorf("before %q, after %q", left, after)
	}
	if _, err := store.Size(digest); err != nil {
		t.Error(err)
	}
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := blob.Open(file); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("got %v", err)
	}
}

// TestMemoryStaysFlat measures the whole process, so it is not parallel.
func TestMemoryStaysFlat(t *testing.T) {
	store, _ := openStore(t)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	pending, err := store.Receive(t.Context(), io.LimitReader(&counting{}, 256<<20), 256<<20)
	if err != nil {
		t.Fatal(err)
	}
	defer pending.Discard()
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 2<<20 {
		t.Errorf("%d bytes allocated for 256 MB", used)
	}
}

func BenchmarkReceiveAndCommit(b *testing.B) {
	store, _ := openStore(b)
	const size = 64 << 20
	b.SetBytes(size)
	for b.Loop() {
		pending, err := store.Receive(b.Context(), io.LimitReader(&counting{}, size), size)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := pending.Commit(b.Context()); err != nil {
			b.Fatal(err)
		}
		if err := store.Remove(pending.SHA256()); err != nil {
			b.Fatal(err)
		}
	}
}
