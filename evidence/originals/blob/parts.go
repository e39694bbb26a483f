package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"recourse/recovery"
)

// partsFolder holds uploads that arrive in parts: one folder per upload, one file per
// part.
const partsFolder = "parts"

// PutPart keeps part no (from 1) of an upload; the reader must give exactly size
// bytes. The same part again replaces the first, so that a part whose answer was
// lost is simply sent once more. Errors: CodeInvalid on the field "part" when
// there are more or fewer bytes, an error of the reader wrapped. On any error the
// part stands as it stood before.
//
// The upload's name is a UUID of ours; anything else is CodeNotFound.
func (s *Store) PutPart(ctx context.Context, upload string, no int, r io.Reader, size int64) error {
	folder, err := s.partsPath(upload)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("blob: %w", err)
	}
	file, err := os.CreateTemp(folder, "*.new")
	if err != nil {
		return fmt.Errorf("blob: %w", err)
	}
	if err := s.writePart(ctx, file, r, size); err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	if err := os.Rename(file.Name(), filepath.Join(folder, strconv.Itoa(no))); err != nil {
		return fmt.Errorf("blob: %w", errors.Join(err, os.Remove(file.Name())))
	}
	return nil
}

// writePart writes and closes. The bytes are on the disk before the part has its
// name: what a crash cut short is not taken for a part.
func (s *Store) writePart(ctx context.Context, file *os.File, r io.Reader, size int64) error {
	err := copyExactly(ctx, file, r, size)
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

func copyExactly(ctx context.Context, w io.Writer, r io.Reader, size int64) error {
	buffer := make([]byte, chunkSize)
	var got int64
	for {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("receiving a part: %w", err)
		}
		n, err := fillBuffer(r, buffer)
		if got += int64(n); got > size {
			return partSizeFault("too_long", size)
		}
		if _, failed := w.Write(buffer[:n]); failed != nil {
			return fmt.Errorf("blob: %w", failed)
		}
		switch {
		case err == io.EOF && got < size: //nolint:errorlint // a reader ends with io.EOF itself
			return partSizeFault("too_short", size)
		case err == io.EOF: //nolint:errorlint // a reader ends with io.EOF itself
			return nil
		case err != nil:
			return fmt.Errorf("receiving a part: %w", err)
		}
	}
}

func partSizeFault(code string, size int64) error {
	return recovery.Invalid([]recovery.FieldFault{{
		Field: "part", Code: code, Detail: fmt.Sprintf("This part has exactly %d bytes.", size),
	}})
}

// Part is one that has arrived.
type Part struct {
	No   int
	Size int64
}

// ListParts lists the parts of an upload that are there, in order.
func (s *Store) ListParts(upload string) ([]Part, error) {
	folder, err := s.partsPath(upload)
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("blob: %w", err)
	}
	byNo := map[int]int64{}
	highest := 0
	for _, entry := range entries {
		no, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue // still being received
		}
		info, err := entry.Info()
		if err != nil {
			return nil, fmt.Errorf("blob: %w", err)
		}
		byNo[no], highest = info.Size(), max(highest, no)
	}
	parts := make([]Part, 0, len(byNo))
	for no := 1; no <= highest; no++ {
		if size, there := byNo[no]; there {
			parts = append(parts, Part{No: no, Size: size})
		}
	}
	return parts, nil
}

// AssembleParts joins the parts 1 to count into a received file, as if it had come at
// once. The parts stay until DropParts. A part that is not there is CodeConflict.
func (s *Store) AssembleParts(ctx context.Context, upload string, count int, limit int64) (*Pending, error) {
	folder, err := s.partsPath(upload)
	if err != nil {
		return nil, err
	}
	joined := &partsReader{folder: folder, count: count}
	defer joined.closeFile()
	pending, err := s.Receive(ctx, joined, limit)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, recovery.Faultf(recovery.CodeConflict, "Part %d has not arrived.", joined.no)
	}
	return pending, err
}

// partsReader reads the parts one behind the other, one open at a time.
type partsReader struct {
	folder string
	no     int // of the open one
	count  int
	file   *os.File
}

// Read implements io.Reader.
func (j *partsReader) Read(p []byte) (int, error) {
	for {
		if j.file == nil {
			if j.no == j.count {
				return 0, io.EOF
			}
			j.no++
			file, err := os.Open(filepath.Join(j.folder, strconv.Itoa(j.no)))
			if err != nil {
				return 0, err
			}
			j.file = file
		}
		n, err := j.file.Read(p)
		if errors.Is(err, io.EOF) {
			j.closeFile()
			err = nil
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
}

func (j *partsReader) closeFile() {
	if j.file != nil {
		_ = j.file.Close() // was only read
		j.file = nil
	}
}

// DropParts forgets what has arrived of an upload; nothing there is no error.
func (s *Store) DropParts(upload string) error {
	folder, err := s.partsPath(upload)
	if err != nil {
		return err
	}
	if err := os.RemoveAll(folder); err != nil {
		return fmt.Errorf("blob: %w", err)
	}
	return nil
}

// SweepParts forgets uploads to which nothing has come for a day.
func (s *Store) SweepParts() error {
	entries, err := os.ReadDir(filepath.Join(s.dir, partsFolder))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("blob: %w", err)
	}
	before := fileClockNow().Add(-staleAfter)
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil || info.ModTime().After(before) {
			continue // gone meanwhile, or still arriving
		}
		if err := os.RemoveAll(filepath.Join(s.dir, partsFolder, entry.Name())); err != nil {
			return fmt.Errorf("blob: %w", err)
		}
	}
	return nil
}

// partsPath is the only way from an upload's name to a folder.
func (s *Store) partsPath(upload string) (string, error) {
	if len(upload) != 36 || strings.Trim(upload, "0123456789abcdef-") != "" {
		return "", recovery.Faultf(recovery.CodeNotFound, "There is no such upload.")
	}
	return filepath.Join(s.dir, partsFolder, upload), nil
}
