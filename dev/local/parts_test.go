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
)

func TestParse(t *testing.T) {
	t.Parallel()
	none := func(string) string { return "" }
	o, err := Parse([]string{"--pace", "3600", "--addr", "127.0.0.1:9000", "--no-sample"}, none, "/src/dev/bin/stack", io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if o.Pace != 3600 || o.Addr != "127.0.0.1:9000" || !o.NoSample || o.Product != "/src/bin/recourse" || o.Data != "/src/.recourse" {
		t.Errorf("got %+v", o)
	}
	for _, args := range []string{"--pace 0", "--pace 2000000", "--addr nowhere", "--ui-port 70000", "--postgres-port -1", "--unknown", "word"} {
		if _, err := Parse(strings.Fields(args), none, "/src/dev/bin/stack", io.Discard); err == nil {
			t.Errorf("%s was accepted", args)
		}
	}
	if _, err := Parse([]string{"--help"}, none, "/src/dev/bin/stack", io.Discard); !errors.Is(err, ErrHelp) {
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

func TestChooseTools(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		found   []toolset
		written string
		want    int
		says    string
	}{
		"the newest":           {[]toolset{{"a", 15}, {"b", 17}, {"c", 16}}, "", 17, ""},
		"what wrote the data":  {[]toolset{{"a", 15}, {"b", 17}}, "15", 15, ""},
		"none":                 {nil, "", 0, "are missing"},
		"too old":              {[]toolset{{"a", 13}}, "", 0, "PostgreSQL 13 in a is too old"},
		"data of a lost major": {[]toolset{{"a", 15}}, "16", 0, "written by PostgreSQL 16"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := chooseTools(test.found, test.written)
			if test.says == "" {
				if err != nil || got.major != test.want {
					t.Fatalf("got %+v, %v", got, err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), test.says) || strings.Contains(err.Error(), "\n") {
				t.Fatalf("got %v", err)
			}
		})
	}
}

func TestMajorOf(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]int{
		"postgres (PostgreSQL) 15.19 (Debian 15.19-0+deb12u1)\n": 15, "postgres (PostgreSQL) 18beta1": 18,
		"postgres (PostgreSQL) 9.6.3": 9, "postgres (PostgreSQL) 17": 17, "postgres 15": 0, "": 0, "postgres (PostgreSQL) devel": 0,
	} {
		if got := majorOf(version); got != want {
			t.Errorf("%q is %d", version, got)
		}
	}
}

func TestReachable(t *testing.T) {
	t.Parallel()
	closed := filepath.Join(t.TempDir(), "closed")
	inner := filepath.Join(closed, "inner")
	if err := os.MkdirAll(inner, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	if reachable(inner) || !reachable("/") {
		t.Error("a closed folder counts as open, or the root as closed")
	}
}

// A checkout in root's home cannot be entered by the server's account: the
// cluster then lies elsewhere, and the data folder leads there.
func TestClusterDirIsWhereItsAccountCanReach(t *testing.T) {
	t.Parallel()
	data := t.TempDir() // closed to everybody else
	account, err := serverAccount()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := clusterDir(data, account)
	if err != nil {
		t.Fatal(err)
	}
	if account != nil {
		t.Cleanup(func() { _ = os.RemoveAll(dir) })
	}
	if reached := account == nil || reachable(filepath.Dir(dir)); !reached {
		t.Errorf("%s cannot be reached by %s", dir, account.Username)
	}
	again, err := clusterDir(data, account)
	if err != nil || again != dir {
		t.Errorf("the second time it is %s, not %s, %v", again, dir, err)
	}
	if target, err := filepath.EvalSymlinks(filepath.Join(data, "postgres")); err != nil || target != dir {
		t.Errorf("the data folder leads to %s, %v", target, err)
	}
}

func sleeper(t *testing.T) (*exec.Cmd, chan struct{}) {
	t.Helper()
	command := exec.Command("sleep", "600")
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	gone := make(chan struct{})
	go func() { _ = command.Wait(); close(gone) }()
	t.Cleanup(func() { _ = command.Process.Kill(); <-gone })
	return command, gone
}

func TestStopLeftoverEndsOurs(t *testing.T) {
	t.Parallel()
	command, gone := sleeper(t)
	file := filepath.Join(t.TempDir(), "sleep.pid")
	if err := writePid(file, command.Process.Pid, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if !stopLeftover(file, 10*time.Second) {
		t.Fatal("it was not recognised")
	}
	<-gone
	if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the note stays: %v", err)
	}
}

func TestStopLeftoverSparesOthers(t *testing.T) {
	t.Parallel()
	command, _ := sleeper(t)
	pid := strconv.Itoa(command.Process.Pid)
	for name, note := range map[string]string{
		"same number, other start": pid + " 15 another-boot/1", "no start": pid + " 15 ", "not a note": "hello",
		"empty": "", "init": "1 15 " + startedAt(1), "words": "a b c",
	} {
		file := filepath.Join(t.TempDir(), "x.pid")
		if err := os.WriteFile(file, []byte(note), 0o600); err != nil {
			t.Fatal(err)
		}
		if stopLeftover(file, time.Second) {
			t.Errorf("%s: taken for ours", name)
		}
	}
	if startedAt(command.Process.Pid) == "" {
		t.Error("somebody else's process was ended")
	}
}

func TestProgressShowsWhatTakesLong(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	now := time.Unix(0, 0)
	p := NewProgress(&out, func() time.Time { now = now.Add(3 * time.Second); return now })
	p.quiet = time.Millisecond
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
	p.quiet, p.terminal = time.Millisecond, true
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

// watcher tells when something was written for the first time.
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
