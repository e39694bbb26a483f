package typeset_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"recourse/evidence/typeset"
)

// random makes a text as people write them: ideographs, punctuation, words,
// numbers, now and then a rare character, a pictograph or something broken.
func random(r *rand.Rand) string {
	var out strings.Builder
	pick := func(s string) rune { runes := []rune(s); return runes[r.IntN(len(runes))] }
	for range 1 + r.IntN(160) {
		switch n := r.IntN(100); {
		case n < 62:
			out.WriteRune(rune(0x4E00 + r.IntN(0x51A6)))
		case n < 76:
			out.WriteRune(pick("，。！？；：、（）《》“”‘’—…·「」『』【】％￥～"))
		case n < 84:
			for range 1 + r.IntN(14) {
				out.WriteByte(byte('a' + r.IntN(26)))
			}
		case n < 90:
			for range 1 + r.IntN(8) {
				out.WriteByte(byte('0' + r.IntN(10)))
			}
		case n < 93:
			out.WriteByte(' ')
		case n < 94:
			out.WriteByte('\n')
		case n < 95:
			out.WriteRune(rune(0x20000 + r.IntN(0xA6D6)))
		case n < 96:
			out.WriteRune(rune(0x3400 + r.IntN(0x19B5)))
		case n < 97:
			out.WriteRune(pick("🧧💰😀🙏👍🏮❤☎①②㈱℃"))
		case n < 98:
			out.WriteRune(pick("กขაბ😶ꀀ"))
		case n < 99:
			out.WriteString(names[r.IntN(len(names))].text)
		default:
			out.WriteString([]string{"\x07", "\u202e", "\xff\xfe", "\u200b", "👨‍👩‍👧", "❤️", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "葛󠄀"}[r.IntN(8)])
		}
	}
	return out.String()
}

// A thousand texts in columns of 20 to 190 mm, one below the other, come back
// whole and in order.
func TestNoCharacterIsLost(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	book := typeset.NewDocument(mustFaces(t), typeset.Frame{Left: 10, Top: 10, Right: 200, Bottom: 287})
	book.NewPage()
	cuts := []typeset.Typeface{typeset.Serif, typeset.SerifBold, typeset.Sans, typeset.SansBold}
	var source strings.Builder
	for i := range 1000 {
		text := random(r)
		book.Frame.Right = book.Frame.Left + 20 + float64(r.IntN(171))
		book.AddParagraph(typeset.Paragraph{
			Spans: []typeset.Span{{Text: text, Style: typeset.Style{Typeface: cuts[i%4], Size: 7 + float64(r.IntN(8))}}},
			Align: typeset.Align(i % 4), Indent: float64(i%2) * 21, After: 1,
		})
		source.WriteString(solid(typeset.CleanText(text)))
	}
	pdf := write(t, book)
	same(t, extracted(strings.Join(pages(t, pdf), "")), extracted(source.String()))
	if out := tool(t, pdf, "qpdf", "--check", "FILE"); strings.Contains(out, "WARNING") {
		t.Error(out)
	}
}

// same reports the first place where two texts differ.
func same(t *testing.T, got, want string) {
	t.Helper()
	a, b := []rune(got), []rune(want)
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			t.Fatalf("at character %d:\n got %q\nwant %q", i, string(a[max(0, i-20):min(len(a), i+20)]), string(b[max(0, i-20):min(len(b), i+20)]))
		}
	}
	if len(a) != len(b) {
		t.Fatalf("%d characters for %d", len(a), len(b))
	}
}
