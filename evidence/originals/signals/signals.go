package signals

import (
	"bytes"
	"cmp"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Kind is the kind of a signal. Kinds are stored and part of the API: add new ones, never
// rename one.
type Kind string

// The kinds.
const (
	DeclaredAI     Kind = "declared_ai"     // the file says that it was generated
	PossibleAI     Kind = "possible_ai"     // a platform has marked it as possibly generated
	GeneratorMark  Kind = "generator_mark"  // it names a program that generates pictures
	EditorMark     Kind = "editor_mark"     // it names a program that edits pictures
	ProvenanceMark Kind = "provenance_mark" // it has a C2PA manifest, which is not verified here
	ChangedLater   Kind = "changed_later"   // it names a time of change after that of its making
	UnknownScreen  Kind = "unknown_screen"  // a screenshot of a size that no known screen has
	TakenAfter     Kind = "taken_after"     // made after it was received
	TakenBefore    Kind = "taken_before"    // it shows a payment and was made before it
	ClaimedApart   Kind = "claimed_apart"   // made on another day than its sender says
)

// Kinds lists every kind in the order of display.
var Kinds = []Kind{
	DeclaredAI, PossibleAI, GeneratorMark, EditorMark, ProvenanceMark, ChangedLater, UnknownScreen, TakenAfter, TakenBefore, ClaimedApart,
}

// Mark is a signal with what was found, in the words of the file; at most maxValue
// printable characters.
type Mark struct {
	Kind  Kind   `json:"kind"`
	Value string `json:"value,omitempty"`
}

const (
	maxValue = 80
	maxMarks = 20 // of one file
)

// Find returns the marks in the metadata of a file, each once. Software is what the EXIF
// data names. Errors: those of reading.
func Find(file io.ReaderAt, size int64, media, software string) ([]Mark, error) {
	segments, err := readSegments(file, size, media)
	if err != nil {
		return nil, err
	}
	found := &findings{}
	found.addTool(software)
	for _, s := range segments {
		found.readSegment(s)
	}
	return found.sorted(), nil
}

// findings collects marks.
type findings struct{ marks []Mark }

func (f *findings) add(kind Kind, value string) {
	f.marks = append(f.marks, Mark{Kind: kind, Value: Printable(value, maxValue)})
}

func (f *findings) sorted() []Mark {
	slices.SortFunc(f.marks, func(a, b Mark) int {
		return cmp.Or(cmp.Compare(slices.Index(Kinds, a.Kind), slices.Index(Kinds, b.Kind)), cmp.Compare(a.Value, b.Value))
	})
	f.marks = slices.Compact(f.marks)
	return f.marks[:min(len(f.marks), maxMarks)]
}

// addTool adds the mark of a program by its name; most names have none.
func (f *findings) addTool(name string) {
	folded := strings.ToLower(name)
	for _, tool := range tables.Tools {
		if slices.ContainsFunc(tool.Names, func(part string) bool { return containsWord(folded, part) }) {
			f.add(tool.Kind, name)
			return
		}
	}
}

// containsWord reports whether a text contains a name that is not a part of a longer word.
// Chinese has no spaces between words.
func containsWord(text, name string) bool {
	for from := 0; ; {
		at := strings.Index(text[from:], name)
		if at < 0 {
			return false
		}
		begin, end := from+at, from+at+len(name)
		if !joins(text[:begin], name) && !joins(name, text[end:]) {
			return true
		}
		from = begin + 1
	}
}

// joins reports whether the end of a text and the beginning of the next are one word.
func joins(before, after string) bool {
	last, _ := utf8.DecodeLastRuneInString(before)
	first, _ := utf8.DecodeRuneInString(after)
	isLetter := func(r rune) bool { return r < utf8.RuneSelf && unicode.IsLetter(r) }
	return isLetter(last) && isLetter(first)
}

func (f *findings) readSegment(s segment) {
	switch s.kind {
	case provenance:
		f.addProvenance(claimGenerator(s.data))
	case pngText:
		f.readText(s)
	case exifData:
		f.readGeneratorSettings(bytes.ReplaceAll(s.data, []byte{0}, nil)) // UTF-16 becomes ASCII
	case xmpData, otherData:
	}
	data := unescape(s.data)
	f.readSourceTypes(data)
	f.readChineseLabel(data)
	if s.kind == xmpData {
		f.readTools(data)
		f.readChange(data)
	}
}

// after returns what follows each occurrence of a word, at most length bytes, for the
// first maxMarks of them. Looking at these parts only keeps the time linear in the file.
func after(data []byte, word string, length int) [][]byte {
	var parts [][]byte
	for len(parts) < maxMarks {
		_, rest, found := bytes.Cut(data, []byte(word))
		if !found {
			break
		}
		parts = append(parts, rest[:min(length, len(rest))])
		data = rest
	}
	return parts
}

// sourceTypeName matches the name of an IPTC digital source type behind its URI.
var sourceTypeName = regexp.MustCompile(`^[A-Za-z]{3,60}`)

// readSourceTypes reads the IPTC digital source types, which XMP and C2PA name by a URI.
func (f *findings) readSourceTypes(data []byte) {
	for _, part := range after(data, "digitalsourcetype/", 60) {
		name := string(sourceTypeName.Find(part))
		if kind, known := tables.SourceTypes[strings.ToLower(name)]; known {
			f.add(kind, name)
		}
	}
}

// chineseLabel matches the first field of the label of generated content, behind its name
// (GB 45438-2025, annex E): 1 generated, 2 possibly, 3 suspected.
var chineseLabel = regexp.MustCompile(`^[^A-Za-z]{1,40}(?:[A-Za-z]{4}[^A-Za-z]{1,20})?Label["'\s]{0,4}[:=>]["'\s]{0,4}([123])`)

func (f *findings) readChineseLabel(data []byte) {
	for _, part := range after(data, "AIGC", 100) {
		match := chineseLabel.FindSubmatch(part)
		switch {
		case match == nil:
		case string(match[1]) == "1":
			f.add(DeclaredAI, "AIGC Label 1")
		default:
			f.add(PossibleAI, "AIGC Label "+string(match[1]))
		}
	}
}

// toolFields are the fields of XMP that name a program.
var toolFields = []string{"CreatorTool", "softwareAgent", "tiff:Software", "pdf:Producer"}

// fieldValue matches the value of a field of XMP behind its name: an attribute or an
// element.
var fieldValue = regexp.MustCompile(`^(?:\s*=\s*["']|[^<>]{0,40}>)([^"'<>]{1,200})`)

func (f *findings) readTools(data []byte) {
	for _, field := range toolFields {
		for _, part := range after(data, field, 250) {
			if match := fieldValue.FindSubmatch(part); match != nil {
				f.addTool(string(match[1]))
			}
		}
	}
}

// readText reads a text of a PNG file. Generators store their settings in some keys.
func (f *findings) readText(s segment) {
	switch s.key {
	case "software", "creator", "source":
		f.addTool(string(s.data))
	case "invokeai_metadata", "sd-metadata", "dream":
		f.add(GeneratorMark, "InvokeAI")
	case "prompt", "workflow":
		if bytes.Contains(s.data, []byte(`"class_type"`)) || bytes.Contains(s.data, []byte(`"nodes"`)) {
			f.add(GeneratorMark, "ComfyUI")
		}
	default:
		f.readGeneratorSettings(s.data)
	}
}

// readGeneratorSettings finds the settings that image generators write as a text.
func (f *findings) readGeneratorSettings(data []byte) {
	has := func(part string) bool { return bytes.Contains(data, []byte(part)) }
	switch {
	case has("Steps: ") && has("Sampler: "):
		f.add(GeneratorMark, "Stable Diffusion")
	case has(`"sampler"`) && has(`"prompt"`):
		f.add(GeneratorMark, "NovelAI")
	}
}

// claimGenerator returns the program that a C2PA manifest names. The manifest is CBOR: the
// name follows its key as a text of a length that one or two bytes give.
func claimGenerator(data []byte) string {
	_, after, found := bytes.Cut(data, []byte("claim_generator"))
	if !found || len(after) < 2 {
		return ""
	}
	const shortText, longText, shortest = 0x60, 0x78, 24
	head, length := after[0], 0
	switch {
	case head >= shortText && head < shortText+shortest:
		length, after = int(head-shortText), after[1:]
	case head == longText:
		length, after = int(after[1]), after[2:]
	}
	return string(after[:min(length, len(after))])
}

// addProvenance adds one mark for all segments of a manifest.
func (f *findings) addProvenance(generator string) {
	f.addTool(generator)
	i := slices.IndexFunc(f.marks, func(m Mark) bool { return m.Kind == ProvenanceMark })
	switch {
	case i < 0:
		f.add(ProvenanceMark, generator)
	case f.marks[i].Value == "":
		f.marks[i].Value = Printable(generator, maxValue)
	}
}

// unescape resolves the escapes that JSON has within XML.
func unescape(data []byte) []byte {
	if !bytes.Contains(data, []byte("&")) && !bytes.Contains(data, []byte(`\"`)) {
		return data
	}
	for _, pair := range [][2]string{{"&quot;", `"`}, {"&#34;", `"`}, {"&#x22;", `"`}, {"&apos;", "'"}, {`\"`, `"`}} {
		data = bytes.ReplaceAll(data, []byte(pair[0]), []byte(pair[1]))
	}
	return data
}

// Printable reduces a foreign text to at most limit printable characters of one line.
func Printable(text string, limit int) string {
	runes := []rune(strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) && r != unicode.ReplacementChar {
			return r
		}
		return -1
	}, strings.ToValidUTF8(text, ""))))
	return string(runes[:min(len(runes), limit)])
}
