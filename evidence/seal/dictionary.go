package seal

import (
	"bytes"
	"errors"
	"strings"
)

// dictionary is a PDF dictionary (ISO 32000-1 §7.3.7) as the text of its
// members, in their order: values are repeated as they stand, never rewritten.
type dictionary []member

type member struct{ name, value string }

// get gives a member's text, or "".
func (d dictionary) get(name string) string {
	for _, m := range d {
		if m.name == name {
			return m.value
		}
	}
	return ""
}

// with is the dictionary with a member set, the others as they were.
func (d dictionary) with(name, value string) dictionary {
	var out dictionary
	for _, m := range d {
		if m.name != name {
			out = append(out, m)
		}
	}
	return append(out, member{name, value})
}

// String is the dictionary as PDF.
func (d dictionary) String() string {
	var out strings.Builder
	out.WriteString("<<")
	for _, m := range d {
		out.WriteString("\n" + m.name + " " + m.value)
	}
	out.WriteString("\n>>")
	return out.String()
}

var errDictionary = errors.New("not a PDF dictionary")

// parseDictionary reads the dictionary data begins with.
func parseDictionary(data []byte) (dictionary, error) {
	t := &tokens{data: data}
	if t.next() != "<<" {
		return nil, errDictionary
	}
	var out dictionary
	for {
		name := t.next()
		if name == ">>" {
			return out, nil
		}
		if !strings.HasPrefix(name, "/") || out.get(name) != "" {
			return nil, errDictionary
		}
		value := t.value()
		if value == "" {
			return nil, errDictionary
		}
		out = append(out, member{name, value})
	}
}

// tokens cuts PDF text into tokens; "" is the end, or what is no token.
type tokens struct {
	data []byte
	at   int
}

const (
	blank     = "\x00\t\n\f\r "
	delimiter = "()<>[]{}/%"
)

// value gives the text of the next value: one token, a reference, or all from
// an opening bracket to the one that closes it.
func (t *tokens) value() string {
	first := t.next()
	start := t.at - len(first)
	switch first {
	case "<<", "[":
		for depth := 1; depth > 0; {
			switch t.next() {
			case "":
				return ""
			case "<<", "[":
				depth++
			case ">>", "]":
				depth--
			}
		}
	case ">>", "]":
		return ""
	default:
		t.reference()
	}
	return string(t.data[start:t.at])
}

// reference goes on over "0 R" after a number.
func (t *tokens) reference() {
	if at := t.at; t.next() != "0" || t.next() != "R" {
		t.at = at
	}
}

func (t *tokens) next() string {
	for t.at < len(t.data) && strings.IndexByte(blank, t.data[t.at]) >= 0 {
		t.at++
	}
	rest := t.data[t.at:]
	var length int
	switch {
	case len(rest) == 0, rest[0] == '%':
		return "" // comments stand in no dictionary of ours
	case bytes.HasPrefix(rest, []byte("<<")), bytes.HasPrefix(rest, []byte(">>")):
		length = 2
	case rest[0] == '<':
		length = bytes.IndexByte(rest, '>') + 1
	case rest[0] == '(':
		length = literal(rest)
	case rest[0] == '[', rest[0] == ']':
		length = 1
	default:
		length = plain(rest)
	}
	t.at += length
	return string(rest[:length])
}

// literal measures a string in parentheses, 0 when it does not end.
func literal(data []byte) int {
	depth := 0
	for i := 0; i < len(data); i++ {
		switch data[i] {
		case '\\':
			i++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return 0
}

// plain measures a name, number or word.
func plain(data []byte) int {
	end := bytes.IndexAny(data[1:], blank+delimiter)
	if end < 0 {
		return 0
	}
	if data[0] != '/' && strings.IndexByte(delimiter, data[0]) >= 0 {
		return 0
	}
	return end + 1
}
