package local

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// program is a child to be started.
type program struct {
	name     string // of its log and pid file
	title    string // as the person at the terminal knows it
	path     string
	args     []string
	env      []string
	as       *user.User     // nil: as ourselves
	farewell syscall.Signal // the signal it ends cleanly on
	patience time.Duration  // before it is killed
}

// child is a program that runs.
type child struct {
	program
	log     string
	pidFile string
	process *os.Process
	gone    chan struct{} // closed when it has ended
	state   *os.ProcessState
}

// nursery starts every child from one thread that never ends: on Linux the
// parent-death signal is bound to the thread that forked.
type nursery chan func()

func newNursery() nursery {
	births := make(nursery)
	go func() {
		runtime.LockOSThread()
		for birth := range births {
			birth()
		}
	}()
	return births
}

func (n nursery) start(p program, logPath, pidPath string) (*child, error) {
	log, err := os.OpenFile(logPath, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the log of %s: %w", p.title, err)
	}
	defer func() { _ = log.Close() }()
	attr, err := attributes(p.farewell, p.as)
	if err != nil {
		return nil, err
	}
	command := exec.Command(p.path, p.args...) //nolint:noctx // it is ended by stop, in order
	command.Env, command.Stdout, command.Stderr, command.SysProcAttr = p.env, log, log, attr
	command.Dir = "/"
	started := make(chan error)
	n <- func() { started <- command.Start() }
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", p.title, err)
	}
	c := &child{program: p, log: logPath, pidFile: pidPath, process: command.Process, gone: make(chan struct{})}
	go func() {
		_ = command.Wait() // how it ended is in the state
		c.state = command.ProcessState
		close(c.gone)
	}()
	if err := writePid(pidPath, command.Process.Pid, p.farewell); err != nil {
		c.stop(time.Second)
		return nil, err
	}
	return c, nil
}

// stop asks the child to end, and ends it when it does not within its patience
// or the given one, whichever is shorter.
func (c *child) stop(atMost time.Duration) {
	_ = c.process.Signal(c.farewell)
	select {
	case <-c.gone:
	case <-time.After(min(c.patience, atMost)):
		_ = syscall.Kill(-c.process.Pid, syscall.SIGKILL)
		<-c.gone
	}
	_ = os.Remove(c.pidFile)
}

// died describes an end nobody asked for, with the last words of the log.
func (c *child) died() error {
	sentence := fmt.Sprintf("%s ended by itself (%s); its log is %s", c.title, c.state, c.log)
	if last := lastLine(c.log); last != "" {
		sentence += "; it ends with: " + last
	}
	return errors.New(sentence)
}

// await polls until ready says yes, the child is gone or the time is over.
func (c *child) await(ctx context.Context, limit time.Duration, ready func(context.Context) bool) error {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("%s did not get ready within %s; its log is %s", c.title, limit, c.log))
	defer cancel()
	tick := time.NewTicker(30 * time.Millisecond)
	defer tick.Stop()
	for !ready(ctx) {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-c.gone:
			return c.died()
		case <-tick.C:
		}
	}
	return nil
}

func lastLine(path string) string {
	content, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	lines := bytes.Split(bytes.TrimSpace(content), []byte("\n"))
	last := []rune(strings.TrimSpace(string(lines[len(lines)-1])))
	if len(last) > 300 {
		return string(last[:300]) + "…"
	}
	return string(last)
}

// writePid notes who the child is, for a next start after this one was killed.
func writePid(path string, pid int, farewell syscall.Signal) error {
	line := fmt.Sprintf("%d %d %s\n", pid, farewell, startedAt(pid))
	if err := os.WriteFile(path, []byte(line), 0o600); err != nil {
		return fmt.Errorf("note the process: %w", err)
	}
	return nil
}

// stopLeftover ends the child a killed supervisor left behind, if the process
// of that number is verifiably the same one.
func stopLeftover(path string, patience time.Duration) (stopped bool) {
	content, err := os.ReadFile(path)
	if err != nil {
		return false
	}
	defer func() { _ = os.Remove(path) }()
	fields := strings.SplitN(strings.TrimSpace(string(content)), " ", 3)
	if len(fields) != 3 || fields[2] == "" {
		return false
	}
	pid, pidErr := strconv.Atoi(fields[0])
	farewell, signalErr := strconv.Atoi(fields[1])
	if pidErr != nil || signalErr != nil || pid <= 1 || startedAt(pid) != fields[2] {
		return false
	}
	_ = syscall.Kill(pid, syscall.Signal(farewell))
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if startedAt(pid) != fields[2] {
			return true
		}
	}
	_ = syscall.Kill(-pid, syscall.SIGKILL)
	return true
}
