package seal

import (
	"bytes"
	"errors"
	"strings"
)

// dictionary is a PDF dictionary (ISO 32000-1 §7.3.7) as an ordered list of members.
// Values are kept as source text and copied unchanged.
type dictionary []member

type member struct{ name, value string }

// value returns the source text of a member, or "".
func (d dictionary) value(name string) string {
	for _, m := range d {
		if m.name == name {
			return m.value
		}
	}
	return ""
}

// withMember returns a copy of the dictionary with one member set.
func (d dictionary) withMember(name, value string) dictionary {
	var out dictionary
	for _, m := range d {
		if m.name != name {
			out = append(out, m)
		}
	}
	return append(out, member{name, value})
}

// String returns the dictionary as PDF source.
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

// parseDictionary parses the dictionary at the start of data.
func parseDictionary(data []byte) (dictionary, error) {
	t := &tokenReader{data: data}
	if t.readToken() != "<<" {
		return nil, errDictionary
	}
	var out dictionary
	for {
		name := t.readToken()
		if name == ">>" {
			return out, nil
		}
		if !strings.HasPrefix(name, "/") || out.value(name) != "" {
			return nil, errDictionary
		}
		value := t.readValue()
		if value == "" {
			return nil, errDictionary
		}
		out = append(out, member{name, value})
	}
}

// tokenReader splits PDF source into tokens. It returns "" at the end and for
// invalid input.
type tokenReader struct {
	data []byte
	at   int
}

const (
	blank     = "\x00\t\n\f\r "
	delimiter = "()<>[]{}/%"
)

// readValue returns the source of the next value: one token, a reference, or
// everything from an opening bracket to its closing bracket.
func (t *tokenReader) readValue() string {
	first := t.readToken()
	start := t.at - len(first)
	switch first {
	case "<<", "[":
		for depth := 1; depth > 0; {
			switch t.readToken() {
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
		t.skipReference()
	}
	return string(t.data[start:t.at])
}

// skipReference skips "0 R", which follows the number of a reference.
func (t *tokenReader) skipReference() {
	if at := t.at; t.readToken() != "0" || t.readToken() != "R" {
		t.at = at
	}
}

func (t *tokenReader) readToken() string {
	for t.at < len(t.data) && strings.IndexByte(blank, t.data[t.at]) >= 0 {
		t.at++
	}
	rest := t.data[t.at:]
	var length int
	switch {
	case len(rest) == 0, rest[0] == '%':
		return "" // our dossiers have no comments in dictionaries
	case bytes.HasPrefix(rest, []byte("<<")), bytes.HasPrefix(rest, []byte(">>")):
		length = 2
	case rest[0] == '<':
		length = bytes.IndexByte(rest, '>') + 1
	case rest[0] == '(':
		length = measureString(rest)
	case rest[0] == '[', rest[0] == ']':
		length = 1
	default:
		length = measureWord(rest)
	}
	t.at += length
	return string(rest[:length])
}

// measureString returns the length of a string in parentheses, or 0 if it does not
// end.
func measureString(data []byte) int {
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

// measureWord returns the length of a name, number or keyword, or 0.
func measureWord(data []byte) int {
	end := bytes.IndexAny(data[1:], blank+delimiter)
	if end < 0 {
		return 0
	}
	if data[0] != '/' && strings.IndexByte(delimiter, data[0]) >= 0 {
		return 0
	}
	return end + 1
}
