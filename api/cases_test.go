package api_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"recourse/api"
	"recourse/recovery"
)

func TestFileAndReadCase(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	filed := s.send(t, testCall{as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases", body: []byte(validFiling)}).wantStatus(http.StatusCreated)
	id := filed.stringField("id")
	if got, want := filed.header.Get("Location"), "/api/v1/cases/"+id; got != want {
		t.Errorf("Location %q, want %q", got, want)
	}
	if got := filed.header.Get("ETag"); got != `"1"` {
		t.Errorf("ETag %q", got)
	}
	read := s.get(t, recovery.RoleClaimant, "/api/v1/cases/"+id).wantStatus(http.StatusOK)
	if string(read.body) != string(filed.body) {
		t.Errorf("read\n%s\nfiled\n%s", read.body, filed.body)
	}
	for name, want := range map[string]any{
		"stage": "private_contact", "waiting_on": "counterpart", "outcome": nil, "assignee": nil, "closed_at": nil,
		"amount_fen": 200000.0, "recovered_fen": 0.0, "sent_at": "2026-03-01T12:30:00+08:00", "version": 1.0, "pace": 1.0,
		"transaction_no": "1000050001202603010012345678", "narrative": "本想发给家人群，误发到工作群。",
	} {
		if got := read.decodeObject()[name]; got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	if at := read.stringField("created_at"); !strings.HasSuffix(at, "+08:00") {
		t.Errorf("created_at %s is not at +08:00", at)
	}
	if cache := read.header.Get("Cache-Control"); cache != "no-store" {
		t.Errorf("Cache-Control %q", cache)
	}
}

func TestNullIsTheSameAsAbsent(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	body := `{"platform":"qq","instrument":"transfer","amount_fen":1,"sent_at":"2026-03-01T12:30:00+08:00","transaction_no":null,
		"reason":"other","claim_state":"unknown","group":null,"claimant":{"name":"某","email":null,"phone":null,"province":null,"city":null},
		"counterparts":[{"alias":"甲","claimed_fen":null,"claimed_at":null,"contact":null}],"narrative":null,"pace":null}`
	filed := s.send(t, testCall{as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases", body: []byte(body)}).wantStatus(http.StatusCreated)
	if filed.decodeObject()["transaction_no"] != nil || filed.decodeObject()["narrative"] != nil {
		t.Errorf("%s", filed.body)
	}
}

func TestOneOpenCasePerTransaction(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	first := testCall{as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases", body: filingBody("T1")}
	id := s.send(t, first).wantStatus(http.StatusCreated).stringField("id")
	s.send(t, first).problem(http.StatusConflict, "transaction_has_open_case")
	s.takeAction(t, recovery.RoleClaimant, id, recovery.Withdraw, `{"reason":"弄错了"}`).wantStatus(http.StatusOK)
	s.send(t, first).wantStatus(http.StatusCreated)
}

func TestRepeatedFilingReplays(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	c := testCall{as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases", body: filingBody("T1"), key: "k-1"}
	first := s.send(t, c).wantStatus(http.StatusCreated)
	again := s.send(t, c).wantStatus(http.StatusCreated)
	if string(first.body) != string(again.body) {
		t.Errorf("first\n%s\nagain\n%s", first.body, again.body)
	}
	if first.header.Get("Idempotent-Replay") != "" || again.header.Get("Idempotent-Replay") != "true" {
		t.Errorf("Idempotent-Replay: first %q, again %q", first.header.Get("Idempotent-Replay"), again.header.Get("Idempotent-Replay"))
	}
	for _, name := range []string{"Location", "ETag"} {
		if first.header.Get(name) != again.header.Get(name) || first.header.Get(name) == "" {
			t.Errorf("%s: first %q, again %q", name, first.header.Get(name), again.header.Get(name))
		}
	}
	c.body = filingBody("T2")
	s.send(t, c).problem(http.StatusConflict, "idempotency_conflict")
	c.as = otherClaimant // keys of different accounts are independent
	s.send(t, c).wantStatus(http.StatusCreated)
	if s.countCases() != 2 {
		t.Errorf("%d cases, want 2", s.countCases())
	}
}

func TestConcurrentFilingsWithSameKey(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	const senders = 12
	answers := make([]testResponse, senders)
	var group sync.WaitGroup
	for i := range senders {
		group.Go(func() {
			answers[i] = s.send(t, testCall{as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases", body: filingBody("T1"), key: "same"})
		})
	}
	group.Wait()
	replays := 0
	for _, a := range answers {
		if a.status != http.StatusCreated || string(a.body) != string(answers[0].body) {
			t.Errorf("%d %s", a.status, a.body)
		}
		if a.header.Get("Idempotent-Replay") != "" {
			replays++
		}
	}
	if s.countCases() != 1 || replays != senders-1 {
		t.Errorf("%d cases and %d replays of %d", s.countCases(), replays, senders)
	}
}

func TestInvalidIdempotencyKeys(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	for _, key := range []string{strings.Repeat("k", 201), "with space", "ключ", "tab\there"} {
		refused := s.send(t, testCall{as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases", body: filingBody(""), key: key})
		if p := refused.problem(http.StatusBadRequest, "invalid"); !p.namesField("Idempotency-Key") {
			t.Errorf("%q: %+v", key, p)
		}
	}
	s.send(t, testCall{as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases", body: filingBody(""), key: strings.Repeat("~", 200)}).wantStatus(http.StatusCreated)
	if s.countCases() != 1 {
		t.Errorf("%d cases", s.countCases())
	}
}

func TestCasesOfOthersAreNotFound(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	id := s.fileCase(t).stringField("id")
	for _, path := range []string{"", "/journal", "/evidence", "/texts", "/events"} {
		s.get(t, otherClaimant, "/api/v1/cases/"+id+path).problem(http.StatusNotFound, "not_found")
		s.get(t, "", "/api/v1/cases/"+id+path).problem(http.StatusUnauthorized, "unauthenticated")
	}
	s.takeAction(t, otherClaimant, id, recovery.Withdraw, `{"reason":"x"}`).problem(http.StatusNotFound, "not_found")
	s.get(t, recovery.RoleAuditor, "/api/v1/cases/"+id).wantStatus(http.StatusOK)
}

func TestInvalidIDs(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	unknown := "019a0000-0000-7000-8000-000000000000"
	for _, id := range []string{"1", "x%00y", unknown, strings.ToUpper(unknown), "%7B" + unknown + "%7D", strings.Repeat("a", 36), "..%2f..%2fetc"} {
		for _, path := range []string{"cases/%s", "cases/%s/journal", "cases/%s/evidence", "cases/%s/texts", "cases/%s/events",
			"evidence/%s", "evidence/%s/content", "exports/%s", "exports/%s/dossier.pdf", "exports/%s/bag.zip"} {
			s.get(t, recovery.RoleAgent, "/api/v1/"+fmt.Sprintf(path, id)).problem(http.StatusNotFound, "not_found")
		}
	}
}

func TestListCases(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	var want []string
	for range 5 {
		want = append([]string{s.fileCase(t).stringField("id")}, want...)
	}
	s.send(t, testCall{as: otherClaimant, method: "POST", path: "/api/v1/cases", body: filingBody("OTHERS-1")}).wantStatus(http.StatusCreated)
	if got := s.collectIDs(t, recovery.RoleClaimant, "/api/v1/cases?limit=2"); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
	counts := map[string]int{
		"": 6, "?stage=private_contact": 6, "?stage=closed": 0, "?waiting_on=counterpart": 6, "?platform=alipay": 0,
		"?q=OTHERS-1": 1, "?q=" + url.QueryEscape("老王"): 6, "?assignee=none": 6, "?assignee=nobody-i-know": 0,
		"?outcome=withdrawn": 0, "?due_before=2020-01-01T00:00:00Z": 0, "?due_before=2036-01-01T00:00:00%2B08:00": 6,
		"?q=%25": 0, "?q=" + url.QueryEscape(`'; drop table cases; --`): 0,
	}
	for query, want := range counts {
		if got := s.collectIDs(t, recovery.RoleAgent, "/api/v1/cases"+query); len(got) != want {
			t.Errorf("%s: %d cases, want %d", query, len(got), want)
		}
	}
}

// collectIDs reads all pages of a list and returns the ids.
func (s *testServer) collectIDs(t *testing.T, as recovery.Role, path string) []string {
	t.Helper()
	var ids []string
	for next := path; next != ""; {
		page := s.get(t, as, next).wantStatus(http.StatusOK).decodeObject()
		items, _ := page["items"].([]any)
		for _, item := range items {
			object, _ := item.(map[string]any)
			id, _ := object["id"].(string)
			ids = append(ids, id)
		}
		cursor, more := page["next_cursor"].(string)
		if next = ""; more {
			next = path + "&cursor=" + url.QueryEscape(cursor)
		}
	}
	return ids
}

func TestInvalidParameters(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	id := s.fileCase(t).stringField("id")
	for query, want := range map[string]struct {
		status int
		field  string
	}{
		"cases?limit=0": {422, "limit"}, "cases?limit=201": {422, "limit"}, "cases?limit=-1": {422, "limit"},
		"cases?limit=x": {400, "limit"}, "cases?limit=99999999999999999999": {400, "limit"},
		"cases?cursor=x": {422, "cursor"}, "cases?cursor=%00": {422, "cursor"}, "cases?stage=lost": {422, "stage"},
		"cases?waiting_on=godot": {422, "waiting_on"}, "cases?outcome=x": {422, "outcome"}, "cases?platform=x": {422, "platform"},
		"cases?due_before=tomorrow": {400, "due_before"}, "cases?q=%ff": {422, "q"}, "cases?q=%00": {422, "q"},
		"cases?q=" + strings.Repeat("a", 101): {422, "q"}, "cases?assignee=%00": {422, "assignee"}, "cases?satge=appeal": {422, "satge"},
		"cases/" + id + "/journal?limit=0": {422, "limit"}, "cases/" + id + "/journal?cursor=x": {422, "cursor"},
		"cases/" + id + "/journal?cursor=-1": {422, "cursor"}, "cases/" + id + "/texts?stage=x": {422, "stage"},
	} {
		if p := s.get(t, recovery.RoleAgent, "/api/v1/"+query).problem(want.status, "invalid"); !p.namesField(want.field) {
			t.Errorf("%s: %+v does not name %s", query, p, want.field)
		}
	}
}

func TestListTexts(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	id := s.fileCase(t).stringField("id")
	for _, query := range []string{"", "?stage=group_notice"} {
		items, _ := s.get(t, recovery.RoleClaimant, "/api/v1/cases/"+id+"/texts"+query).wantStatus(http.StatusOK).decodeObject()["items"].([]any)
		if len(items) == 0 {
			t.Errorf("no texts for %q", query)
		}
	}
}
