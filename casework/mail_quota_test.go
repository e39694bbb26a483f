package casework_test

import (
	"fmt"
	"testing"
	"time"

	"recourse/casework"
	"recourse/casework/casetest"
	"recourse/notify"
	"recourse/recovery"
)

// mailTo is a mail about a case; user "" is a person without an account.
func mailTo(n int, c casework.View, user recovery.UserID, address string) notify.Mail {
	return notify.Mail{Notice: notify.Notice{ID: fmt.Sprintf("%s-%d", address, n), CaseID: c.ID, Class: "money", Count: 1}, UserID: user, To: address}
}

// countMails counts mails until one must wait. It returns how many did not, and until when
// the next one waits.
func countMails(t *testing.T, rig *casetest.Fixture, mail func(n int) notify.Mail) (sent int, from time.Time) {
	t.Helper()
	for ; sent < 20 && from.IsZero(); sent++ {
		var err error
		if from, err = rig.CountMail(t.Context(), mail(sent)); err != nil {
			t.Fatal(err)
		}
	}
	if !from.IsZero() {
		sent--
	}
	return sent, from
}

// TestMailsToAnAddress sends mails about two cases to one address of a person without an
// account, in several spellings.
func TestMailsToAnAddress(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t, casetest.Limits(t, "address_mails=4/hour,5/day claimant_cases=off"))
	noon := rig.SetNoon(1)
	cases := []casework.View{rig.FileCase(t), rig.FileCase(t)}
	spellings := []string{"guest@example.test", "Guest@Example.TEST"}
	mail := func(n int) notify.Mail { return mailTo(n, cases[n%2], "", spellings[n%2]) }
	sent, from := countMails(t, rig, mail)
	if sent != 4 || !from.Equal(noon.Add(time.Hour+time.Minute)) {
		t.Errorf("%d sent, the next from %v", sent, from)
	}
	if again, err := rig.CountMail(t.Context(), mail(0)); err != nil || !again.IsZero() {
		t.Errorf("a mail that is tried again: %v %v", again, err)
	}
	if other, _ := countMails(t, rig, func(n int) notify.Mail { return mailTo(n, cases[0], "", "other@example.test") }); other != 4 {
		t.Errorf("another address: %d", other)
	}
	rig.SetClock(from)
	if from, err := rig.CountMail(t.Context(), mail(10)); err != nil || !from.IsZero() {
		t.Errorf("an hour later: %v %v", from, err)
	}
	if n := rig.CountRows(t, "usage_counters where key like '%guest%' or key like '%example%'"); n > 0 {
		t.Errorf("%d rows hold an address", n)
	}
}

// TestMailsOfAClaimant sends mails about the cases of one claimant to several accounts.
// Deadlines are not counted, and what one quota refuses uses nothing of the other.
func TestMailsOfAClaimant(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t, casetest.Limits(t, "claimant_mails=3/hour address_mails=5/hour claimant_cases=off"))
	rig.SetNoon(1)
	cases := []casework.View{rig.FileCase(t), rig.FileCase(t)}
	staff := []recovery.UserID{rig.Actor(recovery.RoleAgent).ID, rig.Actor(recovery.RoleSupervisor).ID}
	if sent, _ := countMails(t, rig, func(n int) notify.Mail { return mailTo(n, cases[n%2], staff[n%2], "desk@example.test") }); sent != 3 {
		t.Errorf("%d sent", sent)
	}
	for n := range 5 {
		deadline := mailTo(100+n, cases[0], staff[0], "desk@example.test")
		deadline.Class = string(notify.Deadline)
		if from, err := rig.CountMail(t.Context(), deadline); err != nil || !from.IsZero() {
			t.Errorf("a deadline waits until %v (%v)", from, err)
		}
		guest := mailTo(200+n, cases[0], "", "guest@example.test")
		if from, err := rig.CountMail(t.Context(), guest); err != nil || from.IsZero() {
			t.Errorf("a mail about a case of the same claimant: %v (%v)", from, err)
		}
	}
	if n := rig.CountRows(t, "usage_counters where class = 'address_mails'"); n != 0 {
		t.Errorf("%d refused mails are counted", n)
	}
}
