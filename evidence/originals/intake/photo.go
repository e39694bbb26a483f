package intake

import (
	"context"
	"errors"
	"image"

	"recourse/evidence/originals/intake/heic"
)

// isHEIC tells the pictures of iPhones, which Go's decoders do not open.
func isHEIC(media string) bool { return media == mediaHEIC || media == mediaHEIF }

func (x *Examiner) examineHEIC(ctx context.Context, s source, report *Report) error {
	report.setFacts(factsFromTags(readTags(s, report.Media)))
	picture, fault, err := x.decodeHEIC(ctx, s)
	if err != nil {
		return err
	}
	if fault != "" {
		report.addFinding(fault)
		return nil
	}
	report.Width, report.Height = picture.Bounds().Dx(), picture.Bounds().Dy()
	report.recordPicture(picture)
	return nil
}

// viewHEIC does not turn the picture: the format has its own way to say how it
// is held, which the decoder follows, and tells readers to pass over EXIF's
// (ISO/IEC 23008-12, annex A).
func (x *Examiner) viewHEIC(ctx context.Context, s source) (View, error) {
	picture, fault, err := x.decodeHEIC(ctx, s)
	if err != nil {
		return View{}, err
	}
	if fault != "" {
		return View{}, ErrNoView
	}
	return renderView(picture, 1)
}

// decodeHEIC decodes the whole file in memory: what is too long for that is kept
// and listed. A photo that does not open may be of a kind the decoder does not
// know: it is not called damaged.
func (x *Examiner) decodeHEIC(ctx context.Context, s source) (image.Image, Finding, error) {
	if s.size > heic.MaxBytes {
		return nil, NoPreview, nil
	}
	if err := acquireSlot(ctx, x.heicSlot); err != nil {
		return nil, "", err
	}
	defer releaseSlot(x.heicSlot)
	data, err := s.readRange(0, int(s.size))
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
