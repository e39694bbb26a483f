package api_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"recourse/api"
	"recourse/recovery"
)

const (
	ownNumber   = "440300199003040024"
	otherNumber = "110101199001011237"
)

func (s *stand) supply(t testing.TB, as recovery.Role, id, key, body string) answer {
	t.Helper()
	return s.do(t, call{as: as, method: http.MethodPost, path: "/api/v1/cases/" + id + "/particulars", body: []byte(body), key: key})
}

func particulars(a answer) map[string]any {
	told, _ := a.object()["particulars"].(map[string]any)
	return told
}

// What the claimant supplies is answered, repeated byte for byte, corrected field
// by field, masked from the desk, and in no log and in no fact of the journal.
func TestParticulars(t *testing.T) {
	t.Parallel()
	s := newStand(t, api.Options{})
	filed := s.file(t)
	id := filed.text("id")
	path := "/api/v1/cases/" + id + "/particulars"
	counterpart := fmt.Sprint(filed.object()["counterparts"].([]any)[0].(map[string]any)["id"])
	body := fmt.Sprintf(`{"claimant":{"document_kind":"id_card","document_no":"%s","home":"示例路1号"},`+
		`"holders":[{"counterpart_id":"%s","name":"王小刚","document_kind":"id_card","document_no":"%s"}],`+
		`"court":"深圳市南山区人民法院","papers":["evidence_preservation"]}`, strings.ToLower(ownNumber), counterpart, otherNumber)
	first := s.supply(t, recovery.RoleClaimant, id, "k", body).is(http.StatusOK)
	if again := s.supply(t, recovery.RoleClaimant, id, "k", body).is(http.StatusOK); string(again.body) != string(first.body) ||
		again.header.Get("Idempotent-Replay") != "true" {
		t.Errorf("again %s", again.body)
	}
	s.supply(t, recovery.RoleClaimant, id, "k", `{"court":"深圳市福田区人民法院"}`).problem(http.StatusConflict, "idempotency_conflict")
	if claimant := fmt.Sprint(particulars(first)["claimant"]); !strings.Contains(claimant, "born:1990-03-04") || !strings.Contains(claimant, "sex:female") {
		t.Errorf("the number tells %s", claimant)
	}
	entries := s.entries(id)
	s.supply(t, recovery.RoleLegal, id, "", `{"court":"深圳市福田区人民法院","claimant":{"home":""},"papers":[]}`).is(http.StatusOK)
	s.supply(t, recovery.RoleLegal, id, "", `{"court":" 深圳市福田区人民法院 "}`).is(http.StatusOK) // says nothing new
	if s.entries(id) != entries+1 {
		t.Errorf("%d entries after one correction, before %d", s.entries(id), entries)
	}
	told := particulars(s.get(t, recovery.RoleClaimant, path).is(http.StatusOK))
	if told["court"] != "深圳市福田区人民法院" || told["papers"] != nil || !strings.Contains(fmt.Sprint(told["claimant"]), "示例路1号") {
		t.Errorf("after the correction: %v", told)
	}
	for _, secret := range []string{ownNumber, otherNumber, "示例路1号", "王小刚"} {
		for _, role := range []recovery.Role{recovery.RoleAgent, recovery.RoleSupervisor, recovery.RoleAdmin} {
			if text := string(s.get(t, role, path).is(http.StatusOK).body); strings.Contains(text, secret) || !strings.Contains(text, `"masked":true`) {
				t.Errorf("%s reads %s", role, text)
			}
			if text := string(s.get(t, role, "/api/v1/cases/"+id+"/journal").is(http.StatusOK).body); strings.Contains(text, secret) {
				t.Errorf("%s reads %s in the journal", role, secret)
			}
		}
		if strings.Contains(s.logged.String(), secret) || strings.Contains(s.Log.String(), secret) {
			t.Errorf("%s is in a log", secret)
		}
		if facts := fmt.Sprint(s.last(t, id, 1)[0]["body"].(map[string]any)["facts"]); strings.Contains(facts, secret) {
			t.Errorf("%s is a fact: %s", secret, facts)
		}
	}
	if text := string(s.get(t, recovery.RoleAuditor, path).is(http.StatusOK).body); !strings.Contains(text, ownNumber) {
		t.Errorf("an auditor reads %s", text)
	}
}

// Only the claimant and legal supply; and each faulty field is named, with
// nothing written.
func TestParticularsThatAreRefused(t *testing.T) {
	t.Parallel()
	s := newStand(t, api.Options{})
	filed := s.file(t)
	id := filed.text("id")
	for role, status := range map[recovery.Role]int{
		recovery.RoleAgent: 403, recovery.RoleSupervisor: 403, recovery.RoleAdmin: 403, recovery.RoleAuditor: 403, other: 404,
	} {
		if got := s.supply(t, role, id, "", `{"court":"深圳市福田区人民法院"}`); got.status != status {
			t.Errorf("%s: %d, want %d", role, got.status, status)
		}
	}
	s.get(t, other, "/api/v1/cases/"+id+"/particulars").problem(http.StatusNotFound, "not_found")
	counterpart := fmt.Sprint(filed.object()["counterparts"].([]any)[0].(map[string]any)["id"])
	for body, want := range map[string]string{
		`{"court":"法院"}`:                                    "court malformed",
		`{"court":"某某公司"}`:                                  "court malformed",
		`{"claimant":{"document_no":"440300199003040024"}}`: "claimant.document_kind required",
		`{"claimant":{"document_kind":"id_card","document_no":"440300199003040025"}}`:                        "claimant.document_no checksum",
		`{"claimant":{"document_kind":"id_card","document_no":"440300199002300024"}}`:                        "claimant.document_no checksum",
		`{"claimant":{"document_kind":"id_card","document_no":"440300199003040024","sex":"male"}}`:           "claimant.sex contradicts",
		`{"claimant":{"document_kind":"id_card","document_no":"440300199003040024","born":"1990-03-05"}}`:    "claimant.born contradicts",
		`{"claimant":{"nation":"` + strings.Repeat("汉", 21) + `"}}`:                                          "claimant.nation too_long",
		`{"claimant":{"home":"一\n二"}}`:                                                                       "claimant.home forbidden_character",
		`{"claimant":{"born":"3000-01-01"}}`:                                                                 "claimant.born out_of_range",
		`{"return_to":{"account":"12-34"}}`:                                                                  "return_to.account malformed",
		`{"rate":{"percent":"-3"}}`:                                                                          "rate.percent malformed",
		`{"nickname":"x"}`:                                                                                   "nickname unknown_field",
		`{"papers":["complaint"]}`:                                                                           "papers[0] unknown_value",
		`{"holders":[{"counterpart_id":"x","name":"王"}]}`:                                                    "holders[0].counterpart_id unknown",
		`{"holders":[{"counterpart_id":"` + counterpart + `"},{"counterpart_id":"` + counterpart + `"}]}`:    "holders[1].counterpart_id duplicate",
		`{"holders":[{"counterpart_id":"` + counterpart + `","document_kind":"id_card","document_no":"1"}]}`: "holders[0].document_no malformed",
	} {
		refused := s.supply(t, recovery.RoleClaimant, id, "", body).problem(http.StatusUnprocessableEntity, "invalid")
		if !strings.Contains(fmt.Sprint(refused.Errors), want) {
			t.Errorf("%s: %v, want %s", body, refused.Errors, want)
		}
	}
	if s.entries(id) != 1 {
		t.Errorf("%d entries after refusals", s.entries(id))
	}
}

// Papers that legal asked for tell who people are; the desk builds its own.
func TestPapersWithParticularsStayWithTheirReaders(t *testing.T) {
	t.Parallel()
	s := newStand(t, api.Options{})
	id := s.file(t).text("id")
	s.supply(t, recovery.RoleClaimant, id, "", `{"claimant":{"home":"示例路1号"}}`).is(http.StatusOK)
	for role, status := range map[recovery.Role]int{recovery.RoleLegal: http.StatusForbidden, recovery.RoleAgent: http.StatusOK} {
		begun := s.do(t, call{as: role, method: "POST", path: "/api/v1/cases/" + id + "/exports", body: []byte(`{"audience":"court"}`)}).is(http.StatusAccepted)
		s.build(t, recovery.ExportID(begun.text("id")), recovery.ExportReady, "%PDF", "PK")
		file, err := url.JoinPath(begun.header.Get("Location"), "dossier.pdf")
		must(t, err)
		s.get(t, recovery.RoleAgent, file).is(status)
		s.get(t, recovery.RoleClaimant, file).is(http.StatusOK)
	}
}
