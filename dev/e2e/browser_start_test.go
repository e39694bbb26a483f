package e2e_test

import (
	"strings"
	"testing"
)

// A real browser uses the pages of the whole stack, from the first question to the
// downloaded dossier.
func TestBrowserWalk(t *testing.T) {
	p := newTestStack(t)
	s := p.startRun(t, "--no-sample")
	s.awaitOutput(t, "Ctrl-C stops everything")
	if number := walkByHand(t, "http://"+p.addr); !strings.HasPrefix(number, "R") {
		t.Errorf("the case has no number: %q", number)
	}
	s.interrupt(t)
}
