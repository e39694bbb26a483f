package api_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"recourse/api"
	"recourse/recovery"
)

// linked files a case and gives its first counterpart a link, by which holder
// comes from then on.
func (s *stand) linked(t testing.TB) answer {
	t.Helper()
	filed := s.file(t)
	s.link = s.issue(t, filed, 0, "").text("token")
	return filed
}

// issue makes a link for a counterpart of a case.
func (s *stand) issue(t testing.TB, filed answer, which int, key string) answer {
	t.Helper()
	return s.do(t, call{
		as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases/" + filed.text("id") + "/links", key: key,
		body: []byte(`{"counterpart_id":"` + filed.counterparts()[which] + `"}`),
	}).is(http.StatusCreated)
}

// kinds lists the entries of a case.
func (s *stand) kinds(t testing.TB, id string) []recovery.EntryKind {
	t.Helper()
	entries := s.Entries(t, recovery.CaseID(id))
	kinds := make([]recovery.EntryKind, len(entries))
	for i, entry := range entries {
		kinds[i] = entry.Kind
	}
	return kinds
}

func TestATokenIsToldOnce(t *testing.T) {
	t.Parallel()
	s := newStand(t, api.Options{})
	filed := s.file(t)
	first := s.issue(t, filed, 0, "k")
	token := first.text("token")
	if len(token) != 43 || first.text("url") != "/return#"+token {
		t.Errorf("%s", first.body)
	}
	again := s.issue(t, filed, 0, "k")
	if again.object()["token"] != nil || again.object()["url"] != nil || again.text("id") != first.text("id") ||
		again.header.Get("Idempotent-Replay") != "true" {
		t.Errorf("the repetition tells %s", again.body)
	}
	list := s.get(t, recovery.RoleClaimant, "/api/v1/cases/"+filed.text("id")+"/links").is(http.StatusOK)
	if strings.Contains(string(list.body), token) || !strings.Contains(string(list.body), first.text("id")) {
		t.Errorf("%s", list.body)
	}
	raw, kept, err := s.Store.Answer(t.Context(), s.Actor(recovery.RoleClaimant).ID, "k")
	if err != nil || !kept || strings.Contains(string(raw.Answer), token) {
		t.Errorf("kept %v: %s (%v)", kept, raw.Answer, err)
	}
}

func TestWhoDealsWithLinks(t *testing.T) {
	t.Parallel()
	s := newStand(t, api.Options{})
	filed := s.linked(t)
	id, body := filed.text("id"), []byte(`{"counterpart_id":"`+filed.counterparts()[0]+`"}`)
	for as, want := range map[recovery.Role]int{
		recovery.RoleClaimant: 201, recovery.RoleAgent: 201, recovery.RoleSupervisor: 201, recovery.RoleLegal: 201,
		recovery.RoleAdmin: 403, recovery.RoleAuditor: 403, recovery.RoleCounterpart: 404, other: 404, holder: 401, "": 401,
	} {
		issued := s.do(t, call{as: as, method: "POST", path: "/api/v1/cases/" + id + "/links", body: body}).is(want)
		listed := want
		if want == http.StatusCreated {
			listed = http.StatusOK
		}
		s.get(t, as, "/api/v1/cases/"+id+"/links").is(listed)
		path := "/api/v1/cases/" + id + "/links/019a0000-0000-7000-8000-000000000000"
		if want == 201 {
			path = "/api/v1/cases/" + id + "/links/" + issued.text("id")
		}
		gone := s.do(t, call{as: as, method: "DELETE", path: path})
		if want == 201 && gone.status != 204 || want != 201 && gone.status != want {
			t.Errorf("%s revokes: %d", as, gone.status)
		}
	}
}

func TestALinkOfAnotherCase(t *testing.T) {
	t.Parallel()
	s := newStand(t, api.Options{})
	one, two := s.file(t), s.file(t)
	link := s.issue(t, one, 0, "").text("id")
	for _, path := range []string{two.text("id") + "/links/" + link, one.text("id") + "/links/" + one.text("id"), "x/links/" + link, one.text("id") + "/links/x"} {
		s.do(t, call{as: recovery.RoleClaimant, method: "DELETE", path: "/api/v1/cases/" + path}).problem(http.StatusNotFound, "not_found")
	}
	stranger := `{"counterpart_id":"` + two.counterparts()[0] + `"}`
	p := s.do(t, call{as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases/" + one.text("id") + "/links", body: []byte(stranger)}).problem(422, "invalid")
	if !p.names("counterpart_id") {
		t.Errorf("%+v", p)
	}
}

func TestALinkEnds(t *testing.T) {
	t.Parallel()
	s := newStand(t, api.Options{})
	filed := s.file(t)
	id := filed.text("id")
	first := s.issue(t, filed, 0, "")
	s.link = first.text("token")
	s.get(t, holder, "/api/v1/return").is(http.StatusOK)
	second := s.issue(t, filed, 0, "") // ends the first
	s.ended(t)
	s.link = second.text("token")
	s.get(t, holder, "/api/v1/return").is(http.StatusOK)
	for range 2 {
		s.do(t, call{as: recovery.RoleClaimant, method: "DELETE", path: "/api/v1/cases/" + id + "/links/" + second.text("id")}).is(http.StatusNoContent)
	}
	s.ended(t)
	want := []recovery.EntryKind{
		recovery.EntryCaseFiled, recovery.EntryLinkIssued, recovery.EntryLinkOpened, recovery.EntryLinkIssued,
		recovery.EntryLinkRevoked, recovery.EntryLinkOpened, recovery.EntryLinkRevoked,
	}
	if got := s.kinds(t, id); !slices.Equal(got, want) {
		t.Errorf("journal %v, want %v", got, want)
	}
	s.link = strings.Repeat("A", 43)
	s.get(t, holder, "/api/v1/return").problem(http.StatusUnauthorized, "unauthenticated")
	s.get(t, recovery.RoleClaimant, "/api/v1/return").problem(http.StatusUnauthorized, "unauthenticated")
}

// ended asks by a link that is over for everything it gave.
func (s *stand) ended(t testing.TB) {
	t.Helper()
	s.get(t, holder, "/api/v1/return").problem(http.StatusGone, "link_ended")
	body, media := form(t, part{"kind", "", "other"}, part{"file", "a.png", png})
	for path, c := range map[string]call{
		"response": {body: []byte(`{"kind":"refused"}`)}, "plan": {body: []byte(samples()["ReturnPlan"])},
		"plan/answer": {body: []byte(`{"accept":true}`)}, "harassment": {body: []byte(`{"text":"x"}`)}, "evidence": {body: body, media: media},
	} {
		c.as, c.method, c.path = holder, "POST", "/api/v1/return/"+path
		s.do(t, c).problem(http.StatusGone, "link_ended")
	}
	if s.blobs() != 0 {
		t.Errorf("%d files are left", s.blobs())
	}
}

func TestNoLinkIntoAClosedCase(t *testing.T) {
	t.Parallel()
	s := newStand(t, api.Options{})
	filed := s.file(t)
	id := filed.text("id")
	s.act(t, recovery.RoleClaimant, id, recovery.Withdraw, `{"reason":"x"}`).is(http.StatusOK)
	body := []byte(`{"counterpart_id":"` + filed.counterparts()[0] + `"}`)
	s.do(t, call{as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases/" + id + "/links", body: body}).problem(http.StatusConflict, "action_not_allowed")
}
