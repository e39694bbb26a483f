package intake_test

import (
	"bytes"
	"encoding/binary"
	"runtime"
	"strings"
	"testing"
	"time"

	"recourse/evidence/originals/intake"
	"recourse/evidence/originals/intake/intaketest"
)

const megabyte = 1 << 20

// box is a box of the MP4 family (ISO/IEC 14496-12).
func box(kind string, body []byte) []byte {
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(body)+8)), append([]byte(kind), body...)...)
}

// nestedBoxes has boxes in boxes, as many as fit.
func nestedBoxes(kind string, depth int) []byte {
	var out bytes.Buffer
	for left := depth * 8; left > 0; left -= 8 {
		out.Write(binary.BigEndian.AppendUint32(nil, uint32(left)))
		out.WriteString(kind)
	}
	return out.Bytes()
}

// segments repeats a piece between a head and a tail until the file has about a megabyte.
func segments(head, piece, tail []byte) []byte {
	return append(append(bytes.Clone(head), bytes.Repeat(piece, (megabyte-len(head)-len(tail))/len(piece))...), tail...)
}

// exifLoop is an EXIF segment whose directory points at itself, with as many tags as fit.
func exifLoop() []byte {
	directory := []byte("Exif\x00\x00II*\x00\x08\x00\x00\x00\xff\x0f")
	for range 4_095 {
		directory = append(directory, 0x69, 0x87, 4, 0, 1, 0, 0, 0, 8, 0, 0, 0) // ExifIFD at offset 8
	}
	directory = append(directory, 8, 0, 0, 0)
	segment := append([]byte{0xFF, 0xE1}, binary.BigEndian.AppendUint16(nil, uint16(len(directory)+2))...)
	return append(segment, directory...)
}

// dearestStructures are files of at most a megabyte for each accepted type whose structure
// takes most to read.
func dearestStructures(t testing.TB) map[string][]byte {
	t.Helper()
	jpegHead := []byte("\xFF\xD8\xFF\xE0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00")
	png := intaketest.BlankPNG(t, 10, 10, 8)
	chunk := []byte("\x00\x00\x00\x00tEXt\x00\x00\x00\x00")
	mp4 := box("ftyp", []byte("isom\x00\x00\x02\x00isomiso2mp41"))
	heic := box("ftyp", []byte("heic\x00\x00\x00\x00mif1heic"))
	gif := []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00")
	webp := append([]byte("RIFF\xF8\xFF\x0F\x00WEBPVP8X\x0A\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00"), bytes.Repeat([]byte("EXIF\x00\x00\x00\x00"), 130_000)...)
	return map[string][]byte{
		"jpeg of segments":      segments(jpegHead, []byte("\xFF\xFE\x00\x02"), []byte("\xFF\xD9")),
		"jpeg of fill bytes":    segments(jpegHead, []byte("\xFF"), []byte("\xFF\xD9")),
		"jpeg of exif loops":    segments(jpegHead[:2], exifLoop(), []byte("\xFF\xD9")),
		"jpeg of restarts":      segments(append(bytes.Clone(jpegHead), "\xFF\xDA\x00\x02"...), []byte("\xFF\xD0"), []byte("\xFF\xD9")),
		"png of chunks":         segments(png[:33], chunk, png[len(png)-12:]),
		"gif of blocks":         segments(gif, []byte("\x21\xF9\x00\x00"), []byte(";")),
		"webp of chunks":        webp,
		"heic nested":           append(bytes.Clone(heic), nestedBoxes("meta", 120_000)...),
		"heic of items":         append(bytes.Clone(heic), box("meta", append([]byte("\x00\x00\x00\x00"), box("iinf", segments([]byte("\x00\x00\x00\x00\xff\xff"), box("infe", []byte("\x02\x00\x00\x00\x00\x01\x00\x00Exif\x00")), nil))...))...),
		"mp4 nested":            append(bytes.Clone(mp4), nestedBoxes("moov", 120_000)...),
		"mp4 of boxes":          segments(mp4, box("free", nil), nil),
		"mp4 of tracks":         append(bytes.Clone(mp4), box("moov", segments(nil, box("trak", box("mdia", nil)), nil))...),
		"quicktime of keys":     append(bytes.Clone(mp4), box("moov", box("meta", append(box("keys", segments([]byte("\x00\x00\x00\x00\xff\xff\xff\xff"), box("mdta", []byte("a")), nil)), box("ilst", nil)...)))...),
		"mp3 of frames":         segments([]byte("ID3\x03\x00\x00\x7F\x7F\x7F\x7F"), []byte("TXXX\x00\x00\x00\x01\x00\x00x"), nil),
		"pdf of objects":        []byte("%PDF-1.4\n" + strings.Repeat("1 0 obj<<>>endobj\n", 55_000) + "%%EOF\n"),
		"pdf of ends":           []byte("%PDF-1.4\n" + strings.Repeat("%%EOF\n", 170_000)),
		"text of one line":      bytes.Repeat([]byte("a"), megabyte),
		"text in GB18030":       bytes.Repeat([]byte{0xB0, 0xA1}, megabyte/2),
		"csv of quotes":         []byte("a,b\n" + strings.Repeat(`"`, megabyte-10)),
		"xlsx of parts":         intaketest.Archive(t, 8_500),
		"xlsx that is not wide": intaketest.Workbook(t, strings.Repeat("<row/>", 9_000_000)),
	}
}

// TestTheDearestStructures: a file is received in this process, so reading its structure
// costs little whatever it contains.
func TestTheDearestStructures(t *testing.T) {
	examiner, err := intake.NewExaminer(time.Now)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range dearestStructures(t) {
		t.Run(name, func(t *testing.T) {
			if len(data) > megabyte+200 {
				t.Fatalf("%d bytes", len(data))
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			began := time.Now()
			report, err := examiner.Inspect(bytes.NewReader(data), int64(len(data)))
			took := time.Since(began)
			runtime.ReadMemStats(&after)
			used := after.TotalAlloc - before.TotalAlloc
			t.Logf("%4d kB: %3d MB, %s; %s %v, %v", len(data)>>10, used>>20, took.Round(time.Millisecond), report.Media, report.Findings, err)
			if took > time.Second || used > 64*megabyte {
				t.Errorf("it takes %s and %d MB", took, used>>20)
			}
		})
	}
}
