package typeset

import (
	"bytes"
	"encoding/binary"
	"slices"
	"unicode"

	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/harfbuzz"
	"github.com/go-text/typesetting/language"
)

// placedGlyph is a glyph at a position relative to its cluster, in points.
type placedGlyph struct {
	face  *Face
	glyph uint16
	size  float64
	x, y  float64 // y is upwards
}

// bounds are the limits of what a glyph draws, in font units.
type bounds struct{ left, bottom, right, top float64 }

func (f *Face) glyphBounds(glyph uint16) bounds {
	data := f.glyphOutline(glyph)
	if len(data) < 10 {
		return bounds{}
	}
	at := func(i int) float64 { return float64(int16(binary.BigEndian.Uint16(data[i:]))) }
	return bounds{at(2), at(4), at(6), at(8)}
}

// shapingFont is a font of the shaper with its buffer. Only one goroutine may use it
// at a time.
type shapingFont struct {
	font   *harfbuzz.Font
	buffer *harfbuzz.Buffer
}

// takeShaper returns a font of the shaper, or nil if the shaper cannot read the face.
// Its tables are parsed at first use.
func (f *Face) takeShaper() *shapingFont {
	if s, ok := f.shapers.Get().(*shapingFont); ok {
		return s
	}
	f.parse.Do(func() {
		if face, err := font.ParseTTF(bytes.NewReader(f.data)); err == nil {
			f.parsed = face.Font
		}
	})
	if f.parsed == nil {
		return nil
	}
	return &shapingFont{font: harfbuzz.NewFont(font.NewFace(f.parsed)), buffer: harfbuzz.NewBuffer()}
}

// shapePart shapes a part of a text that has one face and one direction. The result
// is in logical order.
func (f *Faces) shapePart(face *Face, runes []rune, style *Style) []shapedRune {
	s := face.takeShaper()
	if s == nil {
		return f.appendBoxes(nil, runes, style)
	}
	defer face.shapers.Put(s)
	b := s.buffer
	b.Clear()
	b.Flags = harfbuzz.DoNotinsertDottedCircle
	b.AddRunes(runes, 0, len(runes))
	b.Props = harfbuzz.SegmentProperties{Script: scriptOf(runes), Direction: harfbuzz.LeftToRight, Language: language.DefaultLanguage()}
	if slices.ContainsFunc(runes, isRightToLeft) {
		b.Props.Direction = harfbuzz.RightToLeft
	}
	b.Shape(s.font, nil)
	clusters := splitClusters(face, b, len(runes))
	p := part{faces: f, face: face, runes: runes, style: style, scale: 1}
	for i := range clusters {
		if fit := clusters[i].fit(float64(face.upem)); fit >= minScale {
			p.scale = min(p.scale, fit)
		}
	}
	for i := range clusters {
		p.moved = p.moved || !p.isPlain(&clusters[i])
	}
	out := make([]shapedRune, 0, len(clusters))
	for i := range clusters {
		out = p.appendCluster(out, &clusters[i])
	}
	return out
}

// scriptOf returns the script of the first letter that has one.
func scriptOf(runes []rune) language.Script {
	for _, r := range runes {
		if s := language.LookupScript(r); s != language.Common && s != language.Inherited && s != language.Unknown {
			return s
		}
	}
	return language.Common
}

// cluster is what the shaper made of the characters start..end, in font units.
type cluster struct {
	start, end int
	glyphs     []unitGlyph
	advance    float64
	ink        bounds
	missing    bool
}

type unitGlyph struct {
	glyph uint16
	x, y  float64
}

// splitClusters groups the shaped glyphs by cluster, in logical order.
func splitClusters(face *Face, b *harfbuzz.Buffer, length int) []cluster {
	var out []cluster
	for i := range b.Info {
		if len(out) == 0 || out[len(out)-1].start != b.Info[i].Cluster {
			out = append(out, cluster{start: b.Info[i].Cluster})
		}
		out[len(out)-1].add(face, uint16(b.Info[i].Glyph), &b.Pos[i])
	}
	slices.SortStableFunc(out, func(a, b cluster) int { return a.start - b.start })
	for i := range out {
		out[i].end = length
		if i+1 < len(out) {
			out[i].end = out[i+1].start
		}
	}
	return out
}

func (c *cluster) add(face *Face, glyph uint16, pos *harfbuzz.GlyphPosition) {
	x, y := c.advance+float64(pos.XOffset), float64(pos.YOffset)
	c.advance += float64(pos.XAdvance)
	c.missing = c.missing || glyph == 0
	if !face.hasOutline(glyph) {
		return
	}
	c.glyphs = append(c.glyphs, unitGlyph{glyph, x, y})
	box := face.glyphBounds(glyph)
	if len(c.glyphs) == 1 {
		c.ink = bounds{x + box.left, y + box.bottom, x + box.right, y + box.top}
		return
	}
	c.ink.left, c.ink.right = min(c.ink.left, x+box.left), max(c.ink.right, x+box.right)
	c.ink.bottom, c.ink.top = min(c.ink.bottom, y+box.bottom), max(c.ink.top, y+box.top)
}

// A line has this much room above and below its baseline, in ems; text that needs
// more is drawn smaller, but not below minScale.
const (
	roomAbove = 1.1
	roomBelow = 0.42
	minScale  = 0.5
)

// fit returns the scale at which a cluster stays within its line.
func (c *cluster) fit(upem float64) float64 {
	return min(1, roomAbove*upem/max(c.ink.top, 1), roomBelow*upem/max(-c.ink.bottom, 1))
}

// part is text of one face that is shaped at once.
type part struct {
	faces *Faces
	face  *Face
	runes []rune
	style *Style
	scale float64
	moved bool // shaping changed some glyph, so the whole part is drawn together
}

// appendCluster adds a shaped cluster, or boxes for what cannot be drawn within the
// line: a stranger's marks must not cover other lines.
func (p *part) appendCluster(out []shapedRune, c *cluster) []shapedRune {
	text := p.runes[c.start:c.end]
	tracking := float64(p.style.Tracking) * p.style.Size / 1000
	unit := p.style.Size * p.scale / float64(p.face.upem)
	switch {
	case c.missing, c.fit(float64(p.face.upem)) < minScale, len(text) > maxCluster:
		return p.faces.appendBoxes(out, text, p.style)
	case !p.moved:
		glyph := c.glyphs[0].glyph
		width := float64(p.face.AdvanceWidth(glyph)) * p.style.Size / 1000
		return append(out, shapedRune{r: text[0], face: p.face, glyph: glyph, width: width + tracking, style: p.style})
	}
	if left := c.ink.left; unicode.IsMark(text[0]) && c.advance < c.ink.right-left { // a mark without a letter
		for i := range c.glyphs {
			c.glyphs[i].x -= left
		}
		c.advance = c.ink.right - left
	}
	m := shapedRune{r: text[0], modifiers: string(text[1:]), face: p.face, width: c.advance*unit + tracking, style: p.style, shaped: []placedGlyph{}}
	for _, g := range c.glyphs {
		m.shaped = append(m.shaped, placedGlyph{p.face, g.glyph, p.style.Size * p.scale, g.x * unit, g.y * unit})
	}
	return append(out, m)
}

// isPlain reports whether shaping changed nothing, so that the character can be drawn
// with others by one instruction.
func (p *part) isPlain(c *cluster) bool {
	if c.end-c.start != 1 || len(c.glyphs) != 1 || p.scale != 1 {
		return false
	}
	g := c.glyphs[0]
	return g == unitGlyph{glyph: p.face.GlyphFor(p.runes[c.start])} && c.advance == float64(p.face.unitsWide(g.glyph))
}

// appendBoxes adds a box with the code point for each mark, and each other character
// on its own.
func (f *Faces) appendBoxes(out []shapedRune, runes []rune, style *Style) []shapedRune {
	for _, r := range runes {
		m, err := f.shapeRune(r, style)
		if err != nil || unicode.IsMark(r) || isInvisible(r) {
			m = f.boxFor(r, style)
		}
		out = append(out, m)
	}
	return out
}
