package verify

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"regexp"
)

// lineReader reads lines that end in LF and have at most maxLine bytes.
type lineReader struct {
	path   string
	reader *bufio.Reader
	long   []byte // a line longer than the reader's buffer
}

func newLineReader(path string, r io.Reader) *lineReader {
	return &lineReader{path: path, reader: bufio.NewReaderSize(r, 32<<10)}
}

// readLine returns the next line without its LF, valid until the next call, or
// io.EOF after the last line.
func (l *lineReader) readLine() ([]byte, error) {
	line, err := l.reader.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		line, err = l.readLongLine(line)
	}
	switch {
	case err == nil && len(line) <= maxLine+1:
		return line[:len(line)-1], nil
	case err == nil:
		return nil, newFinding(l.path, "a line is longer than %d bytes", maxLine)
	case errors.Is(err, io.EOF) && len(line) > 0:
		return nil, newFinding(l.path, "its last line is incomplete")
	default:
		return nil, err
	}
}

// readLongLine reads a line that exceeds the buffer, and fails above maxLine.
func (l *lineReader) readLongLine(start []byte) ([]byte, error) {
	l.long = append(l.long[:0], start...)
	for {
		part, err := l.reader.ReadSlice('\n')
		l.long = append(l.long, part...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return l.long, err
		}
		if len(l.long) > maxLine {
			return nil, newFinding(l.path, "a line is longer than %d bytes", maxLine)
		}
	}
}

// value is one disclosed personal value: its entry, its path, and the commitment
// computed from its salt and text.
type value struct {
	seq        int64
	path       []byte
	commitment [sha256.Size]byte
}

// printablePath matches paths that a finding may print unchanged.
var printablePath = regexp.MustCompile(`^[A-Za-z0-9_.\-]{1,100}$`)

func valueName(v *value) string {
	if !printablePath.Match(v.path) {
		return valuesPath
	}
	return entryName(v.seq) + " value " + string(v.path)
}

// valueReader reads values.json, an array with one object per line, sorted by
// entry and path. It reuses two buffers, for the latest value and the one before
// it, because a large journal has as many values as entries.
type valueReader struct {
	lines      *lineReader
	buffers    [2]value
	count      int  // values read so far
	pending    bool // the latest value is not consumed yet
	ended      bool
	expectMore bool // the previous line ended with a comma
	scan       scanner
	salted     []byte
}

// latest returns the value that was read last.
func (v *valueReader) latest() *value { return &v.buffers[v.count%2] }

// matchCommitment compares the value with the commitment in its entry.
func (v *value) matchCommitment(commitments object) error {
	said := decodeString(commitments.rawValue(string(v.path)))
	if said == nil {
		return newFinding(valueName(v), "the entry has no commitment for it")
	}
	var text [2 * sha256.Size]byte
	hex.Encode(text[:], v.commitment[:])
	if !bytes.Equal(said, text[:]) {
		return newFinding(valueName(v), "does not match the commitment in the entry")
	}
	return nil
}

func (c *verification) openValues() (*valueReader, error) {
	r, err := c.container.openMember(valuesPath)
	if err != nil {
		return nil, err
	}
	v := &valueReader{lines: newLineReader(valuesPath, r)}
	line, err := v.lines.readLine()
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if string(line) != "[" {
		return nil, newFinding(valuesPath, "not an array with one value a line")
	}
	return v, nil
}

// peekValue returns the next value without consuming it, or nil after the last. The
// value is valid until two more are read.
func (v *valueReader) peekValue() (*value, error) {
	switch {
	case v.ended:
		return nil, nil
	case v.pending:
		return v.latest(), nil
	}
	line, err := v.lines.readLine()
	if errors.Is(err, io.EOF) {
		return nil, newFinding(valuesPath, "its array is incomplete")
	}
	if err != nil {
		return nil, err
	}
	if string(line) == "]" {
		return nil, v.checkEnd()
	}
	if v.count > 0 && !v.expectMore {
		return nil, newFinding(valuesPath, "not an array with one value a line")
	}
	if err := v.parseValue(line); err != nil {
		return nil, err
	}
	return v.latest(), nil
}

func (v *valueReader) checkEnd() error {
	v.ended = true
	if v.expectMore {
		return newFinding(valuesPath, "not an array with one value a line")
	}
	_, err := v.lines.readLine()
	if err == nil {
		return newFinding(valuesPath, "there is data after its array")
	}
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

func (v *valueReader) parseValue(line []byte) error {
	line, v.expectMore = bytes.CutSuffix(line, []byte(","))
	fields, err := v.scan.parseObject(line)
	if err != nil {
		return newFinding(valuesPath, "%v", err)
	}
	seq, whole := fields.wholeNumber("seq")
	path, text, salt := decodeString(fields.rawValue("path")), decodeString(fields.rawValue("value")), decodeString(fields.rawValue("salt"))
	v.salted, err = hex.AppendDecode(v.salted[:0], salt)
	if len(fields) != 4 || !whole || path == nil || text == nil || salt == nil || err != nil {
		return newFinding(valuesPath, "a value does not consist of seq, path, value and salt")
	}
	v.salted = append(v.salted, text...)
	last := v.latest()
	v.count++
	next := v.latest()
	next.seq, next.path, next.commitment = seq, append(next.path[:0], path...), sha256.Sum256(v.salted)
	if v.count > 1 && (last.seq > seq || last.seq == seq && bytes.Compare(last.path, path) >= 0) {
		return newFinding(valueName(next), "is here twice or out of order")
	}
	v.pending = true
	return nil
}

// skipValue consumes the latest value.
func (v *valueReader) skipValue() { v.pending = false }
