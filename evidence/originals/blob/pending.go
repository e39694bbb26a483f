package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"recourse/recovery"
)

// chunkSize is the number of bytes read, hashed and written at a time.
const chunkSize = 256 << 10

// Pending is a received file that is not a blob yet: Commit makes it one, Discard
// deletes it. It is not safe for concurrent use.
type Pending struct {
	store *Store
	file  *os.File // nil once committed or discarded
	name  string
	hash  hash.Hash
	sum   string
	size  int64

	placedAt time.Time // when this file became the blob; zero when it did not
}

// Receive streams a file of at most limit bytes into the store's folder and hashes
// it. A longer file is CodeTooLarge, an empty one CodeInvalid on the field "file"; an
// error of the reader is wrapped. After an error no file is left.
func (s *Store) Receive(ctx context.Context, r io.Reader, limit int64) (*Pending, error) {
	file, err := os.CreateTemp(filepath.Join(s.dir, incomingFolder), "*.part")
	if err != nil {
		return nil, fmt.Errorf("blob: %w", DiskError(err))
	}
	p := &Pending{store: s, file: file, name: file.Name(), hash: sha256.New()}
	if err := p.receiveAll(ctx, r, limit); err != nil {
		p.Discard()
		return nil, err
	}
	if p.size == 0 {
		p.Discard()
		return nil, recovery.Invalid([]recovery.FieldFault{{Field: "file", Code: "empty", Detail: "The file is empty. Choose another file."}})
	}
	p.sum = hex.EncodeToString(p.hash.Sum(nil))
	return p, nil
}

func (p *Pending) receiveAll(ctx context.Context, r io.Reader, limit int64) error {
	buffer := make([]byte, chunkSize)
	for {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("receiving a file: %w", err)
		}
		n, err := fillBuffer(r, buffer)
		if failed := p.addChunk(buffer[:n], limit); failed != nil {
			return failed
		}
		if err == io.EOF { //nolint:errorlint // a reader ends with io.EOF itself; a wrapped one is a failure
			return nil
		}
		if err != nil {
			return fmt.Errorf("receiving a file: %w", err)
		}
	}
}

// fillBuffer is io.ReadFull, but returns the reader's own error. io.ReadFull returns
// the same error for a body that was cut off and for one that ended.
func fillBuffer(r io.Reader, buffer []byte) (n int, err error) {
	for n < len(buffer) && err == nil {
		var m int
		m, err = r.Read(buffer[n:])
		n += m
	}
	return n, err
}

func (p *Pending) addChunk(part []byte, limit int64) error {
	if p.size+int64(len(part)) > limit {
		return recovery.Faultf(recovery.CodeTooLarge, "The file is larger than %d bytes. Send a smaller one.", limit)
	}
	p.hash.Write(part)
	p.size += int64(len(part))
	if _, err := p.file.Write(part); err != nil {
		return fmt.Errorf("blob: %w", DiskError(err))
	}
	return nil
}

// SHA256 returns the digest of the received bytes in lower-case hex.
func (p *Pending) SHA256() string { return p.sum }

// Size returns the number of received bytes.
func (p *Pending) Size() int64 { return p.size }

// Reader opens the received bytes before Commit; the caller closes the file.
func (p *Pending) Reader() (File, error) {
	file, err := os.Open(p.name)
	if err != nil {
		return nil, fmt.Errorf("blob: %w", err)
	}
	return file, nil
}

// Commit makes the file durable under its digest. Created is false when the store
// already had the same bytes. After an error the file is discarded.
func (p *Pending) Commit(ctx context.Context) (created bool, err error) {
	if p.file == nil {
		return false, errors.New("blob: committed or discarded before")
	}
	defer p.Discard()
	if err := ctx.Err(); err != nil {
		return false, fmt.Errorf("blob: %w", err)
	}
	if err := p.file.Sync(); err != nil {
		return false, fmt.Errorf("blob: %w", DiskError(err))
	}
	path, err := p.store.digestPath(p.sum)
	if err != nil {
		return false, err
	}
	created, err = p.moveIntoStore(path)
	if err != nil {
		return false, fmt.Errorf("blob: %w", DiskError(err))
	}
	// Also when another Commit created the blob: it may not have synced yet.
	return created, syncDir(filepath.Dir(path))
}

func (p *Pending) moveIntoStore(path string) (bool, error) {
	p.store.placeLock.Lock()
	defer p.store.placeLock.Unlock()
	info, err := os.Stat(path)
	if err == nil && info.Size() == p.size {
		now := fileClockNow()
		return false, os.Chtimes(path, now, now)
	}
	now := fileClockNow()
	if err := errors.Join(os.Chtimes(p.name, now, now), os.Rename(p.name, path)); err != nil {
		return false, err
	}
	p.name = ""
	info, err = os.Stat(path)
	if err != nil {
		return false, err
	}
	p.placedAt = info.ModTime() // as the file system rounds it
	return true, nil
}

// UndoCommit deletes the blob that Commit created, for a caller whose database
// record could not be written. It does nothing when the blob existed before, or when
// another caller committed the same bytes later.
func (p *Pending) UndoCommit() error {
	if p.placedAt.IsZero() {
		return nil
	}
	path, err := p.store.digestPath(p.sum)
	if err != nil {
		return err
	}
	p.store.placeLock.Lock()
	defer p.store.placeLock.Unlock()
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !info.ModTime().Equal(p.placedAt) {
		return nil
	}
	if err := errors.Join(err, os.Remove(path)); err != nil {
		return fmt.Errorf("blob: %w", err)
	}
	return syncDir(filepath.Dir(path))
}

// Discard deletes the received file. After Commit or Discard it does nothing.
func (p *Pending) Discard() {
	if p.file == nil {
		return
	}
	_ = p.file.Close()
	if p.name != "" {
		_ = os.Remove(p.name) // a later Open removes what is left
	}
	p.file = nil
}
