package blob

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"recourse/recovery"
)

const (
	incomingFolder = "incoming" // files being received; on the same file system as the blobs
	// staleAfter is how long the parts of an upload are kept after the last one arrived.
	staleAfter = 24 * time.Hour
	// abandonedAfter is how long a received file is kept that nobody writes to. A connection
	// that sends nothing is closed long before.
	abandonedAfter = time.Hour
	digestSize     = 64
)

// Store is a folder of blobs. It is safe for concurrent use, also by several
// processes over one folder.
type Store struct {
	dir       string
	placeLock sync.Mutex // makes the check for a blob and the rename one step
}

// Open creates the folders that are missing. It removes temporary files that a
// crash left more than an hour ago and uploads without a new part for a day. Only
// the current user can read the files.
func Open(dir string) (*Store, error) {
	s := &Store{dir: dir}
	if err := s.createFolders(); err != nil {
		return nil, fmt.Errorf("blob store: %w", err)
	}
	if err := errors.Join(s.sweepIncoming(fileClockNow().Add(-abandonedAfter)), s.SweepParts()); err != nil {
		return nil, fmt.Errorf("blob store: %w", err)
	}
	return s, nil
}

// fileClockNow returns the time of the system clock, because the modification
// times of files come from it.
func fileClockNow() time.Time {
	return time.Now() //nolint:forbidigo // compared with times of files only
}

// createFolders creates all 256 shards in advance, so that a commit syncs only one
// folder.
func (s *Store) createFolders() error {
	if err := os.MkdirAll(filepath.Join(s.dir, incomingFolder), 0o700); err != nil {
		return err
	}
	made := false
	for shard := range 256 {
		err := os.Mkdir(filepath.Join(s.dir, fmt.Sprintf("%02x", shard)), 0o700)
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
		made = made || err == nil
	}
	if !made {
		return nil
	}
	if err := syncDir(s.dir); err != nil {
		return err
	}
	return syncDir(filepath.Dir(s.dir))
}

func (s *Store) sweepIncoming(before time.Time) error {
	entries, err := os.ReadDir(filepath.Join(s.dir, incomingFolder))
	if err != nil {
		return err
	}
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil || info.ModTime().After(before) {
			continue // still being received, or just committed
		}
		err = os.Remove(filepath.Join(s.dir, incomingFolder, entry.Name()))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// File is a blob or a received file, opened for reading at any offset.
type File interface {
	io.ReadCloser
	io.ReaderAt
}

// Open opens a blob for reading; the caller closes it. A digest that is unknown or
// is not a SHA-256 in lower-case hex is CodeNotFound.
func (s *Store) Open(sha256 string) (io.ReadCloser, error) { return s.OpenAt(sha256) }

// OpenAt is Open for random access.
func (s *Store) OpenAt(sha256 string) (File, error) {
	path, err := s.digestPath(sha256)
	if err != nil {
		return nil, err
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, notFoundError(err)
	}
	return file, nil
}

// Size returns the length of a blob in bytes, or CodeNotFound.
func (s *Store) Size(sha256 string) (int64, error) {
	path, err := s.digestPath(sha256)
	if err != nil {
		return 0, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return 0, notFoundError(err)
	}
	return info.Size(), nil
}

// Remove deletes a blob; a missing blob is no error. Call it only for old blobs that
// no row refers to: a Commit of the same bytes may be waiting for its transaction.
// Pending.UndoCommit reverts a commit of one's own.
func (s *Store) Remove(sha256 string) error {
	path, err := s.digestPath(sha256)
	if err != nil {
		return err
	}
	s.placeLock.Lock()
	defer s.placeLock.Unlock()
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("blob: %w", err)
	}
	return syncDir(filepath.Dir(path))
}

// digestPath is the only function that turns a digest into a file name. It accepts
// 64 lower-case hex digits and nothing else.
func (s *Store) digestPath(digest string) (string, error) {
	if len(digest) != digestSize || strings.Trim(digest, "0123456789abcdef") != "" {
		return "", recovery.Faultf(recovery.CodeNotFound, "There is no file under this digest.")
	}
	return filepath.Join(s.dir, digest[:2], digest[2:]), nil
}

func notFoundError(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return &recovery.Fault{Code: recovery.CodeNotFound, Detail: "There is no file under this digest.", Cause: err}
	}
	return fmt.Errorf("blob: %w", err)
}

// syncDir makes new and renamed files in a folder durable.
func syncDir(dir string) error {
	folder, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("blob: %w", err)
	}
	err = folder.Sync()
	return errors.Join(err, folder.Close())
}
