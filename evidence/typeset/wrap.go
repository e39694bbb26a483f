package typeset

import (
	"strings"
	"unicode"
)

// 避头尾: characters that must not start or end a line, as far as JIS X 4051 and
// 标点符号用法 (GB/T 15834) agree.
const (
	noStart = "!),.:;?]}¢°·’”†‡›℃‰∶、。〃〆〕〉》」』】〗〙〛〞〟﹐﹑﹒﹔﹕﹖﹗﹚﹜﹞！＂％＇），．：；？］｝～｠" +
		"…—–‐‧•％％々ー゛゜ゝゞヽヾぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ"
	noEnd = "$([{£¥‘“‹〈《「『【〔〖〘〚〝﹙﹛﹝＄（［｛｟￡￥"
)

// line is one line of a paragraph, without the white space at its end.
type line struct {
	runes []shapedRune
	width float64 // points
	soft  bool    // the paragraph continues, so the line may be justified
}

// wrapLines breaks text into lines of at most width points; the first is shorter by
// indent. A line has at least one character, also in a very narrow column.
func wrapLines(runes []shapedRune, width, indent float64) []line {
	var lines []line
	room := width - indent
	for start := 0; ; {
		end, soft := findLineEnd(runes, start, room, width)
		lines = append(lines, newLine(runes[start:end], soft))
		if !soft && end == len(runes) {
			return lines
		}
		start = end
		if soft {
			for start < len(runes) && runes[start].r != '\n' && runes[start].isSpace() {
				start++
			}
		}
		if start < len(runes) && runes[start].r == '\n' {
			start++
		}
		if soft && start == len(runes) {
			lines[len(lines)-1].soft = false
			return lines
		}
		room = width
	}
}

// findLineEnd returns the end of the line that starts at start.
func findLineEnd(runes []shapedRune, start int, room, width float64) (end int, soft bool) {
	used := 0.0
	for end = start; end < len(runes); end++ {
		if runes[end].r == '\n' {
			return end, false
		}
		used += runes[end].width
		if used > room+0.01 && !runes[end].isSpace() {
			break
		}
	}
	if end == len(runes) {
		return end, false
	}
	for at := end; at > start; at-- {
		if canBreakBefore(runes, at) {
			if splitsWord(runes, end) && isLongWord(runes[at:], width) {
				break // it would not fit the next line either: fill this one
			}
			return at, true
		}
	}
	return max(end, start+1), true
}

// splitsWord reports whether a line end before index at would split a word.
func splitsWord(runes []shapedRune, at int) bool {
	return isWordRune(runes[at-1].r) && isWordRune(runes[at].r)
}

// isLongWord reports whether the text starts with an unbreakable part that is wider
// than a line.
func isLongWord(runes []shapedRune, width float64) bool {
	used := 0.0
	for i := range runes {
		if runes[i].r == '\n' || i > 0 && canBreakBefore(runes, i) {
			return false
		}
		if used += runes[i].width; used > width+0.01 {
			return true
		}
	}
	return false
}

// canBreakBefore reports whether a line may end before the character with index at.
func canBreakBefore(runes []shapedRune, at int) bool {
	before := at - 1
	for before > 0 && runes[before].isSpace() {
		before--
	}
	a, b := &runes[at-1], &runes[at]
	switch {
	case b.isSpace():
		return false // white space hangs at the end of the line
	case strings.ContainsRune(noStart, b.r), strings.ContainsRune(noEnd, runes[before].r):
		return false
	case a.isSpace():
		return true
	default:
		return !isWordRune(a.r) || !isWordRune(b.r)
	}
}

// isWordRune reports whether a line must not break next to the character: letters
// of alphabets, digits and the ASCII signs in words and addresses.
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

func newLine(runes []shapedRune, soft bool) line {
	for len(runes) > 0 && runes[len(runes)-1].isSpace() {
		runes = runes[:len(runes)-1]
	}
	l := line{runes: runes, soft: soft}
	for i := range runes {
		l.width += runes[i].width
	}
	return l
}

// canStretch reports whether justification may widen the gap between two
// characters: between ideographs and at spaces, never inside a word.
func canStretch(a, b *shapedRune) bool {
	return !isWordRune(a.r) || !isWordRune(b.r)
}
