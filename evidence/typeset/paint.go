package typeset

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/go-pdf/fpdf"
)

// Meta is the metadata of the file.
type Meta struct {
	Title   string
	Subject string
	Creator string
	At      time.Time // creation and modification date
}

// The BMP's private use area gives codes to characters that have none of their
// own in a font of 16 bits. Further ones share the last code, which draws the
// face's sign for a missing character; text extraction still returns them.
const (
	firstRare = 0xE000
	lastRare  = 0xF8FF
)

// isRare characters need a code of the private use area: those beyond the BMP and
// those of the area itself, whose codes are taken.
func isRare(r rune) bool { return r > 0xFFFF || r >= firstRare && r <= lastRare }

// usedFont is a face as this document uses it.
type usedFont struct {
	name   string
	codes  map[rune]uint16 // code in the PDF
	glyphs map[uint16]uint16
	rare   int
}

// painter writes pages with fpdf.
type painter struct {
	pdf    *fpdf.Fpdf
	faces  *Faces
	casts  map[*Face]*usedFont
	order  []*Face
	images map[string]string
	links  map[string]int
	pages  map[string]int // goals
	face   *Face          // what is set on the present page
	size   float64
}

// Write writes the document as PDF. The same pages give the same bytes.
func (b *Book) Write(w io.Writer, meta Meta) error {
	if b.err != nil {
		return b.err
	}
	p := &painter{
		pdf: newFile(meta), faces: b.faces, casts: map[*Face]*usedFont{}, images: map[string]string{},
		links: map[string]int{}, pages: b.goals,
	}
	for _, page := range b.Pages {
		for _, o := range page.ops {
			o.prepare(p)
		}
	}
	p.loadFonts()
	for goal := range b.goals {
		p.links[goal] = 0
	}
	for i, page := range b.Pages {
		p.drawPage(page)
		if i == 0 {
			p.pdf.SetAlpha(1, "Normal") // makes the file say PDF 1.4, which ActualText and Lang are of
		}
	}
	if err := p.pdf.Output(w); err != nil {
		return fmt.Errorf("writing the PDF: %w", err)
	}
	return nil
}

func newFile(meta Meta) *fpdf.Fpdf {
	pdf := fpdf.New("P", "mm", "A4", "")
	pdf.SetCatalogSort(true)
	pdf.SetCreationDate(meta.At.UTC())
	pdf.SetModificationDate(meta.At.UTC())
	pdf.SetProducer(basicPlane(meta.Creator), true)
	pdf.SetCreator(basicPlane(meta.Creator), true)
	pdf.SetTitle(basicPlane(meta.Title), true)
	pdf.SetSubject(basicPlane(meta.Subject), true)
	pdf.SetLang("zh-CN")
	pdf.SetAutoPageBreak(false, 0)
	pdf.SetMargins(0, 0, 0)
	pdf.SetDisplayMode("fullpage", "continuous")
	return pdf
}

// basicPlane makes text fit for fpdf's own strings (titles, bookmarks): one line of
// valid BMP characters. fpdf panics on others.
func basicPlane(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r > 0xFFFF:
			return 0xFFFD
		case r == '\n':
			return ' '
		default:
			return r
		}
	}, Clean(s))
}

// loadFonts hands fpdf a subset of each face that is used, in order of first
// use.
func (p *painter) loadFonts() {
	for _, face := range p.order {
		c := p.casts[face]
		letters := make([]letter, 0, len(c.glyphs))
		for code, glyph := range c.glyphs {
			letters = append(letters, letter{code, glyph})
		}
		slices.SortFunc(letters, func(a, b letter) int { return int(a.code) - int(b.code) })
		p.pdf.AddUTF8FontFromBytes(c.name, "", face.subset(letters))
	}
}

func (p *painter) drawPage(page *Page) {
	p.pdf.AddPage()
	p.face, p.size = nil, 0
	for _, goal := range page.goals {
		p.pdf.SetLink(p.linkID(goal), 0, p.pdf.PageNo())
	}
	for _, mark := range page.marks {
		p.setFont(p.order[0], 10)
		p.pdf.Bookmark(basicPlane(mark.title), mark.level, mark.y)
	}
	for _, o := range page.ops {
		o.draw(p)
	}
}

// linkID gives fpdf's number of a goal, made when first asked for so that the
// numbers do not depend on the order of a map.
func (p *painter) linkID(goal string) int {
	if p.links[goal] == 0 {
		p.links[goal] = p.pdf.AddLink()
	}
	return p.links[goal]
}

func (p *painter) setFont(face *Face, size float64) {
	if p.face != face || p.size != size {
		p.pdf.SetFont(p.casts[face].name, "", size)
		p.face, p.size = face, size
	}
}

// fontFor finds or makes the record of a face.
func (p *painter) fontFor(face *Face) *usedFont {
	c := p.casts[face]
	if c == nil {
		c = &usedFont{name: "f" + face.name, codes: map[rune]uint16{}, glyphs: map[uint16]uint16{}}
		p.casts[face] = c
		p.order = append(p.order, face)
	}
	return c
}

// code gives the code of a rune: itself, unless it is rare.
func (c *usedFont) code(r rune, glyph uint16) uint16 {
	if code, known := c.codes[r]; known {
		return code
	}
	code := uint16(r)
	if isRare(r) {
		code = uint16(min(firstRare+c.rare, lastRare))
		c.rare++
		if code == lastRare {
			glyph = 0
		}
	}
	c.codes[r], c.glyphs[code] = code, glyph
	return code
}

func (t textOp) prepare(p *painter) {
	face := t.face
	if face == nil {
		face = p.faces.main[Sans]
	}
	c := p.fontFor(face)
	for i, r := range t.letters {
		glyph := face.Glyph(r)
		if t.glyphs != nil {
			glyph = t.glyphs[i]
		}
		c.code(r, glyph)
	}
}

func (t textOp) draw(p *painter) {
	face := t.face
	if face == nil {
		face = p.faces.main[Sans]
	}
	p.setFont(face, t.size)
	p.pdf.SetTextColor(t.ink.rgb())
	c := p.casts[face]
	text := make([]rune, len(t.letters))
	for i, r := range t.letters {
		text[i] = rune(c.codes[r])
	}
	if t.actual != "" {
		p.pdf.RawWriteStr("/Span <</ActualText " + hexText(t.actual) + ">> BDC")
	}
	if t.gap != 0 {
		p.pdf.RawWriteStr(fmt.Sprintf("%.4f Tc", t.gap))
	}
	p.pdf.Text(t.x, t.y, string(text))
	if t.gap != 0 {
		p.pdf.RawWriteStr("0 Tc")
	}
	if t.actual != "" {
		p.pdf.RawWriteStr("EMC")
	}
}

// hexText is a PDF text string in UTF-16 with its mark.
func hexText(s string) string {
	var out strings.Builder
	out.WriteString("<FEFF")
	for _, unit := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&out, "%04X", unit)
	}
	out.WriteString(">")
	return out.String()
}

func (i Ink) rgb() (int, int, int) { return int(i >> 16 & 0xFF), int(i >> 8 & 0xFF), int(i & 0xFF) }

func (boxOp) prepare(*painter) {}

func (o boxOp) draw(p *painter) {
	style := ""
	if o.fill != nil {
		p.pdf.SetFillColor(o.fill.rgb())
		style = "F"
	}
	if o.line != nil {
		p.pdf.SetDrawColor(o.line.rgb())
		p.pdf.SetLineWidth(o.thick)
		style += "D"
	}
	if style != "" {
		p.pdf.Rect(o.x, o.y, o.w, o.h, style)
	}
}

func (ruleOp) prepare(*painter) {}

func (o ruleOp) draw(p *painter) {
	p.pdf.SetDrawColor(o.ink.rgb())
	p.pdf.SetLineWidth(o.thick)
	p.pdf.Line(o.x1, o.y1, o.x2, o.y2)
}

func (linkOp) prepare(*painter) {}

func (o linkOp) draw(p *painter) {
	if p.pages[o.goal] != 0 {
		p.pdf.Link(o.x, o.y, o.w, o.h, p.linkID(o.goal))
	}
}
