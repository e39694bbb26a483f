package typeset

import "recourse/evidence/typeset/picture"

// Points per millimetre; marks are measured in points, pages in millimetres.
const perMM = 72 / 25.4

// A4 in millimetres.
const (
	PageWidth  = 210.0
	PageHeight = 297.0
)

// Page is one A4 page as a list of things to draw; coordinates are millimetres
// from its upper left corner.
type Page struct {
	Label string // what the page is part of, for its stamp; "" = nothing
	ops   []op
	goals []string // link targets that stand on this page
	marks []bookmark
}

type bookmark struct {
	title string
	level int
	y     float64
}

// op draws one thing; it is called twice: first to tell the painter which
// letters it needs, then to draw.
type op interface {
	prepare(p *painter)
	draw(p *painter)
}

type textOp struct {
	x, y    float64 // of the baseline
	face    *Face
	size    float64
	ink     Ink
	gap     float64 // extra points after each character
	letters []rune
	glyphs  []uint16
	actual  string // what text extraction must return, when not the letters
}

type boxOp struct {
	x, y, w, h float64
	fill       *Ink
	line       *Ink
	thick      float64
}

type ruleOp struct {
	x1, y1, x2, y2 float64
	ink            Ink
	thick          float64
}

type pictureOp struct {
	picture    *picture.Picture
	x, y, w, h float64    // the whole picture
	clip       [4]float64 // x, y, w, h of the part that shows; zero width: all
}

type linkOp struct {
	x, y, w, h float64
	goal       string
}

// Box draws a rectangle; nil leaves out its fill or its line.
func (pg *Page) Box(x, y, w, h float64, fill, line *Ink, thick float64) {
	pg.ops = append(pg.ops, boxOp{x, y, w, h, fill, line, thick})
}

// Rule draws a straight line.
func (pg *Page) Rule(x1, y1, x2, y2 float64, ink Ink, thick float64) {
	pg.ops = append(pg.ops, ruleOp{x1, y1, x2, y2, ink, thick})
}

// Picture places a picture.
func (pg *Page) Picture(p *picture.Picture, x, y, w, h float64) {
	pg.ops = append(pg.ops, pictureOp{picture: p, x: x, y: y, w: w, h: h})
}

// PicturePart places a picture of which only a horizontal band shows: from
// millimetre top, height millimetres high, both at the size w×h.
func (pg *Page) PicturePart(p *picture.Picture, x, y, w, h, top, height float64) {
	pg.ops = append(pg.ops, pictureOp{picture: p, x: x, y: y - top, w: w, h: h, clip: [4]float64{x, y, w, height}})
}

// Link makes an area lead to a goal (see Book.Goal).
func (pg *Page) Link(x, y, w, h float64, goal string) {
	pg.ops = append(pg.ops, linkOp{x, y, w, h, goal})
}

// addText places the marks of a line; extra points go into each stretchable gap.
func (pg *Page) addText(l line, x, baseline, extra float64) {
	at := x * perMM
	for i := 0; i < len(l.marks); {
		from, start := i, at
		gap := -1.0
		for ; i < len(l.marks); i++ {
			m := &l.marks[i]
			if i > from && !sameRun(&l.marks[from], m) {
				break
			}
			after := 0.0
			if i+1 < len(l.marks) && canStretch(m, &l.marks[i+1]) {
				after = extra
			}
			if gap < 0 {
				gap = after
			}
			at += m.width + after
			if after != gap { // the gap after a run's last mark is free
				i++
				break
			}
		}
		pg.addGlyphs(l.marks[from:i], start/perMM, baseline, gap)
	}
}

// sameRun reports whether two marks can be drawn by one instruction.
func sameRun(a, b *mark) bool {
	return a.face == b.face && a.style == b.style && a.actualText() == "" && b.actualText() == "" && a.face != nil
}

func (pg *Page) addGlyphs(marks []mark, x, baseline, gap float64) {
	first := &marks[0]
	if first.box != "" {
		pg.drawMissingGlyph(first, x, baseline)
		return
	}
	if first.face == nil {
		return
	}
	t := textOp{
		x: x, y: baseline, face: first.face, size: first.style.Size, ink: first.style.Ink,
		gap: max(gap, 0) + float64(first.style.Track)*first.style.Size/1000, actual: first.actualText(),
		letters: make([]rune, 0, len(marks)), glyphs: make([]uint16, 0, len(marks)),
	}
	for i := range marks {
		t.letters, t.glyphs = append(t.letters, marks[i].r), append(t.glyphs, marks[i].glyph)
	}
	pg.ops = append(pg.ops, t)
}

// drawMissingGlyph draws a character no font has as a frame with its number.
func (pg *Page) drawMissingGlyph(m *mark, x, baseline float64) {
	size := m.style.Size
	ink := m.style.Ink
	width := m.width / perMM
	pg.Box(x+0.04*size/perMM, baseline-0.8*size/perMM, width-0.08*size/perMM, 0.92*size/perMM, nil, &ink, 0.1)
	pg.ops = append(pg.ops, textOp{
		x: x + 0.08*size/perMM, y: baseline - 0.12*size/perMM, size: size * boxScale, ink: ink,
		letters: []rune(m.box), actual: m.actualText(),
	})
}
