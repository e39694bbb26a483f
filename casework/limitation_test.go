package casework_test

import (
	"slices"
	"testing"
	"time"

	"recourse/casework"
	"recourse/casework/casetest"
	"recourse/recovery"
)

// ledgerRig is a case with two counterparts, each of whom took a half ten days
// ago.
func ledgerRig(t *testing.T) (*casetest.Rig, casework.View) {
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

func act(t *testing.T, rig *casetest.Rig, role recovery.Role, id recovery.CaseID, a recovery.Act) {
	t.Helper()
	if _, err := rig.Act(t.Context(), rig.As(role), id, a); err != nil {
		t.Fatalf("%s: %v", a.Action, err)
	}
}

func minutesAfter(c casework.View, minutes int) *time.Time {
	at := c.SentAt.Add(time.Duration(minutes) * time.Minute)
	return &at
}

func ledger(t *testing.T, rig *casetest.Rig, id recovery.CaseID) casework.LimitationLedger {
	t.Helper()
	l, err := rig.Limitation(t.Context(), rig.Actor(recovery.RoleAuditor), id)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// kindsOf lists the steps towards one counterpart with their effects.
func kindsOf(l casework.LimitationLedger, which int) []recovery.Interruption {
	kinds := []recovery.Interruption{}
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
	act(t, rig, recovery.RoleClaimant, c.ID, recovery.Act{
		Action: recovery.RecordContact, CounterpartID: first, Channel: recovery.PrivateMessage, Text: "请退回", SentAt: minutesAfter(c, 10),
	})
	act(t, rig, recovery.RoleClaimant, c.ID, recovery.Act{
		Action: recovery.RecordContact, InGroup: &inGroup, Channel: recovery.GroupMessage, Text: "请退回", SentAt: minutesAfter(c, 30),
	})
	if l := ledger(t, rig, c.ID); len(kindsOf(l, 0))+len(kindsOf(l, 1)) != 0 || !l.Ends.Equal(l.Bare) {
		t.Fatalf("messages nobody answered count: %+v", l)
	}
	act(t, rig, recovery.RoleClaimant, c.ID, recovery.Act{
		Action: recovery.RecordResponse, CounterpartID: first, Kind: string(recovery.Refused), Refusal: recovery.Refuses, At: minutesAfter(c, 20),
	})
	l := ledger(t, rig, c.ID)
	if got := kindsOf(l, 0); !slices.Equal(got, []recovery.Interruption{recovery.DemandReached}) {
		t.Fatalf("towards the first: %v; the note to the group came after their answer", got)
	}
	step := l.Counterparts[0].Steps[0]
	if !step.At.Equal(*minutesAfter(c, 10)) || step.Seq != 2 || step.Proof != 4 || step.Effect != recovery.Interrupts {
		t.Errorf("the step is %+v", step)
	}
	act(t, rig, recovery.RoleClaimant, c.ID, recovery.Act{
		Action: recovery.ReportHarassment, CounterpartID: second, Text: "请勿再发", At: minutesAfter(c, 40),
	})
	if got := kindsOf(ledger(t, rig, c.ID), 1); !slices.Equal(got, []recovery.Interruption{recovery.DemandReached}) {
		t.Errorf("towards the second: %v", got)
	}
}

func TestADebtorsActBindsThemAlone(t *testing.T) {
	t.Parallel()
	rig, c := ledgerRig(t)
	first := c.Counterparts[0].ID
	part := recovery.Money(30_000)
	act(t, rig, recovery.RoleClaimant, c.ID, recovery.Act{
		Action: recovery.RecordResponse, CounterpartID: first, Kind: string(recovery.Promised), At: minutesAfter(c, 2*24*60),
	})
	act(t, rig, recovery.RoleClaimant, c.ID, recovery.Act{
		Action: recovery.RecordReturn, CounterpartID: first, Amount: &part, Channel: recovery.OriginalRoute, At: minutesAfter(c, 4*24*60),
	})
	act(t, rig, recovery.RoleClaimant, c.ID, recovery.Act{
		Action: recovery.RecordReturn, Amount: &part, Channel: recovery.OriginalRoute, At: minutesAfter(c, 55),
	})
	l := ledger(t, rig, c.ID)
	if got := kindsOf(l, 0); !slices.Equal(got, []recovery.Interruption{recovery.DebtorPromised, recovery.DebtorPaid}) {
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
	act(t, rig, recovery.RoleClaimant, c.ID, recovery.Act{Action: recovery.Escalate, To: recovery.Legal, Reason: "报警"})
	act(t, rig, recovery.RoleLegal, c.ID, recovery.Act{Action: recovery.ChooseRoute, Route: recovery.CivilSuit, Why: "金额"})
	for i, kind := range []string{"demand_arrived", "mediation_requested", "police_reported", "suit_filed", "hearing"} {
		act(t, rig, recovery.RoleLegal, c.ID, recovery.Act{Action: recovery.RecordLegalStep, Kind: kind, At: minutesAfter(c, 10+i)})
	}
	want := []recovery.Interruption{recovery.MediationRequested, recovery.PoliceReported, recovery.SuitFiled}
	l := ledger(t, rig, c.ID)
	for which := range 2 {
		if got := kindsOf(l, which); !slices.Equal(got, want) {
			t.Errorf("towards %d: %v, want %v; a letter that names nobody is not held against two", which, got, want)
		}
	}
	if l.Cap.Sub(c.SentAt) < 19*365*24*time.Hour || !l.Avoidance.Before(l.Bare) {
		t.Errorf("the terms are %+v", l.Limitation)
	}
}

func TestPlansAndInstalments(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	c := rig.File(t)
	debtor := c.Counterparts[0].ID
	day := func(days int) string { return time.Now().AddDate(0, 0, days).Format(time.DateOnly) }
	act(t, rig, recovery.RoleClaimant, c.ID, recovery.Act{
		Action: recovery.ProposePlan, CounterpartID: debtor,
		Instalments: []recovery.Instalment{{DueOn: day(3), Amount: 100_000}, {DueOn: day(9), Amount: 100_000}},
	})
	if got := kindsOf(ledger(t, rig, c.ID), 0); len(got) != 0 {
		t.Errorf("a plan that is proposed interrupts: %v", got)
	}
	act(t, rig, recovery.RoleAgent, c.ID, recovery.Act{Action: recovery.AcceptPlan, CounterpartID: debtor})
	part := recovery.Money(100_000)
	act(t, rig, recovery.RoleClaimant, c.ID, recovery.Act{Action: recovery.RecordInstalment, No: 1, Amount: &part, At: minutesAfter(c, 30)})
	got := kindsOf(ledger(t, rig, c.ID), 0)
	slices.Sort(got)
	if !slices.Equal(got, []recovery.Interruption{recovery.DebtorPaid, recovery.DebtorPromised}) {
		t.Errorf("after an instalment that names nobody: %v", got)
	}
}

func TestTheLedgerIsForThoseWhoSeeTheCase(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	c := rig.File(t)
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
