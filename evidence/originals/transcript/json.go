package transcript

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
)

// Limits of JSON. Exporters nest less than ten levels and write some dozens of fields.
const (
	maxDepth  = 64
	maxFields = 5_000
	maxPath   = 400 // bytes of the name of a field with those around it
)

var (
	errTooDeep = errors.New("transcript: nested too deep")
	errFull    = errors.New("transcript: too much")
)

// jsonReader reads JSON token by token, so that a file costs no more than its lines.
type jsonReader struct {
	*json.Decoder

	out   *builder
	lines int // collected so far
}

// element is a value that was read: a text, or the fields and the messages of an object or
// an array.
type element struct {
	text     string
	isScalar bool
	fields   []field
	lines    []Line
}

// readJSON reads values one after the other, as in JSON or in lines of JSON.
func (b *builder) readJSON(data []byte) {
	text := b.decode(data)
	if !b.readValues(text) {
		b.gap(Broken)
	}
	if len(b.t.Lines) == 0 {
		b.readText(text)
	}
}

// readValues adds the messages of JSON values and reports whether the text is whole.
func (b *builder) readValues(text string) (whole bool) {
	r := &jsonReader{Decoder: json.NewDecoder(strings.NewReader(text)), out: b}
	r.UseNumber()
	for {
		value, err := r.value(0)
		b.addElement(value)
		switch {
		case errors.Is(err, io.EOF):
			return true
		case errors.Is(err, errTooDeep):
			b.gap(TooDeep)
			return true
		case errors.Is(err, errFull):
			b.gap(TooLarge)
			return true
		case err != nil:
			return false
		}
	}
}

// addElement adds what no larger object has taken.
func (b *builder) addElement(e element) {
	if e.isScalar {
		b.add(Line{Text: e.text})
	}
	if _, ok := messageOf(e.fields); ok {
		b.noteUnread(e.fields)
	}
	for _, l := range e.asLines() {
		b.add(l)
	}
}

// asLines returns an object as a message, or as a plain line for each field and then the
// messages inside.
func (e element) asLines() []Line {
	if l, ok := messageOf(e.fields); ok {
		return append([]Line{l}, e.lines...)
	}
	var lines []Line
	for _, f := range e.fields {
		switch {
		case f.value == "":
		case f.path == "":
			lines = append(lines, Line{Text: f.value})
		default:
			lines = append(lines, Line{Text: f.path + ": " + f.value})
		}
	}
	return append(lines, e.lines...)
}

// value reads one value. After an error the element has what was read before.
func (r *jsonReader) value(depth int) (element, error) {
	token, err := r.Token()
	if err != nil {
		return element{}, err
	}
	if depth > maxDepth {
		return element{}, errTooDeep
	}
	switch token := token.(type) {
	case json.Delim:
		if token == '{' {
			return r.object(depth)
		}
		return r.array(depth)
	case string:
		return element{text: token, isScalar: true}, nil
	case json.Number:
		return element{text: token.String(), isScalar: true}, nil
	case bool:
		return element{text: map[bool]string{true: "true", false: "false"}[token], isScalar: true}, nil
	default:
		return element{isScalar: true}, nil
	}
}

func (r *jsonReader) object(depth int) (element, error) {
	var e element
	for r.More() {
		name, err := r.Token()
		if err != nil {
			return e, err
		}
		key, _ := name.(string)
		key = r.out.cut(key, maxName)
		value, err := r.value(depth + 1)
		if value.isScalar {
			e.fields = append(e.fields, field{key, value.text})
		}
		for _, f := range value.fields {
			e.fields = append(e.fields, field{joinPath(key, f.path), f.value})
		}
		e.lines = append(e.lines, onDay(key, value.lines)...)
		if err != nil {
			return e, err
		}
		if len(e.fields) > maxFields {
			return e, errFull
		}
	}
	return e, r.end()
}

// onDay gives messages that have only a time of day the day that the field around them is
// named by.
func onDay(key string, lines []Line) []Line {
	if !isDay(key) {
		return lines
	}
	for i, l := range lines {
		if isClock(l.When) {
			lines[i].When = key + " " + l.When
			if at := parseTime(lines[i].When); !at.IsZero() {
				lines[i].At, lines[i].When = at, ""
			}
		}
	}
	return lines
}

// joinPath names a field inside of another. The outermost names of a long path are left
// out, because every field has its own copy.
func joinPath(key, path string) string {
	switch {
	case path == "":
		return key
	case len(key)+len(path) > maxPath:
		return path
	default:
		return key + "." + path
	}
}

// end reads the end of an object or array. The end of the file before it is a fault.
func (r *jsonReader) end() error {
	_, err := r.Token()
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// array reads an array. Texts between objects are joined, as in a message of several parts;
// a list of texts or numbers keeps them apart. Objects are messages, or fields of the object
// around.
func (r *jsonReader) array(depth int) (element, error) {
	var e element
	var text strings.Builder
	var values []string
	for r.More() {
		value, err := r.value(depth + 1)
		if value.isScalar {
			text.WriteString(value.text)
			values = append(values, value.text)
		}
		r.takeElement(&e, &text, value)
		if err != nil {
			return e, err
		}
		if r.lines > MaxLines || len(e.fields) > maxFields {
			return e, errFull
		}
	}
	switch {
	case text.Len() == 0:
	case len(e.fields) == 0 && len(e.lines) == 0:
		e.fields = append(e.fields, field{"", strings.Join(values, " ")})
	default:
		e.fields = append(e.fields, field{"", text.String()})
	}
	return e, r.end()
}

// takeElement adds an element of an array. The text of an object without a sender or a time
// is a part of the text around, as a link is.
func (r *jsonReader) takeElement(e *element, text *strings.Builder, value element) {
	if l, ok := messageOf(value.fields); ok {
		r.lines++
		r.out.noteUnread(value.fields)
		e.lines = append(append(e.lines, l), value.lines...)
		return
	}
	for _, f := range value.fields {
		if f.path == "text" {
			text.WriteString(f.value)
		}
		e.fields = append(e.fields, f)
	}
	e.lines = append(e.lines, value.lines...)
}
