package casework_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"recourse/casework"
	"recourse/casework/casetest"
	"recourse/recovery"
)

// ledgerRig is a case with two counterparts, each of whom took a half ten days
// ago.
func ledgerRig(t *testing.T) (*casetest.Fixture, casework.View) {
	t.Helper()
	rig := casetest.New(t)
	filing := casetest.Filing()
	sent := filing.SentAt.Add(-10 * 24 * time.Hour)
	filing.SentAt = &sent
	filing.Counterparts = []recovery.FilingCounterpart{{Alias: "甲", Claimed: 100_000}, {Alias: "乙", Claimed: 100_000}}
	reply, err := rig.Service.File(t.Context(), rig.As(recovery.RoleClaimant), filing)
	if err != nil {
		t.Fatal(err)
	}
	return rig, reply.Value
}

func act(t *testing.T, rig *casetest.Fixture, role recovery.Role, id recovery.CaseID, a recovery.ActionBody) {
	t.Helper()
	if _, err := rig.TakeAction(t.Context(), rig.As(role), id, a); err != nil {
		t.Fatalf("%s: %v", a.Action, err)
	}
}

func minutesAfter(c casework.View, minutes int) *time.Time {
	at := c.SentAt.Add(time.Duration(minutes) * time.Minute)
	return &at
}

func ledger(t *testing.T, rig *casetest.Fixture, id recovery.CaseID) casework.CaseLimitation {
	t.Helper()
	l, err := rig.Limitation(t.Context(), rig.Actor(recovery.RoleAuditor), id)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// kindsOf lists the steps towards one counterpart with their effects.
func kindsOf(l casework.CaseLimitation, which int) []recovery.InterruptionKind {
	kinds := []recovery.InterruptionKind{}
	for _, step := range l.Counterparts[which].Steps {
		kinds = append(kinds, step.Kind)
	}
	return kinds
}

func TestADemandCountsOnceItArrived(t *testing.T) {
	t.Parallel()
	rig, c := ledgerRig(t)
	first, second := c.Counterparts[0].ID, c.Counterparts[1].ID
	inGroup := true
	act(t, rig, recovery.RoleClaimant, c.ID, recovery.ActionBody{
		Action: recovery.RecordContact, CounterpartID: first, Channel: recovery.PrivateMessage, Text: "请退回", SentAt: minutesAfter(c, 10),
	})
	act(t, rig, recovery.RoleClaimant, c.ID, recovery.ActionBody{
		Action: recovery.RecordContact, InGroup: &inGroup, Channel: recovery.GroupMessage, Text: "请退回", SentAt: minutesAfter(c, 30),
	})
	if l := ledger(t, rig, c.ID); len(kindsOf(l, 0))+len(kindsOf(l, 1)) != 0 || !l.Ends.Equal(l.Bare) {
		t.Fatalf("messages nobody answered count: %+v", l)
	}
	act(t, rig, recovery.RoleClaimant, c.ID, recovery.ActionBody{
		Action: recovery.RecordResponse, CounterpartID: first, Kind: string(recovery.Refused), Refusal: recovery.Refuses, At: minutesAfter(c, 20),
	})
	l := ledger(t, rig, c.ID)
	if got := kindsOf(l, 0); !slices.Equal(got, []recovery.InterruptionKind{recovery.DemandReached}) {
		t.Fatalf("towards the first: %v; the note to the group came after their answer", got)
	}
	step := l.Counterparts[0].Steps[0]
	if !step.At.Equal(*minutesAfter(c, 10)) || step.Seq != 2 || step.Proof != 4 || step.Effect != recovery.Interrupts {
		t.Errorf("the step is %+v", step)
	}
	act(t, rig, recovery.RoleClaimant, c.ID, recovery.ActionBody{
		Action: recovery.ReportHarassment, CounterpartID: second, Text: "请勿再发", At: minutesAfter(c, 40),
	})
	if got := kindsOf(ledger(t, rig, c.ID), 1); !slices.Equal(got, []recovery.InterruptionKind{recovery.DemandReached}) {
		t.Errorf("towards the second: %v", got)
	}
}

func TestADebtorsActBindsThemAlone(t *testing.T) {
	t.Parallel()
	rig, c := ledgerRig(t)
	first := c.Counterparts[0].ID
	part := recovery.Money(30_000)
	act(t, rig, recovery.RoleClaimant, c.ID, recovery.ActionBody{
		Action: recovery.RecordResponse, CounterpartID: first, Kind: string(recovery.Promised), At: minutesAfter(c, 2*24*60),
	})
	act(t, rig, recovery.RoleClaimant, c.ID, recovery.ActionBody{
		Action: recovery.RecordReturn, CounterpartID: first, Amount: &part, Channel: recovery.OriginalRoute, At: minutesAfter(c, 4*24*60),
	})
	act(t, rig, recovery.RoleClaimant, c.ID, recovery.ActionBody{
		Action: recovery.RecordReturn, Amount: &part, Channel: recovery.OriginalRoute, At: minutesAfter(c, 55),
	})
	l := ledger(t, rig, c.ID)
	if got := kindsOf(l, 0); !slices.Equal(got, []recovery.InterruptionKind{recovery.DebtorPromised, recovery.DebtorPaid}) {
		t.Errorf("towards the first: %v", got)
	}
	if got := kindsOf(l, 1); len(got) != 0 {
		t.Errorf("money of nobody known counts towards the second: %v", got)
	}
	if len(l.Steps) != 0 {
		t.Errorf("the ledger to be safe by is the second's, it has the steps %v", l.Steps)
	}
}

func TestStepsOfTheLawCountTowardsAll(t *testing.T) {
	t.Parallel()
	rig, c := ledgerRig(t)
	act(t, rig, recovery.RoleClaimant, c.ID, recovery.ActionBody{Action: recovery.Escalate, To: recovery.Legal, Reason: "报警"})
	act(t, rig, recovery.RoleLegal, c.ID, recovery.ActionBody{Action: recovery.ChooseRoute, Route: recovery.CivilSuit, Why: "金额"})
	for i, kind := range []string{"mediation_requested", "police_reported", "suit_filed", "hearing"} {
		act(t, rig, recovery.RoleLegal, c.ID, recovery.ActionBody{Action: recovery.RecordLegalStep, Kind: kind, At: minutesAfter(c, 10+i)})
	}
	entries := rig.ReadEntries(t, c.ID)
	if last := entries[len(entries)-1]; last.Facts["every_counterpart"] != true || last.Facts["counterpart_id"] != nil {
		t.Errorf("a step that names nobody says %v", last.Facts)
	}
	want := []recovery.InterruptionKind{recovery.MediationRequested, recovery.PoliceReported, recovery.SuitFiled}
	l := ledger(t, rig, c.ID)
	for which := range 2 {
		if got := kindsOf(l, which); !slices.Equal(got, want) {
			t.Errorf("towards %d: %v, want %v", which, got, want)
		}
	}
	if l.Cap.Sub(c.SentAt) < 19*365*24*time.Hour || !l.Avoidance.Before(l.Bare) {
		t.Errorf("the terms are %+v", l.Limitation)
	}
}

// TestALetterNamesItsCounterpart: it interrupts towards them alone, and they were
// written to by it.
func TestALetterNamesItsCounterpart(t *testing.T) {
	t.Parallel()
	rig, c := ledgerRig(t)
	act(t, rig, recovery.RoleClaimant, c.ID, recovery.ActionBody{Action: recovery.Escalate, To: recovery.Legal, Reason: "发函"})
	act(t, rig, recovery.RoleLegal, c.ID, recovery.ActionBody{Action: recovery.ChooseRoute, Route: recovery.DemandLetter, Why: "金额"})
	letter := recovery.ActionBody{Action: recovery.RecordLegalStep, Kind: recovery.DemandSent, At: minutesAfter(c, 10)}
	_, err := rig.TakeAction(t.Context(), rig.As(recovery.RoleLegal), c.ID, letter)
	if fault := wantCode(t, err, recovery.CodeInvalid); len(fault.Fields) != 1 || fault.Fields[0].Field != "counterpart_id" {
		t.Errorf("a letter to nobody of two: %+v", fault)
	}
	letter.CounterpartID = c.Counterparts[1].ID
	act(t, rig, recovery.RoleLegal, c.ID, letter)
	letter.Kind, letter.At = "demand_arrived", minutesAfter(c, 50)
	act(t, rig, recovery.RoleLegal, c.ID, letter)
	l := ledger(t, rig, c.ID)
	if first, second := kindsOf(l, 0), kindsOf(l, 1); len(first) != 0 || !slices.Equal(second, []recovery.InterruptionKind{recovery.DemandReached}) {
		t.Errorf("towards the first %v, towards the second %v", first, second)
	}
	view, err := rig.Case(t.Context(), rig.Actor(recovery.RoleLegal), c.ID)
	if err != nil || view.Contacts.Total != 1 {
		t.Errorf("the letter counts as %+v (%v)", view.Contacts, err)
	}
}

// TestTheClockIsTheLedger does random things in random order, told of early and
// late, and compares after each the two that say when the claim ends: the clock,
// by what the case carries, and the ledger, by its journal.
func TestTheClockIsTheLedger(t *testing.T) {
	t.Parallel()
	rig, c := ledgerRig(t)
	moved := 0
	for seed := range uint64(6) {
		if seed > 0 {
			filing := casetest.Filing()
			sent := filing.SentAt.AddDate(0, 0, -10)
			filing.SentAt = &sent
			filing.Counterparts = []recovery.FilingCounterpart{{Alias: "甲", Claimed: 70_000}, {Alias: "乙"}, {Alias: "丙"}}[:1+seed%3]
			reply, err := rig.Service.File(t.Context(), rig.As(recovery.RoleClaimant), filing)
			if err != nil {
				t.Fatal(err)
			}
			c = reply.Value
		}
		r := rand.New(rand.NewPCG(seed, 1))
		for range 30 {
			role, body := someAct(r, c)
			reply, err := rig.TakeAction(t.Context(), rig.As(role), c.ID, body)
			if err != nil {
				continue // refused: nothing happened
			}
			l := ledger(t, rig, c.ID)
			for _, deadline := range reply.Value.Deadlines {
				if deadline.Kind == recovery.LimitationClock && !deadline.DueAt.Equal(l.Ends) {
					t.Fatalf("walk %d, after %s %s: the clock ends %s, the ledger %s", seed, body.Action, body.Kind, deadline.DueAt, l.Ends)
				}
			}
			if !l.Ends.Equal(l.Bare) {
				moved++
			}
		}
	}
	if moved < 20 {
		t.Errorf("only %d acts moved the end: the walk shows nothing", moved)
	}
}

// someAct makes up an act that bears on the limitation, or carries the case to
// where others can be.
func someAct(r *rand.Rand, c casework.View) (recovery.Role, recovery.ActionBody) {
	at := minutesAfter(c, r.IntN(10*24*60))
	one := recovery.Money(1 + r.IntN(5_000))
	body := recovery.ActionBody{At: at}
	if r.IntN(4) > 0 {
		body.CounterpartID = c.Counterparts[r.IntN(len(c.Counterparts))].ID
	}
	role := recovery.RoleClaimant
	switch r.IntN(9) {
	case 0, 1:
		body.Action, body.Channel, body.Text, body.SentAt, body.At = recovery.RecordContact, recovery.PrivateMessage, "请退回", at, nil
	case 2:
		body.Action, body.Kind = recovery.RecordResponse, string(recovery.Responses[r.IntN(len(recovery.Responses))])
		if body.Kind == string(recovery.PartlyReturned) {
			body.Amount = &one
		}
	case 3:
		body.Action, body.Channel, body.Amount = recovery.RecordReturn, recovery.OriginalRoute, &one
	case 4:
		body.Action, body.Text = recovery.ReportHarassment, "请勿再发"
	case 5:
		body.Action, body.At = recovery.ProposePlan, nil
		for i := range 2 {
			body.Instalments = append(body.Instalments, recovery.Instalment{
				DueOn: time.Now().AddDate(0, 0, 3+7*i).Format(time.DateOnly), Amount: one,
			})
		}
	case 6:
		role, body.Action, body.At = recovery.RoleAgent, recovery.AcceptPlan, nil
	case 7:
		body.Action, body.No, body.Amount = recovery.RecordInstalment, 1, &one
	default:
		if r.IntN(4) == 0 {
			return role, recovery.ActionBody{Action: recovery.Escalate, To: recovery.Legal, Reason: "法律途径"}
		}
		kinds := recovery.LegalStepKinds()
		role, body.Action, body.Kind = recovery.RoleLegal, recovery.RecordLegalStep, kinds[r.IntN(len(kinds))]
	}
	return role, body
}

func TestPlansAndInstalments(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	c := rig.FileCase(t)
	debtor := c.Counterparts[0].ID
	day := func(days int) string { return time.Now().AddDate(0, 0, days).Format(time.DateOnly) }
	act(t, rig, recovery.RoleClaimant, c.ID, recovery.ActionBody{
		Action: recovery.ProposePlan, CounterpartID: debtor,
		Instalments: []recovery.Instalment{{DueOn: day(3), Amount: 100_000}, {DueOn: day(9), Amount: 100_000}},
	})
	if got := kindsOf(ledger(t, rig, c.ID), 0); len(got) != 0 {
		t.Errorf("a plan that is proposed interrupts: %v", got)
	}
	act(t, rig, recovery.RoleAgent, c.ID, recovery.ActionBody{Action: recovery.AcceptPlan, CounterpartID: debtor})
	part := recovery.Money(100_000)
	act(t, rig, recovery.RoleClaimant, c.ID, recovery.ActionBody{Action: recovery.RecordInstalment, No: 1, Amount: &part, At: minutesAfter(c, 30)})
	got := kindsOf(ledger(t, rig, c.ID), 0)
	slices.Sort(got)
	if !slices.Equal(got, []recovery.InterruptionKind{recovery.DebtorPaid, recovery.DebtorPromised}) {
		t.Errorf("after an instalment that names nobody: %v", got)
	}
}

func TestTheLedgerIsForThoseWhoSeeTheCase(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	c := rig.FileCase(t)
	for _, role := range recovery.Roles {
		_, err := rig.Limitation(t.Context(), rig.Actor(role), c.ID)
		if role == recovery.RoleCounterpart {
			wantCode(t, err, recovery.CodeNotFound)
		} else if err != nil {
			t.Errorf("%s: %v", role, err)
		}
	}
	_, err := rig.Limitation(t.Context(), rig.NewActor(t, recovery.RoleClaimant), c.ID)
	wantCode(t, err, recovery.CodeNotFound)
}
