package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"time"

	"recourse/recovery"
)

// ErrTooCostly means that a file exceeded the limits of its job, or that reading it ended
// the child.
var ErrTooCostly = errors.New("sandbox: reading the file takes too much memory or time")

// Limits are those of one job.
type Limits struct {
	Memory           uint64 // bytes of the child
	ProcessorSeconds int
	WallSeconds      int
	Wait             time.Duration // for a place; 0: as long as the caller waits
}

// Call is one job on one file.
type Call struct {
	Job     string
	Options any    // encoded as JSON; nil for none
	Account string // who sent the file
	File    io.ReaderAt
	Size    int64
	Limits  Limits
}

// Runner runs jobs.
type Runner interface {
	// Run runs a job, decodes its value and returns its data. Errors: the Fault of a
	// refusal, ErrTooCostly, CodeUnavailable if no place was free in time.
	Run(ctx context.Context, call Call, value any) (data []byte, err error)
}

// Local runs jobs in this process, without limits. It is for tests and commands that
// read files of their own user.
type Local struct{ Jobs Jobs }

// Run implements Runner.
func (l Local) Run(ctx context.Context, call Call, value any) ([]byte, error) {
	options, err := encodeOptions(call.Options)
	if err != nil {
		return nil, err
	}
	found, data, err := l.Jobs.run(ctx, order{Job: call.Job, Size: call.Size, Options: options}, call.File)
	if err != nil {
		return nil, err
	}
	return data, json.Unmarshal(found, value)
}

// Pool runs jobs in child processes.
type Pool struct {
	command []string
	slots   *slots
	idle    chan *child // children that wait for a job
}

// NewPool makes a pool of count children, which are started when they are needed. The
// command starts a child, which calls Serve.
func NewPool(command []string, count int) *Pool {
	if count == 0 {
		count = max(2, runtime.GOMAXPROCS(0))
	}
	return &Pool{command: command, slots: newSlots(count), idle: make(chan *child, count)}
}

// Run implements Runner.
func (p *Pool) Run(ctx context.Context, call Call, value any) ([]byte, error) {
	release, err := p.acquire(ctx, call)
	if err != nil {
		return nil, err
	}
	defer release()
	file, closeFile, err := OpenFile(call.File, call.Size)
	if err != nil {
		return nil, err
	}
	defer closeFile()
	if call.Limits.WallSeconds > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, time.Duration(call.Limits.WallSeconds)*time.Second, ErrTooCostly)
		defer cancel()
	}
	return p.runInChild(ctx, call, file, value)
}

// Close ends the children that wait for a job.
func (p *Pool) Close() {
	for {
		select {
		case c := <-p.idle:
			c.end()
		default:
			return
		}
	}
}

func (p *Pool) acquire(ctx context.Context, call Call) (func(), error) {
	if call.Limits.Wait > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, call.Limits.Wait)
		defer cancel()
	}
	return p.slots.acquire(ctx, call.Account)
}

func (p *Pool) runInChild(ctx context.Context, call Call, file *os.File, value any) ([]byte, error) {
	c, err := p.sendJob(ctx, call, file)
	if err != nil {
		return nil, err
	}
	answer, data, err := c.waitForAnswer(ctx, time.Duration(call.Limits.ProcessorSeconds)*time.Second)
	if err != nil {
		c.end()
		return nil, explainEnd(ctx, err)
	}
	p.returnChild(c)
	if err := answer.err(); err != nil {
		return nil, err
	}
	return data, json.Unmarshal(answer.Value, value)
}

// explainEnd is the error of a child that ended during a job.
func explainEnd(ctx context.Context, err error) error {
	switch {
	case errors.Is(context.Cause(ctx), ErrTooCostly):
		return ErrTooCostly
	case ctx.Err() != nil:
		return &recovery.Fault{Code: recovery.CodeUnavailable, Detail: "Reading the file was cancelled.", Cause: ctx.Err()}
	default:
		return fmt.Errorf("%w: %w", ErrTooCostly, err)
	}
}

// sendJob sends a job to an idle child, or to a new one: idle children may have ended.
func (p *Pool) sendJob(ctx context.Context, call Call, file *os.File) (*child, error) {
	for {
		select {
		case c := <-p.idle:
			if c.send(call, file) == nil {
				return c, nil
			}
			c.end()
			continue
		case <-ctx.Done():
			return nil, explainEnd(ctx, ctx.Err())
		default:
		}
		c, err := startChild(p.command)
		if err != nil {
			return nil, err
		}
		if err := c.send(call, file); err != nil {
			c.end()
			return nil, fmt.Errorf("sandbox: %w", err)
		}
		return c, nil
	}
}

// returnChild keeps a child for the next job until it has done jobsPerChild.
func (p *Pool) returnChild(c *child) {
	if c.jobs < jobsPerChild {
		select {
		case p.idle <- c:
			return
		default:
		}
	}
	c.end()
}

func encodeOptions(options any) (json.RawMessage, error) {
	if options == nil {
		return nil, nil
	}
	encoded, err := json.Marshal(options)
	if err != nil {
		return nil, fmt.Errorf("sandbox: %w", err)
	}
	return encoded, nil
}

// OpenFile returns an open file of the operating system, which a program can inherit. Other
// readers are copied to a temporary file that has no name.
func OpenFile(from io.ReaderAt, size int64) (*os.File, func(), error) {
	if file, is := from.(*os.File); is {
		return file, func() {}, nil
	}
	file, err := os.CreateTemp("", "recourse-read-")
	if err != nil {
		return nil, nil, err
	}
	closeFile := func() { _ = file.Close() }
	err = os.Remove(file.Name())
	if err == nil {
		_, err = io.Copy(file, io.NewSectionReader(from, 0, size))
	}
	if err != nil {
		closeFile()
		return nil, nil, err
	}
	return file, closeFile, nil
}
