package decode

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"time"

	"recourse/evidence/originals/intake/pdf"
	"recourse/evidence/originals/pdfium"
	"recourse/evidence/originals/sandbox"
)

// Document reads the text and the signatures of a PDF. A file that exceeds the limits is
// Unread. Errors: CodeUnavailable if no place was free in time, and those of reading.
func (d *Decoder) Document(ctx context.Context, file File) (pdf.Report, error) {
	return d.document(ctx, file, maxWait)
}

func (d *Decoder) document(ctx context.Context, file File, wait time.Duration) (pdf.Report, error) {
	call := file.call(jobDocument, 2)
	call.Limits.Wait = wait
	var report pdf.Report
	text, err := d.runner.Run(ctx, call, &report)
	if errors.Is(err, sandbox.ErrTooCostly) {
		return pdf.Report{Unread: true}, nil
	}
	report.Text = string(text)
	return report, err
}

func readDocument(engine *pdfium.Engine) sandbox.Job {
	return func(ctx context.Context, file io.ReaderAt, size int64, _ json.RawMessage) (sandbox.Result, error) {
		data, err := readAll(file, size, pdf.MaxSize+1)
		if err != nil {
			return sandbox.Result{}, err
		}
		report := pdf.Read(data)
		if report.Unread {
			return sandbox.Result{Value: report}, nil
		}
		text, err := readText(ctx, engine, data, report.CodesAreText)
		if err != nil {
			return sandbox.Result{}, err
		}
		report.Partial, report.Pages = text.Partial, max(report.Pages, text.Pages)
		return sandbox.Result{Value: report, Data: []byte(text.Text)}, nil
	}
}

// readText reads a PDF that may be locked or broken: then it has no text.
func readText(ctx context.Context, engine *pdfium.Engine, data []byte, codesAreText bool) (pdfium.Text, error) {
	text, err := engine.ReadText(ctx, data, codesAreText)
	if errors.Is(err, pdfium.ErrLocked) || errors.Is(err, pdfium.ErrUnreadable) {
		return pdfium.Text{Partial: true}, nil
	}
	return text, err
}
