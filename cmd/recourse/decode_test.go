package main

import (
	"os"
	"path/filepath"
	"testing"
)

// TestCacheThatCannotBeWritten: a temporary folder takes its place and is removed.
func TestCacheThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	good := filepath.Join(t.TempDir(), "a", "cache")
	if dir, remove, err := openCache(good); err != nil || dir != good || !exists(good) {
		t.Errorf("%q, %v, %v", dir, remove != nil, err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"", filepath.Join(file, "cache"), file} {
		dir, remove, err := openCache(bad)
		if err != nil || dir == bad || !exists(dir) {
			t.Errorf("%q: %q, %v", bad, dir, err)
		}
		if remove(); exists(dir) {
			t.Errorf("%q is left behind", dir)
		}
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
