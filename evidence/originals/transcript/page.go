package transcript

import (
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Limits of a page. Elements deeper than maxElements have no role.
const (
	maxElements = 512
	maxToken    = 4 << 20 // bytes of one tag or text
)

// role is what an element of a page shows, by its class.
type role int

const (
	plainRole role = iota
	messageRole
	senderRole
	timeRole
)

// The classes by which exporters name a message and its parts.
var (
	messageClass = regexp.MustCompile(`^(?:message|msg|chat[-_]?(?:item|message|msg|record)|(?:message|msg|record|dialog)[-_]?item)$`)
	senderClass  = regexp.MustCompile(`^(?:sender|nick|(?:from|sender|user|nick|display)[-_]?name|name|author)$`)
	timeClass    = regexp.MustCompile(`^(?:time|date|timestamp|datetime|(?:msg|send|message|create)[-_]?time)$`)
)

// openElement is an element that has not ended.
type openElement struct {
	tag    atom.Atom
	role   role
	hidden bool // browsers do not show it
}

// hiddenStyle matches styles of elements that browsers do not show.
var hiddenStyle = regexp.MustCompile(`(?i)display\s*:\s*none|visibility\s*:\s*hidden`)

func isHidden(token html.Token) bool {
	return hiddenStyle.MatchString(attribute(token, "style")) ||
		slices.ContainsFunc(token.Attr, func(a html.Attribute) bool { return a.Key == "hidden" })
}

// frame is a message element of a page, and what was found in it.
type frame struct {
	line  Line
	depth int // of its element
	parts []string
	inner []Line
}

// pageReader reads the text of a page, element by element.
type pageReader struct {
	out      *builder
	open     []openElement
	frames   []*frame
	segment  strings.Builder
	loose    strings.Builder // text outside of messages
	scripts  []string
	pictures int
}

// dropped are the elements whose content is no text of the page.
var dropped = []atom.Atom{atom.Style, atom.Template, atom.Noscript, atom.Svg, atom.Math, atom.Object, atom.Applet}

// blocks are the elements that begin a new line.
var blocks = []atom.Atom{
	atom.P, atom.Div, atom.Br, atom.Li, atom.Ul, atom.Ol, atom.Tr, atom.Td, atom.Th, atom.Table, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6,
	atom.Pre, atom.Blockquote, atom.Section, atom.Article, atom.Header, atom.Footer, atom.Hr, atom.Dd, atom.Dt, atom.Title, atom.Body, atom.Head,
	atom.Option, atom.Button, atom.Textarea, atom.Caption, atom.Figure, atom.Figcaption, atom.Details, atom.Summary, atom.Fieldset, atom.Legend,
}

// void are the elements that have no end.
var void = []atom.Atom{
	atom.Area, atom.Base, atom.Br, atom.Col, atom.Embed, atom.Hr, atom.Img, atom.Input, atom.Link, atom.Meta, atom.Param, atom.Source, atom.Track, atom.Wbr,
}

// readPage reads a web page: the messages that its classes show, otherwise its lines. If it
// has none, messages in its scripts are read as JSON.
func (b *builder) readPage(data []byte) {
	text := b.decodePage(data)
	r := &pageReader{out: b}
	r.read(text)
	if b.t.Messages == 0 {
		b.readScripts(r.scripts)
	}
}

// readScripts reads the arrays of messages that exporters write into scripts.
func (b *builder) readScripts(scripts []string) {
	for _, script := range scripts {
		for _, at := range arrayStart.FindAllStringIndex(script, 20) {
			found := &builder{}
			found.readValues(script[at[0]:])
			if found.t.Messages == 0 {
				continue
			}
			found.t.Gaps = nil // what follows the array is no JSON
			b.take(found.t)
			return
		}
	}
	if len(scripts) > 0 && len(b.t.Lines) < 3 {
		b.gap(InScript)
	}
}

var arrayStart = regexp.MustCompile(`\[\s*\{\s*"`)

func (r *pageReader) read(text string) {
	z := html.NewTokenizer(strings.NewReader(text))
	z.SetMaxBuf(maxToken)
	for !r.out.full {
		switch z.Next() {
		case html.ErrorToken:
			if !errors.Is(z.Err(), io.EOF) {
				r.out.gap(Broken)
			}
			r.end()
			return
		case html.TextToken:
			r.text(string(z.Text()))
		case html.StartTagToken, html.SelfClosingTagToken:
			r.start(z.Token())
		case html.EndTagToken:
			name, _ := z.TagName()
			r.close(atom.Lookup(name))
		}
	}
}

// end closes what is open and reads the text outside of messages.
func (r *pageReader) end() {
	r.endSegment()
	for len(r.frames) > 0 {
		r.closeFrame()
	}
	r.flushLoose()
	if r.pictures > 0 {
		r.out.gap(Pictures)
	}
}

func (r *pageReader) text(text string) {
	tag := r.innermost().tag
	switch {
	case tag == atom.Script:
		if strings.Contains(text, "{") {
			r.scripts = append(r.scripts, text)
		}
	case slices.ContainsFunc(r.open, func(e openElement) bool { return slices.Contains(dropped, e.tag) }):
	case strings.TrimSpace(text) != "" && slices.ContainsFunc(r.open, func(e openElement) bool { return e.hidden }):
		r.out.gap(Hidden)
		r.segment.WriteString(hiddenMark + oneLine(text))
	default:
		r.segment.WriteString(strings.NewReplacer("\n", " ", "\t", " ").Replace(text))
	}
}

// hiddenMark stands before text that browsers do not show.
const hiddenMark = "［网页上不显示］"

func (r *pageReader) innermost() openElement {
	if len(r.open) == 0 {
		return openElement{}
	}
	return r.open[len(r.open)-1]
}

func (r *pageReader) start(token html.Token) {
	role := roleOf(token)
	if slices.Contains(blocks, token.DataAtom) || role != plainRole {
		r.endSegment()
	}
	switch token.DataAtom {
	case atom.Img, atom.Video, atom.Audio, atom.Embed, atom.Iframe:
		r.media(token)
	}
	if slices.Contains(void, token.DataAtom) || token.Type == html.SelfClosingTagToken {
		return
	}
	if len(r.open) >= maxElements {
		r.out.gap(TooDeep)
		return
	}
	r.open = append(r.open, openElement{token.DataAtom, role, isHidden(token)})
	if role == messageRole {
		r.frames = append(r.frames, &frame{depth: len(r.open)})
	}
	if title := attribute(token, "title"); role == timeRole && len(r.frames) > 0 && title != "" {
		r.setTime(r.frames[len(r.frames)-1], title)
	}
}

// media names a picture or a film of a page. Those of faces that stand for a letter have a
// short text.
func (r *pageReader) media(token html.Token) {
	alt := attribute(token, "alt")
	if token.DataAtom == atom.Img && alt != "" {
		r.segment.WriteString("[" + alt + "]")
		return
	}
	r.pictures++
	r.segment.WriteString("[" + token.Data + " " + lastPart(attribute(token, "src")) + "]")
}

// lastPart returns the file name of an address.
func lastPart(address string) string {
	if strings.HasPrefix(address, "data:") {
		return ""
	}
	address, _, _ = strings.Cut(address, "?")
	return address[strings.LastIndexAny(address, `/\`)+1:]
}

func attribute(token html.Token, name string) string {
	for _, a := range token.Attr {
		if a.Key == name {
			return strings.TrimSpace(a.Val)
		}
	}
	return ""
}

func roleOf(token html.Token) role {
	for _, class := range strings.Fields(strings.ToLower(attribute(token, "class"))) {
		switch {
		case messageClass.MatchString(class):
			return messageRole
		case senderClass.MatchString(class):
			return senderRole
		case timeClass.MatchString(class):
			return timeRole
		}
	}
	return plainRole
}

// close ends an element, and those inside that were left open.
func (r *pageReader) close(tag atom.Atom) {
	at := len(r.open) - 1
	for at >= 0 && r.open[at].tag != tag {
		at--
	}
	if at < 0 {
		return
	}
	if slices.Contains(blocks, tag) || slices.ContainsFunc(r.open[at:], func(e openElement) bool { return e.role != plainRole }) {
		r.endSegment()
	}
	for len(r.frames) > 0 && r.frames[len(r.frames)-1].depth > at {
		r.closeFrame()
	}
	r.open = r.open[:at]
}

// endSegment assigns the text since the last block to what its element shows.
func (r *pageReader) endSegment() {
	text := oneLine(r.segment.String())
	r.segment.Reset()
	if text == "" {
		return
	}
	if len(r.frames) == 0 {
		r.loose.WriteString(text + "\n")
		return
	}
	current := r.frames[len(r.frames)-1]
	switch r.roleInside(current) {
	case senderRole:
		if current.line.Who == "" {
			current.line.Who = text
			return
		}
	case timeRole:
		if r.setTime(current, text) {
			return
		}
	}
	current.parts = append(current.parts, text)
}

// roleInside returns the role of the innermost element inside of a message that has one.
func (r *pageReader) roleInside(f *frame) role {
	for i := len(r.open) - 1; i >= f.depth; i-- {
		if r.open[i].role != plainRole {
			return r.open[i].role
		}
	}
	return plainRole
}

func (r *pageReader) setTime(f *frame, text string) bool {
	if !f.line.At.IsZero() {
		return true // the same time in short
	}
	if at := parseTime(text); !at.IsZero() {
		f.line.At, f.line.When = at, ""
		return true
	}
	if f.line.When == "" {
		f.line.When = text
		return true
	}
	at := parseTime(f.line.When + " " + text)
	if !isDay(f.line.When) || !isClock(text) || at.IsZero() {
		return false
	}
	f.line.At, f.line.When = at, ""
	return true
}

// closeFrame ends a message. Without a sender and a time its text belongs to what is around.
func (r *pageReader) closeFrame() {
	current := r.frames[len(r.frames)-1]
	r.frames = r.frames[:len(r.frames)-1]
	current.line.Text = strings.Join(current.parts, "\n")
	lines := current.inner
	if current.line.IsMessage() {
		lines = append([]Line{current.line}, lines...)
	}
	if len(r.frames) > 0 {
		around := r.frames[len(r.frames)-1]
		around.inner = append(around.inner, lines...)
		if !current.line.IsMessage() {
			around.parts = append(around.parts, current.parts...)
		}
		return
	}
	if !current.line.IsMessage() && current.line.Text != "" {
		r.loose.WriteString(current.line.Text + "\n")
	}
	if len(lines) == 0 {
		return
	}
	r.flushLoose()
	for _, l := range lines {
		r.out.add(l)
	}
}

func (r *pageReader) flushLoose() {
	text := r.loose.String()
	r.loose.Reset()
	if text != "" {
		r.out.readText(text)
	}
}
