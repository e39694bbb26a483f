package typeset

import (
	"os"
	"path/filepath"
)

// FontsVariable is the environment variable that names the folder of the fonts.
const FontsVariable = "RECOURSE_FONTS"

// FindFonts gives the folder of the fonts: FontsVariable, else the nearest
// ".recourse/fonts" from the folder start upwards, else that of start itself.
func FindFonts(start string) string {
	if dir := os.Getenv(FontsVariable); dir != "" { //nolint:forbidigo // for tests and tools; the product is told its folder
		return dir
	}
	start, err := filepath.Abs(start)
	if err != nil {
		return filepath.Join(".recourse", "fonts")
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		candidate := filepath.Join(dir, ".recourse", "fonts")
		if info, err := os.Stat(candidate); err == nil && info.IsDir() {
			return candidate
		}
		if dir == filepath.Dir(dir) {
			return filepath.Join(start, ".recourse", "fonts")
		}
	}
}
