package typeset

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"io"
	"math/bits"
)

// Limits of a WOFF file. Fonts have some twenty tables.
const (
	maxFontTables = 64
	maxFontSize   = 64 << 20 // bytes, unpacked
)

// packedTable is one row of the directory of a WOFF file.
type packedTable struct {
	tag, checksum  uint32
	packed         []byte
	size, position int // unpacked; position in the TrueType file
}

// isWOFF reports whether data is a font packed for pages.
func isWOFF(data []byte) bool { return bytes.HasPrefix(data, []byte("wOFF")) }

// unpackWOFF returns the TrueType font in a WOFF file (W3C, WOFF 1.0).
func unpackWOFF(data []byte) ([]byte, error) {
	tables, size, err := readWOFFDirectory(data)
	if err != nil {
		return nil, err
	}
	out := make([]byte, size)
	writeFontDirectory(out, tables)
	for _, table := range tables {
		if err := table.unpack(out[table.position : table.position+table.size]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// readWOFFDirectory returns the tables with their place in a TrueType file of size bytes.
func readWOFFDirectory(data []byte) (tables []packedTable, size int, err error) {
	const headSize, rowSize = 44, 20
	if len(data) < headSize {
		return nil, 0, errFont
	}
	count := u16(data, 12)
	if count == 0 || count > maxFontTables || len(data) < headSize+rowSize*count {
		return nil, 0, errFont
	}
	size = fontHeadSize(count)
	for i := range count {
		row := data[headSize+rowSize*i:]
		offset, packed := u32(row, 4), u32(row, 8)
		table := packedTable{tag: binary.BigEndian.Uint32(row), checksum: binary.BigEndian.Uint32(row[16:]), size: u32(row, 12), position: size}
		if offset+packed > len(data) || packed > table.size || table.size > maxFontSize-size {
			return nil, 0, errFont
		}
		table.packed = data[offset : offset+packed]
		tables = append(tables, table)
		size += (table.size + 3) &^ 3
	}
	return tables, size, nil
}

func fontHeadSize(tables int) int { return 12 + 16*tables }

// writeFontDirectory writes the head of a TrueType file (OpenType, table directory).
func writeFontDirectory(out []byte, tables []packedTable) {
	power := bits.Len(uint(len(tables))) - 1
	search := 16 << power
	binary.BigEndian.PutUint32(out, 0x00010000)
	for i, value := range []int{len(tables), search, power, 16*len(tables) - search} {
		binary.BigEndian.PutUint16(out[4+2*i:], uint16(value))
	}
	for i, table := range tables {
		row := out[fontHeadSize(i):]
		binary.BigEndian.PutUint32(row, table.tag)
		binary.BigEndian.PutUint32(row[4:], table.checksum)
		binary.BigEndian.PutUint32(row[8:], uint32(table.position))
		binary.BigEndian.PutUint32(row[12:], uint32(table.size))
	}
}

// unpack fills out with the table. A table that packing did not make smaller is stored as
// it is.
func (t packedTable) unpack(out []byte) error {
	if len(t.packed) == t.size {
		copy(out, t.packed)
		return nil
	}
	unpacked, err := zlib.NewReader(bytes.NewReader(t.packed))
	if err == nil {
		_, err = io.ReadFull(unpacked, out)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", errFont, err)
	}
	return nil
}
