package e2e_test

import (
	"strings"
	"testing"
)

// The pages lead from the first question to the saved dossier, by hand, in a
// real browser on the whole stack.
func TestBrowserWalk(t *testing.T) {
	p := newPlace(t)
	s := p.start(t, "--no-sample")
	s.await(t, "Ctrl-C stops everything")
	if number := walkByHand(t, "http://"+p.addr); !strings.HasPrefix(number, "R") {
		t.Errorf("the case has no number: %q", number)
	}
	s.interrupt(t)
}
