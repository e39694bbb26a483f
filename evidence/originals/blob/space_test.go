package blob

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"recourse/recovery"
)

func TestSpaceKeepsItsReserve(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		free, needed, reserve int64
		full                  bool
	}{
		{1000, 0, 1000, false}, {999, 0, 1000, true}, {1500, 500, 1000, false}, {1500, 501, 1000, true}, {0, 500, 0, false},
	} {
		space := &Space{Dir: "/", Reserve: c.reserve, Free: func(string) (int64, error) { return c.free, nil }}
		if err := space.Check(c.needed); (recovery.CodeOf(err) == recovery.CodeStorageFull) != c.full || (err != nil) != c.full {
			t.Errorf("%+v: %v", c, err)
		}
	}
	var none *Space
	if err := none.Check(1 << 60); err != nil {
		t.Error(err)
	}
}

// TestSpaceAsksTheFileSystem compares with a folder on a real disk.
func TestSpaceAsksTheFileSystem(t *testing.T) {
	t.Parallel()
	space := &Space{Dir: t.TempDir(), Reserve: 1}
	if err := space.Check(0); err != nil {
		t.Error(err)
	}
	if err := space.Check(1 << 62); recovery.CodeOf(err) != recovery.CodeStorageFull {
		t.Errorf("four exabytes: %v", err)
	}
	space.Dir = filepath.Join(space.Dir, "missing")
	if err := space.Check(0); err == nil || recovery.CodeOf(err) == recovery.CodeStorageFull {
		t.Errorf("a missing folder: %v", err)
	}
}

// TestGuardStopsInTime reads a body while others fill the disk.
func TestGuardStopsInTime(t *testing.T) {
	t.Parallel()
	free := int64(20 << 20)
	space := &Space{Reserve: 10 << 20, Free: func(string) (int64, error) { free -= 2 << 20; return free, nil }}
	n, err := io.Copy(io.Discard, space.Guard(bytes.NewReader(make([]byte, 30<<20))))
	if recovery.CodeOf(err) != recovery.CodeStorageFull || n != 4<<20 {
		t.Errorf("%d bytes, %v", n, err)
	}
	whole := strings.Repeat("x", 3<<20+17)
	got, err := io.ReadAll((&Space{Reserve: 1, Free: func(string) (int64, error) { return 1 << 40, nil }}).Guard(strings.NewReader(whole)))
	if err != nil || string(got) != whole {
		t.Errorf("%d bytes of %d, %v", len(got), len(whole), err)
	}
}

// TestFullDeviceIsNamed writes to a device that is always full.
func TestFullDeviceIsNamed(t *testing.T) {
	t.Parallel()
	openFull := func() *os.File {
		file, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		return file
	}
	store, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	pending := &Pending{store: store, file: openFull(), hash: sha256.New()}
	if err := pending.addChunk([]byte("x"), 10); recovery.CodeOf(err) != recovery.CodeStorageFull || !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("a file: %v", err)
	}
	pending.Discard()
	if err := store.writePart(context.Background(), openFull(), strings.NewReader("x"), 1); recovery.CodeOf(err) != recovery.CodeStorageFull {
		t.Errorf("a part: %v", err)
	}
}

func TestDiskErrorLeavesOthers(t *testing.T) {
	t.Parallel()
	other := errors.New("other")
	if err := DiskError(other); !errors.Is(err, other) || recovery.CodeOf(err) == recovery.CodeStorageFull {
		t.Error(err)
	}
	if DiskError(nil) != nil {
		t.Error("no error is one")
	}
	if err := DiskError(fmt.Errorf("wrapped: %w", syscall.EDQUOT)); recovery.CodeOf(err) != recovery.CodeStorageFull {
		t.Error(err)
	}
}

// TestFullDiskLeavesNothing receives a file and a part until the space ends.
func TestFullDiskLeavesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	store, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	guard := func() io.Reader {
		free := int64(4 << 20)
		space := &Space{Reserve: 1 << 20, Free: func(string) (int64, error) { free -= 1 << 20; return free, nil }}
		return space.Guard(bytes.NewReader(make([]byte, 8<<20)))
	}
	if _, err := store.Receive(t.Context(), guard(), 10<<20); recovery.CodeOf(err) != recovery.CodeStorageFull {
		t.Errorf("a file: %v", err)
	}
	const id = "0190f7a2-0000-7000-8000-000000000001"
	if err := store.PutPart(t.Context(), id, 1, guard(), 8<<20); recovery.CodeOf(err) != recovery.CodeStorageFull {
		t.Errorf("a part: %v", err)
	}
	for _, folder := range []string{incomingFolder, filepath.Join(partsFolder, id)} {
		if entries, err := os.ReadDir(filepath.Join(dir, folder)); err != nil || len(entries) > 0 {
			t.Errorf("%s has %v (%v)", folder, entries, err)
		}
	}
}
