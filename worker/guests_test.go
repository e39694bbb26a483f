package worker_test

import (
	"strings"
	"testing"
	"time"

	"recourse/notify"
	"recourse/notify/smtptest"
	"recourse/postgres"
	"recourse/recovery"
	"recourse/worker"
)

const guestAddress = "guest@example.test"

// forGuest makes the office's case one that the desk filed for a claimant without
// an account.
func forGuest(t *testing.T) *office {
	t.Helper()
	o := newOffice(t)
	number, err := o.store.NextNumber(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	o.c.ID, o.c.Number, o.c.Owner = recovery.CaseID(newID(t)), number, ""
	o.c.Claimant = recovery.Claimant{Name: "林晓", Email: guestAddress}
	if err := o.store.FileCase(t.Context(), postgres.FilingWrite{Case: o.c, Draft: o.entry("filed")}); err != nil {
		t.Fatal(err)
	}
	return o
}

// stopAddress finds the way to stop in a mail, and checks that both ways are one.
func stopAddress(t *testing.T, mail smtptest.Mail) string {
	t.Helper()
	_, body := mail.DecodeText(t)
	address := strings.Trim(mail.Header.Get("List-Unsubscribe"), "<>")
	if mail.Header.Get("List-Unsubscribe-Post") != "List-Unsubscribe=One-Click" || address == "" || !strings.Contains(body, address) {
		t.Fatalf("it cannot be stopped: %v\n%s", mail.Header, body)
	}
	return address
}

// TestAGuestIsToldByMail: once, to the address in the case, without a way in and
// with one to stop; whoever has an account gets no such thing.
func TestAGuestIsToldByMail(t *testing.T) {
	t.Parallel()
	o := forGuest(t)
	server := smtptest.New(t, smtptest.WithoutTLS())
	toAssignee := o.draft(func(d *notify.NoticeDraft) { d.Audience = notify.ToAssignee })
	o.tell(t, 1, notify.Notifications{Notices: []notify.NoticeDraft{o.draft(), toAssignee}})
	for range 2 {
		drain(t, o.notices(t, mailerTo(server)))
		o.later(24 * time.Hour)
	}
	wantKept(t, server, 2, 2)
	for _, mail := range server.Mails() {
		toGuest := strings.Contains(mail.To, guestAddress)
		if toGuest != (mail.Header.Get("List-Unsubscribe") != "") {
			t.Errorf("to %s: %v", mail.To, mail.Header)
		}
		if !toGuest {
			continue
		}
		if stop := stopAddress(t, mail); !strings.HasPrefix(stop, "https://desk.example.test/stop/") || len(stop) < 80 {
			t.Errorf("the way to stop is %s", stop)
		}
		if _, body := mail.DecodeText(t); strings.Contains(body, "/cases/") || strings.Contains(body, "林晓") {
			t.Errorf("the mail names somebody, or leads where its reader cannot go:\n%s", body)
		}
	}
	if strings.Contains(o.log.String(), guestAddress) {
		t.Error("the address is in the log")
	}
}

// TestAGuestWhoWantsNoMore gets none, also of what was told before; it is written
// in the case, once.
func TestAGuestWhoWantsNoMore(t *testing.T) {
	t.Parallel()
	o := forGuest(t)
	server := smtptest.New(t, smtptest.WithoutTLS())
	o.tell(t, 1, notify.Notifications{Notices: []notify.NoticeDraft{o.draft()}})
	drain(t, o.notices(t, mailerTo(server)))
	stop := stopAddress(t, server.Mails()[0])
	token := stop[strings.LastIndex(stop, "/")+1:]
	o.tell(t, 1, notify.Notifications{Notices: []notify.NoticeDraft{o.draft()}})
	for range 2 {
		entry := o.entry("")
		entry.Kind, entry.Actor = recovery.EntryMailsStopped, recovery.Actor{Role: recovery.RoleClaimant}
		if err := o.store.StopMails(t.Context(), token, entry); err != nil {
			t.Fatal(err)
		}
	}
	drain(t, o.notices(t, mailerTo(server)))
	wantKept(t, server, 1, 1)
	if stops := o.kinds(t)[recovery.EntryMailsStopped]; stops != 1 {
		t.Errorf("%d entries tell of it", stops)
	}
	if err := o.store.StopMails(t.Context(), "x", o.entry("")); recovery.CodeOf(err) != recovery.CodeNotFound {
		t.Errorf("a token that never was: %v", err)
	}
}

// TestNobodyIsMailedWhoCouldNotStopIt: neither who left no address, nor anybody
// while the site has none; and by night nobody is.
func TestNobodyIsMailedWhoCouldNotStopIt(t *testing.T) {
	t.Parallel()
	o := forGuest(t)
	server := smtptest.New(t, smtptest.WithoutTLS())
	o.tell(t, 1, notify.Notifications{Notices: []notify.NoticeDraft{o.draft()}})
	drain(t, o.notices(t, mailerTo(server), func(p *worker.NoticesConfig) { p.Site = "" }))
	wantKept(t, server, 0, 0)
	night := time.Date(o.now().Year(), o.now().Month(), o.now().Day()+1, 15, 0, 0, 0, time.UTC) // 23:00 in China
	o.later(night.Sub(o.now()))
	quiet := o.draft(func(d *notify.NoticeDraft) { d.Urgent = false })
	o.tell(t, 1, notify.Notifications{Notices: []notify.NoticeDraft{quiet}})
	drain(t, o.notices(t, mailerTo(server)))
	wantKept(t, server, 0, 0)
	o.later(10 * time.Hour)
	drain(t, o.notices(t, mailerTo(server)))
	wantKept(t, server, 1, 1)
	number, err := o.store.NextNumber(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	o.c.ID, o.c.Number, o.c.Claimant.Email = recovery.CaseID(newID(t)), number, ""
	if err := o.store.FileCase(t.Context(), postgres.FilingWrite{Case: o.c, Draft: o.entry("filed")}); err != nil {
		t.Fatal(err)
	}
	o.tell(t, 1, notify.Notifications{Notices: []notify.NoticeDraft{quiet}})
	drain(t, o.notices(t, mailerTo(server)))
	wantKept(t, server, 1, 1)
}

// TestAGuestIsReminded of a deadline that still runs.
func TestAGuestIsReminded(t *testing.T) {
	t.Parallel()
	o := forGuest(t)
	server := smtptest.New(t, smtptest.WithoutTLS())
	due := o.now().Add(48 * time.Hour).UTC().Truncate(time.Microsecond)
	o.c.Deadlines = []recovery.Deadline{{Kind: recovery.DecisionClock, DueAt: due}}
	reminder := o.draft(func(d *notify.NoticeDraft) {
		d.NotBefore, d.Facts.Clock, d.Facts.DueAt = due.Add(-24*time.Hour), recovery.DecisionClock, &due
	})
	o.tell(t, 1, notify.Notifications{Notices: []notify.NoticeDraft{reminder}})
	drain(t, o.notices(t, mailerTo(server)))
	wantKept(t, server, 0, 0)
	o.later(25 * time.Hour)
	drain(t, o.notices(t, mailerTo(server)))
	wantKept(t, server, 1, 1)
	if kept := server.Mails(); len(kept) == 1 && !strings.Contains(kept[0].To, guestAddress) {
		t.Errorf("it went to %s", kept[0].To)
	}
}
