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
	incomingFolder = "incoming" // holds what is being received; same file system as the blobs
	staleAfter     = 24 * time.Hour
	digestSize     = 64
)

// Store is a folder of blobs. It is safe for concurrent use, also by several
// processes over one folder.
type Store struct {
	dir       string
	placeLock sync.Mutex // makes "is it there" and the rename one step
}

// Open prepares a folder for blobs, creates what is missing and sweeps
// temporary files that a crash left more than a day ago, and parts of uploads
// that nobody went on with for as long. Only one's own user
// may read what lies in it.
func Open(dir string) (*Store, error) {
	s := &Store{dir: dir}
	if err := s.createFolders(); err != nil {
		return nil, fmt.Errorf("blob store: %w", err)
	}
	if err := errors.Join(s.sweepIncoming(fileClockNow().Add(-staleAfter)), s.SweepParts()); err != nil {
		return nil, fmt.Errorf("blob store: %w", err)
	}
	return s, nil
}

// fileClockNow is the present of the system clock, which stamps files: their ages
// are told by no other.
func fileClockNow() time.Time {
	return time.Now() //nolint:forbidigo // compared with times of files only
}

// createFolders makes all 256 shards at once, so that a commit has one folder to sync.
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
			continue // still being received, or its receiver just finished
		}
		err = os.Remove(filepath.Join(s.dir, incomingFolder, entry.Name()))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// File is a blob or a received file, opened for reading at any place.
type File interface {
	io.ReadCloser
	io.ReaderAt
}

// Open gives the bytes of a blob; the caller closes. The digest is lower-case
// hex SHA-256; anything else, or an unknown one, is CodeNotFound.
func (s *Store) Open(sha256 string) (io.ReadCloser, error) { return s.OpenAt(sha256) }

// OpenAt is Open for who reads here and there.
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

// Size is the length of a blob in bytes; CodeNotFound when there is none.
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

// Remove deletes a blob for good; one that is not there is no error. It is for
// blobs no row refers to, and only for old ones: a Commit of the same bytes may
// be waiting for its transaction (Commit renews the time of what it finds). What
// one has just committed oneself is taken back by Pending.Withdraw.
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

// digestPath is the only way from a digest to a file name, so that nothing but 64
// lower-case hex digits ever becomes one.
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

// syncDir makes a rename or a new name in a folder durable.
func syncDir(dir string) error {
	folder, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("blob: %w", err)
	}
	err = folder.Sync()
	return errors.Join(err, folder.Close())
}
