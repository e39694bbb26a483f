package typeset

import "recourse/evidence/typeset/picture"

// Points per millimetre. Characters are measured in points, pages in millimetres.
const perMM = 72 / 25.4

// A4 in millimetres.
const (
	PageWidth  = 210.0
	PageHeight = 297.0
)

// Page is one A4 page as a list of things to draw; coordinates are millimetres
// from its upper left corner.
type Page struct {
	Label     string // the part of the document, for the stamp of the page; "" for none
	ops       []drawOp
	anchors   []string // link targets on this page
	bookmarks []bookmark
}

type bookmark struct {
	title string
	level int
	y     float64
}

// drawOp is one drawing operation. The painter calls it twice: first to collect the
// glyphs that fonts must contain, then to draw.
type drawOp interface {
	collectGlyphs(p *painter)
	drawOn(p *painter)
}

type textOp struct {
	x, y   float64 // start of the baseline
	face   *Face
	size   float64
	color  Color
	gap    float64 // extra points after each character
	runes  []rune
	glyphs []uint16
	actual string // what text extraction must return if it is not the runes
}

type boxOp struct {
	x, y, w, h float64
	fill       *Color
	line       *Color
	thick      float64
}

type ruleOp struct {
	x1, y1, x2, y2 float64
	color          Color
	thick          float64
}

type pictureOp struct {
	picture    *picture.Picture
	x, y, w, h float64    // the whole picture
	clip       [4]float64 // x, y, w, h of the visible part; zero width: all
}

type linkOp struct {
	x, y, w, h float64
	target     string
}

// DrawBox draws a rectangle. A nil fill or line is not drawn.
func (pg *Page) DrawBox(x, y, w, h float64, fill, line *Color, thick float64) {
	pg.ops = append(pg.ops, boxOp{x, y, w, h, fill, line, thick})
}

// DrawRule draws a straight line.
func (pg *Page) DrawRule(x1, y1, x2, y2 float64, color Color, thick float64) {
	pg.ops = append(pg.ops, ruleOp{x1, y1, x2, y2, color, thick})
}

// DrawPicture draws a picture.
func (pg *Page) DrawPicture(p *picture.Picture, x, y, w, h float64) {
	pg.ops = append(pg.ops, pictureOp{picture: p, x: x, y: y, w: w, h: h})
}

// DrawPicturePart draws a horizontal band of a picture of size w×h: height
// millimetres from top.
func (pg *Page) DrawPicturePart(p *picture.Picture, x, y, w, h, top, height float64) {
	pg.ops = append(pg.ops, pictureOp{picture: p, x: x, y: y - top, w: w, h: h, clip: [4]float64{x, y, w, height}})
}

// AddLink makes an area a link to an anchor (see Document.AddAnchor).
func (pg *Page) AddLink(x, y, w, h float64, target string) {
	pg.ops = append(pg.ops, linkOp{x, y, w, h, target})
}

// addText draws the characters of a line and adds extra points to each gap that
// may be stretched.
func (pg *Page) addText(l line, x, baseline, extra float64) {
	runes := visualOrder(l.runes)
	at := x * perMM
	for i := 0; i < len(runes); {
		if end := shapedEnd(runes, i); end > i {
			at = pg.addShaped(runes[i:end], runes[end:], at, baseline, extra)
			i = end
			continue
		}
		from, start := i, at
		gap := -1.0
		for ; i < len(runes); i++ {
			m := &runes[i]
			if i > from && (!sameRun(&runes[from], m) || m.isShaped()) {
				break
			}
			after := 0.0
			if i+1 < len(runes) && canStretch(m, &runes[i+1]) {
				after = extra
			}
			if gap < 0 {
				gap = after
			}
			at += m.width + after
			if after != gap { // the gap after the last character of a run may differ
				i++
				break
			}
		}
		pg.addGlyphs(runes[from:i], start/perMM, baseline, gap)
	}
}

// sameRun reports whether two characters can be drawn by one instruction.
func sameRun(a, b *shapedRune) bool {
	return a.face == b.face && a.style == b.style && a.actualText() == "" && b.actualText() == "" && a.face != nil
}

func (pg *Page) addGlyphs(runes []shapedRune, x, baseline, gap float64) {
	first := &runes[0]
	if first.box != "" {
		pg.drawMissingGlyph(first, x, baseline)
		return
	}
	if first.face == nil {
		return
	}
	t := textOp{
		x: x, y: baseline, face: first.face, size: first.style.Size, color: first.style.Color,
		gap: max(gap, 0) + float64(first.style.Tracking)*first.style.Size/1000, actual: first.actualText(),
		runes: make([]rune, 0, len(runes)), glyphs: make([]uint16, 0, len(runes)),
	}
	for i := range runes {
		t.runes, t.glyphs = append(t.runes, runes[i].r), append(t.glyphs, runes[i].glyph)
	}
	pg.ops = append(pg.ops, t)
}

// drawMissingGlyph draws a box with the code point of a character that no font has.
func (pg *Page) drawMissingGlyph(m *shapedRune, x, baseline float64) {
	size := m.style.Size
	color := m.style.Color
	width := m.width / perMM
	pg.DrawBox(x+0.04*size/perMM, baseline-0.8*size/perMM, width-0.08*size/perMM, 0.92*size/perMM, nil, &color, 0.1)
	pg.ops = append(pg.ops, textOp{
		x: x + 0.08*size/perMM, y: baseline - 0.12*size/perMM, size: size * boxScale, color: color,
		runes: []rune(m.box), actual: m.actualText(),
	})
}
