package api_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"recourse/api"
	"recourse/casework/casetest"
	"recourse/recovery"
)

// counterpartPlaceholder is replaced by the id of a counterpart of the test
// case.
const counterpartPlaceholder = "PERSON"

// validBodies has a valid body for every request schema.
func validBodies() map[string]string {
	soon := time.Now().AddDate(0, 1, 0)
	parts := `[{"due_on":"` + soon.Format(time.DateOnly) + `","amount_fen":100}]`
	return map[string]string{
		"ActPlanContact":         `{"counterpart_id":"` + counterpartPlaceholder + `","channel":"wechat","text":"请退回，谢谢","in_group":false}`,
		"ActRecordMediation":     `{"channel":"group_message","text":"x","at":"` + day + `"}`,
		"ActReportHarassment":    `{"counterpart_id":"` + counterpartPlaceholder + `","text":"x","at":"` + day + `"}`,
		"ActProposePlan":         `{"counterpart_id":"` + counterpartPlaceholder + `","instalments":` + parts + `}`,
		"ActAcceptPlan":          `{"counterpart_id":"` + counterpartPlaceholder + `"}`,
		"ActDeclinePlan":         `{"counterpart_id":"` + counterpartPlaceholder + `","reason":"x"}`,
		"ActRecordInstalment":    `{"counterpart_id":"` + counterpartPlaceholder + `","no":1,"amount_fen":100,"at":"` + day + `"}`,
		"ActAskPlatform":         `{"note":"x","at":"` + day + `","ref":"T-1"}`,
		"ActApproveDecision":     `{}`,
		"ActRejectDecision":      `{"reason":"x"}`,
		"ActPause":               `{"reason":"x","until":"` + soon.UTC().Format(time.RFC3339) + `"}`,
		"ActResume":              `{}`,
		"ActReopen":              `{"reason":"x"}`,
		"ActReportDanger":        `{"kind":"deceived","text":"x"}`,
		"ActCorrect":             `{"seq":3,"reason":"x","replacement":{"amount_fen":5},"clear":["text"]}`,
		"ActApproveCorrection":   `{"seq":3}`,
		"ActRejectCorrection":    `{"seq":3,"reason":"x"}`,
		"ActAmendFacts":          `{"transaction_no":"","why":"x","counterpart_id":"` + counterpartPlaceholder + `","claimed_at":"` + day + `","noticed_at":"` + day + `","accepted_at":"` + day + `","delayed_arrival":"2h","account":"personal","intended_fen":100,"circumstances":{"blocked":true}}`,
		"ActAdoptMatch":          `{"evidence_id":"x","row":3,"confirm":true}`,
		"ActAddCounterpart":      `{"alias":"老周","claimed_fen":100,"claimed_at":"` + day + `","contact":"x"}`,
		"ActRecordShare":         `{"counterpart_id":"` + counterpartPlaceholder + `","claimed_fen":100,"claimed_at":"` + day + `"}`,
		"ActRenameCounterpart":   `{"counterpart_id":"` + counterpartPlaceholder + `","alias":"老周"}`,
		"ActHandOver":            `{"user_id":"x","reason":"x"}`,
		"LinkRequest":            `{"counterpart_id":"` + counterpartPlaceholder + `","days":7}`,
		"ReturnResponse":         `{"kind":"partly_returned","refusal":"refuses","amount_fen":100,"text":"x","at":"` + day + `"}`,
		"ReturnPlan":             `{"instalments":` + parts + `}`,
		"ReturnPlanAnswer":       `{"accept":false,"reason":"x"}`,
		"ReturnHarassment":       `{"text":"x"}`,
		"Filing":                 fullFiling(),
		"ActRecordContact":       `{"channel":"phone","text":"请退回","sent_at":"` + day + `","counterpart_id":"` + counterpartPlaceholder + `","in_group":false}`,
		"ActRecordResponse":      `{"counterpart_id":"` + counterpartPlaceholder + `","kind":"partly_returned","refusal":"refuses","amount_fen":100,"text":"x","at":"` + day + `"}`,
		"ActRecordReturn":        `{"counterpart_id":"` + counterpartPlaceholder + `","amount_fen":100,"at":"` + day + `","channel":"wechat"}`,
		"ActEscalate":            `{"to":"appeal","reason":"x"}`,
		"ActSubmitAppeal":        `{"confirm":true}`,
		"ActRequestEvidence":     `{"kinds":["ticket"],"note":"x"}`,
		"ActRecordPlatformReply": `{"kind":"ticket_opened","text":"x","at":"` + day + `","ref":"T-1"}`,
		"ActDecideAppeal":        `{"decision":"partly_granted","amount_fen":100,"reason":"x"}`,
		"ActChooseRoute":         `{"route":"mediation","why":"x"}`,
		"ActRecordLegalStep":     `{"kind":"filed_in_court","at":"` + day + `","ref":"x","amount_fen":100}`,
		"ActWithdraw":            `{"reason":"x"}`,
		"ActClose":               `{"outcome":"settled","reason":"x"}`,
		"ActAssign":              `{"user_id":"x"}`,
		"ActRelease":             `{}`,
		"ActAddNote":             `{"text":"x","visibility":"shared"}`,
		"ActShareLesson":         `{"share":true}`,
		"ExportRequest":          `{"audience":"court","confirm":true}`,
		"AssessmentFacts":        fullFacts,
		"SendFacts":              fullSend,
		"LintRequest":            `{"text":"请把钱退回，谢谢","where":"private"}`,
		"Income":                 income,
		"NewWebhook":             `{"url":"https://example.org/hook","description":"客服系统","types":["case.case_filed"]}`,
		"Preferences":            `{"language":"en","quiet_from":"21:30","quiet_until":"07:00","mail":{"money":false,"task":true,"deadline":true,"progress":true}}`,
	}
}

// fullFiling is validFiling with every optional field set.
func fullFiling() string {
	return strings.Replace(validFiling, `"pace": 1`, `"pace": 1,
		"noticed_at": "2026-03-01T12:35:00+08:00", "accepted_at": "2026-03-01T12:33:00+08:00", "intended_fen": 0,
		"delayed_arrival": "2h", "account": "personal", "circumstances": {"own_slip": true}, "payer": {"name": "林山", "relation": "哥哥"},
		"sends": [{"amount_fen": 200000, "sent_at": "2026-03-01T12:30:00+08:00", "transaction_no": "1000050001202603010012345678"}]`, 1)
}

// bodyTarget is a path that accepts a body of the schema, and the role that
// sends it.
type bodyTarget struct {
	schema, path string
	as           recovery.Role
}

func bodyTargets(id string) []bodyTarget {
	all := []bodyTarget{
		{"Filing", "/api/v1/cases", recovery.RoleClaimant},
		{"ExportRequest", "/api/v1/cases/" + id + "/exports", recovery.RoleClaimant},
		{"LintRequest", "/api/v1/texts/lint", recovery.RoleClaimant},
		{"AssessmentFacts", "/api/v1/assessments", ""},
		{"SendFacts", "/api/v1/preventions", ""},
		{"Income", "/api/v1/incomes", recovery.RoleAdmin},
		{"NewWebhook", "/api/v1/webhooks", recovery.RoleAdmin},
		{"LinkRequest", "/api/v1/cases/" + id + "/links", recovery.RoleClaimant},
		{"ReturnResponse", "/api/v1/return/response", linkHolder},
		{"ReturnPlan", "/api/v1/return/plan", linkHolder},
		{"ReturnPlanAnswer", "/api/v1/return/plan/answer", linkHolder},
		{"ReturnHarassment", "/api/v1/return/harassment", linkHolder},
	}
	for _, action := range recovery.Actions {
		roles := []recovery.Role{recovery.RoleClaimant, recovery.RoleAgent, recovery.RoleSupervisor, recovery.RoleLegal}
		at := slices.IndexFunc(roles, func(r recovery.Role) bool { return recovery.MayEver(r, action) })
		all = append(all, bodyTarget{bodySchema(action), "/api/v1/cases/" + id + "/actions/" + string(action), roles[at]})
	}
	return all
}

// TestInvalidFieldsAreNamed sends each body with one error in it. Each request
// must be refused, name the field and store nothing.
func TestInvalidFieldsAreNamed(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{}, casetest.Limits(t, "all=off"))
	filed := s.fileWithLink(t)
	id := filed.stringField("id")
	sent := 0
	for _, target := range bodyTargets(id) {
		sound := strings.ReplaceAll(validBodies()[target.schema], counterpartPlaceholder, filed.counterpartIDs()[0])
		for i, m := range mutateBody(schemaNamed(t, target.schema), sound) {
			sent++
			key := fmt.Sprintf("%s-%d", target.schema, i)
			a := s.send(t, testCall{as: target.as, method: "POST", path: target.path, body: m.body, key: key})
			if !isRefusedFor(a, m.field) {
				t.Errorf("%s: %s %s: %d %s\nbody %.300q", target.schema, m.field, m.what, a.status, a.body, m.body)
			}
			if _, kept, err := s.Store.FindResult(t.Context(), s.accountID(filed, target.as), key); err != nil || kept {
				t.Errorf("%s: %s %s: an idempotency record was stored (%v)", target.schema, m.field, m.what, err)
			}
		}
	}
	if sent < 1500 {
		t.Errorf("only %d bodies were sent", sent)
	}
	s.checkNothingStored(t, id)
}

// isRefusedFor reports whether a 4xx problem names the field. For an item of a
// list, the list is enough; for an object, a field in it.
func isRefusedFor(a testResponse, field string) bool {
	if a.status != http.StatusBadRequest && a.status != http.StatusUnprocessableEntity {
		return false
	}
	p := a.problem(a.status, "invalid")
	whole, _, _ := strings.Cut(field, "[")
	return p.namesField(field) || strings.HasSuffix(field, "]") && p.namesField(whole) || p.namesField(field+".name")
}

// accountID returns the id under which the idempotency records of a role are
// stored.
func (s *testServer) accountID(filed testResponse, as recovery.Role) recovery.UserID {
	if as == linkHolder {
		return recovery.UserID(filed.counterpartIDs()[0])
	}
	return s.Actor(as).ID
}

// checkNothingStored expects only one case with its filing and one link.
func (s *testServer) checkNothingStored(t *testing.T, id string) {
	t.Helper()
	if s.countCases() != 1 || s.countEntries(id) != 2 || s.countBlobs() != 0 {
		t.Errorf("%d cases, %d entries, %d files are left", s.countCases(), s.countEntries(id), s.countBlobs())
	}
	exports, err := s.Store.ListExports(t.Context(), recovery.CaseID(id))
	if err != nil || len(exports) != 0 {
		t.Errorf("%d exports are left (%v)", len(exports), err)
	}
}

// TestRefuseBodiesNotJSON sends bodies that cannot be parsed to every path.
func TestRefuseBodiesNotJSON(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{}, casetest.Limits(t, "all=off"))
	id := s.fileWithLink(t).stringField("id")
	for label, c := range map[string]struct {
		body   string
		media  string
		status int
		code   string
	}{
		"a list":           {`[]`, "", 422, "invalid"},
		"a word":           {`"x"`, "", 422, "invalid"},
		"a number":         {`1`, "", 422, "invalid"},
		"a brace":          {`{`, "", 400, "invalid"},
		"two objects":      {`{} {}`, "", 400, "invalid"},
		"a byte order":     {"\uFEFF{}", "", 400, "invalid"},
		"not UTF-8":        {"\xff\xfe{\x00}\x00", "", 400, "invalid"},
		"very deep":        {strings.Repeat("[", 60_000), "", 422, "invalid"},
		"ten megabytes":    {`{"reason":"` + strings.Repeat("x", 10<<20) + `"}`, "", 413, "too_large"},
		"a form":           {"reason=x", "application/x-www-form-urlencoded", 415, "unsupported_media_type"},
		"text":             {`{"reason":"x"}`, "text/plain", 415, "unsupported_media_type"},
		"a wild type":      {`{"reason":"x"}`, "*/*", 415, "unsupported_media_type"},
		"no type that is ": {`{"reason":"x"}`, ";;", 415, "unsupported_media_type"},
	} {
		for _, target := range bodyTargets(id) {
			a := s.send(t, testCall{as: target.as, method: "POST", path: target.path, body: []byte(c.body), media: c.media})
			if got := a.stringField("code"); a.status != c.status || got != c.code {
				t.Errorf("%s to %s: %d %s, want %d %s", label, target.path, a.status, a.body, c.status, c.code)
			}
		}
	}
	s.checkNothingStored(t, id)
}

// TestEmptyBodyNamesMissingFields expects the missing fields instead of a JSON
// error.
func TestEmptyBodyNamesMissingFields(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{}, casetest.Limits(t, "all=off"))
	id := s.fileWithLink(t).stringField("id")
	for _, target := range bodyTargets(id) {
		for _, body := range []string{"", "{}", "null"} {
			required := schemaNamed(t, target.schema).Required
			if len(required) == 0 {
				continue
			}
			p := s.send(t, testCall{as: target.as, method: "POST", path: target.path, body: []byte(body)}).problem(422, "invalid")
			for _, field := range required {
				if field == "claimant" {
					field = "claimant.name"
				}
				if !p.namesField(field) {
					t.Errorf("%s %q: %+v does not name %s", target.schema, body, p, field)
				}
			}
		}
	}
	s.checkNothingStored(t, id)
}

// TestRulesBetweenFields checks the rules that the specification cannot
// express.
func TestRulesBetweenFields(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{}, casetest.Limits(t, "all=off"))
	filed := s.fileWithLink(t)
	id := filed.stringField("id")
	for _, c := range []struct{ old, replacement, field string }{
		{`"claimed_fen": 120000`, `"claimed_fen": 120001`, "counterparts"},
		{`2026-03-01T12:31:00`, `2026-03-01T12:29:59`, "counterparts[0].claimed_at"},
		{`lin@test.localhost`, `lin at home`, "claimant.email"},
		{`+86 138 0000 0000`, `call me`, "claimant.phone"},
	} {
		body := strings.Replace(validFiling, c.old, c.replacement, 1)
		if p := s.send(t, testCall{as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases", body: []byte(body)}).problem(422, "invalid"); !p.namesField(c.field) {
			t.Errorf("%s: %+v does not name %s", c.replacement, p, c.field)
		}
	}
	one := filed.counterpartIDs()[0]
	for _, c := range []struct {
		action      recovery.Action
		body, field string
	}{
		{recovery.RecordResponse, `{"counterpart_id":"nobody","kind":"refused","at":"` + day + `"}`, "counterpart_id"},
		{recovery.RecordResponse, `{"counterpart_id":"` + one + `","kind":"refused","amount_fen":1,"at":"` + day + `"}`, "amount_fen"},
		{recovery.RecordResponse, `{"counterpart_id":"` + one + `","kind":"partly_returned","at":"` + day + `"}`, "amount_fen"},
		{recovery.SubmitAppeal, `{"confirm":false}`, "confirm"},
		{recovery.Escalate, `{"to":"appeal","reason":"x","text":"y"}`, "text"},
	} {
		if p := s.takeAction(t, recovery.RoleClaimant, id, c.action, c.body).problem(422, "invalid"); !p.namesField(c.field) {
			t.Errorf("%s: %+v does not name %s", c.body, p, c.field)
		}
	}
	if p := s.takeAction(t, recovery.RoleSupervisor, id, recovery.Assign, `{"user_id":"nobody"}`).problem(422, "invalid"); !p.namesField("user_id") {
		t.Errorf("%+v", p)
	}
	s.checkNothingStored(t, id)
}
