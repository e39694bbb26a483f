package typeset

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// CleanText makes any bytes printable. A byte that is not UTF-8 becomes "[0xFF]",
// and a control, format or text-direction character becomes "[U+202E]", so that a
// paper shows everything that its source contains. Line ends become \n and tabs
// become spaces. Joiners are kept in pictographs and in scripts that need them, and
// variation selectors after a visible character.
func CleanText(s string) string {
	if isPlain(s) {
		return s
	}
	var out strings.Builder
	var before rune // the last visible character
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		rest := s[size:]
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&out, "[0x%02X]", s[0])
			before = ']'
		case r == '\r':
			if !strings.HasPrefix(rest, "\n") {
				out.WriteByte('\n')
			}
			before = 0
		case r == '\n':
			out.WriteByte('\n')
			before = 0
		case r == '\t':
			out.WriteString("    ")
			before = 0
		case isJoiner(before, r, rest):
			out.WriteRune(r)
		case isHidden(r):
			fmt.Fprintf(&out, "[U+%04X]", r)
			before = ']'
		default:
			out.WriteRune(r)
			before = r
			if unicode.IsSpace(r) {
				before = 0
			}
		}
		s = rest
	}
	return out.String()
}

// isPlain reports whether the text needs no cleaning, as nearly all texts do.
func isPlain(s string) bool {
	for _, r := range s {
		if (r < 0x20 && r != '\n') || r == 0x7F || r == utf8.RuneError || (r > 0x7F && (isHidden(r) || isCombining(r))) {
			return false
		}
	}
	return true
}

// isHidden reports whether a character is invisible or changes how others look.
func isHidden(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) || isCombining(r) || r&0xFFFE == 0xFFFE
}

// isCombining reports whether a character only modifies the one before it.
func isCombining(r rune) bool {
	return r == zeroWidthJoiner || isVariationSelector(r) || isTag(r)
}

const zeroWidthJoiner = 0x200D

func isVariationSelector(r rune) bool {
	return r >= 0xFE00 && r <= 0xFE0F || r >= 0xE0100 && r <= 0xE01EF
}
func isTag(r rune) bool { return r >= 0xE0020 && r <= 0xE007F }

func isJoiner(before, r rune, rest string) bool {
	switch {
	case before == 0:
		return false
	case isVariationSelector(r):
		return true
	case isTag(r):
		return before == 0x1F3F4 // the black flag, the base of regional flags
	case r == zeroWidthJoiner:
		next, _ := utf8.DecodeRuneInString(rest)
		return isPictograph(before) && isPictograph(next) || usesJoiners(before)
	case r == zeroWidthNonJoiner:
		next, _ := utf8.DecodeRuneInString(rest)
		return usesJoiners(before) && usesJoiners(next)
	default:
		return r == vowelSeparator && unicode.Is(unicode.Mongolian, before)
	}
}

const (
	zeroWidthNonJoiner = 0x200C
	vowelSeparator     = 0x180E // changes the letters of Mongolian beside it
)

// joinerScripts are the scripts whose spelling needs joiners.
var joinerScripts = []*unicode.RangeTable{
	unicode.Arabic, unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati, unicode.Oriya, unicode.Tamil,
	unicode.Telugu, unicode.Kannada, unicode.Malayalam, unicode.Sinhala, unicode.Mongolian,
}

func usesJoiners(r rune) bool { return unicode.In(r, joinerScripts...) }

func isPictograph(r rune) bool {
	return unicode.Is(unicode.So, r) && r != utf8.RuneError || r >= 0x1F000 && r <= 0x1FAFF
}
