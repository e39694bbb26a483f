package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"recourse/api"
	"recourse/recovery"
)

func TestPreviewAndAgree(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	id := s.fileCase(t).stringField("id")
	exports := "/api/v1/cases/" + id + "/exports"
	order := func(body string) testCall {
		return testCall{as: recovery.RoleClaimant, method: "POST", path: exports, body: []byte(body)}
	}
	c, err := s.Store.ReadCase(t.Context(), recovery.CaseID(id))
	failOnError(t, err)
	reader := string(c.Counterparts[0].ID)
	forReader := func(more string) testCall {
		return order(fmt.Sprintf(`{"audience":"opponent","counterpart_id":%q%s}`, reader, more))
	}
	s.send(t, order(`{"audience":"opponent","confirm":true}`)).wantStatus(http.StatusUnprocessableEntity) // of several, whom
	refused := s.send(t, forReader("")).wantStatus(http.StatusConflict)
	if refused.stringField("code") != "confirm_needed" || !strings.Contains(refused.stringField("detail"), "preview") {
		t.Errorf("refused with %s", refused.body)
	}
	seen := s.get(t, recovery.RoleClaimant, exports+"/preview?audience=opponent&counterpart_id="+reader).wantStatus(http.StatusOK)
	s.send(t, forReader(fmt.Sprintf(`,"agreed":"%s"`, strings.Repeat("a", 64)))).wantStatus(http.StatusConflict)
	s.send(t, forReader(fmt.Sprintf(`,"agreed":%q`, seen.stringField("preview")))).wantStatus(http.StatusAccepted)
	s.send(t, forReader(`,"confirm":true`)).wantStatus(http.StatusAccepted)
}

func TestPreviewForOneCounterpart(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	filed := s.fileCase(t)
	id := filed.stringField("id")
	c, err := s.Store.ReadCase(t.Context(), recovery.CaseID(id))
	failOnError(t, err)
	path := "/api/v1/cases/" + id + "/exports/preview?audience=opponent&counterpart_id="
	seen := s.get(t, recovery.RoleClaimant, path+string(c.Counterparts[0].ID)).wantStatus(http.StatusOK)
	if seen.stringField("counterpart_id") != string(c.Counterparts[0].ID) {
		t.Errorf("%s", seen.body)
	}
	s.get(t, recovery.RoleClaimant, path+id).wantStatus(http.StatusUnprocessableEntity)
	s.get(t, recovery.RoleAgent, path+string(c.Counterparts[0].ID)).wantStatus(http.StatusForbidden)
}
