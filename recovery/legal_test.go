package recovery_test

import (
	"slices"
	"strings"
	"testing"

	"recourse/recovery"
)

func legalStep(kind string, fen recovery.Money) recovery.Move {
	return act(recovery.RoleLegal, recovery.RecordLegalStep, amount(fen), func(m *recovery.Move) { m.Kind = kind })
}

func choose(route recovery.Route) recovery.Move {
	return act(recovery.RoleLegal, recovery.ChooseRoute, func(m *recovery.Move) { m.Route = route })
}

func TestRoutes(t *testing.T) {
	t.Parallel()
	waits := map[recovery.Route]recovery.WaitingOn{
		recovery.Mediation: recovery.OnCounterpart, recovery.DemandLetter: recovery.OnCounterpart, recovery.SetOff: recovery.OnCounterpart,
	}
	for _, route := range recovery.Routes {
		want := recovery.OnCourt
		if on, known := waits[route]; known {
			want = on
		}
		for _, from := range []recovery.Position{at(recovery.Legal), at(recovery.Legal, routed(recovery.PoliceReport))} {
			step, err := from.Take(choose(route))
			if err != nil || step.Next.Route != route || step.Next.WaitingOn != want || step.Restart != recovery.LegalClock {
				t.Errorf("%s: %+v %v", route, step, err)
			}
		}
	}
}

// TestLadder: the typed steps open and close the tasks by which an unknown
// defendant becomes a named one; the order is the claimant's.
func TestLadder(t *testing.T) {
	t.Parallel()
	steps := map[recovery.Rung][3]string{ // opened, done, refused
		recovery.SealedReceiptRung: {"receipt_requested", "receipt_received", "receipt_refused"},
		recovery.PlatformRung:      {"platform_requested", "platform_answered", "platform_refused"},
		recovery.OrderRung:         {"investigation_applied", "investigation_ordered", "investigation_refused"},
		recovery.PoliceRung:        {"police_reported", "police_receipt", "police_refused"},
		recovery.DemandRung:        {"demand_sent", "demand_arrived", "demand_undelivered"},
	}
	states := []recovery.TaskState{recovery.TaskOpen, recovery.TaskDone, recovery.TaskRefused}
	for rung, kinds := range steps {
		p := at(recovery.Legal, routed(recovery.CivilSuit), task("another", recovery.TaskOpen))
		for i, kind := range kinds {
			step, err := p.Take(legalStep(kind, 0))
			if err != nil || step.Kind != recovery.EntryLegalStep {
				t.Fatalf("%s: %+v %v", kind, step, err)
			}
			if !slices.Contains(step.Next.Tasks, recovery.Task{Rung: rung, State: states[i]}) || len(step.Next.Tasks) != 2 {
				t.Errorf("%s: tasks %+v", kind, step.Next.Tasks)
			}
			clock := recovery.Running{Clock: recovery.TaskClock, Ref: string(rung)}
			if runs := slices.Contains(step.Next.Clocks(), clock); runs != (i == 0) {
				t.Errorf("%s: its clock runs %v", kind, runs)
			}
			if i == 0 {
				p = step.Next
			}
		}
		overdue := p.Lapse(recovery.TaskClock, string(rung)).Next
		if !slices.Contains(overdue.Tasks, recovery.Task{Rung: rung, State: recovery.TaskOverdue}) {
			t.Errorf("%s: tasks %+v", rung, overdue.Tasks)
		}
		if again := play(t, overdue, legalStep(kinds[0], 0)); !slices.Contains(again.Tasks, recovery.Task{Rung: rung, State: recovery.TaskOpen}) {
			t.Errorf("%s asked for again: %+v", rung, again.Tasks)
		}
	}
	if ladder := recovery.Ladder; len(ladder) != 4 || slices.Contains(ladder, recovery.DemandRung) {
		t.Errorf("the ladder of identity is %v", ladder)
	}
}

// TestLegalInterruption: which steps begin the limitation anew (民法典 195;
// 诉讼时效规定 8, 11, 12, 13, 14), and which words have a meaning at all.
func TestLegalInterruption(t *testing.T) {
	t.Parallel()
	want := map[string]recovery.Interruption{
		"demand_arrived": recovery.DemandReached, "police_reported": recovery.PoliceReported,
		"police_receipt": recovery.PoliceReported, "mediation_requested": recovery.MediationRequested,
		"payment_order_applied": recovery.PaymentOrderApplied, "suit_filed": recovery.SuitFiled,
		"preservation_applied": recovery.SuitFiled, "enforcement_applied": recovery.SuitFiled,
		"set_off_declared": recovery.SuitFiled, "joined_to_other_suit": recovery.SuitFiled,
		"bankruptcy_claim_filed": recovery.SuitFiled, "debt_acknowledged": recovery.DebtorPromised,
		"partial_payment_received": recovery.DebtorPaid,
	}
	kinds := recovery.LegalStepKinds()
	if !slices.IsSorted(kinds) || len(slices.Compact(slices.Clone(kinds))) != len(kinds) {
		t.Errorf("kinds %v", kinds)
	}
	for kind := range want {
		if !slices.Contains(kinds, kind) {
			t.Errorf("%s has no meaning", kind)
		}
	}
	p := at(recovery.Legal, routed(recovery.CivilSuit))
	for _, kind := range append(kinds, "hearing", "") {
		how, interrupts := recovery.LegalInterruption(kind)
		if how != want[kind] || interrupts != (how != "") {
			t.Errorf("%s interrupts as %q", kind, how)
		}
		move := legalStep(kind, 0)
		happened(moment)(&move)
		step, err := p.Take(move)
		if err != nil || step.Interrupts != interrupts || (step.Next.Interrupted != nil) != interrupts {
			t.Errorf("%s: %+v %v", kind, step, err)
		}
	}
	for _, how := range want {
		if !slices.Contains(recovery.Interruptions, how) {
			t.Errorf("%s is no interruption", how)
		}
	}
}

// TestCosts: each step's cost is kept to the fen, apart from what came back.
func TestCosts(t *testing.T) {
	t.Parallel()
	p := play(t, at(recovery.Legal, routed(recovery.CivilSuit)),
		legalStep("suit_filed", 5_000), legalStep("notary", 1), legalStep("hearing", 0), legalStep("expert", recovery.MaxMoney))
	if p.Costs != recovery.MaxMoney+5_001 || p.Recovered != 0 {
		t.Errorf("costs %d, recovered %d", p.Costs, p.Recovered)
	}
	payment := recovery.Act{Action: recovery.RecordLegalStep, Kind: "partial_payment_received", At: &moment, Amount: ptr(recovery.Money(1))}
	if faults := fieldsIn(payment.Validate(moment)); !slices.Equal(faults, []string{"amount_fen:unexpected"}) {
		t.Errorf("a payment is booked as a cost: %v", faults)
	}
}

// TestOnlyTheLadderHasRefs: the words of the steps hold no personal data.
func TestOnlyTheLadderHasRefs(t *testing.T) {
	t.Parallel()
	for _, kind := range recovery.LegalStepKinds() {
		if strings.Trim(kind, "abcdefghijklmnopqrstuvwxyz_") != "" {
			t.Errorf("the step %q", kind)
		}
	}
}
