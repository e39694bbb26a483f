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

// lines reads lines that all end in LF, none longer than maxLine.
type lines struct {
	path string
	in   *bufio.Reader
	long []byte // a line that did not fit the reader's buffer
}

func newLines(path string, r io.Reader) *lines {
	return &lines{path: path, in: bufio.NewReaderSize(r, 32<<10)}
}

// next gives a line without its LF, valid until the next call; io.EOF after
// the last.
func (l *lines) next() ([]byte, error) {
	line, err := l.in.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		line, err = l.rest(line)
	}
	switch {
	case err == nil && len(line) <= maxLine+1:
		return line[:len(line)-1], nil
	case err == nil:
		return nil, finding(l.path, "a line is longer than %d bytes", maxLine)
	case errors.Is(err, io.EOF) && len(line) > 0:
		return nil, finding(l.path, "its last line does not end")
	default:
		return nil, err
	}
}

// rest gathers a long line, and stops when it becomes too long.
func (l *lines) rest(start []byte) ([]byte, error) {
	l.long = append(l.long[:0], start...)
	for {
		part, err := l.in.ReadSlice('\n')
		l.long = append(l.long, part...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return l.long, err
		}
		if len(l.long) > maxLine {
			return nil, finding(l.path, "a line is longer than %d bytes", maxLine)
		}
	}
}

// value is one personal value shown beside the journal: where it belongs, and the
// commitment that its salt and it open.
type value struct {
	seq  int64
	path []byte
	sum  [sha256.Size]byte
}

// plainPath is what may stand in a finding as it is.
var plainPath = regexp.MustCompile(`^[A-Za-z0-9_.\-]{1,100}$`)

func valueName(v *value) string {
	if !plainPath.Match(v.path) {
		return valuesPath
	}
	return entryName(v.seq) + " value " + string(v.path)
}

// valueReader reads values.json, an array with one object on each line, sorted
// by entry and path. A large journal has as many values as entries: it keeps two,
// the next and the one before it, and makes no new ones.
type valueReader struct {
	lines  *lines
	pair   [2]value
	read   int  // how many were
	ahead  bool // the newest was not taken yet
	ended  bool
	more   bool // the line before promised another
	scan   scanner
	salted []byte
}

// newest is the value that was read last.
func (v *valueReader) newest() *value { return &v.pair[v.read%2] }

// opens compares a value with what its entry committed to.
func (v *value) opens(commitments object) error {
	said := unquoted(commitments.get(string(v.path)))
	if said == nil {
		return finding(valueName(v), "the entry has no such commitment")
	}
	var text [2 * sha256.Size]byte
	hex.Encode(text[:], v.sum[:])
	if !bytes.Equal(said, text[:]) {
		return finding(valueName(v), "is not the value the entry committed to")
	}
	return nil
}

func (c *check) openValues() (*valueReader, error) {
	r, err := c.box.open(valuesPath)
	if err != nil {
		return nil, err
	}
	v := &valueReader{lines: newLines(valuesPath, r)}
	line, err := v.lines.next()
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if string(line) != "[" {
		return nil, finding(valuesPath, "not an array with one value a line")
	}
	return v, nil
}

// peek gives the next value without leaving it, nil after the last. It is valid
// until the next but one.
func (v *valueReader) peek() (*value, error) {
	switch {
	case v.ended:
		return nil, nil
	case v.ahead:
		return v.newest(), nil
	}
	line, err := v.lines.next()
	if errors.Is(err, io.EOF) {
		return nil, finding(valuesPath, "ends before its array does")
	}
	if err != nil {
		return nil, err
	}
	if string(line) == "]" {
		return nil, v.close()
	}
	if v.read > 0 && !v.more {
		return nil, finding(valuesPath, "not an array with one value a line")
	}
	if err := v.parse(line); err != nil {
		return nil, err
	}
	return v.newest(), nil
}

func (v *valueReader) close() error {
	v.ended = true
	if v.more {
		return finding(valuesPath, "not an array with one value a line")
	}
	_, err := v.lines.next()
	if err == nil {
		return finding(valuesPath, "something stands behind its array")
	}
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

func (v *valueReader) parse(line []byte) error {
	line, v.more = bytes.CutSuffix(line, []byte(","))
	fields, err := v.scan.parse(line)
	if err != nil {
		return finding(valuesPath, "%v", err)
	}
	seq, whole := fields.whole("seq")
	path, text, salt := unquoted(fields.get("path")), unquoted(fields.get("value")), unquoted(fields.get("salt"))
	v.salted, err = hex.AppendDecode(v.salted[:0], salt)
	if len(fields) != 4 || !whole || path == nil || text == nil || salt == nil || err != nil {
		return finding(valuesPath, "a value is not made of seq, path, value and salt")
	}
	v.salted = append(v.salted, text...)
	last := v.newest()
	v.read++
	next := v.newest()
	next.seq, next.path, next.sum = seq, append(next.path[:0], path...), sha256.Sum256(v.salted)
	if v.read > 1 && (last.seq > seq || last.seq == seq && bytes.Compare(last.path, path) >= 0) {
		return finding(valueName(next), "stands twice or out of order")
	}
	v.ahead = true
	return nil
}

// drop goes on to the next value.
func (v *valueReader) drop() { v.ahead = false }
