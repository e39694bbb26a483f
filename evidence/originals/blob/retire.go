package blob

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// minIdleTime is how long a blob must have been left alone before it may go: a
// Commit of the same bytes may be waiting for its transaction.
const minIdleTime = time.Hour

// RemoveUnused deletes a blob no row refers to. It gives false when somebody committed
// the same bytes within the last hour: ask again later. One that is not there is
// gone.
//
// The blob is moved aside first and looked at there, so that a Commit in another
// process either finds it and renews its time, or finds nothing and places its
// own.
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

// SweepIncoming removes what was received and given up more than a day ago.
func (s *Store) SweepIncoming() error {
	if err := s.sweepIncoming(fileClockNow().Add(-staleAfter)); err != nil {
		return fmt.Errorf("blob store: %w", err)
	}
	return nil
}
