package blob

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// minIdleTime is the time after which an unused blob may be deleted. A Commit of the
// same bytes may be waiting for its transaction until then.
const minIdleTime = time.Hour

// RemoveUnused deletes a blob that no row refers to. It returns false when the same
// bytes were committed within the last hour; try again later. A missing blob counts
// as deleted.
//
// The blob is renamed before its age is checked. A Commit in another process then
// either finds the blob and updates its time, or finds none and creates its own.
func (s *Store) RemoveUnused(sha256 string) (gone bool, err error) {
	path, err := s.digestPath(sha256)
	if err != nil {
		return false, err
	}
	s.placeLock.Lock()
	defer s.placeLock.Unlock()
	aside := filepath.Join(s.dir, incomingFolder, "retired-"+sha256)
	err = os.Rename(path, aside)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("blob: %w", err)
	}
	info, err := os.Stat(aside)
	if err != nil {
		return false, fmt.Errorf("blob: %w", err)
	}
	if info.ModTime().After(fileClockNow().Add(-minIdleTime)) {
		return false, os.Rename(aside, path)
	}
	if err := os.Remove(aside); err != nil {
		return false, fmt.Errorf("blob: %w", err)
	}
	return true, syncDir(filepath.Dir(path))
}

// SweepIncoming deletes received files that were abandoned more than an hour ago.
func (s *Store) SweepIncoming() error {
	if err := s.sweepIncoming(fileClockNow().Add(-abandonedAfter)); err != nil {
		return fmt.Errorf("blob store: %w", err)
	}
	return nil
}
