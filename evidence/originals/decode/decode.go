// Package decode has the costly readings of evidence files as jobs of package sandbox,
// with the limits of each, and a typed function to call each of them.
//
// Use cases call a Decoder; the child process of the commands runs Jobs. It imports the
// readers of file formats and knows no case.
package decode

import (
	"context"
	"encoding/json"
	"errors"
	"io"

	"recourse/evidence/originals/intake"
	"recourse/evidence/originals/sandbox"
)

// The names of the jobs.
const jobContent = "content"

// File is a file to read, with the account that sent it.
type File struct {
	io.ReaderAt

	Size    int64
	Account string
}

// Decoder calls the jobs.
type Decoder struct{ runner sandbox.Runner }

// NewDecoder returns a Decoder that runs its jobs with runner.
func NewDecoder(runner sandbox.Runner) *Decoder { return &Decoder{runner} }

// NewLocalDecoder returns a Decoder that runs its jobs in this process without limits.
func NewLocalDecoder() *Decoder { return NewDecoder(sandbox.Local{Jobs: Jobs()}) }

// Jobs are the jobs of the child process.
func Jobs() sandbox.Jobs {
	return sandbox.Jobs{jobContent: readContent}
}

// Content decodes a picture or PDF. A file that exceeds the limits has the finding
// TooCostly. Errors: CodeUnavailable when ctx ended, and those of reading.
func (d *Decoder) Content(ctx context.Context, file File) (intake.Content, error) {
	var content intake.Content
	view, err := d.runner.Run(ctx, sandbox.Call{
		Job: jobContent, Account: file.Account, File: file.ReaderAt, Size: file.Size, Limits: contentLimits(file.Size),
	}, &content)
	if errors.Is(err, sandbox.ErrTooCostly) {
		return intake.Content{Findings: []intake.Finding{intake.TooCostly}}, nil
	}
	if len(view) > 0 {
		content.View.JPEG = view
	}
	return content, err
}

// contentLimits allows a photo of a phone (HEIC, 12 million pixels, 2 MB) and no more.
func contentLimits(size int64) sandbox.Limits {
	megabytes := int(size >> 20)
	return sandbox.Limits{Memory: 560 << 20, ProcessorSeconds: min(2+10*megabytes, 40), WallSeconds: min(30+30*megabytes, 180)}
}

func readContent(ctx context.Context, file io.ReaderAt, size int64, _ json.RawMessage) (sandbox.Result, error) {
	content, err := intake.Decode(ctx, file, size)
	return sandbox.Result{Value: content, Data: content.View.JPEG}, err
}
