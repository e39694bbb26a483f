package intake

import (
	"context"
	"errors"
	"image"

	"recourse/evidence/originals/intake/heic"
)

// isHEIC detects the pictures of iPhones, which Go's decoders do not support.
func isHEIC(media string) bool { return media == mediaHEIC || media == mediaHEIF }

func (x *Examiner) examineHEIC(ctx context.Context, s source, report *Report) error {
	report.setFacts(s.factsFromTags(readTags(s, report.Media)))
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

// viewHEIC does not rotate the picture: the decoder applies the format's own rotation,
// and readers must ignore the EXIF orientation (ISO/IEC 23008-12, annex A).
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

// decodeHEIC decodes the file in memory; a file that is too long for that gets no
// preview. A photo that cannot be decoded may be of an unsupported kind, so it is not
// reported as damaged.
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
