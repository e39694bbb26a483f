package casework_test

import (
	"bytes"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"recourse/casework"
	"recourse/casework/casetest"
	"recourse/recovery"
)

func handOver(rig *casetest.Fixture, t *testing.T, view casework.View, to recovery.UserID) error {
	t.Helper()
	_, err := rig.TakeAction(t.Context(), rig.As(recovery.RoleClaimant), view.ID, recovery.ActionBody{
		Action: recovery.HandOver, UserID: to, Reason: "请我妹妹代办",
	})
	return err
}

func TestARepresentativeActsAsTheClaimant(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	view := rig.FileCase(t)
	friend := rig.NewActor(t, recovery.RoleClaimant)
	_, err := rig.Case(t.Context(), friend, view.ID)
	wantCode(t, err, recovery.CodeNotFound)
	if err := handOver(rig, t, view, friend.ID); err != nil {
		t.Fatal(err)
	}
	list, _, err := rig.Cases(t.Context(), friend, recovery.CaseFilter{}, 10, "")
	if err != nil || len(list) != 1 || list[0].Representative != friend.ID || list[0].Contacts != nil {
		t.Fatalf("the friend lists %+v (%v)", list, err)
	}
	end := casework.Request{Actor: friend, Key: "k", Fingerprint: "f"}
	act := recovery.ActionBody{Action: recovery.HandOver, Reason: "办完了"}
	if _, err = rig.TakeAction(t.Context(), end, view.ID, act); err != nil {
		t.Fatalf("whoever hands it back gets no answer: %v", err)
	}
	_, err = rig.Case(t.Context(), friend, view.ID)
	wantCode(t, err, recovery.CodeNotFound)
	entries := rig.ReadEntries(t, view.ID)
	if last := entries[len(entries)-1]; last.Kind != recovery.EntryHandedOver || last.Actor != friend {
		t.Errorf("journalled as %+v", last)
	}
}

func TestWhoMayRepresent(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	view := rig.FileCase(t)
	for _, id := range []recovery.UserID{"nobody", view.Owner, rig.Actor(recovery.RoleAgent).ID, rig.Actor(recovery.RoleAuditor).ID} {
		if fault := wantCode(t, handOver(rig, t, view, id), recovery.CodeInvalid); fault.Fields[0].Field != "user_id" {
			t.Errorf("%s: %+v", id, fault.Fields)
		}
	}
	away := rig.NewActor(t, recovery.RoleClaimant)
	_, err := rig.Store.EnsureUser(t.Context(), recovery.User{Role: recovery.RoleClaimant, Email: emailOf(t, rig, away.ID)})
	if err != nil {
		t.Fatal(err)
	}
	wantCode(t, handOver(rig, t, view, away.ID), recovery.CodeInvalid)
	if entries := rig.ReadEntries(t, view.ID); len(entries) != 1 {
		t.Errorf("refusals left %d entries", len(entries)-1)
	}
}

func emailOf(t *testing.T, rig *casetest.Fixture, id recovery.UserID) string {
	t.Helper()
	user, err := rig.Account(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return user.Email
}

// submitted gives a case of an amount whose appeal waits for the desk.
func submitted(t *testing.T, rig *casetest.Fixture, amount recovery.Money) casework.View {
	t.Helper()
	filing := casetest.Filing()
	filing.Amount, filing.Counterparts[0].Claimed = amount, amount
	reply, err := rig.Service.File(t.Context(), rig.As(recovery.RoleClaimant), filing)
	if err != nil {
		t.Fatal(err)
	}
	p := reply.Value.Position
	p.Stage, p.Appeal = recovery.Appeal, recovery.AppealSubmitted
	rig.SetPosition(t, reply.Value.ID, p)
	return reply.Value
}

var grant = recovery.ActionBody{Action: recovery.DecideAppeal, Decision: recovery.Granted, Reason: "事实清楚"}

// TestTwoDecisionsAtOnce lets one win.
func TestTwoDecisionsAtOnce(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	view := submitted(t, rig, 200_000)
	errs := make([]error, 2)
	var group sync.WaitGroup
	for i, role := range []recovery.Role{recovery.RoleAgent, recovery.RoleSupervisor} {
		group.Go(func() { _, errs[i] = rig.TakeAction(t.Context(), rig.As(role), view.ID, grant) })
	}
	group.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Fatalf("both were told the same: %v and %v", errs[0], errs[1])
	}
	for _, err := range errs {
		if err != nil {
			wantCode(t, err, recovery.CodeActionNotAllowed)
		}
	}
}

func TestFourEyes(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	view := submitted(t, rig, 600_000)
	proposed, err := rig.TakeAction(t.Context(), rig.As(recovery.RoleAgent), view.ID, grant)
	if err != nil || proposed.Value.Position.Appeal != recovery.AppealProposed {
		t.Fatalf("%+v (%v)", proposed.Value.Position, err)
	}
	if slices.Contains(proposed.Value.Allowed, recovery.ApproveDecision) {
		t.Error("the proposer is offered to approve")
	}
	approve := recovery.ActionBody{Action: recovery.ApproveDecision}
	_, err = rig.TakeAction(t.Context(), rig.As(recovery.RoleAgent), view.ID, approve)
	wantCode(t, err, recovery.CodeFourEyes)
	other, err := rig.Case(t.Context(), rig.Actor(recovery.RoleSupervisor), view.ID)
	if err != nil || !slices.Contains(other.Allowed, recovery.ApproveDecision) {
		t.Errorf("the supervisor is offered %v (%v)", other.Allowed, err)
	}
	decided, err := rig.TakeAction(t.Context(), rig.As(recovery.RoleSupervisor), view.ID, approve)
	if err != nil || decided.Value.Position.Appeal != recovery.AppealGranted {
		t.Errorf("%+v (%v)", decided.Value.Position, err)
	}
}

// TestMoneyAfterTheEnd takes a return and evidence into a closed case, and opens
// it again.
func TestMoneyAfterTheEnd(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	view := rig.FileCase(t)
	withdraw(t, rig, view.ID)
	now, some := rig.Now(), recovery.Money(50_000)
	reply, err := rig.TakeAction(t.Context(), rig.As(recovery.RoleClaimant), view.ID, recovery.ActionBody{
		Action: recovery.RecordReturn, Amount: &some, At: &now, Channel: recovery.ByWeChat, CounterpartID: view.Counterparts[0].ID,
	})
	if err != nil || reply.Value.Position.Recovered != some || reply.Value.ClosedAt == nil {
		t.Fatalf("%+v (%v)", reply.Value.Position, err)
	}
	rig.Upload(t, view.ID, recovery.Statement, png)
	reopened, err := rig.TakeAction(t.Context(), rig.As(recovery.RoleClaimant), view.ID, recovery.ActionBody{Action: recovery.Reopen, Reason: "又有线索"})
	if err != nil || reopened.Value.ClosedAt != nil || reopened.Value.Position.Stage != recovery.PrivateContact {
		t.Errorf("%+v (%v)", reopened.Value.Position, err)
	}
	if got := reopened.Value.Position.Outstanding(); got != 150_000 {
		t.Errorf("%s is missing", got)
	}
}

// TestReopeningBesideAnOpenCase changes nothing.
func TestReopeningBesideAnOpenCase(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	filing := casetest.Filing()
	filing.TransactionNo = "42"
	first, err := rig.Service.File(t.Context(), rig.As(recovery.RoleClaimant), filing)
	if err != nil {
		t.Fatal(err)
	}
	withdraw(t, rig, first.Value.ID)
	if _, err = rig.Service.File(t.Context(), rig.As(recovery.RoleClaimant), filing); err != nil {
		t.Fatal(err)
	}
	before := len(rig.ReadEntries(t, first.Value.ID))
	_, err = rig.TakeAction(t.Context(), rig.As(recovery.RoleClaimant), first.Value.ID, recovery.ActionBody{Action: recovery.Reopen, Reason: "x"})
	wantCode(t, err, recovery.CodeTransactionOpen)
	after, err := rig.Case(t.Context(), rig.Actor(recovery.RoleClaimant), first.Value.ID)
	if err != nil || after.ClosedAt == nil || len(rig.ReadEntries(t, first.Value.ID)) != before {
		t.Errorf("%+v (%v)", after.Position, err)
	}
}

// TestTimesOutOfOrder refuses what is said to have happened before the money was
// sent. An answer before any word to the counterpart is a fact.
func TestTimesOutOfOrder(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	view := rig.FileCase(t)
	before, one := view.SentAt.Add(-time.Second), view.Counterparts[0].ID
	for field, act := range map[string]recovery.ActionBody{
		"at":      {Action: recovery.RecordResponse, CounterpartID: one, Kind: string(recovery.Promised), At: &before},
		"sent_at": {Action: recovery.RecordContact, Channel: recovery.SMS, Text: "x", SentAt: &before},
	} {
		_, err := rig.TakeAction(t.Context(), rig.As(recovery.RoleClaimant), view.ID, act)
		fault := wantCode(t, err, recovery.CodeInvalid)
		if fault.Fields[0].Field != field || fault.Fields[0].Code != "before_sending" {
			t.Errorf("%+v", fault.Fields)
		}
	}
	_, err := rig.TakeAction(t.Context(), rig.As(recovery.RoleClaimant), view.ID, recovery.ActionBody{
		Action: recovery.RecordResponse, CounterpartID: one, Kind: string(recovery.Promised), At: &view.SentAt,
	})
	if err != nil {
		t.Errorf("an answer before the first contact: %v", err)
	}
}

// TestARecordThatCannotBeReadIsNotMissing breaks the table of the cases: what
// hangs on a case is then not said to be no such thing.
func TestARecordThatCannotBeReadIsNotMissing(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	view := rig.FileCase(t)
	kept := rig.Upload(t, view.ID, recovery.Ticket, png)
	asked, err := rig.RequestExport(t.Context(), rig.As(recovery.RoleClaimant), view.ID, casework.ExportOrder{Audience: recovery.ForCourt})
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), rig.URL)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = conn.Exec(t.Context(), "alter table cases rename to away"); err != nil {
		t.Fatal(err)
	}
	if err = conn.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	actor := rig.Actor(recovery.RoleClaimant)
	_, err = rig.Evidence(t.Context(), actor, kept.ID)
	wantCode(t, err, recovery.CodeInternal)
	_, err = rig.Export(t.Context(), actor, asked.Value.ID)
	wantCode(t, err, recovery.CodeInternal)
	_, err = rig.Receive(t.Context(), actor, "", view.ID, bytes.NewReader(png))
	wantCode(t, err, recovery.CodeInternal)
}
