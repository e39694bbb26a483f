package decode

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"sync"

	"recourse/evidence/originals/pdfium"
	"recourse/evidence/originals/sandbox"
	"recourse/evidence/originals/stills"
	"recourse/evidence/typeset"
)

// Tools are the folders and programs that reading files needs. A child gets them from its
// command line.
type Tools struct {
	Fonts string // for texts whose fonts a file does not contain
	Cache string // for the compiled reader; without it, each child compiles it for seconds
	Films stills.Tools
}

// FindTools returns the fonts nearest to the working folder and the cache of the user. It
// is for tests and tools; the product gets its folders from its configuration.
func FindTools() Tools {
	return Tools{Fonts: typeset.FindFonts("."), Cache: UserCache(), Films: stills.FindTools()}
}

// UserCache is the folder of the user for the compiled reader, or "" if the user has none.
func UserCache() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "recourse")
}

// localJobs are the jobs of this process: the reader is compiled once.
var localJobs = sync.OnceValue(func() sandbox.Jobs { return Jobs(FindTools()) })

// compileLimits are enough for compiling the reader on a slow machine.
var compileLimits = sandbox.Limits{Memory: childMemory, ProcessorSeconds: 120, WallSeconds: 600}

// Prepare compiles the reader of PDFs in a child, so that no reading waits for it. If the
// cache has it, this takes a fraction of a second.
func (d *Decoder) Prepare(ctx context.Context) error {
	var done bool
	_, err := d.runner.Run(ctx, sandbox.Call{Job: jobCompile, Account: papers, File: bytes.NewReader(nil), Limits: compileLimits}, &done)
	return err
}

func compileReader(engine *pdfium.Engine) sandbox.Job {
	return func(ctx context.Context, _ io.ReaderAt, _ int64, _ json.RawMessage) (sandbox.Result, error) {
		return sandbox.Result{Value: true}, engine.Compile(ctx)
	}
}
