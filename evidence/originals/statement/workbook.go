package statement

import (
	"archive/zip"
	"bytes"
	"fmt"
	"slices"
	"time"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"

	"recourse/recovery"
)

// Limits of an unpacked workbook. A bill of ten thousand rows unpacks to about 5 MB.
const (
	maxUnpacked = 64 << 20
	maxParts    = 1_000
	maxCells    = 3_000_000 // of a sheet; more fit into maxUnpacked only when they are empty
)

// readWorkbook reads the first sheet with a bill. The library must not unpack to disk;
// if hostile bytes make it panic, the file is refused.
func readWorkbook(data []byte, c *billReader) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = brokenWorkbook(fmt.Errorf("panic: %v", cause))
		}
	}()
	if err := checkArchive(data); err != nil {
		return err
	}
	book, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{
		UnzipSizeLimit: maxUnpacked, UnzipXMLSizeLimit: maxUnpacked, RawCellValue: true,
	})
	if err != nil {
		return brokenWorkbook(err)
	}
	defer func() { _ = book.Close() }() // only read
	c.epoch = dateEpoch(book)
	for _, sheet := range book.GetSheetList() {
		if err := readSheet(book, sheet, c); err != nil {
			return err
		}
	}
	return nil
}

// checkArchive checks the archive before anything is unpacked.
func checkArchive(data []byte) error {
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return brokenWorkbook(err)
	}
	if slices.ContainsFunc(archive.File, func(f *zip.File) bool { return f.Flags&1 != 0 }) {
		return refuseFile("archive", "This is an archive with a password, as the wallet sends it: unpack it first and send the CSV or XLSX file inside.")
	}
	var size uint64
	for _, part := range archive.File {
		size += min(part.UncompressedSize64, maxUnpacked+1)
	}
	if size > maxUnpacked || len(archive.File) > maxParts {
		return recovery.Faultf(recovery.CodeTooLarge, "The workbook unpacks to more than %d MB or %d parts. Export a shorter period.", maxUnpacked>>20, maxParts)
	}
	has := func(name string) bool {
		return slices.ContainsFunc(archive.File, func(f *zip.File) bool { return f.Name == name })
	}
	switch {
	case has("[Content_Types].xml"):
		return nil
	case has("mimetype"), has("Index/Document.iwa"):
		return refuse(refusedSheetProgram)
	default:
		return refuse(refusedArchive)
	}
}

// compoundFile begins workbooks in the old format, and the container of a workbook with a
// password.
const compoundFile = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"

func refuseCompoundFile(data []byte) error {
	name := utf16.Encode([]rune("EncryptedPackage"))
	var raw []byte
	for _, unit := range name {
		raw = append(raw, byte(unit), byte(unit>>8))
	}
	if bytes.Contains(data, raw) {
		return refuse(refusedLocked)
	}
	return refuse(refusedOldWorkbook)
}

func brokenWorkbook(cause error) error {
	return &recovery.Fault{
		Code: recovery.CodeInvalid, Detail: "The workbook cannot be read. Export the bill again.", Cause: cause,
		Fields: []recovery.FieldFault{{Field: "file", Code: "broken", Detail: "The workbook is damaged or protected by a password. Save it again without a password."}},
	}
}

// dateEpoch returns day zero of the workbook's dates in the wallet's time zone
// (ECMA-376 part 1, 18.17.4.1).
func dateEpoch(book *excelize.File) time.Time {
	properties, err := book.GetWorkbookProps()
	if err == nil && properties.Date1904 != nil && *properties.Date1904 {
		return time.Date(1904, 1, 1, 0, 0, 0, 0, recovery.Shanghai)
	}
	return time.Date(1899, 12, 30, 0, 0, 0, 0, recovery.Shanghai)
}

// readSheet passes the rows of one sheet to the billReader. Further sheets with a
// bill are only reported, because their rows may be the same.
func readSheet(book *excelize.File, sheet string, c *billReader) error {
	rows, err := book.Rows(sheet)
	if err != nil {
		return brokenWorkbook(err)
	}
	defer func() { _ = rows.Close() }() // rows.Error returns the same error
	found := c.header != nil
	cells := 0
	for number := 1; rows.Next(); number++ {
		row, err := rows.Columns()
		if err != nil {
			return brokenWorkbook(err)
		}
		if cells += len(row) + 1; cells > maxCells {
			return recovery.Faultf(recovery.CodeTooLarge, "A sheet of more than %d cells is not accepted. Export a shorter period.", maxCells)
		}
		if found {
			if headerOf(row) != nil {
				c.bill.RowFaults = append(c.bill.RowFaults, RowFault{
					Row: number, Code: faultNotRead, Why: fmt.Sprintf("工作表“%s”未读取：一次只读一张账单", sheet),
				})
				return nil
			}
			continue
		}
		if err := c.readRow(number, row); err != nil {
			return err
		}
	}
	if err := rows.Error(); err != nil {
		return brokenWorkbook(err)
	}
	return nil
}
