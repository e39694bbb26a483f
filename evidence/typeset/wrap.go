package typeset

import (
	"strings"
	"unicode"
)

// 避头尾: what may not begin a line and what may not end one (JIS X 4051 and
// 标点符号用法 GB/T 15834 in what they share).
const (
	noStart = "!),.:;?]}¢°·’”†‡›℃‰∶、。〃〆〕〉》」』】〗〙〛〞〟﹐﹑﹒﹔﹕﹖﹗﹚﹜﹞！＂％＇），．：；？］｝～｠" +
		"…—–‐‧•％％々ー゛゜ゝゞヽヾぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ"
	noEnd = "$([{£¥‘“‹〈《「『【〔〖〘〚〝﹙﹛﹝＄（［｛｟￡￥"
)

// line is one set line: its marks without the white space at its end, their
// width in points, and whether the text went on (so that it may be justified).
type line struct {
	marks []mark
	width float64
	soft  bool
}

// wrapLines breaks marks into lines of at most width points, the first of them
// shorter by indent. A line holds at least one mark, so that narrow columns end.
func wrapLines(marks []mark, width, indent float64) []line {
	var lines []line
	room := width - indent
	for start := 0; ; {
		end, soft := findLineEnd(marks, start, room, width)
		lines = append(lines, newLine(marks[start:end], soft))
		if !soft && end == len(marks) {
			return lines
		}
		start = end
		if soft {
			for start < len(marks) && marks[start].r != '\n' && marks[start].isSpace() {
				start++
			}
		}
		if start < len(marks) && marks[start].r == '\n' {
			start++
		}
		if soft && start == len(marks) {
			lines[len(lines)-1].soft = false
			return lines
		}
		room = width
	}
}

// findLineEnd finds where the line that begins at start ends.
func findLineEnd(marks []mark, start int, room, width float64) (end int, soft bool) {
	used := 0.0
	for end = start; end < len(marks); end++ {
		if marks[end].r == '\n' {
			return end, false
		}
		used += marks[end].width
		if used > room+0.01 && !marks[end].isSpace() {
			break
		}
	}
	if end == len(marks) {
		return end, false
	}
	for at := end; at > start; at-- {
		if canBreakBefore(marks, at) {
			if splitsWord(marks, end) && isLongWord(marks[at:], width) {
				break // it would not fit the next line either: fill this one
			}
			return at, true
		}
	}
	return max(end, start+1), true
}

// splitsWord reports that a line ending here would end inside a word.
func splitsWord(marks []mark, at int) bool {
	return isWordRune(marks[at-1].r) && isWordRune(marks[at].r)
}

// isLongWord reports that what cannot be broken here is wider than a line.
func isLongWord(marks []mark, width float64) bool {
	used := 0.0
	for i := range marks {
		if marks[i].r == '\n' || i > 0 && canBreakBefore(marks, i) {
			return false
		}
		if used += marks[i].width; used > width+0.01 {
			return true
		}
	}
	return false
}

// canBreakBefore reports whether a line may end before the mark at.
func canBreakBefore(marks []mark, at int) bool {
	before := at - 1
	for before > 0 && marks[before].isSpace() {
		before--
	}
	a, b := &marks[at-1], &marks[at]
	switch {
	case b.isSpace():
		return false // white space hangs at the end of the line
	case strings.ContainsRune(noStart, b.r), strings.ContainsRune(noEnd, marks[before].r):
		return false
	case a.isSpace():
		return true
	default:
		return !isWordRune(a.r) || !isWordRune(b.r)
	}
}

// isWordRune characters hold together: letters of alphabets, digits and the ASCII
// signs inside words and addresses.
func isWordRune(r rune) bool {
	if r < 0x80 {
		return r > ' '
	}
	if isIdeographic(r) {
		return false
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}

func isIdeographic(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Bopomofo, unicode.Hangul, unicode.Yi) ||
		r >= 0x3000 && r <= 0x303F || r >= 0xFF00 && r <= 0xFFEF
}

func newLine(marks []mark, soft bool) line {
	for len(marks) > 0 && marks[len(marks)-1].isSpace() {
		marks = marks[:len(marks)-1]
	}
	l := line{marks: marks, soft: soft}
	for i := range marks {
		l.width += marks[i].width
	}
	return l
}

// canStretch reports whether justification may widen the gap between two marks:
// between ideographs and at spaces, never inside a word.
func canStretch(a, b *mark) bool {
	return !isWordRune(a.r) || !isWordRune(b.r)
}
