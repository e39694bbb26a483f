package blob_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"recourse/evidence/originals/blob"
	"recourse/recovery"
)

const upload = "0190f7a2-0000-7000-8000-000000000001"

func putPart(t testing.TB, store *blob.Store, no int, data []byte) {
	t.Helper()
	if err := store.PutPart(t.Context(), upload, no, bytes.NewReader(data), int64(len(data))); err != nil {
		t.Fatal(err)
	}
}

// Any split of a file, with its parts in any order and some sent twice, assembles to
// the file.
func TestPartsMakeTheFile(t *testing.T) {
	t.Parallel()
	store, dir := openStore(t)
	rapid.Check(t, func(rt *rapid.T) {
		data := bytes.Repeat(rapid.SliceOfN(rapid.Byte(), 1, 64).Draw(rt, "data"), rapid.IntRange(1, 2_000).Draw(rt, "times"))
		size := rapid.IntRange(max(1, len(data)/9), len(data)).Draw(rt, "part")
		count := (len(data) + size - 1) / size
		order := append(rand.Perm(count), rand.IntN(count))
		for _, i := range order {
			putPart(t, store, i+1, data[i*size:min((i+1)*size, len(data))])
		}
		pending, err := store.AssembleParts(t.Context(), upload, count, int64(len(data)))
		if err != nil {
			rt.Fatal(err)
		}
		defer pending.Discard()
		if pending.SHA256() != digestOf(data) || pending.Size() != int64(len(data)) {
			rt.Fatalf("%d bytes became %d", len(data), pending.Size())
		}
		if err := store.DropParts(upload); err != nil {
			rt.Fatal(err)
		}
	})
	if left := listFiles(t, dir); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

func TestPartsAreListed(t *testing.T) {
	t.Parallel()
	store, dir := openStore(t)
	if parts, err := store.ListParts(upload); err != nil || len(parts) != 0 {
		t.Fatal(parts, err)
	}
	putPart(t, store, 10, []byte("ten"))
	putPart(t, store, 2, []byte("second"))
	if err := os.WriteFile(filepath.Join(dir, "parts", upload, "123.new"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	parts, err := store.ListParts(upload)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]blob.Part{{No: 2, Size: 6}, {No: 10, Size: 3}}, parts); diff != "" {
		t.Error(diff)
	}
}

func TestPartOfAnotherSizeIsRefused(t *testing.T) {
	t.Parallel()
	store, dir := openStore(t)
	putPart(t, store, 1, []byte("right"))
	broken := errors.New("line")
	for name, test := range map[string]struct {
		body io.Reader
		want recovery.Code
	}{
		"short": {strings.NewReader("righ"), recovery.CodeInvalid}, "long": {strings.NewReader("right!"), recovery.CodeInvalid},
		"cut off": {io.MultiReader(strings.NewReader("ri"), iotest.ErrReader(broken)), recovery.CodeInternal},
	} {
		err := store.PutPart(t.Context(), upload, 1, test.body, 5)
		if recovery.CodeOf(err) != test.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	left := listFiles(t, dir)
	if diff := cmp.Diff([]string{filepath.Join("parts", upload, "1")}, left); diff != "" {
		t.Error(diff)
	}
	if data, err := os.ReadFile(filepath.Join(dir, left[0])); err != nil || string(data) != "right" {
		t.Errorf("%q %v", data, err)
	}
}

func TestMissingPartIsNamed(t *testing.T) {
	t.Parallel()
	store, dir := openStore(t)
	putPart(t, store, 1, []byte("a"))
	putPart(t, store, 3, []byte("c"))
	_, err := store.AssembleParts(t.Context(), upload, 3, 10)
	if recovery.CodeOf(err) != recovery.CodeConflict || !strings.Contains(err.Error(), "Part 2") {
		t.Error(err)
	}
	if left := listFiles(t, dir); len(left) != 2 {
		t.Errorf("left: %v", left)
	}
	if _, err := store.AssembleParts(t.Context(), upload, 1, 0); recovery.CodeOf(err) != recovery.CodeTooLarge {
		t.Error(err)
	}
}

func TestNamesOfUploadsAreOurs(t *testing.T) {
	t.Parallel()
	store, dir := openStore(t)
	for _, name := range []string{"", "..", "../../../../../../../../../../../etc/", strings.Repeat("../", 12), strings.ToUpper(upload) + "X", upload + "/"} {
		for what, err := range map[string]error{
			"put": store.PutPart(t.Context(), name, 1, strings.NewReader("a"), 1), "drop": store.DropParts(name),
		} {
			if recovery.CodeOf(err) != recovery.CodeNotFound {
				t.Errorf("%s %q: %v", what, name, err)
			}
		}
	}
	if left := listFiles(t, dir); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

func TestAbandonedPartsAreSwept(t *testing.T) {
	t.Parallel()
	store, dir := openStore(t)
	const other = "0190f7a2-0000-7000-8000-000000000002"
	putPart(t, store, 1, []byte("old"))
	if err := store.PutPart(t.Context(), other, 1, strings.NewReader("new"), 3); err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-25 * time.Hour)
	if err := os.Chtimes(filepath.Join(dir, "parts", upload), old, old); err != nil {
		t.Fatal(err)
	}
	if err := store.SweepParts(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{filepath.Join("parts", other, "1")}, listFiles(t, dir)); diff != "" {
		t.Error(diff)
	}
}

// The same part from several senders at the same time results in one complete part.
func TestOnePartFromManySenders(t *testing.T) {
	t.Parallel()
	store, dir := openStore(t)
	data := bytes.Repeat([]byte("x"), 1<<20)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() { putPart(t, store, 1, data) })
	}
	group.Wait()
	parts, err := store.ListParts(upload)
	if err != nil || len(parts) != 1 || parts[0].Size != 1<<20 || len(listFiles(t, dir)) != 1 {
		t.Error(parts, err, listFiles(t, dir))
	}
}

// Memory use does not grow with the size of a part or a file.
func TestMemoryOfPartsIsFlat(t *testing.T) { //nolint:paralleltest // it measures the whole process
	store, _ := openStore(t)
	const size = 64 << 20
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for no := 1; no <= 4; no++ {
		if err := store.PutPart(t.Context(), upload, no, io.LimitReader(zeros{}, size), size); err != nil {
			t.Fatal(err)
		}
	}
	pending, err := store.AssembleParts(t.Context(), upload, 4, 4*size)
	if err != nil {
		t.Fatal(err)
	}
	pending.Discard()
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 16<<20 {
		t.Errorf("%d bytes were allocated for a file of %d", used, 4*size)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
