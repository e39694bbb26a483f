package intake

import "image"

// LookOf is what Examine learns of how a picture looks.
func LookOf(picture image.Image) Look {
	var report Report
	report.saw(picture)
	return Look{Likeness: report.Likeness, Sketch: report.Sketch}
}
