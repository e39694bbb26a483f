package statement

import (
	"strings"

	"golang.org/x/text/width"
)

// maxCellLines is the number of lines that a quoted cell may span. After
// maxStrayQuotes unclosed quotes, cells of several lines are no longer read, so that a
// file full of quotes does not take quadratic time.
const (
	maxCellLines   = 20
	maxStrayQuotes = 1_000
)

// separators are those of exports and of spreadsheets that saved one. The tab is last,
// because wallets pad their cells with it.
const separators = ",;|\t"

// readText reads an export as text in any encoding that a wallet or a spreadsheet writes.
func readText(data []byte, c *billReader) error {
	for _, kind := range kindsOfFiles {
		if strings.HasPrefix(string(data[:min(len(data), 16)]), kind.start) {
			return refuse(kind.code)
		}
	}
	text, err := decodeText(data)
	if err != nil {
		return err
	}
	lines := splitLines(text)
	s := newSplitter(lines)
	c.decimalComma = s.separator == ';'
	if err := s.eachRecord(lines, c.measureRow); err != nil {
		return err
	}
	c.finishMeasuring()
	return s.eachRecord(lines, c.readRow)
}

// splitLines splits at the line ends of every system. A line end that was converted twice
// is one.
func splitLines(text string) []string {
	if strings.Contains(text, "\r") {
		text = strings.NewReplacer("\r\r\n", "\n", "\r\n", "\n", "\r", "\n").Replace(text)
	}
	return strings.Split(text, "\n")
}

// splitter splits the records of a text into cells.
type splitter struct {
	separator byte
	width     int // cells of the last header; 0 before it
	stray     int // quotes that were never closed
}

// newSplitter finds the separator by the first header.
func newSplitter(lines []string) *splitter {
	for _, line := range lines {
		if !namesDirection(line) {
			continue
		}
		for i := range len(separators) {
			s := &splitter{separator: separators[i]}
			if cells, _ := s.splitCells(line); headerOf(cells) != nil {
				return s
			}
		}
	}
	return &splitter{separator: ','}
}

// eachRecord passes every record with the number of its first line.
func (s *splitter) eachRecord(lines []string, read func(number int, cells []string) error) error {
	s.width, s.stray = 0, 0
	for i := 0; i < len(lines); {
		cells, used := s.splitRecord(lines[i:])
		if namesDirection(lines[i]) && headerOf(cells) != nil {
			s.width = len(cells)
		}
		if err := read(i+1, cells); err != nil {
			return err
		}
		i += used
	}
	return nil
}

// splitRecord reads the first record of the lines and returns the number of lines used.
// A quoted cell may span lines, but never swallows a line that is a record of its own:
// one with a date at its beginning, or with as many separators as a record has.
func (s *splitter) splitRecord(lines []string) (cells []string, used int) {
	line := lines[0]
	cells, closed := s.splitCells(line)
	if closed && (s.width == 0 || len(cells) >= s.width || !strings.Contains(line, `"`)) {
		return cells, 1
	}
	plain := strings.Split(line, string(s.separator))
	if closed {
		if len(plain) == s.width { // the quotes belong to the texts of two cells
			return plain, 1
		}
		return cells, 1
	}
	limit := min(len(lines), maxCellLines)
	if s.width == 0 || s.stray >= maxStrayQuotes {
		limit = 0
	}
	for used = 1; used < limit && !s.isRecord(lines[used]); used++ {
		line += "\n" + lines[used]
		if cells, closed = s.splitCells(line); closed && (len(cells) == s.width || len(plain) < s.width) {
			return cells, used + 1
		}
	}
	s.stray++
	return plain, 1
}

// isRecord reports whether a line cannot be the continuation of a quoted cell.
func (s *splitter) isRecord(line string) bool {
	return startsWithDate(line) || strings.Count(line, string(s.separator))+1 >= s.width
}

// splitCells splits a record into cells. encoding/csv cannot be used: it treats the
// padding that WeChat writes after a quote ("398"<tab>,) as text of the cell and reads
// on to the next quote.
func (s *splitter) splitCells(line string) (cells []string, closed bool) {
	padding := " \t"
	if s.separator == '\t' {
		padding = " "
	}
	for {
		line = strings.TrimLeft(line, padding)
		if !strings.HasPrefix(line, `"`) {
			cell, rest, more := strings.Cut(line, string(s.separator))
			cells = append(cells, strings.TrimSpace(cell))
			if !more {
				return cells, true
			}
			line = rest
			continue
		}
		cell, rest, ended := s.readQuotedCell(line[1:], padding)
		if !ended {
			return append(cells, cell), false
		}
		cells = append(cells, strings.TrimSpace(cell))
		if rest == "" {
			return cells, true
		}
		line = rest[1:]
	}
}

// readQuotedCell reads up to the quote before a separator or the end of the text; rest
// starts with that separator.
func (s *splitter) readQuotedCell(text, padding string) (cell, rest string, ended bool) {
	var out strings.Builder
	for {
		before, after, found := strings.Cut(text, `"`)
		out.WriteString(before)
		if !found {
			return out.String(), "", false
		}
		if strings.HasPrefix(after, `"`) && !s.endsCell(after[1:], padding) || strings.HasPrefix(after, `""`) {
			out.WriteByte('"')
			text = after[1:]
			continue
		}
		if s.endsCell(after, padding) {
			return out.String(), strings.TrimLeft(after, padding), true
		}
		out.WriteByte('"')
		text = after
	}
}

func (s *splitter) endsCell(text, padding string) bool {
	text = strings.TrimLeft(text, padding)
	return text == "" || text[0] == s.separator
}

// normalizeHeading returns a heading in the form of columnByHeading.
func normalizeHeading(cell string) string {
	name := strings.Join(strings.Fields(width.Narrow.String(cell)), "")
	return strings.Trim(name, "'\"=\uFEFF")
}
