package postgres_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"testing"
	"time"

	"recourse/evidence/journal"
	"recourse/notify"
	"recourse/postgres"
	"recourse/recovery"
)

// retries is the number of failures after which an item is set aside.
const retries = 11

func (m *mailbox) fail(t testing.TB, kind, item string) (setAside bool) {
	t.Helper()
	return must[bool](t)(m.RecordFailure(t.Context(), kind, item))
}

// setAside returns how many items of a kind are set aside.
func (m *mailbox) setAside(t testing.TB, kind string) int64 {
	t.Helper()
	counts := must[map[string]int64](t)(m.CountSetAside(t.Context()))
	if len(counts) != len(postgres.ItemKinds) {
		t.Errorf("counted kinds: %v", slices.Sorted(maps.Keys(counts)))
	}
	return counts[kind]
}

// pass passes more time than any wait of an item.
func (m *mailbox) pass() { m.now = m.now.Add(7 * time.Hour) }

// work is one kind of background work. begin makes two items due, and due returns those that
// are due now.
type work struct {
	begin func(t *testing.T, m *mailbox)
	due   func(t *testing.T, m *mailbox) []string
}

func works() map[string]work {
	return map[string]work{
		postgres.ItemStamp: {
			func(t *testing.T, m *mailbox) {
				for range 2 {
					m.sign(t, file(t, m.Store).ID, "a")
				}
			},
			func(t *testing.T, m *mailbox) (due []string) {
				for _, one := range m.bundle.claim(t, 10) {
					due = append(due, postgres.StampItem(one.CaseID, one.Size))
				}
				return due
			},
		},
		postgres.ItemOutbox: {
			func(t *testing.T, m *mailbox) { file(t, m.Store) }, // the first is that of the mailbox
			func(t *testing.T, m *mailbox) (due []string) {
				must[int](t)(m.DrainOutbox(t.Context(), 10, func(_ context.Context, item postgres.OutboxItem) error {
					due = append(due, strconv.FormatInt(item.ID, 10))
					return errors.New("away")
				}))
				return due
			},
		},
		postgres.ItemExamination: {
			func(t *testing.T, m *mailbox) {
				addUnexamined(t, m.Store, m.c, noon)
				addUnexamined(t, m.Store, m.c, noon)
			},
			func(t *testing.T, m *mailbox) (due []string) {
				for _, one := range must[[]postgres.DueExamination](t)(m.ClaimExaminations(t.Context(), 10, m.now, lease)) {
					due = append(due, string(one.EvidenceID))
				}
				return due
			},
		},
		postgres.ItemErasure: {
			func(t *testing.T, m *mailbox) {
				file(t, m.Store)
				if err := m.sql(t, `update cases set closed_at = $1`, noon.Add(-time.Hour)); err != nil {
					t.Fatal(err)
				}
			},
			func(t *testing.T, m *mailbox) []string {
				return recovery.ToStrings(must[[]recovery.CaseID](t)(m.ErasableCases(t.Context(), noon, 10)))
			},
		},
		postgres.ItemLeftover: {
			func(t *testing.T, m *mailbox) {
				if err := m.sql(t, `insert into leftovers (kind, name, since) values ('blob', 'a', now()), ('export', 'b', now())`); err != nil {
					t.Fatal(err)
				}
			},
			func(t *testing.T, m *mailbox) (due []string) {
				for _, one := range must[[]postgres.Leftover](t)(m.ListLeftovers(t.Context(), postgres.Leftover{}, 10)) {
					due = append(due, one.Item())
				}
				return due
			},
		},
		postgres.ItemReading: {
			func(t *testing.T, m *mailbox) {
				if err := m.sql(t, `insert into repeated_readings (case_id, key, times, last_at) values ($1, 'a', 1, $2), ($1, 'b', 1, $2)`, m.c.ID, noon); err != nil {
					t.Fatal(err)
				}
			},
			func(t *testing.T, m *mailbox) (due []string) {
				for _, one := range must[[]postgres.RepeatedReadings](t)(m.ListRepeated(t.Context(), "", noon.Add(time.Hour), 10)) {
					due = append(due, one.Item())
				}
				return due
			},
		},
		postgres.ItemMail: {
			func(t *testing.T, m *mailbox) {
				for i := range 2 {
					step(t, m.bundle, m.c, numbered("k", i), telling(told(notify.ToClaimant, func(d *notify.NoticeDraft) { d.Template = numbered("t", i) })))
				}
			},
			func(t *testing.T, m *mailbox) (due []string) {
				for _, one := range m.claim(t, 10) {
					due = append(due, one.ID)
				}
				return due
			},
		},
		postgres.ItemDelivery: {
			func(t *testing.T, m *mailbox) {
				hook(t, m.bundle, m.people["agent"])
				m.post(t, "case.a", 2)
			},
			func(t *testing.T, m *mailbox) (due []string) {
				for _, one := range m.claimPosts(t, 10) {
					due = append(due, one.ID)
				}
				return due
			},
		},
	}
}

// TestAnItemIsSetAsideAndTriedAgain: its pauses grow, it does not hold up the other, and an
// operator makes it due again.
func TestAnItemIsSetAsideAndTriedAgain(t *testing.T) {
	t.Parallel()
	for kind, w := range works() {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			m := newMailbox(t, 0)
			w.begin(t, m)
			items := w.due(t, m)
			if len(items) != 2 {
				t.Fatalf("due: %v", items)
			}
			bad, good := items[0], items[1]
			for failures := 1; failures < retries; failures++ {
				if m.fail(t, kind, bad) {
					t.Fatalf("set aside after %d failures", failures)
				}
				m.pass()
				if due := w.due(t, m); len(due) != 2 {
					t.Fatalf("after %d failures and a pause: %v", failures, due)
				}
			}
			if !m.fail(t, kind, bad) || m.setAside(t, kind) != 1 {
				t.Error("it is not set aside")
			}
			m.now = m.now.AddDate(1, 0, 0)
			if due := w.due(t, m); !slices.Equal(due, []string{good}) {
				t.Errorf("a year later: %v, want %s", due, good)
			}
			if n := must[int64](t)(m.RetrySetAside(t.Context(), kind)); n != 1 || m.setAside(t, kind) != 0 {
				t.Errorf("%d are tried again, %d are set aside", n, m.setAside(t, kind))
			}
			m.pass()
			if due := w.due(t, m); len(due) != 2 {
				t.Errorf("tried again: %v", due)
			}
		})
	}
}

// TestAnItemThatFailedIsLeftOutForAWhile.
func TestAnItemThatFailedIsLeftOutForAWhile(t *testing.T) {
	t.Parallel()
	m := newMailbox(t, 1)
	item := m.claim(t, 1)[0].ID
	m.now = m.now.Add(2 * lease)
	for _, wait := range []time.Duration{15 * time.Second, time.Minute, 4 * time.Minute, 16 * time.Minute, time.Hour, 4 * time.Hour, 6 * time.Hour, 6 * time.Hour} {
		m.fail(t, postgres.ItemMail, item)
		m.now = m.now.Add(wait - time.Second)
		if due := m.claim(t, 1); len(due) != 0 {
			t.Fatalf("tried again before %s", wait)
		}
		m.now = m.now.Add(time.Second)
		if due := m.claim(t, 1); len(due) != 1 {
			t.Fatalf("not tried again after %s", wait)
		}
		m.now = m.now.Add(2 * lease)
	}
}

func TestASuccessForgetsFailures(t *testing.T) {
	t.Parallel()
	m := newMailbox(t, 0)
	m.sign(t, m.c.ID, "a")
	due := m.bundle.claim(t, 1)[0]
	m.fail(t, postgres.ItemStamp, postgres.StampItem(due.CaseID, due.Size))
	must[journal.Checkpoint](t)(m.StoreStamp(t.Context(), due.CaseID, due.Size, []byte("token"), noon))
	e := addUnexamined(t, m.Store, m.c, noon)
	m.fail(t, postgres.ItemExamination, string(e.ID))
	if err := m.RecordExamination(t.Context(), examinationOf(e, "")); err != nil {
		t.Fatal(err)
	}
	if n := m.count(t, "failing_items"); n != 0 {
		t.Errorf("%d failures are left", n)
	}
}

func TestAFaultyOutboxItemIsSetAside(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func() error{
		"refused": func() error { return &postgres.FaultyItemError{Cause: errors.New("invalid")} },
		"panic":   func() error { panic("item") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMailbox(t, 0)
			good, calls := 0, 0
			drain := func() {
				must[int](t)(m.DrainOutbox(t.Context(), 10, func(_ context.Context, item postgres.OutboxItem) error {
					if item.CaseID != m.c.ID {
						good++
						return nil
					}
					calls++
					return fail()
				}))
			}
			for range 20 {
				file(t, m.Store)
				drain()
				m.pass()
			}
			if calls != retries || good != 20 || m.setAside(t, postgres.ItemOutbox) != 1 {
				t.Errorf("tried %d times, %d others delivered, %d set aside", calls, good, m.setAside(t, postgres.ItemOutbox))
			}
			if n := must[int64](t)(m.RetrySetAside(t.Context(), postgres.ItemOutbox)); n != 1 {
				t.Errorf("%d are tried again", n)
			}
			if drain(); calls != retries+1 {
				t.Error("it is not tried again")
			}
		})
	}
}

// TestPapersDoNotWaitForAFileThatWasSetAside.
func TestPapersDoNotWaitForAFileThatWasSetAside(t *testing.T) {
	t.Parallel()
	m := newMailbox(t, 0)
	e := addUnexamined(t, m.Store, m.c, noon)
	for range retries - 1 {
		m.fail(t, postgres.ItemExamination, string(e.ID))
	}
	if countUnexamined(t, m.Store, m.c) != 1 {
		t.Error("a file that is still tried is not counted")
	}
	m.fail(t, postgres.ItemExamination, string(e.ID))
	if countUnexamined(t, m.Store, m.c) != 0 {
		t.Error("papers wait for ever")
	}
}

// TestRemindersOfOneCaseStopNoOther: the row of one case cannot be read.
func TestRemindersOfOneCaseStopNoOther(t *testing.T) {
	t.Parallel()
	m := newMailbox(t, 0)
	other := file(t, m.Store)
	for id, facts := range map[recovery.CaseID]string{m.c.ID: `"unreadable"`, other.ID: `{}`} {
		err := m.sql(t, `insert into reminders (case_id, audience, template, class, urgent, facts, clock, due_at, not_before, counterpart_id)
			values ($1, 'counterpart', 't', 'deadline', false, $2, 'instalment', $3, $3, 'p')`, id, facts, noon.Add(-time.Hour))
		if err != nil {
			t.Fatal(err)
		}
	}
	remind := func() int {
		return must[int](t)(m.RemindCounterparts(t.Context(), 10, func(notify.CounterpartReminder) journal.Draft { return journal.Draft{} }))
	}
	if n := remind(); n != 2 || m.count(t, "reminders") != 1 {
		t.Errorf("%d cases handled, %d reminders left", n, m.count(t, "reminders"))
	}
	for range retries {
		if remind() != 0 {
			t.Error("tried again at once")
		}
		m.pass()
		remind()
	}
	if m.setAside(t, postgres.ItemReminder) != 1 {
		t.Error("it is not set aside")
	}
}

func TestMailsAndDeliveriesThatWereGivenUpAreTriedAgain(t *testing.T) {
	t.Parallel()
	m := newMailbox(t, 1)
	m.settle(t, m.claim(t, 1)[0], notify.MailOutcome{State: notify.MailDead, Failed: true}, true)
	hook(t, m.bundle, m.people["agent"])
	m.post(t, "case.a", 1)
	delivery := m.claimPosts(t, 1)[0]
	must[bool](t)(m.SettleDelivery(t.Context(), delivery, notify.DeliveryOutcome{State: notify.DeliveryDead, Failed: true}))
	for _, kind := range []string{postgres.ItemMail, postgres.ItemDelivery} {
		if m.setAside(t, kind) != 1 || must[int64](t)(m.RetrySetAside(t.Context(), kind)) != 1 || m.setAside(t, kind) != 0 {
			t.Errorf("%s: %d are set aside", kind, m.setAside(t, kind))
		}
	}
	if len(m.claim(t, 10)) != 1 || len(m.claimPosts(t, 10)) != 1 {
		t.Error("they are not due")
	}
	_, err := m.RetrySetAside(t.Context(), "everything")
	wantCode(t, err, recovery.CodeInvalid)
}

func TestOldFailuresAreSwept(t *testing.T) {
	t.Parallel()
	m := newMailbox(t, 0)
	m.fail(t, postgres.ItemMail, "deleted")
	for range retries {
		m.fail(t, postgres.ItemMail, "set aside")
	}
	m.now = m.now.AddDate(0, 0, 8)
	m.fail(t, postgres.ItemMail, "recent")
	if err := m.SweepFailures(t.Context(), m.now.AddDate(0, 0, -7)); err != nil {
		t.Fatal(err)
	}
	if m.count(t, "failing_items") != 2 || m.count(t, "failing_items where item = 'deleted'") != 0 {
		t.Errorf("%d failures are left", m.count(t, "failing_items"))
	}
}

// TestTheLockEndsWithAPanic: else no process would ever do that work again.
func TestTheLockEndsWithAPanic(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was lost")
			}
		}()
		_, _ = b.RunExclusive(t.Context(), "work", func(context.Context) error { panic("work") })
	}()
	other := openUnsigned(t, b.url)
	ran, err := other.RunExclusive(t.Context(), "work", func(context.Context) error { return nil })
	if err != nil || !ran {
		t.Errorf("ran %v (%v)", ran, err)
	}
}
