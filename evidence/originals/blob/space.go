package blob

import (
	"errors"
	"fmt"
	"io"
	"syscall"

	"recourse/recovery"
)

// Space keeps a part of a file system free, so that the database and what was
// acknowledged have room. A nil Space keeps nothing free.
type Space struct {
	Dir     string // a folder on the file system
	Reserve int64  // bytes to keep free
	// Free returns the bytes that are free in a folder; nil asks the file system.
	Free func(dir string) (int64, error)
}

// Check refuses to store a number of bytes that would use the reserve. Errors:
// CodeStorageFull.
func (s *Space) Check(needed int64) error {
	if s == nil || s.Reserve == 0 {
		return nil
	}
	free := s.Free
	if free == nil {
		free = freeBytes
	}
	left, err := free(s.Dir)
	if err != nil {
		return fmt.Errorf("the free space cannot be read: %w", err)
	}
	if left-needed < s.Reserve {
		return storageFull(fmt.Errorf("%d bytes are free, %d are needed beyond the reserve of %d", left, needed, s.Reserve))
	}
	return nil
}

// guardEvery is how many bytes are read between two checks.
const guardEvery = 1 << 20

// Guard returns a reader of a body that is being stored. It fails before the reserve is
// used, also when many bodies arrive at once. Errors: CodeStorageFull.
func (s *Space) Guard(body io.Reader) io.Reader {
	if s == nil || s.Reserve == 0 {
		return body
	}
	return &guardedReader{Reader: body, space: s}
}

type guardedReader struct {
	io.Reader
	space   *Space
	allowed int64 // bytes until the next check
}

// Read implements io.Reader.
func (g *guardedReader) Read(p []byte) (int, error) {
	if g.allowed <= 0 {
		if err := g.space.Check(guardEvery); err != nil {
			return 0, err
		}
		g.allowed = guardEvery
	}
	n, err := g.Reader.Read(p[:min(int64(len(p)), g.allowed)])
	g.allowed -= int64(n)
	return n, err
}

// freeBytes returns what an ordinary user may still write.
func freeBytes(dir string) (int64, error) {
	var status syscall.Statfs_t
	if err := syscall.Statfs(dir, &status); err != nil {
		return 0, err
	}
	return int64(status.Bavail) * status.Bsize, nil
}

func storageFull(cause error) error {
	return &recovery.Fault{
		Code: recovery.CodeStorageFull, Detail: "There is no room for files at the moment. Nothing was stored. Try again later; the operator must free space.",
		Cause: cause,
	}
}

// DiskError returns err, or CodeStorageFull if it means that the disk is full.
func DiskError(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return storageFull(err)
	}
	return err
}
