package intake_test

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"image"
	"slices"
	"testing"

	"recourse/evidence/originals/intake"
)

// newBlankPNG returns a PNG of one colour whose file is a thousandth of its pixels.
func newBlankPNG(t testing.TB, width, height uint32) []byte {
	t.Helper()
	chunk := func(kind string, body []byte) []byte {
		out := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
		out = append(append(out, kind...), body...)
		return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
	}
	var pixels bytes.Buffer
	w := zlib.NewWriter(&pixels)
	row := make([]byte, 1+3*int(width))
	for range height {
		if _, err := w.Write(row); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	head := binary.BigEndian.AppendUint32(nil, width)
	head = append(binary.BigEndian.AppendUint32(head, height), 8, 2, 0, 0, 0)
	return bytes.Join([][]byte{[]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", head), chunk("IDAT", pixels.Bytes()), chunk("IEND", nil)}, nil)
}

// newManyScans returns a progressive JPEG that refines nothing in count empty scans.
func newManyScans(t testing.TB, count int) []byte {
	t.Helper()
	data := encodeJPEG(t, image.NewRGBA(image.Rect(0, 0, 64, 64)), 50)
	frame := bytes.Index(data, []byte("\xff\xc0"))
	data[frame+1] = 0xc2
	scan := bytes.Index(data, []byte("\xff\xda"))
	empty := []byte{0xff, 0xda, 0, 8, 1, 1, 0, 1, 5, 0x10}
	return slices.Concat(data[:scan], bytes.Repeat(empty, count), data[scan:])
}

// Pictures of a few kilobytes that would take gigabytes or minutes are accepted and not
// decoded.
func TestCostlyPicturesStayClosed(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		data    []byte
		finding intake.Finding
	}{
		"one column":      {newBlankPNG(t, 1, 1_000_000), intake.TooManyPixels},
		"one row":         {newBlankPNG(t, 1_000_000, 1), intake.TooManyPixels},
		"just too long":   {newBlankPNG(t, 2, 65_536), intake.TooManyPixels},
		"too many pixels": {newBlankPNG(t, 7_100, 7_100), intake.TooManyPixels},
		"too many scans":  {newManyScans(t, 65), intake.TooCostly},
	} {
		report := examineAccepted(t, test.data)
		if report.Shown || !slices.Contains(report.Findings, test.finding) {
			t.Errorf("%s: shown %v, findings %v", name, report.Shown, report.Findings)
		}
	}
}

// The longest screenshots of phones are shown.
func TestLongPicturesAreShown(t *testing.T) {
	t.Parallel()
	if report := examineAccepted(t, newBlankPNG(t, 720, 65_535)); !report.Shown || report.Hash == nil {
		t.Errorf("findings %v", report.Findings)
	}
}
