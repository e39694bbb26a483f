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
	"recourse/evidence/journal"
	"recourse/recovery"
)

// say posts to a part of /return as the counterpart.
func (s *stand) say(t testing.TB, part, body string) answer {
	t.Helper()
	return s.do(t, call{as: holder, method: "POST", path: "/api/v1/return/" + part, body: []byte(body)})
}

func (s *stand) counterpart(t testing.TB) answer {
	t.Helper()
	return s.get(t, holder, "/api/v1/return").is(http.StatusOK)
}

func TestWhatACounterpartSees(t *testing.T) {
	t.Parallel()
	s := newStand(t, api.Options{})
	filed := s.linked(t)
	seen := s.counterpart(t)
	for _, hidden := range []string{
		"林晓", "lin@test", "138 0000", "浙江", "杭州", "小李", "wx-", "家人群", "10000500012026", "80000", "200000",
		filed.text("id"), filed.counterparts()[1],
	} {
		if strings.Contains(string(seen.body), hidden) {
			t.Errorf("it tells %s: %s", hidden, seen.body)
		}
	}
	for name, want := range map[string]any{
		"reference": filed.text("number"), "open": true, "platform": "wechat", "instrument": "transfer", "held_fen": 120000.0,
		"asked_fen": 120000.0, "returned_fen": 0.0, "says_fen": 0.0, "plan": nil, "answer": nil,
	} {
		if got := seen.object()[name]; got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	text, _ := seen.object()["text"].(map[string]any)
	if body, _ := text["body"].(string); !strings.Contains(body, "1,200.00") || !strings.Contains(body, "按原路退还") {
		t.Errorf("text %v", text)
	}
	if !seen.allows(recovery.RecordResponse) || !seen.allows(recovery.ProposePlan) || seen.allows(recovery.AcceptPlan) || seen.allows(recovery.Withdraw) {
		t.Errorf("%s", seen.body)
	}
	s.counterpart(t)
	want := []recovery.EntryKind{recovery.EntryCaseFiled, recovery.EntryLinkIssued, recovery.EntryLinkOpened}
	if got := s.kinds(t, filed.text("id")); !slices.Equal(got, want) {
		t.Errorf("two openings are journalled as %v", got)
	}
	opened := s.Entries(t, recovery.CaseID(filed.text("id")))[2]
	if opened.Actor.Role != recovery.RoleCounterpart || string(opened.Actor.ID) != filed.counterparts()[0] {
		t.Errorf("opened by %+v", opened.Actor)
	}
}

// TestAShareThatNobodyKnows tells one of several holders no sum: what is missing
// is not theirs alone.
func TestAShareThatNobodyKnows(t *testing.T) {
	t.Parallel()
	s := newStand(t, api.Options{})
	body := strings.Replace(string(filing("")), `"claimed_fen": 120000,`, ``, 1)
	filed := s.do(t, call{as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases", body: []byte(body)}).is(http.StatusCreated)
	s.link = s.issue(t, filed, 0, "").text("token")
	seen := s.counterpart(t).object()
	if seen["held_fen"] != nil || seen["asked_fen"] != nil || seen["text"] != nil {
		t.Errorf("%v", seen)
	}
	if p := s.say(t, "response", `{"kind":"returned"}`).problem(http.StatusUnprocessableEntity, "invalid"); !p.names("amount_fen") {
		t.Errorf("%+v", p)
	}
	s.say(t, "response", `{"kind":"returned","amount_fen":500}`).is(http.StatusOK)
}

// TestAShareOfAPacket tells whoever took a part of a packet of that part alone,
// whether others are named or not.
func TestAShareOfAPacket(t *testing.T) {
	t.Parallel()
	packet := strings.Replace(string(filing("")), `"instrument": "transfer"`, `"instrument": "lucky_packet"`, 1)
	first := strings.Index(packet, `"counterparts"`)
	last := first + strings.Index(packet[first:], "]")
	lone := packet[:first] + `"counterparts": [{"alias": "山风", "claimed_fen": 120000}` + packet[last:]
	for name, body := range map[string]string{"one of two": packet, "the only one named": lone} {
		s := newStand(t, api.Options{})
		filed := s.do(t, call{as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases", body: []byte(body)}).is(http.StatusCreated)
		s.link = s.issue(t, filed, 0, "").text("token")
		seen := s.counterpart(t).object()
		text, _ := seen["text"].(map[string]any)
		said, _ := text["body"].(string)
		if seen["asked_fen"] != 120000.0 || !strings.Contains(said, "1,200.00") || strings.Contains(said, "2,000.00") || strings.Contains(said, "一份") {
			t.Errorf("%s: %v, %s", name, seen["asked_fen"], said)
		}
	}
}

// TestWhatACounterpartSaysWaits until the claimant has looked.
func TestWhatACounterpartSaysWaits(t *testing.T) {
	t.Parallel()
	s := newStand(t, api.Options{})
	filed := s.linked(t)
	id := filed.text("id")
	said := s.say(t, "response", `{"kind":"returned","text":"已退"}`).is(http.StatusOK).object()
	if said["says_fen"] != 120000.0 || said["returned_fen"] != 0.0 || said["answer"] != "returned" {
		t.Errorf("%v", said)
	}
	c := s.get(t, recovery.RoleClaimant, "/api/v1/cases/"+id).is(http.StatusOK)
	if c.text("waiting_on") != "claimant" || c.object()["recovered_fen"] != 0.0 || c.object()["outstanding_fen"] != 200000.0 {
		t.Errorf("%s", c.body)
	}
	one := filed.counterparts()[0]
	after := s.act(t, recovery.RoleClaimant, id, recovery.RecordReturn,
		`{"counterpart_id":"`+one+`","amount_fen":120000,"at":"`+day+`","channel":"wechat"}`).is(http.StatusOK).object()
	if after["recovered_fen"] != 120000.0 || after["outstanding_fen"] != 80000.0 {
		t.Errorf("%v", after)
	}
	if seen := s.counterpart(t).object(); seen["says_fen"] != 0.0 || seen["returned_fen"] != 120000.0 || seen["asked_fen"] != 0.0 {
		t.Errorf("%v", seen)
	}
	entries := s.Entries(t, recovery.CaseID(id))
	spoken := entries[slices.IndexFunc(entries, func(e journal.Entry) bool { return e.Kind == recovery.EntryResponseRecorded })]
	if spoken.Actor.Role != recovery.RoleCounterpart || spoken.Commitments["text"] == "" {
		t.Errorf("%+v", spoken)
	}
}

func TestPlansByLink(t *testing.T) {
	t.Parallel()
	s := newStand(t, api.Options{})
	filed := s.linked(t)
	id, one := filed.text("id"), filed.counterparts()[0]
	soon := time.Now().AddDate(0, 1, 0).Format(time.DateOnly)
	parts := func(fen string) string { return `"instalments":[{"due_on":"` + soon + `","amount_fen":` + fen + `}]` }
	if p := s.say(t, "plan", `{`+parts("119999")+`}`).problem(422, "invalid"); !p.names("instalments") {
		t.Errorf("%+v", p)
	}
	proposed := s.say(t, "plan", `{`+parts("120000")+`}`).is(http.StatusOK)
	if proposed.allows(recovery.AcceptPlan) || !proposed.allows(recovery.DeclinePlan) {
		t.Errorf("the proposer is offered %s", proposed.body)
	}
	s.say(t, "plan/answer", `{"accept":true}`).problem(http.StatusConflict, "action_not_allowed")
	s.say(t, "plan/answer", `{"accept":false,"reason":"改主意"}`).is(http.StatusOK)
	s.act(t, recovery.RoleClaimant, id, recovery.ProposePlan, `{"counterpart_id":"`+one+`",`+parts("120000")+`}`).is(http.StatusOK)
	if offered := s.counterpart(t); !offered.allows(recovery.AcceptPlan) {
		t.Errorf("%s", offered.body)
	}
	accepted := s.say(t, "plan/answer", `{"accept":true}`).is(http.StatusOK)
	plan, _ := accepted.object()["plan"].(map[string]any)
	if plan["running"] != true || plan["rest_fen"] != 120000.0 || accepted.allows(recovery.ProposePlan) {
		t.Errorf("%s", accepted.body)
	}
	c := s.act(t, recovery.RoleClaimant, id, recovery.RecordInstalment, `{"no":1,"amount_fen":50000,"at":"`+day+`"}`).is(http.StatusOK)
	if got := c.object()["recovered_fen"]; got != 50000.0 {
		t.Errorf("recovered %v", got)
	}
}

func TestInstalmentsThatCannotBe(t *testing.T) {
	t.Parallel()
	s := newStand(t, api.Options{})
	filed := s.linked(t)
	one := `{"counterpart_id":"` + filed.counterparts()[0] + `","instalments":`
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
		if p := s.act(t, recovery.RoleClaimant, filed.text("id"), recovery.ProposePlan, one+c.parts+`}`).problem(422, "invalid"); !p.names(c.field) {
			t.Errorf("%s: %+v", label, p.Errors)
		}
		if p := s.say(t, "plan", `{"instalments":`+c.parts+`}`).problem(422, "invalid"); !p.names(c.field) {
			t.Errorf("%s by the link: %+v", label, p.Errors)
		}
	}
	s.leftNothing(t, filed.text("id"))
}

func TestHarassmentByLink(t *testing.T) {
	t.Parallel()
	s := newStand(t, api.Options{})
	s.Noon(1)
	filed := s.linked(t)
	s.say(t, "harassment", `{"text":"请不要再联系我"}`).is(http.StatusOK)
	c := s.get(t, recovery.RoleClaimant, "/api/v1/cases/"+filed.text("id")).is(http.StatusOK)
	people, _ := c.object()["counterparts"].([]any)
	first, _ := people[0].(map[string]any)
	if first["banned"] != true {
		t.Errorf("%v", first)
	}
	one := filed.counterparts()[0]
	refused := s.act(t, recovery.RoleClaimant, filed.text("id"), recovery.PlanContact, `{"counterpart_id":"`+one+`","channel":"wechat","text":"请退回，谢谢"}`)
	if p := refused.problem(http.StatusConflict, "no_contact"); !strings.Contains(p.Detail, "治安管理处罚法") {
		t.Errorf("%+v", p)
	}
}

func TestEvidenceByLink(t *testing.T) {
	t.Parallel()
	s := newStand(t, api.Options{}, uploadLimit(1000))
	filed := s.linked(t)
	id := filed.text("id")
	send := func(key string, parts ...part) answer {
		body, media := form(t, parts...)
		return s.do(t, call{as: holder, method: "POST", path: "/api/v1/return/evidence", body: body, media: media, key: key})
	}
	sound := []part{{"kind", "", "transfer_screenshot"}, {"description", "", "已退款"}, {"file", "退款.png", png}}
	first := send("k", sound...).is(http.StatusCreated)
	again := send("k", sound...).is(http.StatusCreated)
	if string(first.body) != string(again.body) || again.header.Get("Idempotent-Replay") != "true" || strings.Contains(string(first.body), id) {
		t.Errorf("%s and %s", first.body, again.body)
	}
	send("k", part{"kind", "", "other"}, part{"file", "a.png", png}).problem(http.StatusConflict, "idempotency_conflict")
	send("", part{"kind", "", "other"}, part{"file", "a.png", png + strings.Repeat("x", 1000)}).problem(http.StatusRequestEntityTooLarge, "too_large")
	send("", part{"kind", "", "other"}, part{"file", "a.exe", "\x7fELF\x02\x01\x01"}).problem(http.StatusUnsupportedMediaType, "unsupported_media_type")
	send("", part{"kind", "", "spell"}, part{"file", "a.png", png}).problem(http.StatusUnprocessableEntity, "invalid")
	list := s.get(t, recovery.RoleClaimant, "/api/v1/cases/"+id+"/evidence").is(http.StatusOK)
	if !strings.Contains(string(list.body), `"by":{"id":"`+filed.counterparts()[0]+`","role":"counterpart"}`) {
		t.Errorf("%s", list.body)
	}
	needs, _ := s.get(t, recovery.RoleClaimant, "/api/v1/cases/"+id).object()["evidence_requirements"].([]any)
	for _, need := range needs {
		if object, _ := need.(map[string]any); object["satisfied"] == true {
			t.Errorf("a counterpart's file satisfies %v", object)
		}
	}
	s.act(t, recovery.RoleClaimant, id, recovery.Withdraw, `{"reason":"x"}`).is(http.StatusOK)
	send("", sound...).is(http.StatusCreated) // proof is taken in a closed case too
	s.say(t, "response", `{"kind":"refused"}`).problem(http.StatusConflict, "action_not_allowed")
	if seen := s.counterpart(t); seen.object()["open"] != false || !strings.Contains(string(seen.body), `"allowed_actions":[]`) {
		t.Errorf("%s", seen.body)
	}
}

func TestSameKeyByLink(t *testing.T) {
	t.Parallel()
	s := newStand(t, api.Options{})
	id := s.linked(t).text("id")
	c := call{as: holder, method: "POST", path: "/api/v1/return/response", body: []byte(`{"kind":"promised","text":"月底"}`), key: "k"}
	answers := make([]answer, 6)
	var group sync.WaitGroup
	for i := range answers {
		group.Go(func() { answers[i] = s.do(t, c) })
	}
	group.Wait()
	for _, a := range answers {
		if a.status != http.StatusOK || string(a.body) != string(answers[0].body) {
			t.Errorf("%d %s", a.status, a.body)
		}
	}
	c.body = []byte(`{"kind":"refused"}`)
	s.do(t, c).problem(http.StatusConflict, "idempotency_conflict")
	if got := s.kinds(t, id); len(got) != 3 || got[2] != recovery.EntryResponseRecorded {
		t.Errorf("journal %v", got)
	}
}

// TestACounterpartComesNowhereElse asks for every operation with the link's token
// and with an account of that role, and for the counterpart's part with every
// account.
func TestACounterpartComesNowhereElse(t *testing.T) {
	t.Parallel()
	s := newStand(t, api.Options{})
	filed := s.linked(t)
	document, err := contract()
	must(t, err)
	ids := strings.NewReplacer("{id}", filed.text("id"), "{link_id}", filed.text("id"), "{version}", "2026-11")
	for path, item := range document.Paths.Map() {
		for method, operation := range item.Operations() {
			public := operation.Security != nil && len(*operation.Security) == 0
			c := call{method: method, path: ids.Replace(path)}
			switch {
			case public:
			case strings.HasPrefix(path, "/api/v1/return"):
				for _, role := range append(slices.Clone(recovery.Roles), other) {
					c.as = role
					s.do(t, c).problem(http.StatusUnauthorized, "unauthenticated")
				}
			default:
				c.as = holder
				s.do(t, c).problem(http.StatusUnauthorized, "unauthenticated")
				c.as = recovery.RoleCounterpart
				if a := s.do(t, c); strings.Contains(string(a.body), filed.text("number")) || strings.Contains(path, "{id}") && a.status < 400 {
					t.Errorf("%s %s: %d %s", method, path, a.status, a.body)
				}
			}
		}
	}
	s.leftNothing(t, filed.text("id"))
}

// TestALinkExpires moves the clock past its days.
func TestALinkExpires(t *testing.T) {
	t.Parallel()
	s := newStand(t, api.Options{})
	filed := s.file(t)
	body := `{"counterpart_id":"` + filed.counterparts()[0] + `","days":3}`
	issued := s.do(t, call{as: recovery.RoleAgent, method: "POST", path: "/api/v1/cases/" + filed.text("id") + "/links", body: []byte(body)}).is(http.StatusCreated)
	s.link = issued.text("token")
	start := s.Now()
	s.SetClock(start.Add(3*24*time.Hour - time.Hour))
	s.counterpart(t)
	s.SetClock(start.Add(3 * 24 * time.Hour))
	s.ended(t)
}

func TestRatesOfLinks(t *testing.T) {
	t.Parallel()
	s := newStand(t, api.Options{AsksPerSecond: 0.001})
	s.linked(t)
	s.counterpart(t)
	refused := s.get(t, holder, "/api/v1/return")
	refused.problem(http.StatusTooManyRequests, "rate_limited")
	if refused.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	s.link = strings.Repeat("A", 43)
	s.get(t, holder, "/api/v1/return").problem(http.StatusTooManyRequests, "rate_limited") // guesses cost as much
}

// TestOneLinkFromManyAddresses is limited as one.
func TestOneLinkFromManyAddresses(t *testing.T) {
	t.Parallel()
	s := newStand(t, api.Options{AsksPerSecond: 0.001})
	s.linked(t)
	for i, want := range []int{http.StatusOK, http.StatusTooManyRequests} {
		request := s.request(t, call{as: holder, method: "GET", path: "/api/v1/return"})
		request.RemoteAddr = fmt.Sprintf("192.0.2.%d:1000", i+1)
		recorder := httptest.NewRecorder()
		s.echo.ServeHTTP(recorder, request)
		if recorder.Code != want {
			t.Errorf("request %d: %d %s", i, recorder.Code, recorder.Body)
		}
	}
}

// TestAnAddressIsForTheDesk: a counterpart leaves one with what they say; it is an
// entry of its own whose value the claimant is not shown, and nobody else leaves
// one for them. What is refused leaves none.
func TestAnAddressIsForTheDesk(t *testing.T) {
	t.Parallel()
	s := newStand(t, api.Options{})
	filed := s.linked(t)
	id := filed.text("id")
	asked := func() (n int) {
		for _, kind := range s.kinds(t, id) {
			if kind == recovery.EntryMailsAsked {
				n++
			}
		}
		return n
	}
	for _, refused := range []string{`"nobody"`, `"a@` + strings.Repeat("b", 254) + `"`} {
		p := s.say(t, "response", `{"kind":"promised","email":`+refused+`}`).problem(http.StatusUnprocessableEntity, "invalid")
		if !p.names("email") {
			t.Errorf("%s: %+v", refused, p)
		}
	}
	s.say(t, "plan/answer", `{"accept":true,"email":"lao@example.test"}`).is(http.StatusConflict)
	p := s.act(t, recovery.RoleClaimant, id, recovery.RecordResponse,
		`{"counterpart_id":"`+filed.counterparts()[0]+`","kind":"refused","at":"`+day+`","email":"lao@example.test"}`)
	if !p.problem(http.StatusUnprocessableEntity, "invalid").names("email") || asked() != 0 {
		t.Fatalf("%s, and %d entries", p.body, asked())
	}
	s.say(t, "response", `{"kind":"promised","email":"lao@example.test"}`).is(http.StatusOK)
	if asked() != 1 {
		t.Fatalf("%d entries tell of the address", asked())
	}
	path := "/api/v1/cases/" + id + "/journal"
	if told := s.get(t, recovery.RoleClaimant, path).is(http.StatusOK); strings.Contains(string(told.body), "lao@example.test") {
		t.Errorf("the claimant reads the address")
	}
	if told := s.get(t, recovery.RoleAgent, path).is(http.StatusOK); !strings.Contains(string(told.body), "lao@example.test") {
		t.Errorf("the desk does not: %s", told.body)
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
