package blob_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"recourse/recovery"
)

// ageFiles sets the time of every file in a folder to two days ago.
func ageFiles(t *testing.T, dir string) {
	t.Helper()
	old := time.Now().Add(-48 * time.Hour)
	for _, name := range listFiles(t, dir) {
		if err := os.Chtimes(filepath.Join(dir, name), old, old); err != nil {
			t.Fatal(err)
		}
	}
}

func TestRetireTakesOldBlobsOnly(t *testing.T) {
	t.Parallel()
	store, dir := openStore(t)
	digest, _ := storeBlob(t, store, []byte("evidence"))
	gone, err := store.RemoveUnused(digest)
	if err != nil || gone {
		t.Fatalf("a young blob: %v %v", gone, err)
	}
	if _, err := store.Size(digest); err != nil {
		t.Fatalf("a young blob is not back in its place: %v", err)
	}
	ageFiles(t, dir)
	for range 2 { // the second time there is nothing to do
		if gone, err = store.RemoveUnused(digest); err != nil || !gone {
			t.Fatalf("an old blob: %v %v", gone, err)
		}
	}
	if left := listFiles(t, dir); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

func TestRetireSparesWhatWasCommittedAgain(t *testing.T) {
	t.Parallel()
	store, dir := openStore(t)
	digest, _ := storeBlob(t, store, []byte("evidence"))
	ageFiles(t, dir)
	storeBlob(t, store, []byte("evidence"))
	if gone, err := store.RemoveUnused(digest); err != nil || gone {
		t.Errorf("%v %v", gone, err)
	}
}

func TestRetireRefusesOtherNames(t *testing.T) {
	t.Parallel()
	store, _ := openStore(t)
	if _, err := store.RemoveUnused("../incoming"); recovery.CodeOf(err) != recovery.CodeNotFound {
		t.Error(err)
	}
}

func TestSweepTakesWhatWasGivenUp(t *testing.T) {
	t.Parallel()
	store, dir := openStore(t)
	left := filepath.Join(dir, "incoming", "left")
	if err := os.WriteFile(left, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := store.SweepIncoming(); err != nil {
		t.Fatal(err)
	}
	if len(listFiles(t, dir)) != 1 {
		t.Error("a file that may still be on its way was swept")
	}
	ageFiles(t, dir)
	if err := store.SweepIncoming(); err != nil || len(listFiles(t, dir)) != 0 {
		t.Errorf("left %v (%v)", listFiles(t, dir), err)
	}
}
