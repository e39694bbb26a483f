package recovery

import (
	"strings"
	"unicode"
)

// IsBlank reports whether a text shows nothing: it is empty or consists of spaces,
// controls, format characters, marks without a letter, and characters that Unicode lets
// programs ignore. Private characters count as visible, because phones have drawn emoji
// with them, and so do characters that are newer than this program.
func IsBlank(text string) bool { return !strings.ContainsFunc(text, isVisible) }

func isVisible(r rune) bool {
	switch {
	case unicode.IsSpace(r), unicode.IsControl(r), unicode.IsMark(r), unicode.Is(unicode.Cf, r):
		return false
	case unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector, unicode.Zs, unicode.Noncharacter_Code_Point):
		return false
	default: // a blank braille pattern and a blank note are symbols for Unicode
		return r != '\u2800' && r != '\U0001D159' && r != unicode.ReplacementChar
	}
}
