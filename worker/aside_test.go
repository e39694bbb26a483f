package worker_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"recourse/activities"
	sealing "recourse/evidence/seal"
	"recourse/evidence/seal/sealtest"
	"recourse/loop"
	"recourse/notify"
	"recourse/notify/smtptest"
	"recourse/postgres"
	"recourse/recovery"
	"recourse/worker"
)

// until polls until a condition holds, and fails the test after a minute.
func until(t testing.TB, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(time.Minute)
	for !holds() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("waited in vain until %s", what)
		}
	}
}

// statsOf returns the counts of one loop.
func statsOf(m *loop.Monitor, name string) loop.Stats {
	for _, one := range m.Snapshot() {
		if one.Name == name {
			return one
		}
	}
	return loop.Stats{}
}

// running is a worker.Run that a test ends.
func running(t *testing.T, parts worker.Parts) (end func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	c := dial(t, env{"TEMPORAL_ADDRESS": unusedAddress})
	go func() { ended <- worker.Run(ctx, c, parts) }()
	return func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

// signedCase files another case with a checkpoint and returns what its time stamp is over.
func (o *office) signedCase(t *testing.T) (recovery.CaseID, [32]byte) {
	t.Helper()
	number, err := o.store.NextNumber(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c := o.c
	c.ID, c.Number = recovery.CaseID(newID(t)), number
	filed, signed := o.entry("filed"), o.entry("signed")
	filed.At, signed.At = time.Now(), time.Now() // the clock of the authority, which no test can move
	if err := o.store.FileCase(t.Context(), postgres.FilingWrite{Case: c, Draft: filed}); err != nil {
		t.Fatal(err)
	}
	if _, err := o.store.AppendEntries(t.Context(), c.ID, true, signed); err != nil {
		t.Fatal(err)
	}
	checkpoint, _, err := o.store.LatestCheckpoint(t.Context(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	return c.ID, sha256.Sum256([]byte(checkpoint.Note))
}

func (o *office) isStamped(t *testing.T, id recovery.CaseID) func() bool {
	return func() bool {
		checkpoint, _, err := o.store.LatestCheckpoint(t.Context(), id)
		return err == nil && checkpoint.StampedAt != nil
	}
}

// killingReply ended the process when it was parsed by a library for BER.
var killingReply = []byte{0x30, 0x09, 0x30, 0x03, 0x02, 0x01, 0x00, 0x30, 0x02, 0x1F, 0xFF}

// spoiling is an authority that answers to one digest with a given reply.
type spoiling struct {
	*sealtest.TSA
	digest [32]byte
	reply  []byte
	asked  atomic.Int64 // about that digest
	healed atomic.Bool
}

func (s *spoiling) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	query, _ := io.ReadAll(r.Body)
	w.Header().Set("Content-Type", "application/timestamp-reply")
	if bytes.Contains(query, s.digest[:]) && !s.healed.Load() {
		s.asked.Add(1)
		_, _ = w.Write(s.reply)
		return
	}
	_, _ = w.Write(s.AnswerQuery(query))
}

// TestAReplyThatKilledTheProcess: the checkpoint is set aside, the others are stamped, a
// restart survives too, and an operator can have it tried again.
func TestAReplyThatKilledTheProcess(t *testing.T) {
	t.Parallel()
	for name, reply := range map[string][]byte{
		"it":             killingReply,
		"nothing":        nil,
		"a huge length":  {0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF},
		"nested deeply":  bytes.Repeat([]byte{0x30, 0x80}, 30_000),
		"without an end": append([]byte{0x30, 0x80}, bytes.Repeat([]byte{0x24, 0x80}, 1000)...),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			bad, digest := o.signedCase(t)
			authority := &spoiling{TSA: sealtest.StartAuthority(t), digest: digest, reply: reply}
			server := httptest.NewServer(authority)
			t.Cleanup(server.Close)
			stamper, err := sealing.NewAuthority(server.URL, authority.Roots, rand.Reader)
			if err != nil {
				t.Fatal(err)
			}
			start := func() (*loop.Monitor, func()) {
				monitor := loop.NewMonitor(slog.New(slog.DiscardHandler), o.now)
				stamps := &worker.Stamps{Work: &activities.Stamps{Record: o.store, Stamper: stamper, Loops: monitor}, Interval: time.Millisecond}
				return monitor, running(t, worker.Parts{Stamps: stamps, Loops: monitor})
			}
			monitor, end := start()
			good, _ := o.signedCase(t)
			until(t, "the next checkpoint is stamped", o.isStamped(t, good))
			until(t, "the first one is set aside", func() bool {
				o.later(7 * time.Hour)
				return statsOf(monitor, activities.StampsLoop).SetAside == 1
			})
			end()
			if stats := statsOf(monitor, activities.StampsLoop); stats.Panics != 0 || stats.Failures != 10 {
				t.Errorf("%+v", stats)
			}
			asked := authority.asked.Load()
			_, end = start()
			defer end()
			later, _ := o.signedCase(t)
			o.later(24 * time.Hour)
			until(t, "a checkpoint is stamped after the restart", o.isStamped(t, later))
			if counts, err := o.store.CountSetAside(t.Context()); err != nil || counts[postgres.ItemStamp] != 1 || authority.asked.Load() != asked {
				t.Errorf("%v set aside, asked %d times more (%v)", counts, authority.asked.Load()-asked, err)
			}
			authority.healed.Store(true)
			if n, err := o.store.RetrySetAside(t.Context(), postgres.ItemStamp); err != nil || n != 1 {
				t.Fatalf("%d are tried again (%v)", n, err)
			}
			until(t, "the first one is stamped", o.isStamped(t, bad))
		})
	}
}

// panickingStamper panics for one digest.
type panickingStamper struct {
	sealing.Stamper
	digest [32]byte
}

func (p panickingStamper) Stamp(ctx context.Context, digest [32]byte, notBefore time.Time) (sealing.Stamp, error) {
	if digest == p.digest {
		panic("stamp")
	}
	return p.Stamper.Stamp(ctx, digest, notBefore)
}

func TestAPanicOfOneCheckpointStopsNoOther(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	_, digest := o.signedCase(t)
	good, _ := o.signedCase(t)
	monitor := loop.NewMonitor(o.logger, o.now)
	stamper := panickingStamper{sealtest.NewStampClient(t, sealtest.StartAuthority(t)), digest}
	end := running(t, worker.Parts{Loops: monitor, Stamps: &worker.Stamps{
		Work: &activities.Stamps{Record: o.store, Stamper: stamper, Loops: monitor}, Interval: time.Millisecond,
	}})
	until(t, "the other is stamped", o.isStamped(t, good))
	until(t, "it is set aside", func() bool {
		o.later(7 * time.Hour)
		return statsOf(monitor, activities.StampsLoop).SetAside == 1
	})
	end()
	if stats := statsOf(monitor, activities.StampsLoop); stats.Panics != 11 || strings.Count(o.log.String(), "panicked") != 1 {
		t.Errorf("%+v, the log:\n%s", stats, o.log)
	}
}

// panickingSender panics for the first mail and the first delivery that it gets.
type panickingSender struct {
	mails *notify.Mailer
	first atomic.Pointer[string]
	calls atomic.Int64
}

func (p *panickingSender) panicFor(id string) {
	p.calls.Add(1)
	if p.first.CompareAndSwap(nil, &id) || *p.first.Load() == id {
		panic("item")
	}
}

func (p *panickingSender) Send(ctx context.Context, o notify.Outgoing) notify.Attempt {
	p.panicFor(o.ID)
	return p.mails.Send(ctx, o)
}

func (p *panickingSender) Post(_ context.Context, _ notify.Webhook, d notify.Delivery) notify.Attempt {
	p.panicFor(d.ID)
	return notify.Attempt{Verdict: notify.Accepted, Status: 204}
}

// TestAPanicOfOneMailStopsNoOther, nor does that of a delivery.
func TestAPanicOfOneMailStopsNoOther(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	server := smtptest.New(t, smtptest.WithoutTLS())
	if err := o.store.AddWebhook(t.Context(), notify.Webhook{
		ID: newID(t), URL: "https://hooks.example.test", Secret: []byte("s"), CreatedBy: o.people[recovery.RoleAgent], CreatedAt: o.now(),
	}, postgres.Idempotency{}); err != nil {
		t.Fatal(err)
	}
	o.tell(t, 3, notify.Notifications{Notices: []notify.NoticeDraft{o.draft()}, Event: notify.Event{Type: "case.escalated", At: o.now(), Payload: []byte(`{}`)}})
	mails, posts := &panickingSender{mails: mailerTo(server)}, &panickingSender{}
	monitor := loop.NewMonitor(o.logger, o.now)
	n := o.notices(t, mails, func(p *worker.NoticesConfig) { p.Webhooks, p.Loops = posts, monitor })
	for range 15 {
		drain(t, n)
		n.RunOnce(t.Context())
		o.later(7 * time.Hour)
	}
	wantKept(t, server, 2, 2)
	for name, kind := range map[string]string{"mails": postgres.ItemMail, "webhooks": postgres.ItemDelivery} {
		stats := statsOf(monitor, name)
		counts, err := o.store.CountSetAside(t.Context())
		if err != nil || stats.Panics != 11 || stats.SetAside != 1 || counts[kind] != 1 {
			t.Errorf("%s: %+v, set aside %v (%v)", name, stats, counts, err)
		}
	}
	if mails.calls.Load() != 13 || posts.calls.Load() != 13 {
		t.Errorf("%d mails and %d deliveries were tried", mails.calls.Load(), posts.calls.Load())
	}
	if lines := strings.Count(o.log.String(), "panicked"); lines != 2 {
		t.Errorf("%d stacks:\n%s", lines, o.log)
	}
}

// TestADeadReceiverIsTwoLines, however many events it misses.
func TestADeadReceiverIsTwoLines(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }))
	t.Cleanup(receiver.Close)
	id := newID(t)
	if err := o.store.AddWebhook(t.Context(), notify.Webhook{
		ID: id, URL: receiver.URL, Secret: vault.EncryptSecret(id, []byte("s")), CreatedBy: o.people[recovery.RoleAgent], CreatedAt: o.now(),
	}, postgres.Idempotency{}); err != nil {
		t.Fatal(err)
	}
	o.tell(t, 30, notify.Notifications{Event: notify.Event{Type: "case.escalated", At: o.now(), Payload: []byte(`{}`)}})
	n := o.notices(t, nil)
	for range 60 {
		n.RunOnce(t.Context())
		o.later(2 * time.Hour)
	}
	if lines := strings.Count(o.log.String(), "\n"); lines > 10 || strings.Count(o.log.String(), "fails and is repeated") != 1 {
		t.Errorf("%d lines:\n%s", lines, o.log)
	}
	if counts, err := o.store.CountSetAside(t.Context()); err != nil || counts[postgres.ItemDelivery] != 30 {
		t.Errorf("%v set aside (%v)", counts, err)
	}
	if n, err := o.store.RetrySetAside(t.Context(), postgres.ItemDelivery); err != nil || n != 30 {
		t.Errorf("%d are tried again (%v)", n, err)
	}
}
