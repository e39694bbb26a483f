package api_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"recourse/api"
	"recourse/casework/casetest"
	"recourse/evidence/journal"
	"recourse/recovery"
)

// postReturn posts to a path below /return as the counterpart.
func (s *testServer) postReturn(t testing.TB, part, body string) testResponse {
	t.Helper()
	return s.send(t, testCall{as: linkHolder, method: "POST", path: "/api/v1/return/" + part, body: []byte(body)})
}

func (s *testServer) readReturn(t testing.TB) testResponse {
	t.Helper()
	return s.get(t, linkHolder, "/api/v1/return").wantStatus(http.StatusOK)
}

func TestReturnView(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	filed := s.fileWithLink(t)
	seen := s.readReturn(t)
	for _, hidden := range []string{
		"林晓", "lin@test", "138 0000", "浙江", "杭州", "小李", "wx-", "家人群", "10000500012026", "80000", "200000",
		filed.stringField("id"), filed.counterpartIDs()[1],
	} {
		if strings.Contains(string(seen.body), hidden) {
			t.Errorf("the response contains %s: %s", hidden, seen.body)
		}
	}
	for name, want := range map[string]any{
		"reference": filed.stringField("number"), "open": true, "platform": "wechat", "instrument": "transfer", "held_fen": 120000.0,
		"asked_fen": 120000.0, "returned_fen": 0.0, "says_fen": 0.0, "plan": nil, "answer": nil,
	} {
		if got := seen.decodeObject()[name]; got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	text, _ := seen.decodeObject()["text"].(map[string]any)
	if body, _ := text["body"].(string); !strings.Contains(body, "1,200.00") || !strings.Contains(body, "转回给我") {
		t.Errorf("text %v", text)
	}
	if !seen.allows(recovery.RecordResponse) || !seen.allows(recovery.ProposePlan) || seen.allows(recovery.AcceptPlan) || seen.allows(recovery.Withdraw) {
		t.Errorf("%s", seen.body)
	}
	s.readReturn(t)
	want := []recovery.EntryKind{recovery.EntryCaseFiled, recovery.EntryLinkIssued, recovery.EntryLinkOpened}
	if got := s.entryKinds(t, filed.stringField("id")); !slices.Equal(got, want) {
		t.Errorf("two openings are journalled as %v", got)
	}
	opened := s.ReadEntries(t, recovery.CaseID(filed.stringField("id")))[2]
	if opened.Actor.Role != recovery.RoleCounterpart || string(opened.Actor.ID) != filed.counterpartIDs()[0] {
		t.Errorf("opened by %+v", opened.Actor)
	}
}

// TestUnknownShareHasNoAmount expects that one of several counterparts sees no
// amount, because the outstanding amount is not theirs alone.
func TestUnknownShareHasNoAmount(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	body := strings.Replace(string(filingBody("")), `"claimed_fen": 120000,`, ``, 1)
	filed := s.send(t, testCall{as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases", body: []byte(body)}).wantStatus(http.StatusCreated)
	s.linkToken = s.issueLink(t, filed, 0, "").stringField("token")
	seen := s.readReturn(t).decodeObject()
	if seen["held_fen"] != nil || seen["asked_fen"] != nil || seen["text"] != nil {
		t.Errorf("%v", seen)
	}
	if p := s.postReturn(t, "response", `{"kind":"returned"}`).problem(http.StatusUnprocessableEntity, "invalid"); !p.namesField("amount_fen") {
		t.Errorf("%+v", p)
	}
	s.postReturn(t, "response", `{"kind":"returned","amount_fen":500}`).wantStatus(http.StatusOK)
}

// TestKnownShareOfPacket expects that a counterpart with a known share of a
// packet sees only that share, whether or not others are named.
func TestKnownShareOfPacket(t *testing.T) {
	t.Parallel()
	packet := strings.Replace(string(filingBody("")), `"instrument": "transfer"`, `"instrument": "lucky_packet"`, 1)
	first := strings.Index(packet, `"counterparts"`)
	last := first + strings.Index(packet[first:], "]")
	lone := packet[:first] + `"counterparts": [{"alias": "山风", "claimed_fen": 120000}` + packet[last:]
	for name, body := range map[string]string{"one of two": packet, "the only one named": lone} {
		s := newTestServer(t, api.Options{})
		filed := s.send(t, testCall{as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases", body: []byte(body)}).wantStatus(http.StatusCreated)
		s.linkToken = s.issueLink(t, filed, 0, "").stringField("token")
		seen := s.readReturn(t).decodeObject()
		text, _ := seen["text"].(map[string]any)
		body, _ := text["body"].(string)
		if seen["asked_fen"] != 120000.0 || !strings.Contains(body, "1,200.00") || strings.Contains(body, "2,000.00") || strings.Contains(body, "一份") {
			t.Errorf("%s: %v, %s", name, seen["asked_fen"], body)
		}
	}
}

// TestReportedReturnAwaitsConfirmation expects that a reported return counts
// only after the claimant confirms it.
func TestReportedReturnAwaitsConfirmation(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	filed := s.fileWithLink(t)
	id := filed.stringField("id")
	reported := s.postReturn(t, "response", `{"kind":"returned","text":"已退"}`).wantStatus(http.StatusOK).decodeObject()
	if reported["says_fen"] != 120000.0 || reported["returned_fen"] != 0.0 || reported["answer"] != "returned" {
		t.Errorf("%v", reported)
	}
	c := s.get(t, recovery.RoleClaimant, "/api/v1/cases/"+id).wantStatus(http.StatusOK)
	if c.stringField("waiting_on") != "claimant" || c.decodeObject()["recovered_fen"] != 0.0 || c.decodeObject()["outstanding_fen"] != 200000.0 {
		t.Errorf("%s", c.body)
	}
	one := filed.counterpartIDs()[0]
	after := s.takeAction(t, recovery.RoleClaimant, id, recovery.RecordReturn,
		`{"counterpart_id":"`+one+`","amount_fen":120000,"at":"`+day+`","channel":"wechat"}`).wantStatus(http.StatusOK).decodeObject()
	if after["recovered_fen"] != 120000.0 || after["outstanding_fen"] != 80000.0 {
		t.Errorf("%v", after)
	}
	if seen := s.readReturn(t).decodeObject(); seen["says_fen"] != 0.0 || seen["returned_fen"] != 120000.0 || seen["asked_fen"] != 0.0 {
		t.Errorf("%v", seen)
	}
	entries := s.ReadEntries(t, recovery.CaseID(id))
	spoken := entries[slices.IndexFunc(entries, func(e journal.Entry) bool { return e.Kind == recovery.EntryResponseRecorded })]
	if spoken.Actor.Role != recovery.RoleCounterpart || spoken.Commitments["text"] == "" {
		t.Errorf("%+v", spoken)
	}
}

func TestPlansByLink(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	filed := s.fileWithLink(t)
	id, one := filed.stringField("id"), filed.counterpartIDs()[0]
	soon := time.Now().AddDate(0, 1, 0).Format(time.DateOnly)
	parts := func(fen string) string { return `"instalments":[{"due_on":"` + soon + `","amount_fen":` + fen + `}]` }
	if p := s.postReturn(t, "plan", `{`+parts("119999")+`}`).problem(422, "invalid"); !p.namesField("instalments") {
		t.Errorf("%+v", p)
	}
	proposed := s.postReturn(t, "plan", `{`+parts("120000")+`}`).wantStatus(http.StatusOK)
	if proposed.allows(recovery.AcceptPlan) || !proposed.allows(recovery.DeclinePlan) {
		t.Errorf("the proposer is offered %s", proposed.body)
	}
	s.postReturn(t, "plan/answer", `{"accept":true}`).problem(http.StatusConflict, "action_not_allowed")
	s.postReturn(t, "plan/answer", `{"accept":false,"reason":"改主意"}`).wantStatus(http.StatusOK)
	s.takeAction(t, recovery.RoleClaimant, id, recovery.ProposePlan, `{"counterpart_id":"`+one+`",`+parts("120000")+`}`).wantStatus(http.StatusOK)
	if offered := s.readReturn(t); !offered.allows(recovery.AcceptPlan) {
		t.Errorf("%s", offered.body)
	}
	accepted := s.postReturn(t, "plan/answer", `{"accept":true}`).wantStatus(http.StatusOK)
	plan, _ := accepted.decodeObject()["plan"].(map[string]any)
	if plan["running"] != true || plan["rest_fen"] != 120000.0 || accepted.allows(recovery.ProposePlan) {
		t.Errorf("%s", accepted.body)
	}
	c := s.takeAction(t, recovery.RoleClaimant, id, recovery.RecordInstalment, `{"no":1,"amount_fen":50000,"at":"`+day+`"}`).wantStatus(http.StatusOK)
	if got := c.decodeObject()["recovered_fen"]; got != 50000.0 {
		t.Errorf("recovered %v", got)
	}
}

func TestRefuseInvalidInstalments(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	filed := s.fileWithLink(t)
	one := `{"counterpart_id":"` + filed.counterpartIDs()[0] + `","instalments":`
	soon := time.Now().AddDate(0, 1, 0).Format(time.DateOnly)
	part := `{"due_on":"` + soon + `","amount_fen":120000}`
	for label, c := range map[string]struct{ parts, field string }{
		"a thousand":     {`[` + strings.Repeat(part+",", 999) + part + `]`, "instalments"},
		"yesterday":      {`[{"due_on":"2020-01-01","amount_fen":120000}]`, "instalments[0].due_on"},
		"the same day":   {`[` + part + `,` + part + `]`, "instalments[1].due_on"},
		"in ten years":   {`[{"due_on":"2099-01-01","amount_fen":120000}]`, "instalments[0].due_on"},
		"a number given": {`[{"no":1,"due_on":"` + soon + `","amount_fen":120000}]`, "instalments[0].no"},
		"paid already":   {`[{"paid_fen":1,"due_on":"` + soon + `","amount_fen":120000}]`, "instalments[0].paid_fen"},
	} {
		if p := s.takeAction(t, recovery.RoleClaimant, filed.stringField("id"), recovery.ProposePlan, one+c.parts+`}`).problem(422, "invalid"); !p.namesField(c.field) {
			t.Errorf("%s: %+v", label, p.Errors)
		}
		if p := s.postReturn(t, "plan", `{"instalments":`+c.parts+`}`).problem(422, "invalid"); !p.namesField(c.field) {
			t.Errorf("%s by the link: %+v", label, p.Errors)
		}
	}
	s.checkNothingStored(t, filed.stringField("id"))
}

func TestHarassmentByLink(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	s.SetNoon(1)
	filed := s.fileWithLink(t)
	s.postReturn(t, "harassment", `{"text":"请不要再联系我"}`).wantStatus(http.StatusOK)
	c := s.get(t, recovery.RoleClaimant, "/api/v1/cases/"+filed.stringField("id")).wantStatus(http.StatusOK)
	people, _ := c.decodeObject()["counterparts"].([]any)
	first, _ := people[0].(map[string]any)
	if first["banned"] != true {
		t.Errorf("%v", first)
	}
	one := filed.counterpartIDs()[0]
	refused := s.takeAction(t, recovery.RoleClaimant, filed.stringField("id"), recovery.PlanContact, `{"counterpart_id":"`+one+`","channel":"wechat","text":"请退回，谢谢"}`)
	if p := refused.problem(http.StatusConflict, "no_contact"); !strings.Contains(p.Detail, "治安管理处罚法") {
		t.Errorf("%+v", p)
	}
}

func TestEvidenceByLink(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{}, uploadLimit(1000))
	filed := s.fileWithLink(t)
	id := filed.stringField("id")
	send := func(key string, parts ...formPart) testResponse {
		body, media := multipartBody(t, parts...)
		return s.send(t, testCall{as: linkHolder, method: "POST", path: "/api/v1/return/evidence", body: body, media: media, key: key})
	}
	sound := []formPart{{"kind", "", "transfer_screenshot"}, {"description", "", "已退款"}, {"file", "退款.png", png}}
	first := send("k", sound...).wantStatus(http.StatusCreated)
	again := send("k", sound...).wantStatus(http.StatusCreated)
	if string(first.body) != string(again.body) || again.header.Get("Idempotent-Replay") != "true" || strings.Contains(string(first.body), id) {
		t.Errorf("%s and %s", first.body, again.body)
	}
	send("k", formPart{"kind", "", "other"}, formPart{"file", "a.png", png}).problem(http.StatusConflict, "idempotency_conflict")
	send("", formPart{"kind", "", "other"}, formPart{"file", "a.png", png + strings.Repeat("x", 1000)}).problem(http.StatusRequestEntityTooLarge, "too_large")
	send("", formPart{"kind", "", "other"}, formPart{"file", "a.exe", "\x7fELF\x02\x01\x01"}).problem(http.StatusUnsupportedMediaType, "unsupported_media_type")
	send("", formPart{"kind", "", "spell"}, formPart{"file", "a.png", png}).problem(http.StatusUnprocessableEntity, "invalid")
	list := s.get(t, recovery.RoleClaimant, "/api/v1/cases/"+id+"/evidence").wantStatus(http.StatusOK)
	if !strings.Contains(string(list.body), `"by":{"id":"`+filed.counterpartIDs()[0]+`","role":"counterpart"}`) {
		t.Errorf("%s", list.body)
	}
	needs, _ := s.get(t, recovery.RoleClaimant, "/api/v1/cases/"+id).decodeObject()["evidence_requirements"].([]any)
	for _, need := range needs {
		if object, _ := need.(map[string]any); object["satisfied"] == true {
			t.Errorf("a counterpart's file satisfies %v", object)
		}
	}
	s.takeAction(t, recovery.RoleClaimant, id, recovery.Withdraw, `{"reason":"x"}`).wantStatus(http.StatusOK)
	send("", sound...).wantStatus(http.StatusCreated) // evidence is also accepted on closed cases
	s.postReturn(t, "response", `{"kind":"refused"}`).problem(http.StatusConflict, "action_not_allowed")
	if seen := s.readReturn(t); seen.decodeObject()["open"] != false || !strings.Contains(string(seen.body), `"allowed_actions":[]`) {
		t.Errorf("%s", seen.body)
	}
}

func TestSameKeyByLink(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	id := s.fileWithLink(t).stringField("id")
	c := testCall{as: linkHolder, method: "POST", path: "/api/v1/return/response", body: []byte(`{"kind":"promised","text":"月底"}`), key: "k"}
	answers := make([]testResponse, 6)
	var group sync.WaitGroup
	for i := range answers {
		group.Go(func() { answers[i] = s.send(t, c) })
	}
	group.Wait()
	for _, a := range answers {
		if a.status != http.StatusOK || string(a.body) != string(answers[0].body) {
			t.Errorf("%d %s", a.status, a.body)
		}
	}
	c.body = []byte(`{"kind":"refused"}`)
	s.send(t, c).problem(http.StatusConflict, "idempotency_conflict")
	if got := s.entryKinds(t, id); len(got) != 3 || got[2] != recovery.EntryResponseRecorded {
		t.Errorf("journal %v", got)
	}
}

// TestLinkOpensOnlyReturnPaths sends every operation with the token of a link
// and with an account of that role, and the operations for counterparts with
// every account.
func TestLinkOpensOnlyReturnPaths(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	filed := s.fileWithLink(t)
	document, err := loadContract()
	failOnError(t, err)
	ids := strings.NewReplacer("{id}", filed.stringField("id"), "{link_id}", filed.stringField("id"), "{version}", "2026-11")
	for path, item := range document.Paths.Map() {
		for method, operation := range item.Operations() {
			public := operation.Security != nil && len(*operation.Security) == 0
			c := testCall{method: method, path: ids.Replace(path)}
			switch {
			case public:
			case strings.HasPrefix(path, "/api/v1/return"):
				for _, role := range append(slices.Clone(recovery.Roles), otherClaimant) {
					c.as = role
					s.send(t, c).problem(http.StatusUnauthorized, "unauthenticated")
				}
			default:
				c.as = linkHolder
				s.send(t, c).problem(http.StatusUnauthorized, "unauthenticated")
				c.as = recovery.RoleCounterpart
				if a := s.send(t, c); strings.Contains(string(a.body), filed.stringField("number")) || strings.Contains(path, "{id}") && a.status < 400 {
					t.Errorf("%s %s: %d %s", method, path, a.status, a.body)
				}
			}
		}
	}
	s.checkNothingStored(t, filed.stringField("id"))
}

// TestLinkExpires moves the clock past the expiry of a link.
func TestLinkExpires(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	filed := s.fileCase(t)
	body := `{"counterpart_id":"` + filed.counterpartIDs()[0] + `","days":3}`
	issued := s.send(t, testCall{as: recovery.RoleAgent, method: "POST", path: "/api/v1/cases/" + filed.stringField("id") + "/links", body: []byte(body)}).wantStatus(http.StatusCreated)
	s.linkToken = issued.stringField("token")
	start := s.Now()
	s.SetClock(start.Add(3*24*time.Hour - time.Hour))
	s.readReturn(t)
	s.SetClock(start.Add(3 * 24 * time.Hour))
	s.checkLinkEnded(t)
}

// TestLinkRateLimitAcrossAddresses expects one limit for a link that is used
// from many addresses.
func TestLinkRateLimitAcrossAddresses(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{}, casetest.Limits(t, "link_requests=1/hour"))
	s.fileWithLink(t)
	for i, want := range []int{http.StatusOK, http.StatusTooManyRequests} {
		request := s.newRequest(t, testCall{as: linkHolder, method: "GET", path: "/api/v1/return"})
		request.RemoteAddr = fmt.Sprintf("192.0.2.%d:1000", i+1)
		recorder := httptest.NewRecorder()
		s.echo.ServeHTTP(recorder, request)
		if recorder.Code != want {
			t.Errorf("request %d: %d %s", i, recorder.Code, recorder.Body)
		}
	}
}

// TestCounterpartEmailIsForLegal expects that an email address left by a
// counterpart becomes a journal entry whose value the claimant cannot see, that
// nobody else can leave one for them, and that refused requests store none.
func TestCounterpartEmailIsForLegal(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	filed := s.fileWithLink(t)
	id := filed.stringField("id")
	countConsents := func() (n int) {
		for _, kind := range s.entryKinds(t, id) {
			if kind == recovery.EntryMailsAsked {
				n++
			}
		}
		return n
	}
	for _, refused := range []string{`"nobody"`, `"a@` + strings.Repeat("b", 254) + `"`} {
		p := s.postReturn(t, "response", `{"kind":"promised","email":`+refused+`}`).problem(http.StatusUnprocessableEntity, "invalid")
		if !p.namesField("email") {
			t.Errorf("%s: %+v", refused, p)
		}
	}
	s.postReturn(t, "plan/answer", `{"accept":true,"email":"lao@example.test"}`).wantStatus(http.StatusConflict)
	p := s.takeAction(t, recovery.RoleClaimant, id, recovery.RecordResponse,
		`{"counterpart_id":"`+filed.counterpartIDs()[0]+`","kind":"refused","at":"`+day+`","email":"lao@example.test"}`)
	if !p.problem(http.StatusUnprocessableEntity, "invalid").namesField("email") || countConsents() != 0 {
		t.Fatalf("%s, and %d entries", p.body, countConsents())
	}
	s.postReturn(t, "response", `{"kind":"promised","email":"lao@example.test"}`).wantStatus(http.StatusOK)
	for _, role := range []recovery.Role{
		recovery.RoleClaimant, recovery.RoleAgent, recovery.RoleSupervisor, recovery.RoleAdmin, recovery.RoleAuditor, recovery.RoleLegal,
	} {
		shown := s.get(t, role, "/api/v1/cases/"+filed.stringField("id")+"/journal").wantStatus(http.StatusOK)
		if strings.Contains(string(shown.body), "lao@example.test") != (role == recovery.RoleLegal) {
			t.Errorf("the journal for %s: %s", role, shown.body)
		}
	}
	if countConsents() != 1 {
		t.Fatalf("%d entries tell of the address", countConsents())
	}
	mails, err := s.Store.ClaimMails(t.Context(), 50, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	confirmed := 0
	for _, mail := range mails {
		if mail.To == "lao@example.test" && mail.Template == "said_answer" && mail.Facts.Answer == recovery.Promised && mail.StopToken != "" && mail.Active {
			confirmed++
		}
	}
	if confirmed != 1 {
		t.Errorf("of %d mails, %d confirm it", len(mails), confirmed)
	}
}
