package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime/debug"
)

// Result is what a job found.
type Result struct {
	Value any    // encoded as JSON
	Data  []byte // nil if there is none
}

// Job reads a file. Its error is a recovery.Fault if it refuses the file.
type Job func(ctx context.Context, file io.ReaderAt, size int64, options json.RawMessage) (Result, error)

// Jobs are the jobs of a child, by name.
type Jobs map[string]Job

// childSocket is the number of the child's open socket.
const childSocket = 3

// Serve runs jobs in a child process until the parent ends.
func Serve(ctx context.Context, jobs Jobs) error {
	socket := os.NewFile(childSocket, "parent")
	if socket == nil {
		return errors.New("sandbox: this command is started by the program itself")
	}
	conn, err := net.FileConn(socket)
	if err = errors.Join(err, socket.Close()); err != nil {
		return fmt.Errorf("sandbox: this command is started by the program itself: %w", err)
	}
	defer conn.Close()
	parent, isUnix := conn.(*net.UnixConn)
	if !isUnix {
		return errors.New("sandbox: this command is started by the program itself")
	}
	lowerPriority()
	if err := writeMessage(parent, nil); err != nil {
		return err
	}
	for {
		err := jobs.serveNext(ctx, parent)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		debug.FreeOSMemory() // the limit counts what the runtime has not returned
	}
}

func (j Jobs) serveNext(ctx context.Context, parent *net.UnixConn) error {
	file, err := receiveFile(parent)
	if err != nil {
		return err
	}
	defer file.Close()
	message, err := readMessage(parent)
	if err != nil {
		return err
	}
	var o order
	if err := json.Unmarshal(message, &o); err != nil {
		return fmt.Errorf("sandbox: %w", err)
	}
	if err := limitMemory(o.Memory); err != nil {
		return fmt.Errorf("sandbox: limit of memory: %w", err)
	}
	if err := writeMessage(parent, nil); err != nil { // from here on, the file ends the child
		return err
	}
	value, data, err := j.run(ctx, o, file)
	encoded, err := json.Marshal(newAnswer(value, err))
	if err != nil {
		return fmt.Errorf("sandbox: %w", err)
	}
	if err := writeMessage(parent, encoded); err != nil {
		return err
	}
	return writeMessage(parent, data)
}

// run runs a job. A panic is an error of the job: the file is to blame, not the child.
func (j Jobs) run(ctx context.Context, o order, file io.ReaderAt) (value json.RawMessage, data []byte, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			value, data, err = nil, nil, fmt.Errorf("panic: %v", cause)
		}
	}()
	job, known := j[o.Job]
	if !known {
		return nil, nil, fmt.Errorf("no job %q", o.Job)
	}
	result, err := job(ctx, file, o.Size, o.Options)
	if err != nil {
		return nil, nil, err
	}
	value, err = json.Marshal(result.Value)
	return value, result.Data, err
}
