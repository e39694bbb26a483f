// Package picture makes the images people hand in fit to be printed in a PDF:
// JPEG and plain PNG streams pass through unchanged, everything else that can
// be decoded is re-encoded without loss, and what cannot be shown is refused
// with a reason.
//
// It neither scales nor judges images, and it never changes an original: what
// it gives is a derivative without the metadata (EXIF, GPS, comments). Only
// package dossier and its typesetting may import it.
package picture

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"image"

	_ "image/gif"  // decodes the first frame
	_ "image/jpeg" // reads the header; the stream passes through
	_ "image/png"  // decodes what fpdf cannot carry

	// Formats of scanners and newer phones; re-encoded for the page.
	_ "golang.org/x/image/bmp"
	_ "golang.org/x/image/tiff"
	_ "golang.org/x/image/webp"
)

// MaxPixels is the largest image that is opened: decoding takes up to 8 bytes a
// pixel, and a few kilobytes can claim billions of pixels.
const MaxPixels = 50_000_000

// Picture is an image as a PDF carries it.
type Picture struct {
	Digest       string // hex SHA-256 of the original bytes
	Width        int    // as shown, in pixels
	Height       int
	StoredWidth  int // as stored, before Turn
	StoredHeight int
	Turn         int    // EXIF orientation, 1–8
	Space        string // DeviceGray, DeviceRGB or Indexed
	Bits         int    // per component
	Filter       string // DCTDecode or FlateDecode
	Params       string // decode parameters of the filter
	Palette      []byte // of Indexed, RGB
	Data         []byte
	Moving       bool // an animation of which only the first frame shows
}

// Reason says why an image is not shown.
type Reason string

// The reasons.
const (
	Unknown   Reason = "unknown_format" // not an image this program can read
	TooLarge  Reason = "too_many_pixels"
	Damaged   Reason = "damaged"
	Truncated Reason = "truncated"
)

// Unfit is the error for an image that cannot be shown.
type Unfit struct { //nolint:errname // what the picture is, not what went wrong
	Reason        Reason
	Width, Height int // where the header told
	Cause         error
}

// Error implements error.
func (u *Unfit) Error() string {
	if u.Cause != nil {
		return "image: " + string(u.Reason) + ": " + u.Cause.Error()
	}
	return "image: " + string(u.Reason)
}

// Unwrap gives the decoder's own error.
func (u *Unfit) Unwrap() error { return u.Cause }

// Prepare reads an image of any format it knows. The error is always *Unfit.
func Prepare(data []byte) (p *Picture, err error) {
	config, format, err := image.DecodeConfig(bytes.NewReader(data))
	switch {
	case errors.Is(err, image.ErrFormat):
		return nil, &Unfit{Reason: Unknown, Cause: err}
	case err != nil:
		return nil, &Unfit{Reason: Damaged, Cause: err}
	case config.Width <= 0 || config.Height <= 0:
		return nil, &Unfit{Reason: Damaged}
	case config.Width > MaxPixels/config.Height:
		return nil, &Unfit{Reason: TooLarge, Width: config.Width, Height: config.Height}
	}
	defer func() { // a decoder that panics on a hostile file is a refusal, too
		if recover() != nil {
			p, err = nil, &Unfit{Reason: Damaged, Width: config.Width, Height: config.Height}
		}
	}()
	p, err = prepare(data, format, config)
	if err != nil {
		var unfit *Unfit
		if !errors.As(err, &unfit) {
			unfit = &Unfit{Reason: Damaged, Cause: err}
		}
		unfit.Width, unfit.Height = config.Width, config.Height
		return nil, unfit
	}
	digest := sha256.Sum256(data)
	p.Digest = hex.EncodeToString(digest[:])
	p.Width, p.Height = p.StoredWidth, p.StoredHeight
	if p.Turn >= 5 {
		p.Width, p.Height = p.StoredHeight, p.StoredWidth
	}
	return p, nil
}

func prepare(data []byte, format string, config image.Config) (*Picture, error) {
	switch format {
	case "jpeg":
		return fromJPEG(data, config)
	case "png":
		return fromPNG(data)
	case "gif":
		p, err := decoded(data)
		if p != nil {
			p.Moving = bytes.Contains(data, []byte("NETSCAPE2.0"))
		}
		return p, err
	default:
		return decoded(data)
	}
}
