package typeset

import (
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

// Block is a range of characters.
type Block struct{ First, Last rune }

// Fallback is a face for characters that the main faces lack, loaded at its first
// use. With blocks it is asked for their characters only, before the faces without.
type Fallback struct {
	Load   func() (*Face, error)
	Blocks []Block
}

// Faces are the fonts of a document. They are safe for concurrent use.
type Faces struct {
	main    [typefaceCount]*Face
	general []func() (*Face, error)
	blocks  []blockFace
}

type blockFace struct {
	Block
	load func() (*Face, error)
}

// NewFaces returns the four main faces and the fallbacks for characters they lack,
// in order of preference.
func NewFaces(serif, serifBold, sans, sansBold *Face, rare ...Fallback) *Faces {
	f := &Faces{main: [typefaceCount]*Face{serif, serifBold, sans, sansBold}}
	for _, fallback := range rare {
		load := sync.OnceValues(fallback.Load)
		for _, block := range fallback.Blocks {
			f.blocks = append(f.blocks, blockFace{block, load})
		}
		if len(fallback.Blocks) == 0 {
			f.general = append(f.general, load)
		}
	}
	return f
}

// hasInk reports whether a face has the character and draws something for it.
func (f *Face) hasInk(r rune) bool {
	glyph := f.GlyphFor(r)
	return glyph != 0 && f.hasOutline(glyph)
}

// pickFace returns a face that has the rune, or nil.
func (f *Faces) pickFace(cut Typeface, r rune) (*Face, uint16, error) {
	if face := f.main[cut]; face.GlyphFor(r) != 0 && (unicode.IsSpace(r) || face.hasOutline(face.GlyphFor(r))) {
		return face, face.GlyphFor(r), nil
	}
	if unicode.IsSpace(r) {
		return nil, 0, nil
	}
	if face, err := f.blockFace(r); face != nil || err != nil {
		return face, face.GlyphFor(r), err
	}
	for _, load := range f.general {
		face, err := load()
		if err != nil {
			return nil, 0, err
		}
		if face.hasInk(r) {
			return face, face.GlyphFor(r), nil
		}
	}
	for _, face := range f.main { // 黑体 has a few ideographs that 宋体 lacks
		if face.hasInk(r) {
			return face, face.GlyphFor(r), nil
		}
	}
	return nil, 0, nil
}

// blockFace returns the face of the script that has the rune, or nil.
func (f *Faces) blockFace(r rune) (*Face, error) {
	for i := range f.blocks {
		if r < f.blocks[i].First || r > f.blocks[i].Last {
			continue
		}
		face, err := f.blocks[i].load()
		if err != nil {
			return nil, err
		}
		if face.GlyphFor(r) != 0 {
			return face, nil
		}
	}
	return nil, nil //nolint:nilnil // no face is not an error
}

// inBlocks reports whether a fallback for a script may have the rune.
func (f *Faces) inBlocks(r rune) bool {
	for i := range f.blocks {
		if r >= f.blocks[i].First && r <= f.blocks[i].Last {
			return true
		}
	}
	return false
}
