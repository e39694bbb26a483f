package pdf

import (
	"bytes"
	"strconv"
	"strings"
)

// The objects of PDF (ISO 32000-1, 7.3). Numbers are float64, booleans and null
// are keywords.
type (
	name    string
	keyword string
	text    string // bytes of a string
	ref     struct{ number, generation int }
	dict    map[name]any
	array   []any
)

const (
	maxDepth = 40
	maxItems = 100_000 // of one array or dictionary
)

// lexer reads objects from untrusted bytes.
type lexer struct {
	data  []byte
	at    int
	depth int
}

func isSpace(b byte) bool {
	return b == ' ' || b == '\n' || b == '\r' || b == '\t' || b == '\f' || b == 0
}

func isDelimiter(b byte) bool { return bytes.IndexByte([]byte("()<>[]{}/%"), b) >= 0 }

// skipSpace skips white space and comments.
func (l *lexer) skipSpace() {
	for l.at < len(l.data) {
		switch b := l.data[l.at]; {
		case isSpace(b):
			l.at++
		case b == '%':
			end := bytes.IndexAny(l.data[l.at:], "\r\n")
			if end < 0 {
				l.at = len(l.data)
				return
			}
			l.at += end
		default:
			return
		}
	}
}

// readValue reads one object, or returns nil at the end.
func (l *lexer) readValue() any {
	l.skipSpace()
	if l.at >= len(l.data) {
		return nil
	}
	switch b := l.data[l.at]; {
	case b == '/':
		l.at++
		return l.readName()
	case b == '(':
		return l.readLiteralString()
	case bytes.HasPrefix(l.data[l.at:], []byte("<<")):
		l.at += 2
		return l.readDict()
	case b == '<':
		return l.readHexString()
	case b == '[':
		l.at++
		return l.readArray()
	case isDelimiter(b):
		l.at++
		if b == '>' && l.at < len(l.data) && l.data[l.at] == '>' {
			l.at++
			return keyword(">>")
		}
		return keyword(b)
	}
	return l.readWord()
}

// readWord reads a number or a keyword.
func (l *lexer) readWord() any {
	from := l.at
	for l.at < len(l.data) && !isSpace(l.data[l.at]) && !isDelimiter(l.data[l.at]) {
		l.at++
	}
	word := string(l.data[from:l.at])
	if number, err := strconv.ParseFloat(word, 64); err == nil && (word[0] < 'A' || word[0] > 'z') {
		return number
	}
	return keyword(word)
}

func (l *lexer) readName() name {
	var out []byte
	for ; l.at < len(l.data) && !isSpace(l.data[l.at]) && !isDelimiter(l.data[l.at]); l.at++ {
		b := l.data[l.at]
		if b == '#' && l.at+2 < len(l.data) {
			if code, err := strconv.ParseUint(string(l.data[l.at+1:l.at+3]), 16, 8); err == nil {
				b = byte(code)
				l.at += 2
			}
		}
		out = append(out, b)
	}
	return name(out)
}

func (l *lexer) readHexString() text {
	l.at++
	var out []byte
	high, half := byte(0), false
	for ; l.at < len(l.data) && l.data[l.at] != '>'; l.at++ {
		digit := strings.IndexByte("0123456789abcdef", l.data[l.at]|0x20)
		if digit < 0 || l.data[l.at] < '0' {
			continue
		}
		if half {
			out = append(out, high|byte(digit))
		}
		high, half = byte(digit)<<4, !half
	}
	if half {
		out = append(out, high)
	}
	l.at = min(l.at+1, len(l.data))
	return text(out)
}

var escapedBytes = map[byte]byte{'n': '\n', 'r': '\r', 't': '\t', 'b': '\b', 'f': '\f'}

func (l *lexer) readLiteralString() text {
	var out []byte
	open := 1
	for l.at++; l.at < len(l.data); l.at++ {
		switch b := l.data[l.at]; b {
		case '(':
			open++
		case ')':
			if open--; open == 0 {
				l.at++
				return text(out)
			}
		case '\\':
			out = l.readEscape(out)
			continue
		}
		out = append(out, l.data[l.at])
	}
	l.at = len(l.data) // a backslash at the end moved past it
	return text(out)
}

// readEscape reads an escape sequence and stops at its last byte.
func (l *lexer) readEscape(out []byte) []byte {
	l.at++
	if l.at >= len(l.data) {
		return out
	}
	b := l.data[l.at]
	if plain, known := escapedBytes[b]; known {
		return append(out, plain)
	}
	if b == '\r' || b == '\n' {
		if b == '\r' && l.at+1 < len(l.data) && l.data[l.at+1] == '\n' {
			l.at++
		}
		return out
	}
	if b < '0' || b > '7' {
		return append(out, b)
	}
	code, digits := 0, 0
	for ; digits < 3 && l.at < len(l.data) && l.data[l.at] >= '0' && l.data[l.at] <= '7'; digits++ {
		code = code*8 + int(l.data[l.at]-'0')
		l.at++
	}
	l.at--
	return append(out, byte(code))
}

func (l *lexer) readArray() array {
	out := array{}
	if l.depth >= maxDepth {
		return out
	}
	l.depth++
	defer func() { l.depth-- }()
	for len(out) < maxItems {
		value := l.readValue()
		if value == nil || value == keyword("]") || value == keyword("endobj") {
			return out
		}
		out = foldReference(append(out, value))
	}
	return out
}

// foldReference replaces "1 0 R" at the end of a list by one reference.
func foldReference(list array) array {
	n := len(list)
	if n < 3 || list[n-1] != keyword("R") {
		return list
	}
	number, first := list[n-3].(float64)
	generation, second := list[n-2].(float64)
	if !first || !second {
		return list
	}
	return append(list[:n-3], ref{int(number), int(generation)})
}

func (l *lexer) readDict() dict {
	out := dict{}
	if l.depth >= maxDepth {
		return out
	}
	l.depth++
	defer func() { l.depth-- }()
	list := array{}
	for len(list) < maxItems {
		value := l.readValue()
		if value == nil || value == keyword(">>") || value == keyword("endobj") || value == keyword("stream") {
			break
		}
		list = foldReference(append(list, value))
	}
	for i := 0; i+1 < len(list); i += 2 {
		key, is := list[i].(name)
		if !is {
			i-- // not a key: try the next value
			continue
		}
		if _, twice := out[key]; !twice {
			out[key] = list[i+1]
		}
	}
	return out
}
