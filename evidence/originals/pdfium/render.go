package pdfium

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/draw"
	"image/jpeg"

	"github.com/klippa-app/go-pdfium/enums"
	"github.com/klippa-app/go-pdfium/requests"
)

// The size of a rendered page.
const (
	pageDPI     = 150
	maxPageSide = 2_400 // pixels; a longer page has a lower resolution
	pageQuality = 80
)

// Page is a page as a picture.
type Page struct {
	JPEG          []byte `json:"-"`
	Width, Height int
	Pages         int // of the file
}

// RenderPage renders one page, from 0, with its annotations and form fields. Errors:
// ErrLocked, ErrUnreadable, also for a page that the file does not have.
func (e *Engine) RenderPage(ctx context.Context, data []byte, index int) (Page, error) {
	var page Page
	err := e.use(ctx, data, func(d *document) error {
		page.Pages = d.pages
		if index >= d.pages {
			return ErrUnreadable
		}
		canvas, err := d.render(index)
		if err != nil {
			return errors.Join(ErrUnreadable, err)
		}
		page.Width, page.Height = canvas.Bounds().Dx(), canvas.Bounds().Dy()
		page.JPEG, err = encodePage(canvas)
		return err
	})
	return page, err
}

// render draws a page on white.
func (d *document) render(index int) (*image.RGBA, error) {
	page, err := d.loadFlat(index)
	if err != nil {
		return nil, err
	}
	defer d.closePage(page)
	size, err := d.GetPageSize(&requests.GetPageSize{Page: page})
	if err != nil {
		return nil, err
	}
	scale := min(pageDPI/72.0, maxPageSide/max(size.Width, size.Height, 1))
	rendered, err := d.RenderPageInPixels(&requests.RenderPageInPixels{
		Page: page, Width: max(1, int(size.Width*scale)), Height: max(1, int(size.Height*scale)), RenderFlags: enums.FPDF_RENDER_FLAG_ANNOT,
	})
	if err != nil {
		return nil, err
	}
	defer rendered.Cleanup()
	from := rendered.Result.RenderedImage
	canvas := image.NewRGBA(from.Bounds())
	draw.Draw(canvas, canvas.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(canvas, canvas.Bounds(), from, from.Bounds().Min, draw.Over)
	return canvas, nil
}

// encodePage encodes a page, in grey if it has no colour.
func encodePage(canvas *image.RGBA) ([]byte, error) {
	var picture image.Image = canvas
	if !hasColour(canvas) {
		gray := image.NewGray(canvas.Bounds())
		for i := range gray.Pix {
			gray.Pix[i] = canvas.Pix[4*i]
		}
		picture = gray
	}
	var out bytes.Buffer
	err := jpeg.Encode(&out, picture, &jpeg.Options{Quality: pageQuality})
	return out.Bytes(), err
}

// hasColour reports whether a pixel is more coloured than the edges of letters are.
func hasColour(canvas *image.RGBA) bool {
	for i := 0; i+3 < len(canvas.Pix); i += 4 {
		red, green, blue := canvas.Pix[i], canvas.Pix[i+1], canvas.Pix[i+2]
		if max(red, green, blue)-min(red, green, blue) > 8 {
			return true
		}
	}
	return false
}
