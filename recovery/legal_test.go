package recovery_test

import (
	"slices"
	"strings"
	"testing"

	"recourse/recovery"
)

// legalStep is a step of the law, directed at "a" where it must be at somebody.
func legalStep(kind string, fen recovery.Money) recovery.Command {
	move := act(recovery.RoleLegal, recovery.RecordLegalStep, amount(fen), func(m *recovery.Command) { m.Kind = kind })
	if recovery.DirectedLegalStep(kind) {
		move.CounterpartID = "a"
	}
	return move
}

func choose(route recovery.Route) recovery.Command {
	return act(recovery.RoleLegal, recovery.ChooseRoute, func(m *recovery.Command) { m.Route = route })
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
	steps := map[recovery.TaskKind][3]string{ // opened, done, refused
		recovery.SealedReceiptTask: {"receipt_requested", "receipt_received", "receipt_refused"},
		recovery.PlatformTask:      {"platform_requested", "platform_answered", "platform_refused"},
		recovery.CourtOrderTask:    {"investigation_applied", "investigation_ordered", "investigation_refused"},
		recovery.PoliceTask:        {"police_reported", "police_receipt", "police_refused"},
		recovery.DemandTask:        {"demand_sent", "demand_arrived", "demand_undelivered"},
	}
	states := []recovery.TaskState{recovery.TaskOpen, recovery.TaskDone, recovery.TaskRefused}
	for rung, kinds := range steps {
		p := at(recovery.Legal, routed(recovery.CivilSuit), task("another", recovery.TaskOpen))
		for i, kind := range kinds {
			step, err := p.Take(legalStep(kind, 0))
			if err != nil || step.Kind != recovery.EntryLegalStep {
				t.Fatalf("%s: %+v %v", kind, step, err)
			}
			task := recovery.Task{Kind: rung, State: states[i], CounterpartID: legalStep(kind, 0).CounterpartID}
			if !slices.Contains(step.Next.Tasks, task) || len(step.Next.Tasks) != 2 {
				t.Errorf("%s: tasks %+v", kind, step.Next.Tasks)
			}
			clock := recovery.ClockState{Clock: recovery.TaskClock, Ref: task.Ref()}
			if runs := slices.Contains(step.Next.AllClocks(), clock); runs != (i == 0) {
				t.Errorf("%s: its clock runs %v", kind, runs)
			}
			if i == 0 {
				p = step.Next
			}
		}
		task := recovery.Task{Kind: rung, State: recovery.TaskOverdue, CounterpartID: legalStep(kinds[0], 0).CounterpartID}
		overdue := p.PassDeadline(recovery.TaskClock, task.Ref()).Next
		if !slices.Contains(overdue.Tasks, task) {
			t.Errorf("%s: tasks %+v", rung, overdue.Tasks)
		}
		task.State = recovery.TaskOpen
		if again := play(t, overdue, legalStep(kinds[0], 0)); !slices.Contains(again.Tasks, task) {
			t.Errorf("%s asked for again: %+v", rung, again.Tasks)
		}
	}
	if ladder := recovery.IdentityTasks; len(ladder) != 4 || slices.Contains(ladder, recovery.DemandTask) {
		t.Errorf("the ladder of identity is %v", ladder)
	}
}

// TestLegalInterruption: which steps begin the limitation anew (民法典 195;
// 诉讼时效规定 8, 11, 12, 13, 14), and which words have a meaning at all.
func TestLegalInterruption(t *testing.T) {
	t.Parallel()
	want := map[string]recovery.InterruptionKind{
		"demand_arrived": recovery.DemandReached, "police_reported": recovery.PoliceReported,
		"police_receipt": recovery.PoliceReported, "mediation_requested": recovery.MediationRequested,
		"payment_order_applied": recovery.PaymentOrderApplied, "suit_filed": recovery.SuitFiled,
		"preservation_applied": recovery.SuitFiled, "enforcement_applied": recovery.SuitFiled,
		"joined_to_other_suit": recovery.SuitFiled, "bankruptcy_claim_filed": recovery.SuitFiled,
		"debt_acknowledged": recovery.DebtorPromised, "partial_payment_received": recovery.DebtorPaid,
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
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		for _, h := range step.Next.Counterparts {
			counts := interrupts && (h.ID == "a" || !recovery.DirectedLegalStep(kind))
			if (len(h.LimitationLog.Interrupting) > 0) != counts {
				t.Errorf("%s towards %s: %+v", kind, h.ID, h.LimitationLog)
			}
		}
	}
	for _, how := range want {
		if !slices.Contains(recovery.Interruptions, how) {
			t.Errorf("%s is no interruption", how)
		}
	}
}

// TestDirectedSteps: of several counterparts a letter names one, and concerns that
// one alone; what names nobody concerns all; one counterpart need not be named.
func TestDirectedSteps(t *testing.T) {
	t.Parallel()
	letter, suit := legalStep("demand_sent", 0), legalStep("suit_filed", 0)
	both := at(recovery.Legal, routed(recovery.CivilSuit))
	lone := at(recovery.Legal, routed(recovery.CivilSuit), alone)
	to := func(m recovery.Command, id recovery.CounterpartID) recovery.Command { m.CounterpartID = id; return m }
	for _, test := range []struct {
		name  string
		from  recovery.Position
		move  recovery.Command
		fault string
	}{
		{"a letter to nobody of two", both, to(letter, ""), "counterpart_id:required"},
		{"a letter to nobody of one", lone, to(letter, ""), ""},
		{"a letter to a stranger", both, to(letter, "z"), "counterpart_id:unknown"},
		{"a suit against all", both, suit, ""},
		{"a suit against one", both, to(suit, "b"), ""},
		{"a suit against a stranger", lone, to(suit, "z"), "counterpart_id:unknown"},
	} {
		_, err := test.from.Take(test.move)
		if got := strings.Join(fieldsIn(err), " "); got != test.fault {
			t.Errorf("%s: %q, want %q", test.name, got, test.fault)
		}
	}
	p := play(t, both, letter, to(letter, "b"), to(legalStep("demand_arrived", 0), "b"))
	want := []recovery.Task{
		{Kind: recovery.DemandTask, State: recovery.TaskOpen, CounterpartID: "a"},
		{Kind: recovery.DemandTask, State: recovery.TaskDone, CounterpartID: "b"},
	}
	if !slices.Equal(p.Tasks, want) {
		t.Errorf("two letters: %+v", p.Tasks)
	}
}

// TestCosts: each step's cost is kept to the fen, apart from what came back.
func TestCosts(t *testing.T) {
	t.Parallel()
	p := play(t, at(recovery.Legal, routed(recovery.CivilSuit)),
		legalStep("suit_filed", 5_000), legalStep("notary", 1), legalStep("hearing", 0), sure(legalStep("expert", recovery.MaxMoney)))
	if p.Costs != recovery.MaxMoney+5_001 || p.Recovered != 0 {
		t.Errorf("costs %d, recovered %d", p.Costs, p.Recovered)
	}
	payment := recovery.ActionBody{Action: recovery.RecordLegalStep, Kind: "partial_payment_received", At: &moment, Amount: ptr(recovery.Money(1))}
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
