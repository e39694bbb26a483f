package recovery

import (
	"maps"
	"slices"
)

// reportDanger records a kind of danger. The claimant must not deal with the other
// side alone any more, so the plans end and an open case enters the legal stage.
func (p Position) reportDanger(m Command) (Step, error) {
	next := p
	next.Facts = p.Facts.withDanger(m.Kind)
	return Step{Next: next.enterLegalInDanger()}, nil
}

// enterLegalInDanger enters the legal stage. Plans, offered plans, letters and routes
// that deal with the other side end.
func (p Position) enterLegalInDanger() Position {
	p.Plans = nil
	p.Tasks = slices.DeleteFunc(slices.Clone(p.Tasks), func(t Task) bool { return t.Kind == DemandTask && t.State == TaskOpen })
	switch {
	case !p.IsOpen():
		return p
	case p.Stage != Legal:
		return p.enterStage(Legal)
	case !slices.Contains(routesInDanger, p.Route):
		p.Route = ""
	}
	return p
}

// amendFacts changes facts of the case. What follows from them, such as the claim,
// is computed again.
func (p Position) amendFacts(m Command) (Step, error) {
	if m.Facts == nil {
		return Step{}, nothingAmended()
	}
	payment := m.paymentFacts()
	next, err := p.withPayment(payment, *m.Facts)
	if err != nil {
		return Step{}, err
	}
	if over := next.Surplus; over > p.Surplus && !m.Confirm && !m.Recorded {
		field := "intended_fen"
		if payment.Amount != 0 {
			field = "amount_fen"
		}
		return Step{}, confirmNeeded(field, "With this amount %s yuan more than the claim came back.", over)
	}
	next = next.withFittingPlans().enterStageOf(p, payment)
	return Step{Next: next.settleOutcome()}, nil
}

// enterStageOf enters the stage that new facts require; before is the position without
// them.
func (p Position) enterStageOf(before Position, payment PaymentFacts) Position {
	next := p
	if next.Facts.IsInDanger() && !before.Facts.IsInDanger() {
		next = next.enterLegalInDanger()
	}
	if next.Stage == PrivateContact && next.Facts.IsOutOfReach() && !before.Facts.IsOutOfReach() {
		next = next.enterNextStage()
	}
	if next.Stage == RecallWatch && payment.ClaimState == Claimed {
		next = next.enterNextStage() // nothing is left for the platform to refund
	}
	if payment.RefundBegins && next.mayAwaitRefund() {
		next = next.enterStage(RecallWatch)
	}
	return next
}

// mayAwaitRefund reports whether the case can return to the stage before anybody is asked
// for money: nothing was agreed, submitted or paused since.
func (p Position) mayAwaitRefund() bool {
	switch p.Stage {
	case PrivateContact, GroupNotice:
		return !p.isHalted()
	case Appeal:
		return p.Appeal == AppealPreparing && !p.isHalted()
	default:
		return false
	}
}

// settleOutcome closes, reopens or relabels a case whose claim has changed.
func (p Position) settleOutcome() Position {
	wasFull := p.Outcome == RecoveredFull || p.Outcome == AutoRefunded
	switch {
	case p.IsOpen() && p.Outstanding() == 0:
		return p.closeWith(p.fullOutcome())
	case p.IsOpen():
		return p
	case wasFull && p.Outstanding() > 0:
		return p.reopened()
	case wasFull:
		p.Outcome = p.fullOutcome()
	case p.Recovered > 0:
		p.Outcome = p.outcomeAfterClosing()
	}
	return p
}

// withFittingPlans ends the plans of people who owe less than they agreed to pay.
func (p Position) withFittingPlans() Position {
	p.Plans = slices.DeleteFunc(slices.Clone(p.Plans), func(plan Plan) bool {
		return plan.Remaining() > p.AmountOwedBy(plan.CounterpartID)
	})
	return p
}

// Amended returns the facts with the fields of changed that are set.
func (f Facts) Amended(changed Facts) Facts {
	if changed.Intended != 0 {
		f.Intended = changed.Intended
	}
	if changed.NoticedAt != nil {
		f.NoticedAt = changed.NoticedAt
	}
	if changed.AcceptedAt != nil {
		f.AcceptedAt = changed.AcceptedAt
	}
	if changed.Delay != "" {
		f.Delay = changed.Delay
	}
	if changed.Account != "" {
		f.Account = changed.Account
	}
	merged := maps.Clone(f.Circumstances)
	if merged == nil && len(changed.Circumstances) > 0 {
		merged = map[string]bool{}
	}
	maps.Copy(merged, changed.Circumstances)
	f.Circumstances = merged
	return f
}

// notFacts are fields of amend_facts that state nothing alone. Pages fill in the only
// counterpart without being asked.
var notFacts = []string{"confirm", "counterpart_id", "why"}

func checkAmendment(a ActionBody, c *FieldChecker) {
	if !slices.ContainsFunc(a.setFields(), func(name string) bool { return !slices.Contains(notFacts, name) }) {
		c.Add("", "required", "Name at least one fact.")
	}
	if number := a.NewNumber(); number != "" && !isTransactionNo(number) {
		c.Add("transaction_no", "malformed", transactionNoRule)
	}
	if a.removesNumber() && IsBlank(a.Why) {
		c.Add("why", "required", "Say why the transaction number is removed.")
	}
	a.Facts.checkCircumstances(c, FactContext{})
}

func nothingAmended() error {
	return Invalid([]FieldFault{{"", "required", "Name at least one fact."}})
}
