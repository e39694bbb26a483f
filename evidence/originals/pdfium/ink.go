package pdfium

import (
	"image"
	"math/bits"

	"github.com/klippa-app/go-pdfium/enums"
	"github.com/klippa-app/go-pdfium/requests"
)

const (
	inkSide    = 1_200 // pixels of the longer side of a page whose ink is looked at
	inkCell    = 8     // pixels of a cell, about a letter
	inkEdge    = 64    // difference of neighbouring pixels that is an edge
	maxInkMore = 6     // cells with ink that is no text: a rule, a dot, a corner
)

// showsMore reports whether a page shows more than these glyphs: it has something as
// detailed as letters where no glyph is, or a picture that covers most of it.
func (d *document) showsMore(page requests.Page, glyphs []glyph) bool {
	size, err := d.GetPageSize(&requests.GetPageSize{Page: page})
	if err != nil || size.Width <= 0 || size.Height <= 0 {
		return true
	}
	if d.isCovered(page, size.Width*size.Height) {
		return true
	}
	gray, free, err := d.renderGray(page)
	if err != nil {
		return true
	}
	defer free()
	place, known := d.newPlacement(page, gray.Rect)
	if !known {
		return true
	}
	cells := busyCells(gray)
	for _, g := range glyphs {
		cells.clear(place.pixels(g.box))
	}
	return cells.count() > maxInkMore
}

// maxObjects is how many objects of a page are looked at.
const maxObjects = 2_000

// isCovered reports whether one picture covers half of a page: then its text is that of
// a scanner's guess.
func (d *document) isCovered(page requests.Page, area float64) bool {
	count, err := d.FPDFPage_CountObjects(&requests.FPDFPage_CountObjects{Page: page})
	if err != nil {
		return true
	}
	for i := range min(count.Count, maxObjects) {
		object, err := d.FPDFPage_GetObject(&requests.FPDFPage_GetObject{Page: page, Index: i})
		if err != nil {
			continue
		}
		kind, err := d.FPDFPageObj_GetType(&requests.FPDFPageObj_GetType{PageObject: object.PageObject})
		if err != nil || kind.Type != enums.FPDF_PAGEOBJ_IMAGE {
			continue
		}
		box, err := d.FPDFPageObj_GetBounds(&requests.FPDFPageObj_GetBounds{PageObject: object.PageObject})
		if err == nil && float64(box.Right-box.Left)*float64(box.Top-box.Bottom) > area/2 {
			return true
		}
	}
	return false
}

func (d *document) renderGray(page requests.Page) (*image.Gray, func(), error) {
	rendered, err := d.RenderPageInPixels(&requests.RenderPageInPixels{
		Page: page, Width: inkSide, Height: inkSide, RenderFlags: enums.FPDF_RENDER_FLAG_ANNOT, ImageFormat: requests.RenderImageFormatGrayscale,
	})
	if err != nil {
		return nil, nil, err
	}
	gray, is := rendered.Result.RenderedImage.(*image.Gray)
	if !is {
		rendered.Cleanup()
		return nil, nil, ErrUnreadable
	}
	return gray, rendered.Cleanup, nil
}

// placement maps the coordinates of a page to the pixels of its picture.
type placement struct{ x, y, xx, xy, yx, yy float64 }

// newPlacement asks where three points of the page are in its picture.
func (d *document) newPlacement(page requests.Page, picture image.Rectangle) (placement, bool) {
	const unit = 100.0 // points
	at := func(x, y float64) (int, int, bool) {
		to, err := d.FPDF_PageToDevice(&requests.FPDF_PageToDevice{Page: page, SizeX: picture.Dx() * 16, SizeY: picture.Dy() * 16, PageX: x, PageY: y})
		if err != nil {
			return 0, 0, false
		}
		return to.DeviceX, to.DeviceY, true
	}
	x0, y0, first := at(0, 0)
	x1, y1, second := at(unit, 0)
	x2, y2, third := at(0, unit)
	scale := func(n int) float64 { return float64(n) / 16 }
	return placement{
		x: scale(x0), y: scale(y0), xx: scale(x1-x0) / unit, yx: scale(y1-y0) / unit, xy: scale(x2-x0) / unit, yy: scale(y2-y0) / unit,
	}, first && second && third
}

// pixels returns the pixels of a box, with a margin: ink may lie outside of it.
func (p placement) pixels(b fileBox) image.Rectangle {
	corner := func(x, y float64) image.Point {
		return image.Pt(int(p.x+x*p.xx+y*p.xy), int(p.y+x*p.yx+y*p.yy))
	}
	return image.Rectangle{Min: corner(b.left, b.bottom), Max: corner(b.right, b.top)}.Canon().Inset(-inkCell / 2)
}

// inkCells are the cells of a picture that have as many edges as a letter.
type inkCells struct {
	columns int
	busy    []bool
}

func busyCells(picture *image.Gray) inkCells {
	columns, rows := picture.Rect.Dx()/inkCell, picture.Rect.Dy()/inkCell
	cells := inkCells{columns, make([]bool, columns*rows)}
	for i := range cells.busy {
		cells.busy[i] = isBusy(picture, i%columns*inkCell, i/columns*inkCell)
	}
	return cells
}

// isBusy reports whether a cell has edges in several rows and columns; rules have them in
// one direction only.
func isBusy(picture *image.Gray, left, top int) bool {
	var rows, columns uint
	for y := range inkCell - 1 {
		for x := range inkCell - 1 {
			here := picture.PixOffset(left+x, top+y)
			if differs(picture.Pix[here], picture.Pix[here+1]) {
				columns |= 1 << x
			}
			if differs(picture.Pix[here], picture.Pix[here+picture.Stride]) {
				rows |= 1 << y
			}
		}
	}
	return bits.OnesCount(columns) >= 3 && bits.OnesCount(rows) >= 3
}

func differs(a, b uint8) bool { return max(a, b)-min(a, b) > inkEdge }

func (c inkCells) clear(r image.Rectangle) {
	if c.columns == 0 {
		return
	}
	for y := max(0, r.Min.Y/inkCell); y <= r.Max.Y/inkCell && y < len(c.busy)/c.columns; y++ {
		for x := max(0, r.Min.X/inkCell); x <= r.Max.X/inkCell && x < c.columns; x++ {
			c.busy[y*c.columns+x] = false
		}
	}
}

func (c inkCells) count() int {
	n := 0
	for _, busy := range c.busy {
		if busy {
			n++
		}
	}
	return n
}
