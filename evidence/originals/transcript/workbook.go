package transcript

import (
	"archive/zip"
	"bytes"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"
)

// Limits of a workbook.
const (
	maxSheets       = 20
	maxBook         = 24 << 20 // bytes of all its parts
	maxCells        = 1_000_000
	maxHeaderSearch = 20 // rows of a table that may stand before the names of its columns
)

// readWorkbook reads the rows of a workbook: messages below a row that names their columns,
// otherwise plain lines.
func (b *builder) readWorkbook(data []byte) {
	defer func() { // the library may panic on hostile bytes
		if recover() != nil {
			b.gap(Broken)
		}
	}()
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil || len(archive.File) > maxParts {
		b.gap(Broken)
		return
	}
	var size uint64
	for _, part := range archive.File {
		size += min(part.UncompressedSize64, maxBook+1)
	}
	if size > maxBook {
		b.gap(TooLarge)
		return
	}
	book, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: maxBook, UnzipXMLSizeLimit: maxBook, RawCellValue: true})
	if err != nil {
		b.gap(Broken)
		return
	}
	defer func() { _ = book.Close() }() // only read
	sheets := book.GetSheetList()
	if len(sheets) > maxSheets {
		b.gap(TooLarge)
	}
	for _, sheet := range sheets[:min(len(sheets), maxSheets)] {
		b.readSheet(book, sheet)
	}
}

func (b *builder) readSheet(book *excelize.File, sheet string) {
	rows, err := book.Rows(sheet)
	if err != nil {
		b.gap(Broken)
		return
	}
	defer func() { _ = rows.Close() }() // rows.Error returns the same error
	table, cells := tableReader{out: b}, 0
	for !b.full && rows.Next() {
		row, err := rows.Columns()
		if err != nil {
			b.gap(Broken)
			return
		}
		if cells += len(row) + 1; cells > maxCells {
			b.gap(TooLarge)
			return
		}
		table.readRow(row)
	}
	if rows.Error() != nil {
		b.gap(Broken)
	}
}

// tableReader reads the rows of a table.
type tableReader struct {
	out   *builder
	names []string // of the columns; nil: not found
	rows  int
}

func (r *tableReader) readRow(row []string) {
	r.rows++
	switch {
	case r.names != nil:
		r.out.addRow(r.names, row)
	case r.rows <= maxHeaderSearch && namesMessages(row):
		r.names = slices.Clone(row)
	default:
		r.out.add(Line{Text: strings.Join(row, "\t")})
	}
}
