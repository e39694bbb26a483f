package e2e_test

import (
	"net"
	"os"
	"strings"
	"testing"

	"recourse/dev/freeport"
)

// The second start finds the data and does not walk the sample again.
func TestSecondStartWalksNothing(t *testing.T) {
	p := newPlace(t)
	first := p.start(t)
	first.await(t, up)
	first.interrupt(t)
	output, _ := first.output()
	for _, line := range []string{"filed as R", "passed over", "The product stopped", "Temporal stopped", "PostgreSQL stopped"} {
		if strings.Contains(output, line) == (line == "passed over") {
			t.Errorf("about %q:\n%s", line, output)
		}
	}
	second := p.start(t)
	second.await(t, "Ctrl-C stops everything")
	output, _ = second.output()
	if strings.Contains(output, "One sample case") || !strings.Contains(output, "sample/bag.zip") {
		t.Errorf("the second start says:\n%s", output)
	}
	p.assertJournal(t)
	p.assertBag(t)
	second.interrupt(t)
}

func TestWithoutSampleTheDatabaseIsEmpty(t *testing.T) {
	p := newPlace(t)
	s := p.start(t, "--no-sample", "--pace", "60")
	s.await(t, "Ctrl-C stops everything")
	var cases struct{ Items []struct{} }
	p.get(t, "admin", "/cases", &cases)
	if len(cases.Items) != 0 {
		t.Errorf("%d cases", len(cases.Items))
	}
	if info, err := os.Stat(p.data + "/tokens.json"); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("tokens.json: %v, %v", info, err)
	}
	s.interrupt(t)
}

// What stands in the way is said in one sentence; nothing is left running.
func TestWhatStandsInTheWay(t *testing.T) {
	for name, test := range map[string]struct {
		prepare func(*testing.T, place) []string
		says    string
	}{
		"port of the product":      {occupy(0), "for the product is in use"},
		"port of Temporal":         {occupy(1), "for Temporal is in use"},
		"port of the UI":           {occupy(2), "for the Temporal UI is in use"},
		"port of PostgreSQL":       {occupy(3), "for PostgreSQL is in use"},
		"folder not to be written": {func(*testing.T, place) []string { return []string{"--data", "/proc/recourse"} }, "cannot be written"},
		"nonsense":                 {func(*testing.T, place) []string { return []string{"--pace", "0"} }, "--pace must be between"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			s := p.start(t, test.prepare(t, p)...)
			if code := s.exit(t); code != 1 {
				t.Errorf("exit code %d", code)
			}
			output, _ := s.output()
			if !strings.Contains(output, test.says) || strings.Contains(output, "\n") {
				t.Errorf("it says:\n%s", output)
			}
			if _, err := os.Stat(p.data + "/postgres"); err == nil {
				t.Error("something was started")
			}
		})
	}
}

func occupy(index int) func(*testing.T, place) []string {
	return func(t *testing.T, p place) []string {
		t.Helper()
		l, err := net.Listen("tcp", freeport.Address(p.ports[index]))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = l.Close() })
		return nil
	}
}
