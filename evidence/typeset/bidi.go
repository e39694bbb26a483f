package typeset

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-text/typesetting/bidi"
	xbidi "golang.org/x/text/unicode/bidi"
)

// hasRightToLeft reports whether a text has a letter that is written from right to
// left.
func hasRightToLeft(text string) bool {
	return strings.IndexFunc(text, isRightToLeft) >= 0
}

func isRightToLeft(r rune) bool {
	if r < 0x0590 {
		return false
	}
	props, _ := xbidi.LookupRune(r)
	return props.Class() == xbidi.R || props.Class() == xbidi.AL
}

// breaksRightToLeft reports whether text extraction ends a right-to-left part before
// the character: a left-to-right letter of the BMP, or a digit.
func breaksRightToLeft(r rune) bool {
	if isRare(r) {
		return false
	}
	props, _ := xbidi.LookupRune(r)
	return props.Class() == xbidi.L || props.Class() == xbidi.EN || props.Class() == xbidi.AN
}

// setLevels sets the levels of a text, paragraph by paragraph.
func setLevels(runes []shapedRune) {
	for start := 0; start < len(runes); {
		end := start
		for end < len(runes) && runes[end].r != '\n' {
			end++
		}
		setParagraphLevels(runes[start:end])
		start = end + 1
	}
}

// maxBidi is the length of a paragraph beyond which its parts are ordered on their
// own, so that no text can make ordering slow.
const maxBidi = 1 << 16

func setParagraphLevels(runes []shapedRune) {
	for len(runes) > 0 {
		part := runes[:min(len(runes), maxBidi)]
		runes = runes[len(part):]
		text := make([]rune, len(part))
		for i := range part {
			text[i] = part[i].r
		}
		var paragraph bidi.Paragraph
		runs := paragraph.Segment(text, bidi.Neutral)
		levels := make([]bidi.Run, runs.NumRuns())
		for i := range levels {
			levels[i] = runs.Run(i)
			for at := levels[i].Start; at < levels[i].End; at++ {
				part[at].level = uint8(levels[i].Level)
			}
		}
		if startsLeftToRight(text) {
			isolateRuns(part, levels)
		}
	}
}

// startsLeftToRight reports whether the first letter of a text is a left-to-right one.
func startsLeftToRight(text []rune) bool {
	i := slices.IndexFunc(text, func(r rune) bool {
		props, _ := xbidi.LookupRune(r)
		return props.Class() == xbidi.L || isRightToLeft(r)
	})
	return i < 0 || !isRightToLeft(text[i])
}

// isolateRuns keeps the order of a left-to-right sentence around right-to-left words,
// as if each were isolated: a sum after a name must not move before the name, nor a
// name of a list before the one it follows.
func isolateRuns(runes []shapedRune, runs []bidi.Run) {
	for i, run := range runs {
		part := runes[run.Start:run.End]
		number := isNumber(part) && i+1 < len(runs)
		if run.Level == 0 || run.Level == 2 && number {
			continue
		}
		for at := range part {
			if isIdeographic(part[at].r) { // Chinese punctuation is part of the sentence
				part[at].level = 0
			}
		}
		if i+2 < len(runs) && isNumber(runes[runs[i+1].Start:runs[i+1].End]) {
			continue // the number belongs to the words on both sides
		}
		for end := len(part); end > 0 && !isRightToLeft(part[end-1].r) && !unicode.IsMark(part[end-1].r); end-- {
			part[end-1].level = 0
		}
	}
}

// isNumber reports whether a text has no letters.
func isNumber(runes []shapedRune) bool {
	return !slices.ContainsFunc(runes, func(m shapedRune) bool { return unicode.IsLetter(m.r) })
}

// visualOrder returns the characters of a line from left to right. Characters of
// level 0 stay where they are.
func visualOrder(runes []shapedRune) []shapedRune {
	highest := uint8(0)
	for i := range runes {
		highest = max(highest, runes[i].level)
	}
	if highest == 0 {
		return runes
	}
	out := slices.Clone(runes)
	for level := highest; level > 0; level-- {
		for i := 0; i < len(out); i++ {
			from := i
			for i < len(out) && out[i].level >= level {
				i++
			}
			slices.Reverse(out[from:i])
		}
	}
	return out
}

// These marks start and end a right-to-left part for text extraction, where it would
// otherwise begin with a mark on a letter or take what follows with it.
const (
	leftToRightMark = "\u200e"
	rightToLeftMark = "\u200f"
)

// extractionOrder returns a text in the order in which text extraction expects a
// line: right-to-left parts from their end, each closed by a mark unless a letter or
// digit follows that closes it.
func extractionOrder(text []rune) string {
	var out strings.Builder
	for i := 0; i < len(text); {
		if !isRightToLeft(text[i]) {
			out.WriteRune(text[i])
			i++
			continue
		}
		end := i + 1
		for j := end; j < len(text) && !breaksRightToLeft(text[j]); j++ {
			if isRightToLeft(text[j]) || unicode.IsMark(text[j]) {
				end = j + 1
			}
		}
		out.WriteString(startPart(reversed(string(text[i:end]))))
		if end == len(text) || !breaksRightToLeft(text[end]) {
			out.WriteString(leftToRightMark)
		}
		i = end
	}
	return out.String()
}

// startPart adds a mark to a reversed right-to-left part that does not begin with a
// right-to-left letter.
func startPart(part string) string {
	if first, _ := utf8.DecodeRuneInString(part); isRightToLeft(first) {
		return part
	}
	return rightToLeftMark + part
}
