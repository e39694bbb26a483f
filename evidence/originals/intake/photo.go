package intake

import (
	"context"
	"errors"
	"image"

	"recourse/evidence/originals/intake/heic"
)

// isPhoto tells the pictures of iPhones, which Go's decoders do not open.
func isPhoto(media string) bool { return media == mediaHEIC || media == mediaHEIF }

func (x *Examiner) examinePhoto(ctx context.Context, s source, report *Report) error {
	report.take(factsOf(tagsOf(s, report.Media)))
	picture, fault, err := x.openPhoto(ctx, s)
	if err != nil {
		return err
	}
	if fault != "" {
		report.note(fault)
		return nil
	}
	report.Width, report.Height = picture.Bounds().Dx(), picture.Bounds().Dy()
	report.saw(picture)
	return nil
}

// viewPhoto does not turn the picture: the format has its own way to say how it
// is held, which the decoder follows, and tells readers to pass over EXIF's
// (ISO/IEC 23008-12, annex A).
func (x *Examiner) viewPhoto(ctx context.Context, s source) (View, error) {
	picture, fault, err := x.openPhoto(ctx, s)
	if err != nil {
		return View{}, err
	}
	if fault != "" {
		return View{}, ErrNoView
	}
	return drawn(picture, 1)
}

// openPhoto decodes the whole file in memory: what is too long for that is kept
// and listed. A photo that does not open may be of a kind the decoder does not
// know: it is not called damaged.
func (x *Examiner) openPhoto(ctx context.Context, s source) (image.Image, Finding, error) {
	if s.size > heic.MaxBytes {
		return nil, NoPreview, nil
	}
	if err := enter(ctx, x.photo); err != nil {
		return nil, "", err
	}
	defer leave(x.photo)
	data, err := s.at(0, int(s.size))
	if err != nil {
		return nil, "", err
	}
	picture, err := heic.Decode(ctx, data)
	switch {
	case errors.Is(err, heic.ErrTooLarge):
		return nil, TooManyPixels, nil
	case errors.Is(err, heic.ErrUndecodable):
		return nil, NoPreview, nil
	}
	return picture, "", err
}
