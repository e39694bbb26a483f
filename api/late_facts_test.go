package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"recourse/api"
	"recourse/recovery"
)

// TestLateFactsByTheAPI takes each action for late facts, and what each of them refuses.
func TestLateFactsByTheAPI(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	first := s.fileCase(t)
	id, people, second := first.stringField("id"), first.counterpartIDs(), s.fileCase(t).stringField("id")
	for _, step := range []struct {
		caseID string
		action recovery.Action
		body   string
		status int
		code   string // of the problem; "" if the action is taken
		holds  string // text that the answer must contain
	}{
		{id, recovery.AmendFacts, `{"transaction_no":"1000050009"}`, 200, "", `"transaction_no":"1000050009"`},
		{second, recovery.AmendFacts, `{"transaction_no":"1000050009"}`, 409, "transaction_has_open_case", ""},
		{second, recovery.AmendFacts, `{}`, 422, "invalid", ""},
		{second, recovery.AmendFacts, `{"amount_fen":199999}`, 422, "invalid", `"below_shares"`},
		{second, recovery.AmendFacts, `{"instrument":"cheque"}`, 422, "invalid", `"instrument"`},
		{second, recovery.AmendFacts, `{"transaction_no":"","why":"抄错了"}`, 422, "invalid", `"nothing_to_remove"`},
		{id, recovery.AmendFacts, `{"transaction_no":""}`, 422, "invalid", `"why"`},
		{id, recovery.AmendFacts, `{"transaction_no":null}`, 422, "invalid", `"required"`},
		{id, recovery.AmendFacts, `{"counterpart_id":"` + people[0] + `","why":"x"}`, 422, "invalid", `"required"`},
		{id, recovery.AmendFacts, `{"transaction_no":null,"account":"personal"}`, 200, "", `"transaction_no":"1000050009"`},
		{id, recovery.AmendFacts, `{"transaction_no":"","why":"抄错了"}`, 200, "", `"transaction_no":null`},
		{second, recovery.AmendFacts, `{"transaction_no":"1000050009"}`, 200, "", `"transaction_no":"1000050009"`},
		{id, recovery.AmendFacts, `{"claimed_at":"` + day + `"}`, 422, "invalid", `"counterpart_id"`},
		{id, recovery.AmendFacts, `{"claimed_at":"` + day + `","counterpart_id":"nobody"}`, 422, "invalid", `"counterpart_id"`},
		{id, recovery.AmendFacts, `{"claimed_at":"2020-01-01T00:00:00Z","counterpart_id":"` + people[0] + `"}`, 422, "invalid", `"before_sending"`},
		{id, recovery.AmendFacts, `{"claimed_at":"` + day + `","claim_state":"unclaimed","counterpart_id":"` + people[0] + `"}`, 422, "invalid", `"contradicts"`},
		{id, recovery.AmendFacts, `{"claimed_at":"` + day + `","counterpart_id":"` + people[0] + `"}`, 200, "", `"claimed_at":"`},
		{id, recovery.AmendFacts, `{"amount_fen":250000}`, 200, "", `"amount_fen":250000`},
		{id, recovery.AddCounterpart, `{"alias":"小陈","claimed_fen":50001}`, 422, "invalid", `"sum_too_large"`},
		{id, recovery.AddCounterpart, `{"claimed_fen":50000}`, 422, "invalid", `"alias"`},
		{id, recovery.AddCounterpart, `{"alias":"小陈","claimed_fen":50000}`, 200, "", `"小陈"`},
		{id, recovery.RecordShare, `{"counterpart_id":"` + people[0] + `","claimed_fen":120001}`, 422, "invalid", `"sum_too_large"`},
		{id, recovery.RecordShare, `{"counterpart_id":"` + people[0] + `","claimed_fen":100000}`, 200, "", `"claimed_fen":100000`},
		{id, recovery.RecordReturn, `{"counterpart_id":"` + people[0] + `","amount_fen":100000,"channel":"wechat","at":"` + day + `"}`, 200, "", `"recovered_fen":100000`},
		{id, recovery.RecordShare, `{"counterpart_id":"` + people[0] + `","claimed_fen":90000}`, 409, "confirm_needed", ""},
		{id, recovery.RecordShare, `{"counterpart_id":"` + people[0] + `","claimed_fen":90000,"confirm":true}`, 200, "", `"claimed_fen":90000`},
		{id, recovery.RenameCounterpart, `{"counterpart_id":"nobody","alias":"x"}`, 422, "invalid", `"counterpart_id"`},
		{id, recovery.RenameCounterpart, `{"counterpart_id":"` + people[1] + `","alias":"李立"}`, 200, "", `"李立"`},
		{id, recovery.AdoptMatch, `{"evidence_id":"` + id + `","row":4}`, 422, "invalid", `"evidence_id"`},
	} {
		got := s.takeAction(t, recovery.RoleClaimant, step.caseID, step.action, step.body)
		if got.status != step.status || step.code != "" && got.stringField("code") != step.code || !strings.Contains(string(got.body), step.holds) {
			t.Errorf("%s %s: want %d %s %s, got %d %s", step.action, step.body, step.status, step.code, step.holds, got.status, got.body)
		}
	}
}

// TestAdoptableFactsOfAStoredBill expects the record of a bill to name the fields that a
// person may adopt, and adopt_match to leave none.
func TestAdoptableFactsOfAStoredBill(t *testing.T) {
	t.Parallel()
	for _, reversed := range []bool{false, true} {
		content, s := bill, newTestServer(t, api.Options{})
		if reversed {
			content = strings.Replace(bill, "支付成功", "已全额退款", 1)
		}
		id := s.fileCase(t).stringField("id")
		imported := s.upload(t, id, "statements", "", formPart{name: "file", file: "微信账单.csv", content: content}).wantStatus(http.StatusCreated)
		file := imported.decodeObject()["evidence"].(map[string]any)["id"].(string)
		adoptable := func(as recovery.Role) string {
			found, _ := s.get(t, as, "/api/v1/evidence/"+file).wantStatus(http.StatusOK).decodeObject()["adoptable"].([]any)
			return fmt.Sprint(found)
		}
		if got, want := adoptable(recovery.RoleClaimant), "fields:[transaction_no]"; !strings.Contains(got, want) || !strings.Contains(got, fmt.Sprintf("reversed:%v row:5", reversed)) {
			t.Errorf("adoptable are %s", got)
		}
		if got := adoptable(recovery.RoleAuditor); got != "[]" {
			t.Errorf("offered to somebody who may not: %s", got)
		}
		body := `{"evidence_id":"` + file + `","row":5`
		adopt := func(more string) testResponse {
			return s.takeAction(t, recovery.RoleClaimant, id, recovery.AdoptMatch, body+more+"}")
		}
		if reversed {
			adopt("").problem(http.StatusConflict, "confirm_needed")
		}
		after := adopt(`,"confirm":true`).wantStatus(http.StatusOK)
		if after.stringField("transaction_no") != "1000050001202603010012345678" || adoptable(recovery.RoleClaimant) != "[]" {
			t.Errorf("left are %s\n%s", adoptable(recovery.RoleClaimant), after.body)
		}
		adopt(`,"confirm":true`).problem(http.StatusConflict, "conflict")
		elsewhere := s.fileCase(t).stringField("id")
		s.takeAction(t, recovery.RoleClaimant, elsewhere, recovery.AdoptMatch, body+"}").problem(http.StatusUnprocessableEntity, "invalid")
	}
}
