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

var subsampleRatios = map[uint32]image.YCbCrSubsampleRatio{
	chroma420: image.YCbCrSubsampleRatio420, chroma422: image.YCbCrSubsampleRatio422, chroma444: image.YCbCrSubsampleRatio444,
}

// frame is the header of a picture as the decoder reports it.
type frame struct {
	width, height, space, chroma uint32
	premultiplied                bool
}

// layout describes the planes of a decoded picture in memory.
type layout struct {
	frame
	size         uint32 // bytes of all planes
	stride       uint32 // bytes of a line of the first plane
	chromaStride uint32 // bytes of a line of the other planes
	chromaLines  uint32
}

// layout returns the memory layout of a picture of at most MaxPixels, and false
// for an unsupported colour space or one that does not fit in the decoder's memory. A
// narrow picture takes much more than its pixels, because lines are aligned.
func (f frame) layout() (layout, bool) {
	l := layout{frame: f, stride: alignStride(f.width)}
	switch f.space {
	case spaceGrey:
	case spaceRGB:
		l.stride = alignStride(f.width) * 4
	case spaceYCbCr:
		columns := f.width
		l.chromaLines = f.height
		switch f.chroma {
		case chroma420:
			columns, l.chromaLines = (columns+1)/2, (f.height+1)/2
		case chroma422:
			columns = (columns + 1) / 2
		case chroma444:
		default:
			return layout{}, false
		}
		l.chromaStride = alignStride(columns)
	default:
		return layout{}, false
	}
	size := uint64(l.stride)*uint64(f.height) + 2*uint64(l.chromaStride)*uint64(l.chromaLines)
	l.size = uint32(size)
	return l, size <= memoryPages<<16
}

// alignStride returns the length of a line in libheif: at least 64, a multiple of
// 16.
func alignStride(width uint32) uint32 { return (max(64, width+width&1) + 15) &^ 15 }

func (l layout) newImage(pixels []byte) image.Image {
	bounds := image.Rect(0, 0, int(l.width), int(l.height))
	first, plane := l.stride*l.height, l.chromaStride*l.chromaLines
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
		YStride: int(l.stride), CStride: int(l.chromaStride), SubsampleRatio: subsampleRatios[l.chroma], Rect: bounds,
	}
}
