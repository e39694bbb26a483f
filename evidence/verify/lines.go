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

// value is one personal value shown beside the journal.
type value struct {
	seq   int64
	path  string
	value string
	salt  []byte
}

// plainPath is what may stand in a finding as it is.
var plainPath = regexp.MustCompile(`^[A-Za-z0-9_.\-]{1,100}$`)

func valueName(v *value) string {
	if !plainPath.MatchString(v.path) {
		return valuesPath
	}
	return entryName(v.seq) + " value " + v.path
}

// valueReader reads values.json, an array with one object on each line, sorted
// by entry and path.
type valueReader struct {
	lines *lines
	ahead *value
	last  *value
	ended bool
	more  bool // the line before promised another
	scan  scanner
}

// opens compares a value with what its entry committed to.
func (v *value) opens(commitments object) error {
	said := unquoted(commitments.get(v.path))
	if said == nil {
		return finding(valueName(v), "the entry has no such commitment")
	}
	sum := sha256.Sum256(append(v.salt, v.value...))
	if string(said) != hex.EncodeToString(sum[:]) {
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

// peek gives the next value without leaving it, nil after the last.
func (v *valueReader) peek() (*value, error) {
	if v.ahead != nil || v.ended {
		return v.ahead, nil
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
	if v.last != nil && !v.more {
		return nil, finding(valuesPath, "not an array with one value a line")
	}
	v.ahead, err = v.parse(line)
	return v.ahead, err
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

func (v *valueReader) parse(line []byte) (*value, error) {
	line, v.more = bytes.CutSuffix(line, []byte(","))
	fields, err := v.scan.parse(line)
	if err != nil {
		return nil, finding(valuesPath, "%v", err)
	}
	var next value
	var text [3]string
	ok := len(fields) == 4
	for i, name := range []string{"path", "value", "salt"} {
		var is bool
		text[i], is = fields.text(name)
		ok = ok && is
	}
	seq, whole := fields.whole("seq")
	salt, err := hex.DecodeString(text[2])
	if !ok || !whole || err != nil {
		return nil, finding(valuesPath, "a value is not made of seq, path, value and salt")
	}
	next = value{seq, text[0], text[1], salt}
	if last := v.last; last != nil && (last.seq > seq || last.seq == seq && last.path >= next.path) {
		return nil, finding(valueName(&next), "stands twice or out of order")
	}
	v.last = &next
	return &next, nil
}

// drop goes on to the next value.
func (v *valueReader) drop() { v.ahead = nil }
