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

// Metadata is the metadata of the PDF file.
type Metadata struct {
	Title     string
	Subject   string
	Creator   string
	CreatedAt time.Time // creation and modification date
}

// Codes in an embedded font have 16 bits. Characters beyond get a code of the
// private use area of the BMP. When these are used up, the rest share the last code
// and are drawn as missing characters; text extraction still returns them.
const (
	firstRare = 0xE000
	lastRare  = 0xF8FF
)

// isRare reports whether a character needs a code of the private use area: it is
// beyond the BMP, or in that area itself.
func isRare(r rune) bool { return r > 0xFFFF || r >= firstRare && r <= lastRare }

// usedFont is a face with the characters that this document uses.
type usedFont struct {
	name   string
	codes  map[rune]uint16   // code in the PDF
	shaped map[uint16]uint16 // code in the PDF of a glyph without a character of its own
	glyphs map[uint16]uint16
	rare   int
}

// painter writes pages with fpdf.
type painter struct {
	pdf       *fpdf.Fpdf
	faces     *Faces
	usedFonts map[*Face]*usedFont
	fontOrder []*Face
	images    map[string]string
	links     map[string]int
	pages     map[string]int // of the anchors, from 1
	face      *Face          // current font of the page
	size      float64
}

// WritePDF writes the document as PDF. The same pages give the same bytes.
func (b *Document) WritePDF(w io.Writer, meta Metadata) error {
	if b.err != nil {
		return b.err
	}
	p := &painter{
		pdf: newPDF(meta), faces: b.faces, usedFonts: map[*Face]*usedFont{}, images: map[string]string{},
		links: map[string]int{}, pages: b.anchors,
	}
	for _, page := range b.Pages {
		for _, o := range page.ops {
			o.collectGlyphs(p)
		}
	}
	p.loadFonts()
	for target := range b.anchors {
		p.links[target] = 0
	}
	for i, page := range b.Pages {
		p.drawPage(page)
		if i == 0 {
			p.pdf.SetAlpha(1, "Normal") // sets the version to PDF 1.4, which ActualText and Lang require
		}
	}
	if err := p.pdf.Output(w); err != nil {
		return fmt.Errorf("writing the PDF: %w", err)
	}
	return nil
}

func newPDF(meta Metadata) *fpdf.Fpdf {
	pdf := fpdf.New("P", "mm", "A4", "")
	pdf.SetCatalogSort(true)
	pdf.SetCreationDate(meta.CreatedAt.UTC())
	pdf.SetModificationDate(meta.CreatedAt.UTC())
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

// basicPlane converts text for strings that fpdf encodes (titles, bookmarks): one
// line of valid BMP characters. fpdf panics on others.
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
	}, CleanText(s))
}

// loadFonts passes fpdf a subset of each used face, in order of first use.
func (p *painter) loadFonts() {
	for _, face := range p.fontOrder {
		c := p.usedFonts[face]
		glyphs := make([]subsetGlyph, 0, len(c.glyphs))
		for code, glyph := range c.glyphs {
			glyphs = append(glyphs, subsetGlyph{code, glyph})
		}
		slices.SortFunc(glyphs, func(a, b subsetGlyph) int { return int(a.code) - int(b.code) })
		p.pdf.AddUTF8FontFromBytes(c.name, "", face.buildSubset(glyphs))
	}
}

func (p *painter) drawPage(page *Page) {
	p.pdf.AddPage()
	p.face, p.size = nil, 0
	for _, target := range page.anchors {
		p.pdf.SetLink(p.linkID(target), 0, p.pdf.PageNo())
	}
	for _, mark := range page.bookmarks {
		p.setFont(p.fontOrder[0], 10)
		p.pdf.Bookmark(basicPlane(mark.title), mark.level, mark.y)
	}
	for _, o := range page.ops {
		o.drawOn(p)
	}
}

// linkID returns fpdf's number of a link target. Numbers are given at first use, so
// they do not depend on the order of a map.
func (p *painter) linkID(target string) int {
	if p.links[target] == 0 {
		p.links[target] = p.pdf.AddLink()
	}
	return p.links[target]
}

func (p *painter) setFont(face *Face, size float64) {
	if p.face != face || p.size != size {
		p.pdf.SetFont(p.usedFonts[face].name, "", size)
		p.face, p.size = face, size
	}
}

// fontFor returns the usedFont of a face and creates it at first use.
func (p *painter) fontFor(face *Face) *usedFont {
	c := p.usedFonts[face]
	if c == nil {
		c = &usedFont{name: "f" + face.name, codes: map[rune]uint16{}, shaped: map[uint16]uint16{}, glyphs: map[uint16]uint16{}}
		p.usedFonts[face] = c
		p.fontOrder = append(p.fontOrder, face)
	}
	return c
}

// codeFor returns the code of a rune in the font: the rune itself, unless it is rare.
func (c *usedFont) codeFor(r rune, glyph uint16) uint16 {
	if code, known := c.codes[r]; known {
		return code
	}
	code := uint16(r)
	if isRare(r) {
		code, glyph = c.nextRare(glyph)
	}
	c.codes[r], c.glyphs[code] = code, glyph
	return code
}

// codeForGlyph returns the code of a shaped glyph, from the private use area.
func (c *usedFont) codeForGlyph(glyph uint16) uint16 {
	code, known := c.shaped[glyph]
	if !known {
		var drawn uint16
		code, drawn = c.nextRare(glyph)
		c.shaped[glyph], c.glyphs[code] = code, drawn
	}
	return code
}

// nextRare returns the next code of the private use area, and what it draws.
func (c *usedFont) nextRare(glyph uint16) (code, drawn uint16) {
	code = uint16(min(firstRare+c.rare, lastRare))
	c.rare++
	if code == lastRare {
		return code, 0
	}
	return code, glyph
}

func (t textOp) collectGlyphs(p *painter) {
	face := t.face
	if face == nil {
		face = p.faces.main[Sans]
	}
	c := p.fontFor(face)
	for i, r := range t.runes {
		glyph := face.GlyphFor(r)
		if t.glyphs != nil {
			glyph = t.glyphs[i]
		}
		c.codeFor(r, glyph)
	}
}

func (t textOp) drawOn(p *painter) {
	face := t.face
	if face == nil {
		face = p.faces.main[Sans]
	}
	p.setFont(face, t.size)
	p.pdf.SetTextColor(t.color.toRGB())
	c := p.usedFonts[face]
	text := make([]rune, len(t.runes))
	for i, r := range t.runes {
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

// hexText returns a PDF text string in UTF-16 with byte order mark.
func hexText(s string) string {
	var out strings.Builder
	out.WriteString("<FEFF")
	for _, unit := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&out, "%04X", unit)
	}
	out.WriteString(">")
	return out.String()
}

func (i Color) toRGB() (int, int, int) { return int(i >> 16 & 0xFF), int(i >> 8 & 0xFF), int(i & 0xFF) }

func (boxOp) collectGlyphs(*painter) {}

func (o boxOp) drawOn(p *painter) {
	style := ""
	if o.fill != nil {
		p.pdf.SetFillColor(o.fill.toRGB())
		style = "F"
	}
	if o.line != nil {
		p.pdf.SetDrawColor(o.line.toRGB())
		p.pdf.SetLineWidth(o.thick)
		style += "D"
	}
	if style != "" {
		p.pdf.Rect(o.x, o.y, o.w, o.h, style)
	}
}

func (ruleOp) collectGlyphs(*painter) {}

func (o ruleOp) drawOn(p *painter) {
	p.pdf.SetDrawColor(o.color.toRGB())
	p.pdf.SetLineWidth(o.thick)
	p.pdf.Line(o.x1, o.y1, o.x2, o.y2)
}

func (linkOp) collectGlyphs(*painter) {}

func (o linkOp) drawOn(p *painter) {
	if p.pages[o.target] != 0 {
		p.pdf.Link(o.x, o.y, o.w, o.h, p.linkID(o.target))
	}
}
