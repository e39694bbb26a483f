package intake

import (
	"image"

	"golang.org/x/image/draw"
)

// Sketch is a picture in 32 columns and 16 greys, two cells to a byte, row by
// row; a row is a 48th of the picture's width high. It shows where lines of text
// and bubbles lie and nothing that can be read. It is stored: its form must never
// change.
//
// A Likeness says whether two whole pictures look alike. A screenshot whose bars
// were cut off, or a page that was scrolled a little, is found by laying one
// sketch over the other at every height.
type Sketch []byte

const (
	sketchColumns = 32
	sketchPitch   = 48 // rows to a picture's width
	sketchRows    = 480
	block         = 8 // cells each way that are compared with each other
)

// The share of the blocks that show something which two files have in common that
// show the same. Crops of one screen share 0.89 and more, different chats of one
// app up to 0.73, and receipts, which differ in their figures only, up to 0.89.
// With a margin cut off all round, a screen shares 0.84 and more with itself, and
// receipts 0.58.
const (
	sameShare   = 0.9
	zoomedShare = 0.8
)

// sketchOf is nil for a picture that is much wider or much higher than a screen.
func sketchOf(picture image.Image) Sketch {
	b := picture.Bounds()
	rows := (b.Dy()*sketchPitch + b.Dx()/2) / b.Dx()
	if rows < 2*block || rows > sketchRows {
		return nil
	}
	small := image.NewGray(image.Rect(0, 0, sketchColumns, rows))
	draw.BiLinear.Scale(small, small.Bounds(), picture, b, draw.Src, nil)
	sketch := make(Sketch, 0, len(small.Pix)/2)
	for i := 0; i < len(small.Pix); i += 2 {
		sketch = append(sketch, small.Pix[i]&0xF0|small.Pix[i+1]>>4)
	}
	return sketch
}

// Look is what a picture looks like, whole and in its parts. Either may be
// missing: in files that were taken in by older programs, or that show one colour.
type Look struct {
	Likeness *Likeness
	Sketch   Sketch
}

// Same reports whether two files show the same, so that they are not independent
// of each other.
func (l Look) Same(other Look) bool {
	near := l.Likeness != nil && other.Likeness != nil && l.Likeness.Distance(*other.Likeness) <= Near
	if !l.Sketch.whole() || !other.Sketch.whole() {
		return near
	}
	a, b := l.Sketch.cells(), other.Sketch.cells()
	return shared(a, b) >= sameShare || near && (shared(a, zoomed(b)) >= zoomedShare || shared(zoomed(a), b) >= zoomedShare)
}

// whole tells a sketch from what else may stand in its place.
func (s Sketch) whole() bool { return len(s)*2 >= 2*block*sketchColumns && len(s)*2%sketchColumns == 0 }

// Shared is the part of two pictures that is the same, 0 to 1, where they lie best
// on each other: of the blocks that show anything in either. At least three
// quarters of the taller one lie on the other.
func (s Sketch) Shared(other Sketch) float64 { return shared(s.cells(), other.cells()) }

func shared(a, b cells) (share float64) {
	taller := max(len(a), len(b))
	try := func(shift int) bool {
		from, to := max(0, -shift), min(len(a), len(b)-shift)
		if (to-from)*4 < taller*3 {
			return false
		}
		here := agreement(a, b, from+from&1, to, shift)
		better := here > share
		share = max(share, here)
		return better
	}
	best := 0
	for shift := -taller / 8 * 2; shift <= taller/4; shift += 2 { // whole rows
		if try(shift) {
			best = shift
		}
	}
	try(best - 1)
	try(best + 1)
	return share
}

// zoomed is a picture as it becomes when a hundredth is cut off at each side:
// larger by a fiftieth, from its middle line.
func zoomed(c cells) cells {
	larger := make(cells, len(c)*51/50)
	for y := range larger {
		from := c[y*50/51]
		for x := range sketchColumns {
			at := 100*x + 31 // in 102nds of a column
			left, rest := at/102, at%102
			right := min(left+1, sketchColumns-1)
			larger[y][x] = uint8((int(from[left])*(102-rest) + int(from[right])*rest) / 102)
		}
	}
	return larger
}

// cells are the greys of a sketch twice as high, 0 to 30.
type cells [][sketchColumns]uint8

// cells have every second row between two, since a cut seldom falls on a row's
// edge.
func (s Sketch) cells() cells {
	rows := len(s) * 2 / sketchColumns
	all := make(cells, 2*rows)
	grey := func(row, x int) uint8 {
		return s[(min(row, rows-1)*sketchColumns+x)/2] >> (4 * (1 - x&1)) & 0xF
	}
	for y := range all {
		for x := range sketchColumns {
			all[y][x] = grey(y/2, x) + grey((y+1)/2, x)
		}
	}
	return all
}

// agreement is the share of the blocks that agree when b lies shift half rows
// lower. Blocks without anything in them say nothing: all screens of an app have
// them.
func agreement(a, b cells, from, to, shift int) float64 {
	const fewest = 4 // blocks; fewer are a coincidence
	telling, agreeing := 0, 0
	for y := from; y+2*block <= to; y += 2 * block {
		for x := 0; x < sketchColumns; x += block {
			shows, agrees := compared(a, b, y, x, shift)
			if shows {
				telling++
			}
			if agrees {
				agreeing++
			}
		}
	}
	if telling < fewest {
		return 0
	}
	return float64(agreeing) / float64(telling)
}

// compared tells whether two blocks show anything and whether it is the same: as
// bright, and with a correlation of 0.8.
func compared(a, b cells, top, left, shift int) (shows, agrees bool) {
	const (
		count = block * block
		flat  = 5_600 // of count² times the variance: one grey
		apart = 180   // of count times the brightness: three greys
	)
	var sumA, sumB, squareA, squareB, product int
	for y := top; y < top+2*block; y += 2 {
		rowA, rowB := a[y][left:left+block], b[y+shift][left:left+block]
		for x := range rowA {
			p, q := int(rowA[x]), int(rowB[x])
			sumA, sumB = sumA+p, sumB+q
			squareA, squareB, product = squareA+p*p, squareB+q*q, product+p*q
		}
	}
	varianceA, varianceB := count*squareA-sumA*sumA, count*squareB-sumB*sumB
	if varianceA < flat && varianceB < flat {
		return false, false
	}
	common := count*product - sumA*sumB
	return true, max(sumA-sumB, sumB-sumA) < apart && common > 0 && float64(common)*float64(common) >= 0.64*float64(varianceA)*float64(varianceB)
}
