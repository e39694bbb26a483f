package postgres_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"recourse/notify"
	"recourse/postgres"
	"recourse/recovery"
)

const lease = 5 * time.Minute

// plan explains a statement.
func (b bundle) plan(t testing.TB, sql string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), b.url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	rows, err := conn.Query(t.Context(), "explain "+sql)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}

// mailbox is a store with a clock of its own and notices to mail.
type mailbox struct {
	bundle
	now    time.Time
	people people
	c      recovery.Case
}

func newMailbox(t testing.TB, mails int) *mailbox {
	t.Helper()
	m := &mailbox{now: noon}
	m.bundle = open(t, postgres.Options{Now: func() time.Time { return m.now }})
	m.people = seat(t, m.bundle, everybody)
	m.c = file(t, m.Store, owned(m.people))
	for i := range mails {
		step(t, m.bundle, m.c, numbered("k", i), telling(told(notify.ToClaimant, func(d *notify.NoticeDraft) { d.Template = numbered("t", i) })))
	}
	return m
}

func (m *mailbox) claim(t testing.TB, limit int) []notify.Mail {
	t.Helper()
	return must[[]notify.Mail](t)(m.ClaimMails(t.Context(), limit, lease))
}

func (m *mailbox) settle(t testing.TB, mail notify.Mail, o notify.MailOutcome, want bool) {
	t.Helper()
	if kept := must[int](t)(m.SettleMails(t.Context(), notify.SettledMail{Mail: mail, Outcome: o})) == 1; kept != want {
		t.Errorf("settled %v, want %v", kept, want)
	}
}

// TestALotIsSettledTogether: a mail whose claim lapsed, and that somebody else has,
// is left to them and holds up none of the lot.
func TestALotIsSettledTogether(t *testing.T) {
	t.Parallel()
	m := newMailbox(t, 3)
	lot := m.claim(t, 3)
	m.now = m.now.Add(2 * lease)
	again := m.claim(t, 1)[0]
	settled := make([]notify.SettledMail, len(lot))
	for i, mail := range lot {
		settled[i] = notify.SettledMail{Mail: mail, Outcome: notify.MailOutcome{State: notify.MailKept, Subject: "s", Body: "b"}}
	}
	if kept := must[int](t)(m.SettleMails(t.Context(), settled...)); kept != 2 {
		t.Errorf("settled %d of 3, of which somebody else has one", kept)
	}
	m.settle(t, again, notify.MailOutcome{State: notify.MailSent}, true)
	m.now = m.now.Add(2 * lease)
	if left := m.claim(t, 3); len(left) != 0 {
		t.Errorf("%d are still to be sent", len(left))
	}
}

func TestAMailIsClaimedByOne(t *testing.T) {
	t.Parallel()
	const mails = 60
	m := newMailbox(t, mails)
	var mutex sync.Mutex
	var claimed []string
	var group sync.WaitGroup
	for range 6 {
		group.Go(func() {
			for {
				lot, err := m.ClaimMails(t.Context(), 4, lease)
				if err != nil {
					t.Error(err)
				}
				if len(lot) == 0 {
					return
				}
				mutex.Lock()
				for _, mail := range lot {
					claimed = append(claimed, mail.ID)
				}
				mutex.Unlock()
			}
		})
	}
	group.Wait()
	slices.Sort(claimed)
	if len(claimed) != mails || len(slices.Compact(claimed)) != mails {
		t.Errorf("%d claims of %d mails", len(claimed), mails)
	}
}

func TestAClaimTellsAllThatSendingNeeds(t *testing.T) {
	t.Parallel()
	m := newMailbox(t, 1)
	chosen := notify.Preferences{Language: "en", QuietFrom: 60, QuietUntil: 120, NoMail: []string{"task"}}
	if err := m.SetPreferences(t.Context(), m.people["owner"], chosen); err != nil {
		t.Fatal(err)
	}
	got := m.claim(t, 9)
	if len(got) != 1 || got[0].To != "owner@example.test" || !got[0].Active || got[0].Chosen == nil || got[0].Chosen.Language != "en" ||
		got[0].Facts.Number != "R1" || got[0].Claim != 1 || got[0].Template != "t-000" || got[0].Count != 1 {
		t.Errorf("claimed %+v", got)
	}
}

// TestALapsedClaimIsTakenOver: after a crash the mail is claimed again when the
// lease has passed and not before, and whoever comes back late settles nothing.
func TestALapsedClaimIsTakenOver(t *testing.T) {
	t.Parallel()
	m := newMailbox(t, 1)
	first := m.claim(t, 1)
	m.now = m.now.Add(lease - time.Second)
	if early := m.claim(t, 1); len(early) != 0 {
		t.Fatalf("claimed again within the lease: %+v", early)
	}
	m.now = m.now.Add(time.Second)
	second := m.claim(t, 1)
	if len(second) != 1 || second[0].ID != first[0].ID || second[0].Claim != 2 {
		t.Fatalf("after the lease: %+v", second)
	}
	m.settle(t, first[0], notify.MailOutcome{State: notify.MailDead}, false)
	m.settle(t, second[0], notify.MailOutcome{State: notify.MailSent}, true)
	m.settle(t, second[0], notify.MailOutcome{State: notify.MailDead}, false)
	m.now = m.now.Add(24 * time.Hour)
	if again := m.claim(t, 1); len(again) != 0 || m.count(t, "notices where mail_state = 'sent'") != 1 {
		t.Errorf("a mail that was sent is claimed: %+v", again)
	}
}

func TestAFailedMailComesAgainAtItsTime(t *testing.T) {
	t.Parallel()
	m := newMailbox(t, 1)
	mail := m.claim(t, 1)[0]
	m.settle(t, mail, notify.MailOutcome{State: notify.MailDue, At: m.now.Add(time.Hour), Failed: true, Note: "451"}, true)
	m.now = m.now.Add(time.Hour - time.Second)
	if early := m.claim(t, 1); len(early) != 0 {
		t.Errorf("claimed %+v before its time", early)
	}
	m.now = m.now.Add(time.Second)
	again := m.claim(t, 1)
	if len(again) != 1 || again[0].Failures != 1 {
		t.Fatalf("%+v", again)
	}
	m.settle(t, again[0], notify.MailOutcome{State: notify.MailDue, At: m.now}, true)
	if last := m.claim(t, 1); len(last) != 1 || last[0].Failures != 1 {
		t.Errorf("being put off counts as a failure: %+v", last)
	}
}

func TestWordsOfMailsAreKeptForAWhile(t *testing.T) {
	t.Parallel()
	m := newMailbox(t, 3)
	for i, mail := range m.claim(t, 3) {
		m.now = m.now.Add(time.Minute)
		m.settle(t, mail, notify.MailOutcome{State: notify.MailKept, Subject: numbered("s", i), Body: "b"}, true)
	}
	page, next, err := m.ListSentMails(t.Context(), 2, "")
	if err != nil || len(page) != 2 || page[0].Subject != "s-002" || page[0].To != "owner@example.test" || page[0].State != notify.MailKept {
		t.Fatalf("%+v (%v)", page, err)
	}
	rest, last, err := m.ListSentMails(t.Context(), 2, next)
	if err != nil || len(rest) != 1 || last != "" {
		t.Fatalf("%+v %q (%v)", rest, last, err)
	}
	if n := must[int64](t)(m.SweepSent(t.Context(), m.now)); n != 2 { // all but the last
		t.Errorf("swept %d, want 2", n)
	}
	if page, _, err = m.ListSentMails(t.Context(), 10, ""); err != nil || len(page) != 1 {
		t.Errorf("%+v (%v)", page, err)
	}
	if len(notices(t, m.bundle, m.people["owner"])) != 3 {
		t.Error("the inbox lost something")
	}
}

// TestIdleMailsCostTheSame: what was sent before is not looked at again.
func TestIdleMailsCostTheSame(t *testing.T) {
	t.Parallel()
	m := newMailbox(t, 1)
	err := m.sql(t, `insert into notices (user_id, case_id, audience, template, class, urgent, facts, told_at, mail_at, mail_state)
		select user_id, case_id, audience, template || i, class, urgent, facts, told_at, mail_at, 'sent' from notices, generate_series(1, 20000) i`)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.sql(t, `analyze notices`); err != nil {
		t.Fatal(err)
	}
	for index, sql := range map[string]string{
		"notices_mail":   `select id from notices where mail_state in ('due', 'sending') and mail_at <= now() order by mail_at limit 20`,
		"notices_unread": `select count(*) from (select from notices where user_id = 'x' and read_at is null limit 100) as n`,
		"notices_inbox":  `select id from notices where user_id = 'x' and (priority, told_at, id) < (1, now(), 'x') order by priority desc, told_at desc, id desc limit 51`,
	} {
		if plan := m.plan(t, sql); !strings.Contains(plan, index) {
			t.Errorf("%s is not used:\n%s", index, plan)
		}
	}
}
