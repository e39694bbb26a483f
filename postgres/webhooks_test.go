package postgres_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"recourse/evidence/journal"
	"recourse/notify"
	"recourse/postgres"
	"recourse/recovery"
)

// hook adds a webhook for the event types, or for all.
func hook(t testing.TB, b bundle, by recovery.UserID, types ...string) notify.Webhook {
	t.Helper()
	w := notify.Webhook{
		ID: newID(t), URL: "https://example.test/hook", Types: types, Secret: []byte("secret"), Active: true, CreatedBy: by, CreatedAt: noon,
	}
	if err := b.AddWebhook(t.Context(), w, postgres.Idempotency{}); err != nil {
		t.Fatal(err)
	}
	return w
}

func event(kind string) notify.Notifications {
	return notify.Notifications{Event: notify.Event{Type: kind, Payload: []byte(`{"type":"` + kind + `"}`)}}
}

// post tells n events of a kind.
func (m *mailbox) post(t testing.TB, kind string, n int) {
	t.Helper()
	for range n {
		step(t, m.bundle, m.c, newID(t), event(kind))
	}
}

func (m *mailbox) claimPosts(t testing.TB, limit int, busy ...string) []notify.Delivery {
	t.Helper()
	return must[[]notify.Delivery](t)(m.ClaimDeliveries(t.Context(), limit, lease, busy))
}

func TestWebhooksGetWhatTheyAskFor(t *testing.T) {
	t.Parallel()
	m := newMailbox(t, 0)
	all, some := hook(t, m.bundle, m.people["agent"]), hook(t, m.bundle, m.people["agent"], "case.a", "case.b")
	stopped := hook(t, m.bundle, m.people["agent"])
	if err := m.StopWebhook(t.Context(), stopped.ID, "gone"); err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"case.a", "case.b", "case.c"} {
		m.post(t, kind, 1)
	}
	got := map[string][]string{}
	for _, d := range m.claimPosts(t, 10) {
		got[d.WebhookID] = append(got[d.WebhookID], d.Type)
	}
	if !slices.Equal(got[all.ID], []string{"case.a", "case.b", "case.c"}) || !slices.Equal(got[some.ID], []string{"case.a", "case.b"}) || len(got) != 2 {
		t.Errorf("got %v", got)
	}
}

// TestAnEventSaysWhereItBelongs: the payload has the number of the entry and the version
// of the case after the change, and the next attempt has the same bytes.
func TestAnEventSaysWhereItBelongs(t *testing.T) {
	t.Parallel()
	m := newMailbox(t, 0)
	hook(t, m.bundle, m.people["agent"])
	must[[]journal.Record](t)(m.AppendEntries(t.Context(), m.c.ID, false, draft(recovery.EntryNoteAdded, "n"), draft(recovery.EntryNoteAdded, "o")))
	happened := noon.Add(-time.Hour)
	step(t, m.bundle, m.c, newID(t), notify.Notifications{Event: notify.Event{Type: "case.a", At: happened, Payload: []byte(`{"data":{"stage":"appeal"}}`)}})
	first := m.claimPosts(t, 1)[0]
	var payload struct {
		Data struct {
			Stage        string
			Seq, Version int64
		}
	}
	if err := json.Unmarshal([]byte(first.Payload), &payload); err != nil {
		t.Fatal(err)
	}
	if got := payload.Data; got.Stage != "appeal" || got.Seq != 4 || got.Version != 2 {
		t.Errorf("the payload is %s, want entry 4 and version 2", first.Payload)
	}
	if first.Seq != 4 || first.Version != 2 || !first.OccurredAt.Equal(happened) || first.SentAt == nil || !first.SentAt.Equal(m.now) {
		t.Errorf("the delivery is %+v", first)
	}
	m.now = m.now.Add(lease)
	second := m.claimPosts(t, 1)[0]
	if second.Payload != first.Payload || second.ID != first.ID || !second.OccurredAt.Equal(happened) || !second.SentAt.Equal(m.now) {
		t.Errorf("the second attempt is %+v", second)
	}
	entries := must[[]journal.StoredEntry](t)(m.ReadJournal(t.Context(), m.c.ID, 2, 2))
	if entries[0].Version != 1 || entries[1].Version != 2 {
		t.Errorf("the entries have the versions %d and %d", entries[0].Version, entries[1].Version)
	}
}

// TestAHangingReceiverHoldsUpNoOther: each webhook has its share of a claim, and
// one that is busy is passed over.
func TestAHangingReceiverHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	m := newMailbox(t, 0)
	first := hook(t, m.bundle, m.people["agent"])
	m.post(t, "case.a", 5)
	second := hook(t, m.bundle, m.people["agent"])
	m.post(t, "case.a", 5)
	count := func(list []notify.Delivery, id string) (n int) {
		for _, d := range list {
			if d.WebhookID == id {
				n++
			}
		}
		return n
	}
	lot := m.claimPosts(t, 2)
	if count(lot, first.ID) != 2 || count(lot, second.ID) != 2 {
		t.Errorf("the shares are %d and %d, want 2 each", count(lot, first.ID), count(lot, second.ID))
	}
	lot = m.claimPosts(t, 100, first.ID)
	if count(lot, first.ID) != 0 || count(lot, second.ID) != 3 {
		t.Errorf("with the first busy: %d and %d", count(lot, first.ID), count(lot, second.ID))
	}
}

func TestADeliveryIsClaimedByOneAndSettledByItsClaimer(t *testing.T) {
	t.Parallel()
	m := newMailbox(t, 0)
	hook(t, m.bundle, m.people["agent"])
	m.post(t, "case.a", 1)
	first := m.claimPosts(t, 1)[0]
	if again := m.claimPosts(t, 1); len(again) != 0 {
		t.Fatalf("claimed twice: %+v", again)
	}
	m.now = m.now.Add(lease)
	second := m.claimPosts(t, 1)[0]
	settle := func(d notify.Delivery, o notify.DeliveryOutcome, want bool) {
		t.Helper()
		if kept := must[bool](t)(m.SettleDelivery(t.Context(), d, o)); kept != want {
			t.Errorf("settled %v, want %v", kept, want)
		}
	}
	settle(first, notify.DeliveryOutcome{State: notify.DeliveryDead}, false)
	settle(second, notify.DeliveryOutcome{State: notify.DeliveryDue, At: m.now, Failed: true, Status: 500, Note: "answered 500"}, true)
	third := m.claimPosts(t, 1)[0]
	if third.Failures != 1 || third.Status != 500 || third.ID != first.ID || third.Payload != first.Payload {
		t.Errorf("the third attempt is %+v", third)
	}
	settle(third, notify.DeliveryOutcome{State: notify.DeliveryDelivered, Status: 200}, true)
	settle(third, notify.DeliveryOutcome{State: notify.DeliveryDead}, false)
}

func TestDeadLettersAreListedAndReplayed(t *testing.T) {
	t.Parallel()
	m := newMailbox(t, 0)
	hook(t, m.bundle, m.people["agent"])
	m.post(t, "case.a", 3)
	var dead []string
	for i, d := range m.claimPosts(t, 10) {
		state := notify.DeliveryDead
		if i == 2 {
			state = notify.DeliveryDelivered
		} else {
			dead = append(dead, d.ID)
		}
		if _, err := m.SettleDelivery(t.Context(), d, notify.DeliveryOutcome{State: state, Failed: true}); err != nil {
			t.Fatal(err)
		}
	}
	var listed []string
	for cursor := ""; ; {
		page, next, err := m.ListDeliveries(t.Context(), notify.DeliveryDead, 1, cursor)
		if err != nil || len(page) != 1 {
			t.Fatalf("%+v (%v)", page, err)
		}
		listed = append(listed, page[0].ID)
		if cursor = next; cursor == "" {
			break
		}
	}
	slices.Sort(listed)
	slices.Sort(dead)
	if !slices.Equal(listed, dead) {
		t.Errorf("listed %v, want %v", listed, dead)
	}
	for range 2 { // replayed twice is due once
		d := must[notify.Delivery](t)(m.ReplayDelivery(t.Context(), dead[0]))
		if d.State != notify.DeliveryDue || d.Failures != 0 || d.ID != dead[0] || d.DoneAt != nil {
			t.Errorf("replayed: %+v", d)
		}
	}
	if again := m.claimPosts(t, 10); len(again) != 1 || again[0].ID != dead[0] {
		t.Errorf("after the replay: %+v", again)
	}
	_, err := m.ReplayDelivery(t.Context(), "nothing")
	wantCode(t, err, recovery.CodeNotFound)
}

func TestStoppingAndRotatingAWebhook(t *testing.T) {
	t.Parallel()
	m := newMailbox(t, 0)
	w := hook(t, m.bundle, m.people["agent"])
	m.post(t, "case.a", 2)
	if err := m.StopWebhook(t.Context(), w.ID, "gone"); err != nil {
		t.Fatal(err)
	}
	if n := m.count(t, "webhook_deliveries where state = 'dead'"); n != 2 {
		t.Errorf("%d are dead, want both", n)
	}
	until := noon.Add(24 * time.Hour)
	idem := postgres.Idempotency{Actor: "a", Key: "k", Fingerprint: "f", Ref: w.ID}
	if err := m.RotateSecret(t.Context(), w.ID, []byte("new"), until, idem); err != nil {
		t.Fatal(err)
	}
	if err := m.RotateSecret(t.Context(), w.ID, []byte("newer"), until, idem); !errors.Is(err, postgres.ErrRepeated) {
		t.Errorf("the same request again: %v", err)
	}
	got := must[notify.Webhook](t)(m.FindWebhook(t.Context(), w.ID))
	if string(got.Secret) != "new" || string(got.OldSecret) != "secret" || !got.OldSecretUntil.Equal(until) || !got.Active || got.StoppedBecause != "" {
		t.Errorf("after rotation: %+v", got)
	}
	wantCode(t, m.RotateSecret(t.Context(), "nothing", nil, until, postgres.Idempotency{}), recovery.CodeNotFound)
}

func TestDroppingAWebhookDropsItsDeliveries(t *testing.T) {
	t.Parallel()
	m := newMailbox(t, 0)
	w := hook(t, m.bundle, m.people["agent"])
	m.post(t, "case.a", 2)
	if err := m.DeleteWebhook(t.Context(), w.ID); err != nil {
		t.Fatal(err)
	}
	if n := m.count(t, "webhook_deliveries"); n != 0 {
		t.Errorf("%d deliveries to nowhere", n)
	}
	wantCode(t, m.DeleteWebhook(t.Context(), w.ID), recovery.CodeNotFound)
}

func TestThereIsALimitToWebhooks(t *testing.T) {
	t.Parallel()
	m := newMailbox(t, 0)
	for range notify.MaxWebhooks - 1 {
		hook(t, m.bundle, m.people["agent"])
	}
	var group sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		group.Go(func() {
			w := notify.Webhook{ID: newID(t), URL: "https://example.test", Secret: []byte{1}, CreatedBy: m.people["agent"], CreatedAt: noon}
			errs[i] = m.AddWebhook(t.Context(), w, postgres.Idempotency{})
		})
	}
	group.Wait()
	refused := 0
	for _, err := range errs {
		if err != nil {
			wantCode(t, err, recovery.CodeConflict)
			refused++
		}
	}
	if refused != len(errs)-1 || len(must[[]notify.Webhook](t)(m.ListWebhooks(t.Context()))) != notify.MaxWebhooks {
		t.Errorf("%d of %d were refused", refused, len(errs))
	}
}

// TestIdleDeliveriesCostTheSame: what was delivered is not looked at again.
func TestIdleDeliveriesCostTheSame(t *testing.T) {
	t.Parallel()
	m := newMailbox(t, 0)
	w := hook(t, m.bundle, m.people["agent"])
	err := m.sql(t, `insert into webhook_deliveries (webhook_id, case_id, type, seq, version, occurred_at, payload, state, next_at, created_at, done_at)
		select $1, $2, 'case.a', 1, 1, now(), '{}', 'delivered', now(), now(), now() from generate_series(1, 20000)`, w.ID, m.c.ID)
	if err == nil {
		err = m.sql(t, `analyze webhook_deliveries`)
	}
	if err != nil {
		t.Fatal(err)
	}
	plan := m.plan(t, `select id from webhook_deliveries where webhook_id = 'x' and state in ('due', 'sending') and next_at <= now() order by next_at limit 10`)
	if !strings.Contains(plan, "webhook_deliveries_next") {
		t.Errorf("the due ones are found by\n%s", plan)
	}
}
