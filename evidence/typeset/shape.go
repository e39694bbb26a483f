package typeset

import (
	"fmt"
	"sync"
	"unicode"
)

// Cut is one of the four typefaces text can ask for.
type Cut int

// The cuts: 宋体 for running text, 黑体 for labels, each in two weights.
const (
	Serif Cut = iota
	SerifBold
	Sans
	SansBold
	cuts
)

// Faces are the fonts of a document. They are safe for concurrent use.
type Faces struct {
	main [cuts]*Face
	rare []func() (*Face, error)
}

// NewFaces takes the four main faces and the loaders of those for characters
// they lack, in order of preference; a loader runs once, when first needed.
func NewFaces(serif, serifBold, sans, sansBold *Face, rare ...func() (*Face, error)) *Faces {
	f := &Faces{main: [cuts]*Face{serif, serifBold, sans, sansBold}}
	for _, load := range rare {
		f.rare = append(f.rare, sync.OnceValues(load))
	}
	return f
}

// pickFace finds the face that can show a rune; nil when none can.
func (f *Faces) pickFace(cut Cut, r rune) (*Face, uint16, error) {
	if face := f.main[cut]; face.Glyph(r) != 0 && (unicode.IsSpace(r) || face.hasOutline(face.Glyph(r))) {
		return face, face.Glyph(r), nil
	}
	if unicode.IsSpace(r) {
		return nil, 0, nil
	}
	for _, load := range f.rare {
		face, err := load()
		if err != nil {
			return nil, 0, err
		}
		if glyph := face.Glyph(r); glyph != 0 && face.hasOutline(glyph) {
			return face, glyph, nil
		}
	}
	return nil, 0, nil
}

// Ink is a colour, 0xRRGGBB.
type Ink uint32

// Style is how a piece of text looks. Size is in points; Track is extra space
// after each character in thousandths of the size.
type Style struct {
	Cut   Cut
	Size  float64
	Ink   Ink
	Track int
}

// Span is text of one style.
type Span struct {
	Text  string
	Style Style
}

// mark is one character ready to be placed: a glyph with what modifies it, or a
// box that names a character no font has.
type mark struct {
	r     rune
	tail  string // modifiers without ink of their own
	face  *Face  // nil: nothing to draw, or a box
	glyph uint16
	width float64 // points
	style *Style
	box   string
}

func (m *mark) isSpace() bool { return unicode.IsSpace(m.r) }

// actualText is the text a reader must get back when it is not the glyph's code.
func (m *mark) actualText() string {
	if isRare(m.r) || m.tail != "" || m.box != "" {
		return string(m.r) + m.tail
	}
	return ""
}

// boxScale is the size of the letters in a box against those around it.
const boxScale = 0.62

// shapeSpans turns spans into marks.
func (f *Faces) shapeSpans(spans []Span) ([]mark, error) {
	var out []mark
	for i := range spans {
		style := &spans[i].Style
		for _, r := range Clean(spans[i].Text) {
			if isCombining(r) && len(out) > 0 {
				out[len(out)-1].tail += string(r)
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

func (f *Faces) shapeRune(r rune, style *Style) (mark, error) {
	m := mark{r: r, style: style}
	if r == '\n' {
		return m, nil
	}
	face, glyph, err := f.pickFace(style.Cut, r)
	if err != nil {
		return mark{}, err
	}
	switch {
	case face != nil:
		m.face, m.glyph = face, glyph
		m.width = float64(face.Advance(glyph)+style.Track) * style.Size / 1000
	case m.isSpace():
		m.width = style.Size / 2
	default:
		m.box = fmt.Sprintf("[U+%04X]", r)
		m.width = f.plainWidth(m.box, style.Size*boxScale) + style.Size*0.16
	}
	return m, nil
}

// plainWidth measures ASCII text in the Sans cut, in points.
func (f *Faces) plainWidth(s string, size float64) float64 {
	total := 0
	for _, r := range s {
		total += f.main[Sans].Advance(f.main[Sans].Glyph(r))
	}
	return float64(total) * size / 1000
}
