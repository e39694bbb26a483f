package api_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"recourse/api"
	"recourse/recovery"
)

// fileWithLink files a case and issues a link to its first counterpart;
// requests as linkHolder use it.
func (s *testServer) fileWithLink(t testing.TB) testResponse {
	t.Helper()
	filed := s.fileCase(t)
	s.linkToken = s.issueLink(t, filed, 0, "").stringField("token")
	return filed
}

// issueLink issues a link to a counterpart of a case.
func (s *testServer) issueLink(t testing.TB, filed testResponse, which int, key string) testResponse {
	t.Helper()
	return s.send(t, testCall{
		as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases/" + filed.stringField("id") + "/links", key: key,
		body: []byte(`{"counterpart_id":"` + filed.counterpartIDs()[which] + `"}`),
	}).wantStatus(http.StatusCreated)
}

// entryKinds returns the kinds of a case's entries.
func (s *testServer) entryKinds(t testing.TB, id string) []recovery.EntryKind {
	t.Helper()
	entries := s.ReadEntries(t, recovery.CaseID(id))
	kinds := make([]recovery.EntryKind, len(entries))
	for i, entry := range entries {
		kinds[i] = entry.Kind
	}
	return kinds
}

func TestLinkTokenIsShownOnce(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	filed := s.fileCase(t)
	first := s.issueLink(t, filed, 0, "k")
	token := first.stringField("token")
	if len(token) != 43 || first.stringField("url") != "/return#"+token {
		t.Errorf("%s", first.body)
	}
	again := s.issueLink(t, filed, 0, "k")
	if again.decodeObject()["token"] != nil || again.decodeObject()["url"] != nil || again.stringField("id") != first.stringField("id") ||
		again.header.Get("Idempotent-Replay") != "true" {
		t.Errorf("the replay contains %s", again.body)
	}
	list := s.get(t, recovery.RoleClaimant, "/api/v1/cases/"+filed.stringField("id")+"/links").wantStatus(http.StatusOK)
	if strings.Contains(string(list.body), token) || !strings.Contains(string(list.body), first.stringField("id")) {
		t.Errorf("%s", list.body)
	}
	raw, kept, err := s.Store.FindResult(t.Context(), s.Actor(recovery.RoleClaimant).ID, "k")
	if err != nil || !kept || strings.Contains(string(raw.Result), token) {
		t.Errorf("stored %v: %s (%v)", kept, raw.Result, err)
	}
}

func TestLinkPermissions(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	filed := s.fileWithLink(t)
	id, body := filed.stringField("id"), []byte(`{"counterpart_id":"`+filed.counterpartIDs()[0]+`"}`)
	for as, want := range map[recovery.Role]int{
		recovery.RoleClaimant: 201, recovery.RoleAgent: 201, recovery.RoleSupervisor: 201, recovery.RoleLegal: 201,
		recovery.RoleAdmin: 403, recovery.RoleAuditor: 403, recovery.RoleCounterpart: 404, otherClaimant: 404, linkHolder: 401, "": 401,
	} {
		issued := s.send(t, testCall{as: as, method: "POST", path: "/api/v1/cases/" + id + "/links", body: body}).wantStatus(want)
		listed := want
		if want == http.StatusCreated {
			listed = http.StatusOK
		}
		s.get(t, as, "/api/v1/cases/"+id+"/links").wantStatus(listed)
		path := "/api/v1/cases/" + id + "/links/019a0000-0000-7000-8000-000000000000"
		if want == 201 {
			path = "/api/v1/cases/" + id + "/links/" + issued.stringField("id")
		}
		gone := s.send(t, testCall{as: as, method: "DELETE", path: path})
		if want == 201 && gone.status != 204 || want != 201 && gone.status != want {
			t.Errorf("%s revokes: %d", as, gone.status)
		}
	}
}

func TestLinkOfAnotherCase(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	one, two := s.fileCase(t), s.fileCase(t)
	link := s.issueLink(t, one, 0, "").stringField("id")
	for _, path := range []string{two.stringField("id") + "/links/" + link, one.stringField("id") + "/links/" + one.stringField("id"), "x/links/" + link, one.stringField("id") + "/links/x"} {
		s.send(t, testCall{as: recovery.RoleClaimant, method: "DELETE", path: "/api/v1/cases/" + path}).problem(http.StatusNotFound, "not_found")
	}
	stranger := `{"counterpart_id":"` + two.counterpartIDs()[0] + `"}`
	p := s.send(t, testCall{as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases/" + one.stringField("id") + "/links", body: []byte(stranger)}).problem(422, "invalid")
	if !p.namesField("counterpart_id") {
		t.Errorf("%+v", p)
	}
}

func TestRevokedLink(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	filed := s.fileCase(t)
	id := filed.stringField("id")
	first := s.issueLink(t, filed, 0, "")
	s.linkToken = first.stringField("token")
	s.get(t, linkHolder, "/api/v1/return").wantStatus(http.StatusOK)
	second := s.issueLink(t, filed, 0, "") // revokes the first
	s.checkLinkEnded(t)
	s.linkToken = second.stringField("token")
	s.get(t, linkHolder, "/api/v1/return").wantStatus(http.StatusOK)
	for range 2 {
		s.send(t, testCall{as: recovery.RoleClaimant, method: "DELETE", path: "/api/v1/cases/" + id + "/links/" + second.stringField("id")}).wantStatus(http.StatusNoContent)
	}
	s.checkLinkEnded(t)
	want := []recovery.EntryKind{
		recovery.EntryCaseFiled, recovery.EntryLinkIssued, recovery.EntryLinkOpened, recovery.EntryLinkIssued,
		recovery.EntryLinkRevoked, recovery.EntryLinkOpened, recovery.EntryLinkRevoked,
	}
	if got := s.entryKinds(t, id); !slices.Equal(got, want) {
		t.Errorf("journal %v, want %v", got, want)
	}
	s.linkToken = strings.Repeat("A", 43)
	s.get(t, linkHolder, "/api/v1/return").problem(http.StatusUnauthorized, "unauthenticated")
	s.get(t, recovery.RoleClaimant, "/api/v1/return").problem(http.StatusUnauthorized, "unauthenticated")
}

// checkLinkEnded sends every request a link allows and expects that the link
// has ended.
func (s *testServer) checkLinkEnded(t testing.TB) {
	t.Helper()
	s.get(t, linkHolder, "/api/v1/return").problem(http.StatusGone, "link_ended")
	body, media := multipartBody(t, formPart{"kind", "", "other"}, formPart{"file", "a.png", png})
	for path, c := range map[string]testCall{
		"response": {body: []byte(`{"kind":"refused"}`)}, "plan": {body: []byte(validBodies()["ReturnPlan"])},
		"plan/answer": {body: []byte(`{"accept":true}`)}, "harassment": {body: []byte(`{"text":"x"}`)}, "evidence": {body: body, media: media},
	} {
		c.as, c.method, c.path = linkHolder, "POST", "/api/v1/return/"+path
		s.send(t, c).problem(http.StatusGone, "link_ended")
	}
	if s.countBlobs() != 0 {
		t.Errorf("%d files are left", s.countBlobs())
	}
}

func TestRefuseLinkToClosedCase(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	filed := s.fileCase(t)
	id := filed.stringField("id")
	s.takeAction(t, recovery.RoleClaimant, id, recovery.Withdraw, `{"reason":"x"}`).wantStatus(http.StatusOK)
	body := []byte(`{"counterpart_id":"` + filed.counterpartIDs()[0] + `"}`)
	s.send(t, testCall{as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases/" + id + "/links", body: body}).problem(http.StatusConflict, "action_not_allowed")
}
