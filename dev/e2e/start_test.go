package e2e_test

import (
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"recourse/dev/freeport"
)

// The second start uses the data and does not run the sample case again.
func TestSecondStartRunsNoSample(t *testing.T) {
	p := newTestStack(t)
	first := p.startRun(t)
	first.awaitOutput(t, upMessage)
	first.interrupt(t)
	output, _ := first.output()
	for _, line := range []string{"filed as R", "skipped", "The product stopped", "Temporal stopped", "PostgreSQL stopped"} {
		if strings.Contains(output, line) == (line == "skipped") {
			t.Errorf("about %q:\n%s", line, output)
		}
	}
	second := p.startRun(t)
	second.awaitOutput(t, "Ctrl-C stops everything")
	output, _ = second.output()
	if strings.Contains(output, "One sample case") || !strings.Contains(output, "sample/bag.zip") {
		t.Errorf("the second start prints:\n%s", output)
	}
	p.assertJournal(t)
	p.assertBag(t)
	second.interrupt(t)
	p.assertPrivate(t)
}

// assertPrivate checks that only their owner may read the files in the data folder.
func (p testStack) assertPrivate(t *testing.T) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(p.data, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		if files++; info.Mode().IsRegular() && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %s", path, info.Mode())
		}
		return nil
	})
	if err != nil || files < 20 {
		t.Errorf("%d files, %v", files, err)
	}
}

func TestWithoutSampleTheDatabaseIsEmpty(t *testing.T) {
	p := newTestStack(t)
	s := p.startRun(t, "--no-sample", "--pace", "60")
	s.awaitOutput(t, "Ctrl-C stops everything")
	var cases struct{ Items []struct{} }
	p.getJSON(t, "admin", "/cases", &cases)
	if len(cases.Items) != 0 {
		t.Errorf("%d cases", len(cases.Items))
	}
	if info, err := os.Stat(p.data + "/tokens.json"); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("tokens.json: %v, %v", info, err)
	}
	s.interrupt(t)
}

// A start error is one sentence, and nothing keeps running.
func TestStartErrorsAreOneSentence(t *testing.T) {
	for name, test := range map[string]struct {
		prepare func(*testing.T, testStack) []string
		want    string
	}{
		"port of the product": {occupyPort(0), "for the product is in use"},
		"port of Temporal":    {occupyPort(1), "for Temporal is in use"},
		"port of the UI":      {occupyPort(2), "for the Temporal UI is in use"},
		"port of PostgreSQL":  {occupyPort(3), "for PostgreSQL is in use"},
		"unwritable folder":   {func(*testing.T, testStack) []string { return []string{"--data", "/proc/recourse"} }, "cannot be written"},
		"nonsense":            {func(*testing.T, testStack) []string { return []string{"--pace", "0"} }, "--pace must be between"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newTestStack(t)
			s := p.startRun(t, test.prepare(t, p)...)
			if code := s.awaitExit(t); code != 1 {
				t.Errorf("exit code %d", code)
			}
			output, _ := s.output()
			if !strings.Contains(output, test.want) || strings.Contains(output, "\n") {
				t.Errorf("it prints:\n%s", output)
			}
			if _, err := os.Stat(p.data + "/postgres"); err == nil {
				t.Error("something was started")
			}
		})
	}
}

func occupyPort(index int) func(*testing.T, testStack) []string {
	return func(t *testing.T, p testStack) []string {
		t.Helper()
		l, err := net.Listen("tcp", freeport.Address(p.ports[index]))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = l.Close() })
		return nil
	}
}
