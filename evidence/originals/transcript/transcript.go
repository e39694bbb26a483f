package transcript

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"recourse/recovery"
)

// Limits of a file. A chat of ten years of one person is below them.
const (
	MaxSize  = 32 << 20 // bytes of a file
	MaxLines = 50_000
	maxText  = 12 << 20 // bytes of all texts
	maxLine  = 32 << 10 // bytes of one text
	maxName  = 200      // bytes of a name or of a time as written

	maxUnread = 40 // names of fields that are not shown
)

// The media types that are read.
const (
	Text  = "text/plain"
	Table = "text/csv"
	JSON  = "application/json"
	Lines = "application/x-ndjson"
	Page  = "text/html"
	Word  = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	Mail  = "message/rfc822"
	Book  = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)

// Form is what a file was read as.
type Form string

// The forms.
const (
	IsChat Form = "chat" // at least one line has a sender or a time
	IsMail Form = "mail"
	IsText Form = "text"
)

// Gap is a reason why a transcript is not complete. Codes are shown with texts; add new
// ones, never rename one.
type Gap string

// The gaps.
const (
	TooLarge   Gap = "too_large"   // the rest of the file was not read
	TooDeep    Gap = "too_deep"    // nested deeper than any exporter writes
	LongLines  Gap = "long_lines"  // some texts are cut
	Broken     Gap = "broken"      // the file ends early or breaks its own form
	BadLetters Gap = "bad_letters" // some bytes are no letters in the encoding of the file
	InScript   Gap = "in_script"   // a page has its content in scripts, which are not run
	Revisions  Gap = "revisions"   // a document has deleted text, which is not shown
	Pictures   Gap = "pictures"    // pictures or files inside are named only
	Hidden     Gap = "hidden"      // a page has text that browsers do not show; it is marked
	Encrypted  Gap = "encrypted"   // of a mail
	TooCostly  Gap = "too_costly"  // nothing was read; set by callers, who limit what reading may take
)

// Gaps lists every gap.
var Gaps = []Gap{TooLarge, TooDeep, LongLines, Broken, BadLetters, InScript, Revisions, Pictures, Hidden, Encrypted, TooCostly}

// Line is one message, or one line of text.
type Line struct {
	At   time.Time // UTC; zero when unknown
	When string    // the time as written, when At is unknown
	Who  string    // as the file names the sender
	Own  bool      // the file says that the owner of the account sent it
	Text string
	Note string // what was sent that is no text: its kind or its file name
}

// IsMessage reports whether somebody sent this line or it has a time.
func (l Line) IsMessage() bool { return l.Who != "" || l.Own || l.When != "" || !l.At.IsZero() }

// Time returns the time of a line in China, as written if it is unknown.
func (l Line) Time() string {
	if l.At.IsZero() {
		return l.When
	}
	return l.At.In(recovery.Shanghai).Format(time.DateTime)
}

// Header is one header field of a mail.
type Header struct{ Name, Value string }

// Attachment is a file within a file.
type Attachment struct {
	Name, Media string
	Size        int64
}

// Letter is what a mail says about itself. Nothing of it is proved.
type Letter struct {
	Headers  []Header // those that readers need, in the order of the mail
	Domain   string   // of the sender's address, as the mail says
	SignedBy string   // domain named by a DKIM signature, which was not verified
	Platform recovery.Platform
}

// Transcript is what was read of a file.
type Transcript struct {
	Form        Form
	Messages    int // lines with a sender or a time
	Lines       []Line
	Letter      *Letter // of a mail
	Attachments []Attachment
	Unread      []string // names of fields of messages that are not shown, such as numbers and addresses of pictures
	Gaps        []Gap    // sorted; none: everything was read
}

// IsReadable reports whether files of a media type are read.
func IsReadable(media string) bool {
	return slices.Contains([]string{Text, Table, JSON, Lines, Page, Word, Mail, Book}, media)
}

// Read reads a file of a media type. It always has a result: what cannot be read is a gap.
func Read(media string, data []byte) Transcript {
	b := &builder{}
	if len(data) > MaxSize {
		data = data[:MaxSize]
		b.gap(TooLarge)
	}
	switch media {
	case JSON, Lines:
		b.readJSON(data)
	case Page:
		b.readPage(data)
	case Word:
		b.readDocument(data)
	case Mail:
		b.readMail(data)
	case Table:
		b.readTable(data)
	case Book:
		b.readWorkbook(data)
	default:
		b.readText(b.decode(data))
	}
	return b.finish()
}

// String returns the transcript as text, one message or line a line.
func (t Transcript) String() string {
	var out strings.Builder
	if t.Letter != nil {
		for _, h := range t.Letter.Headers {
			out.WriteString(h.Name + ": " + h.Value + "\n")
		}
		out.WriteString("\n")
	}
	for _, l := range t.Lines {
		for _, part := range []string{l.Time(), l.sender()} {
			if part != "" {
				out.WriteString(part + " ")
			}
		}
		out.WriteString(strings.TrimSpace(l.Text + " " + l.note()))
		out.WriteString("\n")
	}
	for _, a := range t.Attachments {
		out.WriteString("[" + a.Name + "]\n")
	}
	return out.String()
}

func (l Line) sender() string {
	switch {
	case l.Who != "":
		return l.Who + "："
	case l.Own:
		return "我："
	default:
		return ""
	}
}

func (l Line) note() string {
	if l.Note == "" {
		return ""
	}
	return "[" + l.Note + "]"
}

// builder collects lines within the limits.
type builder struct {
	t     Transcript
	bytes int
	full  bool
}

func (b *builder) gap(g Gap) {
	if !slices.Contains(b.t.Gaps, g) {
		b.t.Gaps = append(b.t.Gaps, g)
	}
}

// add adds a line, unless it is empty or the limits are reached.
func (b *builder) add(l Line) {
	l = b.clean(l)
	if l.Text == "" && l.Note == "" && l.Who == "" {
		return
	}
	size := len(l.Text) + len(l.Who) + len(l.Note)
	if b.full || len(b.t.Lines) >= MaxLines || b.bytes+size > maxText {
		b.full = true
		b.gap(TooLarge)
		return
	}
	b.bytes += size
	if l.IsMessage() {
		b.t.Messages++
	}
	b.t.Lines = append(b.t.Lines, l)
}

func (b *builder) clean(l Line) Line {
	l.Text = strings.TrimRight(strings.Trim(b.cut(l.Text, maxLine), "\n"), " \t\n")
	l.Who, l.When, l.Note = oneLine(b.cut(l.Who, maxName)), oneLine(b.cut(l.When, maxName)), oneLine(b.cut(l.Note, maxName))
	return l
}

// cut shortens a text to so many bytes and leaves out control characters.
func (b *builder) cut(text string, limit int) string {
	if len(text) > limit {
		b.gap(LongLines)
		for limit > 0 && !utf8.RuneStart(text[limit]) {
			limit--
		}
		text = text[:limit]
	}
	return strings.Map(printable, text)
}

func printable(r rune) rune {
	if unicode.IsControl(r) && r != '\n' && r != '\t' {
		return -1
	}
	return r
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

func (b *builder) finish() Transcript {
	slices.Sort(b.t.Gaps)
	switch {
	case b.t.Letter != nil:
		b.t.Form = IsMail
	case b.t.Messages > 0:
		b.t.Form = IsChat
	default:
		b.t.Form = IsText
	}
	return b.t
}
