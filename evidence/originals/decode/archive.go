package decode

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"recourse/evidence/originals/sandbox"
	"recourse/evidence/originals/statement"
	"recourse/evidence/originals/unzip"
	"recourse/recovery"
)

// Unpacked is the bill in an archive.
type Unpacked struct {
	IsArchive bool   // otherwise the file is no archive, or a workbook
	Name      string // of the bill in the archive, without folders
	Data      []byte `json:"-"`
}

// unpackOrder has the password. It goes to the child in memory only.
type unpackOrder struct{ Password string }

// archiveStart is the beginning of an archive and of a workbook.
const archiveStart = "PK"

// Unpack unpacks the one bill in an archive as wallets mail it. A file that is no archive
// is left alone. Errors: CodeInvalid on the field "password" if one is needed or it is
// wrong, and on the field "file" if the archive cannot be read or holds no bill or several;
// CodeUnavailable if no place was free in time.
func (d *Decoder) Unpack(ctx context.Context, file File, password string) (Unpacked, error) {
	start := make([]byte, len(archiveStart))
	if n, err := file.ReadAt(start, 0); n < len(start) || string(start) != archiveStart {
		if err != nil && !errors.Is(err, io.EOF) {
			return Unpacked{}, fmt.Errorf("read a bill: %w", err)
		}
		return Unpacked{}, nil
	}
	call := file.call(jobUnpack, 2)
	call.Options, call.Limits.Wait = unpackOrder{password}, maxWait
	var unpacked Unpacked
	data, err := d.runner.Run(ctx, call, &unpacked)
	if errors.Is(err, sandbox.ErrTooCostly) {
		return Unpacked{}, refuseArchive(unzip.ErrTooLarge)
	}
	unpacked.Data = data
	return unpacked, err
}

func unpackBill(_ context.Context, file io.ReaderAt, size int64, options json.RawMessage) (sandbox.Result, error) {
	var order unpackOrder
	if err := json.Unmarshal(options, &order); err != nil {
		return sandbox.Result{}, errors.New("order to unpack is malformed") // without the cause, which may quote the password
	}
	files, err := unzip.List(file, size)
	isWorkbook := slices.ContainsFunc(files, func(f unzip.File) bool { return f.Name == "[Content_Types].xml" })
	if isWorkbook || errors.Is(err, unzip.ErrTooLarge) && isOffice(file, size) {
		return sandbox.Result{Value: Unpacked{}}, nil
	}
	if err != nil {
		return sandbox.Result{}, refuseArchive(err)
	}
	bills := slices.DeleteFunc(files, func(f unzip.File) bool { return !isBillName(f.Name) })
	if len(bills) != 1 {
		return sandbox.Result{}, refuseCount(len(bills))
	}
	data, err := bills[0].Read(order.Password, statement.MaxSize)
	if err != nil {
		return sandbox.Result{}, refuseArchive(err)
	}
	return sandbox.Result{Value: Unpacked{IsArchive: true, Name: nameOf(bills[0].Name)}, Data: data}, nil
}

// isOffice reports whether an archive with many files begins like a workbook or another
// document: statement.Parse names what it is.
func isOffice(file io.ReaderAt, size int64) bool {
	start := make([]byte, min(size, 100))
	_, _ = file.ReadAt(start, 0) // a short file has other bytes
	return slices.ContainsFunc([]string{"[Content_Types].xml", "mimetype", "Index/", "_rels/", "xl/"}, func(name string) bool {
		return strings.HasPrefix(string(start[min(len(start), 30):]), name)
	})
}

func isBillName(name string) bool {
	return slices.Contains([]string{".csv", ".xlsx", ".xls", ".txt", ".pdf"}, strings.ToLower(path.Ext(name)))
}

// nameOf returns the name of a file in an archive without folders. Old programs write it in
// GBK.
func nameOf(name string) string {
	if !utf8.ValidString(name) {
		decoded, err := simplifiedchinese.GB18030.NewDecoder().String(name)
		if err != nil {
			return ""
		}
		name = decoded
	}
	return path.Base(strings.ReplaceAll(name, `\`, "/"))
}

// archiveRefusals have the field, the code and the detail for each reason.
var archiveRefusals = []struct {
	reason              error
	field, code, detail string
}{
	{unzip.ErrPasswordNeeded, "password", "required", "The archive has a password. The wallet sends it in a message of its own (微信支付 or 支付宝). Send it with the file."},
	{unzip.ErrWrongPassword, "password", "wrong", "This is not the password of the archive. Copy it from the message of the wallet; each file has its own."},
	{unzip.ErrTooLarge, "file", "archive_too_large", "The archive has too many files, or unpacks to more than a bill. Unpack it and send the bill."},
	{unzip.ErrUnsupported, "file", "archive", "The archive is packed in an unknown way. Unpack it and send the CSV or XLSX file inside."},
	{unzip.ErrDamaged, "file", "broken", "The archive is damaged. Download it again from the mail."},
}

func refuseArchive(reason error) error {
	for _, refusal := range archiveRefusals {
		if errors.Is(reason, refusal.reason) {
			return recovery.Invalid([]recovery.FieldFault{{Field: refusal.field, Code: refusal.code, Detail: refusal.detail}})
		}
	}
	return reason
}

func refuseCount(count int) error {
	fault := recovery.FieldFault{Field: "file", Code: "archive_no_bill", Detail: "The archive holds no bill (CSV or XLSX)."}
	if count > 1 {
		fault.Code, fault.Detail = "archive_several", fmt.Sprintf("The archive holds %d bills. Unpack it and send them one by one.", count)
	}
	return recovery.Invalid([]recovery.FieldFault{fault})
}
