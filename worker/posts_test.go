package worker_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"

	"recourse/notify"
	"recourse/postgres"
	"recourse/recovery"
)

var vault = notify.NewSecretBox([32]byte{1})

// ears is a webhook's receiver, with how often each message came.
type ears struct {
	*httptest.Server
	mutex sync.Mutex
	heard map[string]int
	order []string
}

// listening starts a receiver that answers as told; n counts its requests.
func listening(t testing.TB, o *office, answer func(n int) int, types ...string) *ears {
	t.Helper()
	e := &ears{heard: map[string]int{}}
	e.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e.mutex.Lock()
		e.heard[r.Header.Get("Webhook-Id")]++
		e.order = append(e.order, r.Header.Get("Webhook-Id"))
		n := len(e.order)
		e.mutex.Unlock()
		w.WriteHeader(answer(n))
	}))
	t.Cleanup(e.Close)
	id := newID(t)
	err := o.store.AddWebhook(t.Context(), notify.Webhook{
		ID: id, URL: e.URL, Types: types, Secret: vault.EncryptSecret(id, []byte("s")), CreatedBy: o.people[recovery.RoleAgent], CreatedAt: o.now(),
	}, postgres.Idempotency{})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func (e *ears) total() int {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	return len(e.order)
}

func always(code int) func(int) int { return func(int) int { return code } }

func aboutFiling() notify.Notifications {
	return notify.Notifications{Event: notify.Event{Type: "case.case_filed", Payload: []byte(`{"type":"case.case_filed"}`)}}
}

func states(t testing.TB, o *office) map[string]int {
	t.Helper()
	list, _, err := o.store.ListDeliveries(t.Context(), "", 200, "")
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	for _, d := range list {
		counts[d.State]++
	}
	return counts
}

func TestEventsAreDelivered(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	sound := listening(t, o, always(200))
	moody := listening(t, o, func(n int) int {
		if n <= 3 {
			return http.StatusInternalServerError
		}
		return http.StatusOK
	})
	deaf := listening(t, o, always(200), "case.case_closed")
	o.tell(t, 15, aboutFiling())
	n := o.notices(t, nil)
	for range 8 {
		n.RunOnce(t.Context())
		o.later(3 * time.Hour)
	}
	if sound.total() != 15 || len(sound.heard) != 15 || deaf.total() != 0 {
		t.Errorf("%d of %d messages; %d came where none was asked for", sound.total(), len(sound.heard), deaf.total())
	}
	if len(moody.heard) != 15 || moody.total() != 18 {
		t.Errorf("%d requests for %d messages, want the three that failed again", moody.total(), len(moody.heard))
	}
	if got := states(t, o); got["delivered"] != 30 || len(got) != 1 {
		t.Errorf("%v", got)
	}
}

// TestALateEventCanBePutInItsPlace: the first event fails and arrives last. Its number says
// that it is older than what the receiver has, its times say how late it is.
func TestALateEventCanBePutInItsPlace(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	type message struct {
		Data struct {
			Seq        int64     `json:"seq"`
			Version    int64     `json:"version"`
			OccurredAt time.Time `json:"occurred_at"`
		} `json:"data"`
		id, body string
		sent     time.Time
	}
	var got []message
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		m := message{id: r.Header.Get("Webhook-Id"), body: string(body)}
		seconds, _ := strconv.ParseInt(r.Header.Get("Webhook-Timestamp"), 10, 64)
		if m.sent = time.Unix(seconds, 0); json.Unmarshal(body, &m) != nil {
			t.Errorf("the message is %s", body)
		}
		if got = append(got, m); len(got) == 1 {
			w.WriteHeader(http.StatusInternalServerError)
		}
	}))
	t.Cleanup(receiver.Close)
	id := newID(t)
	err := o.store.AddWebhook(t.Context(), notify.Webhook{
		ID: id, URL: receiver.URL, Secret: vault.EncryptSecret(id, []byte("s")), CreatedBy: o.people[recovery.RoleAgent], CreatedAt: o.now(),
	}, postgres.Idempotency{})
	if err != nil {
		t.Fatal(err)
	}
	happened := o.now().UTC().Truncate(time.Second)
	payload := []byte(`{"type":"case.escalated","data":{"occurred_at":"` + happened.Format(time.RFC3339) + `"}}`)
	o.tell(t, 3, notify.Notifications{Event: notify.Event{Type: "case.escalated", At: happened, Payload: payload}})
	n := o.notices(t, nil)
	n.RunOnce(t.Context())
	o.later(time.Hour)
	n.RunOnce(t.Context())
	if len(got) != 4 || got[3].id != got[0].id || got[3].body != got[0].body {
		t.Fatalf("the late message is not the first one: %+v", got)
	}
	if got[3].Data.Seq >= got[1].Data.Seq || got[1].Data.Seq >= got[2].Data.Seq || got[3].Data.Version+2 != got[2].Data.Version {
		t.Errorf("the messages cannot be ordered: %+v", got)
	}
	if late := got[3].sent.Sub(got[3].Data.OccurredAt); late < time.Hour || got[0].sent.Sub(happened) > time.Minute {
		t.Errorf("sent %s after it happened, at first %s", late, got[0].sent.Sub(happened))
	}
}

func TestADeadLetterIsReplayed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	var open sync.Map
	e := listening(t, o, func(int) int {
		if _, yes := open.Load("open"); yes {
			return http.StatusOK
		}
		return http.StatusBadGateway
	})
	o.tell(t, 1, aboutFiling())
	n := o.notices(t, nil)
	for range 14 {
		n.RunOnce(t.Context())
		o.later(30 * time.Hour)
	}
	dead, _, err := o.store.ListDeliveries(t.Context(), notify.DeliveryDead, 10, "")
	if err != nil || len(dead) != 1 || dead[0].Status != 502 || e.total() != 10 {
		t.Fatalf("after %d attempts: %+v (%v)", e.total(), dead, err)
	}
	open.Store("open", true)
	if _, err := o.store.ReplayDelivery(t.Context(), dead[0].ID); err != nil {
		t.Fatal(err)
	}
	n.RunOnce(t.Context())
	if got := states(t, o); got["delivered"] != 1 || len(e.heard) != 1 {
		t.Errorf("%v under %d names", got, len(e.heard))
	}
}

func TestAReceiverThatIsGone(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	e := listening(t, o, always(http.StatusGone))
	o.tell(t, 5, aboutFiling())
	n := o.notices(t, nil)
	for range 3 {
		n.RunOnce(t.Context())
		o.later(time.Hour)
	}
	hooks, err := o.store.ListWebhooks(t.Context())
	if err != nil || hooks[0].Active || hooks[0].StoppedBecause == "" || e.total() != 1 {
		t.Errorf("after %d requests: %+v (%v)", e.total(), hooks, err)
	}
	if got := states(t, o); got["dead"] != 5 {
		t.Errorf("%v", got)
	}
}

// TestAHangingReceiverHoldsUpNobody: while one answers nothing, another gets all
// of its own.
func TestAHangingReceiverHoldsUpNobody(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	release := make(chan struct{})
	listening(t, o, func(int) int { <-release; return http.StatusOK })
	heard := make(chan struct{}, 64)
	listening(t, o, func(int) int { heard <- struct{}{}; return http.StatusOK })
	n := o.notices(t, nil)
	ended := make(chan error, 1)
	go func() { ended <- n.Run(t.Context()) }()
	const messages = 25 // more than one lot
	o.tell(t, messages, aboutFiling())
	for i := range messages {
		select {
		case <-heard:
		case <-time.After(8 * time.Second): // less than the hanging one may take
			t.Fatalf("message %d did not come", i)
		}
	}
	close(release)
	t.Cleanup(func() {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}
