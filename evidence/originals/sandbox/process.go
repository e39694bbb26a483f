package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// jobsPerChild bounds what a leak in a decoder can grow to.
const jobsPerChild = 200

// startTime is how long a child may take to start on a busy machine.
const startTime = time.Minute

// processorCheck is the time between two looks at what a child has used.
const processorCheck = 50 * time.Millisecond

// child is a running child process. One goroutine uses it at a time.
type child struct {
	command *exec.Cmd
	conn    *net.UnixConn
	jobs    int // that it has begun
}

func startChild(command []string) (*child, error) {
	ours, theirs, err := socketPair()
	if err != nil {
		return nil, fmt.Errorf("sandbox: %w", err)
	}
	// One thread of Go code; GOGC makes the heap small rather than fast.
	program := exec.Command(command[0], command[1:]...) //nolint:noctx // end ends it
	program.Env = []string{"GOMAXPROCS=1", "GOGC=50"}
	program.ExtraFiles = []*os.File{theirs}
	err = errors.Join(program.Start(), theirs.Close()) // only the child may hold its end open
	if err != nil {
		return nil, fmt.Errorf("sandbox: %w", errors.Join(err, ours.Close()))
	}
	c := &child{command: program, conn: ours}
	if err := c.waitUntilReady(); err != nil {
		c.end()
		return nil, fmt.Errorf("sandbox: the child process does not start: %w", err)
	}
	return c, nil
}

// waitUntilReady waits for the child's message that it has started, or has begun a job.
// Without it, a program that cannot start would look like a file that ended it.
func (c *child) waitUntilReady() error {
	timer := time.AfterFunc(startTime, c.kill)
	defer timer.Stop()
	_, err := readMessage(c.conn)
	return err
}

func (c *child) kill() { _ = c.command.Process.Kill() }

// socketPair returns two connected Unix sockets, the second to pass to a child.
func socketPair() (*net.UnixConn, *os.File, error) {
	syscall.ForkLock.RLock() // no other child may inherit them
	ends, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err == nil {
		syscall.CloseOnExec(ends[0])
		syscall.CloseOnExec(ends[1])
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, nil, err
	}
	own, other := os.NewFile(uintptr(ends[0]), "child"), os.NewFile(uintptr(ends[1]), "parent")
	conn, err := net.FileConn(own)
	if err = errors.Join(err, own.Close()); err != nil {
		return nil, nil, errors.Join(err, other.Close())
	}
	return conn.(*net.UnixConn), other, nil //nolint:forcetypeassert // AF_UNIX
}

// send sends a job and waits until the child has begun it. After an error the child
// must be ended; the file is not to blame for it.
func (c *child) send(call Call, file *os.File) error {
	c.jobs++
	options, err := encodeOptions(call.Options)
	if err != nil {
		return err
	}
	message, err := json.Marshal(order{
		Job: call.Job, Size: call.Size, Options: options, Memory: call.Limits.Memory,
	})
	if err != nil {
		return err
	}
	if err := sendFile(c.conn, file); err != nil {
		return err
	}
	if err := writeMessage(c.conn, message); err != nil {
		return err
	}
	return c.waitUntilReady()
}

// waitForAnswer waits for the answer to a job, or kills the process when ctx ends or the
// processor time is used up. After an error the child must be ended.
func (c *child) waitForAnswer(ctx context.Context, processor time.Duration) (a answer, data []byte, err error) {
	stop := context.AfterFunc(ctx, c.kill)
	defer stop()
	watched, lift := context.WithCancel(ctx)
	defer lift()
	go c.limitProcessor(watched, processor)
	message, err := readMessage(c.conn)
	if err != nil {
		return answer{}, nil, err
	}
	if err := json.Unmarshal(message, &a); err != nil {
		return answer{}, nil, err
	}
	data, err = readMessage(c.conn)
	return a, data, err
}

// limitProcessor kills the process when it has used so much processor time from now on,
// until ctx ends. If watching it panics, the process is killed too: nothing would limit it.
func (c *child) limitProcessor(ctx context.Context, limit time.Duration) {
	defer func() {
		if recover() != nil {
			c.kill()
		}
	}()
	before, err := processorTime(c.command.Process.Pid)
	if err != nil || limit == 0 {
		return
	}
	ticker := time.NewTicker(processorCheck)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if used, err := processorTime(c.command.Process.Pid); err == nil && used-before > limit && ctx.Err() == nil {
			c.kill()
			return
		}
	}
}

// end kills the process and waits until it is gone.
func (c *child) end() {
	_ = c.conn.Close()
	c.kill()
	_ = c.command.Wait()
}
