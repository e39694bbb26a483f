package typeset

import (
	"encoding/binary"
	"sort"
)

// subsetGlyph is one character of a subset: its code in the PDF and its glyph in
// the whole font.
type subsetGlyph struct {
	code  uint16
	glyph uint16
}

// buildSubset returns a small TrueType font with some characters, in order of their
// codes. fpdf can do this too, but needs 14 MB and 60 ms per face and supports only
// the BMP; here rare characters get codes of the private use area.
func (f *Face) buildSubset(glyphs []subsetGlyph) []byte {
	chosen, place := f.withComponents(glyphs)
	var outlines, loca, hmtx []byte
	for _, glyph := range chosen {
		loca = binary.BigEndian.AppendUint32(loca, uint32(len(outlines)))
		outlines = append(outlines, f.renumberGlyph(glyph, place)...)
		for len(outlines)%4 != 0 {
			outlines = append(outlines, 0)
		}
		hmtx = append(hmtx, f.glyphMetric(glyph)...)
	}
	loca = binary.BigEndian.AppendUint32(loca, uint32(len(outlines)))
	tables := map[string][]byte{
		"OS/2": f.tables["OS/2"], "cmap": characterMap(glyphs, place), "glyf": outlines,
		"head": patchTable(f.tables["head"], 50, 1), "hhea": patchTable(f.tables["hhea"], 34, len(chosen)),
		"hmtx": hmtx, "loca": loca, "maxp": patchTable(f.tables["maxp"], 4, len(chosen)),
		"name": {0, 0, 0, 0, 0, 6},
		"post": append([]byte{0, 3, 0, 0}, f.tables["post"][4:32]...),
	}
	for _, name := range []string{"cvt ", "fpgm", "prep", "gasp"} {
		if table := f.tables[name]; table != nil {
			tables[name] = table
		}
	}
	return assembleFont(tables)
}

// withComponents returns the glyphs of a subset and the position of each: .notdef
// first, then the characters, then the components of composite glyphs.
func (f *Face) withComponents(glyphs []subsetGlyph) ([]uint16, map[uint16]uint16) {
	chosen, place := []uint16{0}, map[uint16]uint16{0: 0}
	take := func(glyph uint16) {
		if _, known := place[glyph]; !known && int(glyph) < f.glyphs {
			place[glyph] = uint16(len(chosen))
			chosen = append(chosen, glyph)
		}
	}
	for _, l := range glyphs {
		take(l.glyph)
	}
	for next := 0; next < len(chosen); next++ { //nolint:intrange // the slice grows in the loop
		visitComponents(f.glyphOutline(chosen[next]), func(at int, data []byte) { take(uint16(u16(data, at))) })
	}
	return chosen, place
}

// visitComponents calls visit with the offset of each glyph number in a composite
// glyph.
func visitComponents(data []byte, visit func(at int, data []byte)) {
	const words, scale, more, scales, matrix = 1 << 0, 1 << 3, 1 << 5, 1 << 6, 1 << 7
	if len(data) < 10 || data[0]&0x80 == 0 {
		return
	}
	for at := 10; at+4 <= len(data); {
		flags := u16(data, at)
		visit(at+2, data)
		at += 6
		if flags&words != 0 {
			at += 2
		}
		switch {
		case flags&scale != 0:
			at += 2
		case flags&scales != 0:
			at += 4
		case flags&matrix != 0:
			at += 8
		}
		if flags&more == 0 {
			return
		}
	}
}

func (f *Face) renumberGlyph(glyph uint16, place map[uint16]uint16) []byte {
	data := append([]byte(nil), f.glyphOutline(glyph)...)
	visitComponents(data, func(at int, data []byte) {
		binary.BigEndian.PutUint16(data[at:], place[uint16(u16(data, at))])
	})
	return data
}

// glyphMetric returns the advance width and left bearing of a glyph, as in hmtx.
func (f *Face) glyphMetric(glyph uint16) []byte {
	hmtx := f.tables["hmtx"]
	if int(glyph) < f.metrics {
		return hmtx[4*int(glyph) : 4*int(glyph)+4]
	}
	bearing := []byte{0, 0}
	if at := 4*f.metrics + 2*(int(glyph)-f.metrics); at+2 <= len(hmtx) {
		bearing = hmtx[at : at+2]
	}
	return []byte{hmtx[4*f.metrics-4], hmtx[4*f.metrics-3], bearing[0], bearing[1]}
}

// characterMap returns a cmap of format 4. Consecutive codes with consecutive
// glyphs share a segment. More than 8,000 segments overflow the length field, which
// readers of CID fonts ignore.
func characterMap(glyphs []subsetGlyph, place map[uint16]uint16) []byte {
	type segment struct{ first, last, glyph uint16 }
	var runs []segment
	for _, l := range glyphs {
		glyph := place[l.glyph]
		if n := len(runs) - 1; n >= 0 && runs[n].last+1 == l.code && runs[n].glyph+(l.code-runs[n].first) == glyph {
			runs[n].last = l.code
			continue
		}
		runs = append(runs, segment{l.code, l.code, glyph})
	}
	runs = append(runs, segment{0xFFFF, 0xFFFF, 0})
	put := binary.BigEndian.AppendUint16
	var ends, starts, deltas, offsets []byte
	for _, run := range runs {
		ends, starts = put(ends, run.last), put(starts, run.first)
		deltas, offsets = put(deltas, run.glyph-run.first), put(offsets, 0)
	}
	out := []byte{0, 0, 0, 1, 0, 3, 0, 1, 0, 0, 0, 12}
	for _, word := range []int{4, min(16+8*len(runs), 0xFFFF), 0, 2 * len(runs), 0, 0, 0} {
		out = put(out, uint16(word))
	}
	out = append(append(out, ends...), 0, 0)
	return append(append(append(out, starts...), deltas...), offsets...)
}

func patchTable(table []byte, at, value int) []byte {
	out := append([]byte(nil), table...)
	binary.BigEndian.PutUint16(out[at:], uint16(value))
	return out
}

// assembleFont returns the table directory and the tables. Checksums are zero: fpdf
// computes those of the embedded font.
func assembleFont(tables map[string][]byte) []byte {
	names := make([]string, 0, len(tables))
	for name := range tables {
		names = append(names, name)
	}
	sort.Strings(names)
	out := []byte{0, 1, 0, 0, 0, byte(len(names)), 0, 0, 0, 0, 0, 0}
	offset := 12 + 16*len(names)
	for _, name := range names {
		out = append(out, name...)
		out = binary.BigEndian.AppendUint32(out, 0)
		out = binary.BigEndian.AppendUint32(out, uint32(offset))
		out = binary.BigEndian.AppendUint32(out, uint32(len(tables[name])))
		offset += (len(tables[name]) + 3) &^ 3
	}
	for _, name := range names {
		out = append(out, tables[name]...)
		for len(out)%4 != 0 {
			out = append(out, 0)
		}
	}
	return out
}
