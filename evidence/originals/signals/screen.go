package signals

import "math"

// ratioError is how far the ratio of a scaled picture may differ from that of its screen:
// a pixel in some hundred.
const ratioError = 0.004

// IsScreen reports whether a picture can be a screenshot of a known device: upright or
// turned, whole, cut or scrolled (one side is a width), or scaled down by a messenger.
func IsScreen(width, height int) bool {
	if width <= 0 || height <= 0 {
		return true // unknown
	}
	short, long := min(width, height), max(width, height)
	for _, screen := range tables.Screens {
		if width == screen.Width || short == screen.Width && long <= screen.Height {
			return true
		}
		if short < screen.Width && math.Abs(float64(long)/float64(short)-float64(screen.Height)/float64(screen.Width)) < ratioError {
			return true
		}
	}
	return false
}
