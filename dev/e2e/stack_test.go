package e2e_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"recourse/dev/freeport"
)

// waitLimit is how long a test waits for one event.
const waitLimit = 3 * time.Minute

func TestMain(m *testing.M) {
	build := exec.Command("make", "-s", "-C", "../..", "build")
	build.Stdout, build.Stderr = os.Stderr, os.Stderr
	if err := build.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "the programs cannot be built:", err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// testStack is a data folder with ports. Several runs may use it in turn.
type testStack struct {
	data  string
	addr  string
	ports [4]int // product, Temporal, its UI, PostgreSQL
}

func newTestStack(t *testing.T) testStack {
	t.Helper()
	ports, release, err := freeport.Reserve(4)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(release)
	dir, err := os.MkdirTemp("", "recourse-e2e-") //nolint:usetesting // PostgreSQL, another user, could not reach t.TempDir
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Log("kept for inspection:", dir)
			return
		}
		_ = os.RemoveAll(dir)
	})
	p := testStack{data: filepath.Join(dir, "data"), addr: freeport.Address(ports[0])}
	copy(p.ports[:], ports)
	return p
}

// stackRun is one run of dev/bin/stack.
type stackRun struct {
	testStack
	command *exec.Cmd
	ended   chan error

	mu    sync.Mutex
	lines []string
	more  chan struct{} // closed and replaced at every line
}

func (p testStack) startRun(t *testing.T, args ...string) *stackRun {
	t.Helper()
	s := &stackRun{testStack: p, ended: make(chan error, 1), more: make(chan struct{})}
	s.command = exec.Command("../bin/stack", append([]string{
		"--data", p.data, "--addr", p.addr, "--temporal-port", strconv.Itoa(p.ports[1]),
		"--ui-port", strconv.Itoa(p.ports[2]), "--postgres-port", strconv.Itoa(p.ports[3]),
	}, args...)...)
	s.command.Env = removeServerVariables(os.Environ())
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	s.command.Stdout, s.command.Stderr = write, write
	if err := s.command.Start(); err != nil {
		t.Fatal(err)
	}
	_ = write.Close()
	go s.readOutput(read)
	t.Cleanup(func() { _ = s.command.Process.Kill() })
	return s
}

// removeServerVariables makes the stack start its own servers.
func removeServerVariables(env []string) []string {
	var kept []string
	for _, variable := range env {
		if !strings.HasPrefix(variable, "DATABASE_URL=") && !strings.HasPrefix(variable, "TEMPORAL_ADDRESS=") {
			kept = append(kept, variable)
		}
	}
	return kept
}

func (s *stackRun) readOutput(from *os.File) {
	scanner := bufio.NewScanner(from)
	for scanner.Scan() {
		s.mu.Lock()
		s.lines = append(s.lines, scanner.Text())
		close(s.more)
		s.more = make(chan struct{})
		s.mu.Unlock()
	}
	_ = from.Close()
	s.ended <- s.command.Wait()
}

func (s *stackRun) output() (string, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.lines, "\n"), s.more
}

// awaitOutput waits until the output contains text.
func (s *stackRun) awaitOutput(t *testing.T, text string) {
	t.Helper()
	over := time.After(waitLimit)
	for {
		output, more := s.output()
		if strings.Contains(output, text) {
			return
		}
		select {
		case <-more:
		case err := <-s.ended:
			t.Fatalf("ended (%v) before %q:\n%s", err, text, output)
		case <-over:
			t.Fatalf("no output %q:\n%s", text, output)
		}
	}
}

// awaitExit returns the exit code.
func (s *stackRun) awaitExit(t *testing.T) int {
	t.Helper()
	select {
	case err := <-s.ended:
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			return exit.ExitCode()
		}
		return 0
	case <-time.After(waitLimit):
		output, _ := s.output()
		t.Fatalf("it does not exit:\n%s", output)
		return -1
	}
}

// interrupt sends Ctrl-C, which must stop everything cleanly within seconds.
func (s *stackRun) interrupt(t *testing.T) {
	t.Helper()
	began := time.Now()
	if err := s.command.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if code := s.awaitExit(t); code != 0 {
		output, _ := s.output()
		t.Errorf("Ctrl-C ends with %d:\n%s", code, output)
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("stopping took %s", took)
	}
	s.assertNothingRuns(t)
}

func (p testStack) assertNothingRuns(t *testing.T) {
	t.Helper()
	for _, port := range p.ports {
		if err := freeport.CheckUnused(port); err != nil {
			t.Errorf("something still listens: %v", err)
		}
	}
	found, err := exec.Command("pgrep", "-f", p.data).Output()
	if err == nil && len(bytes.TrimSpace(found)) > 0 {
		t.Errorf("processes left: %s", bytes.Fields(found))
	}
}

// readPid returns the process id of a child.
func (p testStack) readPid(t *testing.T, name string) int {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(p.data, "run", name+".pid"))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.Fields(string(content))[0])
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

func (p testStack) killChild(t *testing.T, name string) {
	t.Helper()
	if err := syscall.Kill(p.readPid(t, name), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
}

// getJSON reads from the product with a development account.
func (p testStack) getJSON(t *testing.T, as, path string, into any) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(p.data, "tokens.json"))
	if err != nil {
		t.Fatal(err)
	}
	tokens := map[string]string{}
	if err := json.Unmarshal(content, &tokens); err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+p.addr+"/api/v1"+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+tokens[as])
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %s", path, response.Status)
	}
	if err := json.NewDecoder(response.Body).Decode(into); err != nil {
		t.Fatal(err)
	}
}
