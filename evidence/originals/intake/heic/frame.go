package heic

import "image"

// The colour spaces and samplings of libheif (heif.h).
const (
	spaceYCbCr = 0
	spaceRGB   = 1
	spaceGrey  = 2

	chroma420 = 1
	chroma422 = 2
	chroma444 = 3
)

var ratios = map[uint32]image.YCbCrSubsampleRatio{
	chroma420: image.YCbCrSubsampleRatio420, chroma422: image.YCbCrSubsampleRatio422, chroma444: image.YCbCrSubsampleRatio444,
}

// frame is what the decoder says of a picture.
type frame struct {
	width, height, space, chroma uint32
	premultiplied                bool
}

// layout is where the planes of a picture lie that the decoder wrote.
type layout struct {
	frame
	size           uint32 // of all planes
	stride, narrow uint32 // bytes of a line of the first and of the other planes
	lines          uint32 // of the other planes
}

// layout of a picture of at most MaxPixels; false for a colour space that is not
// known.
func (f frame) layout() (layout, bool) {
	l := layout{frame: f, stride: padded(f.width)}
	switch f.space {
	case spaceGrey:
	case spaceRGB:
		l.stride = padded(f.width) * 4
	case spaceYCbCr:
		columns := f.width
		l.lines = f.height
		switch f.chroma {
		case chroma420:
			columns, l.lines = (columns+1)/2, (f.height+1)/2
		case chroma422:
			columns = (columns + 1) / 2
		case chroma444:
		default:
			return layout{}, false
		}
		l.narrow = padded(columns)
	default:
		return layout{}, false
	}
	l.size = l.stride*f.height + 2*l.narrow*l.lines
	return l, true
}

// padded is how long libheif makes a line: even, at least 64, a multiple of 16.
func padded(width uint32) uint32 { return (max(64, width+width&1) + 15) &^ 15 }

func (l layout) image(pixels []byte) image.Image {
	bounds := image.Rect(0, 0, int(l.width), int(l.height))
	first, plane := l.stride*l.height, l.narrow*l.lines
	switch {
	case l.space == spaceGrey:
		return &image.Gray{Pix: pixels, Stride: int(l.stride), Rect: bounds}
	case l.space == spaceRGB && l.premultiplied:
		return &image.RGBA{Pix: pixels, Stride: int(l.stride), Rect: bounds}
	case l.space == spaceRGB:
		return &image.NRGBA{Pix: pixels, Stride: int(l.stride), Rect: bounds}
	}
	return &image.YCbCr{
		Y: pixels[:first], Cb: pixels[first : first+plane], Cr: pixels[first+plane:],
		YStride: int(l.stride), CStride: int(l.narrow), SubsampleRatio: ratios[l.chroma], Rect: bounds,
	}
}
