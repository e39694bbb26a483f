package intake

import (
	"image"

	"golang.org/x/image/draw"
)

// PerceptualHash is a picture reduced to 32 columns and 16 greys, two cells to a
// byte, row by row; 48 rows are as high as the picture is wide. It shows where
// lines of text and bubbles are, but no text can be read in it. It is stored, so
// its form must never change.
//
// Hashes of 64 bits from libraries compare whole pictures: they miss a screenshot
// whose bars were cut off, and confuse receipts of one form. Here one picture is
// laid over the other at every height.
type PerceptualHash []byte

const (
	hashColumns  = 32
	rowsPerWidth = 48
	minHashRows  = 2 * blockSize
	maxHashRows  = 480
	blockSize    = 8 // cells each way that are compared as one
)

// The share of equal blocks from which two files show the same picture. Crops of
// one screen share at least 0.89, different chats of one app at most 0.73, and
// receipts of one form, which differ in their figures only, at most 0.89. A
// screen with a margin cut off shares 0.56 with the whole and, zoomed, 0.84; other
// pictures share at most 0.69 when zoomed.
const (
	duplicateShare       = 0.9
	zoomedDuplicateShare = 0.8
	relatedShare         = 0.4 // below it, zooming is not worth its time
)

// newPerceptualHash squeezes pictures wider than 3:1 or longer than 1:10 into
// these forms.
func newPerceptualHash(picture image.Image) PerceptualHash {
	bounds := picture.Bounds()
	rows := (bounds.Dy()*rowsPerWidth + bounds.Dx()/2) / bounds.Dx()
	small := image.NewGray(image.Rect(0, 0, hashColumns, max(minHashRows, min(rows, maxHashRows))))
	draw.BiLinear.Scale(small, small.Bounds(), picture, bounds, draw.Src, nil)
	hash := make(PerceptualHash, 0, len(small.Pix)/2)
	for i := 0; i < len(small.Pix); i += 2 {
		hash = append(hash, small.Pix[i]&0xF0|small.Pix[i+1]>>4)
	}
	return hash
}

// IsNearDuplicate reports whether two files show the same picture, so that one is
// no independent evidence beside the other.
func (h PerceptualHash) IsNearDuplicate(other PerceptualHash) bool {
	if !h.isValid() || !other.isValid() {
		return false
	}
	a, b := h.unpackCells(), other.unpackCells()
	share := commonShare(a, b)
	return share >= duplicateShare || share >= relatedShare &&
		(commonShare(a, zoomCells(b)) >= zoomedDuplicateShare || commonShare(zoomCells(a), b) >= zoomedDuplicateShare)
}

// isValid rejects stored values that are not whole rows.
func (h PerceptualHash) isValid() bool {
	return len(h)*2 >= minHashRows*hashColumns && len(h)*2%hashColumns == 0
}

// CommonShare returns the share of blocks, 0 to 1, that two pictures have in
// common at the offset where they match best. Blocks that are blank in both do not
// count. At least three quarters of the taller picture overlap.
func (h PerceptualHash) CommonShare(other PerceptualHash) float64 {
	return commonShare(h.unpackCells(), other.unpackCells())
}

func commonShare(a, b cells) (share float64) {
	taller := max(len(a), len(b))
	tryShift := func(shift int) (better bool) {
		from, to := max(0, -shift), min(len(a), len(b)-shift)
		if (to-from)*4 < taller*3 {
			return false
		}
		equal := equalBlockShare(a, b, from+from&1, to, shift)
		better = equal > share
		share = max(share, equal)
		return better
	}
	best := 0
	for shift := -taller / 8 * 2; shift <= taller/4; shift += 2 { // whole rows
		if tryShift(shift) {
			best = shift
		}
	}
	tryShift(best - 1)
	tryShift(best + 1)
	return share
}

// zoomCells enlarges a picture by a fiftieth from its middle line, as it looks
// when a hundredth is cut off at each side.
func zoomCells(c cells) cells {
	larger := make(cells, len(c)*51/50)
	for y := range larger {
		from := c[y*50/51]
		for x := range hashColumns {
			at := 100*x + 31 // in 102nds of a column
			left, rest := at/102, at%102
			right := min(left+1, hashColumns-1)
			larger[y][x] = uint8((int(from[left])*(102-rest) + int(from[right])*rest) / 102)
		}
	}
	return larger
}

// cells are the greys of a hash at twice its height, 0 to 30.
type cells [][hashColumns]uint8

// unpackCells interpolates a row between every two, because a cut seldom falls on
// the edge of a row.
func (h PerceptualHash) unpackCells() cells {
	rows := len(h) * 2 / hashColumns
	all := make(cells, 2*rows)
	grey := func(row, x int) uint8 {
		return h[(min(row, rows-1)*hashColumns+x)/2] >> (4 * (1 - x&1)) & 0xF
	}
	for y := range all {
		for x := range hashColumns {
			all[y][x] = grey(y/2, x) + grey((y+1)/2, x)
		}
	}
	return all
}

// equalBlockShare returns the share of blocks that are equal when b is moved down
// by shift half rows. Blank blocks do not count, because all screens of an app
// have them.
func equalBlockShare(a, b cells, from, to, shift int) float64 {
	const minBlocks = 4 // fewer can be equal by chance
	counted, equal := 0, 0
	for y := from; y+2*blockSize <= to; y += 2 * blockSize {
		for x := 0; x < hashColumns; x += blockSize {
			hasContent, isEqual := compareBlocks(a, b, y, x, shift)
			if hasContent {
				counted++
			}
			if isEqual {
				equal++
			}
		}
	}
	if counted < minBlocks {
		return 0
	}
	return float64(equal) / float64(counted)
}

// compareBlocks reports whether either block has content, and whether both are
// equally bright with a correlation of at least 0.8.
func compareBlocks(a, b cells, top, left, shift int) (hasContent, isEqual bool) {
	const (
		count         = blockSize * blockSize
		minVariance   = 5_600 // of count² times the variance: one grey
		maxDifference = 180   // of count times the brightness: three greys
	)
	var sumA, sumB, squareA, squareB, product int
	for y := top; y < top+2*blockSize; y += 2 {
		rowA, rowB := a[y][left:left+blockSize], b[y+shift][left:left+blockSize]
		for x := range rowA {
			p, q := int(rowA[x]), int(rowB[x])
			sumA, sumB = sumA+p, sumB+q
			squareA, squareB, product = squareA+p*p, squareB+q*q, product+p*q
		}
	}
	varianceA, varianceB := count*squareA-sumA*sumA, count*squareB-sumB*sumB
	if varianceA < minVariance && varianceB < minVariance {
		return false, false
	}
	common := count*product - sumA*sumB
	return true, max(sumA-sumB, sumB-sumA) < maxDifference && common > 0 &&
		float64(common)*float64(common) >= 0.64*float64(varianceA)*float64(varianceB)
}
