package recovery

import (
	"maps"
	"slices"
	"time"
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
	next := p
	next.Facts = p.Facts.Amended(*m.Facts)
	sent := p.Claim + p.Facts.Intended
	if next.Facts.Intended >= sent {
		return Step{}, Invalid([]FieldFault{{"intended_fen", "out_of_range", "What should have been sent must be less than what was sent."}})
	}
	next.Claim = sent - next.Facts.Intended
	next = next.withReceived(0)                                                  // the same money against another claim
	next.Plans = slices.DeleteFunc(slices.Clone(p.Plans), func(plan Plan) bool { // nobody agreed to pay more than they owe
		return plan.Remaining() > next.AmountOwedBy(plan.CounterpartID)
	})
	if next.Facts.IsInDanger() && !p.Facts.IsInDanger() {
		next = next.enterLegalInDanger()
	}
	if next.Stage == PrivateContact && next.Facts.IsOutOfReach() && !p.Facts.IsOutOfReach() {
		next = next.enterNextStage()
	}
	if next.IsOpen() && next.Outstanding() == 0 {
		next = next.closeWith(RecoveredFull)
	}
	return Step{Next: next}, nil
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

func checkAmendment(a ActionBody, c *FieldChecker) {
	if len(a.setFields()) == 0 {
		c.Add("", "required", "Name at least one fact.")
	}
	a.Facts.checkCircumstances(c, FactContext{})
}

func nothingAmended() error {
	return Invalid([]FieldFault{{"", "required", "Name at least one fact."}})
}

// CheckFacts checks facts against the rest of the case. It returns nil or a Fault
// with CodeInvalid.
func (c Case) CheckFacts(f Facts, now time.Time) error {
	checker := NewFieldChecker(now)
	f.Check(checker, FactContext{c.Amount, &c.SentAt, c.Instrument, c.Reason, c.ClaimState})
	return checker.Err()
}
