package pdfium

import "math"

// minMoves is how many moves in one direction show that text is turned: fewer may be
// numbers below each other.
const minMoves = 3

// correctAngles turns glyphs that follow each other in another direction than their fonts
// say: PDFium leaves out the turns of the drawing that contains them.
func correctAngles(glyphs []glyph) {
	for from := 1; from < len(glyphs); {
		by := moveOf(glyphs[from-1], glyphs[from])
		to := from + 1
		for to < len(glyphs) && moveOf(glyphs[to-1], glyphs[to]) == by {
			to++
		}
		if by != 0 && to-from >= minMoves {
			for i := from - 1; i < to; i++ {
				angle := float64(glyphs[i].angle+by) * math.Pi / 180
				turned := turn(glyphs[i], angle)
				glyphs[i] = turned
			}
			to++ // the next move begins at a turned glyph
		}
		from = to
	}
}

// moveOf returns by how many degrees the step from a to b is turned from the direction in
// which they are written: 90, 180, 270, or 0 if it is not clear.
func moveOf(a, b glyph) int {
	if a.angle != b.angle {
		return 0
	}
	size := max(a.height(), b.height(), a.right-a.left, b.right-b.left)
	along, across := (b.left+b.right-a.left-a.right)/2, b.middle()-a.middle()
	lying := func(g glyph) bool { return g.right-g.left > 1.3*g.height() }
	switch {
	case math.Abs(across) < 0.2*size && along < 0 && along > -1.5*size && !isRightToLeft(a.char) && !isRightToLeft(b.char):
		return 180
	case math.Abs(along) > 0.2*size || !lying(a) && !lying(b):
		return 0
	case across > 0 && across < size:
		return 90
	case across < 0 && across > -size:
		return 270
	default:
		return 0
	}
}
