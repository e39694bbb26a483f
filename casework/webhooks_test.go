package casework_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"recourse/casework"
	"recourse/casework/casetest"
	"recourse/notify"
	"recourse/recovery"
)

var hook = casework.WebhookInput{URL: "https://example.org/hook", Description: "客服系统", Types: []string{"case.case_filed", "case.case_closed"}}

func (r told) add(t *testing.T, in casework.WebhookInput) casework.Webhook {
	t.Helper()
	reply, err := r.AddWebhook(t.Context(), r.As(recovery.RoleAdmin), in)
	if err != nil {
		t.Fatal(err)
	}
	return reply.Value
}

func TestASecretIsShownOnce(t *testing.T) {
	t.Parallel()
	r := newTold(t)
	admin := r.Actor(recovery.RoleAdmin)
	added := r.add(t, hook)
	if !strings.HasPrefix(added.Secret, "whsec_") || len(added.Secret) != 6+44 || !added.Active || added.URL != hook.URL {
		t.Errorf("added %+v", added)
	}
	rotated, err := r.RotateWebhook(t.Context(), r.As(recovery.RoleAdmin), added.ID)
	if err != nil || rotated.Value.Secret == added.Secret || !strings.HasPrefix(rotated.Value.Secret, "whsec_") ||
		rotated.Value.OldSecretUntil == nil || time.Until(*rotated.Value.OldSecretUntil) > 24*time.Hour {
		t.Errorf("rotated %+v (%v)", rotated.Value, err)
	}
	list, err := r.Webhooks(t.Context(), admin)
	if err != nil || len(list) != 1 || list[0].Secret != "" || len(list[0].Types) != 2 || list[0].OldSecretUntil == nil {
		t.Errorf("listed %+v (%v)", list, err)
	}
	if strings.Contains(r.Log.String(), "whsec_") {
		t.Error("the log has the secret")
	}
	stored, err := r.Store.FindWebhook(t.Context(), added.ID)
	if err != nil {
		t.Fatal(err)
	}
	for shown, kept := range map[string][]byte{added.Secret: stored.OldSecret, rotated.Value.Secret: stored.Secret} {
		raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(shown, "whsec_"))
		if err != nil || bytes.Contains(kept, raw) {
			t.Errorf("the database has the secret (%v)", err)
		}
		if opened, err := r.SecretBox.DecryptSecret(added.ID, kept); err != nil || !bytes.Equal(opened, raw) {
			t.Errorf("what is kept opens as %x (%v)", opened, err)
		}
	}
}

// TestTheSameRequestIsOneWebhook: a repeated request gets the first answer,
// without its secret; the same key for another is a conflict.
func TestTheSameRequestIsOneWebhook(t *testing.T) {
	t.Parallel()
	r := newTold(t)
	req := keyed(r.Fixture, recovery.RoleAdmin, "k")
	first, err := r.AddWebhook(t.Context(), req, hook)
	if err != nil {
		t.Fatal(err)
	}
	again, err := r.AddWebhook(t.Context(), req, hook)
	if err != nil || !again.Replayed || again.Value.ID != first.Value.ID || again.Value.Secret != "" {
		t.Errorf("again: %+v (%v)", again, err)
	}
	turn := keyed(r.Fixture, recovery.RoleAdmin, "turn")
	rotated, err := r.RotateWebhook(t.Context(), turn, first.Value.ID)
	if err != nil {
		t.Fatal(err)
	}
	repeated, err := r.RotateWebhook(t.Context(), turn, first.Value.ID)
	if err != nil || !repeated.Replayed || repeated.Value.ID != rotated.Value.ID || repeated.Value.Secret != "" {
		t.Errorf("again: %+v (%v)", repeated, err)
	}
	req.Fingerprint = "another"
	_, err = r.AddWebhook(t.Context(), req, hook)
	wantCode(t, err, recovery.CodeIdempotency)
	if list, err := r.Webhooks(t.Context(), r.Actor(recovery.RoleAdmin)); err != nil || len(list) != 1 {
		t.Errorf("%d webhooks (%v)", len(list), err)
	}
}

func TestWebhooksThatCannotBe(t *testing.T) {
	t.Parallel()
	production := func(c *casework.Config) { c.Development = false }
	for name, tc := range map[string]struct {
		options []casetest.Option
		change  func(*casework.WebhookInput)
		field   string
	}{
		"http":               {[]casetest.Option{production}, func(w *casework.WebhookInput) { w.URL = "http://example.org" }, "url"},
		"this machine":       {[]casetest.Option{production}, func(w *casework.WebhookInput) { w.URL = "https://127.0.0.1/" }, "url"},
		"a private network":  {[]casetest.Option{production}, func(w *casework.WebhookInput) { w.URL = "https://192.168.1.1/" }, "url"},
		"not even here":      {nil, func(w *casework.WebhookInput) { w.URL = "ftp://example.org" }, "url"},
		"with a password":    {nil, func(w *casework.WebhookInput) { w.URL = "https://a:b@example.org" }, "url"},
		"another event":      {nil, func(w *casework.WebhookInput) { w.Types = []string{"case.eaten"} }, "types"},
		"a long description": {nil, func(w *casework.WebhookInput) { w.Description = strings.Repeat("长", 201) }, "description"},
		"a turned one":       {nil, func(w *casework.WebhookInput) { w.Description = "a\u202eb" }, "description"},
		"a hidden one":       {nil, func(w *casework.WebhookInput) { w.Description = "a\x00b" }, "description"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newTold(t, tc.options...)
			in := hook
			tc.change(&in)
			_, err := r.AddWebhook(t.Context(), r.As(recovery.RoleAdmin), in)
			fault := wantCode(t, err, recovery.CodeInvalid)
			if len(fault.Fields) != 1 || fault.Fields[0].Field != tc.field || strings.Contains(err.Error(), "a:b") {
				t.Errorf("%+v", fault.Fields)
			}
			if list, err := r.Webhooks(t.Context(), r.Actor(recovery.RoleAdmin)); err != nil || len(list) != 0 {
				t.Errorf("%+v (%v)", list, err)
			}
		})
	}
}

func TestOnlyAdminsManageWebhooks(t *testing.T) {
	t.Parallel()
	r := newTold(t)
	added := r.add(t, hook)
	for _, role := range recovery.Roles {
		if role == recovery.RoleAdmin {
			continue
		}
		actor, req := r.Actor(role), r.As(role)
		_, list := r.Webhooks(t.Context(), actor)
		_, add := r.AddWebhook(t.Context(), req, hook)
		_, rotate := r.RotateWebhook(t.Context(), req, added.ID)
		_, _, deliveries := r.Deliveries(t.Context(), actor, "", 10, "")
		_, replay := r.ReplayDelivery(t.Context(), actor, added.ID)
		for _, err := range []error{list, add, rotate, deliveries, replay, r.DeleteWebhook(t.Context(), actor, added.ID)} {
			if recovery.CodeOf(err) != recovery.CodeForbidden {
				t.Errorf("the %s: %v", role, err)
			}
		}
	}
	if list, err := r.Webhooks(t.Context(), r.Actor(recovery.RoleAdmin)); err != nil || len(list) != 1 {
		t.Errorf("%+v (%v)", list, err)
	}
}

// TestTheEventOfACorrection names the entry that corrects and the corrected one, and has
// no words of the reason.
func TestTheEventOfACorrection(t *testing.T) {
	t.Parallel()
	r := newTold(t)
	now := r.SetNoon(1)
	r.add(t, casework.WebhookInput{URL: hook.URL})
	id := r.FileCase(t).ID
	act(t, r.Fixture, recovery.RoleClaimant, id, recovery.ActionBody{Action: recovery.RecordReturn, Amount: fen(20), At: &now, Channel: recovery.Cash})
	seq := findEntry(t, r.Fixture, id, recovery.EntryReturnRecorded).Seq
	act(t, r.Fixture, recovery.RoleClaimant, id, recovery.ActionBody{
		Action: recovery.Correct, Seq: seq, Reason: "王小满记错了", Replacement: &recovery.ActionBody{Amount: fen(30)},
	})
	claimed, err := r.Store.ClaimDeliveries(t.Context(), 10, time.Minute, nil)
	if err != nil {
		t.Fatal(err)
	}
	events := map[string]int64{}
	for _, delivery := range claimed {
		var payload struct {
			Data struct{ Seq, Corrects int64 }
		}
		if err := json.Unmarshal([]byte(delivery.Payload), &payload); err != nil || strings.Contains(delivery.Payload, "王小满") {
			t.Errorf("%s: %v", delivery.Payload, err)
		}
		events[delivery.Type] = payload.Data.Corrects
		if delivery.Type == "case.entry_corrected" && payload.Data.Seq != findEntry(t, r.Fixture, id, recovery.EntryCorrected).Seq {
			t.Errorf("the event is %s", delivery.Payload)
		}
	}
	if corrects, sent := events["case.entry_corrected"]; !sent || corrects != seq || events["case.return_recorded"] != 0 {
		t.Errorf("the events correct %v, want entry %d", events, seq)
	}
}

func TestDeadLettersOfAWebhook(t *testing.T) {
	t.Parallel()
	r := newTold(t)
	admin := r.Actor(recovery.RoleAdmin)
	filed := r.FileCase(t)
	added := r.add(t, casework.WebhookInput{URL: hook.URL})
	r.happen(t, filed.Case, recovery.EntryReturnRecorded, "a")
	claimed, err := r.Store.ClaimDeliveries(t.Context(), 10, time.Minute, nil)
	if err != nil || len(claimed) != 1 || strings.Contains(claimed[0].Payload, "林晓") {
		t.Fatalf("%+v (%v)", claimed, err)
	}
	_, err = r.Store.SettleDelivery(t.Context(), claimed[0], notify.DeliveryOutcome{State: notify.DeliveryDead, Failed: true, Status: 500})
	if err != nil {
		t.Fatal(err)
	}
	dead, _, err := r.Deliveries(t.Context(), admin, "dead", 10, "")
	if err != nil || len(dead) != 1 || dead[0].WebhookID != added.ID {
		t.Fatalf("%+v (%v)", dead, err)
	}
	for range 2 {
		if got, err := r.ReplayDelivery(t.Context(), admin, dead[0].ID); err != nil || got.State != notify.DeliveryDue {
			t.Errorf("%+v (%v)", got, err)
		}
	}
	_, _, err = r.Deliveries(t.Context(), admin, "lost", 10, "")
	if fault := wantCode(t, err, recovery.CodeInvalid); fault.Fields[0].Field != "state" {
		t.Errorf("%+v", fault)
	}
	if err := r.DeleteWebhook(t.Context(), admin, added.ID); err != nil {
		t.Fatal(err)
	}
	_, replay := r.ReplayDelivery(t.Context(), admin, dead[0].ID)
	_, rotate := r.RotateWebhook(t.Context(), r.As(recovery.RoleAdmin), added.ID)
	_, odd := r.ReplayDelivery(t.Context(), admin, "'")
	for _, err := range []error{replay, rotate, odd, r.DeleteWebhook(t.Context(), admin, added.ID), r.DeleteWebhook(t.Context(), admin, "x")} {
		wantCode(t, err, recovery.CodeNotFound)
	}
}

func TestNoSecretWithoutRandomness(t *testing.T) {
	t.Parallel()
	r := newTold(t)
	r.Random = failing{}
	if _, err := r.AddWebhook(t.Context(), r.As(recovery.RoleAdmin), hook); !errors.Is(err, errNoRandom) {
		t.Errorf("%v", err)
	}
	r.SecretBox = nil
	if _, err := r.AddWebhook(t.Context(), r.As(recovery.RoleAdmin), hook); err == nil {
		t.Error("a secret is kept without a key")
	}
}

var errNoRandom = errors.New("no randomness")

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errNoRandom }
