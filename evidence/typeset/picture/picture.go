// Package picture converts images for a PDF. The compressed data of JPEG and simple
// PNG files is used as it is; other formats are decoded and re-encoded without
// loss. An image that cannot be shown gives an error with a reason.
//
// Images are not scaled, and the result has no metadata (EXIF, GPS, comments). Only
// packages dossier and typeset may import it.
package picture

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"image"

	_ "image/gif"  // decodes the first frame
	_ "image/jpeg" // reads the header; the data is used as it is
	_ "image/png"  // decodes what a PDF cannot contain as it is

	// Formats of scanners and newer phones; they are re-encoded.
	_ "golang.org/x/image/bmp"
	_ "golang.org/x/image/tiff"
	_ "golang.org/x/image/webp"
)

// MaxPixels limits the images that are decoded. Decoding needs up to 8 bytes per
// pixel, and a file of a few kilobytes can claim billions of pixels.
const MaxPixels = 50_000_000

// Picture is an image in the form that a PDF contains.
type Picture struct {
	Digest       string // hex SHA-256 of the original bytes
	Width        int    // as shown, in pixels
	Height       int
	StoredWidth  int // as stored, before Orientation is applied
	StoredHeight int
	Orientation  int    // EXIF orientation, 1–8
	ColorSpace   string // DeviceGray, DeviceRGB or Indexed
	Bits         int    // per component
	Filter       string // DCTDecode or FlateDecode
	Params       string // decode parameters of the filter
	Palette      []byte // of Indexed, RGB
	Data         []byte
	IsAnimated   bool // only the first frame is shown
}

// Reason is why an image cannot be shown.
type Reason string

// The reasons.
const (
	Unknown   Reason = "unknown_format" // not an image this program can read
	TooLarge  Reason = "too_many_pixels"
	Damaged   Reason = "damaged"
	Truncated Reason = "truncated"
	TooCostly Reason = "too_costly" // set by a Reencoder with limits of memory and time
)

// UnusableError is the error for an image that cannot be shown.
type UnusableError struct {
	Reason        Reason
	Width, Height int // from the header, if it was read
	Cause         error
}

// Error implements error.
func (u *UnusableError) Error() string {
	if u.Cause != nil {
		return "image: " + string(u.Reason) + ": " + u.Cause.Error()
	}
	return "image: " + string(u.Reason)
}

// Unwrap returns the error of the decoder.
func (u *UnusableError) Unwrap() error { return u.Cause }

// Reencoder decodes an image and encodes it again. Its errors are *UnusableError if the
// image is to blame.
type Reencoder func(data []byte) (*Picture, error)

// Convert converts an image of any supported format, with reencode for those that a PDF
// cannot contain as they are. Errors that are no *UnusableError are those of reencode.
func Convert(data []byte, reencode Reencoder) (*Picture, error) {
	config, format, err := readHeader(data)
	if err != nil {
		return nil, err
	}
	p, err := convertFormat(data, format, config, reencode)
	if err != nil {
		var unusable *UnusableError
		if errors.As(err, &unusable) {
			unusable.Width, unusable.Height = config.Width, config.Height
		}
		return nil, err
	}
	digest := sha256.Sum256(data)
	p.Digest = hex.EncodeToString(digest[:])
	p.Width, p.Height = p.StoredWidth, p.StoredHeight
	if p.Orientation >= 5 {
		p.Width, p.Height = p.StoredHeight, p.StoredWidth
	}
	return p, nil
}

// readHeader reads the size of an image and refuses one that is too large to be decoded.
func readHeader(data []byte) (image.Config, string, error) {
	config, format, err := image.DecodeConfig(bytes.NewReader(data))
	switch {
	case errors.Is(err, image.ErrFormat):
		return config, "", &UnusableError{Reason: Unknown, Cause: err}
	case err != nil:
		return config, "", &UnusableError{Reason: Damaged, Cause: err}
	case config.Width <= 0 || config.Height <= 0:
		return config, "", &UnusableError{Reason: Damaged}
	case config.Width > MaxPixels/config.Height:
		return config, "", &UnusableError{Reason: TooLarge, Width: config.Width, Height: config.Height}
	}
	return config, format, nil
}

func convertFormat(data []byte, format string, config image.Config, reencode Reencoder) (p *Picture, err error) {
	defer func() { // a reader may panic on a malicious file
		if recover() != nil {
			p, err = nil, &UnusableError{Reason: Damaged}
		}
	}()
	switch format {
	case "jpeg":
		return fromJPEG(data, config, reencode)
	case "png":
		return fromPNG(data, reencode)
	case "gif":
		p, err := reencode(data)
		if p != nil {
			p.IsAnimated = bytes.Contains(data, []byte("NETSCAPE2.0"))
		}
		return p, err
	default:
		return reencode(data)
	}
}
