package typeset

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"recourse/evidence/typeset/picture"
)

func TestHexText(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "<FEFF>", "a": "<FEFF0061>", "上": "<FEFF4E0A>", "𠮷": "<FEFFD842DFB7>", "👨\u200d👩": "<FEFFD83DDC68200DD83DDC69>",
	} {
		if got := hexText(text); got != want {
			t.Errorf("%q: %s", text, got)
		}
	}
}

func TestBasic(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"a\xff": "a[0xFF]", "𠮷\n王": "\ufffd 王", "\u202e": "[U+202E]", "案": "案"} {
		if got := basicPlane(text); got != want || !utf8.ValidString(got) {
			t.Errorf("%q: %q", text, got)
		}
	}
}

// Whatever the file is called, writing it does not panic.
func TestMetaTakesAnyBytes(t *testing.T) {
	t.Parallel()
	face := testFace(t)
	for _, text := range []string{"\xff", "\xf0\x9f", "𠮷", "(\\", "\n\r\x00", strings.Repeat("案", 5000)} {
		book := NewDocument(NewFaces(face, face, face, face), Frame{Right: 100, Bottom: 100})
		book.NewPage()
		book.AddBookmark(text, 0)
		book.AddParagraph(Paragraph{Spans: []Span{{Text: "文", Style: Style{Size: 10}}}})
		var out bytes.Buffer
		if err := book.WritePDF(&out, Metadata{Title: text, Subject: text, Creator: text, CreatedAt: time.Unix(0, 0)}); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func testFace(t testing.TB) *Face {
	t.Helper()
	face, err := ParseFace("NotoSansSC_400Regular", fontBytes(t, "NotoSansSC_400Regular.ttf"))
	if err != nil {
		t.Fatal(err)
	}
	return face
}

// Characters beyond the BMP, and those of the private use area, get codes of
// that area, each its own, until there are no more.
func TestCodes(t *testing.T) {
	t.Parallel()
	c := &usedFont{codes: map[rune]uint16{}, shaped: map[uint16]uint16{}, glyphs: map[uint16]uint16{}}
	if c.codeFor('案', 7) != '案' || c.glyphs['案'] != 7 {
		t.Error("a BMP character keeps its code")
	}
	first, second, own := c.codeFor(0x20BB7, 8), c.codeFor(0x2B3CA, 9), c.codeFor(0xE000, 10)
	if first != 0xE000 || second != 0xE001 || own != 0xE002 || c.codeFor(0x20BB7, 8) != first {
		t.Errorf("codes %X %X %X", first, second, own)
	}
	for r := rune(0x30000); r < 0x30000+7000; r++ {
		c.codeFor(r, 11)
	}
	if last := c.codeFor(0x30000+6999, 11); last != lastRare || c.glyphs[lastRare] != 0 {
		t.Errorf("the last code is %X and draws glyph %d", last, c.glyphs[lastRare])
	}
	if c.glyphs[first] != 8 || c.glyphs[second] != 9 {
		t.Error("a later character took an earlier one's code")
	}
}

func TestInk(t *testing.T) {
	t.Parallel()
	if r, g, b := Color(0x12AB0F).toRGB(); r != 0x12 || g != 0xAB || b != 0x0F {
		t.Error(r, g, b)
	}
}

// Every orientation maps the unit square onto the whole rectangle.
func TestPlacement(t *testing.T) {
	t.Parallel()
	for turn := range 10 {
		m := pictureTransform(turn, 10, 20, 30, 40)
		var xs, ys []float64
		for _, corner := range [][2]float64{{0, 0}, {1, 0}, {0, 1}, {1, 1}} {
			xs = append(xs, m.A*corner[0]+m.C*corner[1]+m.E)
			ys = append(ys, m.B*corner[0]+m.D*corner[1]+m.F)
		}
		if slices.Min(xs) != 10 || slices.Max(xs) != 40 || slices.Min(ys) != 20 || slices.Max(ys) != 60 {
			t.Errorf("orientation %d: %v %v", turn, xs, ys)
		}
		if area := math.Abs(m.A*m.D - m.B*m.C); area != 30*40 {
			t.Errorf("orientation %d: area %v", turn, area)
		}
	}
}

// runs tells the texts a page was asked to draw, with their gaps.
func runs(page *Page) (texts []string, gaps []float64) {
	for _, o := range page.ops {
		if text, is := o.(textOp); is {
			texts, gaps = append(texts, string(text.runes)), append(gaps, text.gap)
		}
	}
	return texts, gaps
}

// A justified line widens ideographs and leaves words alone; the gap after a
// run's last letter is free, so that the word's first may end the run before.
func TestRunSplitsAtGaps(t *testing.T) {
	t.Parallel()
	face := testFace(t)
	faces := NewFaces(face, face, face, face)
	marks, err := faces.shapeSpans([]Span{{Text: "收到money今天", Style: Style{Typeface: Sans, Size: 10}}})
	if err != nil {
		t.Fatal(err)
	}
	page := &Page{}
	page.addText(newLine(marks, true), 0, 10, 2)
	texts, gaps := runs(page)
	if strings.Join(texts, "|") != "收到m|oney|今天" || !slices.Equal(gaps, []float64{2, 0, 2}) {
		t.Errorf("%q %v", texts, gaps)
	}
	page = &Page{}
	page.addText(newLine(marks, true), 0, 10, 0)
	if texts, _ := runs(page); len(texts) != 1 {
		t.Errorf("without gaps it is one run: %q", texts)
	}
}

// Each mark stands where the widths before it and the gaps put it.
func TestRunPositions(t *testing.T) {
	t.Parallel()
	face := testFace(t)
	faces := NewFaces(face, face, face, face)
	marks, err := faces.shapeSpans([]Span{{Text: "一二ab三", Style: Style{Typeface: Sans, Size: 10}}})
	if err != nil {
		t.Fatal(err)
	}
	page := &Page{}
	page.addText(newLine(marks, true), 0, 10, 1)
	want, at := map[rune]float64{}, 0.0
	for i := range marks {
		want[marks[i].r] = at
		at += marks[i].width
		if i+1 < len(marks) && canStretch(&marks[i], &marks[i+1]) {
			at++
		}
	}
	for _, o := range page.ops {
		text := o.(textOp)
		if got := text.x * perMM; math.Abs(got-want[text.runes[0]]) > 1e-9 {
			t.Errorf("%q stands at %v, want %v", string(text.runes), got, want[text.runes[0]])
		}
	}
}

// A character no font has is drawn as its number and extracted as itself.
func TestNameBox(t *testing.T) {
	t.Parallel()
	face := testFace(t)
	faces := NewFaces(face, face, face, face)
	marks, err := faces.shapeSpans([]Span{{Text: "甲\U00010400乙", Style: Style{Typeface: Sans, Size: 10}}})
	if err != nil {
		t.Fatal(err)
	}
	page := &Page{}
	page.addText(newLine(marks, false), 0, 10, 0)
	texts, _ := runs(page)
	if strings.Join(texts, "|") != "甲|[U+10400]|乙" {
		t.Errorf("%q", texts)
	}
	for _, o := range page.ops {
		if text, is := o.(textOp); is && string(text.runes) == "[U+10400]" && text.actual != "\U00010400" {
			t.Errorf("extracted as %q", text.actual)
		}
	}
	if _, is := page.ops[1].(boxOp); !is {
		t.Error("there is no frame around it")
	}
}

func TestShape(t *testing.T) {
	t.Parallel()
	face := testFace(t)
	faces := NewFaces(face, face, face, face)
	marks, err := faces.shapeSpans([]Span{{Text: "a\u3000", Style: Style{Typeface: Sans, Size: 10}}, {Text: "案\ufe00\n", Style: Style{Typeface: Sans, Size: 20, Tracking: 100}}})
	if err != nil {
		t.Fatal(err)
	}
	if len(marks) != 4 || marks[2].modifiers != "\ufe00" || marks[2].actualText() != "案\ufe00" || marks[2].width != 22 || marks[3].width != 0 || !marks[1].isSpace() {
		t.Errorf("%+v", marks)
	}
}

func TestSpansKeepTheirStyles(t *testing.T) {
	t.Parallel()
	face := testFace(t)
	book := NewDocument(NewFaces(face, face, face, face), Frame{Right: 100, Bottom: 100})
	page := book.NewPage()
	width := book.DrawLine(page, 10, 10, 80, Right, Span{"红", Style{Size: 10, Color: 0xFF0000}}, Span{"黑", Style{Size: 20}})
	if want := 30 / perMM; math.Abs(width-want) > 1e-9 || math.Abs(book.LineWidth(Span{"红黑", Style{Size: 10}})-20/perMM) > 1e-9 {
		t.Errorf("width %v, want %v", width, want)
	}
	red, black := page.ops[0].(textOp), page.ops[1].(textOp)
	if red.color != 0xFF0000 || black.size != 20 || math.Abs(red.x-(90-width)) > 1e-9 {
		t.Errorf("%+v %+v", red, black)
	}
}

// A long paragraph leaves no single line behind or ahead.
func TestParagraphsKeepTwoLines(t *testing.T) {
	t.Parallel()
	face := testFace(t)
	for lines := 2; lines < 9; lines++ {
		for room := 1; room < 6; room++ {
			book := NewDocument(NewFaces(face, face, face, face), Frame{Right: 100, Bottom: 20 * 10 / perMM})
			book.NewPage()
			book.y = book.Frame.Bottom - float64(room)*10/perMM
			text := strings.TrimSuffix(strings.Repeat("行\n", lines), "\n")
			book.AddParagraph(Paragraph{Spans: []Span{{Text: text, Style: Style{Size: 10}}}, Leading: 1})
			here, _ := runs(book.Pages[0])
			there := 0
			if len(book.Pages) > 1 {
				next, _ := runs(book.Pages[1])
				there = len(next)
			}
			if len(here)+there != lines || lines > 3 && (len(here) == 1 || there == 1) {
				t.Errorf("%d lines, room for %d: %d and %d", lines, room, len(here), there)
			}
		}
	}
}

func TestNeedAndSkip(t *testing.T) {
	t.Parallel()
	book := NewDocument(NewFaces(nil, nil, nil, nil), Frame{Top: 10, Bottom: 100})
	book.NewPage()
	book.EnsureSpace(500)
	if len(book.Pages) != 1 {
		t.Error("a fresh page is not left for what never fits")
	}
	book.AddSpace(40)
	book.EnsureSpace(49)
	if len(book.Pages) != 1 || book.PositionY() != 50 {
		t.Error("there was room")
	}
	book.EnsureSpace(51)
	if len(book.Pages) != 2 || book.PositionY() != 10 {
		t.Error("there was no room")
	}
	book.AddSpace(1000)
	if book.PositionY() != 100 {
		t.Error("skipped over the foot")
	}
}

// The same picture is embedded once, however often it is placed.
func TestAdoptOnce(t *testing.T) {
	t.Parallel()
	face := testFace(t)
	book := NewDocument(NewFaces(face, face, face, face), Frame{Right: 100, Bottom: 100})
	page := book.NewPage()
	pic := &picture.Picture{
		Digest: "d", Width: 1, Height: 1, StoredWidth: 1, StoredHeight: 1, ColorSpace: "DeviceGray", Bits: 8, Filter: "FlateDecode",
		Data: []byte("x\x9cc`\x00\x00\x00\x02\x00\x01"), Params: "/Columns 1",
	}
	page.DrawPicture(pic, 10, 10, 10, 10)
	page.DrawPicturePart(pic, 30, 10, 10, 10, 0, 5)
	other := *pic
	other.Digest = "e"
	page.DrawPicture(&other, 50, 10, 10, 10)
	book.AddParagraph(Paragraph{Spans: []Span{{Text: "文", Style: Style{Size: 10}}}})
	var out bytes.Buffer
	if err := book.WritePDF(&out, Metadata{}); err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(out.Bytes(), []byte("/Subtype /Image")); n != 2 {
		t.Errorf("%d pictures in the file", n)
	}
	if bytes.Contains(out.Bytes(), []byte("/SMask")) {
		t.Error("a mask points to nothing")
	}
}
