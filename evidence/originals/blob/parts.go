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

// partsFolder has one folder per upload with one file per part.
const partsFolder = "parts"

// PutPart stores part no (from 1) of an upload; the reader must return exactly size
// bytes. A part that is sent again replaces the stored one, so clients can retry.
// Errors: CodeInvalid on the field "part" for more or fewer bytes; an error of the
// reader, wrapped. After an error the stored part is unchanged.
//
// The upload's name must be a UUID; other names are CodeNotFound.
func (s *Store) PutPart(ctx context.Context, upload string, no int, r io.Reader, size int64) error {
	folder, err := s.partsPath(upload)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("blob: %w", DiskError(err))
	}
	file, err := os.CreateTemp(folder, "*.new")
	if err != nil {
		return fmt.Errorf("blob: %w", DiskError(err))
	}
	if err := s.writePart(ctx, file, r, size); err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	if err := os.Rename(file.Name(), filepath.Join(folder, strconv.Itoa(no))); err != nil {
		return fmt.Errorf("blob: %w", DiskError(errors.Join(err, os.Remove(file.Name()))))
	}
	return nil
}

// writePart writes, syncs and closes the file. The part gets its name afterwards, so
// that a crash leaves no incomplete part.
func (s *Store) writePart(ctx context.Context, file *os.File, r io.Reader, size int64) error {
	err := copyExactly(ctx, file, r, size)
	if err == nil {
		err = file.Sync()
	}
	return DiskError(errors.Join(err, file.Close()))
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
		Field: "part", Code: code, Detail: fmt.Sprintf("This part must have exactly %d bytes. Send it again.", size),
	}})
}

// Part is a part that was received.
type Part struct {
	No   int
	Size int64
}

// ListParts returns the received parts of an upload in order.
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

// AssembleParts joins the parts 1 to count into one received file. The parts are kept
// until DropParts. A missing part is CodeConflict.
func (s *Store) AssembleParts(ctx context.Context, upload string, count int, limit int64) (*Pending, error) {
	folder, err := s.partsPath(upload)
	if err != nil {
		return nil, err
	}
	joined := &partsReader{folder: folder, count: count}
	defer joined.closeFile()
	pending, err := s.Receive(ctx, joined, limit)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, recovery.Faultf(recovery.CodeConflict, "Part %d is missing. Send it, then complete the upload again.", joined.no)
	}
	return pending, err
}

// partsReader reads the parts in order and keeps one file open at a time.
type partsReader struct {
	folder string
	no     int // of the open part
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

// DropParts deletes the parts of an upload; it is no error when there are none.
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

// SweepParts deletes the parts of uploads without a new part for a day.
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
			continue // already deleted, or still arriving
		}
		if err := os.RemoveAll(filepath.Join(s.dir, partsFolder, entry.Name())); err != nil {
			return fmt.Errorf("blob: %w", err)
		}
	}
	return nil
}

// partsPath is the only function that turns an upload's name into a path.
func (s *Store) partsPath(upload string) (string, error) {
	if len(upload) != 36 || strings.Trim(upload, "0123456789abcdef-") != "" {
		return "", recovery.Faultf(recovery.CodeNotFound, "There is no such upload.")
	}
	return filepath.Join(s.dir, partsFolder, upload), nil
}
