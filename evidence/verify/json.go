package verify

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"unicode/utf8"
)

// JSON is scanned by hand because encoding/json lets duplicate names, lone
// surrogates and invalid UTF-8 pass, in which two readers see two texts.

// maxDepth is how deep values may nest; entries need four.
const maxDepth = 32

// object is the members of one JSON object, values as they stand. It points into
// the scanned bytes and lives until its scanner's next use.
type object []jsonMember

type jsonMember struct {
	name  []byte
	value []byte
}

// get gives a member's raw value, or nil.
func (o object) get(name string) []byte {
	for i := range o {
		if string(o[i].name) == name {
			return o[i].value
		}
	}
	return nil
}

// text gives a member that is a string.
func (o object) text(name string) (string, bool) {
	raw := o.get(name)
	if len(raw) < 2 || raw[0] != '"' {
		return "", false
	}
	return string(unquote(raw)), true
}

// is compares a member that is a string.
func (o object) is(name, wanted string) bool {
	raw := o.get(name)
	return len(raw) >= 2 && raw[0] == '"' && string(unquote(raw)) == wanted
}

// whole gives a member that is an integer of at least zero, written plainly.
func (o object) whole(name string) (n int64, ok bool) {
	raw := o.get(name)
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

// parseObject reads exactly one object, with nothing before or after it.
func parseObject(data []byte) (object, error) { return new(scanner).parse(data) }

func (s *scanner) parse(data []byte) (object, error) {
	if len(data) == 0 || data[0] != '{' || data[len(data)-1] != '}' {
		return nil, errors.New("not one JSON object")
	}
	if !utf8.Valid(data) {
		return nil, errors.New("not UTF-8")
	}
	s.data, s.at, s.top, s.names = data, 0, s.top[:0], s.names[:0]
	if err := s.object(1); err != nil {
		return nil, err
	}
	if s.at != len(data) {
		return nil, errors.New("something stands behind the JSON object")
	}
	return s.top, nil
}

// inner reads a member that is an object itself.
func (s *scanner) inner(o object, name string) (object, bool) {
	raw := o.get(name)
	if len(raw) == 0 || raw[0] != '{' {
		return nil, false
	}
	members, err := s.parse(raw)
	return members, err == nil
}

// scanner keeps its memory from one object to the next.
type scanner struct {
	data  []byte
	at    int
	top   object
	names [][]byte // of the objects that are open, for finding duplicates
}

var errSyntax = errors.New("malformed JSON")

func (s *scanner) space() {
	for s.at < len(s.data) {
		switch s.data[s.at] {
		case ' ', '\t', '\n', '\r':
			s.at++
		default:
			return
		}
	}
}

// next skips white space and gives the byte there, 0 at the end.
func (s *scanner) next() byte {
	s.space()
	if s.at == len(s.data) {
		return 0
	}
	return s.data[s.at]
}

func (s *scanner) take(c byte) bool {
	if s.next() != c || c == 0 {
		return false
	}
	s.at++
	return true
}

func (s *scanner) value(depth int) error {
	switch c := s.next(); {
	case c == '{':
		return s.object(depth)
	case c == '[':
		return s.array(depth)
	case c == '"':
		_, err := s.string()
		return err
	case c == '-' || c >= '0' && c <= '9':
		return s.number()
	default:
		return s.word()
	}
}

func (s *scanner) object(depth int) error {
	if depth > maxDepth {
		return errors.New("JSON nested too deep")
	}
	s.at++
	mine := len(s.names)
	defer func() { s.names = s.names[:mine] }()
	if s.take('}') {
		return nil
	}
	for {
		if err := s.member(mine, depth); err != nil {
			return err
		}
		if s.take('}') {
			return nil
		}
		if !s.take(',') {
			return errSyntax
		}
	}
}

func (s *scanner) member(mine, depth int) error {
	if s.next() != '"' {
		return errSyntax
	}
	raw, err := s.string()
	if err != nil {
		return err
	}
	if err := s.name(raw, mine); err != nil {
		return err
	}
	if !s.take(':') {
		return errSyntax
	}
	s.space()
	start := s.at
	if err := s.value(depth + 1); err != nil {
		return err
	}
	if depth == 1 {
		s.top = append(s.top, jsonMember{unquote(raw), s.data[start:s.at]})
	}
	return nil
}

// maxNames bounds the work of finding duplicates by comparing each with each.
const maxNames = 2_000

func (s *scanner) name(raw []byte, mine int) error {
	name := unquote(raw)
	if len(s.names)-mine >= maxNames {
		return errors.New("a JSON object with too many names")
	}
	for _, other := range s.names[mine:] {
		if bytes.Equal(other, name) {
			return errors.New("a name stands twice in one JSON object")
		}
	}
	s.names = append(s.names, name)
	return nil
}

func (s *scanner) array(depth int) error {
	if depth > maxDepth {
		return errors.New("JSON nested too deep")
	}
	s.at++
	if s.take(']') {
		return nil
	}
	for {
		if err := s.value(depth + 1); err != nil {
			return err
		}
		if s.take(']') {
			return nil
		}
		if !s.take(',') {
			return errSyntax
		}
	}
}

// string scans a string and gives it with its quotes.
func (s *scanner) string() ([]byte, error) {
	start := s.at
	for s.at++; s.at < len(s.data); s.at++ {
		switch c := s.data[s.at]; {
		case c == '"':
			s.at++
			return s.data[start:s.at], nil
		case c < ' ':
			return nil, errSyntax
		case c == '\\':
			if err := s.escape(); err != nil {
				return nil, err
			}
		}
	}
	return nil, errSyntax
}

// escape scans one escape, or the pair of a surrogate, and stays on its last
// byte.
func (s *scanner) escape() error {
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
	unit, ok := s.unit(s.at + 1)
	if !ok {
		return errSyntax
	}
	s.at += 4
	if unit < 0xD800 || unit > 0xDFFF {
		return nil
	}
	low, ok := s.unit(s.at + 3)
	if !ok || unit > 0xDBFF || s.data[s.at+1] != '\\' || s.data[s.at+2] != 'u' || low < 0xDC00 || low > 0xDFFF {
		return errors.New("half a character in a JSON string")
	}
	s.at += 6
	return nil
}

func (s *scanner) unit(at int) (uint64, bool) {
	if at+4 > len(s.data) {
		return 0, false
	}
	unit, err := strconv.ParseUint(string(s.data[at:at+4]), 16, 16)
	return unit, err == nil
}

func (s *scanner) digits() bool {
	start := s.at
	for s.at < len(s.data) && s.data[s.at] >= '0' && s.data[s.at] <= '9' {
		s.at++
	}
	return s.at > start
}

func (s *scanner) has(options string) bool {
	if s.at < len(s.data) && bytes.IndexByte([]byte(options), s.data[s.at]) >= 0 {
		s.at++
		return true
	}
	return false
}

func (s *scanner) number() error {
	s.has("-")
	if !s.has("0") && !s.digits() {
		return errSyntax
	}
	if s.has(".") && !s.digits() {
		return errSyntax
	}
	if s.has("eE") {
		s.has("+-")
		if !s.digits() {
			return errSyntax
		}
	}
	return nil
}

func (s *scanner) word() error {
	for _, word := range []string{"true", "false", "null"} {
		if bytes.HasPrefix(s.data[s.at:], []byte(word)) {
			s.at += len(word)
			return nil
		}
	}
	return errSyntax
}

// unquote gives the text of a string that was scanned.
func unquote(raw []byte) []byte {
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw[1 : len(raw)-1]
	}
	var text string
	_ = json.Unmarshal(raw, &text) // scanned before: it is a string
	return []byte(text)
}
