package decode

import (
	"bytes"
	"context"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"recourse/evidence/originals/sandbox"
	"recourse/evidence/originals/statement"
	"recourse/evidence/originals/transcript"
)

// Transcript reads a chat, a mail or another text. A file that exceeds the limits has the
// gap TooCostly. Errors: CodeUnavailable if no place was free in time, and those of reading.
func (d *Decoder) Transcript(ctx context.Context, file File, media string) (transcript.Transcript, error) {
	return d.transcript(ctx, file, media, maxWait)
}

func (d *Decoder) transcript(ctx context.Context, file File, media string, wait time.Duration) (transcript.Transcript, error) {
	call := file.call(jobTranscript, 2)
	call.Options, call.Limits.Wait = media, wait
	var lines int
	encoded, err := d.runner.Run(ctx, call, &lines)
	if errors.Is(err, sandbox.ErrTooCostly) {
		return transcript.Transcript{Form: transcript.IsText, Gaps: []transcript.Gap{transcript.TooCostly}}, nil
	}
	if err != nil {
		return transcript.Transcript{}, err
	}
	read := transcript.Transcript{Lines: make([]transcript.Line, 0, lines)}
	if err := gob.NewDecoder(bytes.NewReader(encoded)).Decode(&read); err != nil {
		return transcript.Transcript{}, fmt.Errorf("result of reading a text: %w", err)
	}
	return read, nil
}

func readTranscript(_ context.Context, file io.ReaderAt, size int64, options json.RawMessage) (sandbox.Result, error) {
	var media string
	if err := json.Unmarshal(options, &media); err != nil {
		return sandbox.Result{}, fmt.Errorf("media type of a text: %w", err)
	}
	data, err := readAll(file, size, transcript.MaxSize+1)
	if err != nil {
		return sandbox.Result{}, err
	}
	read := transcript.Read(media, data)
	var encoded bytes.Buffer
	if err := gob.NewEncoder(&encoded).Encode(read); err != nil {
		return sandbox.Result{}, fmt.Errorf("result of reading a text: %w", err)
	}
	return sandbox.Result{Value: len(read.Lines), Data: encoded.Bytes()}, nil
}

// Transcriber returns a function that reads texts for papers, for the time of ctx.
func (d *Decoder) Transcriber(ctx context.Context) func(media string, data []byte) (transcript.Transcript, error) {
	return func(media string, data []byte) (transcript.Transcript, error) {
		return d.transcript(ctx, fileForPapers(data), media, 0)
	}
}

// Excerpter returns a function that reads the rows of payments from a bill for papers, for
// the time of ctx. Errors: those of statement.Parse, CodeInvalid for a bill that exceeds the
// limits, CodeUnavailable when ctx ended.
func (d *Decoder) Excerpter(ctx context.Context) func(data []byte, order statement.ExcerptOrder) (statement.Excerpt, error) {
	return func(data []byte, order statement.ExcerptOrder) (statement.Excerpt, error) {
		call := fileForPapers(data).call(jobExcerpt, 2)
		call.Options = order
		var excerpt statement.Excerpt
		_, err := d.runner.Run(ctx, call, &excerpt)
		if errors.Is(err, sandbox.ErrTooCostly) {
			return statement.Excerpt{}, tooCostlyBill()
		}
		return excerpt, err
	}
}

func fileForPapers(data []byte) File {
	return File{ReaderAt: bytes.NewReader(data), Size: int64(len(data)), Account: papers}
}

func readExcerpt(_ context.Context, file io.ReaderAt, size int64, options json.RawMessage) (sandbox.Result, error) {
	var order statement.ExcerptOrder
	if err := json.Unmarshal(options, &order); err != nil {
		return sandbox.Result{}, fmt.Errorf("order of an excerpt: %w", err)
	}
	excerpt, err := statement.ReadExcerpt(io.NewSectionReader(file, 0, size), order)
	return sandbox.Result{Value: excerpt}, err
}
