package dossier

import (
	"slices"
	"testing"

	"recourse/recovery"
)

// A paper that claimants can request must also be printed.
func TestEveryPaperIsPrinted(t *testing.T) {
	t.Parallel()
	w := mustWording(t)
	for _, paper := range recovery.Papers {
		if _, known := w.forms[string(paper)]; !known {
			t.Errorf("the paper %s has no form", paper)
		}
		for _, audience := range []recovery.Audience{recovery.ForCourt, recovery.ForArchive} {
			if !slices.ContainsFunc(w.Plans[audience], func(s step) bool { return s[0] == string(paper) }) {
				t.Errorf("the dossier for %s never holds the paper %s", audience, paper)
			}
		}
	}
	for _, paper := range recovery.PapersOnRequest {
		if _, known := w.find("paper", string(paper)); !known {
			t.Errorf("the paper %s has no name in the journal", paper)
		}
	}
}
