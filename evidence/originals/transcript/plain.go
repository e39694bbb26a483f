package transcript

import (
	"encoding/csv"
	"errors"
	"io"
	"regexp"
	"strings"
	"time"

	"recourse/recovery"
)

// timePattern is a time with its date, as exports in Chinese write it.
const timePattern = `\d{4}(?:[-/.]\d{1,2}[-/.]\d{1,2}|年\d{1,2}月\d{1,2}日)[ T,，]*(?:(?:上午|下午|凌晨|早上|中午|晚上) ?)?\d{1,2}[:：时]\d{2}(?:[:：分]\d{2})?秒?`

// head is a form of the line that begins a message. The groups are named.
var heads = []*regexp.Regexp{
	// [2026/11/28, 10:31:14] 小杜: 好的
	regexp.MustCompile(`^\[(?P<when>` + timePattern + `)\] ?(?P<who>[^:：\n]{1,60})[:：] ?(?P<text>.*)$`),
	// 2026-11-28 10:31 - 小杜: 好的, and without the dash
	regexp.MustCompile(`^(?P<when>` + timePattern + `)(?: -)?[ \t]+(?P<who>[^:：()（）\n]{1,60})[:：] ?(?P<text>.*)$`),
	// 2026-11-28 10:31:14 小杜(12345)
	regexp.MustCompile(`^(?P<when>` + timePattern + `)[ \t]+(?P<who>.{0,80}?[(（<][^()（）<>]{3,60}[)）>])[ \t]*$`),
	// 2026-11-28 10:31:14 小杜
	regexp.MustCompile(`^(?P<when>` + timePattern + `)[ \t]+(?P<who>[^\s].{0,40})$`),
	// 小杜 2026年11月28日 10:31
	regexp.MustCompile(`^(?P<who>[^\s\d].{0,60}?|\d{1,20})[:：]?[ \t]+(?P<when>` + timePattern + `)$`),
}

var (
	// dayLine is a line that only names a day, as in chats sent by mail.
	dayLine = regexp.MustCompile(`^[\s—–\-=*]*(\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?)[\s—–\-=*]*$`)
	// hourLine begins a message below such a line: 小杜 10:31.
	hourLine = regexp.MustCompile(`^(\S.{0,60}?)[ \t]+(\d{1,2}:\d{2}(?::\d{2})?)$`)
)

// maxHead is the longest line in bytes that begins a message.
const maxHead = 1_000

// textReader reads the lines of a text.
type textReader struct {
	out     *builder
	day     string          // of the lines below
	current *Line           // the message that the next lines belong to
	loose   map[string]bool // shapes of lines that begin a message although only a time shows it; nil: all
	parts   []string
	size    int
}

// readText reads a text: messages where their first lines show it, otherwise plain lines.
func (b *builder) readText(text string) {
	r := &textReader{out: b, loose: looseShapes(text)}
	for line := range strings.SplitSeq(text, "\n") {
		if b.full {
			return
		}
		r.readLine(line)
	}
	r.flush()
}

func (r *textReader) readLine(line string) {
	trimmed := strings.TrimSpace(line)
	if day := dayLine.FindStringSubmatch(trimmed); day != nil {
		r.flush()
		r.day = day[1]
		r.out.add(Line{Text: trimmed})
		return
	}
	if l, ok := r.headOf(trimmed); ok {
		r.flush()
		r.current, r.parts, r.size = &l, nil, 0
		if l.Text != "" {
			r.parts, r.size = []string{l.Text}, len(l.Text)
		}
		return
	}
	if r.current == nil {
		r.out.add(Line{Text: line})
		return
	}
	if r.size > maxLine/2 { // a text without a further message is no single message
		r.flush()
		r.out.add(Line{Text: line})
		return
	}
	r.parts, r.size = append(r.parts, line), r.size+len(line)+1
}

func (r *textReader) flush() {
	if r.current != nil {
		r.current.Text = strings.Join(r.parts, "\n")
		r.out.add(*r.current)
		r.current = nil
	}
}

// headOf returns the message that a line begins.
func (r *textReader) headOf(line string) (Line, bool) {
	if len(line) > maxHead || !strings.ContainsAny(line, ":：时") {
		return Line{}, false
	}
	for i, form := range heads {
		found := form.FindStringSubmatch(line)
		if found == nil || i >= firstLoose && r.loose != nil && !r.loose[shapeOf(i, found[form.SubexpIndex("when")])] {
			continue
		}
		l := Line{At: parseTime(found[form.SubexpIndex("when")]), Who: found[form.SubexpIndex("who")]}
		if i := form.SubexpIndex("text"); i > 0 {
			l.Text = found[i]
		}
		if !l.At.IsZero() {
			return l, true
		}
	}
	if found := hourLine.FindStringSubmatch(line); found != nil && r.day != "" {
		l := Line{At: parseTime(r.day + " " + found[2]), Who: found[1]}
		return l, !l.At.IsZero()
	}
	return r.foreignHead(line)
}

// abroad is the form of WhatsApp: 28/11/2026, 10:31 - Name: text.
var abroad = regexp.MustCompile(
	`^\[?(\d{1,2}/\d{1,2}/\d{2}(?:\d{2})?),? (\d{1,2}:\d{2}(?::\d{2})?)(?: ?([AaPp])\.? ?[Mm]\.?)?\]?(?: -)? ([^:\n]{1,60}): (.*)$`)

// foreignHead keeps the time as written where day and month cannot be told apart.
func (r *textReader) foreignHead(line string) (Line, bool) {
	found := abroad.FindStringSubmatch(strings.ReplaceAll(line, "\u202f", " "))
	if found == nil {
		return Line{}, false
	}
	l := Line{Who: found[4], Text: found[5], When: found[1] + " " + found[2]}
	clock := "15:04"
	if found[3] != "" {
		clock, l.When = "3:04", l.When+" "+strings.ToUpper(found[3])+"M"
	}
	if strings.Count(found[2], ":") == 2 {
		clock += ":05"
	}
	if found[3] != "" {
		clock += " PM"
	}
	dayFirst, errDay := time.ParseInLocation("2/1/2006 "+clock, l.When, recovery.Shanghai)
	monthFirst, errMonth := time.ParseInLocation("1/2/2006 "+clock, l.When, recovery.Shanghai)
	switch {
	case errDay == nil && errMonth != nil:
		l.At, l.When = dayFirst.UTC(), ""
	case errDay != nil && errMonth == nil:
		l.At, l.When = monthFirst.UTC(), ""
	}
	return l, true
}

// readTable reads a table: messages below a row that names their columns. Without one the
// lines are those of a text.
func (b *builder) readTable(data []byte) {
	text := b.decode(data)
	table := &tableReader{out: &builder{}}
	rows := csv.NewReader(strings.NewReader(text))
	rows.FieldsPerRecord, rows.LazyQuotes, rows.ReuseRecord = -1, true, true
	for !table.out.full {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			table.out.gap(Broken)
			break
		}
		table.readRow(row)
		if table.rows == maxHeaderSearch && table.names == nil {
			break
		}
	}
	if table.names == nil {
		b.readText(text)
		return
	}
	b.take(table.out.t)
}

// take adds what another builder has read.
func (b *builder) take(read Transcript) {
	for _, l := range read.Lines {
		b.add(l)
	}
	for _, g := range read.Gaps {
		b.gap(g)
	}
	b.t.Unread = append(b.t.Unread, read.Unread...)
}

// namesMessages reports whether a row has the names of a text, and of a time or a sender.
func namesMessages(row []string) bool {
	fields := make([]field, len(row))
	for i, name := range row {
		fields[i] = field{normalizeName(name), ""}
	}
	return has(fields, textNames) && has(fields, timeNames)
}

func (b *builder) addRow(names, row []string) {
	fields := make([]field, 0, len(row))
	for i, value := range row {
		if i < len(names) {
			fields = append(fields, field{names[i], value})
		}
	}
	l, ok := messageOf(fields)
	if !ok || len(row) > len(names) {
		b.add(Line{Text: strings.Join(row, "\t")})
		return
	}
	b.noteUnread(fields)
	b.add(l)
}
