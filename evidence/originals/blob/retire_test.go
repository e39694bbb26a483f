package blob_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"recourse/recovery"
)

// age makes every file of a folder two days old.
func age(t *testing.T, dir string) {
	t.Helper()
	old := time.Now().Add(-48 * time.Hour)
	for _, name := range files(t, dir) {
		if err := os.Chtimes(filepath.Join(dir, name), old, old); err != nil {
			t.Fatal(err)
		}
	}
}

func TestRetireTakesOldBlobsOnly(t *testing.T) {
	t.Parallel()
	store, dir := open(t)
	digest, _ := put(t, store, []byte("evidence"))
	gone, err := store.RemoveUnused(digest)
	if err != nil || gone {
		t.Fatalf("a young blob: %v %v", gone, err)
	}
	if _, err := store.Size(digest); err != nil {
		t.Fatalf("a young blob is not back in its place: %v", err)
	}
	age(t, dir)
	for range 2 { // the second time there is nothing to do
		if gone, err = store.RemoveUnused(digest); err != nil || !gone {
			t.Fatalf("an old blob: %v %v", gone, err)
		}
	}
	if left := files(t, dir); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

func TestRetireSparesWhatWasCommittedAgain(t *testing.T) {
	t.Parallel()
	store, dir := open(t)
	digest, _ := put(t, store, []byte("evidence"))
	age(t, dir)
	put(t, store, []byte("evidence"))
	if gone, err := store.RemoveUnused(digest); err != nil || gone {
		t.Errorf("%v %v", gone, err)
	}
}

func TestRetireRefusesOtherNames(t *testing.T) {
	t.Parallel()
	store, _ := open(t)
	if _, err := store.RemoveUnused("../incoming"); recovery.CodeOf(err) != recovery.CodeNotFound {
		t.Error(err)
	}
}

func TestSweepTakesWhatWasGivenUp(t *testing.T) {
	t.Parallel()
	store, dir := open(t)
	left := filepath.Join(dir, "incoming", "left")
	if err := os.WriteFile(left, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := store.SweepIncoming(); err != nil {
		t.Fatal(err)
	}
	if len(files(t, dir)) != 1 {
		t.Error("a file that may still be on its way was swept")
	}
	age(t, dir)
	if err := store.SweepIncoming(); err != nil || len(files(t, dir)) != 0 {
		t.Errorf("left %v (%v)", files(t, dir), err)
	}
}
