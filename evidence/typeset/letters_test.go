package typeset_test

import (
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode"

	"recourse/evidence/typeset"
)

// names are names and signs as people write them in wallets, script by script.
var names = []struct{ script, text string }{
	{"Tibetan", "བཀྲ་ཤིས་བདེ་ལེགས།"},
	{"Tibetan stack", "སྒྲོལ་མ།"},
	{"Yi", "ꆈꌠꁱꂷ"},
	{"Uyghur", "ئەلىشىر ناۋائى"},
	{"Uyghur in a sentence", "付给ئەلىشىر，500元"},
	{"Arabic with marks", "مُحَمَّد"},
	{"Kazakh", "اسحات"},
	{"Arabic ligature", "ﷲ الله"},
	{"Mongolian", "ᠮᠣᠩᠭᠣᠯ ᠬᠦᠮᠦᠨ"},
	{"Todo and Manchu", "ᠮᠠᠨᠵᡠ ᡤᡳᠰᡠᠨ"},
	{"Korean", "김철수 홍길동"},
	{"Korean jamo", "\u1100\u1161\u11a8 ㄱㅏ"},
	{"Thai", "สมชาย น้ำใจ"},
	{"Lao", "ສົມສີ ຄຳ"},
	{"Khmer", "សុខា ស្រី"},
	{"Myanmar", "မင်္ဂလာပါ ကျော်"},
	{"Devanagari", "नमस्ते क्षत्रिय"},
	{"Bengali", "বাংলা ক্ষমা"},
	{"Tamil", "தமிழ் கொ"},
	{"Telugu", "తెలుగు క్ష"},
	{"Sinhala", "ශ්\u200dරී ලංකා"},
	{"Gurmukhi", "ਪੰਜਾਬੀ"},
	{"Gujarati", "ગુજરાતી"},
	{"Oriya", "ଓଡ଼ିଆ ଓ"},
	{"Kannada", "ಕನ್ನಡ ಠ_ಠ"},
	{"Malayalam", "മലയാളം"},
	{"Hebrew", "שָׁלוֹם עולם"},
	{"Armenian", "Հայերեն"},
	{"Georgian", "ქართული"},
	{"Ethiopic", "አማርኛ"},
	{"Cherokee", "ᏣᎳᎩ"},
	{"Canadian", "ᓚᘏᗢ ᕙ"},
	{"Greek", "Ἀλέξανδρος"},
	{"Cyrillic", "Қазақ Ұлы ӨҮ"},
	{"Vietnamese", "Nguyễn Thị Ánh"},
	{"combining", "e\u0301 q\u0307\u0323 (͡° ͜ʖ ͡°)"},
	{"strike and ring", "王\u0336小\u0489虎\u20dd"},
	{"mathematical letters", "𝓐𝓵𝓲𝓬𝓮 𝕭𝖔𝖇 𝟙𝟚"},
	{"rare ideographs", "𠮷 䶮 𪚥"},
	{"Javanese", "꧁༺王༻꧂ ꦿ"},
	{"Balinese and Cham", "ᬊ᭄ ꩜"},
	{"Vai and Tai Viet", "ꕥ ꪗ"},
	{"Tai Le and New Tai Lue", "ᥫ᭡ ᥖᥭᥰ ᦺᦑ"},
	{"Tai Tham", "ᨲᩫ᩠ᩅᨾᩮᩬᩥᨦ"},
	{"Miao", "𖼀𖽑"},
	{"Lepcha", "ᰛᰩᰵ"},
	{"braille and boxes", "⠓⠑⠇⠇⠕ ╔═╗ ░▒▓"},
	{"signs", "☾ ♛ ✿ ❦ ⚡ ➹ ₍ᐢ..ᐢ₎ ⋆ ˚ ｡ ☆ ⌘"},
	{"newer emoji", "🫨🪿🩷 👨\u200d👩\u200d👧\u200d👦 🧑🏿\u200d🤝\u200d🧑🏻"},
	{"emoji", "👩🏽\u200d⚕\ufe0f 🇨🇳 👍🏿 1\ufe0f\u20e3 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f 👁\ufe0f\u200d🗨\ufe0f"},
}

// extracted returns what a reader of the page copies: without white space and without
// the marks of direction that text extraction adds.
func extracted(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r >= 0x202A && r <= 0x202C || r == 0x200E || r == 0x200F {
			return -1
		}
		return r
	}, s)
}

// Each name comes back as it was written, has ink, and no box with a code point,
// which would be drawn in Sans.
func TestNamesInAllScripts(t *testing.T) {
	t.Parallel()
	book := newBook(t)
	for i, name := range names {
		book.DrawLine(book.CurrentPage(), 20, 15+5.4*float64(i), 100, typeset.Left, typeset.Span{Text: name.text, Style: typeset.Style{Size: 10}})
	}
	pdf := write(t, book)
	img := render(t, pdf, 1)
	lines := strings.FieldsFunc(strings.Join(pages(t, pdf), ""), func(r rune) bool { return r == '\n' })
	if len(lines) != len(names) {
		t.Fatalf("%d lines for %d names", len(lines), len(names))
	}
	for i, name := range names {
		if got := extracted(lines[i]); got != extracted(name.text) {
			t.Errorf("%s: %q comes back as %q", name.script, name.text, got)
		}
		if n := ink(img, 19, 11.4+5.4*float64(i), 100, 5.2); n < 10 {
			t.Errorf("%s: %d dark pixels", name.script, n)
		}
	}
	if fonts := tool(t, pdf, "pdffonts", "FILE"); strings.Contains(fonts, "notosanssc") {
		t.Errorf("a character is drawn as its code point:\n%s", fonts)
	}
}

// TestHieroglyphs have thin lines, which are dark only when they are large.
func TestHieroglyphs(t *testing.T) {
	t.Parallel()
	book := newBook(t)
	book.DrawLine(book.CurrentPage(), 20, 30, 100, typeset.Left, typeset.Span{Text: "𓆩♡𓆪𓀀𓁐", Style: typeset.Style{Size: 48}})
	pdf := write(t, book)
	if got := extracted(strings.Join(pages(t, pdf), "")); got != "𓆩♡𓆪𓀀𓁐" {
		t.Errorf("they come back as %q", got)
	}
	if n := ink(render(t, pdf, 1), 19, 5, 100, 35); n < 50 {
		t.Errorf("%d dark pixels", n)
	}
	if fonts := tool(t, pdf, "pdffonts", "FILE"); strings.Contains(fonts, "notosanssc") {
		t.Errorf("a character is drawn as its code point:\n%s", fonts)
	}
}

// TestIdeographsOfOneFace: 黑体 draws the ideographs that 宋体 lacks. The box of a character
// that no font has contains the digits of its code, so two boxes look alike.
func TestIdeographsOfOneFace(t *testing.T) {
	t.Parallel()
	inkOf := func(text string) int {
		book := newBook(t)
		book.DrawLine(book.CurrentPage(), 20, 15, 100, typeset.Left, typeset.Span{Text: text, Style: typeset.Style{Size: 24}})
		pdf := write(t, book)
		if got := strings.TrimSpace(strings.Join(pages(t, pdf), "")); got != text {
			t.Errorf("%q comes back as %q", text, got)
		}
		return ink(render(t, pdf, 1), 18, 5, 40, 15)
	}
	box, other, biang := inkOf("\U00030EDC"), inkOf("\U00030EDB"), inkOf("𰻝")
	if difference := max(box-other, other-box); difference*5 > box {
		t.Errorf("boxes have %d and %d dark pixels", box, other)
	}
	if difference := max(box-biang, biang-box); difference*5 < box {
		t.Errorf("𰻝 has %d dark pixels, a box has %d", biang, box)
	}
}

// A reader finds a name: text extraction puts no blank inside a word.
func TestNamesAreFound(t *testing.T) {
	t.Parallel()
	for _, word := range []string{"ئەلىشىر", "مُحَمَّد", "שָׁלוֹם", "ສົມສີ", "น้ำใจ", "བཀྲ་ཤིས་བདེ་ལེགས", "ᠮᠣᠩᠭᠣᠯ", "홍길동", "ශ්\u200dරී", "q\u0307\u0323x"} {
		book := newBook(t)
		book.AddParagraph(typeset.Paragraph{Spans: span("收款人" + word + "，已收到1,000元")})
		if got := strings.Join(pages(t, write(t, book)), ""); !strings.Contains(got, word) {
			t.Errorf("%q comes back as %q", word, got)
		}
	}
}

// Joined letters are not drawn as letters on their own.
func TestLettersAreJoined(t *testing.T) {
	t.Parallel()
	book := newBook(t)
	for _, test := range []struct{ script, joined, apart string }{
		{"Uyghur", "سسس", "س س س"}, {"Tibetan", "སྒྲ", "ས ག ར"}, {"Khmer", "ស្រី", "ស រ"}, {"Korean", "\u1100\u1161\u11a8", "\u1100 \u1161 \u11a8"},
		{"Devanagari", "क्षत्र", "क ष त र"}, {"Mongolian", "ᠮᠣᠩ", "ᠮ ᠣ ᠩ"},
	} {
		width := func(s string) float64 {
			return book.LineWidth(typeset.Span{Text: strings.ReplaceAll(s, " ", ""), Style: body})
		}
		apart := 0.0
		for letter := range strings.FieldsSeq(test.apart) {
			apart += width(letter)
		}
		if joined := width(test.joined); joined >= apart || joined == 0 {
			t.Errorf("%s: %v mm joined, %v mm apart", test.script, joined, apart)
		}
	}
}

// In a narrow cell long names wrap, nothing is lost, and no line begins with a mark.
func TestNamesWrapInNarrowCells(t *testing.T) {
	t.Parallel()
	book := newBook(t)
	table := typeset.Table{Widths: []float64{18}, PadX: 1, PadY: 1, LineWidth: 0.2}
	var source strings.Builder
	for _, name := range names {
		if strings.Contains(name.text, "付给") {
			continue // text extraction takes a page of Uyghur for one from right to left, also its Chinese sentences
		}
		long := strings.Repeat(name.text, 12)
		source.WriteString(long)
		table.Rows = append(table.Rows, typeset.Row{Cells: []typeset.Cell{{Paragraphs: []typeset.Paragraph{{Spans: span(long)}}}}})
	}
	book.AddTable(table)
	pdf := write(t, book)
	got := strings.Join(pages(t, pdf), "")
	same(t, extracted(got), extracted(source.String()))
	for line := range strings.Lines(got) {
		first := []rune(extracted(line))
		if len(first) > 0 && unicode.IsMark(first[0]) && !strings.Contains(source.String(), " "+string(first[0])) {
			t.Errorf("a line begins with a mark: %q", line)
		}
	}
	for i := range book.Pages {
		if i%3 == 0 && ink(render(t, pdf, i+1), 39, 20, 160, 250) > 0 {
			t.Errorf("page %d: ink beside the cell", i+1)
		}
	}
}

// A stranger's pile of marks stays within its line, and each mark is on the paper.
func TestPilesOfMarks(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"letters": strings.Repeat("e"+strings.Repeat("\u0301", 20), 5), "Thai": "ก" + strings.Repeat("\u0e49", 300), "Han": "王" + strings.Repeat("\u0336", 300),
		"Tibetan": "ཀ" + strings.Repeat("\u0fb2", 200), "Arabic": "س" + strings.Repeat("\u0651", 200), "no letter": strings.Repeat("\u0301", 100),
	} {
		book := newBook(t)
		book.AddSpace(20)
		book.AddParagraph(typeset.Paragraph{Spans: span(text)})
		height := book.PositionY()
		pdf := write(t, book)
		if got := extracted(strings.Join(pages(t, pdf), "")); len([]rune(got)) != len([]rune(text)) {
			t.Errorf("%s: %d of %d characters", name, len([]rune(got)), len([]rune(text)))
		}
		img := render(t, pdf, 1)
		if n := ink(img, 0, 0, 210, 39) + ink(img, 0, height+1, 210, 296-height); n > 0 {
			t.Errorf("%s: %d dark pixels above or below", name, n)
		}
	}
}

// The letter under a pile of marks is drawn as itself, and each mark as its code point.
func TestLetterUnderMarks(t *testing.T) {
	t.Parallel()
	book := newBook(t)
	width := func(s string) float64 { return book.LineWidth(typeset.Span{Text: s, Style: body}) }
	box := width("\U00010401") // no font has it
	for _, letter := range []string{"e", "王", "ก"} {
		pile := width(letter + strings.Repeat("\u0301", 50))
		if boxes := (pile - width(letter)) / box; boxes < 20 || boxes > 50 {
			t.Errorf("%s: %v boxes", letter, boxes)
		}
	}
}

// Long texts of one script are set within their time.
func TestLongTextsOfOneScript(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"Arabic": strings.Repeat("ئەلىشىر ناۋائى ", 1<<13), "one word": strings.Repeat("ئە", 1<<14), "Tibetan": strings.Repeat("བཀྲ་ཤིས་", 1<<12),
		"brackets": strings.Repeat("(ئ[", 1<<14), "numbers": strings.Repeat("ئ1a", 1<<14), "marks": "e" + strings.Repeat("\u0301", 10000),
	} {
		book := newBook(t)
		start := time.Now()
		book.AddParagraph(typeset.Paragraph{Spans: span(text)})
		if err := book.WritePDF(io.Discard, meta); err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d KB, %d pages, %v", name, len(text)>>10, len(book.Pages), time.Since(start))
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("%s: %v", name, took)
		}
	}
}

// Documents may be set at the same time with the same faces.
func TestFacesAreShared(t *testing.T) {
	t.Parallel()
	want := ""
	results := make(chan string)
	for range 8 {
		go func() {
			book := typeset.NewDocument(mustFaces(t), typeset.Frame{Left: 20, Top: 20, Right: 190, Bottom: 277})
			book.NewPage()
			for _, name := range names {
				book.AddParagraph(typeset.Paragraph{Spans: span(name.text)})
			}
			var out strings.Builder
			if err := book.WritePDF(&out, meta); err != nil {
				t.Error(err)
			}
			results <- out.String()
		}()
	}
	for range 8 {
		got := <-results
		if want == "" {
			want = got
		}
		if got != want {
			t.Error("two documents of the same text differ")
		}
	}
}

func FuzzShape(f *testing.F) {
	for _, name := range names {
		f.Add(name.text, uint16(3), 60.0)
	}
	f.Add("e\u0301", uint16(3000), 20.0)
	f.Add("ئ(1]a\u0651\u200c", uint16(900), 20.0)
	f.Fuzz(func(t *testing.T, text string, times uint16, width float64) {
		if !(width > 1 && width < 190) || len(text) > 200 || len(text)*int(times) > 1<<14 {
			return
		}
		book := typeset.NewDocument(mustFaces(t), typeset.Frame{Left: 10, Top: 10, Right: 10 + width, Bottom: 287})
		book.NewPage()
		book.AddParagraph(typeset.Paragraph{Spans: span(strings.Repeat(text, int(times))), Align: typeset.Justified})
		if err := book.WritePDF(io.Discard, meta); err != nil {
			t.Fatal(err)
		}
	})
}

// Any letters and marks of left-to-right scripts, in any order, come back whole.
func TestAnyLettersComeBack(t *testing.T) {
	t.Parallel()
	blocks := []rune{0x0250, 0x0300, 0x0400, 0x0530, 0x0900, 0x0980, 0x0A00, 0x0A80, 0x0B00, 0x0B80, 0x0C00, 0x0C80, 0x0D00, 0x0D80, 0x0E00, 0x0E80,
		0x0F00, 0x0F80, 0x1000, 0x10A0, 0x1100, 0x1200, 0x13A0, 0x1400, 0x1780, 0x1800, 0x1B00, 0x20D0, 0x2200, 0x2800, 0xA000, 0xA500, 0xA980, 0xAA00, 0xAA80, 0xAC00,
		0x1D400, 0x1F300, 0x1F600, 0x4E00, 0x0041}
	r := rand.New(rand.NewPCG(3, 4))
	book := typeset.NewDocument(mustFaces(t), typeset.Frame{Left: 10, Top: 10, Right: 200, Bottom: 287})
	book.NewPage()
	var source strings.Builder
	for i := range 400 {
		var text strings.Builder
		for range 1 + r.IntN(40) {
			block := blocks[r.IntN(len(blocks))]
			for range 1 + r.IntN(4) {
				if c := block + rune(r.IntN(96)); unicode.IsPrint(c) {
					text.WriteRune(c)
				}
			}
		}
		text.WriteString("。")
		book.Frame.Right = book.Frame.Left + 20 + float64(r.IntN(171))
		book.AddParagraph(typeset.Paragraph{Spans: span("文" + text.String()), Align: typeset.Align(i % 4)})
		source.WriteString("文" + typeset.CleanText(text.String()))
	}
	pdf := write(t, book)
	same(t, extracted(strings.Join(pages(t, pdf), "")), extracted(source.String()))
	if out := tool(t, pdf, "qpdf", "--check", "FILE"); strings.Contains(out, "WARNING") {
		t.Error(out)
	}
}
