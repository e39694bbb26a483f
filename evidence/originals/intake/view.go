package intake

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	_ "image/gif" // decodes the first frame
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // decoding

	"recourse/evidence/originals/intake/pdf"
	"recourse/evidence/originals/signals"
)

// Limits of decoding and viewing.
const (
	decodeMemory = 256 << 20 // bytes for decoding one picture
	decodePixels = 50_000_000
	// maxSide is the limit of JPEG. Scaling takes memory in proportion to the longer side.
	maxSide     = 65_535 // pixels
	maxScans    = 64     // of a progressive JPEG; programs write about 10, and each costs as much as the picture
	viewSide    = 8_192  // pixels; long screenshots stay legible
	viewPixels  = 8_000_000
	viewQuality = 88
)

// View is the copy of a picture for viewing: upright, at most eight million pixels,
// and without the original's metadata, because only its pixels are copied.
type View struct {
	JPEG          []byte `json:"-"`
	Width, Height int
}

// ViewMedia is the media type of every View.
const ViewMedia = "image/jpeg"

// Content is what only decoding a file can tell.
type Content struct {
	Findings      []Finding
	Width, Height int            // of a picture, as stored; 0 if it could not be decoded
	Hash          PerceptualHash // nil if it could not be decoded
	View          View           // without JPEG if the file cannot be shown
	Marks         []signals.Mark // how the file was made or changed; set by callers, with FindMarks
}

// Decode decodes an accepted picture or PDF. It may take much memory and time, so
// callers run it where it can be stopped. Errors: those of reading and of ctx.
func Decode(ctx context.Context, file io.ReaderAt, size int64) (Content, error) {
	s := source{ReaderAt: file, size: size}
	head, err := s.readRange(0, headSize)
	if err != nil {
		return Content{}, fmt.Errorf("intake: %w", err)
	}
	media, _ := detectMedia(head)
	if media == mediaPDF {
		return decodePDF(s)
	}
	picture, turn, fault, err := decodePicture(ctx, s, media)
	switch {
	case err != nil:
		return Content{}, err
	case fault != "":
		return Content{Findings: []Finding{fault}}, nil
	case picture == nil:
		return Content{}, nil
	}
	view, err := renderView(picture, turn)
	return Content{Width: picture.Bounds().Dx(), Height: picture.Bounds().Dy(), Hash: newPerceptualHash(picture), View: view}, err
}

// decodePicture decodes a picture and returns its orientation (EXIF 3.0). fault is the
// reason why it cannot be shown. The picture is nil if the file is none.
func decodePicture(ctx context.Context, s source, media string) (picture image.Image, turn int, fault Finding, err error) {
	if isHEIC(media) {
		// The decoder applies the format's own rotation, and readers must ignore the
		// EXIF orientation (ISO/IEC 23008-12, annex A).
		picture, fault, err = decodeHEIC(ctx, s)
		return picture, 1, fault, err
	}
	walk, known := imageWalkers[media]
	if !known {
		return nil, 1, "", nil
	}
	picture, fault = decodeImage(s, walk(s))
	return picture, readOrientation(readTags(s, media)), fault, nil
}

func decodePDF(s source) (Content, error) {
	if s.size > pdf.MaxSize {
		return Content{Findings: []Finding{PDFUnread}}, nil
	}
	data, err := s.readRange(0, int(s.size))
	if err != nil {
		return Content{}, fmt.Errorf("intake: %w", err)
	}
	return Content{Findings: sortFindings(findingsOfPDF(pdf.Read(data)))}, nil
}

// decodeImage decodes a picture if its header is within the limits. Otherwise fault is
// the reason.
func decodeImage(s source, e extent) (picture image.Image, fault Finding) {
	config, _, err := image.DecodeConfig(bufio.NewReader(s.sectionFrom(0)))
	switch {
	case err != nil || config.Width <= 0 || config.Height <= 0:
		return nil, findingOfFailure(err, e)
	case e.scans > maxScans:
		return nil, TooCostly
	case max(config.Width, config.Height) > maxSide:
		return nil, TooManyPixels
	case max(int64(config.Width)*int64(config.Height), e.pixels) > min(decodePixels, decodeMemory/bytesPerPixel(config, e)):
		return nil, TooManyPixels
	case !e.complete:
		return nil, Damaged // decoders fill missing parts with grey
	}
	defer func() { // a decoder may panic on a hostile file
		if recover() != nil {
			picture, fault = nil, Damaged
		}
	}()
	picture, _, err = image.Decode(bufio.NewReaderSize(s.sectionFrom(0), 64<<10))
	if err != nil {
		return nil, findingOfFailure(err, e)
	}
	return picture, ""
}

// findingOfFailure distinguishes broken files from formats that the decoders do not
// support: an intact file must not be reported as damaged to a court.
func findingOfFailure(err error, e extent) Finding {
	var notJPEG jpeg.UnsupportedError
	var notPNG png.UnsupportedError
	if errors.As(err, &notJPEG) || errors.As(err, &notPNG) || errors.Is(err, image.ErrFormat) || e.complete && e.videoOnly {
		return NoPreview
	}
	return Damaged
}

// bytesPerPixel returns the most memory that decoding needs for a pixel.
func bytesPerPixel(config image.Config, e extent) int64 {
	switch config.ColorModel {
	case color.RGBA64Model, color.NRGBA64Model, color.Gray16Model:
		return 8
	}
	if e.progressive {
		return 15 // three planes of samples and of 32-bit coefficients
	}
	return 4
}

func renderView(picture image.Image, turn int) (View, error) {
	bounds := picture.Bounds()
	width, height := fitViewSize(bounds.Dx(), bounds.Dy())
	canvas := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(canvas, canvas.Bounds(), image.White, image.Point{}, draw.Src)
	draw.ApproxBiLinear.Scale(canvas, canvas.Bounds(), picture, bounds, draw.Over, nil)
	upright := rotateUpright(canvas, turn)
	var out byteBuffer
	if err := jpeg.Encode(&out, upright, &jpeg.Options{Quality: viewQuality}); err != nil {
		return View{}, fmt.Errorf("intake: %w", err)
	}
	return View{JPEG: out, Width: upright.Bounds().Dx(), Height: upright.Bounds().Dy()}, nil
}

type byteBuffer []byte

// Write implements io.Writer.
func (w *byteBuffer) Write(p []byte) (int, error) {
	*w = append(*w, p...)
	return len(p), nil
}

// fitViewSize scales a size down to the limits of a view, never up.
func fitViewSize(width, height int) (int, int) {
	for width > viewSide || height > viewSide || width*height > viewPixels {
		width, height = max(1, width*15/16), max(1, height*15/16)
	}
	return width, height
}

// rotateUpright applies an EXIF orientation (EXIF 3.0).
func rotateUpright(from *image.RGBA, turn int) *image.RGBA {
	if turn <= 1 {
		return from
	}
	w, h := from.Bounds().Dx(), from.Bounds().Dy()
	to := image.NewRGBA(image.Rect(0, 0, w, h))
	if turn >= 5 {
		to = image.NewRGBA(image.Rect(0, 0, h, w))
	}
	for y := range h {
		for x := range w {
			nx, ny := orientPoint(turn, x, y, w, h)
			to.SetRGBA(nx, ny, from.RGBAAt(x, y))
		}
	}
	return to
}

func orientPoint(turn, x, y, w, h int) (int, int) {
	switch turn {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return h - 1 - y, x
	case 7:
		return h - 1 - y, w - 1 - x
	default:
		return y, w - 1 - x
	}
}
