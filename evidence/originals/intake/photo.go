package intake

import (
	"context"
	"errors"
	"image"

	"recourse/evidence/originals/intake/heic"
)

// isHEIC detects the pictures of iPhones, which Go's decoders do not support.
func isHEIC(media string) bool { return media == mediaHEIC || media == mediaHEIF }

// decodeHEIC decodes the file in memory; a file that is too long for that gets no
// preview. A photo that cannot be decoded may be of an unsupported kind, so it is not
// reported as damaged.
func decodeHEIC(ctx context.Context, s source) (image.Image, Finding, error) {
	if s.size > heic.MaxBytes {
		return nil, NoPreview, nil
	}
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
