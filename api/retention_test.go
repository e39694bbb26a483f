package api_test

import (
	"encoding/csv"
	"net/http"
	"slices"
	"strings"
	"testing"

	"recourse/api"
	"recourse/recovery"
)

const reason = `{"reason":"请删除"}`

// postReason posts a body with a reason.
func (s *testServer) postReason(t testing.TB, as recovery.Role, path, key string) testResponse {
	t.Helper()
	return s.send(t, testCall{as: as, method: "POST", path: "/api/v1/" + path, key: key, body: []byte(reason)})
}

func TestHoldAndErasure(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	id := s.fileCase(t).stringField("id")
	if p := s.postReason(t, recovery.RoleClaimant, "cases/"+id+"/erasure", "").problem(http.StatusConflict, "erasure_refused"); len(p.Errors) != 1 || p.Errors[0].Code != "case_open" {
		t.Errorf("%+v", p)
	}
	s.postReason(t, recovery.RoleAgent, "cases/"+id+"/erasure", "").problem(http.StatusForbidden, "forbidden")
	s.postReason(t, otherClaimant, "cases/"+id+"/erasure", "").problem(http.StatusNotFound, "not_found")
	s.takeAction(t, recovery.RoleClaimant, id, recovery.Withdraw, `{"reason":"x"}`).wantStatus(http.StatusOK)
	s.postReason(t, recovery.RoleSupervisor, "cases/"+id+"/hold", "").problem(http.StatusForbidden, "forbidden")
	held := s.postReason(t, recovery.RoleLegal, "cases/"+id+"/hold", "h").wantStatus(http.StatusOK)
	if again := s.postReason(t, recovery.RoleLegal, "cases/"+id+"/hold", "h").wantStatus(http.StatusOK); string(again.body) != string(held.body) {
		t.Errorf("the replay contains %s", again.body)
	}
	if got, _ := held.decodeObject()["retention"].(map[string]any); got["held_since"] == nil || got["keep_until"] == nil || got["erased_at"] != nil {
		t.Errorf("held: %v", got)
	}
	if p := s.postReason(t, recovery.RoleAdmin, "cases/"+id+"/erasure", "").problem(http.StatusConflict, "erasure_refused"); p.Errors[0].Code != "legal_hold" {
		t.Errorf("%+v", p)
	}
	for range 2 {
		s.send(t, testCall{as: recovery.RoleAdmin, method: "DELETE", path: "/api/v1/cases/" + id + "/hold"}).wantStatus(http.StatusNoContent)
	}
	s.send(t, testCall{as: recovery.RoleClaimant, method: "DELETE", path: "/api/v1/cases/" + id + "/hold"}).problem(http.StatusForbidden, "forbidden")
	kept := s.postReason(t, recovery.RoleClaimant, "cases/"+id+"/erasure", "e").wantStatus(http.StatusOK)
	if again := s.postReason(t, recovery.RoleClaimant, "cases/"+id+"/erasure", "e").wantStatus(http.StatusOK); string(again.body) != string(kept.body) ||
		again.header.Get("Idempotent-Replay") != "true" || kept.stringField("state") != "restricted" {
		t.Errorf("%s, then %s", kept.body, again.body)
	}
	if blank := s.get(t, recovery.RoleAgent, "/api/v1/cases/"+id).wantStatus(http.StatusOK); strings.Contains(string(blank.body), "林晓") {
		t.Errorf("an agent reads %s", blank.body)
	}
	for _, body := range []string{`{}`, `{"reason":" "}`, `{"reason":"x","because":"y"}`, `[]`} {
		a := s.send(t, testCall{as: recovery.RoleLegal, method: "POST", path: "/api/v1/cases/" + id + "/hold", body: []byte(body)})
		if a.status != http.StatusUnprocessableEntity && a.status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", body, a.status, a.body)
		}
	}
	s.postReason(t, recovery.RoleLegal, "cases/x/hold", "").problem(http.StatusNotFound, "not_found")
}

func TestAbuseFlags(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	var id string
	for range 5 {
		id = s.fileCase(t).stringField("id")
	}
	failOnError(t, s.FlagAbuse(t.Context()))
	s.get(t, recovery.RoleAgent, "/api/v1/abuse").problem(http.StatusForbidden, "forbidden")
	s.get(t, recovery.RoleAuditor, "/api/v1/abuse?cursor=x").problem(http.StatusUnprocessableEntity, "invalid")
	s.get(t, recovery.RoleAuditor, "/api/v1/abuse?dismised=true").problem(http.StatusUnprocessableEntity, "invalid")
	items, _ := s.get(t, recovery.RoleAuditor, "/api/v1/abuse").wantStatus(http.StatusOK).decodeObject()["items"].([]any)
	if len(items) != 1 {
		t.Fatalf("flags %v", items)
	}
	flag, _ := items[0].(map[string]any)
	if flag["case_id"] != id || flag["pattern"] != "many_cases" {
		t.Errorf("flag %v, want one of %s", flag, id)
	}
	for role, want := range map[recovery.Role]bool{recovery.RoleSupervisor: true, recovery.RoleAgent: false, recovery.RoleClaimant: false} {
		if got := s.get(t, role, "/api/v1/cases/"+id).wantStatus(http.StatusOK).decodeObject()["flags"]; (got != nil) != want {
			t.Errorf("%s sees %v", role, got)
		}
	}
	path, _ := flag["id"].(string)
	s.postReason(t, recovery.RoleAuditor, "abuse/"+path+"/dismiss", "").problem(http.StatusForbidden, "forbidden")
	first := s.postReason(t, recovery.RoleSupervisor, "abuse/"+path+"/dismiss", "d").wantStatus(http.StatusOK)
	if again := s.postReason(t, recovery.RoleSupervisor, "abuse/"+path+"/dismiss", "d").wantStatus(http.StatusOK); string(again.body) != string(first.body) {
		t.Errorf("the replay contains %s", again.body)
	}
	s.postReason(t, recovery.RoleSupervisor, "abuse/"+path+"/dismiss", "").problem(http.StatusConflict, "conflict")
	s.postReason(t, recovery.RoleSupervisor, "abuse/"+id+"/dismiss", "").problem(http.StatusNotFound, "not_found")
	if gone, _ := s.get(t, recovery.RoleSupervisor, "/api/v1/abuse?dismissed=true").wantStatus(http.StatusOK).decodeObject()["items"].([]any); len(gone) != 1 {
		t.Errorf("dismissed %v", gone)
	}
}

func TestLimitation(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	filed := s.fileWithLink(t)
	path := "/api/v1/cases/" + filed.stringField("id")
	s.takeAction(t, recovery.RoleClaimant, filed.stringField("id"), recovery.RecordContact,
		`{"channel":"private_message","text":"请退回","sent_at":"2026-03-02T12:00:00+08:00","counterpart_id":"`+filed.counterpartIDs()[0]+`"}`).wantStatus(http.StatusOK)
	s.get(t, linkHolder, "/api/v1/return").wantStatus(http.StatusOK)
	read := func() (ledger, towards map[string]any, list, steps []any) {
		ledger = s.get(t, recovery.RoleClaimant, path+"/limitation").wantStatus(http.StatusOK).decodeObject()
		list, _ = ledger["counterparts"].([]any)
		towards, _ = list[0].(map[string]any)
		steps, _ = towards["steps"].([]any)
		return ledger, towards, list, steps
	}
	if _, _, _, steps := read(); len(steps) != 0 {
		t.Errorf("a link that was opened, by whomever, shows that a message arrived: %v", steps)
	}
	s.postReturn(t, "harassment", `{"text":"请不要再联系我"}`).wantStatus(http.StatusOK)
	ledger, towards, list, steps := read()
	if len(steps) != 1 {
		t.Fatalf("after an answer: %v", steps)
	}
	step, _ := steps[0].(map[string]any)
	if len(list) != 2 || step["kind"] != "demand_reached" || step["effect"] != "interrupts" || step["proof_seq"] == nil {
		t.Errorf("towards the first: %v", towards)
	}
	if ledger["bare"] != "2029-03-02T00:00:00+08:00" || ledger["avoidance"] != "2026-05-31T00:00:00+08:00" || towards["ends"] != "2029-03-03T00:00:00+08:00" {
		t.Errorf("terms %v", ledger)
	}
	s.get(t, otherClaimant, path+"/limitation").problem(http.StatusNotFound, "not_found")
}

func TestOutcomes(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	for range 2 {
		s.takeAction(t, recovery.RoleClaimant, s.fileCase(t).stringField("id"), recovery.Withdraw, `{"reason":"x"}`).wantStatus(http.StatusOK)
	}
	s.fileCase(t)
	for role, want := range map[recovery.Role]int{
		recovery.RoleClaimant: 403, recovery.RoleAgent: 403, recovery.RoleSupervisor: 200, recovery.RoleLegal: 200,
		recovery.RoleAdmin: 200, recovery.RoleAuditor: 200, linkHolder: 401, "": 401,
	} {
		s.get(t, role, "/api/v1/stats/outcomes").wantStatus(want)
	}
	items, _ := s.get(t, recovery.RoleAuditor, "/api/v1/stats/outcomes").wantStatus(http.StatusOK).decodeObject()["items"].([]any)
	row, _ := items[0].(map[string]any)
	outcomes, _ := row["outcomes"].(map[string]any)
	if len(items) != 1 || row["stage"] != "private_contact" || row["platform"] != "wechat" || row["group_kind"] != "work" ||
		row["amount_from_fen"] != 50000.0 || row["amount_below_fen"] != 500000.0 || row["filed"] != 3.0 || row["closed"] != 2.0 ||
		outcomes["withdrawn"] != 2.0 || row["claimed_fen"] != 600000.0 || row["stays"] != 2.0 || row["median_seconds"] == nil {
		t.Errorf("%v", items)
	}
	all, _ := s.get(t, recovery.RoleAuditor, "/api/v1/stats/outcomes?by=none").wantStatus(http.StatusOK).decodeObject()["items"].([]any)
	if total, _ := all[0].(map[string]any); len(all) != 1 || total["stage"] != nil || total["month"] != nil || total["stays"] != nil || total["filed"] != 3.0 {
		t.Errorf("in all: %v", all)
	}
	if paced, _ := s.get(t, recovery.RoleAuditor, "/api/v1/stats/outcomes?paced=true").wantStatus(http.StatusOK).decodeObject()["items"].([]any); len(paced) != 0 {
		t.Errorf("at a pace: %v", paced)
	}
	for _, query := range []string{"by=name", "by=stage,stage", "by=none,stage", "format=xml", "months=1"} {
		s.get(t, recovery.RoleAuditor, "/api/v1/stats/outcomes?"+query).problem(http.StatusUnprocessableEntity, "invalid")
	}
}

func TestOutcomesAsCSV(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	s.takeAction(t, recovery.RoleClaimant, s.fileCase(t).stringField("id"), recovery.Withdraw, `{"reason":"x"}`).wantStatus(http.StatusOK)
	table := s.get(t, recovery.RoleSupervisor, "/api/v1/stats/outcomes?format=csv&by=platform,month").wantStatus(http.StatusOK)
	if !strings.HasPrefix(table.header.Get("Content-Type"), "text/csv") || !strings.HasSuffix(string(table.body), "\r\n") {
		t.Errorf("%s: %q", table.header.Get("Content-Type"), table.body)
	}
	lines, err := csv.NewReader(strings.NewReader(string(table.body))).ReadAll()
	failOnError(t, err)
	cell := func(name string) string { return lines[1][slices.Index(lines[0], name)] }
	if len(lines) != 2 || cell("platform") != "wechat" || cell("stage") != "" || cell("withdrawn") != "1" || cell("filed") != "1" ||
		cell("claimed_fen") != "200000" || cell("median_seconds") != "" || len(cell("month")) != len("2026-11") {
		t.Errorf("%q", lines)
	}
}
