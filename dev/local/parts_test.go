package local

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"recourse/postgres/pgcluster"
)

func TestParseOptions(t *testing.T) {
	t.Parallel()
	none := func(string) string { return "" }
	o, err := ParseOptions([]string{"--pace", "3600", "--addr", "127.0.0.1:9000", "--no-sample"}, none, "/src/dev/bin/stack", io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if o.Pace != 3600 || o.Addr != "127.0.0.1:9000" || !o.NoSample || o.Product != "/src/bin/recourse" || o.Data != "/src/.recourse" {
		t.Errorf("got %+v", o)
	}
	for _, args := range []string{"--pace 0", "--pace 2000000", "--addr nowhere", "--ui-port 70000", "--postgres-port -1", "--unknown", "word"} {
		if _, err := ParseOptions(strings.Fields(args), none, "/src/dev/bin/stack", io.Discard); err == nil {
			t.Errorf("%s was accepted", args)
		}
	}
	if _, err := ParseOptions([]string{"--help"}, none, "/src/dev/bin/stack", io.Discard); !errors.Is(err, ErrHelp) {
		t.Errorf("help gives %v", err)
	}
}

func TestBaseURL(t *testing.T) {
	t.Parallel()
	for addr, want := range map[string]string{
		"127.0.0.1:8080": "http://127.0.0.1:8080", "0.0.0.0:80": "http://127.0.0.1:80", ":81": "http://127.0.0.1:81",
		"[::]:82": "http://127.0.0.1:82", "desk.example:83": "http://desk.example:83",
	} {
		if got := (Options{Addr: addr}).BaseURL(); got != want {
			t.Errorf("%s: %s", addr, got)
		}
	}
}

func TestIsReachable(t *testing.T) {
	t.Parallel()
	closed := filepath.Join(t.TempDir(), "closed")
	inner := filepath.Join(closed, "inner")
	if err := os.MkdirAll(inner, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	if isReachable(inner) || !isReachable("/") {
		t.Error("a closed folder counts as open, or the root as closed")
	}
}

// The server's account has no access to a checkout in root's home: the cluster
// is then in another folder, and the data folder links to it.
func TestClusterDirIsReachableForItsAccount(t *testing.T) {
	t.Parallel()
	data := t.TempDir() // closed to other users
	account, err := pgcluster.FindAccount()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := makeClusterDir(data, account)
	if err != nil {
		t.Fatal(err)
	}
	if !account.IsCurrentUser() {
		t.Cleanup(func() { _ = os.RemoveAll(dir) })
	}
	if !account.IsCurrentUser() && !isReachable(filepath.Dir(dir)) {
		t.Errorf("%s is not reachable for %s", dir, account.Name)
	}
	again, err := makeClusterDir(data, account)
	if err != nil || again != dir {
		t.Errorf("the second time it is %s, not %s, %v", again, dir, err)
	}
	if target, err := filepath.EvalSymlinks(filepath.Join(data, "postgres")); err != nil || target != dir {
		t.Errorf("the data folder links to %s, %v", target, err)
	}
}

func startSleeper(t *testing.T) (*exec.Cmd, chan struct{}) {
	t.Helper()
	command := exec.Command("sleep", "600")
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	exited := make(chan struct{})
	go func() { _ = command.Wait(); close(exited) }()
	t.Cleanup(func() { _ = command.Process.Kill(); <-exited })
	return command, exited
}

func TestStopLeftoverStopsOurChild(t *testing.T) {
	t.Parallel()
	command, exited := startSleeper(t)
	file := filepath.Join(t.TempDir(), "sleep.pid")
	if err := writePidFile(file, command.Process.Pid, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if !stopLeftover(file, 10*time.Second) {
		t.Fatal("the child was not recognised")
	}
	<-exited
	if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the pid file is still there: %v", err)
	}
}

func TestStopLeftoverSparesOtherProcesses(t *testing.T) {
	t.Parallel()
	command, _ := startSleeper(t)
	pid := strconv.Itoa(command.Process.Pid)
	for name, content := range map[string]string{
		"same number, other start": pid + " 15 another-boot/1", "no start": pid + " 15 ", "not a pid file": "hello",
		"empty": "", "init": "1 15 " + processStart(1), "words": "a b c",
	} {
		file := filepath.Join(t.TempDir(), "x.pid")
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if stopLeftover(file, time.Second) {
			t.Errorf("%s: stopped", name)
		}
	}
	if processStart(command.Process.Pid) == "" {
		t.Error("another process was stopped")
	}
}

func TestProgressShowsWhatTakesLong(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	now := time.Unix(0, 0)
	p := NewProgress(&out, func() time.Time { now = now.Add(3 * time.Second); return now })
	p.announceAfter = time.Millisecond
	announced := make(chan struct{})
	watch := &watcher{Writer: &out, seen: announced}
	p.out = watch
	if err := p.During("PostgreSQL", func() error { <-announced; return nil }); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); got != "  … PostgreSQL\n  ✓ PostgreSQL (3.0 s)\n" {
		t.Errorf("got %q", got)
	}
}

func TestProgressCountsOnATerminal(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	now := time.Unix(0, 0)
	p := NewProgress(&out, func() time.Time { now = now.Add(2 * time.Second); return now })
	p.announceAfter, p.terminal = time.Millisecond, true
	announced := make(chan struct{})
	p.out = &watcher{Writer: &out, seen: announced}
	failed := errors.New("no")
	if err := p.During("Temporal", func() error { <-announced; return failed }); !errors.Is(err, failed) {
		t.Fatal(err)
	}
	if got := out.String(); got != "\r  … Temporal (2 s)\r\x1b[K" {
		t.Errorf("got %q", got)
	}
}

// watcher closes seen at the first write.
type watcher struct {
	io.Writer
	seen chan struct{}
	done bool
}

func (w *watcher) Write(p []byte) (int, error) {
	n, err := w.Writer.Write(p)
	if !w.done {
		w.done = true
		close(w.seen)
	}
	return n, err
}
