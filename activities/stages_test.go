package activities_test

import (
	"testing"
	"time"

	"recourse/activities"
	"recourse/evidence/journal"
	"recourse/recovery"
)

func clock(deadlines []recovery.Deadline, kind recovery.Clock) (recovery.Deadline, bool) {
	for _, deadline := range deadlines {
		if deadline.Kind == kind {
			return deadline, true
		}
	}
	return recovery.Deadline{}, false
}

// last returns the newest entry of a kind.
func (r *caseFixture) last(kind recovery.EntryKind) journal.Entry {
	r.Helper()
	entries, err := r.store.ReadJournal(r.Context(), r.filed.ID, 0, 0)
	r.must(err)
	for i := len(entries) - 1; i >= 0; i-- {
		if entries[i].Record.Kind == kind {
			entry, err := journal.ParseEntry(entries[i].Record.Bytes)
			r.must(err)
			return entry
		}
	}
	r.Fatalf("the journal has no %s: %v", kind, r.kinds())
	return journal.Entry{}
}

func (r *caseFixture) user(role recovery.Role, capacity int) recovery.UserID {
	r.Helper()
	user, err := r.store.EnsureUser(r.Context(), recovery.User{Role: role, Email: newID() + "@example.com", Active: true})
	r.must(err)
	if role == recovery.RoleAgent { // others are given no cases by turns
		r.must(r.store.SetCapacity(r.Context(), user.ID, capacity))
	}
	return user.ID
}

func (r *caseFixture) submit() {
	r.Helper()
	r.take(r.stage(escalate(recovery.Appeal), recovery.RoleClaimant))
	yes := true
	r.take(r.stage(recovery.ActionBody{Action: recovery.SubmitAppeal, Confirm: &yes}, recovery.RoleClaimant))
}

func (r *caseFixture) lapse(kind recovery.Clock) activities.StepResult {
	r.Helper()
	c := r.current()
	due, runs := clock(c.Deadlines, kind)
	if !runs {
		r.Fatalf("the clock %s does not run: %+v", kind, c.Deadlines)
	}
	r.now = due.DueAt
	return r.take(activities.StepInput{
		CaseID: c.ID, Key: "lapse:" + string(kind) + ":1", Step: c.Position.PassDeadline(kind, due.Ref), Because: kind, Ref: due.Ref,
	})
}

// TestAnAppealIsGivenInTurn: an agent with capacity gets it, and the journal names them.
func TestAnAppealIsGivenInTurn(t *testing.T) {
	t.Parallel()
	r := newCaseFixture(t)
	r.user(recovery.RoleAgent, 0)
	roomy := r.user(recovery.RoleAgent, 2)
	r.submit()
	if got := r.current().Assignee; got != roomy {
		t.Errorf("the case is with %q, want %q", got, roomy)
	}
	if entry := r.last(recovery.EntryAssigned); entry.Facts["user_id"] != string(roomy) || entry.Facts["because"] != string(recovery.EntryAppealSubmitted) {
		t.Errorf("entry %+v", entry.Facts)
	}
}

// TestABreachMovesTheCase: the case is reassigned to a supervisor.
func TestABreachMovesTheCase(t *testing.T) {
	t.Parallel()
	r := newCaseFixture(t)
	r.user(recovery.RoleAgent, 2)
	supervisor := r.user(recovery.RoleSupervisor, 0)
	r.submit()
	result := r.lapse(recovery.FirstAnswerClock)
	c := r.current()
	if c.Assignee != supervisor || !c.Position.Late || c.Position.Stage != recovery.Appeal {
		t.Errorf("the case is with %q, want %q: %+v", c.Assignee, supervisor, c.Position)
	}
	if _, runs := clock(result.Deadlines, recovery.FirstAnswerClock); runs {
		t.Errorf("the first answer is still awaited: %+v", result.Deadlines)
	}
	r.last(recovery.EntryDeadlineBreached)
}

// TestTheDeskWaitsForTheClaimant: the staff deadline is suspended while more
// evidence is requested, and continues with the remaining time.
func TestTheDeskWaitsForTheClaimant(t *testing.T) {
	t.Parallel()
	r := newCaseFixture(t)
	r.submit()
	before, _ := clock(r.current().Deadlines, recovery.DecisionClock)
	r.take(r.stage(recovery.ActionBody{Action: recovery.RequestEvidence, Kinds: []recovery.EvidenceKind{recovery.Statement}}, recovery.RoleAgent))
	stopped, _ := clock(r.current().Deadlines, recovery.DecisionClock)
	if stopped.PausedBecause != recovery.StoppedForClaimant {
		t.Errorf("while the claimant is asked: %+v", stopped)
	}
	r.now = r.now.Add(7 * 24 * time.Hour)
	step, awaited := r.current().Position.ReceiveEvidence()
	if !awaited {
		t.Fatal("nobody waits for evidence")
	}
	r.take(activities.StepInput{CaseID: r.filed.ID, Key: "supplied:e", Step: step, EvidenceID: "e"})
	after, _ := clock(r.current().Deadlines, recovery.DecisionClock)
	if after.PausedBecause != "" || !after.DueAt.After(before.DueAt) || len(after.Stops) != 1 {
		t.Errorf("before %s, after %+v", before.DueAt, after)
	}
}

// TestABreachOfTheContactLimitsIsWrittenDown: a sent message is a fact.
func TestABreachOfTheContactLimitsIsWrittenDown(t *testing.T) {
	t.Parallel()
	r := newCaseFixture(t)
	for i := range 3 {
		r.take(r.stage(contact(r.now.Add(time.Duration(i)*time.Second)), recovery.RoleClaimant))
	}
	if breaches := r.last(recovery.EntryContactRecorded).Facts["breaches"]; breaches == nil {
		t.Errorf("a third message in one day was no breach")
	}
	contacts, err := r.store.ListContacts(t.Context(), r.filed.ID)
	if err != nil || len(contacts) != 3 || !contacts[2].At.Equal(r.now.Add(2*time.Second)) {
		t.Errorf("contacts %+v %v", contacts, err)
	}
}

// TestAPlanOfTheRecord: instalments are deadlines, and the last payment fulfils the
// plan.
func TestAPlanOfTheRecord(t *testing.T) {
	t.Parallel()
	r := newCaseFixture(t)
	holder := r.filed.Counterparts[0].ID
	half := recovery.Money(50_000)
	r.take(r.stage(recovery.ActionBody{Action: recovery.ProposePlan, CounterpartID: holder, Instalments: []recovery.Instalment{
		{DueOn: "2026-03-07", Amount: half}, {DueOn: "2026-04-03", Amount: half},
	}}, recovery.RoleClaimant))
	result := r.take(r.stage(recovery.ActionBody{Action: recovery.AcceptPlan, CounterpartID: holder}, recovery.RoleClaimant))
	first, runs := clock(result.Deadlines, recovery.InstalmentClock)
	if want := time.Date(2026, 3, 9, 10, 0, 0, 0, time.UTC); !runs || !first.DueAt.Equal(want) {
		t.Errorf("a Saturday's instalment is due %s, want Monday %s", first.DueAt, want)
	}
	if main, _ := clock(result.Deadlines, recovery.ContactClock); main.PausedBecause != recovery.StoppedByPlan {
		t.Errorf("the stage's clock: %+v", main)
	}
	for no := 1; no <= 2; no++ {
		r.take(r.stage(recovery.ActionBody{Action: recovery.RecordInstalment, No: no, Amount: &half, At: &r.now}, recovery.RoleClaimant))
	}
	r.last(recovery.EntryPlanFulfilled)
	if c := r.current(); c.Position.Outcome != recovery.RecoveredFull || c.Counterparts[0].ReturnFen != 100_000 {
		t.Errorf("position %+v, counterpart %+v", c.Position, c.Counterparts[0])
	}
}

// TestMoneyAfterClosing: a return is recorded in a closed case, which stays closed.
func TestMoneyAfterClosing(t *testing.T) {
	t.Parallel()
	r := newCaseFixture(t)
	r.take(r.stage(recovery.ActionBody{Action: recovery.CloseCase, Outcome: recovery.Unrecovered, Reason: "无果"}, recovery.RoleLegal))
	closed := r.current()
	amount, sure := recovery.Money(120_000), true
	r.now = r.now.Add(time.Hour)
	r.take(r.stage(recovery.ActionBody{
		Action: recovery.RecordReturn, CounterpartID: r.filed.Counterparts[1].ID, Amount: &amount, At: &r.now, Channel: recovery.Cash, Confirm: &sure,
	}, recovery.RoleClaimant))
	c := r.current()
	if c.Position.Outcome != recovery.RecoveredFull || c.Position.Surplus != 20_000 || !c.ClosedAt.Equal(*closed.ClosedAt) {
		t.Errorf("position %+v, closed at %v", c.Position, c.ClosedAt)
	}
	if over := r.last(recovery.EntryReturnRecorded).Facts["surplus_fen"]; over != 20_000.0 {
		t.Errorf("overpaid %v", over)
	}
}
