package decode

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"

	"recourse/evidence/originals/sandbox"
	"recourse/evidence/typeset/picture"
)

// papers is the account for which the pictures of papers are decoded.
const papers = "papers"

// reencoded is the result of decoding a picture.
type reencoded struct {
	Picture *picture.Picture
	Unfit   picture.Reason // why there is none
}

// Reencoder returns a picture.Reencoder for the time of ctx. Errors: *UnusableError, also
// for a picture that exceeds the limits; CodeUnavailable when ctx ended.
func (d *Decoder) Reencoder(ctx context.Context) picture.Reencoder {
	return func(data []byte) (*picture.Picture, error) {
		file := File{ReaderAt: bytes.NewReader(data), Size: int64(len(data)), Account: papers}
		var result reencoded
		rows, err := d.runner.Run(ctx, file.call(jobPicture, 4), &result)
		switch {
		case errors.Is(err, sandbox.ErrTooCostly):
			return nil, &picture.UnusableError{Reason: picture.TooCostly}
		case err != nil:
			return nil, err
		case result.Picture == nil:
			return nil, &picture.UnusableError{Reason: result.Unfit}
		}
		result.Picture.Data = rows
		return result.Picture, nil
	}
}

func reencodePicture(_ context.Context, file io.ReaderAt, size int64, _ json.RawMessage) (sandbox.Result, error) {
	data, err := readAll(file, size, size)
	if err != nil {
		return sandbox.Result{}, err
	}
	made, err := picture.Reencode(data)
	var unfit *picture.UnusableError
	if errors.As(err, &unfit) {
		return sandbox.Result{Value: reencoded{Unfit: unfit.Reason}}, nil
	}
	if err != nil {
		return sandbox.Result{}, err
	}
	rows := made.Data
	made.Data = nil
	return sandbox.Result{Value: reencoded{Picture: made}, Data: rows}, nil
}
