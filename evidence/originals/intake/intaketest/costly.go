package intaketest

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/jpeg"
	"slices"
	"testing"
)

func chunkPNG(kind string, body []byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	out = append(append(out, kind...), body...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
}

// BlankPNG returns a PNG of one colour with 8 or 16 bits per sample.
func BlankPNG(t testing.TB, width, height uint32, bits byte) []byte {
	t.Helper()
	var pixels bytes.Buffer
	w := zlib.NewWriter(&pixels)
	row := make([]byte, 1+4*int(width)*int(bits)/8)
	for range height {
		if _, err := w.Write(row); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, width), height)
	head = append(head, bits, 6, 0, 0, 0)
	return bytes.Join([][]byte{
		[]byte("\x89PNG\r\n\x1a\n"), chunkPNG("IHDR", head), chunkPNG("IDAT", pixels.Bytes()), chunkPNG("IEND", nil),
	}, nil)
}

// ManyScans returns a progressive JPEG of the largest size that refines nothing in count scans.
func ManyScans(t testing.TB, side, count int) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := jpeg.Encode(&out, image.NewGray(image.Rect(0, 0, side, side)), &jpeg.Options{Quality: 1}); err != nil {
		t.Fatal(err)
	}
	data := out.Bytes()
	data[bytes.Index(data, []byte("\xff\xc0"))+1] = 0xc2
	scan := bytes.Index(data, []byte("\xff\xda"))
	empty := []byte{0xff, 0xda, 0, 8, 1, 1, 0, 1, 5, 0x10}
	return slices.Concat(data[:scan], bytes.Repeat(empty, count), data[scan:])
}
