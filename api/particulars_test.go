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

func (s *testServer) supplyParticulars(t testing.TB, as recovery.Role, id, key, body string) testResponse {
	t.Helper()
	return s.send(t, testCall{as: as, method: http.MethodPost, path: "/api/v1/cases/" + id + "/particulars", body: []byte(body), key: key})
}

func decodeParticulars(a testResponse) map[string]any {
	result, _ := a.decodeObject()["particulars"].(map[string]any)
	return result
}

// TestParticulars supplies values as the claimant, repeats and corrects them.
// Staff see them masked, and they appear in no log and no journal fact.
func TestParticulars(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	filed := s.fileCase(t)
	id := filed.stringField("id")
	path := "/api/v1/cases/" + id + "/particulars"
	counterpart := fmt.Sprint(filed.decodeObject()["counterparts"].([]any)[0].(map[string]any)["id"])
	body := fmt.Sprintf(`{"claimant":{"document_kind":"id_card","document_no":"%s","home":"示例路1号"},`+
		`"holders":[{"counterpart_id":"%s","name":"王小刚","document_kind":"id_card","document_no":"%s"}],`+
		`"court":"深圳市南山区人民法院","papers":["evidence_preservation"]}`, strings.ToLower(ownNumber), counterpart, otherNumber)
	first := s.supplyParticulars(t, recovery.RoleClaimant, id, "k", body).wantStatus(http.StatusOK)
	if again := s.supplyParticulars(t, recovery.RoleClaimant, id, "k", body).wantStatus(http.StatusOK); string(again.body) != string(first.body) ||
		again.header.Get("Idempotent-Replay") != "true" {
		t.Errorf("again %s", again.body)
	}
	s.supplyParticulars(t, recovery.RoleClaimant, id, "k", `{"court":"深圳市福田区人民法院"}`).problem(http.StatusConflict, "idempotency_conflict")
	if claimant := fmt.Sprint(decodeParticulars(first)["claimant"]); !strings.Contains(claimant, "born:1990-03-04") || !strings.Contains(claimant, "sex:female") {
		t.Errorf("the claimant reads %s", claimant)
	}
	entries := s.countEntries(id)
	s.supplyParticulars(t, recovery.RoleLegal, id, "", `{"court":"深圳市福田区人民法院","claimant":{"home":""},"papers":[]}`).wantStatus(http.StatusOK)
	s.supplyParticulars(t, recovery.RoleLegal, id, "", `{"court":" 深圳市福田区人民法院 "}`).wantStatus(http.StatusOK) // changes nothing
	if s.countEntries(id) != entries+1 {
		t.Errorf("%d entries after one correction, before %d", s.countEntries(id), entries)
	}
	result := decodeParticulars(s.get(t, recovery.RoleClaimant, path).wantStatus(http.StatusOK))
	if result["court"] != "深圳市福田区人民法院" || result["papers"] != nil || !strings.Contains(fmt.Sprint(result["claimant"]), "示例路1号") {
		t.Errorf("after the correction: %v", result)
	}
	for _, secret := range []string{ownNumber, otherNumber, "示例路1号", "王小刚"} {
		for _, role := range []recovery.Role{recovery.RoleAgent, recovery.RoleSupervisor, recovery.RoleAdmin} {
			if text := string(s.get(t, role, path).wantStatus(http.StatusOK).body); strings.Contains(text, secret) || !strings.Contains(text, `"masked":true`) {
				t.Errorf("%s reads %s", role, text)
			}
			if text := string(s.get(t, role, "/api/v1/cases/"+id+"/journal").wantStatus(http.StatusOK).body); strings.Contains(text, secret) {
				t.Errorf("%s reads %s in the journal", role, secret)
			}
		}
		if strings.Contains(s.logged.String(), secret) || strings.Contains(s.Log.String(), secret) {
			t.Errorf("%s is in a log", secret)
		}
		if facts := fmt.Sprint(s.lastEntries(t, id, 1)[0]["body"].(map[string]any)["facts"]); strings.Contains(facts, secret) {
			t.Errorf("%s is a fact: %s", secret, facts)
		}
	}
	if text := string(s.get(t, recovery.RoleAuditor, path).wantStatus(http.StatusOK).body); !strings.Contains(text, ownNumber) {
		t.Errorf("an auditor reads %s", text)
	}
}

// TestRefuseParticulars expects that only the claimant and legal may supply
// values, that each invalid field is named and that nothing is written.
func TestRefuseParticulars(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	filed := s.fileCase(t)
	id := filed.stringField("id")
	for role, status := range map[recovery.Role]int{
		recovery.RoleAgent: 403, recovery.RoleSupervisor: 403, recovery.RoleAdmin: 403, recovery.RoleAuditor: 403, otherClaimant: 404,
	} {
		if got := s.supplyParticulars(t, role, id, "", `{"court":"深圳市福田区人民法院"}`); got.status != status {
			t.Errorf("%s: %d, want %d", role, got.status, status)
		}
	}
	s.get(t, otherClaimant, "/api/v1/cases/"+id+"/particulars").problem(http.StatusNotFound, "not_found")
	counterpart := fmt.Sprint(filed.decodeObject()["counterparts"].([]any)[0].(map[string]any)["id"])
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
		refused := s.supplyParticulars(t, recovery.RoleClaimant, id, "", body).problem(http.StatusUnprocessableEntity, "invalid")
		if !strings.Contains(fmt.Sprint(refused.Errors), want) {
			t.Errorf("%s: %v, want %s", body, refused.Errors, want)
		}
	}
	if s.countEntries(id) != 1 {
		t.Errorf("%d entries after refusals", s.countEntries(id))
	}
}

// TestExportsWithParticularsAreRestricted expects that an export requested by
// legal, which contains personal particulars, is not shown to agents. Agents
// request their own.
func TestExportsWithParticularsAreRestricted(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	id := s.fileCase(t).stringField("id")
	s.supplyParticulars(t, recovery.RoleClaimant, id, "", `{"claimant":{"home":"示例路1号"}}`).wantStatus(http.StatusOK)
	for role, status := range map[recovery.Role]int{recovery.RoleLegal: http.StatusForbidden, recovery.RoleAgent: http.StatusOK} {
		begun := s.send(t, testCall{as: role, method: "POST", path: "/api/v1/cases/" + id + "/exports", body: []byte(`{"audience":"court"}`)}).wantStatus(http.StatusAccepted)
		s.finishExport(t, recovery.ExportID(begun.stringField("id")), recovery.ExportReady, "%PDF", "PK")
		file, err := url.JoinPath(begun.header.Get("Location"), "dossier.pdf")
		failOnError(t, err)
		s.get(t, recovery.RoleAgent, file).wantStatus(status)
		s.get(t, recovery.RoleClaimant, file).wantStatus(http.StatusOK)
	}
}
