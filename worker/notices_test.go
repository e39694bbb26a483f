package worker_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/mail"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"recourse/evidence/journal"
	"recourse/loop"
	"recourse/notify"
	"recourse/notify/smtptest"
	"recourse/postgres"
	"recourse/postgres/pgtest"
	"recourse/recovery"
	"recourse/worker"
)

const lease = 5 * time.Minute

// office is a database with people and a case, and a clock that can be moved
// ahead.
type office struct {
	told   int // steps of tell
	url    string
	store  *postgres.Store
	ahead  atomic.Int64
	log    *bytes.Buffer // written under the logger's own lock
	logger *slog.Logger
	people map[recovery.Role]recovery.UserID
	c      recovery.Case
}

func (o *office) now() time.Time         { return time.Now().Add(time.Duration(o.ahead.Load())) }
func (o *office) later(by time.Duration) { o.ahead.Add(int64(by)) }
func newID(t testing.TB) string          { t.Helper(); return uuid.Must(uuid.NewV7()).String() }
func half() float64                      { return 0.5 }

func newOffice(t testing.TB) *office {
	t.Helper()
	o := &office{url: pgtest.URL(t), log: &bytes.Buffer{}, people: map[recovery.Role]recovery.UserID{}}
	o.logger = slog.New(slog.NewTextHandler(o.log, nil))
	o.store = pgtest.Open(t, o.url, postgres.Options{Now: o.now})
	for _, role := range []recovery.Role{recovery.RoleClaimant, recovery.RoleAgent, recovery.RoleSupervisor} {
		user, err := o.store.EnsureUser(t.Context(), recovery.User{Role: role, Email: string(role) + "@example.test", Active: true})
		if err != nil {
			t.Fatal(err)
		}
		o.people[role] = user.ID
	}
	number, err := o.store.NextNumber(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	o.c = recovery.Case{
		ID: recovery.CaseID(newID(t)), Number: number, Platform: recovery.WeChat, Instrument: recovery.Transfer, Amount: 200_000,
		SentAt: o.now(), Owner: o.people[recovery.RoleClaimant], Assignee: o.people[recovery.RoleAgent], Playbook: "2026-11", CreatedAt: o.now(),
		Position: recovery.Position{Stage: recovery.Appeal, WaitingOn: recovery.OnAgent, Claim: 200_000},
	}
	if err := o.store.FileCase(t.Context(), postgres.FilingWrite{Case: o.c, Draft: o.entry("filed")}); err != nil {
		t.Fatal(err)
	}
	return o
}

func (o *office) entry(key string) journal.Draft {
	return journal.Draft{Kind: recovery.EntryEscalated, At: o.now(), Actor: recovery.System, Key: key, Collector: journal.Collector{Tool: "t", Version: "1"}}
}

// draft is something urgent for the claimant: it goes by night, too.
func (o *office) draft(change ...func(*notify.NoticeDraft)) notify.NoticeDraft {
	d := notify.NoticeDraft{
		Audience: notify.ToClaimant, Template: "stage_entered", Class: "progress", Urgent: true,
		Facts: notify.Facts{Number: o.c.Number, Stage: recovery.Appeal, WaitingOn: recovery.OnAgent, Claim: 200_000},
	}
	for _, apply := range change {
		apply(&d)
	}
	return d
}

// tell writes n steps that each tell what is given. Only the first notice keeps its
// template: the others would be counted in it.
func (o *office) tell(t testing.TB, n int, telling notify.Notifications) {
	t.Helper()
	for range n {
		telling.Notices = slices.Clone(telling.Notices)
		for i, d := range telling.Notices {
			if o.told > 0 && (d.Template == "stage_entered" || strings.HasPrefix(d.Template, "text-")) {
				telling.Notices[i].Template = fmt.Sprintf("text-%d", o.told)
			}
		}
		o.told++
		_, err := o.store.WriteStep(t.Context(), postgres.StepWrite{
			CaseID: o.c.ID, Drafts: []journal.Draft{o.entry(newID(t))}, Next: o.c.Position, Deadlines: o.c.Deadlines, Notifications: telling,
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func (o *office) notices(t testing.TB, mails worker.MailSender, change ...func(*worker.NoticesConfig)) *worker.Notices {
	t.Helper()
	notifyRules, err := notify.Load()
	if err != nil {
		t.Fatal(err)
	}
	poster := notify.NewPoster(notify.PosterOptions{Development: true, SecretBox: vault, Now: o.now})
	t.Cleanup(poster.Close)
	parts := worker.NoticesConfig{
		Store: o.store, NotifyRules: notifyRules, Mails: mails, Webhooks: poster, Random: half, Now: o.now,
		Log: o.logger, Lease: lease, Loops: loop.NewMonitor(o.logger, o.now), Site: "https://desk.example.test/",
	}
	for _, apply := range change {
		apply(&parts)
	}
	return worker.NewNotices(parts)
}

// drain does rounds until there is nothing left to do now.
func drain(t testing.TB, n *worker.Notices) {
	t.Helper()
	for n.RunOnce(t.Context()) {
	}
}

func mailerTo(s *smtptest.Server) *notify.Mailer {
	return notify.NewMailer(notify.Server{Host: s.Host, Port: s.Port, Plain: true, From: mail.Address{Address: "desk@example.test"}})
}

func wantKept(t testing.TB, s *smtptest.Server, ids, mails int) {
	t.Helper()
	if byID := s.CountByMessageID(); len(byID) != ids || len(s.Mails()) != mails {
		t.Errorf("%d mails arrived under %d names, want %d under %d", len(s.Mails()), len(byID), mails, ids)
	}
}

// TestEachMailArrivesOnce: however many processes send.
func TestEachMailArrivesOnce(t *testing.T) {
	t.Parallel()
	const mails = 60
	o := newOffice(t)
	server := smtptest.New(t, smtptest.WithoutTLS())
	o.tell(t, mails, notify.Notifications{Notices: []notify.NoticeDraft{o.draft()}})
	var group sync.WaitGroup
	for range 3 {
		n := o.notices(t, mailerTo(server))
		group.Go(func() { drain(t, n) })
	}
	group.Wait()
	wantKept(t, server, mails, mails)
	o.later(30 * 24 * time.Hour)
	drain(t, o.notices(t, mailerTo(server)))
	wantKept(t, server, mails, mails)
}

// child is what TestNoticesProcess finds in its environment.
const child = "RECOURSE_TEST_NOTICES"

// TestNoticesProcess is a process that sends, for tests that kill it; without
// the variable it has nothing to do.
func TestNoticesProcess(t *testing.T) {
	database, server, found := strings.Cut(os.Getenv(child), " ")
	if !found {
		return
	}
	port, err := strconv.Atoi(server)
	if err != nil {
		t.Fatal(err)
	}
	store, err := postgres.Open(t.Context(), database, postgres.Options{Random: rand.Reader})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	o := &office{store: store, logger: slog.New(slog.DiscardHandler)}
	mailer := notify.NewMailer(notify.Server{Host: "127.0.0.1", Port: port, Plain: true, From: mail.Address{Address: "desk@example.test"}})
	o.notices(t, dyingAfter{mailer}).RunOnce(t.Context())
}

// dyingAfter dies when a mail was taken, before that is kept.
type dyingAfter struct{ *notify.Mailer }

func (d dyingAfter) Send(ctx context.Context, out notify.Outgoing) notify.Attempt {
	a := d.Mailer.Send(ctx, out)
	if a.Verdict == notify.Accepted {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	}
	return a
}

// afterAnswer is the point between the server's 250 and our commit.
const afterAnswer smtptest.Point = "after 250"

// TestKilledWhileSending kills the sending process at every point of the
// conversation. Within the lease nobody touches the mail; after it, another
// process sends it. The server has it twice only when it had taken all of it
// before the process died, and then under the same Message-ID.
func TestKilledWhileSending(t *testing.T) {
	t.Parallel()
	for point, copies := range map[smtptest.Point]int{
		smtptest.AtConnect: 1, smtptest.AtMail: 1, smtptest.AtRcpt: 1, smtptest.AtData: 1,
		smtptest.AtEnd: 2, smtptest.AtAnswer: 2, afterAnswer: 2,
	} {
		t.Run(string(point), func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			o.tell(t, 1, notify.Notifications{Notices: []notify.NoticeDraft{o.draft()}})
			alive, kill := context.WithCancel(t.Context())
			defer kill()
			process := exec.CommandContext(alive, os.Args[0], "-test.run=^TestNoticesProcess$")
			ended := make(chan error, 1)
			dead := make(chan struct{})
			server := smtptest.New(t, smtptest.WithoutTLS(), smtptest.WithHook(func(p smtptest.Point, conversation int) error {
				if p != point || conversation > 1 {
					return nil
				}
				kill()
				<-dead
				if p == smtptest.AtData {
					return smtptest.ErrDrop // the rest was on its way and is lost with the machine
				}
				return nil
			}))
			process.Env = append(os.Environ(), child+"="+o.url+" "+strconv.Itoa(server.Port))
			if err := process.Start(); err != nil {
				t.Fatal(err)
			}
			go func() {
				ended <- process.Wait()
				close(dead)
			}()
			if err := <-ended; err == nil {
				t.Fatal("the process was not killed")
			}
			heir := o.notices(t, mailerTo(server))
			talks := server.Conversations()
			drain(t, heir)
			if server.Conversations() != talks {
				t.Error("a mail whose sender may still live was touched")
			}
			o.later(lease + time.Minute)
			drain(t, heir)
			wantKept(t, server, 1, copies)
			o.later(24 * time.Hour)
			drain(t, heir)
			wantKept(t, server, 1, copies)
		})
	}
}

// TestServersThatSayNo: what is put off comes again at its time, what is refused
// never, and nobody gets a mail twice.
func TestServersThatSayNo(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		point  smtptest.Point
		answer error
		until  int // conversations that fail
		copies int
	}{
		"greylisted once":        {smtptest.AtRcpt, smtptest.NewRejection(451, 4, 7, 1), 1, 1},
		"busy six times":         {smtptest.AtConnect, smtptest.NewRejection(421), 6, 1},
		"full at the end, twice": {smtptest.AtEnd, smtptest.NewRejection(452), 2, 1},
		"no such person":         {smtptest.AtRcpt, smtptest.NewRejection(550, 5, 1, 1), 100, 0},
		"not wanted":             {smtptest.AtEnd, smtptest.NewRejection(554), 100, 0},
		"cut in the middle":      {smtptest.AtData, smtptest.ErrDrop, 1, 1},
		"never":                  {smtptest.AtRcpt, smtptest.NewRejection(451), 1000, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			server := smtptest.New(t, smtptest.WithoutTLS(), smtptest.WithHook(func(p smtptest.Point, conversation int) error {
				if p == tc.point && conversation <= tc.until {
					return tc.answer
				}
				return nil
			}))
			o.tell(t, 1, notify.Notifications{Notices: []notify.NoticeDraft{o.draft()}})
			n := o.notices(t, mailerTo(server))
			for range 50 {
				drain(t, n)
				o.later(5 * time.Hour)
			}
			wantKept(t, server, tc.copies, tc.copies)
			if strings.Contains(o.log.String(), "@example.test") {
				t.Errorf("the log names a person:\n%s", o.log)
			}
			talks := server.Conversations()
			drain(t, n)
			if server.Conversations() != talks {
				t.Error("it is still tried")
			}
		})
	}
}

// closing takes the database away when a mail was taken.
type closing struct {
	*notify.Mailer
	store *postgres.Store
}

func (c closing) Send(ctx context.Context, out notify.Outgoing) notify.Attempt {
	a := c.Mailer.Send(ctx, out)
	c.store.Close()
	return a
}

func TestTheDatabaseGoesAwayWhileSending(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	server := smtptest.New(t, smtptest.WithoutTLS())
	o.tell(t, 1, notify.Notifications{Notices: []notify.NoticeDraft{o.draft()}})
	lost := pgtest.Open(t, o.url, postgres.Options{Now: o.now})
	n := o.notices(t, closing{mailerTo(server), lost}, func(p *worker.NoticesConfig) { p.Store = lost })
	n.RunOnce(t.Context())
	if n.RunOnce(t.Context()) || !strings.Contains(o.log.String(), "background work fails") {
		t.Errorf("without a database:\n%s", o.log)
	}
	wantKept(t, server, 1, 1)
	heir := o.notices(t, mailerTo(server))
	drain(t, heir)
	wantKept(t, server, 1, 1)
	o.later(lease + time.Minute)
	drain(t, heir)
	wantKept(t, server, 1, 2) // the one window: taken, and nobody could keep it
}

// TestNoticesGoOutAtOnce: the loop is woken by the write, with Temporal away.
func TestNoticesGoOutAtOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	arrived := make(chan struct{}, 8)
	server := smtptest.New(t, smtptest.WithoutTLS(), smtptest.WithHook(func(p smtptest.Point, _ int) error {
		if p == smtptest.AtAnswer {
			arrived <- struct{}{}
		}
		return nil
	}))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	c := dial(t, env{"TEMPORAL_ADDRESS": unusedAddress})
	go func() { ended <- worker.Run(ctx, c, worker.Parts{Notices: o.notices(t, mailerTo(server))}) }()
	for i := range 3 {
		o.tell(t, 1, notify.Notifications{Notices: []notify.NoticeDraft{o.draft()}})
		select {
		case <-arrived:
		case <-time.After(30 * time.Second):
			t.Fatalf("mail %d did not arrive", i)
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	wantKept(t, server, 3, 3)
}

func TestRemindersGoOut(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	server := smtptest.New(t, smtptest.WithoutTLS())
	due := o.now().Add(48 * time.Hour).Truncate(time.Second)
	o.c.Deadlines = []recovery.Deadline{{Kind: recovery.DecisionClock, DueAt: due}}
	o.tell(t, 1, notify.Notifications{Notices: []notify.NoticeDraft{o.draft(func(d *notify.NoticeDraft) {
		d.Template, d.Facts.Clock, d.Facts.DueAt, d.NotBefore = "reminder", recovery.DecisionClock, &due, due.Add(-24*time.Hour)
	})}})
	n := o.notices(t, mailerTo(server))
	drain(t, n)
	wantKept(t, server, 0, 0)
	o.later(24*time.Hour + time.Minute)
	drain(t, n)
	wantKept(t, server, 1, 1)
}
