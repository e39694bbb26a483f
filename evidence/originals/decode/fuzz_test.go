package decode_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"recourse/evidence/copies"
	"recourse/evidence/originals/decode"
	"recourse/evidence/originals/intake/intaketest"
	"recourse/evidence/originals/statement"
	"recourse/recovery"
)

// dimensions are what makes a file of a few bytes costly to read.
type dimensions struct {
	width, height uint32 // of a picture, columns and rows of a bill, streams and their size in a PDF
	depth         uint8  // bits of a picture, length of a cell, nesting of a PDF
	count         uint16 // scans, frames
}

// kinds build a file of at most about 1 MB with given dimensions.
var kinds = []func(testing.TB, dimensions) []byte{
	func(t testing.TB, d dimensions) []byte {
		bits := []byte{8, 16}[d.depth%2]
		height := d.height%70_000 + 1
		return intaketest.BlankPNG(t, min(d.width, 26_000_000/height)+1, height, bits)
	},
	func(t testing.TB, d dimensions) []byte { // the header claims more than the data has
		file := intaketest.BlankPNG(t, 10, 10, 8)
		binary.BigEndian.PutUint32(file[16:], d.width)
		binary.BigEndian.PutUint32(file[20:], d.height)
		return file
	},
	func(t testing.TB, d dimensions) []byte {
		return intaketest.ManyScans(t, int(d.width%2_000)+1, int(d.count%9_000))
	},
	func(t testing.TB, d dimensions) []byte {
		file := largeGIF(t, int(d.width%2_000)+1)
		binary.LittleEndian.PutUint16(file[6:], uint16(d.width))
		binary.LittleEndian.PutUint16(file[8:], uint16(d.height))
		return file
	},
	func(t testing.TB, d dimensions) []byte {
		cell := `<c t="inlineStr"><is><t>` + strings.Repeat("x", int(d.depth)) + `</t></is></c>`
		columns, rows := int(d.width%20_000)+1, int(d.height%100_000)+1
		row := "<row>" + strings.Repeat(cell, min(columns, (6<<20)/len(cell)/rows+1)) + "</row>"
		return intaketest.Workbook(t, strings.Repeat(row, min(rows, (6<<20)/len(row)+1)))
	},
	func(_ testing.TB, d dimensions) []byte {
		row := strings.Repeat(strings.Repeat("x", int(d.depth%50))+",", int(d.width%5_000)+1) + "\n"
		return []byte(billHead + strings.Repeat(row, min(int(d.height%100_000), 900_000/len(row))))
	},
	func(t testing.TB, d dimensions) []byte { return streamsPDF(t, int(d.count%200)+1) },
	func(t testing.TB, d dimensions) []byte { // a page with a picture that claims a size, and letters
		filter := []string{"FlateDecode", "JBIG2Decode", "JPXDecode", "CCITTFaxDecode", "DCTDecode"}[d.depth%5]
		content := fmt.Sprintf("q 300 0 0 300 0 0 cm %sQ BT /F1 %d Tf %sET", strings.Repeat("/X Do ", int(d.count%500)), d.height, strings.Repeat("(a) Tj ", int(d.count)))
		return pageOf(t, int(d.width), content, pictureOf(int(d.height), filter, strings.Repeat("\x00", int(d.count))))
	},
	func(t testing.TB, d dimensions) []byte { // an archive that claims another size
		names := slices.Repeat([]string{"1.csv"}, int(d.depth%30)+1)
		file := packed(t, int(d.width%(40<<20)), names...)
		binary.LittleEndian.PutUint32(file[bytes.LastIndex(file, []byte("PK\x01\x02"))+24:], d.height)
		return file
	},
	func(_ testing.TB, d dimensions) []byte {
		deep := int(d.width % 400_000)
		return fmt.Appendf(nil, "%%PDF-1.4\n1 0 obj %s%s\n%%%%EOF\n", strings.Repeat("[", deep), strings.Repeat("<<", int(d.height%250_000)))
	},
}

// FuzzDimensions: whatever the dimensions of a small file are, every reader of it stays
// within its limits of memory and processor time, or is ended.
func FuzzDimensions(f *testing.F) {
	for kind := range kinds {
		f.Add(uint8(kind), uint32(7_000), uint32(7_000), uint8(1), uint16(70))
		f.Add(uint8(kind), uint32(1), uint32(60_000), uint8(0), uint16(60_000))
		f.Add(uint8(kind), uint32(1<<31), uint32(1<<31), uint8(255), uint16(1))
	}
	f.Fuzz(func(t *testing.T, kind uint8, width, height uint32, depth uint8, count uint16) {
		data := kinds[int(kind)%len(kinds)](t, dimensions{width, height, depth, count})
		runner := newChildRunner(t)
		decoder, file := decode.NewDecoder(runner), fileOf(data[:min(len(data), 1<<20)])
		if err := readAsAll(t, decoder, file); err != nil {
			t.Error(err)
		}
		if runner.used.Peak > 600<<20 {
			t.Errorf("%d MB for %d bytes that begin with %q", runner.used.Peak>>20, len(data), bytes.TrimSpace(data[:min(len(data), 60)]))
		}
	})
}

// readAsAll reads a file as everything that its sender may call it. Refusals are no errors.
func readAsAll(t *testing.T, decoder *decode.Decoder, file decode.File) error {
	_, err := decoder.Content(t.Context(), file)
	_, errBill := decoder.Bill(t.Context(), file)
	if code := recovery.CodeOf(errBill); code == recovery.CodeInvalid || code == recovery.CodeTooLarge {
		errBill = nil
	}
	_, errUnpack := decoder.Unpack(t.Context(), file, "1")
	if recovery.CodeOf(errUnpack) == recovery.CodeInvalid {
		errUnpack = nil
	}
	_, errDocument := decoder.Document(t.Context(), file)
	_, errPage := decoder.Page(t.Context(), file, 0)
	_, errCopy := decoder.Copy(t.Context(), file, decode.CopyOrder{Order: copies.Order{
		Media: "text/csv", Seed: make([]byte, copies.SeedSize), Payments: []statement.ClaimedPayment{{Amount: 100}},
	}})
	if errors.Is(errCopy, copies.ErrNoCopy) {
		errCopy = nil
	}
	return errors.Join(err, errBill, errUnpack, errDocument, errPage, errCopy)
}
