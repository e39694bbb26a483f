package typeset

import (
	"fmt"
	"unicode"
)

// Color is a colour, 0xRRGGBB.
type Color uint32

// Style is the appearance of a text. Size is in points. Tracking is extra space
// after each character, in thousandths of the size.
type Style struct {
	Typeface Typeface
	Size     float64
	Color    Color
	Tracking int
}

// Span is text of one style.
type Span struct {
	Text  string
	Style Style
}

// shapedRune is one character with its glyph, a cluster of characters with its
// shaped glyphs, or a box with the code point if no font has the character.
type shapedRune struct {
	r         rune
	modifiers string // the rest of the cluster, and characters that are not drawn themselves
	face      *Face  // nil: nothing to draw, or a box
	glyph     uint16
	shaped    []placedGlyph // instead of glyph, if shaping moved or replaced glyphs
	width     float64       // points
	style     *Style
	box       string
	level     uint8 // of the bidirectional algorithm: odd is right-to-left
}

func (m *shapedRune) isSpace() bool { return unicode.IsSpace(m.r) }

// actualText returns what text extraction must return, or "" if the code of the
// glyph is enough.
func (m *shapedRune) actualText() string {
	if isRare(m.r) || m.modifiers != "" || m.box != "" {
		return string(m.r) + m.modifiers
	}
	return ""
}

// boxScale is the font size in a box relative to the text around it.
const boxScale = 0.62

// shapeSpans converts spans to characters with glyphs, in logical order.
func (f *Faces) shapeSpans(spans []Span) ([]shapedRune, error) {
	var out []shapedRune
	bidirectional := false
	for i := range spans {
		var err error
		text := CleanText(spans[i].Text)
		if f.needsShaping(text) {
			bidirectional = bidirectional || hasRightToLeft(text)
			out, err = f.shapeText(out, text, &spans[i].Style)
		} else {
			out, err = f.appendPlain(out, text, &spans[i].Style)
		}
		if err != nil {
			return nil, err
		}
	}
	if bidirectional {
		setLevels(out)
	}
	return out, nil
}

// appendPlain adds one glyph for each character.
func (f *Faces) appendPlain(out []shapedRune, text string, style *Style) ([]shapedRune, error) {
	for _, r := range text {
		if isCombining(r) && len(out) > 0 {
			out[len(out)-1].modifiers += string(r)
			continue
		}
		m, err := f.shapeRune(r, style)
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, nil
}

func (f *Faces) shapeRune(r rune, style *Style) (shapedRune, error) {
	m := shapedRune{r: r, style: style}
	if r == '\n' {
		return m, nil
	}
	face, glyph, err := f.pickFace(style.Typeface, r)
	if err != nil {
		return shapedRune{}, err
	}
	switch {
	case face != nil:
		m.face, m.glyph = face, glyph
		m.width = float64(face.AdvanceWidth(glyph)+style.Tracking) * style.Size / 1000
	case m.isSpace():
		m.width = style.Size / 2
	default:
		return f.boxFor(r, style), nil
	}
	return m, nil
}

// boxFor returns a box with the code point of a character.
func (f *Faces) boxFor(r rune, style *Style) shapedRune {
	box := fmt.Sprintf("[U+%04X]", r)
	return shapedRune{r: r, style: style, box: box, width: f.plainWidth(box, style.Size*boxScale) + style.Size*0.16}
}

// plainWidth returns the width of an ASCII text in Sans, in points.
func (f *Faces) plainWidth(s string, size float64) float64 {
	total := 0
	for _, r := range s {
		total += f.main[Sans].AdvanceWidth(f.main[Sans].GlyphFor(r))
	}
	return float64(total) * size / 1000
}
