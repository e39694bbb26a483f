package typeset

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func readFontFile(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(FindFonts("../.."), name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// packWOFF packs a TrueType font. Tables that get no smaller are stored.
func packWOFF(t testing.TB, font []byte) []byte {
	t.Helper()
	count := u16(font, 4)
	head, body := make([]byte, 44+20*count), []byte{}
	copy(head, "wOFF")
	copy(head[4:], font[:4])
	binary.BigEndian.PutUint16(head[12:], uint16(count))
	for i := range count {
		row, out := font[12+16*i:], head[44+20*i:]
		table := font[u32(row, 8):][:u32(row, 12)]
		packed := table
		var small bytes.Buffer
		writer := zlib.NewWriter(&small)
		_, err := writer.Write(table)
		if err == nil {
			err = writer.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
		if small.Len() < len(table) {
			packed = small.Bytes()
		}
		copy(out, row[:4])
		for j, value := range []int{len(head) + len(body), len(packed), len(table)} {
			binary.BigEndian.PutUint32(out[4+4*j:], uint32(value))
		}
		copy(out[16:], row[4:8])
		body = append(body, packed...)
	}
	return slices.Concat(head, body)
}

// TestPackedFontIsTheSame: what is packed and unpacked has the same tables, and draws the
// same letters.
func TestPackedFontIsTheSame(t *testing.T) {
	t.Parallel()
	plain := readFontFile(t, "NotoSansYi_400Regular.ttf")
	packed := packWOFF(t, plain)
	if len(packed) >= len(plain) {
		t.Errorf("%d bytes are packed to %d", len(plain), len(packed))
	}
	want, err := ParseFace("plain", plain)
	if err != nil {
		t.Fatal(err)
	}
	got, err := ParseFace("packed", packed)
	if err != nil {
		t.Fatal(err)
	}
	for name, table := range want.tables {
		if !bytes.Equal(got.tables[name], table) {
			t.Errorf("table %s differs", name)
		}
	}
	if got.GlyphFor('ꆈ') == 0 || got.GlyphFor('ꆈ') != want.GlyphFor('ꆈ') {
		t.Error("the letters differ")
	}
}

// TestFontsOfPagesAreWhole: each has the first letter of its block.
func TestFontsOfPagesAreWhole(t *testing.T) {
	t.Parallel()
	for name, letter := range map[string]rune{"TaiLe": 'ᥐ', "NewTaiLue": 'ᦀ', "TaiTham": 'ᨠ', "Miao": '𖼀', "Lepcha": 'ᰀ', "EgyptianHieroglyphs": '𓀀'} {
		face, err := ParseFace(name, readFontFile(t, "NotoSans"+name+"_400Regular.woff"))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if !face.hasInk(letter) {
			t.Errorf("%s has no %c", name, letter)
		}
	}
}

// FuzzUnpackWOFF unpacks damaged fonts, also with sizes that the file does not have.
func FuzzUnpackWOFF(f *testing.F) {
	whole := readFontFile(f, "NotoSansTaiLe_400Regular.woff")
	f.Add(uint16(0), uint32(0), uint16(len(whole)))
	f.Add(uint16(12), uint32(0xFFFF0000), uint16(len(whole)))
	f.Add(uint16(56), uint32(1<<31), uint16(len(whole)))
	f.Add(uint16(44), uint32(0), uint16(60))
	f.Fuzz(func(t *testing.T, at uint16, value uint32, length uint16) {
		data := bytes.Clone(whole[:min(int(length), len(whole))])
		if int(at)+4 <= len(data) {
			binary.BigEndian.PutUint32(data[at:], value)
		}
		unpacked, err := unpackWOFF(data)
		if err == nil && len(unpacked) > maxFontSize+fontHeadSize(maxFontTables) {
			t.Errorf("%d bytes", len(unpacked))
		}
		_, _ = ParseFace("damaged", data) // must not panic
	})
}
