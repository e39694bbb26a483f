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
	maxText       = 200_000 // bytes
	maxOperations = 2_000_000
	maxForms      = 5 // forms within forms
	maxFonts      = 500
	wordGap       = -250
)

// textReader runs the text operators of content streams (9.4) and no others.
type textReader struct {
	file       *file
	out        strings.Builder
	fonts      map[any]*font // by reference or dictionary key
	font       *font
	openForms  []int // numbers of the forms being run
	operations int
}

func (f *file) readText(pages []dict) string {
	r := &textReader{file: f, fonts: map[any]*font{}}
	for _, page := range pages {
		resources, _ := f.lookUpInherited(page, "Resources").(dict)
		var content []byte
		switch c := page["Contents"].(type) {
		case ref:
			content = r.readContents(c)
		case array:
			content = r.readContents(c)
		}
		r.runContent(content, resources, 0)
		r.endLine()
		if r.isExhausted() {
			break
		}
	}
	return collapseSpace(r.out.String())
}

func (r *textReader) isExhausted() bool {
	return r.out.Len() >= maxText || r.operations >= maxOperations || r.file.limitReached
}

// readContents joins the streams of a page. The list of streams may be a reference.
func (r *textReader) readContents(value any) []byte {
	if list, is := r.file.resolveReference(value).(array); is {
		var parts [][]byte
		for _, part := range list[:min(len(list), 1000)] {
			parts = append(parts, r.file.inflateStream(r.file.streamOf(part)))
		}
		return bytes.Join(parts, []byte("\n"))
	}
	return r.file.inflateStream(r.file.streamOf(value))
}

func (r *textReader) endLine() {
	if r.out.Len() < maxText {
		r.out.WriteByte('\n')
	}
}

func (r *textReader) runContent(content []byte, resources dict, depth int) {
	l := lexer{data: content}
	var operands []any
	for !r.isExhausted() {
		value := l.readValue()
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
		case "BI": // skip the bytes of an inline image
			if end := bytes.Index(content[l.at:], []byte("EI")); end >= 0 {
				l.at += end + 2
			}
		case "Do":
			r.runForm(lastOperand(operands), resources, depth)
		default:
			r.runOperator(operator, operands, resources)
		}
		operands = operands[:0]
	}
}

func lastOperand(operands []any) any {
	if len(operands) == 0 {
		return nil
	}
	return operands[len(operands)-1]
}

func (r *textReader) runForm(operand any, resources dict, depth int) {
	key, is := operand.(name)
	if !is || depth >= maxForms {
		return
	}
	value, is := r.file.resolveDict(resources["XObject"])[key].(ref)
	form := r.file.objects[value.number]
	head := r.file.resolveDict(form.value)
	if !is || head["Subtype"] != name("Form") || slices.Contains(r.openForms, value.number) {
		return
	}
	r.openForms = append(r.openForms, value.number)
	defer func() { r.openForms = r.openForms[:len(r.openForms)-1] }()
	own := r.file.resolveDict(head["Resources"])
	if own == nil {
		own = resources
	}
	r.runContent(r.file.inflateStream(form), own, depth+1)
}

func (r *textReader) runOperator(operator keyword, operands []any, resources dict) {
	switch operator {
	case "Tf":
		if len(operands) >= 2 {
			r.selectFont(operands[len(operands)-2], resources)
		}
	case "Tj":
		r.writeText(lastOperand(operands))
	case "'", `"`:
		r.endLine()
		r.writeText(lastOperand(operands))
	case "TJ":
		list, _ := lastOperand(operands).(array)
		for _, item := range list {
			r.writeText(item)
		}
	case "Td", "TD":
		if down, is := lastOperand(operands).(float64); is && math.Abs(down) > 0.5 {
			r.endLine()
		} else {
			r.out.WriteByte(' ')
		}
	case "T*", "Tm", "ET":
		r.endLine()
	}
}

func (r *textReader) selectFont(operand any, resources dict) {
	key, is := operand.(name)
	if !is {
		return
	}
	value := r.file.resolveDict(resources["Font"])[key]
	index := value
	if _, is := value.(ref); !is {
		index = key
	}
	if r.fonts[index] == nil && len(r.fonts) < maxFonts {
		r.fonts[index] = r.file.loadFont(value)
	}
	r.font = r.fonts[index]
}

func (r *textReader) writeText(value any) {
	switch v := value.(type) {
	case text:
		if r.font != nil && r.out.Len() < maxText {
			r.font.writeDecoded(&r.out, []byte(v))
		}
	case float64:
		if v < wordGap && r.out.Len() < maxText {
			r.out.WriteByte(' ')
		}
	}
}

// font turns codes into characters.
type font struct {
	twoByteCodes bool           // codes of two bytes
	unicode      map[int]string // by code, from ToUnicode
	decoder      func([]byte) string
}

func (f *file) loadFont(value any) *font {
	d := f.resolveDict(value)
	out := &font{twoByteCodes: d["Subtype"] == name("Type0")}
	if tables := f.streamOf(d["ToUnicode"]); tables.stream != nil {
		out.unicode = readUnicodeTable(f.inflateStream(tables))
	}
	encoding, _ := f.resolveReference(d["Encoding"]).(name)
	switch {
	case strings.HasPrefix(string(encoding), "UniGB-"), strings.HasPrefix(string(encoding), "UniCNS-"):
		out.decoder = decodeUTF16
	case strings.HasPrefix(string(encoding), "GB"):
		out.decoder = func(b []byte) string {
			decoded, _ := simplifiedchinese.GB18030.NewDecoder().Bytes(b)
			return string(decoded)
		}
	case !out.twoByteCodes:
		out.decoder = func(b []byte) string {
			decoded, _ := charmap.Windows1252.NewDecoder().Bytes(b)
			return string(decoded)
		}
	}
	return out
}

func decodeUTF16(b []byte) string {
	units := make([]uint16, 0, len(b)/2)
	for i := 0; i+1 < len(b); i += 2 {
		units = append(units, uint16(b[i])<<8|uint16(b[i+1]))
	}
	return string(utf16.Decode(units))
}

// writeDecoded writes the characters of a string, and U+FFFD for unknown codes.
func (f *font) writeDecoded(out *strings.Builder, b []byte) {
	if f.unicode == nil {
		if f.decoder != nil {
			out.WriteString(f.decoder(b))
		} else if len(b) > 0 {
			out.WriteRune('\uFFFD')
		}
		return
	}
	size := 1
	if f.twoByteCodes {
		size = 2
	}
	for ; len(b) >= size; b = b[size:] {
		code := int(b[0])
		if f.twoByteCodes {
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
	maxRange = 1 << 16 // codes of one range; two bytes cannot have more
	maxPairs = 1 << 19 // pairs of one table, repeated ones included
)

// unicodeTable is a ToUnicode table being read.
type unicodeTable struct {
	codes map[int]string
	pairs int
}

// readUnicodeTable reads a ToUnicode table (9.10.3).
func readUnicodeTable(data []byte) map[int]string {
	t := unicodeTable{codes: map[int]string{}}
	l := lexer{data: data}
	var section keyword
	var line []any
	for t.pairs < maxPairs {
		value := l.readValue()
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
			t.addPair(parseCode(line[0]), line[1], 0)
			line = nil
		case section == "beginbfrange" && len(line) == 3:
			t.addRange(parseCode(line[0]), parseCode(line[1]), line[2])
			line = nil
		case len(line) > 3:
			line = nil
		}
	}
	return t.codes
}

func (t *unicodeTable) addRange(from, to int, target any) {
	if from < 0 || to < from || to-from >= maxRange {
		return
	}
	list, is := target.(array)
	for code := from; code <= to; code++ {
		switch {
		case !is:
			t.addPair(code, target, code-from)
		case code-from < len(list):
			t.addPair(code, list[code-from], 0)
		default:
			return
		}
	}
}

// addPair adds one pair, with shift added to the last unit of the target.
func (t *unicodeTable) addPair(code int, target any, shift int) {
	t.pairs++
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
	t.codes[code] = decodeUTF16(raw[:end])
}

// parseCode returns a code of one or two bytes, or -1.
func parseCode(value any) int {
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
