package pdfium

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/bidi"
	"golang.org/x/text/width"
)

// Gaps between characters, in parts of their height; of ideographs in parts of their width.
const (
	wordGap       = 0.18
	inkGap        = 0.35 // from the ink of one to the place of the next
	markGap       = 0.45 // next to a character of which only the ink is known
	columnGap     = 0.65
	typedGap      = 1.1 // the same around a space of the file
	wideGap       = 0.5 // between ideographs, which stand close or are spread evenly
	wideColumnGap = 1.6
)

// turn computes the place of a glyph along the direction in which it is written.
func turn(g glyph, angle float64) glyph {
	g.angle = int(math.Round(angle*180/math.Pi)+360) % 360
	sin, cos := math.Sincos(float64(g.angle) * math.Pi / 180)
	g.left, g.bottom = math.Inf(1), math.Inf(1)
	g.right, g.top = math.Inf(-1), math.Inf(-1)
	for _, x := range []float64{g.box.left, g.box.right} {
		for _, y := range []float64{g.box.bottom, g.box.top} {
			along, across := x*cos+y*sin, y*cos-x*sin
			g.left, g.right = min(g.left, along), max(g.right, along)
			g.bottom, g.top = min(g.bottom, across), max(g.top, across)
		}
	}
	return g
}

// layOut writes the glyphs of a page line by line, as they stand on it, whatever the
// order in the file.
func layOut(glyphs []glyph) string {
	correctAngles(glyphs)
	byAngle := map[int][]run{}
	var angles []int
	for _, r := range splitRuns(glyphs) {
		angle := r[0].angle
		if _, known := byAngle[angle]; !known {
			angles = append(angles, angle)
		}
		byAngle[angle] = append(byAngle[angle], r)
	}
	var out strings.Builder
	for _, angle := range angles {
		for _, line := range splitLines(byAngle[angle]) {
			if text := strings.TrimSpace(writeLine(line)); text != "" {
				out.WriteString(text + "\n")
			}
		}
	}
	return out.String()
}

// run is a part of a line whose glyphs follow each other in the file, too. What is printed
// over it does not mix with it.
type run []glyph

func splitRuns(glyphs []glyph) []run {
	var runs []run
	for i, g := range glyphs {
		if i > 0 && continues(glyphs[i-1], g) {
			last := len(runs) - 1
			runs[last] = append(runs[last], g)
			continue
		}
		runs = append(runs, run{g})
	}
	for _, r := range runs {
		if slices.ContainsFunc(r, func(g glyph) bool { return isRightToLeft(g.char) }) {
			slices.SortStableFunc(r, func(a, b glyph) int { return cmp.Compare(a.left, b.left) })
		}
	}
	return runs
}

// continues reports whether b follows a in the same column of the same line.
func continues(a, b glyph) bool {
	if a.angle != b.angle || !isBeside(a, b) {
		return false
	}
	if isRightToLeft(a.char) || isRightToLeft(b.char) {
		a, b = b, a
	}
	gap := gapBetween(a, b)
	return gap > -0.5 && gap <= columnLimit(a, b)
}

func (r run) left() float64 {
	return slices.MinFunc(r, func(a, b glyph) int { return cmp.Compare(a.left, b.left) }).left
}

// splitLines groups runs whose middles are at the same height, from the top.
func splitLines(runs []run) [][]run {
	slices.SortStableFunc(runs, func(a, b run) int { return cmp.Compare(b[0].middle(), a[0].middle()) })
	var lines [][]run
	for _, r := range runs {
		last := len(lines) - 1
		if last < 0 || !isBeside(lines[last][0][0], r[0]) {
			lines = append(lines, []run{r})
			continue
		}
		lines[last] = append(lines[last], r)
	}
	for i, line := range lines {
		slices.SortStableFunc(line, func(a, b run) int { return cmp.Compare(a.left(), b.left()) })
		lines[i] = slices.CompactFunc(line, isSameRun)
	}
	return lines
}

// isSameRun reports whether a run is drawn again in the same place.
func isSameRun(a, b run) bool { return slices.EqualFunc(a, b, isCopy) }

func (g glyph) middle() float64 { return (g.bottom + g.top) / 2 }

// height of an ideograph is at least its width: 一 may be known by its ink only.
func (g glyph) height() float64 {
	if isWide(g.char) {
		return max(g.top-g.bottom, g.right-g.left)
	}
	return max(g.top-g.bottom, 0.1)
}

// isBeside reports whether two glyphs are in one line.
func isBeside(a, b glyph) bool {
	return math.Abs(a.middle()-b.middle()) < 0.4*max(a.height(), b.height())
}

func writeLine(line []run) string {
	var out strings.Builder
	var last *glyph
	lastGap := 0.0
	for _, r := range line {
		for i := range r {
			g := &r[i]
			if last != nil {
				if isCopy(*last, *g) {
					continue
				}
				gap := gapBetween(*last, *g)
				spread := isSpread(gap, lastGap) || i+1 < len(r) && isSpread(gap, gapBetween(*g, r[i+1]))
				out.WriteString(textOfGap(*last, *g, gap, spread))
				lastGap = gap
			}
			out.WriteRune(g.char)
			last = g
		}
		if last != nil && len(line) > 1 {
			last = rightmost(*last, r)
		}
	}
	return reorder(out.String())
}

// isSpread reports whether two gaps that follow each other are those of spread letters.
func isSpread(gap, next float64) bool {
	return gap > wordGap && math.Abs(gap-next) < 0.15*gap
}

// rightmost returns the glyph after which the next run begins.
func rightmost(last glyph, r run) *glyph {
	for _, g := range r {
		if g.right > last.right {
			last = g
		}
	}
	return &last
}

// isCopy reports whether a glyph is drawn again to look bold or to cast a shadow.
func isCopy(a, b glyph) bool {
	return a.char == b.char && math.Abs(a.left-b.left) < 0.15*a.height() && math.Abs(a.middle()-b.middle()) < 0.15*a.height()
}

// gapBetween returns the gap between two neighbours. Of two ideographs it is that between
// their squares, around their middles.
func gapBetween(a, b glyph) float64 {
	if isWide(a.char) && isWide(b.char) {
		side := max(a.right-a.left, b.right-b.left)
		return (b.left+b.right-a.left-a.right)/2/side - 1
	}
	return (b.left - a.right) / max(a.height(), b.height())
}

func columnLimit(a, b glyph) float64 {
	if isWide(a.char) && isWide(b.char) {
		return wideColumnGap
	}
	if b.afterTyped {
		return typedGap
	}
	return columnGap
}

// textOfGap returns what stands in a gap of a line. Between ideographs that are close or
// spread evenly it is nothing, also where the file has a space.
func textOfGap(a, b glyph, gap float64, spread bool) string {
	wide := isWide(a.char) && isWide(b.char)
	limit := wordGap
	if a.isInk || b.isInk {
		limit = markGap
	}
	switch {
	case gap > columnLimit(a, b):
		return "\t"
	case wide && (spread || gap <= wideGap):
		return ""
	case gap > limit, hasSpaceBetween(a, b), leavesGap(a, b):
		return " "
	default:
		return ""
	}
}

// leavesGap reports whether two glyphs whose stated widths overlap are apart.
func leavesGap(a, b glyph) bool {
	size := min(a.height(), b.height())
	return a.inkRight > 0 && b.left-a.right < -inkGap*size && b.left-a.inkRight > inkGap*size
}

// hasSpaceBetween reports whether the file has a space between two neighbours. From right
// to left, the one on the left follows.
func hasSpaceBetween(a, b glyph) bool {
	if isRightToLeft(a.char) {
		return a.afterSpace
	}
	return b.afterSpace
}

// isWide reports whether a character takes a square, as ideographs do.
func isWide(char rune) bool {
	kind := width.LookupRune(char).Kind()
	return kind == width.EastAsianWide || kind == width.EastAsianFullwidth
}

// reorder puts a line of a script that is written from right to left into reading order.
func reorder(line string) string {
	if !strings.ContainsFunc(line, isRightToLeft) {
		return line
	}
	runes := []rune(line)
	for from := 0; from < len(runes); {
		if !isRightToLeft(runes[from]) {
			from++
			continue
		}
		to, last := from, from
		for to < len(runes) && (isRightToLeft(runes[to]) || unicode.IsSpace(runes[to]) || unicode.IsPunct(runes[to]) || unicode.IsMark(runes[to])) {
			if isRightToLeft(runes[to]) || unicode.IsMark(runes[to]) {
				last = to
			}
			to++
		}
		slices.Reverse(runes[from : last+1])
		from = to
	}
	return string(runes)
}

func isRightToLeft(char rune) bool {
	properties, _ := bidi.LookupRune(char)
	return properties.Class() == bidi.R || properties.Class() == bidi.AL
}
