package local

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"recourse/postgres/pgcluster"
)

// program describes a child process.
type program struct {
	name        string // of its log and pid file
	title       string // shown at the terminal
	path        string
	args        []string
	env         []string
	account     pgcluster.Account
	stopSignal  syscall.Signal // the signal for a clean exit
	stopTimeout time.Duration  // before it is killed
}

// child is a running program.
type child struct {
	program
	log     string
	pidFile string
	process *os.Process
	exited  chan struct{} // closed after the exit
	state   *os.ProcessState
}

// launcher starts every child from one thread that never ends: on Linux the
// parent-death signal depends on the thread that forked.
type launcher chan func()

func newLauncher() launcher {
	starts := make(launcher)
	go func() {
		runtime.LockOSThread()
		for start := range starts {
			start()
		}
	}()
	return starts
}

func (l launcher) start(p program, logPath, pidPath string) (*child, error) {
	log, err := os.OpenFile(logPath, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the log of %s: %w", p.title, err)
	}
	defer func() { _ = log.Close() }()
	command := exec.Command(p.path, p.args...) //nolint:noctx // stop ends it, in order
	command.Env, command.Stdout, command.Stderr = p.env, log, log
	command.SysProcAttr = processAttributes(p.stopSignal, p.account)
	command.Dir = "/"
	started := make(chan error)
	l <- func() { started <- command.Start() }
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", p.title, err)
	}
	c := &child{program: p, log: logPath, pidFile: pidPath, process: command.Process, exited: make(chan struct{})}
	go func() {
		_ = command.Wait() // the state has the reason
		c.state = command.ProcessState
		close(c.exited)
	}()
	if err := writePidFile(pidPath, command.Process.Pid, p.stopSignal); err != nil {
		c.stop()
		return nil, err
	}
	return c, nil
}

// stop asks the child to exit and kills it after its timeout.
func (c *child) stop() {
	_ = c.process.Signal(c.stopSignal)
	select {
	case <-c.exited:
	case <-time.After(c.stopTimeout):
		_ = syscall.Kill(-c.process.Pid, syscall.SIGKILL)
		<-c.exited
	}
	_ = os.Remove(c.pidFile)
}

// exitError describes an unexpected exit, with the last line of the log.
func (c *child) exitError() error {
	sentence := fmt.Sprintf("%s ended by itself (%s); its log is %s", c.title, c.state, c.log)
	if last := readLastLine(c.log); last != "" {
		sentence += "; it ends with: " + last
	}
	return errors.New(sentence)
}

// awaitReady polls until isReady returns true, the child exits or the time is
// over.
func (c *child) awaitReady(ctx context.Context, isReady func(context.Context) bool) error {
	ctx, cancel := context.WithTimeoutCause(ctx, startTimeout, fmt.Errorf("%s was not ready within %s; its log is %s", c.title, startTimeout, c.log))
	defer cancel()
	tick := time.NewTicker(30 * time.Millisecond)
	defer tick.Stop()
	for !isReady(ctx) {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-c.exited:
			return c.exitError()
		case <-tick.C:
		}
	}
	return nil
}

func readLastLine(path string) string {
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

// writePidFile records a child, so that the next start can stop it if this
// process is killed.
func writePidFile(path string, pid int, stopSignal syscall.Signal) error {
	line := fmt.Sprintf("%d %d %s\n", pid, stopSignal, processStart(pid))
	if err := os.WriteFile(path, []byte(line), 0o600); err != nil {
		return fmt.Errorf("write the pid file: %w", err)
	}
	return nil
}

// stopLeftover stops the child of a killed supervisor if the process with the
// recorded id is still the same one.
func stopLeftover(path string, timeout time.Duration) (stopped bool) {
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
	stopSignal, signalErr := strconv.Atoi(fields[1])
	if pidErr != nil || signalErr != nil || pid <= 1 || processStart(pid) != fields[2] {
		return false
	}
	_ = syscall.Kill(pid, syscall.Signal(stopSignal))
	for deadline := time.Now().Add(timeout); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if processStart(pid) != fields[2] {
			return true
		}
	}
	_ = syscall.Kill(-pid, syscall.SIGKILL)
	return true
}
