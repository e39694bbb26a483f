package typeset

import (
	"encoding/binary"
	"errors"
	"fmt"
	"sort"
	"sync"

	"github.com/go-text/typesetting/font"
)

// Face is one TrueType font with glyf outlines. Several documents may use it at the
// same time.
type Face struct {
	name    string
	tables  map[string][]byte
	upem    int
	glyphs  int // number of glyphs
	metrics int // entries in hmtx with an advance width
	long    bool
	ranges  []runeRange
	ascii   [128]uint16
	data    []byte
	parse   sync.Once
	parsed  *font.Font // for the shaper, at its first use
	shapers sync.Pool  // of *shapingFont
}

// runeRange maps the runes first..last to the glyphs base+(r-first), or to those
// listed.
type runeRange struct {
	first, last rune
	base        uint16
	listed      []uint16
}

var errFont = errors.New("not a TrueType font with glyf outlines and a Unicode cmap")

// ParseFace parses a font. It keeps the bytes, which must not change.
func ParseFace(name string, data []byte) (*Face, error) {
	if isWOFF(data) {
		unpacked, err := unpackWOFF(data)
		if err != nil {
			return nil, fmt.Errorf("font %s: %w", name, err)
		}
		data = unpacked
	}
	f := &Face{name: name, tables: map[string][]byte{}, data: data}
	if err := f.readDirectory(data); err != nil {
		return nil, fmt.Errorf("font %s: %w", name, err)
	}
	if err := f.readHeaders(); err != nil {
		return nil, fmt.Errorf("font %s: %w", name, err)
	}
	if err := f.readCharacterMap(); err != nil {
		return nil, fmt.Errorf("font %s: %w", name, err)
	}
	for r := rune(0); r < 128; r++ {
		f.ascii[r] = f.findGlyph(r)
	}
	return f, nil
}

func (f *Face) readDirectory(data []byte) error {
	if len(data) < 12 || u32(data, 0) != 0x00010000 {
		return errFont
	}
	for i := range u16(data, 4) {
		at := 12 + 16*i
		if at+16 > len(data) {
			return errFont
		}
		start, size := u32(data, at+8), u32(data, at+12)
		if start+size > len(data) {
			return errFont
		}
		f.tables[string(data[at:at+4])] = data[start : start+size]
	}
	return nil
}

// minTableSizes are the minimum sizes of the tables in bytes.
var minTableSizes = map[string]int{"head": 54, "hhea": 36, "maxp": 6, "OS/2": 78, "post": 32, "hmtx": 4, "loca": 4, "glyf": 1, "cmap": 4}

func (f *Face) readHeaders() error {
	for name, size := range minTableSizes {
		if len(f.tables[name]) < size {
			return fmt.Errorf("%w: table %s", errFont, name)
		}
	}
	f.upem = u16(f.tables["head"], 18)
	f.long = u16(f.tables["head"], 50) == 1
	f.metrics = u16(f.tables["hhea"], 34)
	f.glyphs = u16(f.tables["maxp"], 4)
	width := 2
	if f.long {
		width = 4
	}
	if f.upem == 0 || f.metrics == 0 || len(f.tables["hmtx"]) < 4*f.metrics || len(f.tables["loca"]) < width*(f.glyphs+1) {
		return errFont
	}
	return nil
}

// readCharacterMap reads the largest Unicode cmap: format 12 before format 4.
func (f *Face) readCharacterMap() error {
	cmap := f.tables["cmap"]
	var basic, full []byte
	for i := range u16(cmap, 2) {
		at := 4 + 8*i
		if at+8 > len(cmap) {
			return errFont
		}
		platform, start := u16(cmap, at), u32(cmap, at+4)
		if (platform != 0 && platform != 3) || start+16 > len(cmap) {
			continue
		}
		switch u16(cmap, start) {
		case 4:
			basic = cmap[start:]
		case 12:
			full = cmap[start:]
		}
	}
	switch {
	case full != nil:
		f.ranges = readGroups(full)
	case basic != nil:
		f.ranges = readSegments(basic)
	}
	if len(f.ranges) == 0 {
		return errFont
	}
	sort.Slice(f.ranges, func(i, j int) bool { return f.ranges[i].first < f.ranges[j].first })
	return nil
}

func readGroups(table []byte) []runeRange {
	var out []runeRange
	for i := range u32(table, 12) {
		at := 16 + 12*i
		if at+12 > len(table) {
			return nil
		}
		out = append(out, runeRange{
			first: rune(u32(table, at)), last: rune(u32(table, at+4)), base: uint16(u32(table, at+8)),
		})
	}
	return out
}

func readSegments(table []byte) []runeRange {
	count := u16(table, 6) / 2
	if 16+8*count > len(table) {
		return nil
	}
	var out []runeRange
	for i := range count {
		last, first := u16(table, 14+2*i), u16(table, 16+2*count+2*i)
		delta, at := u16(table, 16+4*count+2*i), 16+6*count+2*i
		if first > last || first == 0xFFFF {
			continue
		}
		r := runeRange{first: rune(first), last: rune(last), base: uint16(first + delta)}
		if offset := u16(table, at); offset != 0 {
			r.listed = make([]uint16, 0, last-first+1)
			for c := range last - first + 1 {
				glyph := 0
				if place := at + offset + 2*c; place+2 <= len(table) {
					if glyph = u16(table, place); glyph != 0 {
						glyph = (glyph + delta) & 0xFFFF
					}
				}
				r.listed = append(r.listed, uint16(glyph))
			}
		}
		out = append(out, r)
	}
	return out
}

// GlyphFor returns the glyph of a rune, or 0 if the font has none.
func (f *Face) GlyphFor(r rune) uint16 {
	if r >= 0 && r < 128 {
		return f.ascii[r]
	}
	return f.findGlyph(r)
}

func (f *Face) findGlyph(r rune) uint16 {
	i := sort.Search(len(f.ranges), func(i int) bool { return f.ranges[i].last >= r })
	if i == len(f.ranges) || r < f.ranges[i].first {
		return 0
	}
	found := f.ranges[i]
	glyph := found.base + uint16(r-found.first)
	if found.listed != nil {
		glyph = found.listed[r-found.first]
	}
	if int(glyph) >= f.glyphs {
		return 0
	}
	return glyph
}

// AdvanceWidth returns the width of a glyph in thousandths of the font size.
func (f *Face) AdvanceWidth(glyph uint16) int {
	return (f.unitsWide(glyph)*1000 + f.upem/2) / f.upem
}

// unitsWide returns the width of a glyph in font units.
func (f *Face) unitsWide(glyph uint16) int {
	return u16(f.tables["hmtx"], 4*min(int(glyph), f.metrics-1))
}

// glyphOutline returns the glyf data of a glyph, or nil if it draws nothing.
func (f *Face) glyphOutline(glyph uint16) []byte {
	loca, glyf := f.tables["loca"], f.tables["glyf"]
	var from, to int
	if f.long {
		from, to = u32(loca, 4*int(glyph)), u32(loca, 4*int(glyph)+4)
	} else {
		from, to = 2*u16(loca, 2*int(glyph)), 2*u16(loca, 2*int(glyph)+2)
	}
	if from >= to || to > len(glyf) {
		return nil
	}
	return glyf[from:to]
}

// hasOutline reports whether a glyph draws anything.
func (f *Face) hasOutline(glyph uint16) bool { return f.glyphOutline(glyph) != nil }

func u16(b []byte, at int) int { return int(binary.BigEndian.Uint16(b[at:])) }
func u32(b []byte, at int) int { return int(binary.BigEndian.Uint32(b[at:])) }
