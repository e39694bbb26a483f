package api_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"recourse/api"
	"recourse/casework"
	"recourse/notify"
	"recourse/recovery"
	"recourse/textlint/masktest"
)

// TestNothingPersonalLeaves plants personal data in every free text of a case, and
// searches every answer to a counterpart, their mails and every event for it.
func TestNothingPersonalLeaves(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	_, err := casework.NewNotices(s.Service, s.NotifyRules).AddWebhook(t.Context(), s.As(recovery.RoleAdmin), casework.WebhookInput{URL: "https://hooks.example.org/recourse"})
	failOnError(t, err)
	planted := s.PlantCase(t)
	s.linkToken = planted.Token
	text, _ := masktest.Planted(t)
	own, err := json.Marshal(text)
	failOnError(t, err)

	sent := map[string]string{"the view": string(s.readReturn(t).wantStatus(http.StatusOK).body)}
	for part, body := range map[string]string{
		"response":    `{"kind":"promised","text":` + string(own) + `,"email":"lao@example.test"}`,
		"plan":        `{"instalments":[{"due_on":"2020-01-01","amount_fen":1}]}`,
		"plan/answer": `{"accept":false,"reason":` + string(own) + `}`,
		"harassment":  `{"text":` + string(own) + `}`,
	} {
		sent[part] = string(s.postReturn(t, part, body).body)
	}
	sent["a refused body"] = string(s.postReturn(t, "response", `{"kind":`+string(own)+`,"unknown":`+string(own)+`}`).body)
	s.addOutgoing(t, sent)
	for where, content := range sent {
		if content == "" {
			t.Errorf("%s: nothing was sent", where)
		}
		if found := masktest.Search(content, planted.Words); len(found) > 0 {
			t.Errorf("%s contains %v", where, found)
		}
	}
}

// addOutgoing adds the mails to counterparts and the events for webhooks.
func (s *testServer) addOutgoing(t *testing.T, sent map[string]string) {
	t.Helper()
	mails, err := s.Store.ClaimMails(t.Context(), 100, time.Minute)
	failOnError(t, err)
	for _, mail := range mails {
		if mail.Audience == notify.ToCounterpart {
			facts, err := json.Marshal(mail.Facts)
			failOnError(t, err)
			letter := s.NotifyRules.WriteCounterpartLetter(notify.Chinese, mail.Notice, "https://example.org/stop")
			sent["the mail "+mail.Template] = letter.Subject + letter.Body + string(facts)
		}
	}
	events, err := s.Store.ClaimDeliveries(t.Context(), 100, time.Minute, nil)
	failOnError(t, err)
	for _, event := range events {
		sent["the event "+event.Type] = event.Payload
	}
	if len(mails) == 0 || len(events) < 3 {
		t.Errorf("%d mails and %d events", len(mails), len(events))
	}
}
