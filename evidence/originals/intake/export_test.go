package intake

import (
	"context"
	"errors"
	"image"
	"io"
)

// HashOf returns the perceptual hash that Decode computes for a picture.
func HashOf(picture image.Image) PerceptualHash { return newPerceptualHash(picture) }

// Examined is everything that is found in a file.
type Examined struct {
	Report

	Shown bool
	Hash  PerceptualHash
}

// Examine inspects and decodes a file.
func (x *Examiner) Examine(ctx context.Context, file io.ReaderAt, size int64) (Examined, error) {
	report, err := x.Inspect(file, size)
	if err != nil || !report.NeedsDecoding {
		return Examined{Report: report}, err
	}
	content, err := Decode(ctx, file, size)
	if err != nil {
		return Examined{}, err
	}
	report.Findings = sortFindings(append(report.Findings, content.Findings...))
	if content.Width > 0 {
		report.Width, report.Height = content.Width, content.Height
	}
	return Examined{Report: report, Shown: content.View.JPEG != nil, Hash: content.Hash}, nil
}

// ErrNoView means that a file cannot be shown.
var ErrNoView = errors.New("no view")

// View makes the copy of a file for viewing.
func (*Examiner) View(ctx context.Context, file io.ReaderAt, size int64) (View, error) {
	content, err := Decode(ctx, file, size)
	if err == nil && content.View.JPEG == nil {
		err = ErrNoView
	}
	return content.View, err
}
