package typeset

import (
	"bytes"
	"encoding/gob"
	"fmt"

	"github.com/go-pdf/fpdf"

	"recourse/evidence/typeset/picture"
)

// placeholderPNG is a 1×1 grey PNG. fpdf must read a picture to create the record
// that addPicture then overwrites.
var placeholderPNG = []byte("\x89PNG\r\n\x1a\n" +
	"\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00\x3a\x7e\x9b\x55" +
	"\x00\x00\x00\nIDAT\x78\x9c\x63\x60\x00\x00\x00\x02\x00\x01\x48\xaf\xa4\x71" +
	"\x00\x00\x00\x00IEND\xae\x42\x60\x82")

// addPicture registers a picture once and returns its name. It bypasses fpdf's PNG
// reader, which panics on some broken files and handles transparency slowly. fpdf
// sorts pictures by width, in random order if equal: a tiny fraction added to the
// width makes the order fixed. The PDF shows the width as an integer.
func (p *painter) addPicture(pic *picture.Picture) (string, error) {
	if name, known := p.images[pic.Digest]; known {
		return name, nil
	}
	name := fmt.Sprintf("p%d", len(p.images)+1)
	info := p.pdf.RegisterImageOptionsReader(name, fpdf.ImageOptions{ImageType: "png"}, bytes.NewReader(placeholderPNG))
	if err := p.pdf.Error(); err != nil {
		return "", fmt.Errorf("picture: %w", err)
	}
	var buffer bytes.Buffer
	enc := gob.NewEncoder(&buffer)
	width := float64(pic.StoredWidth) + float64(len(p.images)+1)*1e-6
	for _, field := range []any{
		pic.Data, []byte{}, 0, width, float64(pic.StoredHeight), pic.ColorSpace, pic.Palette, pic.Bits,
		pic.Filter, pic.Params, []int{}, perMM, 72.0,
	} {
		if err := enc.Encode(field); err != nil {
			return "", fmt.Errorf("picture: %w", err)
		}
	}
	if err := info.GobDecode(buffer.Bytes()); err != nil {
		return "", fmt.Errorf("picture: %w", err)
	}
	p.images[pic.Digest] = name
	return name, nil
}

func (o pictureOp) collectGlyphs(*painter) {}

func (o pictureOp) drawOn(p *painter) {
	name, err := p.addPicture(o.picture)
	if err != nil {
		p.pdf.SetError(err)
		return
	}
	if o.clip[2] > 0 {
		p.pdf.ClipRect(o.clip[0], o.clip[1], o.clip[2], o.clip[3], false)
		defer p.pdf.ClipEnd()
	}
	p.pdf.TransformBegin()
	p.pdf.Transform(pictureTransform(o.picture.Orientation, o.x*perMM, (PageHeight-o.y-o.h)*perMM, o.w*perMM, o.h*perMM))
	// The picture fills the unit square at the lower left corner; the matrix moves it.
	p.pdf.ImageOptions(name, 0, PageHeight-1/perMM, 1/perMM, 1/perMM, false, fpdf.ImageOptions{ImageType: "png"}, 0, "")
	p.pdf.TransformEnd()
}

// pictureTransform maps the unit square to the rectangle x, y, w, h (points, from the
// lower left corner), turned as the EXIF orientation 1–8 requires.
func pictureTransform(turn int, x, y, w, h float64) fpdf.TransformMatrix {
	m := map[int]fpdf.TransformMatrix{
		2: {A: -1, D: 1, E: 1}, 3: {A: -1, D: -1, E: 1, F: 1}, 4: {A: 1, D: -1, F: 1},
		5: {B: -1, C: -1, E: 1, F: 1}, 6: {B: -1, C: 1, F: 1}, 7: {B: 1, C: 1}, 8: {B: 1, C: -1, E: 1},
	}[turn]
	if m == (fpdf.TransformMatrix{}) {
		m = fpdf.TransformMatrix{A: 1, D: 1}
	}
	return fpdf.TransformMatrix{
		A: m.A * w, B: m.B * h, C: m.C * w, D: m.D * h, E: m.E*w + x, F: m.F*h + y,
	}
}
