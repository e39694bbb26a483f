package pdftest

import (
	"fmt"
	"strings"
	"testing"
)

// Line is a text on a page of A4, in points from its lower left corner.
type Line struct {
	X, Y float64
	Text string
}

// At returns a line.
func At(x, y float64, text string) Line { return Line{x, y, text} }

// The ways in which programs write a text.
const (
	Whole  = "a text at once"
	Glyphs = "glyph by glyph" // as browsers and phones print
)

const fontSize = 12

// Printed returns a page with these lines in a font that is not part of the file.
func Printed(t testing.TB, form string, lines ...Line) string {
	t.Helper()
	var content strings.Builder
	content.WriteString("BT /F1 12 Tf\n")
	for _, line := range lines {
		fmt.Fprintf(&content, "1 0 0 1 %g %g Tm\n", line.X, line.Y)
		if form == Whole {
			fmt.Fprintf(&content, "%s Tj\n", UTF16Hex(line.Text))
			continue
		}
		for _, char := range line.Text {
			fmt.Fprintf(&content, "%s Tj %g 0 Td\n", UTF16Hex(string(char)), advanceOf(char))
		}
	}
	content.WriteString("ET")
	return Join(
		"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
		Deflate(t, content.String()),
		"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[6 0 R]>>",
		"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>"+
			"/W[1 95 500]/FontDescriptor<</Type/FontDescriptor/FontName/STSong-Light/Flags 6>>>>",
	)
}

func advanceOf(char rune) float64 {
	if char < 0x80 {
		return fontSize / 2
	}
	return fontSize
}
