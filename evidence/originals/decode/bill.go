package decode

import (
	"bytes"
	"context"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"recourse/evidence/originals/intake/pdf"
	"recourse/evidence/originals/pdfium"
	"recourse/evidence/originals/sandbox"
	"recourse/evidence/originals/statement"
	"recourse/recovery"
)

// Bill reads a bill of at most statement.MaxSize bytes. Errors: those of statement.Parse,
// CodeInvalid for a bill that exceeds the limits, CodeUnavailable if no place was free in
// time.
func (d *Decoder) Bill(ctx context.Context, file File) (*statement.Bill, error) {
	call := file.call(jobBill, 2)
	call.Limits.Wait = maxWait
	var rows int
	encoded, err := d.runner.Run(ctx, call, &rows)
	if errors.Is(err, sandbox.ErrTooCostly) {
		return nil, tooCostlyBill()
	}
	if err != nil {
		return nil, err
	}
	bill := &statement.Bill{Transactions: make([]statement.Transaction, 0, rows)}
	if err := gob.NewDecoder(bytes.NewReader(encoded)).Decode(bill); err != nil {
		return nil, fmt.Errorf("result of reading a bill: %w", err)
	}
	return bill, nil
}

func tooCostlyBill() error {
	return recovery.Invalid([]recovery.FieldFault{{
		Field: "file", Code: "too_costly", Detail: "Reading this file takes too much memory or time. Export a shorter period, and send the file as the wallet made it.",
	}})
}

// readBill returns the bill in the encoding of gob, which takes a third of JSON.
func readBill(engine *pdfium.Engine) sandbox.Job {
	return func(ctx context.Context, file io.ReaderAt, size int64, _ json.RawMessage) (sandbox.Result, error) {
		bill, err := parseBill(ctx, engine, file, size)
		if err != nil {
			return sandbox.Result{}, err
		}
		var encoded bytes.Buffer
		if err := gob.NewEncoder(&encoded).Encode(bill); err != nil {
			return sandbox.Result{}, fmt.Errorf("result of reading a bill: %w", err)
		}
		return sandbox.Result{Value: len(bill.Transactions), Data: encoded.Bytes()}, nil
	}
}

const pdfStart = "%PDF-"

// parseBill reads a bill, of a PDF from its text.
func parseBill(ctx context.Context, engine *pdfium.Engine, file io.ReaderAt, size int64) (*statement.Bill, error) {
	start := make([]byte, len(pdfStart))
	if n, _ := file.ReadAt(start, 0); n < len(start) || string(start) != pdfStart {
		return statement.Parse(io.NewSectionReader(file, 0, size), statement.MaxSize)
	}
	data, err := readAll(file, size, pdf.MaxSize+1)
	if err != nil {
		return nil, err
	}
	report := pdf.Read(data)
	if report.Unread {
		return statement.ParsePages("")
	}
	text, err := readText(ctx, engine, data, report.CodesAreText)
	if err != nil {
		return nil, err
	}
	return statement.ParsePages(text.Text)
}
