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

func (a testResponse) decodeItems() []map[string]any {
	a.t.Helper()
	list, _ := a.decodeObject()["items"].([]any)
	items := make([]map[string]any, len(list))
	for i, item := range list {
		items[i], _ = item.(map[string]any)
	}
	return items
}

func TestInbox(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	filed := s.fileCase(t)
	box := s.get(t, recovery.RoleClaimant, "/api/v1/inbox?unread=true&limit=5").wantStatus(http.StatusOK)
	items := box.decodeItems()
	if len(items) != 1 || items[0]["title"] != "案件已登记" || items[0]["case_id"] != filed.stringField("id") || items[0]["read_at"] != nil ||
		items[0]["deadline"] == "" || items[0]["due_at"] == nil || items[0]["next_action"] == "" || box.decodeObject()["unread"] != 1.0 {
		t.Fatalf("%s", box.body)
	}
	if items[0]["first_seq"] != 1.0 || items[0]["seq"] != 1.0 {
		t.Errorf("the filing is entry %v to %v", items[0]["first_seq"], items[0]["seq"])
	}
	id, _ := items[0]["id"].(string)
	read := testCall{as: recovery.RoleClaimant, method: "POST", path: "/api/v1/inbox/" + id + "/read", key: "k"}
	first := s.send(t, read).wantStatus(http.StatusOK)
	if again := s.send(t, read).wantStatus(http.StatusOK); first.stringField("read_at") == "" || again.stringField("read_at") != first.stringField("read_at") {
		t.Errorf("%s, then %s", first.body, again.body)
	}
	if box = s.get(t, recovery.RoleClaimant, "/api/v1/inbox?unread=true").wantStatus(http.StatusOK); len(box.decodeItems()) != 0 || box.decodeObject()["unread"] != 0.0 {
		t.Errorf("%s", box.body)
	}
	for _, as := range []recovery.Role{otherClaimant, recovery.RoleAgent, recovery.RoleAuditor} {
		if box := s.get(t, as, "/api/v1/inbox").wantStatus(http.StatusOK); len(box.decodeItems()) != 0 {
			t.Errorf("%s reads %s", as, box.body)
		}
		read.as = as
		s.send(t, read).problem(http.StatusNotFound, "not_found")
	}
	s.get(t, "", "/api/v1/inbox").problem(http.StatusUnauthorized, "unauthenticated")
	s.get(t, linkHolder, "/api/v1/inbox").problem(http.StatusUnauthorized, "unauthenticated")
	for _, query := range []string{"limit=0", "limit=201", "cursor=x", "unread=perhaps"} {
		if a := s.get(t, recovery.RoleClaimant, "/api/v1/inbox?"+query); !isRefusedFor(a, strings.Split(query, "=")[0]) {
			t.Errorf("%s: %d %s", query, a.status, a.body)
		}
	}
	s.send(t, testCall{as: recovery.RoleClaimant, method: "POST", path: "/api/v1/inbox/x/read"}).problem(http.StatusNotFound, "not_found")
}

func TestPreferences(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	put := func(as recovery.Role, body string) testResponse {
		return s.send(t, testCall{as: as, method: "PUT", path: "/api/v1/preferences", body: []byte(body)})
	}
	const standard = `{"language":"zh-CN","mail":{"deadline":true,"money":true,"progress":true,"task":true},"quiet_from":"22:00","quiet_until":"08:00"}`
	if got := s.get(t, recovery.RoleClaimant, "/api/v1/preferences").wantStatus(http.StatusOK); string(got.body) != standard {
		t.Errorf("%s", got.body)
	}
	for _, m := range mutateBody(schemaNamed(t, "Preferences"), validBodies()["Preferences"]) {
		if a := put(recovery.RoleClaimant, string(m.body)); !isRefusedFor(a, m.field) {
			t.Errorf("%s %s: %d %s", m.field, m.what, a.status, a.body)
		}
	}
	if got := s.get(t, recovery.RoleClaimant, "/api/v1/preferences"); string(got.body) != standard {
		t.Errorf("a refusal left %s", got.body)
	}
	chosen := put(recovery.RoleClaimant, `{"language":"en","quiet_from":"00:00","quiet_until":"00:00","mail":{"money":false}}`).wantStatus(http.StatusOK)
	if got := s.get(t, recovery.RoleClaimant, "/api/v1/preferences"); string(got.body) != string(chosen.body) || chosen.stringField("language") != "en" {
		t.Errorf("%s, then %s", chosen.body, got.body)
	}
	if got := s.get(t, otherClaimant, "/api/v1/preferences"); string(got.body) != standard {
		t.Errorf("another's became %s", got.body)
	}
	s.fileCase(t)
	if box := s.get(t, recovery.RoleClaimant, "/api/v1/inbox"); box.decodeItems()[0]["title"] != "Your case is filed" {
		t.Errorf("%s", box.body)
	}
	put("", validBodies()["Preferences"]).problem(http.StatusUnauthorized, "unauthenticated")
}

// TestWebhookSecretIsShownOnce expects no secret in lists, in replays or in the
// stored idempotency record.
func TestWebhookSecretIsShownOnce(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	add := testCall{as: recovery.RoleAdmin, method: "POST", path: "/api/v1/webhooks", body: []byte(validBodies()["NewWebhook"]), key: "add"}
	added := s.send(t, add).wantStatus(http.StatusCreated)
	turn := testCall{as: recovery.RoleAdmin, method: "POST", path: "/api/v1/webhooks/" + added.stringField("id") + "/rotate", key: "turn"}
	turned := s.send(t, turn).wantStatus(http.StatusOK)
	if !strings.HasPrefix(added.stringField("secret"), "whsec_") || !strings.HasPrefix(turned.stringField("secret"), "whsec_") ||
		added.stringField("secret") == turned.stringField("secret") || turned.stringField("old_secret_until") == "" {
		t.Errorf("%s\n%s", added.body, turned.body)
	}
	for _, c := range []testCall{add, turn} {
		again := s.send(t, c)
		if again.decodeObject()["secret"] != nil || again.stringField("id") != added.stringField("id") || again.header.Get("Idempotent-Replay") != "true" {
			t.Errorf("the replay contains %s", again.body)
		}
		raw, kept, err := s.Store.FindResult(t.Context(), s.Actor(recovery.RoleAdmin).ID, c.key)
		if err != nil || !kept || strings.Contains(string(raw.Result), "whsec_") {
			t.Errorf("stored %v: %s (%v)", kept, raw.Result, err)
		}
	}
	list := s.get(t, recovery.RoleAdmin, "/api/v1/webhooks").wantStatus(http.StatusOK)
	if items := list.decodeItems(); len(items) != 1 || items[0]["secret"] != nil || items[0]["url"] != "https://example.org/hook" {
		t.Errorf("%s", list.body)
	}
	add.body = []byte(`{"url":"https://example.org/another"}`)
	s.send(t, add).problem(http.StatusConflict, "idempotency_conflict")
	gone := testCall{as: recovery.RoleAdmin, method: "DELETE", path: "/api/v1/webhooks/" + added.stringField("id")}
	s.send(t, gone).wantStatus(http.StatusNoContent)
	s.send(t, gone).problem(http.StatusNotFound, "not_found")
	turn.key = "later"
	s.send(t, turn).problem(http.StatusNotFound, "not_found")
	if strings.Contains(s.logged.String()+s.Log.String(), "whsec_") {
		t.Error("the log has a secret")
	}
}

func TestReplayDelivery(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	s.send(t, testCall{as: recovery.RoleAdmin, method: "POST", path: "/api/v1/webhooks", body: []byte(validBodies()["NewWebhook"])}).wantStatus(http.StatusCreated)
	filed := s.fileCase(t)
	claimed, err := s.Store.ClaimDeliveries(t.Context(), 10, time.Minute, nil)
	failOnError(t, err)
	if len(claimed) != 1 || strings.Contains(claimed[0].Payload, "林晓") {
		t.Fatalf("%+v", claimed)
	}
	_, err = s.Store.SettleDelivery(t.Context(), claimed[0], notify.DeliveryOutcome{State: notify.DeliveryDead, Failed: true, Status: 500, Note: "answered 500"})
	failOnError(t, err)
	dead := s.get(t, recovery.RoleAdmin, "/api/v1/webhooks/deliveries?state=dead").wantStatus(http.StatusOK).decodeItems()
	if len(dead) != 1 || dead[0]["case_id"] != filed.stringField("id") || dead[0]["type"] != "case.case_filed" || dead[0]["status"] != 500.0 ||
		dead[0]["next_at"] != nil || dead[0]["failures"] != 1.0 {
		t.Fatalf("%+v", dead)
	}
	id, _ := dead[0]["id"].(string)
	for range 2 {
		again := s.send(t, testCall{as: recovery.RoleAdmin, method: "POST", path: "/api/v1/webhooks/deliveries/" + id + "/replay", key: "k"}).wantStatus(http.StatusOK)
		if again.stringField("state") != "due" || again.stringField("next_at") == "" || again.stringField("id") != id {
			t.Errorf("%s", again.body)
		}
	}
	if left := s.get(t, recovery.RoleAdmin, "/api/v1/webhooks/deliveries?state=dead").decodeItems(); len(left) != 0 {
		t.Errorf("%+v", left)
	}
	for _, query := range []string{"state=lost", "limit=0", "cursor=x"} {
		if a := s.get(t, recovery.RoleAdmin, "/api/v1/webhooks/deliveries?"+query); !isRefusedFor(a, strings.Split(query, "=")[0]) {
			t.Errorf("%s: %d %s", query, a.status, a.body)
		}
	}
}

// TestWebhooksAreForAdmins expects that every other role is refused on every
// path.
func TestWebhooksAreForAdmins(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	s.fileWithLink(t)
	const nothing = "019a0000-0000-7000-8000-000000000000"
	for place, admins := range map[string]int{ // status for an admin by method and path
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
			recovery.RoleAuditor: 403, recovery.RoleAdmin: admins, linkHolder: 401, "": 401,
		} {
			c := testCall{as: as, method: method, path: "/api/v1/webhooks" + path}
			if place == "POST " {
				c.body = []byte(`{"url":"gopher://example.org"}`)
			}
			if got := s.send(t, c); got.status != want {
				t.Errorf("%s %s: %d, want %d: %s", as, place, got.status, want, got.body)
			}
		}
	}
}

func TestMailsOnlyInDevelopment(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	filed := s.fileCase(t)
	claimed, err := s.Store.ClaimMails(t.Context(), 10, time.Minute)
	failOnError(t, err)
	for i, mail := range claimed {
		state := []string{notify.MailKept, notify.MailSent, notify.MailDead}[i%3]
		_, err := s.Store.SettleMails(t.Context(), notify.SettledMail{Mail: mail, Outcome: notify.MailOutcome{State: state, Subject: "主题", Body: "正文"}})
		failOnError(t, err)
	}
	page := s.get(t, recovery.RoleAgent, "/api/v1/mails?limit=10").wantStatus(http.StatusOK).decodeItems()
	if len(page) != 1 || page[0]["case_id"] != filed.stringField("id") || page[0]["subject"] != "主题" || page[0]["body"] != "正文" || page[0]["state"] != "kept" {
		t.Errorf("%+v", page)
	}
	s.get(t, "", "/api/v1/mails").problem(http.StatusUnauthorized, "unauthenticated")
	production := newTestServer(t, api.Options{}, func(c *casework.Config) { c.Development = false })
	for _, as := range []recovery.Role{recovery.RoleClaimant, recovery.RoleAdmin} {
		production.get(t, as, "/api/v1/mails").problem(http.StatusNotFound, "not_found")
	}
}
