package statement

import (
	"bytes"
	"fmt"
	"strings"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// maxCellLines is how many lines one quoted cell may run over; maxStray is after
// how many quotes that never end a file is no longer believed to have such
// cells, so that a file of nothing else costs no more than any other.
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

// decodeText finds the encoding by what the header must say, so that one broken
// byte, or a file cut off in the middle of a character, does not hide a bill.
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

// splitRecord splits the first record off the lines and says how many lines it took
// and whether every quote in it was closed.
// A quoted cell may run over lines, but never into one that begins with a date:
// a stray quote must not swallow the rows below it.
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

// splitCells cuts a record into cells. It is written by hand because encoding/csv
// takes the padding that WeChat writes after a quote ("398"<tab>,) for text of
// the cell, and runs on to the next quote.
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

// readQuotedCell reads a cell up to the quote that a comma or the end follows; rest
// begins with that comma.
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
