package typeset

import (
	"fmt"
	"sync"
	"unicode"
)

// Typeface is one of the four typefaces of texts.
type Typeface int

// The typefaces: 宋体 for running text, 黑体 for labels, each in two weights.
const (
	Serif Typeface = iota
	SerifBold
	Sans
	SansBold
	typefaceCount
)

// Faces are the fonts of a document. They are safe for concurrent use.
type Faces struct {
	main      [typefaceCount]*Face
	fallbacks []func() (*Face, error)
}

// NewFaces returns the four main faces and the fallbacks for characters they lack,
// in order of preference. A fallback is loaded at its first use.
func NewFaces(serif, serifBold, sans, sansBold *Face, rare ...func() (*Face, error)) *Faces {
	f := &Faces{main: [typefaceCount]*Face{serif, serifBold, sans, sansBold}}
	for _, load := range rare {
		f.fallbacks = append(f.fallbacks, sync.OnceValues(load))
	}
	return f
}

// pickFace returns a face that has the rune, or nil.
func (f *Faces) pickFace(cut Typeface, r rune) (*Face, uint16, error) {
	if face := f.main[cut]; face.GlyphFor(r) != 0 && (unicode.IsSpace(r) || face.hasOutline(face.GlyphFor(r))) {
		return face, face.GlyphFor(r), nil
	}
	if unicode.IsSpace(r) {
		return nil, 0, nil
	}
	for _, load := range f.fallbacks {
		face, err := load()
		if err != nil {
			return nil, 0, err
		}
		if glyph := face.GlyphFor(r); glyph != 0 && face.hasOutline(glyph) {
			return face, glyph, nil
		}
	}
	return nil, 0, nil
}

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

// shapedRune is one character with its glyph, or a box with the code point if no
// font has the character.
type shapedRune struct {
	r         rune
	modifiers string // combining characters that are not drawn themselves
	face      *Face  // nil: nothing to draw, or a box
	glyph     uint16
	width     float64 // points
	style     *Style
	box       string
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

// shapeSpans converts spans to characters with glyphs.
func (f *Faces) shapeSpans(spans []Span) ([]shapedRune, error) {
	var out []shapedRune
	for i := range spans {
		style := &spans[i].Style
		for _, r := range CleanText(spans[i].Text) {
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
		m.box = fmt.Sprintf("[U+%04X]", r)
		m.width = f.plainWidth(m.box, style.Size*boxScale) + style.Size*0.16
	}
	return m, nil
}

// plainWidth returns the width of an ASCII text in Sans, in points.
func (f *Faces) plainWidth(s string, size float64) float64 {
	total := 0
	for _, r := range s {
		total += f.main[Sans].AdvanceWidth(f.main[Sans].GlyphFor(r))
	}
	return float64(total) * size / 1000
}
