package worker_test

import (
	"strings"
	"testing"
	"time"

	"recourse/evidence/journal"
	"recourse/notify"
	"recourse/notify/smtptest"
	"recourse/postgres"
	"recourse/recovery"
	"recourse/worker"
)

const holderAddress = "holder@example.test"

const firstHolder = recovery.CounterpartID("cp-1")

// withHolder makes the office's case one with a counterpart who agreed to a plan
// of one part, due in three days at 18:00 in China, and left an address.
func withHolder(t *testing.T) *office {
	t.Helper()
	o := newOffice(t)
	due := time.Date(o.now().Year(), o.now().Month(), o.now().Day()+3, 10, 0, 0, 0, time.UTC)
	o.c.Position.Counterparts = []recovery.CounterpartState{{ID: firstHolder, Share: 200_000}}
	o.c.Position.Plans = []recovery.Plan{{No: 1, CounterpartID: firstHolder, Running: true, Instalments: []recovery.Instalment{
		{No: 1, DueOn: due.Format(time.DateOnly), Amount: 120_000, Paid: 20_000}, {No: 2, DueOn: due.AddDate(0, 1, 0).Format(time.DateOnly), Amount: 80_000},
	}}}
	o.c.Deadlines = []recovery.Deadline{{Kind: recovery.InstalmentClock, Ref: "1/1", DueAt: due}}
	o.says(t, notify.Notifications{}, func(w *postgres.StepWrite) {
		w.Address = &notify.CounterpartAddress{CounterpartID: firstHolder, Email: holderAddress}
	})
	return o
}

// says writes a step as a counterpart's word comes with.
func (o *office) says(t *testing.T, tell notify.Notifications, change ...func(*postgres.StepWrite)) {
	t.Helper()
	step := postgres.StepWrite{
		CaseID: o.c.ID, Drafts: []journal.Draft{o.entry(newID(t))}, Next: o.c.Position, Deadlines: o.c.Deadlines, Notifications: tell,
	}
	for _, apply := range change {
		apply(&step)
	}
	if _, err := o.store.WriteStep(t.Context(), step); err != nil {
		t.Fatal(err)
	}
}

func (o *office) toHolder(change ...func(*notify.NoticeDraft)) notify.Notifications {
	d := o.draft(func(d *notify.NoticeDraft) {
		d.Audience, d.CounterpartID, d.Template, d.Urgent = notify.ToCounterpart, firstHolder, "said_answer", false
		d.Facts.Answer = recovery.Promised
	})
	for _, apply := range change {
		apply(&d)
	}
	return notify.Notifications{Notices: []notify.NoticeDraft{d}}
}

// reminder is what an agreed plan has told the day before its first part.
func (o *office) reminder() notify.Notifications {
	return o.toHolder(func(d *notify.NoticeDraft) {
		due := o.c.Deadlines[0].DueAt
		d.Template, d.Class, d.Facts.Clock, d.Facts.Ref, d.Facts.DueAt = "instalment_due", "deadline", recovery.InstalmentClock, "1/1", &due
		d.NotBefore = due.Add(-24 * time.Hour)
	})
}

// until turns the clock to an instant.
func (o *office) until(at time.Time) { o.later(at.Sub(o.now())) }

func (o *office) kinds(t *testing.T) map[recovery.EntryKind]int {
	t.Helper()
	stored, err := o.store.ReadJournal(t.Context(), o.c.ID, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	count := map[recovery.EntryKind]int{}
	for _, one := range stored {
		entry, err := journal.ParseEntry(one.Record.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		count[entry.Kind]++
	}
	return count
}

// TestACounterpartsWordIsConfirmed: once, to the address they left, by day, with
// a way to stop, and with nothing of what others wait for.
func TestACounterpartsWordIsConfirmed(t *testing.T) {
	t.Parallel()
	o := withHolder(t)
	server := smtptest.New(t, smtptest.WithoutTLS())
	day := o.c.Deadlines[0].DueAt
	o.until(day.Add(5*time.Hour - 72*time.Hour)) // 23:00 in China
	o.says(t, o.toHolder())
	o.says(t, o.toHolder(func(d *notify.NoticeDraft) { d.CounterpartID = "cp-2" })) // who left no address
	drain(t, o.notices(t, mailerTo(server)))
	wantKept(t, server, 0, 0)
	o.later(10 * time.Hour)
	for range 2 {
		drain(t, o.notices(t, mailerTo(server)))
	}
	wantKept(t, server, 1, 1)
	mail := server.Mails()[0]
	_, body := mail.DecodeText(t)
	if stopAddress(t, mail); !strings.Contains(mail.To, holderAddress) || !strings.Contains(body, "会退回，请对方等一等") {
		t.Errorf("to %s:\n%s", mail.To, body)
	}
	if strings.Contains(body, "期限") || strings.Contains(body, "/cases/") || strings.Contains(body, "cp-1") {
		t.Errorf("it tells what is not theirs:\n%s", body)
	}
	if strings.Contains(o.log.String(), holderAddress) {
		t.Error("the address is in the log")
	}
}

// TestAnInstalmentIsReminded the day before, of what is open of it; it is an entry
// and counts among the messages they got.
func TestAnInstalmentIsReminded(t *testing.T) {
	t.Parallel()
	o := withHolder(t)
	server := smtptest.New(t, smtptest.WithoutTLS())
	o.says(t, o.reminder())
	o.until(o.c.Deadlines[0].DueAt.Add(-25 * time.Hour))
	drain(t, o.notices(t, mailerTo(server)))
	wantKept(t, server, 0, 0)
	o.later(2 * time.Hour)
	drain(t, o.notices(t, mailerTo(server), func(p *worker.NoticesConfig) { p.Site = "" }))
	if o.kinds(t)[recovery.EntryInstalmentReminded] != 0 {
		t.Fatal("what nobody could stop is written down as sent")
	}
	for range 2 {
		drain(t, o.notices(t, mailerTo(server)))
	}
	wantKept(t, server, 1, 1)
	_, body := server.Mails()[0].DecodeText(t)
	due := o.c.Deadlines[0].DueAt.In(recovery.Shanghai).Format("2006年1月2日")
	if stopAddress(t, server.Mails()[0]); !strings.Contains(body, "1,000.00 元") || !strings.Contains(body, due) || !strings.Contains(body, "18:00") {
		t.Errorf("it does not say what is due, and when:\n%s", body)
	}
	contacts, err := o.store.ListContacts(t.Context(), o.c.ID)
	if err != nil || len(contacts) != 1 || contacts[0].CounterpartID != firstHolder || o.kinds(t)[recovery.EntryInstalmentReminded] != 1 {
		t.Errorf("they were written to as %+v (%v), the journal has %v", contacts, err, o.kinds(t))
	}
}

// TestNobodyIsRemindedWho refused, complained, paid, has no plan any more, or
// wants no mails.
func TestNobodyIsRemindedWho(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*postgres.StepWrite){
		"refused":    func(w *postgres.StepWrite) { w.Next.Counterparts[0].Answer = recovery.Refused },
		"complained": func(w *postgres.StepWrite) { w.Next.Counterparts[0].NoContact = true },
		"paid":       func(w *postgres.StepWrite) { w.Next.Plans[0].Instalments[0].Paid = 120_000 },
		"has none":   func(w *postgres.StepWrite) { w.Next.Plans = nil },
		"moved":      func(w *postgres.StepWrite) { w.Deadlines = nil },
		"stopped":    nil,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := withHolder(t)
			server, want := smtptest.New(t, smtptest.WithoutTLS()), 0
			o.says(t, o.reminder())
			if change != nil {
				o.says(t, notify.Notifications{}, change)
			} else {
				o.stopped(t, server)
				want = 1 // by which they stopped
			}
			o.until(o.c.Deadlines[0].DueAt.Add(-23 * time.Hour))
			drain(t, o.notices(t, mailerTo(server)))
			wantKept(t, server, want, want)
			if o.kinds(t)[recovery.EntryInstalmentReminded] != 0 {
				t.Error("it is written in the case all the same")
			}
		})
	}
}

// stopped has the counterpart stop their mails by the token of one.
func (o *office) stopped(t *testing.T, server *smtptest.Server) {
	t.Helper()
	o.says(t, o.toHolder(func(d *notify.NoticeDraft) { d.Urgent = true }))
	drain(t, o.notices(t, mailerTo(server)))
	stop := stopAddress(t, server.Mails()[0])
	token := stop[strings.LastIndex(stop, "/")+1:]
	found, err := o.store.MailSubscription(t.Context(), token)
	if err != nil || found.CounterpartID != firstHolder || found.CaseID != o.c.ID {
		t.Fatalf("the token is of %+v (%v)", found, err)
	}
	if err := o.store.StopMails(t.Context(), token, o.entry("")); err != nil {
		t.Fatal(err)
	}
}

// TestAStopStaysWithItsAddress: who leaves the same one again gets nothing, and
// another address is another wish. It is written to an hour after the first, like to
// every address of one person.
func TestAStopStaysWithItsAddress(t *testing.T) {
	t.Parallel()
	o := withHolder(t)
	server := smtptest.New(t, smtptest.WithoutTLS())
	o.stopped(t, server)
	leave := func(email string) {
		o.says(t, o.toHolder(func(d *notify.NoticeDraft) { d.Urgent = true }), func(w *postgres.StepWrite) {
			w.Address = &notify.CounterpartAddress{CounterpartID: firstHolder, Email: email}
		})
		drain(t, o.notices(t, mailerTo(server)))
	}
	leave(holderAddress)
	wantKept(t, server, 1, 1)
	leave(strings.ToUpper(holderAddress))
	wantKept(t, server, 1, 1)
	leave("other@example.test")
	wantKept(t, server, 1, 1)
	o.later(time.Hour)
	drain(t, o.notices(t, mailerTo(server)))
	wantKept(t, server, 2, 2)
	if mails := server.Mails(); len(mails) == 2 && !strings.Contains(mails[1].To, "other@example.test") {
		t.Errorf("it went to %s", mails[1].To)
	}
}
