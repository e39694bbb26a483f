package decode

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"recourse/evidence/copies"
	"recourse/evidence/folio"
	"recourse/evidence/originals/intake/pdf"
	"recourse/evidence/originals/pdfium"
	"recourse/evidence/originals/sandbox"
	"recourse/textlint"
)

// CopyOrder is what decides the copy of a file for another party.
type CopyOrder struct {
	copies.Order

	Names textlint.Names // of the people in the case
}

// madeCopy is the result of a copy. With None it is copies.ErrNoCopy.
type madeCopy struct {
	copies.Copy

	None bool
}

// Copy makes the copy of a file that another party gets instead of it. Errors:
// copies.ErrNoCopy, also for a file that exceeds the limits; CodeUnavailable if no place was
// free in time.
func (d *Decoder) Copy(ctx context.Context, file File, order CopyOrder) (copies.Copy, error) {
	call := file.call(jobCopy, 4)
	call.Options, call.Limits.Wait = order, maxWait
	var made madeCopy
	data, err := d.runner.Run(ctx, call, &made)
	if made.None || errors.Is(err, sandbox.ErrTooCostly) {
		return copies.Copy{}, copies.ErrNoCopy
	}
	made.Data = data
	return made.Copy, err
}

func makeCopy(engine *pdfium.Engine) sandbox.Job {
	return func(ctx context.Context, file io.ReaderAt, size int64, options json.RawMessage) (sandbox.Result, error) {
		var order CopyOrder
		if err := json.Unmarshal(options, &order); err != nil {
			return sandbox.Result{}, fmt.Errorf("order of a copy: %w", err)
		}
		mask, err := folio.NewMaskOf(order.Names)
		if err != nil {
			return sandbox.Result{}, err
		}
		data, err := readAll(file, size, copies.MaxSize)
		if err != nil {
			return sandbox.Result{}, err
		}
		made, err := copies.Make(data, order.Order, mask, func(data []byte) (string, error) {
			text, err := readText(ctx, engine, data, pdf.Read(data).CodesAreText)
			return text.Text, err
		})
		if errors.Is(err, copies.ErrNoCopy) {
			return sandbox.Result{Value: madeCopy{None: true}}, nil
		}
		return sandbox.Result{Value: madeCopy{Copy: made}, Data: made.Data}, err
	}
}
