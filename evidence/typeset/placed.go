package typeset

import (
	"cmp"
	"slices"
	"strings"

	xbidi "golang.org/x/text/unicode/bidi"
)

// shapedOp draws shaped glyphs. Text extraction returns actual for all of them.
type shapedOp struct {
	y      float64
	color  Color
	actual string
	glyphs []placedGlyph // x from the left edge of the page
}

// isShaped reports whether a character is drawn by a shapedOp.
func (m *shapedRune) isShaped() bool { return m.shaped != nil || m.level > 0 }

// shapedEnd returns the end of the characters that one call of addShaped draws: shaped
// clusters of one style, or a right-to-left part.
func shapedEnd(runes []shapedRune, start int) int {
	end := start
	for end < len(runes) && runes[end].isShaped() {
		if first := &runes[start]; (first.level > 0) != (runes[end].level > 0) || first.style != runes[end].style && first.level == 0 {
			break
		}
		end++
	}
	return end
}

// addShaped draws shaped characters in visual order from at and returns where they
// end, in points. next are the characters after them.
func (pg *Page) addShaped(runes, next []shapedRune, at, baseline, extra float64) float64 {
	xs := make([]float64, len(runes))
	for i := range runes {
		xs[i] = at
		at += runes[i].width
		if after := following(runes, next, i); after != nil && canStretch(&runes[i], after) {
			at += extra
		}
	}
	switch {
	case runes[0].level == 0:
		pg.addPlaced(runes, xs, baseline, clusterText(runes))
	case isMixed(runes):
		pg.addPlaced(runes, xs, baseline, extractionOrder(logicalText(runes)))
	default:
		for i := range runes {
			actual := reversed(clusterText(runes[i : i+1]))
			if i == 0 {
				actual = startPart(actual)
			}
			if after := following(runes, next, i); i+1 == len(runes) && after != nil && !breaksRightToLeft(after.r) {
				actual += leftToRightMark
			}
			pg.addPlaced(runes[i:i+1], xs[i:], baseline, actual)
		}
	}
	return at
}

// following returns the character after runes[i], or nil at the end of the line.
func following(runes, next []shapedRune, i int) *shapedRune {
	switch {
	case i+1 < len(runes):
		return &runes[i+1]
	case len(next) > 0:
		return &next[0]
	default:
		return nil
	}
}

// isMixed reports whether a right-to-left part contains numbers or left-to-right words.
// A part with boxes is drawn one by one, because each box has its own text.
func isMixed(runes []shapedRune) bool {
	return slices.ContainsFunc(runes, func(m shapedRune) bool { return m.level != 1 }) &&
		!slices.ContainsFunc(runes, func(m shapedRune) bool { return m.box != "" })
}

func clusterText(runes []shapedRune) string {
	var out strings.Builder
	for i := range runes {
		out.WriteRune(runes[i].r)
		out.WriteString(runes[i].modifiers)
	}
	return out.String()
}

// logicalText returns the text of characters in visual order.
func logicalText(runes []shapedRune) []rune {
	return []rune(clusterText(visualOrder(runes))) // ordering twice gives the first order
}

func reversed(s string) string {
	runes := []rune(s)
	slices.Reverse(runes)
	return string(runes)
}

// addPlaced draws characters at their positions.
func (pg *Page) addPlaced(runes []shapedRune, xs []float64, baseline float64, actual string) {
	op := shapedOp{y: baseline, color: runes[0].style.Color, actual: actual}
	for i := range runes {
		m := &runes[i]
		for _, g := range m.shaped {
			g.x += xs[i]
			op.glyphs = append(op.glyphs, g)
		}
		switch {
		case m.box != "":
			pg.drawMissingGlyph(m, xs[i]/perMM, baseline)
		case m.shaped == nil && m.face != nil:
			op.glyphs = append(op.glyphs, placedGlyph{face: m.face, glyph: m.mirroredGlyph(), size: m.style.Size, x: xs[i]})
		}
	}
	if len(op.glyphs) > 0 {
		op.glyphs = closeEdges(op.glyphs, xs[0], xs[len(runes)-1]+runes[len(runes)-1].width, runes[0].style.Size)
		pg.ops = append(pg.ops, op)
	}
}

// closeEdges orders glyphs from left to right and adds a space where the last one ends
// before the text does, as after a mark. Text extraction takes edges, baseline and size
// from the first and the last glyph, and finds a blank in any other gap.
func closeEdges(glyphs []placedGlyph, left, right, size float64) []placedGlyph {
	slices.SortStableFunc(glyphs, func(a, b placedGlyph) int { return cmp.Compare(a.x, b.x) })
	if first := glyphs[0]; first.x-left > edgeTolerance || first.y != 0 {
		glyphs = slices.Insert(glyphs, 0, first.spaceAt(left, 0, size))
	}
	if last := glyphs[len(glyphs)-1]; right-last.x-last.width() > edgeTolerance || last.y != 0 || last.size != size {
		glyphs = append(glyphs, last.spaceAt(right, 1, size))
	}
	return glyphs
}

// edgeTolerance is a gap in points in which text extraction finds no blank.
const edgeTolerance = 0.2

func (g *placedGlyph) width() float64 {
	return float64(g.face.AdvanceWidth(g.glyph)) * g.size / 1000
}

// spaceAt returns a space of the same font that starts or ends at x.
func (g *placedGlyph) spaceAt(x, widths, size float64) placedGlyph {
	space := placedGlyph{face: g.face, glyph: g.face.GlyphFor(' '), size: size}
	space.x = x - widths*space.width()
	return space
}

// mirroredGlyph returns the glyph, or that of the opposite bracket in a right-to-left
// part.
func (m *shapedRune) mirroredGlyph() uint16 {
	if m.level%2 == 1 {
		for _, r := range xbidi.ReverseString(string(m.r)) {
			if glyph := m.face.GlyphFor(r); glyph != 0 {
				return glyph
			}
		}
	}
	return m.glyph
}

func (o shapedOp) collectGlyphs(p *painter) {
	for _, g := range o.glyphs {
		p.fontFor(g.face).codeForGlyph(g.glyph)
	}
}

func (o shapedOp) drawOn(p *painter) {
	p.pdf.SetTextColor(o.color.toRGB())
	p.pdf.RawWriteStr("/Span <</ActualText " + hexText(o.actual) + ">> BDC")
	for i := 0; i < len(o.glyphs); {
		first, codes, at := o.glyphs[i], []rune{}, o.glyphs[i].x
		for ; i < len(o.glyphs) && o.glyphs[i].follows(&first, at); i++ {
			g := &o.glyphs[i]
			codes = append(codes, rune(p.usedFonts[g.face].codeForGlyph(g.glyph)))
			at += g.width()
		}
		p.setFont(first.face, first.size)
		p.pdf.Text(first.x/perMM, o.y-first.y/perMM, string(codes))
	}
	p.pdf.RawWriteStr("EMC")
}

// follows reports whether a glyph is where the line is after the glyphs before it.
func (g *placedGlyph) follows(first *placedGlyph, at float64) bool {
	const tolerance = 0.02 // points
	return g.face == first.face && g.size == first.size && g.y == first.y && g.x-at < tolerance && at-g.x < tolerance
}
