package api_test

import (
	"net/http"
	"testing"

	"recourse/api"
	"recourse/recovery"
)

// TestCaseSignals: the staff reads related cases; others learn nothing of them.
func TestCaseSignals(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	first, second := s.fileCase(t).stringField("id"), s.fileCase(t).stringField("id")
	path := "/api/v1/cases/" + second + "/signals"
	found := s.get(t, recovery.RoleAgent, path).wantStatus(http.StatusOK).decodeObject()
	related, _ := found["related"].([]any)
	if len(related) != 1 || related[0].(map[string]any)["case_id"] != first || related[0].(map[string]any)["overlap"] != "same_payee" || found["caution"] == "" {
		t.Errorf("%v", found)
	}
	s.get(t, recovery.RoleClaimant, path).problem(http.StatusForbidden, "forbidden")
	s.get(t, recovery.RoleAgent, "/api/v1/cases/x/signals").problem(http.StatusNotFound, "not_found")
}
