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
	"time"

	"recourse/evidence/originals/intake"
	"recourse/evidence/originals/pdfium"
	"recourse/evidence/originals/sandbox"
)

// The names of the jobs.
const (
	jobContent    = "content"
	jobBill       = "bill"
	jobDocument   = "document"
	jobCopy       = "copy"
	jobPicture    = "picture"
	jobTranscript = "transcript"
	jobExcerpt    = "excerpt"
	jobPage       = "page"
	jobFilm       = "film"
	jobCompile    = "compile"
	jobUnpack     = "unpack"
)

// Jobs are the jobs of the child process.
func Jobs(tools Tools) sandbox.Jobs {
	engine := pdfium.NewEngine(pdfium.Options{Fonts: tools.Fonts, Cache: tools.Cache})
	return sandbox.Jobs{
		jobContent: readContent, jobBill: readBill(engine), jobDocument: readDocument(engine), jobCopy: makeCopy(engine),
		jobPicture: reencodePicture, jobTranscript: readTranscript, jobExcerpt: readExcerpt, jobPage: renderPage(engine), jobCompile: compileReader(engine),
		jobFilm:   readFilm(tools.Films),
		jobUnpack: unpackBill,
	}
}

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
func NewLocalDecoder() *Decoder { return NewDecoder(sandbox.Local{Jobs: localJobs()}) }

// childMemory is the memory of a child in bytes.
const childMemory = 560 << 20

// maxWait is how long a request waits for a place. Then the answer is 503: people who wait
// longer send the request again.
const maxWait = 5 * time.Second

// call is a call of a job on a file. The processor time is enough for the dearest honest
// file: two seconds and that many for each megabyte.
func (f File) call(job string, secondsPerMegabyte int) sandbox.Call {
	seconds := min(2+secondsPerMegabyte*int(f.Size>>20), 40)
	return sandbox.Call{
		Job: job, Account: f.Account, File: f.ReaderAt, Size: f.Size,
		Limits: sandbox.Limits{Memory: childMemory, ProcessorSeconds: seconds, WallSeconds: 20 + 4*seconds},
	}
}

// Content decodes a picture or PDF. A file that exceeds the limits has the finding
// TooCostly. Errors: CodeUnavailable when ctx ended, and those of reading.
func (d *Decoder) Content(ctx context.Context, file File) (intake.Content, error) {
	var content intake.Content
	view, err := d.runner.Run(ctx, file.call(jobContent, 10), &content) // a HEIC photo of 12 million pixels has 2 MB
	if errors.Is(err, sandbox.ErrTooCostly) {
		return intake.Content{Findings: []intake.Finding{intake.TooCostly}}, nil
	}
	if len(view) > 0 {
		content.View.JPEG = view
	}
	return content, err
}

func readContent(ctx context.Context, file io.ReaderAt, size int64, _ json.RawMessage) (sandbox.Result, error) {
	content, err := intake.Decode(ctx, file, size)
	if err == nil {
		content.Marks, err = intake.FindMarks(file, size)
	}
	return sandbox.Result{Value: content, Data: content.View.JPEG}, err
}

// readAll reads a file of at most limit bytes.
func readAll(file io.ReaderAt, size, limit int64) ([]byte, error) {
	return io.ReadAll(io.NewSectionReader(file, 0, min(size, limit)))
}
