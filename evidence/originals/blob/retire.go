package blob

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// restTime is how long a blob must have been left alone before it may go: a
// Commit of the same bytes may be waiting for its transaction.
const restTime = time.Hour

// Retire deletes a blob no row refers to. It gives false when somebody committed
// the same bytes within the last hour: ask again later. One that is not there is
// gone.
//
// The blob is moved aside first and looked at there, so that a Commit in another
// process either finds it and renews its time, or finds nothing and places its
// own.
func (s *Store) Retire(sha256 string) (gone bool, err error) {
	path, err := s.path(sha256)
	if err != nil {
		return false, err
	}
	s.placing.Lock()
	defer s.placing.Unlock()
	aside := filepath.Join(s.dir, incoming, "retired-"+sha256)
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
	if info.ModTime().After(fileTime().Add(-restTime)) {
		return false, os.Rename(aside, path)
	}
	if err := os.Remove(aside); err != nil {
		return false, fmt.Errorf("blob: %w", err)
	}
	return true, syncDir(filepath.Dir(path))
}

// Sweep removes what was received and given up more than a day ago.
func (s *Store) Sweep() error {
	if err := s.sweep(fileTime().Add(-staleAfter)); err != nil {
		return fmt.Errorf("blob store: %w", err)
	}
	return nil
}
