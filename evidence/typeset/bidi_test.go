package typeset

import (
	"strings"
	"testing"
)

// shown is a text in visual order, with "|" where the level changes.
func shown(text string) string {
	runes := marksOf(text)
	setLevels(runes)
	var out strings.Builder
	for _, m := range visualOrder(runes) {
		out.WriteRune(m.r)
	}
	return out.String()
}

// Hebrew letters stand for those of all right-to-left scripts: each has one form.
func TestVisualOrder(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, want string }{
		{"Chinese", "付给王，500元", "付给王，500元"},
		{"name", "אבג", "גבא"},
		{"two words", "אב גד", "דג בא"},
		{"name in a sentence", "付给אבג，500元", "付给גבא，500元"},
		{"a sum after a name does not move", "付给אבג 500元", "付给גבא 500元"},
		{"a sum at the end does not move", "付给אבג 500", "付给גבא 500"},
		{"two names of a list", "王、אב、גד", "王、בא、דג"},
		{"a number within", "王 אב 12 גד", "王 דג 12 בא"},
		{"a right-to-left paragraph", "אב 12 גד ab.", ".ab דג 12 בא"},
		{"a Chinese word within two names", "ab אב王גד", "ab בא王דג"},
		{"brackets in a right-to-left paragraph", "אב (גד)", ")דג( בא"},
		{"each paragraph has its own direction", "אב 12\n王 12", "12 בא\n王 12"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := shown(test.text); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestExtractionOrder(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"ab":     "ab",
		"אב":     "בא\u200e",
		"אבa":    "באa",
		"אב 12":  "בא\u200e 12",
		"אב גד.": "דג בא\u200e.",
		"אב12גד": "בא12דג\u200e",
		"בּ":     "\u200f\u05bcב\u200e",
	} {
		if got := extractionOrder([]rune(text)); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// A bracket of a right-to-left part is drawn mirrored and comes back as it was.
func TestBracketsAreMirrored(t *testing.T) {
	t.Parallel()
	face := testFace(t)
	m := shapedRune{r: '(', face: face, glyph: face.GlyphFor('('), level: 1}
	if m.mirroredGlyph() != face.GlyphFor(')') {
		t.Error("the bracket opens the wrong side")
	}
	m.level = 2
	if m.mirroredGlyph() != face.GlyphFor('(') {
		t.Error("a bracket from left to right is turned")
	}
}
