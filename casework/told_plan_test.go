package casework_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"recourse/casework"
	"recourse/notify/smtptest"
	"recourse/recovery"
)

// TestAnAcceptedPlanIsReminded: a counterpart who refused first, then takes the
// claimant's plan by their own link and leaves an address, is reminded by mail the
// day before each instalment, and the case says so.
func TestAnAcceptedPlanIsReminded(t *testing.T) {
	t.Parallel()
	const address = "laowang@example.test"
	r := newTold(t)
	r.SetNoon(1)
	c, claimant := r.FileCase(t), r.Actor(recovery.RoleClaimant)
	holder := c.Counterparts[0].ID
	issued, err := r.IssueLink(t.Context(), r.As(recovery.RoleClaimant), c.ID, holder, 0)
	if err != nil {
		t.Fatal(err)
	}
	link, err := r.FindLink(t.Context(), issued.Value.Token)
	if err != nil {
		t.Fatal(err)
	}
	says := func(act recovery.ActionBody) {
		t.Helper()
		req := r.As(recovery.RoleCounterpart)
		req.Actor = casework.CounterpartActor(link)
		if _, err := r.Service.TakeCounterpartAction(t.Context(), req, link, act); err != nil {
			t.Fatalf("%s: %v", act.Action, err)
		}
	}
	says(recovery.ActionBody{Action: recovery.RecordResponse, Kind: string(recovery.Refused), Refusal: recovery.ClaimsGift})
	due := r.Now().AddDate(0, 1, 0)
	r.act(t, claimant, c.ID, recovery.ActionBody{
		Action: recovery.ProposePlan, CounterpartID: holder, Instalments: []recovery.Instalment{{DueOn: due.Format(time.DateOnly), Amount: 200_000}},
	})
	says(recovery.ActionBody{Action: recovery.AcceptPlan, Email: address})
	stored, err := r.Store.ReadCase(t.Context(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(stored.Deadlines, func(d recovery.Deadline) bool { return d.Kind == recovery.InstalmentClock })
	if at < 0 {
		t.Fatalf("the plan has no deadline: %+v", stored.Deadlines)
	}
	server := smtptest.New(t, smtptest.WithoutTLS())
	sender := r.sender(server)
	reminded := func() (mails, entries int) {
		for sender.RunOnce(t.Context()) {
		}
		for _, mail := range server.Mails() {
			if _, body := mail.DecodeText(t); strings.Contains(mail.To, address) && strings.Contains(body, "2,000.00 元") {
				mails++
			}
		}
		for _, entry := range r.ReadEntries(t, c.ID) {
			if entry.Kind == recovery.EntryInstalmentReminded {
				entries++
			}
		}
		return mails, entries
	}
	r.SetClock(stored.Deadlines[at].DueAt.Add(-25 * time.Hour))
	if mails, entries := reminded(); mails+entries != 0 {
		t.Errorf("reminded two days before: %d mails, %d entries", mails, entries)
	}
	r.SetClock(stored.Deadlines[at].DueAt.Add(-9 * time.Hour)) // by day, 09:00 in China
	if mails, entries := reminded(); mails != 1 || entries != 1 {
		t.Errorf("reminded by %d mails, %d entries tell of it", mails, entries)
	}
}
