package verify

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"unicode/utf8"
)

// This package scans JSON itself because encoding/json accepts duplicate names,
// lone surrogates and invalid UTF-8, which two readers may interpret differently.

// maxDepth limits the nesting of values; entries need four levels.
const maxDepth = 32

// object is the members of one JSON object, with raw values. It refers to the
// scanned bytes and is valid until the next use of its scanner.
type object []jsonMember

type jsonMember struct {
	name  []byte
	value []byte
}

// rawValue returns the raw value of a member, or nil.
func (o object) rawValue(name string) []byte {
	for i := range o {
		if string(o[i].name) == name {
			return o[i].value
		}
	}
	return nil
}

// stringValue returns the text of a member that is a string.
func (o object) stringValue(name string) (string, bool) {
	raw := o.rawValue(name)
	if len(raw) < 2 || raw[0] != '"' {
		return "", false
	}
	return string(unquoteString(raw)), true
}

// equalsText reports whether a member is a string with this text.
func (o object) equalsText(name, wanted string) bool {
	raw := o.rawValue(name)
	return len(raw) >= 2 && raw[0] == '"' && string(unquoteString(raw)) == wanted
}

// wholeNumber returns a member that is a non-negative integer in canonical form.
func (o object) wholeNumber(name string) (n int64, ok bool) {
	raw := o.rawValue(name)
	if len(raw) == 0 || len(raw) > 18 || raw[0] == '0' && len(raw) > 1 {
		return 0, false
	}
	for _, digit := range raw {
		if digit < '0' || digit > '9' {
			return 0, false
		}
		n = n*10 + int64(digit-'0')
	}
	return n, true
}

// parseObject parses exactly one object, with nothing before or after it.
func parseObject(data []byte) (object, error) { return new(scanner).parseObject(data) }

func (s *scanner) parseObject(data []byte) (object, error) {
	if len(data) == 0 || data[0] != '{' || data[len(data)-1] != '}' {
		return nil, errors.New("not one JSON object")
	}
	if !utf8.Valid(data) {
		return nil, errors.New("not UTF-8")
	}
	s.data, s.at, s.top, s.names = data, 0, s.top[:0], s.names[:0]
	if err := s.scanObject(1); err != nil {
		return nil, err
	}
	if s.at != len(data) {
		return nil, errors.New("there is data after the JSON object")
	}
	return s.top, nil
}

// parseMember parses a member that is itself an object.
func (s *scanner) parseMember(o object, name string) (object, bool) {
	raw := o.rawValue(name)
	if len(raw) == 0 || raw[0] != '{' {
		return nil, false
	}
	members, err := s.parseObject(raw)
	return members, err == nil
}

// scanner scans JSON objects. It reuses its memory from one object to the next.
type scanner struct {
	data  []byte
	at    int
	top   object
	names [][]byte // member names of all open objects, to find duplicates
}

var errSyntax = errors.New("malformed JSON")

func (s *scanner) skipSpace() {
	for s.at < len(s.data) {
		switch s.data[s.at] {
		case ' ', '\t', '\n', '\r':
			s.at++
		default:
			return
		}
	}
}

// peekByte skips white space and returns the next byte, or 0 at the end.
func (s *scanner) peekByte() byte {
	s.skipSpace()
	if s.at == len(s.data) {
		return 0
	}
	return s.data[s.at]
}

// acceptByte skips white space and consumes the next byte if it is c.
func (s *scanner) acceptByte(c byte) bool {
	if s.peekByte() != c || c == 0 {
		return false
	}
	s.at++
	return true
}

func (s *scanner) scanValue(depth int) error {
	switch c := s.peekByte(); {
	case c == '{':
		return s.scanObject(depth)
	case c == '[':
		return s.scanArray(depth)
	case c == '"':
		_, err := s.scanString()
		return err
	case c == '-' || c >= '0' && c <= '9':
		return s.scanNumber()
	default:
		return s.scanLiteral()
	}
}

func (s *scanner) scanObject(depth int) error {
	if depth > maxDepth {
		return errors.New("JSON nested too deep")
	}
	s.at++
	firstName := len(s.names)
	defer func() { s.names = s.names[:firstName] }()
	if s.acceptByte('}') {
		return nil
	}
	for {
		if err := s.scanMember(firstName, depth); err != nil {
			return err
		}
		if s.acceptByte('}') {
			return nil
		}
		if !s.acceptByte(',') {
			return errSyntax
		}
	}
}

func (s *scanner) scanMember(firstName, depth int) error {
	if s.peekByte() != '"' {
		return errSyntax
	}
	raw, err := s.scanString()
	if err != nil {
		return err
	}
	if err := s.addName(raw, firstName); err != nil {
		return err
	}
	if !s.acceptByte(':') {
		return errSyntax
	}
	s.skipSpace()
	start := s.at
	if err := s.scanValue(depth + 1); err != nil {
		return err
	}
	if depth == 1 {
		s.top = append(s.top, jsonMember{unquoteString(raw), s.data[start:s.at]})
	}
	return nil
}

// maxNames limits the members of an object: each name is compared with all others.
const maxNames = 2_000

func (s *scanner) addName(raw []byte, firstName int) error {
	name := unquoteString(raw)
	if len(s.names)-firstName >= maxNames {
		return errors.New("a JSON object with too many names")
	}
	for _, other := range s.names[firstName:] {
		if bytes.Equal(other, name) {
			return errors.New("a JSON object has a duplicate name")
		}
	}
	s.names = append(s.names, name)
	return nil
}

func (s *scanner) scanArray(depth int) error {
	if depth > maxDepth {
		return errors.New("JSON nested too deep")
	}
	s.at++
	if s.acceptByte(']') {
		return nil
	}
	for {
		if err := s.scanValue(depth + 1); err != nil {
			return err
		}
		if s.acceptByte(']') {
			return nil
		}
		if !s.acceptByte(',') {
			return errSyntax
		}
	}
}

// scanString scans a string and returns it with its quotes.
func (s *scanner) scanString() ([]byte, error) {
	start := s.at
	for s.at++; s.at < len(s.data); s.at++ {
		switch c := s.data[s.at]; {
		case c == '"':
			s.at++
			return s.data[start:s.at], nil
		case c < ' ':
			return nil, errSyntax
		case c == '\\':
			if err := s.scanEscape(); err != nil {
				return nil, err
			}
		}
	}
	return nil, errSyntax
}

// scanEscape scans one escape sequence or a surrogate pair, and stops at its last
// byte.
func (s *scanner) scanEscape() error {
	s.at++
	if s.at == len(s.data) {
		return errSyntax
	}
	if s.data[s.at] != 'u' {
		if bytes.IndexByte([]byte(`"\/bfnrt`), s.data[s.at]) < 0 {
			return errSyntax
		}
		return nil
	}
	unit, ok := s.parseUTF16Unit(s.at + 1)
	if !ok {
		return errSyntax
	}
	s.at += 4
	if unit < 0xD800 || unit > 0xDFFF {
		return nil
	}
	low, ok := s.parseUTF16Unit(s.at + 3)
	if !ok || unit > 0xDBFF || s.data[s.at+1] != '\\' || s.data[s.at+2] != 'u' || low < 0xDC00 || low > 0xDFFF {
		return errors.New("a JSON string has half a surrogate pair")
	}
	s.at += 6
	return nil
}

func (s *scanner) parseUTF16Unit(at int) (uint64, bool) {
	if at+4 > len(s.data) {
		return 0, false
	}
	unit, err := strconv.ParseUint(string(s.data[at:at+4]), 16, 16)
	return unit, err == nil
}

func (s *scanner) scanDigits() bool {
	start := s.at
	for s.at < len(s.data) && s.data[s.at] >= '0' && s.data[s.at] <= '9' {
		s.at++
	}
	return s.at > start
}

// acceptAny consumes the next byte if it is one of the options.
func (s *scanner) acceptAny(options string) bool {
	if s.at < len(s.data) && bytes.IndexByte([]byte(options), s.data[s.at]) >= 0 {
		s.at++
		return true
	}
	return false
}

func (s *scanner) scanNumber() error {
	s.acceptAny("-")
	if !s.acceptAny("0") && !s.scanDigits() {
		return errSyntax
	}
	if s.acceptAny(".") && !s.scanDigits() {
		return errSyntax
	}
	if s.acceptAny("eE") {
		s.acceptAny("+-")
		if !s.scanDigits() {
			return errSyntax
		}
	}
	return nil
}

func (s *scanner) scanLiteral() error {
	for _, word := range []string{"true", "false", "null"} {
		if bytes.HasPrefix(s.data[s.at:], []byte(word)) {
			s.at += len(word)
			return nil
		}
	}
	return errSyntax
}

// unquoteString returns the text of a scanned string.
func unquoteString(raw []byte) []byte {
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw[1 : len(raw)-1]
	}
	var text string
	_ = json.Unmarshal(raw, &text) // cannot fail: it was scanned as a string
	return []byte(text)
}
