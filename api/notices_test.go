package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"recourse/api"
	"recourse/casework"
	"recourse/notify"
	"recourse/recovery"
)

func (a answer) items() []map[string]any {
	a.t.Helper()
	list, _ := a.object()["items"].([]any)
	items := make([]map[string]any, len(list))
	for i, item := range list {
		items[i], _ = item.(map[string]any)
	}
	return items
}

func TestAnInbox(t *testing.T) {
	t.Parallel()
	s := newStand(t, api.Options{})
	filed := s.file(t)
	box := s.get(t, recovery.RoleClaimant, "/api/v1/inbox?unread=true&limit=5").is(http.StatusOK)
	items := box.items()
	if len(items) != 1 || items[0]["title"] != "案件已登记" || items[0]["case_id"] != filed.text("id") || items[0]["read_at"] != nil ||
		items[0]["deadline"] == "" || items[0]["due_at"] == nil || items[0]["next_action"] == "" || box.object()["unread"] != 1.0 {
		t.Fatalf("%s", box.body)
	}
	id, _ := items[0]["id"].(string)
	read := call{as: recovery.RoleClaimant, method: "POST", path: "/api/v1/inbox/" + id + "/read", key: "k"}
	first := s.do(t, read).is(http.StatusOK)
	if again := s.do(t, read).is(http.StatusOK); first.text("read_at") == "" || again.text("read_at") != first.text("read_at") {
		t.Errorf("%s, then %s", first.body, again.body)
	}
	if box = s.get(t, recovery.RoleClaimant, "/api/v1/inbox?unread=true").is(http.StatusOK); len(box.items()) != 0 || box.object()["unread"] != 0.0 {
		t.Errorf("%s", box.body)
	}
	for _, as := range []recovery.Role{other, recovery.RoleAgent, recovery.RoleAuditor} {
		if box := s.get(t, as, "/api/v1/inbox").is(http.StatusOK); len(box.items()) != 0 {
			t.Errorf("%s reads %s", as, box.body)
		}
		read.as = as
		s.do(t, read).problem(http.StatusNotFound, "not_found")
	}
	s.get(t, "", "/api/v1/inbox").problem(http.StatusUnauthorized, "unauthenticated")
	s.get(t, holder, "/api/v1/inbox").problem(http.StatusUnauthorized, "unauthenticated")
	for _, query := range []string{"limit=0", "limit=201", "cursor=x", "unread=perhaps"} {
		if a := s.get(t, recovery.RoleClaimant, "/api/v1/inbox?"+query); !refusedFor(a, strings.Split(query, "=")[0]) {
			t.Errorf("%s: %d %s", query, a.status, a.body)
		}
	}
	s.do(t, call{as: recovery.RoleClaimant, method: "POST", path: "/api/v1/inbox/x/read"}).problem(http.StatusNotFound, "not_found")
}

func TestPreferences(t *testing.T) {
	t.Parallel()
	s := newStand(t, api.Options{})
	put := func(as recovery.Role, body string) answer {
		return s.do(t, call{as: as, method: "PUT", path: "/api/v1/preferences", body: []byte(body)})
	}
	const standard = `{"language":"zh-CN","mail":{"deadline":true,"money":true,"progress":true,"task":true},"quiet_from":"22:00","quiet_until":"08:00"}`
	if got := s.get(t, recovery.RoleClaimant, "/api/v1/preferences").is(http.StatusOK); string(got.body) != standard {
		t.Errorf("%s", got.body)
	}
	for _, m := range mutations(schema(t, "Preferences"), samples()["Preferences"]) {
		if a := put(recovery.RoleClaimant, string(m.body)); !refusedFor(a, m.field) {
			t.Errorf("%s %s: %d %s", m.field, m.what, a.status, a.body)
		}
	}
	if got := s.get(t, recovery.RoleClaimant, "/api/v1/preferences"); string(got.body) != standard {
		t.Errorf("a refusal left %s", got.body)
	}
	chosen := put(recovery.RoleClaimant, `{"language":"en","quiet_from":"00:00","quiet_until":"00:00","mail":{"money":false}}`).is(http.StatusOK)
	if got := s.get(t, recovery.RoleClaimant, "/api/v1/preferences"); string(got.body) != string(chosen.body) || chosen.text("language") != "en" {
		t.Errorf("%s, then %s", chosen.body, got.body)
	}
	if got := s.get(t, other, "/api/v1/preferences"); string(got.body) != standard {
		t.Errorf("another's became %s", got.body)
	}
	s.file(t)
	if box := s.get(t, recovery.RoleClaimant, "/api/v1/inbox"); box.items()[0]["title"] != "Your case is filed" {
		t.Errorf("%s", box.body)
	}
	put("", samples()["Preferences"]).problem(http.StatusUnauthorized, "unauthenticated")
}

// TestASecretIsToldOnce: neither a list nor a repetition tells it, and what is
// kept for the repetition does not have it.
func TestASecretIsToldOnce(t *testing.T) {
	t.Parallel()
	s := newStand(t, api.Options{})
	add := call{as: recovery.RoleAdmin, method: "POST", path: "/api/v1/webhooks", body: []byte(samples()["NewWebhook"]), key: "add"}
	added := s.do(t, add).is(http.StatusCreated)
	turn := call{as: recovery.RoleAdmin, method: "POST", path: "/api/v1/webhooks/" + added.text("id") + "/rotate", key: "turn"}
	turned := s.do(t, turn).is(http.StatusOK)
	if !strings.HasPrefix(added.text("secret"), "whsec_") || !strings.HasPrefix(turned.text("secret"), "whsec_") ||
		added.text("secret") == turned.text("secret") || turned.text("old_secret_until") == "" {
		t.Errorf("%s\n%s", added.body, turned.body)
	}
	for _, c := range []call{add, turn} {
		again := s.do(t, c)
		if again.object()["secret"] != nil || again.text("id") != added.text("id") || again.header.Get("Idempotent-Replay") != "true" {
			t.Errorf("the repetition tells %s", again.body)
		}
		raw, kept, err := s.Store.Answer(t.Context(), s.Actor(recovery.RoleAdmin).ID, c.key)
		if err != nil || !kept || strings.Contains(string(raw.Answer), "whsec_") {
			t.Errorf("kept %v: %s (%v)", kept, raw.Answer, err)
		}
	}
	list := s.get(t, recovery.RoleAdmin, "/api/v1/webhooks").is(http.StatusOK)
	if items := list.items(); len(items) != 1 || items[0]["secret"] != nil || items[0]["url"] != "https://example.org/hook" {
		t.Errorf("%s", list.body)
	}
	add.body = []byte(`{"url":"https://example.org/another"}`)
	s.do(t, add).problem(http.StatusConflict, "idempotency_conflict")
	gone := call{as: recovery.RoleAdmin, method: "DELETE", path: "/api/v1/webhooks/" + added.text("id")}
	s.do(t, gone).is(http.StatusNoContent)
	s.do(t, gone).problem(http.StatusNotFound, "not_found")
	turn.key = "later"
	s.do(t, turn).problem(http.StatusNotFound, "not_found")
	if strings.Contains(s.logged.String()+s.Log.String(), "whsec_") {
		t.Error("the log has a secret")
	}
}

func TestDeliveriesAreSentAgain(t *testing.T) {
	t.Parallel()
	s := newStand(t, api.Options{})
	s.do(t, call{as: recovery.RoleAdmin, method: "POST", path: "/api/v1/webhooks", body: []byte(samples()["NewWebhook"])}).is(http.StatusCreated)
	filed := s.file(t)
	claimed, err := s.Store.ClaimDeliveries(t.Context(), 10, time.Minute, nil)
	must(t, err)
	if len(claimed) != 1 || strings.Contains(claimed[0].Payload, "林晓") {
		t.Fatalf("%+v", claimed)
	}
	_, err = s.Store.SettleDelivery(t.Context(), claimed[0], notify.DeliveryOutcome{State: notify.DeliveryDead, Failed: true, Status: 500, Note: "answered 500"})
	must(t, err)
	dead := s.get(t, recovery.RoleAdmin, "/api/v1/webhooks/deliveries?state=dead").is(http.StatusOK).items()
	if len(dead) != 1 || dead[0]["case_id"] != filed.text("id") || dead[0]["type"] != "case.case_filed" || dead[0]["status"] != 500.0 ||
		dead[0]["next_at"] != nil || dead[0]["failures"] != 1.0 {
		t.Fatalf("%+v", dead)
	}
	id, _ := dead[0]["id"].(string)
	for range 2 {
		again := s.do(t, call{as: recovery.RoleAdmin, method: "POST", path: "/api/v1/webhooks/deliveries/" + id + "/replay", key: "k"}).is(http.StatusOK)
		if again.text("state") != "due" || again.text("next_at") == "" || again.text("id") != id {
			t.Errorf("%s", again.body)
		}
	}
	if left := s.get(t, recovery.RoleAdmin, "/api/v1/webhooks/deliveries?state=dead").items(); len(left) != 0 {
		t.Errorf("%+v", left)
	}
	for _, query := range []string{"state=lost", "limit=0", "cursor=x"} {
		if a := s.get(t, recovery.RoleAdmin, "/api/v1/webhooks/deliveries?"+query); !refusedFor(a, strings.Split(query, "=")[0]) {
			t.Errorf("%s: %d %s", query, a.status, a.body)
		}
	}
}

// TestWebhooksAreTheAdmins: whoever else asks is refused, in every way there is.
func TestWebhooksAreTheAdmins(t *testing.T) {
	t.Parallel()
	s := newStand(t, api.Options{})
	s.linked(t)
	const nothing = "019a0000-0000-7000-8000-000000000000"
	for place, admins := range map[string]int{ // the method and path, and what an admin gets
		"GET ":                         200,
		"POST ":                        422,
		"POST /" + nothing + "/rotate": 404,
		"DELETE /" + nothing:           404,
		"GET /deliveries":              200,
		"POST /deliveries/" + nothing + "/replay": 404,
		"POST /deliveries/x/replay":               404,
	} {
		method, path, _ := strings.Cut(place, " ")
		for as, want := range map[recovery.Role]int{
			recovery.RoleClaimant: 403, recovery.RoleAgent: 403, recovery.RoleSupervisor: 403, recovery.RoleLegal: 403,
			recovery.RoleAuditor: 403, recovery.RoleAdmin: admins, holder: 401, "": 401,
		} {
			c := call{as: as, method: method, path: "/api/v1/webhooks" + path}
			if place == "POST " {
				c.body = []byte(`{"url":"gopher://example.org"}`)
			}
			if got := s.do(t, c); got.status != want {
				t.Errorf("%s %s: %d, want %d: %s", as, place, got.status, want, got.body)
			}
		}
	}
}

// TestMailsAreShownInDevelopment, and nowhere else.
func TestMailsAreShownInDevelopment(t *testing.T) {
	t.Parallel()
	s := newStand(t, api.Options{})
	filed := s.file(t)
	claimed, err := s.Store.ClaimMails(t.Context(), 10, time.Minute)
	must(t, err)
	for i, mail := range claimed {
		state := []string{notify.MailKept, notify.MailSent, notify.MailDead}[i%3]
		_, err := s.Store.SettleMails(t.Context(), notify.SettledMail{Mail: mail, Outcome: notify.MailOutcome{State: state, Subject: "主题", Body: "正文"}})
		must(t, err)
	}
	page := s.get(t, recovery.RoleAgent, "/api/v1/mails?limit=10").is(http.StatusOK).items()
	if len(page) != 1 || page[0]["case_id"] != filed.text("id") || page[0]["subject"] != "主题" || page[0]["body"] != "正文" || page[0]["state"] != "kept" {
		t.Errorf("%+v", page)
	}
	s.get(t, "", "/api/v1/mails").problem(http.StatusUnauthorized, "unauthenticated")
	production := newStand(t, api.Options{}, func(c *casework.Config) { c.Development = false })
	for _, as := range []recovery.Role{recovery.RoleClaimant, recovery.RoleAdmin} {
		production.get(t, as, "/api/v1/mails").problem(http.StatusNotFound, "not_found")
	}
}
