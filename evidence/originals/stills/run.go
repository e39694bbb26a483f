package stills

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"time"
)

const (
	// maxProcessor is the processor time of all processes for one film, and processSeconds
	// that of each.
	maxProcessor   = 30 * time.Second
	processSeconds = 10
	processWall    = 20 * time.Second
	// inputPath is the file, as the program sees it: its first open file after the standard ones.
	inputPath = "file:/proc/self/fd/3"
)

// runner runs the programs on one file.
type runner struct {
	tools  Tools
	input  *os.File
	format string
	used   time.Duration // processor time so far
}

// arguments returns the arguments of ffmpeg, which reads nothing but the file.
func (r *runner) arguments(more ...string) []string {
	return append([]string{
		"-nostdin", "-hide_banner", "-v", "error", "-threads", "1", "-filter_threads", "1", "-filter_complex_threads", "1", "-max_alloc", "268435456",
		"-protocol_whitelist", "file", "-codec_whitelist", decoders, "-f", r.format,
	}, more...)
}

// run runs a program and returns what it writes. Errors: ErrUnreadable, those of ctx.
func (r *runner) run(ctx context.Context, program string, arguments ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, processWall)
	defer cancel()
	command := exec.CommandContext(ctx, program, arguments...)
	command.Env, command.ExtraFiles = []string{"LC_ALL=C"}, []*os.File{r.input}
	out := &limitedBuffer{limit: maxPicture}
	command.Stdout = out
	err := runLimited(command)
	if state := command.ProcessState; state != nil {
		r.used += state.UserTime() + state.SystemTime()
	}
	if err != nil || out.Len() == 0 {
		return nil, ErrUnreadable
	}
	return out.Bytes(), nil
}

// limitedBuffer refuses to grow beyond a limit, which ends the program that writes.
type limitedBuffer struct {
	bytes.Buffer

	limit int
}

var errTooMuch = errors.New("stills: too much output")

// Write implements io.Writer.
func (b *limitedBuffer) Write(p []byte) (int, error) {
	if b.Len()+len(p) > b.limit {
		return 0, errTooMuch
	}
	return b.Buffer.Write(p)
}
