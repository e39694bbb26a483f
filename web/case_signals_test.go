package web_test

import (
	"strings"
	"testing"

	"recourse/recovery"
)

// TestSignalsOnThePage: the staff sees other cases with the same payee beside the files;
// the claimant sees no such section.
func TestSignalsOnThePage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	first, second := s.FileCase(t), s.FileCase(t)
	page := s.signIn(t, recovery.RoleAgent).get("/desk/cases/" + string(second.Number))
	for _, want := range []string{"值得再看一眼", "没有也不说明", "同一个收款人", `href="/desk/cases/` + string(first.Number) + `"`} {
		if !strings.Contains(page.Body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if page := s.signIn(t, recovery.RoleClaimant).get("/cases/" + string(second.Number)); strings.Contains(page.Body, "值得再看一眼") || strings.Contains(page.Body, string(first.Number)) {
		t.Error("the claimant sees the signals")
	}
}
