package api_test

import (
	"bytes"
	"errors"
	"net/http"
	"slices"
	"sync"
	"testing"

	"recourse/api"
	"recourse/recovery"
)

const day = "2026-03-02T09:00:00+08:00"

// counterpartIDs returns the ids of a case's counterparts.
func (a testResponse) counterpartIDs() []string {
	a.t.Helper()
	list, _ := a.decodeObject()["counterparts"].([]any)
	ids := make([]string, len(list))
	for i, item := range list {
		object, _ := item.(map[string]any)
		ids[i], _ = object["id"].(string)
	}
	return ids
}

func (a testResponse) allows(action recovery.Action) bool {
	a.t.Helper()
	list, _ := a.decodeObject()["allowed_actions"].([]any)
	return slices.Contains(list, any(string(action)))
}

func TestCaseFromFilingToClosing(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	filed := s.fileCase(t)
	id, people := filed.stringField("id"), filed.counterpartIDs()
	steps := []struct {
		as     recovery.Role
		action recovery.Action
		body   string
		stage  string
	}{
		{recovery.RoleClaimant, recovery.RecordContact, `{"channel":"private_message","text":"请退回","sent_at":"` + day + `","in_group":false,"counterpart_id":"` + people[0] + `"}`, "private_contact"},
		{recovery.RoleClaimant, recovery.RecordResponse, `{"counterpart_id":"` + people[0] + `","kind":"partly_returned","amount_fen":50000,"text":"先退一半","at":"` + day + `"}`, "private_contact"},
		{recovery.RoleClaimant, recovery.RecordReturn, `{"counterpart_id":"` + people[1] + `","amount_fen":10000,"at":"` + day + `","channel":"wechat"}`, "private_contact"},
		{recovery.RoleClaimant, recovery.Escalate, `{"to":"appeal","reason":"没有回音"}`, "appeal"},
		{recovery.RoleClaimant, recovery.SubmitAppeal, `{"confirm":true}`, "appeal"},
		{recovery.RoleAgent, recovery.Assign, `{"user_id":"` + string(s.Actor(recovery.RoleAgent).ID) + `"}`, "appeal"},
		{recovery.RoleAgent, recovery.AddNote, `{"text":"内部备注","visibility":"internal"}`, "appeal"},
		{recovery.RoleAgent, recovery.RecordPlatformReply, `{"kind":"ticket_opened","at":"` + day + `","ref":"T-1"}`, "appeal"},
		{recovery.RoleAgent, recovery.DecideAppeal, `{"decision":"denied","reason":"平台不受理"}`, "legal"},
		{recovery.RoleClaimant, recovery.ChooseRoute, `{"route":"small_claims","why":"金额小"}`, "legal"},
		{recovery.RoleLegal, recovery.RecordLegalStep, `{"kind":"filed_in_court","at":"` + day + `","ref":"（2026）浙0102民初1号"}`, "legal"},
		{recovery.RoleSupervisor, recovery.Release, ``, "legal"},
		{recovery.RoleLegal, recovery.CloseCase, `{"outcome":"judgment","reason":"判决返还"}`, "closed"},
		{recovery.RoleClaimant, recovery.ShareLesson, `{"share":true}`, "closed"},
	}
	version := filed.decodeObject()["version"]
	for _, step := range steps {
		after := s.takeAction(t, step.as, id, step.action, step.body).wantStatus(http.StatusOK)
		if got := after.stringField("stage"); got != step.stage {
			t.Fatalf("after %s the case is in stage %s, want %s", step.action, got, step.stage)
		}
		if same := after.decodeObject()["version"] == version; same || after.header.Get("ETag") == "" {
			t.Errorf("%s: version %v, ETag %q", step.action, after.decodeObject()["version"], after.header.Get("ETag"))
		}
		version = after.decodeObject()["version"]
	}
	closed := s.get(t, recovery.RoleClaimant, "/api/v1/cases/"+id).wantStatus(http.StatusOK)
	if closed.stringField("outcome") != "judgment" || closed.stringField("closed_at") == "" || closed.decodeObject()["recovered_fen"] != 60000.0 ||
		closed.decodeObject()["shared"] != true {
		t.Errorf("%s", closed.body)
	}
}

func TestRefuseActionNotAllowed(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	filed := s.fileCase(t)
	id := filed.stringField("id")
	before := s.countEntries(id)
	p := s.takeAction(t, recovery.RoleClaimant, id, recovery.SubmitAppeal, `{"confirm":true}`).problem(http.StatusConflict, "action_not_allowed")
	if !slices.Contains(p.Allowed, "escalate") || slices.Contains(p.Allowed, "submit_appeal") {
		t.Errorf("allowed: %v", p.Allowed)
	}
	s.takeAction(t, recovery.RoleClaimant, id, recovery.DecideAppeal, `{"decision":"denied","reason":"x"}`).problem(http.StatusForbidden, "forbidden")
	s.takeAction(t, recovery.RoleAuditor, id, recovery.AddNote, `{"text":"x","visibility":"shared"}`).problem(http.StatusForbidden, "forbidden")
	s.takeAction(t, recovery.RoleClaimant, id, "fly", `{}`).problem(http.StatusNotFound, "not_found")
	if !filed.allows(recovery.Escalate) || filed.allows(recovery.SubmitAppeal) || filed.allows(recovery.CloseCase) {
		t.Errorf("%s", filed.body)
	}
	if after := s.countEntries(id); after != before {
		t.Errorf("%d entries, before %d", after, before)
	}
}

// TestRefusedCorrection: the problem names the entry to correct first, or the action to
// take instead.
func TestRefusedCorrection(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	filed := s.fileCase(t)
	id := filed.stringField("id")
	s.takeAction(t, recovery.RoleClaimant, id, recovery.Escalate, `{"to":"legal","reason":"没有回音"}`).wantStatus(http.StatusOK)
	s.takeAction(t, recovery.RoleClaimant, id, recovery.ChooseRoute, `{"route":"small_claims","why":"金额小"}`).wantStatus(http.StatusOK)
	refuse := func(body string) api.CorrectionRefusal {
		p := s.takeAction(t, recovery.RoleClaimant, id, recovery.Correct, body).problem(http.StatusConflict, "correction_refused")
		if p.CorrectionRefusal == nil {
			t.Fatalf("no reason: %+v", p)
		}
		return *p.CorrectionRefusal
	}
	if why := refuse(`{"seq":1,"reason":"x"}`); why.Reason != api.CorrectionReasonOtherAction || why.Action == nil || *why.Action != "amend_facts" || why.Entry != nil {
		t.Errorf("the filing: %+v", why)
	}
	if why := refuse(`{"seq":2,"reason":"x"}`); why.Reason != api.CorrectionReasonLaterEntry || why.Entry == nil || *why.EntryKind != "route_chosen" {
		t.Errorf("a stage that a route was chosen in: %+v", why)
	}
}

func TestIfMatch(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	id := s.fileCase(t).stringField("id")
	note := func(as recovery.Role, action recovery.Action, body, tag string) testResponse {
		return s.send(t, testCall{
			as: as, method: "POST", path: "/api/v1/cases/" + id + "/actions/" + string(action),
			body: []byte(body), header: map[string]string{"If-Match": tag},
		})
	}
	const contact = `{"channel":"phone","text":"x","sent_at":"` + day + `"}`
	for _, tag := range []string{`"2"`, `"0"`, `W/"1"`, `"abc"`, `1`, `"-1"`, `""`} {
		note(recovery.RoleClaimant, recovery.RecordContact, contact, tag).problem(http.StatusPreconditionFailed, "precondition_failed")
		note(recovery.RoleClaimant, recovery.AddNote, `{"text":"x","visibility":"shared"}`, tag).problem(http.StatusPreconditionFailed, "precondition_failed")
	}
	if p := note(recovery.RoleClaimant, recovery.RecordContact, contact, `"1", "2"`).problem(http.StatusBadRequest, "invalid"); !p.namesField("If-Match") {
		t.Errorf("%+v", p)
	}
	if s.countEntries(id) != 1 {
		t.Errorf("%d entries after refusals", s.countEntries(id))
	}
	tag := note(recovery.RoleClaimant, recovery.RecordContact, contact, `"1"`).wantStatus(http.StatusOK).header.Get("ETag")
	tag = note(recovery.RoleClaimant, recovery.AddNote, `{"text":"x","visibility":"shared"}`, tag).wantStatus(http.StatusOK).header.Get("ETag")
	note(recovery.RoleClaimant, recovery.RecordContact, contact, "*").wantStatus(http.StatusOK)
	note(recovery.RoleClaimant, recovery.RecordContact, contact, tag).problem(http.StatusPreconditionFailed, "precondition_failed")
}

// TestIfMatchBesideActions: particulars, files and holds compare the version, too.
func TestIfMatchBesideActions(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	id := s.fileCase(t).stringField("id")
	particulars := func(body, tag string) testResponse {
		return s.send(t, testCall{
			as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases/" + id + "/particulars", body: []byte(body), header: map[string]string{"If-Match": tag},
		})
	}
	hold := func(tag string) testResponse {
		return s.send(t, testCall{
			as: recovery.RoleLegal, method: "POST", path: "/api/v1/cases/" + id + "/hold", body: []byte(`{"reason":"x"}`), header: map[string]string{"If-Match": tag},
		})
	}
	particulars(`{"court":"杭州市西湖区人民法院"}`, `"7"`).problem(http.StatusPreconditionFailed, "precondition_failed")
	hold(`"7"`).problem(http.StatusPreconditionFailed, "precondition_failed")
	particulars(`{"court":"杭州市西湖区人民法院"}`, `"1"`).wantStatus(http.StatusOK)
	particulars(`{"noticed_on":"`+day[:10]+`"}`, `"1"`).problem(http.StatusPreconditionFailed, "precondition_failed")
	particulars(`{"noticed_on":"`+day[:10]+`","return_by":"2030-01-01"}`, `"2"`).wantStatus(http.StatusOK)
	hold(`"2"`).problem(http.StatusPreconditionFailed, "precondition_failed")
	hold("*").wantStatus(http.StatusOK)
}

func TestRepeatedActionReplays(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	id := s.fileCase(t).stringField("id")
	for action, body := range map[recovery.Action]string{
		recovery.RecordContact: `{"channel":"phone","text":"x","sent_at":"` + day + `"}`,
		recovery.AddNote:       `{"text":"x","visibility":"shared"}`,
	} {
		c := testCall{
			as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases/" + id + "/actions/" + string(action),
			body: []byte(body), key: "act-" + string(action),
		}
		first := s.send(t, c).wantStatus(http.StatusOK)
		s.takeAction(t, recovery.RoleClaimant, id, recovery.RecordContact, `{"channel":"sms","text":"y","sent_at":"`+day+`"}`).wantStatus(http.StatusOK)
		again := s.send(t, c).wantStatus(http.StatusOK)
		if string(first.body) != string(again.body) || again.header.Get("Idempotent-Replay") != "true" {
			t.Errorf("%s: first\n%s\nagain\n%s", action, first.body, again.body)
		}
		if first.header.Get("ETag") != again.header.Get("ETag") {
			t.Errorf("%s: ETag %q and %q", action, first.header.Get("ETag"), again.header.Get("ETag"))
		}
		c.body = []byte(`{"text":"other","visibility":"internal"}`)
		if action == recovery.AddNote {
			s.send(t, c).problem(http.StatusConflict, "idempotency_conflict")
		}
	}
	if got := s.countEntries(id); got != 5 {
		t.Errorf("%d entries, want 5", got)
	}
}

func TestConcurrentActions(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	id := s.fileCase(t).stringField("id")
	statuses := make([]int, 8)
	var group sync.WaitGroup
	for i := range statuses {
		group.Go(func() {
			statuses[i] = s.send(t, testCall{
				as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases/" + id + "/actions/escalate",
				body: []byte(`{"to":"appeal","reason":"x"}`), key: "once",
			}).status
		})
	}
	group.Wait()
	for _, status := range statuses {
		if status != http.StatusOK {
			t.Errorf("statuses %v", statuses)
			break
		}
	}
	entries, err := s.Store.ReadJournal(t.Context(), recovery.CaseID(id), 0, 100)
	failOnError(t, err)
	escalated := 0
	for _, entry := range entries {
		if entry.Record.Kind == recovery.EntryEscalated {
			escalated++
		}
	}
	if escalated != 1 {
		t.Errorf("%d entries of one escalation", escalated)
	}
}

func TestEngineUnavailable(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	id := s.fileCase(t).stringField("id")
	c := testCall{
		as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases/" + id + "/actions/withdraw",
		body: []byte(`{"reason":"x"}`), key: "w",
	}
	s.Engine.Away = &recovery.Fault{
		Code: recovery.CodeUnavailable, Detail: "The case engine cannot be reached.", Cause: errors.New("nobody answers at 10.0.0.7"),
	}
	refused := s.send(t, c)
	refused.problem(http.StatusServiceUnavailable, "unavailable")
	reason := "The case engine cannot be reached. Nothing was done. Send the same request again in a moment."
	if got := refused.stringField("detail"); got != reason {
		t.Errorf("detail %q", got)
	}
	if bytes.Contains(refused.body, []byte("10.0.0.7")) {
		t.Errorf("it names a host: %s", refused.body)
	}
	if refused.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	if s.countEntries(id) != 1 {
		t.Errorf("%d entries", s.countEntries(id))
	}
	s.fileCase(t) // filing does not wait for the engine
	s.Engine.Away = nil
	if got := s.send(t, c).wantStatus(http.StatusOK).stringField("stage"); got != "closed" {
		t.Errorf("stage %s", got)
	}
}
