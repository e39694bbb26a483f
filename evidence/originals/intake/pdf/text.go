package pdf

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"unicode/utf16"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
)

const (
	maxText       = 200_000 // bytes of a file's text
	maxOperations = 2_000_000
	maxForms      = 5 // forms within forms
	maxFonts      = 500
	wordGap       = -250
)

// reader runs the text operators of content streams (9.4), and nothing else.
type reader struct {
	file       *file
	out        strings.Builder
	fonts      map[any]*font // by reference or dictionary key
	font       *font
	forms      []int // numbers of those that are being run
	operations int
}

func (f *file) text(pages []dict) string {
	r := &reader{file: f, fonts: map[any]*font{}}
	for _, page := range pages {
		resources, _ := f.inherited(page, "Resources").(dict)
		var content []byte
		switch c := page["Contents"].(type) {
		case ref:
			content = r.contents(c)
		case array:
			content = r.contents(c)
		}
		r.run(content, resources, 0)
		r.line()
		if r.spent() {
			break
		}
	}
	return squeezed(r.out.String())
}

func (r *reader) spent() bool {
	return r.out.Len() >= maxText || r.operations >= maxOperations || r.file.full
}

// contents joins the streams of a page: a list may be a reference itself.
func (r *reader) contents(value any) []byte {
	if list, is := r.file.resolve(value).(array); is {
		var parts [][]byte
		for _, part := range list[:min(len(list), 1000)] {
			parts = append(parts, r.file.bytes(r.file.stream(part)))
		}
		return bytes.Join(parts, []byte("\n"))
	}
	return r.file.bytes(r.file.stream(value))
}

func (r *reader) line() {
	if r.out.Len() < maxText {
		r.out.WriteByte('\n')
	}
}

func (r *reader) run(content []byte, resources dict, depth int) {
	l := lexer{data: content}
	var operands []any
	for !r.spent() {
		value := l.next()
		if value == nil {
			return
		}
		r.operations++
		operator, is := value.(keyword)
		if !is {
			if operands = append(operands, value); len(operands) > 100 {
				operands = operands[1:]
			}
			continue
		}
		switch operator {
		case "BI": // an inline image: its bytes are no operators
			if end := bytes.Index(content[l.at:], []byte("EI")); end >= 0 {
				l.at += end + 2
			}
		case "Do":
			r.form(last(operands), resources, depth)
		default:
			r.operate(operator, operands, resources)
		}
		operands = operands[:0]
	}
}

func last(operands []any) any {
	if len(operands) == 0 {
		return nil
	}
	return operands[len(operands)-1]
}

func (r *reader) form(operand any, resources dict, depth int) {
	key, is := operand.(name)
	if !is || depth >= maxForms {
		return
	}
	value, is := r.file.dict(resources["XObject"])[key].(ref)
	form := r.file.objects[value.number]
	head := r.file.dict(form.value)
	if !is || head["Subtype"] != name("Form") || slices.Contains(r.forms, value.number) {
		return
	}
	r.forms = append(r.forms, value.number)
	defer func() { r.forms = r.forms[:len(r.forms)-1] }()
	own := r.file.dict(head["Resources"])
	if own == nil {
		own = resources
	}
	r.run(r.file.bytes(form), own, depth+1)
}

func (r *reader) operate(operator keyword, operands []any, resources dict) {
	switch operator {
	case "Tf":
		if len(operands) >= 2 {
			r.choose(operands[len(operands)-2], resources)
		}
	case "Tj":
		r.show(last(operands))
	case "'", `"`:
		r.line()
		r.show(last(operands))
	case "TJ":
		list, _ := last(operands).(array)
		for _, item := range list {
			r.show(item)
		}
	case "Td", "TD":
		if down, is := last(operands).(float64); is && math.Abs(down) > 0.5 {
			r.line()
		} else {
			r.out.WriteByte(' ')
		}
	case "T*", "Tm", "ET":
		r.line()
	}
}

func (r *reader) choose(operand any, resources dict) {
	key, is := operand.(name)
	if !is {
		return
	}
	value := r.file.dict(resources["Font"])[key]
	index := value
	if _, is := value.(ref); !is {
		index = key
	}
	if r.fonts[index] == nil && len(r.fonts) < maxFonts {
		r.fonts[index] = r.file.font(value)
	}
	r.font = r.fonts[index]
}

func (r *reader) show(value any) {
	switch v := value.(type) {
	case text:
		if r.font != nil && r.out.Len() < maxText {
			r.font.decode(&r.out, []byte(v))
		}
	case float64:
		if v < wordGap && r.out.Len() < maxText {
			r.out.WriteByte(' ')
		}
	}
}

// font turns codes into characters.
type font struct {
	wide    bool           // codes of two bytes
	unicode map[int]string // by code, from ToUnicode
	decoder func([]byte) string
}

func (f *file) font(value any) *font {
	d := f.dict(value)
	out := &font{wide: d["Subtype"] == name("Type0")}
	if tables := f.stream(d["ToUnicode"]); tables.stream != nil {
		out.unicode = mapping(f.bytes(tables))
	}
	encoding, _ := f.resolve(d["Encoding"]).(name)
	switch {
	case strings.HasPrefix(string(encoding), "UniGB-"), strings.HasPrefix(string(encoding), "UniCNS-"):
		out.decoder = utf16Text
	case strings.HasPrefix(string(encoding), "GB"):
		out.decoder = func(b []byte) string {
			decoded, _ := simplifiedchinese.GB18030.NewDecoder().Bytes(b)
			return string(decoded)
		}
	case !out.wide:
		out.decoder = func(b []byte) string {
			decoded, _ := charmap.Windows1252.NewDecoder().Bytes(b)
			return string(decoded)
		}
	}
	return out
}

func utf16Text(b []byte) string {
	units := make([]uint16, 0, len(b)/2)
	for i := 0; i+1 < len(b); i += 2 {
		units = append(units, uint16(b[i])<<8|uint16(b[i+1]))
	}
	return string(utf16.Decode(units))
}

// decode writes the characters of a string. A code without a character is shown
// as what it is: unknown.
func (f *font) decode(out *strings.Builder, b []byte) {
	if f.unicode == nil {
		if f.decoder != nil {
			out.WriteString(f.decoder(b))
		} else if len(b) > 0 {
			out.WriteRune('\uFFFD')
		}
		return
	}
	size := 1
	if f.wide {
		size = 2
	}
	for ; len(b) >= size; b = b[size:] {
		code := int(b[0])
		if f.wide {
			code = code<<8 | int(b[1])
		}
		if char, known := f.unicode[code]; known {
			out.WriteString(char)
		} else {
			out.WriteRune('\uFFFD')
		}
	}
}

const (
	maxRange = 1 << 16 // codes of one range; two bytes have no more
	maxNotes = 1 << 19 // pairs of one table, however often it says them
)

// table is a ToUnicode table while it is read.
type table struct {
	codes map[int]string
	notes int
}

// mapping reads a ToUnicode table (9.10.3).
func mapping(data []byte) map[int]string {
	t := table{codes: map[int]string{}}
	l := lexer{data: data}
	var section keyword
	var line []any
	for t.notes < maxNotes {
		value := l.next()
		if value == nil {
			break
		}
		if word, is := value.(keyword); is {
			section, line = word, nil
			continue
		}
		line = append(line, value)
		switch {
		case section == "beginbfchar" && len(line) == 2:
			t.note(number(line[0]), line[1], 0)
			line = nil
		case section == "beginbfrange" && len(line) == 3:
			t.span(number(line[0]), number(line[1]), line[2])
			line = nil
		case len(line) > 3:
			line = nil
		}
	}
	return t.codes
}

func (t *table) span(from, to int, target any) {
	if from < 0 || to < from || to-from >= maxRange {
		return
	}
	list, is := target.(array)
	for code := from; code <= to; code++ {
		switch {
		case !is:
			t.note(code, target, code-from)
		case code-from < len(list):
			t.note(code, list[code-from], 0)
		default:
			return
		}
	}
}

// note writes one pair, with the last unit of the target raised by shift.
func (t *table) note(code int, target any, shift int) {
	t.notes++
	b, is := target.(text)
	if !is || code < 0 || len(b) < 1 || len(b) > 64 {
		return
	}
	raw := []byte(b)
	if len(raw) == 1 {
		raw = []byte{0, raw[0]}
	}
	end := len(raw) &^ 1
	unit := int(raw[end-2])<<8 | int(raw[end-1])
	unit += shift
	raw[end-2], raw[end-1] = byte(unit>>8), byte(unit)
	t.codes[code] = utf16Text(raw[:end])
}

// number is a code of one or two bytes, or -1.
func number(value any) int {
	b, is := value.(text)
	if !is || len(b) == 0 || len(b) > 2 {
		return -1
	}
	code := 0
	for _, digit := range []byte(b) {
		code = code<<8 | int(digit)
	}
	return code
}
