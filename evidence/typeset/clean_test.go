package typeset_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"recourse/evidence/typeset"
)

func TestClean(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, want string }{
		{"plain", "误发 2,000 元。", "误发 2,000 元。"},
		{"invalid bytes", "a\xffb\xc3", "a[0xFF]b[0xC3]"},
		{"control", "a\x00b\x1b[31m", "a[U+0000]b[U+001B][31m"},
		{"text direction", "\u202e钱退\u202c", "[U+202E]钱退[U+202C]"},
		{"isolates", "\u2066a\u2069", "[U+2066]a[U+2069]"},
		{"invisible", "a\u200bb\ufeffc\u00ad", "a[U+200B]b[U+FEFF]c[U+00AD]"},
		{"line ends", "a\r\nb\rc\u2028d", "a\nb\nc[U+2028]d"},
		{"tab", "a\tb", "a    b"},
		{"family", "👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"},
		{"joiner between letters", "a\u200db", "a[U+200D]b"},
		{"joiner between letters that join", "ශ්\u200dර ق\u200cق", "ශ්\u200dර ق\u200cق"},
		{"joiner between other letters", "a\u200cb王\u200c王", "a[U+200C]b王[U+200C]王"},
		{"vowel separator", "ᠮ\u180eᠠ a\u180e", "ᠮ\u180eᠠ a[U+180E]"},
		{"joiner at the end", "👨\u200d", "👨[U+200D]"},
		{"selector", "❤\ufe0f 葛\U000e0100", "❤\ufe0f 葛\U000e0100"},
		{"selector with nothing before", "\ufe0fa", "[U+FE0F]a"},
		{"selector after white space", "a \ufe0f", "a [U+FE0F]"},
		{"flag", "🏴\U000e0067\U000e007f", "🏴\U000e0067\U000e007f"},
		{"tag without flag", "a\U000e0067", "a[U+E0067]"},
		{"no character", "\uffff\U0001fffe", "[U+FFFF][U+1FFFE]"},
		{"replacement", "\ufffd", "\ufffd"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := typeset.CleanText(test.text); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func FuzzClean(f *testing.F) {
	f.Add("误发\u202e\xff👨\u200d👩")
	f.Fuzz(func(t *testing.T, text string) {
		got := typeset.CleanText(text)
		if !utf8.ValidString(got) {
			t.Fatalf("%q is no UTF-8", got)
		}
		if i := strings.IndexFunc(got, func(r rune) bool { return unicode.IsControl(r) && r != '\n' }); i >= 0 {
			t.Fatalf("%q holds a control character", got)
		}
		if again := typeset.CleanText(got); again != got {
			t.Fatalf("%q is cleaned again to %q", got, again)
		}
	})
}
