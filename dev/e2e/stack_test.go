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

// limit is how long any one thing may take to happen.
const limit = 3 * time.Minute

func TestMain(m *testing.M) {
	build := exec.Command("make", "-s", "-C", "../..", "build")
	build.Stdout, build.Stderr = os.Stderr, os.Stderr
	if err := build.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "the programs cannot be built:", err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// place is a data folder and the ports that go with it; several runs follow
// each other in it.
type place struct {
	data  string
	addr  string
	ports [4]int // product, Temporal, its UI, PostgreSQL
}

func newPlace(t *testing.T) place {
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
	p := place{data: filepath.Join(dir, "data"), addr: freeport.Address(ports[0])}
	copy(p.ports[:], ports)
	return p
}

// stack is one run of dev/bin/stack.
type stack struct {
	place
	command *exec.Cmd
	ended   chan error

	mu    sync.Mutex
	lines []string
	more  chan struct{} // closed and replaced at every line
}

func (p place) start(t *testing.T, args ...string) *stack {
	t.Helper()
	s := &stack{place: p, ended: make(chan error, 1), more: make(chan struct{})}
	s.command = exec.Command("../bin/stack", append([]string{
		"--data", p.data, "--addr", p.addr, "--temporal-port", strconv.Itoa(p.ports[1]),
		"--ui-port", strconv.Itoa(p.ports[2]), "--postgres-port", strconv.Itoa(p.ports[3]),
	}, args...)...)
	s.command.Env = withoutServers(os.Environ())
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	s.command.Stdout, s.command.Stderr = write, write
	if err := s.command.Start(); err != nil {
		t.Fatal(err)
	}
	_ = write.Close()
	go s.listen(read)
	t.Cleanup(func() { _ = s.command.Process.Kill() })
	return s
}

// withoutServers keeps the tests' own databases out of the stack.
func withoutServers(env []string) []string {
	var kept []string
	for _, variable := range env {
		if !strings.HasPrefix(variable, "DATABASE_URL=") && !strings.HasPrefix(variable, "TEMPORAL_ADDRESS=") {
			kept = append(kept, variable)
		}
	}
	return kept
}

func (s *stack) listen(from *os.File) {
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

func (s *stack) output() (string, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.lines, "\n"), s.more
}

// await returns when the stack has said it.
func (s *stack) await(t *testing.T, text string) {
	t.Helper()
	over := time.After(limit)
	for {
		output, more := s.output()
		if strings.Contains(output, text) {
			return
		}
		select {
		case <-more:
		case err := <-s.ended:
			t.Fatalf("ended (%v) before it said %q:\n%s", err, text, output)
		case <-over:
			t.Fatalf("never said %q:\n%s", text, output)
		}
	}
}

// exit waits for the end and gives the exit code.
func (s *stack) exit(t *testing.T) int {
	t.Helper()
	select {
	case err := <-s.ended:
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			return exit.ExitCode()
		}
		return 0
	case <-time.After(limit):
		output, _ := s.output()
		t.Fatalf("it does not end:\n%s", output)
		return -1
	}
}

// interrupt is Ctrl-C. It must end everything well, within seconds.
func (s *stack) interrupt(t *testing.T) {
	t.Helper()
	began := time.Now()
	if err := s.command.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if code := s.exit(t); code != 0 {
		output, _ := s.output()
		t.Errorf("Ctrl-C ends with %d:\n%s", code, output)
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("stopping took %s", took)
	}
	s.assertNothingRuns(t)
}

func (p place) assertNothingRuns(t *testing.T) {
	t.Helper()
	for _, port := range p.ports {
		if err := freeport.Check(port); err != nil {
			t.Errorf("something still listens: %v", err)
		}
	}
	found, err := exec.Command("pgrep", "-f", p.data).Output()
	if err == nil && len(bytes.TrimSpace(found)) > 0 {
		t.Errorf("processes left: %s", bytes.Fields(found))
	}
}

// pid is the process a child of the stack runs as.
func (p place) pid(t *testing.T, name string) int {
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

func (p place) kill(t *testing.T, name string) {
	t.Helper()
	if err := syscall.Kill(p.pid(t, name), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
}

// get asks the product as one of the development accounts.
func (p place) get(t *testing.T, as, path string, into any) {
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
