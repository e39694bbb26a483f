package postgres_test

import (
	"testing"
	"time"

	"recourse/notify"
	"recourse/postgres"
	"recourse/recovery"
)

// TestChangesOfOneKindFold repeats a change before its notice is read: one notice with
// a count and the time of the last one, and a new one after it was read.
func TestChangesOfOneKindFold(t *testing.T) {
	t.Parallel()
	now := noon
	b := open(t, postgres.Options{Now: func() time.Time { return now }})
	p := seat(t, b, everybody)
	c := file(t, b.Store, owned(p))
	happen := func(n int, change func(*notify.NoticeDraft)) {
		now = now.Add(time.Minute)
		step(t, b, c, numbered("k", n), telling(told(notify.ToClaimant, change)))
	}
	answered := func(d *notify.NoticeDraft) { d.Template, d.Class = "answered", "progress" }
	for n := range 10 {
		happen(n, answered)
	}
	happen(10, func(d *notify.NoticeDraft) { d.Template, d.Class = "answered", "task" })
	happen(11, answered)
	happen(12, func(d *notify.NoticeDraft) { d.Template, d.Class = "returned", "money" })
	for n := range 2 {
		happen(13+n, func(d *notify.NoticeDraft) { d.Template, d.Class = "deadline_near", "deadline" })
	}
	happen(15, answered)
	list, _, err := b.ListNotices(t.Context(), p["owner"], true, 30, "")
	if err != nil || len(list) != 4 {
		t.Fatalf("%d notices (%v), want one of answers, one of money and two of deadlines", len(list), err)
	}
	for i, want := range []struct {
		template, class string
		count           int
	}{{"deadline_near", "deadline", 1}, {"deadline_near", "deadline", 1}, {"returned", "money", 1}, {"answered", "task", 13}} {
		if got := list[i]; got.Template != want.template || got.Class != want.class || got.Count != want.count {
			t.Errorf("notice %d: %+v", i, got)
		}
	}
	answers := list[3]
	if returned := list[2]; answers.FirstSeq != 2 || answers.Seq != 17 || returned.FirstSeq != 14 || returned.Seq != 14 {
		t.Errorf("entries %d to %d, %d to %d", answers.FirstSeq, answers.Seq, returned.FirstSeq, returned.Seq)
	}
	if !answers.ToldAt.Equal(now) {
		t.Errorf("the last answer is of %v, want %v", answers.ToldAt, now)
	}
	must[notify.Notice](t)(b.MarkRead(t.Context(), p["owner"], answers.ID))
	happen(16, answered)
	if n := must[int](t)(b.CountUnread(t.Context(), p["owner"], 0)); n != 4 {
		t.Errorf("%d unread after the next answer, want a new notice", n)
	}
	list, _, err = b.ListNotices(t.Context(), p["owner"], false, 30, "")
	if err != nil || len(list) != 5 || list[4].ID != answers.ID || list[3].Count != 1 {
		t.Errorf("what was read is not the last: %+v (%v)", list, err)
	}
}

// TestFoldedNoticesAreMailedOnceAnHour answers ten times: the first is mailed at once,
// the others together an hour later, to people with and without an account.
func TestFoldedNoticesAreMailedOnceAnHour(t *testing.T) {
	t.Parallel()
	now := noon
	b := open(t, postgres.Options{Now: func() time.Time { return now }})
	p := seat(t, b, everybody)
	c := file(t, b.Store, owned(p))
	guest := file(t, b.Store, func(c *recovery.Case) { c.Owner, c.Claimant.Email = "", "guest@example.test" })
	counts := map[bool][]int{}
	send := func() {
		for {
			mails := must[[]notify.Mail](t)(b.ClaimMails(t.Context(), 10, time.Minute))
			if len(mails) == 0 {
				return
			}
			for _, mail := range mails {
				counts[mail.UserID == ""] = append(counts[mail.UserID == ""], mail.Count)
				must[int](t)(b.SettleMails(t.Context(), notify.SettledMail{Mail: mail, Outcome: notify.MailOutcome{State: notify.MailSent}}))
			}
		}
	}
	for n := range 10 {
		step(t, b, c, numbered("k", n), telling(told(notify.ToClaimant, func(d *notify.NoticeDraft) { d.Template, d.Class = "answered", "progress" })))
		step(t, b, guest, numbered("g", n), telling(told(notify.ToClaimant, func(d *notify.NoticeDraft) { d.Template, d.Class = "answered", "progress" })))
		send()
		now = now.Add(5 * time.Minute)
	}
	for range 3 {
		now = now.Add(time.Hour)
		send()
	}
	if got := counts[false]; len(got) != 2 || got[0] != 1 || got[1] != 10 {
		t.Errorf("mails to the account: counts %v", got)
	}
	if got := counts[true]; len(got) != 2 || got[0] != 1 || got[1] != 9 {
		t.Errorf("mails to the guest: counts %v", got)
	}
}

// TestChangeWhileMailIsSent counts a change between claim and result: it is mailed an
// hour later, not forgotten.
func TestChangeWhileMailIsSent(t *testing.T) {
	t.Parallel()
	now := noon
	b := open(t, postgres.Options{Now: func() time.Time { return now }})
	p := seat(t, b, everybody)
	c := file(t, b.Store, owned(p))
	answer := func(key string) {
		step(t, b, c, key, telling(told(notify.ToClaimant, func(d *notify.NoticeDraft) { d.Template, d.Class = "answered", "progress" })))
	}
	answer("1")
	mails := must[[]notify.Mail](t)(b.ClaimMails(t.Context(), 10, time.Minute))
	answer("2")
	if len(mails) != 1 || mails[0].Count != 1 || mails[0].MessageID() != mails[0].ID {
		t.Fatalf("%+v", mails)
	}
	must[int](t)(b.SettleMails(t.Context(), notify.SettledMail{Mail: mails[0], Outcome: notify.MailOutcome{State: notify.MailSent}}))
	now = now.Add(59 * time.Minute)
	if early := must[[]notify.Mail](t)(b.ClaimMails(t.Context(), 10, time.Minute)); len(early) != 0 {
		t.Errorf("mailed again within the hour: %+v", early)
	}
	now = now.Add(time.Minute)
	again := must[[]notify.Mail](t)(b.ClaimMails(t.Context(), 10, time.Minute))
	if len(again) != 1 || again[0].Count != 2 || again[0].MessageID() == mails[0].MessageID() {
		t.Errorf("the second mail is %+v", again)
	}
}

// TestTwoCorrectionsFold corrects two entries before anything is read: one notice
// tells of both.
func TestTwoCorrectionsFold(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	p := seat(t, b, everybody)
	c := file(t, b.Store, owned(p))
	for n := range int64(2) {
		step(t, b, c, numbered("wrong", int(n)), noticeOf("answered", c.Position.Stage, 0, notify.ToClaimant)) // 2, 4
		step(t, b, c, numbered("correction", int(n)), notify.Notifications{Retraction: &notify.Retraction{
			Corrects: 2 + 2*n, IsCorrected: true, Deadlines: c.Deadlines, Notice: notify.NoticeDraft{Template: "entry_corrected", Class: "progress"},
		}})
	}
	list := notices(t, b, p["owner"])
	if len(list) != 1 || list[0].Template != "entry_corrected" || list[0].Count != 2 {
		t.Errorf("%+v", list)
	}
}
