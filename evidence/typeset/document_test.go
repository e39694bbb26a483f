package typeset_test

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"recourse/evidence/typeset"
	"recourse/evidence/typeset/picture"
)

func newBook(t testing.TB) *typeset.Document {
	t.Helper()
	book := typeset.NewDocument(mustFaces(t), typeset.Frame{Left: 20, Top: 20, Right: 190, Bottom: 277})
	book.NewPage()
	return book
}

func span(text string) []typeset.Span { return []typeset.Span{{Text: text, Style: body}} }

// render paints a page at 72 dots to the inch: one pixel a point.
func render(t testing.TB, pdf []byte, pageNo int) image.Image {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "page.pdf")
	if err := os.WriteFile(path, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	number := strconv.Itoa(pageNo)
	out, err := exec.Command("pdftoppm", "-r", "72", "-f", number, "-l", number, "-singlefile", "-png", path, filepath.Join(dir, "page")).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	file, err := os.Open(filepath.Join(dir, "page.png"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	img, err := png.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// ink counts the dark pixels of an area given in millimetres.
func ink(img image.Image, x, y, w, h float64) int {
	const perMM = 72 / 25.4
	n := 0
	for py := int(y * perMM); py < int((y+h)*perMM); py++ {
		for px := int(x * perMM); px < int((x+w)*perMM); px++ {
			if r, g, b, _ := img.At(px, py).RGBA(); r+g+b < 3*0x8000 {
				n++
			}
		}
	}
	return n
}

// Rare names, pictographs and characters no font has are visible on paper and
// come back as themselves.
func TestRareCharactersAreDrawn(t *testing.T) {
	t.Parallel()
	rare := []string{"𠮷", "䶮", "𬭊", "㐂", "𪚥", "🧧", "😀", "ก", "\U00010400", "\ue000", "👨\u200d👩\u200d👧"}
	book := newBook(t)
	for i, text := range rare {
		book.DrawLine(book.CurrentPage(), 20, 30+10*float64(i), 100, typeset.Left, typeset.Span{Text: text, Style: typeset.Style{Size: 20}})
	}
	pdf := write(t, book)
	img := render(t, pdf, 1)
	for i, text := range rare {
		if n := ink(img, 19, 22+10*float64(i), 25, 9.5); n < 8 {
			t.Errorf("%q: %d dark pixels", text, n)
		}
	}
	if got := solid(strings.Join(pages(t, pdf), "")); got != strings.Join(rare, "") {
		t.Errorf("extracted %q", got)
	}
}

func TestTableFlows(t *testing.T) {
	t.Parallel()
	book := newBook(t)
	table := typeset.Table{Widths: []float64{30, 140}, PadX: 2, PadY: 1, LineWidth: 0.2}
	table.Head = &typeset.Row{Cells: []typeset.Cell{{Paragraphs: []typeset.Paragraph{{Spans: span("表头甲")}}}, {Paragraphs: []typeset.Paragraph{{Spans: span("表头乙")}}}}}
	var want strings.Builder
	for i := range 60 {
		text := fmt.Sprintf("第%d行", i) + strings.Repeat("内容", i*i%700)
		want.WriteString(text)
		table.Rows = append(table.Rows, typeset.Row{
			Cells: []typeset.Cell{{}, {Paragraphs: []typeset.Paragraph{{Spans: span(text)}}}}, KeepWithNext: i%5 == 0,
		})
	}
	book.AddTable(table)
	pdf := write(t, book)
	if len(book.Pages) < 5 {
		t.Fatalf("%d pages", len(book.Pages))
	}
	var got strings.Builder
	for i, text := range pages(t, pdf) {
		text = solid(text)
		if !strings.HasPrefix(text, "表头甲表头乙") {
			t.Errorf("page %d begins %q", i+1, text[:min(60, len(text))])
		}
		got.WriteString(strings.TrimPrefix(text, "表头甲表头乙"))
	}
	same(t, got.String(), want.String())
}

// Nothing is drawn outside the frame, whatever the rows.
func TestTableStaysInFrame(t *testing.T) {
	t.Parallel()
	book := newBook(t)
	table := typeset.Table{Widths: []float64{80, 90}, PadX: 2, PadY: 1, LineWidth: 0.2}
	for i := range 9 {
		table.Rows = append(table.Rows, typeset.Row{Cells: []typeset.Cell{
			{Paragraphs: []typeset.Paragraph{{Spans: span(strings.Repeat("左", 100*i)), Before: 2}, {Spans: span("二"), Before: 3}}},
			{Paragraphs: []typeset.Paragraph{{Spans: span(strings.Repeat("右", 1200-100*i))}}},
		}})
	}
	book.AddTable(table)
	pdf := write(t, book)
	for i := range book.Pages {
		img := render(t, pdf, i+1)
		if n := ink(img, 0, 0, 210, 19.5) + ink(img, 0, 277.6, 210, 19); n > 0 {
			t.Errorf("page %d: %d dark pixels above or below the frame", i+1, n)
		}
	}
}

// quadrants is a picture of four colours: red, green over blue, black.
func quadrants(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{0xFF, 0, 0, 0xFF}
			switch {
			case x >= w/2 && y >= h/2:
				c = color.RGBA{0, 0, 0, 0xFF}
			case x >= w/2:
				c = color.RGBA{0, 0xFF, 0, 0xFF}
			case y >= h/2:
				c = color.RGBA{0, 0, 0xFF, 0xFF}
			}
			img.Set(x, y, c)
		}
	}
	return img
}

func prepared(t testing.TB, img image.Image) *picture.Picture {
	t.Helper()
	var data bytes.Buffer
	if err := png.Encode(&data, img); err != nil {
		t.Fatal(err)
	}
	p, err := picture.Convert(data.Bytes(), picture.Reencode)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// corners names the colours of a placed picture, row by row.
func corners(img image.Image, x, y, w, h float64) string {
	const perMM = 72 / 25.4
	var out strings.Builder
	for _, at := range [][2]float64{{0.25, 0.25}, {0.75, 0.25}, {0.25, 0.75}, {0.75, 0.75}} {
		r, g, b, _ := img.At(int((x+w*at[0])*perMM), int((y+h*at[1])*perMM)).RGBA()
		switch {
		case r > 0x8000 && g > 0x8000:
			out.WriteByte('w')
		case r > 0x8000:
			out.WriteByte('r')
		case g > 0x8000:
			out.WriteByte('g')
		case b > 0x8000:
			out.WriteByte('b')
		default:
			out.WriteByte('k')
		}
	}
	return out.String()
}

// Each EXIF orientation is undone: the picture that reads rgbk upright.
func TestPictureTurns(t *testing.T) {
	t.Parallel()
	stored := map[int]string{1: "rgbk", 2: "grkb", 3: "kbgr", 4: "bkrg", 5: "rbgk", 6: "brkg", 7: "kgbr", 8: "gkrb"}
	book := newBook(t)
	p := prepared(t, quadrants(40, 40))
	for turn := 1; turn <= 8; turn++ {
		turned := *p
		turned.Orientation, turned.Digest = turn, strconv.Itoa(turn)
		book.CurrentPage().DrawPicture(&turned, 20, 10+30*float64(turn), 20, 20)
	}
	img := render(t, write(t, book), 1)
	for turn := 1; turn <= 8; turn++ {
		if got := corners(img, 20, 10+30*float64(turn), 20, 20); got != stored[turn] {
			t.Errorf("orientation %d: got %s, want %s", turn, got, stored[turn])
		}
	}
}

func TestPicturePart(t *testing.T) {
	t.Parallel()
	book := newBook(t)
	p := prepared(t, quadrants(40, 80))
	book.CurrentPage().DrawPicturePart(p, 20, 20, 20, 40, 20, 20)
	img := render(t, write(t, book), 1)
	if got := corners(img, 20, 20, 20, 20); got != "bkbk" {
		t.Errorf("the lower half shows: got %s", got)
	}
	if got := corners(img, 20, 40, 20, 20); got != "wwww" {
		t.Errorf("below the part nothing shows: got %s", got)
	}
}

// The same pages give the same bytes, also with pictures of one width, which
// fpdf alone puts in any order.
func TestWriteIsDeterministic(t *testing.T) {
	t.Parallel()
	made := func() []byte {
		book := newBook(t)
		for i := range 12 {
			book.CurrentPage().DrawPicture(prepared(t, image.NewGray(image.Rect(0, 0, 40, 10+i))), 20, 20*float64(i), 10, 5)
			book.AddAnchor(fmt.Sprint("g", i))
			book.CurrentPage().AddLink(10, 10, 5, 5, fmt.Sprint("g", 11-i))
			book.AddBookmark("书签", i%2)
			book.AddParagraph(typeset.Paragraph{Spans: span("红包𠮷🧧")})
		}
		return write(t, book)
	}
	first := made()
	for range 5 {
		if !bytes.Equal(first, made()) {
			t.Fatal("two writings differ")
		}
	}
	if out := tool(t, first, "qpdf", "--check", "FILE"); strings.Contains(out, "WARNING") {
		t.Error(out)
	}
}

func TestGoals(t *testing.T) {
	t.Parallel()
	book := newBook(t)
	book.AddAnchor("one")
	book.NewPage()
	book.SetLabel("7")
	book.NewPage()
	book.AddAnchor("three")
	if g := book.AnchorPages(); g["one"] != 1 || g["three"] != 3 {
		t.Errorf("goals %v", g)
	}
	if book.Pages[2].Label != "7" || book.Pages[1].Label != "" {
		t.Error("labels are on the wrong pages")
	}
}

// A font that cannot be read is an error of Write, not a panic.
func TestMissingRareFont(t *testing.T) {
	t.Parallel()
	face, err := load("NotoSansSC_400Regular.ttf")
	if err != nil {
		t.Fatal(err)
	}
	lost := errors.New("no such font")
	book := typeset.NewDocument(typeset.NewFaces(face, face, face, face, typeset.Fallback{Load: func() (*typeset.Face, error) { return nil, lost }}), typeset.Frame{Right: 100, Bottom: 100})
	book.NewPage()
	book.AddParagraph(typeset.Paragraph{Spans: span("平常")})
	if err := book.WritePDF(&bytes.Buffer{}, meta); err != nil {
		t.Errorf("not needed, yet: %v", err)
	}
	book.AddParagraph(typeset.Paragraph{Spans: span("𪚥")})
	if err := book.WritePDF(&bytes.Buffer{}, meta); err == nil {
		t.Error("no error")
	}
}

func FuzzBook(f *testing.F) {
	f.Add("误发\u202e\xff👨\u200d👩 hello", 30.0)
	f.Fuzz(func(t *testing.T, text string, width float64) {
		if !(width > -50 && width < 300) || len(text) > 2000 {
			return
		}
		book := typeset.NewDocument(mustFaces(t), typeset.Frame{Left: 10, Top: 10, Right: 10 + width, Bottom: 287})
		book.NewPage()
		book.AddParagraph(typeset.Paragraph{Spans: span(text), Align: typeset.Justified})
		book.AddTable(typeset.Table{Widths: []float64{width / 2, width / 2}, PadX: 1, PadY: 1, Rows: []typeset.Row{
			{Cells: []typeset.Cell{{Paragraphs: []typeset.Paragraph{{Spans: span(text)}}}, {Paragraphs: []typeset.Paragraph{{Spans: span(text)}}}}},
		}})
		if err := book.WritePDF(&bytes.Buffer{}, meta); err != nil {
			t.Fatal(err)
		}
	})
}

// No row of a table stands alone on a page, at its foot or at its head.
func TestTableRowsKeepCompany(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(7, 7))
	row := regexp.MustCompile(`第(\d+)行`)
	for round := range 12 {
		book := newBook(t)
		book.AddSpace(random.Float64() * 250)
		n := 2 + random.IntN(70)
		table := typeset.Table{Widths: []float64{40}, PadX: 2, PadY: 1, LineWidth: 0.2, Head: &typeset.Row{Cells: []typeset.Cell{{Paragraphs: []typeset.Paragraph{{Spans: span("头")}}}}}}
		for i := range n {
			text := fmt.Sprintf("第%d行", i) + strings.Repeat("话", random.IntN(60))
			table.Rows = append(table.Rows, typeset.Row{Cells: []typeset.Cell{{Paragraphs: []typeset.Paragraph{{Spans: span(text)}}}}})
		}
		book.AddTable(table)
		seen := 0
		for i, text := range pages(t, write(t, book)) {
			found := len(row.FindAllString(text, -1))
			if seen += found; found == 1 {
				t.Errorf("round %d, %d rows: one stands alone on page %d", round, n, i+1)
			}
		}
		if seen != n {
			t.Errorf("round %d: %d of %d rows", round, seen, n)
		}
	}
}
