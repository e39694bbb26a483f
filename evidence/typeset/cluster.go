package typeset

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// maxCluster is the number of characters of a cluster that are drawn together. The
// rest become boxes, so that a pile of marks cannot cover what is above it.
const maxCluster = 24

// needsShaping reports whether a text has letters of a script with a face of its own,
// or marks on letters.
func (f *Faces) needsShaping(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool {
		return !isChinese(r) && (isGeneralMark(r) || isJamo(r) || f.inBlocks(r))
	}) >= 0
}

// isChinese reports without a search whether a character is of Chinese text, ASCII
// included.
func isChinese(r rune) bool {
	return r < 0x80 || r >= 0x3190 && r <= 0x9FFF || r >= 0x2E80 && r <= 0x312F || r >= 0xFF00 && r <= 0xFFEF || r >= 0x2010 && r <= 0x2027
}

// isGeneralMark reports whether a character is a mark that any letter may have.
func isGeneralMark(r rune) bool {
	switch {
	case r < 0x0300:
		return false
	case r <= 0x036F, r >= 0x0483 && r <= 0x0489, r >= 0x1AB0 && r <= 0x1AFF, r >= 0x1DC0 && r <= 0x1DFF,
		r >= 0x20D0 && r <= 0x20FF, r >= 0xFE20 && r <= 0xFE2F:
		return true
	default:
		return false
	}
}

// isInvisible reports whether a character has no glyph of its own and belongs to the
// one before it.
func isInvisible(r rune) bool {
	return isCombining(r) || r == zeroWidthNonJoiner || r == vowelSeparator
}

// shapeText adds the characters of a text that needs shaping. It divides the text
// into parts of one face and gives those of other scripts to the shaper.
func (f *Faces) shapeText(out []shapedRune, text string, style *Style) ([]shapedRune, error) {
	runes := []rune(text)
	for start := 0; start < len(runes); {
		face, end, err := f.findPart(runes, start, style.Typeface)
		if err != nil {
			return nil, err
		}
		switch {
		case face != nil:
			out = append(out, f.shapePart(face, runes[start:end], style)...)
		case end-start > 1:
			if out, err = f.appendMarked(out, runes[start:end], style); err != nil {
				return nil, err
			}
		default:
			if out, err = f.appendPlain(out, string(runes[start:end]), style); err != nil {
				return nil, err
			}
		}
		start = end
	}
	return out, nil
}

// findPart returns the end of the part that starts at start, and the face that shapes
// it. Without a face, the part is one character with its marks.
func (f *Faces) findPart(runes []rune, start int, cut Typeface) (*Face, int, error) {
	face, end, err := f.findCluster(runes, start, cut)
	if face == nil || err != nil {
		return nil, end, err
	}
	digits := isBackwardDigit(runes[start])
	for end < len(runes) && end-start < maxPart {
		next, after, err := f.findCluster(runes, end, cut)
		if err != nil {
			return nil, 0, err
		}
		if next != face || isBackwardDigit(runes[end]) != digits {
			break
		}
		end = after
	}
	return face, end, nil
}

// maxPart is the length of text that is shaped at once.
const maxPart = 512

// isBackwardDigit reports whether a character is a digit of a right-to-left script:
// numbers are written from left to right also there.
func isBackwardDigit(r rune) bool { return unicode.IsDigit(r) && r >= 0x0660 && r <= 0x06F9 }

// findCluster returns the end of a character with its marks and the face of a script
// that has all of it. The face is nil if the main faces draw it, or none has it.
func (f *Faces) findCluster(runes []rune, start int, cut Typeface) (*Face, int, error) {
	r, end, marks := runes[start], start+1, 0
	for end < len(runes) && end-start < maxCluster && !unicode.IsSpace(r) && joins(r, runes[end]) {
		if !isInvisible(runes[end]) {
			marks++
		}
		end++
	}
	if marks > 0 {
		face, err := f.markedFace(runes[start:end], cut)
		return face, end, err
	}
	if isInvisible(r) || unicode.IsSpace(r) || f.main[cut].hasInk(r) {
		return nil, end, nil
	}
	face, err := f.blockFace(r)
	return face, end, err
}

// joins reports whether a character belongs to the cluster of the letter before it:
// a mark, or the rest of a Korean syllable that is spelled in parts.
func joins(letter, r rune) bool {
	return isInvisible(r) || isGeneralMark(r) || isJamo(letter) && isJamo(r) && letter < 0x1160 && r >= 0x1160
}

func isJamo(r rune) bool { return r >= 0x1100 && r <= 0x11FF }

// markedFace returns a face of a script that has a character and its marks, or nil.
func (f *Faces) markedFace(cluster []rune, cut Typeface) (*Face, error) {
	if _, composed, err := f.composedGlyph(cluster, cut); composed || err != nil {
		return nil, err // one glyph draws it
	}
	for _, r := range cluster {
		face, err := f.blockFace(r)
		if err != nil {
			return nil, err
		}
		if face != nil && face.hasAll(cluster) {
			return face, nil
		}
	}
	return nil, nil //nolint:nilnil // no face is not an error
}

func (f *Face) hasAll(cluster []rune) bool {
	for _, r := range cluster {
		if f.GlyphFor(r) == 0 && !isInvisible(r) {
			return false
		}
	}
	return true
}

// composedGlyph returns the character that a letter and its marks make together, if
// a face has it.
func (f *Faces) composedGlyph(cluster []rune, cut Typeface) (rune, bool, error) {
	composed := []rune(norm.NFC.String(string(cluster)))
	if len(composed) != 1 || f.main[cut].hasInk(composed[0]) {
		return composed[0], len(composed) == 1, nil
	}
	face, err := f.blockFace(composed[0])
	return composed[0], face != nil, err
}

// appendMarked adds a character with marks that no face of a script has together: as
// one composed glyph, or with the marks in the middle above it.
func (f *Faces) appendMarked(out []shapedRune, cluster []rune, style *Style) ([]shapedRune, error) {
	rest := string(cluster[1:])
	composed, ok, err := f.composedGlyph(cluster, style.Typeface)
	if err != nil {
		return nil, err
	}
	if ok {
		m, err := f.shapeRune(composed, style)
		m.r, m.modifiers = cluster[0], rest
		return append(out, m), err
	}
	base, err := f.shapeRune(cluster[0], style)
	if err != nil {
		return nil, err
	}
	if base.face == nil {
		return f.appendPlain(out, string(cluster), style)
	}
	base.shaped = []placedGlyph{{face: base.face, glyph: base.glyph, size: style.Size}}
	for _, r := range cluster[1:] {
		face, err := f.blockFace(r)
		if err != nil {
			return nil, err
		}
		if face == nil && !isInvisible(r) {
			return f.appendPlain(out, string(cluster), style)
		}
		if face != nil {
			base.shaped = append(base.shaped, face.centred(face.GlyphFor(r), base.width, style.Size))
		}
	}
	base.modifiers = rest
	return append(out, base), nil
}

// centred places a mark in the middle of a character.
func (f *Face) centred(glyph uint16, width, size float64) placedGlyph {
	box := f.glyphBounds(glyph)
	scale := size / float64(f.upem)
	return placedGlyph{face: f, glyph: glyph, size: size, x: width/2 - (box.left+box.right)/2*scale}
}
