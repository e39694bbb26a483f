package decode

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"recourse/evidence/originals/intake/pdf"
	"recourse/evidence/originals/pdfium"
	"recourse/evidence/originals/sandbox"
)

// PageResult is a page of a PDF as a picture, or why there is none.
type PageResult struct {
	pdfium.Page

	Unfit Unfit
}

// Unfit is why a page cannot be rendered.
type Unfit string

// The reasons.
const (
	Locked     Unfit = "pdf_locked"
	Unreadable Unfit = "pdf_unreadable"
	TooCostly  Unfit = "pdf_too_costly"
)

// Page renders a page of a PDF, from 0. Errors: CodeUnavailable when ctx ended, and those
// of reading.
func (d *Decoder) Page(ctx context.Context, file File, index int) (PageResult, error) {
	if file.Size > pdf.MaxSize {
		return PageResult{Unfit: TooCostly}, nil
	}
	call := file.call(jobPage, 2)
	call.Options = index
	var page PageResult
	jpeg, err := d.runner.Run(ctx, call, &page)
	if errors.Is(err, sandbox.ErrTooCostly) {
		return PageResult{Unfit: TooCostly}, nil
	}
	if len(jpeg) > 0 {
		page.JPEG = jpeg
	}
	return page, err
}

func renderPage(engine *pdfium.Engine) sandbox.Job {
	return func(ctx context.Context, file io.ReaderAt, size int64, options json.RawMessage) (sandbox.Result, error) {
		var index int
		if err := json.Unmarshal(options, &index); err != nil {
			return sandbox.Result{}, fmt.Errorf("number of a page: %w", err)
		}
		data, err := readAll(file, size, pdf.MaxSize)
		if err != nil {
			return sandbox.Result{}, err
		}
		page, err := engine.RenderPage(ctx, data, index)
		switch {
		case errors.Is(err, pdfium.ErrLocked):
			return sandbox.Result{Value: PageResult{Unfit: Locked}}, nil
		case errors.Is(err, pdfium.ErrUnreadable):
			return sandbox.Result{Value: PageResult{Page: page, Unfit: Unreadable}}, nil
		}
		return sandbox.Result{Value: PageResult{Page: page}, Data: page.JPEG}, err
	}
}

// PageRenderer returns a function that renders pages for papers, for the time of ctx. The
// picture is nil if there is a reason against it.
func (d *Decoder) PageRenderer(ctx context.Context) func(data []byte, index int) (jpeg []byte, pages int, why string, err error) {
	return func(data []byte, index int) ([]byte, int, string, error) {
		page, err := d.Page(ctx, File{ReaderAt: bytes.NewReader(data), Size: int64(len(data)), Account: papers}, index)
		return page.JPEG, page.Pages, string(page.Unfit), err
	}
}

// TextReader returns a function that reads the text of PDFs for papers, for the time of
// ctx.
func (d *Decoder) TextReader(ctx context.Context) func(data []byte) (string, error) {
	return func(data []byte) (string, error) {
		file := File{ReaderAt: bytes.NewReader(data), Size: int64(len(data)), Account: papers}
		report, err := d.document(ctx, file, 0)
		return report.Text, err
	}
}
