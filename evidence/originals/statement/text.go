package statement

import (
	"bytes"
	"fmt"
	"strings"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// maxCellLines is the number of lines that a quoted cell may span. After
// maxStrayQuotes unclosed quotes, cells of several lines are no longer read, so that a
// file full of quotes does not take quadratic time.
const (
	maxCellLines   = 20
	maxStrayQuotes = 1_000
)

// readText reads a CSV export in UTF-8 (WeChat) or GB18030 (Alipay).
func readText(data []byte, c *billReader) error {
	text, err := decodeText(data)
	if err != nil {
		return err
	}
	lines := strings.Split(text, "\n")
	for i, stray := 0, 0; i < len(lines); {
		cells, used, closed := splitRecord(lines[i:], c.hasHeader() && stray < maxStrayQuotes)
		if !closed {
			stray++
		}
		if err := c.readRow(i+1, cells); err != nil {
			return err
		}
		i += used
	}
	return nil
}

// decodeText detects the encoding by a heading that every bill has. One broken byte,
// or a file cut off within a character, then does not make the bill unreadable.
func decodeText(data []byte) (string, error) {
	data = bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF"))
	if bytes.Contains(data, []byte("收/支")) || bytes.Contains(data, []byte("收／支")) {
		return strings.ToValidUTF8(string(data), "\uFFFD"), nil
	}
	decoded, err := simplifiedchinese.GB18030.NewDecoder().Bytes(data)
	if err != nil {
		return "", fmt.Errorf("decode the bill: %w", err)
	}
	return string(decoded), nil
}

// splitRecord reads the first record of the lines. It returns the number of lines
// used and whether every quote was closed. A quoted cell may span lines, but ends
// before a line that starts with a date: a stray quote must not swallow other rows.
func splitRecord(lines []string, fold bool) (cells []string, used int, closed bool) {
	line := strings.TrimSuffix(lines[0], "\r")
	cells, closed = splitCells(line)
	for used = 1; !closed && fold && used < min(len(lines), maxCellLines) && !startsWithDate(lines[used]); used++ {
		line += "\n" + strings.TrimSuffix(lines[used], "\r")
		if cells, closed = splitCells(line); closed {
			return cells, used + 1, true
		}
	}
	if !closed {
		return strings.Split(strings.TrimSuffix(lines[0], "\r"), ","), 1, false
	}
	return cells, 1, true
}

// splitCells splits a record into cells. encoding/csv cannot be used: it treats the
// padding that WeChat writes after a quote ("398"<tab>,) as text of the cell and reads
// on to the next quote.
func splitCells(line string) (cells []string, closed bool) {
	for {
		line = strings.TrimLeft(line, " \t")
		if !strings.HasPrefix(line, `"`) {
			cell, rest, more := strings.Cut(line, ",")
			cells = append(cells, strings.TrimSpace(cell))
			if !more {
				return cells, true
			}
			line = rest
			continue
		}
		cell, rest, ended := readQuotedCell(line[1:])
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

// readQuotedCell reads up to the quote before a comma or the end of the text; rest
// starts with that comma.
func readQuotedCell(text string) (cell, rest string, ended bool) {
	var out strings.Builder
	for {
		before, after, found := strings.Cut(text, `"`)
		out.WriteString(before)
		if !found {
			return out.String(), "", false
		}
		if strings.HasPrefix(after, `"`) && !endsCell(after[1:]) || strings.HasPrefix(after, `""`) {
			out.WriteByte('"')
			text = after[1:]
			continue
		}
		if endsCell(after) {
			return out.String(), strings.TrimLeft(after, " \t"), true
		}
		out.WriteByte('"')
		text = after
	}
}

func endsCell(text string) bool {
	text = strings.TrimLeft(text, " \t")
	return text == "" || text[0] == ','
}
