package api_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"recourse/api"
	"recourse/recovery"
)

// person stands for the id of a counterpart of the case in hand.
const person = "PERSON"

// samples are sound bodies of every schema that a request may have.
func samples() map[string]string {
	soon := time.Now().AddDate(0, 1, 0)
	parts := `[{"due_on":"` + soon.Format(time.DateOnly) + `","amount_fen":100}]`
	return map[string]string{
		"ActPlanContact":         `{"counterpart_id":"` + person + `","channel":"wechat","text":"请退回，谢谢","in_group":false}`,
		"ActRecordMediation":     `{"channel":"group_message","text":"x","at":"` + day + `"}`,
		"ActReportHarassment":    `{"counterpart_id":"` + person + `","text":"x","at":"` + day + `"}`,
		"ActProposePlan":         `{"counterpart_id":"` + person + `","instalments":` + parts + `}`,
		"ActAcceptPlan":          `{"counterpart_id":"` + person + `"}`,
		"ActDeclinePlan":         `{"counterpart_id":"` + person + `","reason":"x"}`,
		"ActRecordInstalment":    `{"counterpart_id":"` + person + `","no":1,"amount_fen":100,"at":"` + day + `"}`,
		"ActAskPlatform":         `{"note":"x","at":"` + day + `","ref":"T-1"}`,
		"ActApproveDecision":     `{}`,
		"ActRejectDecision":      `{"reason":"x"}`,
		"ActPause":               `{"reason":"x","until":"` + soon.UTC().Format(time.RFC3339) + `"}`,
		"ActResume":              `{}`,
		"ActReopen":              `{"reason":"x"}`,
		"ActHandOver":            `{"user_id":"x","reason":"x"}`,
		"LinkRequest":            `{"counterpart_id":"` + person + `","days":7}`,
		"ReturnResponse":         `{"kind":"partly_returned","refusal":"refuses","amount_fen":100,"text":"x","at":"` + day + `"}`,
		"ReturnPlan":             `{"instalments":` + parts + `}`,
		"ReturnPlanAnswer":       `{"accept":false,"reason":"x"}`,
		"ReturnHarassment":       `{"text":"x"}`,
		"Filing":                 sample,
		"ActRecordContact":       `{"channel":"phone","text":"请退回","sent_at":"` + day + `","counterpart_id":"` + person + `","in_group":false}`,
		"ActRecordResponse":      `{"counterpart_id":"` + person + `","kind":"partly_returned","refusal":"refuses","amount_fen":100,"text":"x","at":"` + day + `"}`,
		"ActRecordReturn":        `{"counterpart_id":"` + person + `","amount_fen":100,"at":"` + day + `","channel":"wechat"}`,
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
		"ExportRequest":          `{"audience":"court"}`,
		"AssessmentFacts":        facts,
		"SendFacts":              send,
		"LintRequest":            `{"text":"请把钱退回，谢谢","where":"private"}`,
		"Income":                 income,
		"NewWebhook":             `{"url":"https://example.org/hook","description":"客服系统","types":["case.case_filed"]}`,
		"Preferences":            `{"language":"en","quiet_from":"21:30","quiet_until":"07:00","mail":{"money":false,"task":true,"deadline":true,"progress":true}}`,
	}
}

// target is where a body of a schema is sent, and by whom.
type target struct {
	schema, path string
	as           recovery.Role
}

func targets(id string) []target {
	all := []target{
		{"Filing", "/api/v1/cases", recovery.RoleClaimant},
		{"ExportRequest", "/api/v1/cases/" + id + "/exports", recovery.RoleClaimant},
		{"LintRequest", "/api/v1/texts/lint", recovery.RoleClaimant},
		{"AssessmentFacts", "/api/v1/assessments", ""},
		{"SendFacts", "/api/v1/preventions", ""},
		{"Income", "/api/v1/incomes", recovery.RoleAdmin},
		{"NewWebhook", "/api/v1/webhooks", recovery.RoleAdmin},
		{"LinkRequest", "/api/v1/cases/" + id + "/links", recovery.RoleClaimant},
		{"ReturnResponse", "/api/v1/return/response", holder},
		{"ReturnPlan", "/api/v1/return/plan", holder},
		{"ReturnPlanAnswer", "/api/v1/return/plan/answer", holder},
		{"ReturnHarassment", "/api/v1/return/harassment", holder},
	}
	for _, action := range recovery.Actions {
		roles := []recovery.Role{recovery.RoleClaimant, recovery.RoleAgent, recovery.RoleSupervisor, recovery.RoleLegal}
		at := slices.IndexFunc(roles, func(r recovery.Role) bool { return recovery.MayEver(r, action) })
		all = append(all, target{bodySchema(action), "/api/v1/cases/" + id + "/actions/" + string(action), roles[at]})
	}
	return all
}

// TestEveryFieldOfEveryBody sends each body with one thing wrong in it. Each is
// refused with the field named, and nothing of any is left.
func TestEveryFieldOfEveryBody(t *testing.T) {
	t.Parallel()
	s := newStand(t, api.Options{})
	filed := s.linked(t)
	id := filed.text("id")
	sent := 0
	for _, target := range targets(id) {
		sound := strings.ReplaceAll(samples()[target.schema], person, filed.counterparts()[0])
		for i, m := range mutations(schema(t, target.schema), sound) {
			sent++
			key := fmt.Sprintf("%s-%d", target.schema, i)
			a := s.do(t, call{as: target.as, method: "POST", path: target.path, body: m.body, key: key})
			if !refusedFor(a, m.field) {
				t.Errorf("%s: %s %s: %d %s\nbody %.300q", target.schema, m.field, m.what, a.status, a.body, m.body)
			}
			if _, kept, err := s.Store.Answer(t.Context(), s.asks(filed, target.as), key); err != nil || kept {
				t.Errorf("%s: %s %s: an answer was kept (%v)", target.schema, m.field, m.what, err)
			}
		}
	}
	if sent < 1500 {
		t.Errorf("only %d bodies were sent", sent)
	}
	s.leftNothing(t, id)
}

// refusedFor reports whether a problem of the sender's names a field; for an
// item of a list the list will do, for an object a field in it.
func refusedFor(a answer, field string) bool {
	if a.status != http.StatusBadRequest && a.status != http.StatusUnprocessableEntity {
		return false
	}
	p := a.problem(a.status, "invalid")
	whole, _, _ := strings.Cut(field, "[")
	return p.names(field) || strings.HasSuffix(field, "]") && p.names(whole) || p.names(field+".name")
}

// asks gives the id under which the answers of a role are kept.
func (s *stand) asks(filed answer, as recovery.Role) recovery.UserID {
	if as == holder {
		return recovery.UserID(filed.counterparts()[0])
	}
	return s.Actor(as).ID
}

// leftNothing expects one case with its filing and one link.
func (s *stand) leftNothing(t *testing.T, id string) {
	t.Helper()
	if s.cases() != 1 || s.entries(id) != 2 || s.blobs() != 0 {
		t.Errorf("%d cases, %d entries, %d files are left", s.cases(), s.entries(id), s.blobs())
	}
	exports, err := s.Store.ExportsOf(t.Context(), recovery.CaseID(id))
	if err != nil || len(exports) != 0 {
		t.Errorf("%d exports are left (%v)", len(exports), err)
	}
}

// TestBodiesThatAreNoJSON sends what cannot be read at all to every path.
func TestBodiesThatAreNoJSON(t *testing.T) {
	t.Parallel()
	s := newStand(t, api.Options{})
	id := s.linked(t).text("id")
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
		for _, target := range targets(id) {
			a := s.do(t, call{as: target.as, method: "POST", path: target.path, body: []byte(c.body), media: c.media})
			if got := a.text("code"); a.status != c.status || got != c.code {
				t.Errorf("%s to %s: %d %s, want %d %s", label, target.path, a.status, a.body, c.status, c.code)
			}
		}
	}
	s.leftNothing(t, id)
}

// TestAnEmptyBodyLacksItsFields names what is missing instead of complaining
// about JSON.
func TestAnEmptyBodyLacksItsFields(t *testing.T) {
	t.Parallel()
	s := newStand(t, api.Options{})
	id := s.linked(t).text("id")
	for _, target := range targets(id) {
		for _, body := range []string{"", "{}", "null"} {
			required := schema(t, target.schema).Required
			if len(required) == 0 {
				continue
			}
			p := s.do(t, call{as: target.as, method: "POST", path: target.path, body: []byte(body)}).problem(422, "invalid")
			for _, field := range required {
				if field == "claimant" {
					field = "claimant.name"
				}
				if !p.names(field) {
					t.Errorf("%s %q: %+v does not name %s", target.schema, body, p, field)
				}
			}
		}
	}
	s.leftNothing(t, id)
}

// TestWhatTheSpecificationCannotSay holds the rules between fields.
func TestWhatTheSpecificationCannotSay(t *testing.T) {
	t.Parallel()
	s := newStand(t, api.Options{})
	filed := s.linked(t)
	id := filed.text("id")
	for _, c := range []struct{ old, replacement, field string }{
		{`"claimed_fen": 120000`, `"claimed_fen": 120001`, "counterparts"},
		{`2026-03-01T12:31:00`, `2026-03-01T12:29:59`, "counterparts[0].claimed_at"},
		{`lin@test.localhost`, `lin at home`, "claimant.email"},
		{`+86 138 0000 0000`, `call me`, "claimant.phone"},
	} {
		body := strings.Replace(sample, c.old, c.replacement, 1)
		if p := s.do(t, call{as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases", body: []byte(body)}).problem(422, "invalid"); !p.names(c.field) {
			t.Errorf("%s: %+v does not name %s", c.replacement, p, c.field)
		}
	}
	one := filed.counterparts()[0]
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
		if p := s.act(t, recovery.RoleClaimant, id, c.action, c.body).problem(422, "invalid"); !p.names(c.field) {
			t.Errorf("%s: %+v does not name %s", c.body, p, c.field)
		}
	}
	if p := s.act(t, recovery.RoleSupervisor, id, recovery.Assign, `{"user_id":"nobody"}`).problem(422, "invalid"); !p.names("user_id") {
		t.Errorf("%+v", p)
	}
	s.leftNothing(t, id)
}
