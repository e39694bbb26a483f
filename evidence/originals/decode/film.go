package decode

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"recourse/evidence/originals/intake"
	"recourse/evidence/originals/sandbox"
	"recourse/evidence/originals/stills"
)

// filmLimits are those of the child. The programs that it starts have limits of their own,
// and end with it.
var filmLimits = sandbox.Limits{Memory: childMemory, ProcessorSeconds: 20, WallSeconds: 120}

// Film makes the sheet of stills of a film, or the wave form of a sound. A file that has none
// has a finding that says why. Errors: CodeUnavailable when ctx ended, and those of reading.
func (d *Decoder) Film(ctx context.Context, file File, media string) (intake.Content, error) {
	var content intake.Content
	view, err := d.runner.Run(ctx, sandbox.Call{
		Job: jobFilm, Options: media, Account: file.Account, File: file.ReaderAt, Size: file.Size, Limits: filmLimits,
	}, &content)
	if errors.Is(err, sandbox.ErrTooCostly) {
		return intake.Content{Findings: []intake.Finding{intake.TooCostly}}, nil
	}
	if len(view) > 0 {
		content.View.JPEG = view
	}
	return content, err
}

// readFilm returns the job that runs tools on a film.
func readFilm(tools stills.Tools) sandbox.Job {
	return func(ctx context.Context, file io.ReaderAt, size int64, options json.RawMessage) (sandbox.Result, error) {
		var media string
		if err := json.Unmarshal(options, &media); err != nil {
			return sandbox.Result{}, fmt.Errorf("media type of a film: %w", err)
		}
		marks, err := intake.FindMarks(file, size)
		if err != nil {
			return sandbox.Result{}, err
		}
		content := intake.Content{Marks: marks}
		sheet, err := stills.Make(ctx, tools, file, size, media)
		switch {
		case errors.Is(err, stills.ErrNoTools):
			content.Findings = []intake.Finding{intake.NoStills}
		case errors.Is(err, stills.ErrUnreadable):
			content.Findings = []intake.Finding{intake.NoPreview}
		case err != nil:
			return sandbox.Result{}, err
		default:
			content.View = intake.View{JPEG: sheet.JPEG, Width: sheet.Width, Height: sheet.Height}
		}
		return sandbox.Result{Value: content, Data: content.View.JPEG}, nil
	}
}
