package recovery

import (
	"time"
)

// Take applies an action. It returns a Fault with CodeForbidden if the role may never
// take it, and with CodeActionNotAllowed if it is not allowed now.
func (p Position) Take(m Command) (Step, error) {
	if !MayEver(m.Actor.Role, m.Action) {
		return Step{}, Faultf(CodeForbidden, "The role %s never takes the action %s.", m.Actor.Role, m.Action)
	}
	if !p.permits(m.Action) {
		return Step{}, Faultf(CodeActionNotAllowed, "The action %s cannot be taken in the stage %s.", m.Action, p.Stage)
	}
	if p.isClosedTo(m.Actor.Role) {
		return Step{}, HandledByOthers()
	}
	if err := m.ownPart(); err != nil {
		return Step{}, err
	}
	if m.Amount < 0 || m.Amount > MaxMoney {
		return Step{}, Invalid([]FieldFault{{"amount_fen", "out_of_range", "The amount is out of range."}})
	}
	step, err := p.applyAction(m)
	if err != nil {
		return Step{}, err
	}
	step.Next = p.withLimitation(m, step).withWaitingOn()
	return step, nil
}

// HandledByOthers returns the Fault for a counterpart in a case of danger. It does not
// say why, because the reader may be the one who deceived the claimant.
func HandledByOthers() error {
	return Faultf(CodeActionNotAllowed, "The matter is being handled. Nothing is asked here.")
}

// ownPart returns a Fault if a counterpart acts for another counterpart.
func (m Command) ownPart() error {
	if m.Actor.Role == RoleCounterpart && string(m.CounterpartID) != string(m.Actor.ID) {
		return Faultf(CodeForbidden, "Counterparts can act only for themselves.")
	}
	return nil
}

func (p Position) applyAction(m Command) (Step, error) {
	row := actionRows[m.Action]
	if row == nil || row.apply == nil {
		return Step{}, Faultf(CodeActionNotAllowed, "The action %s does not move a case.", m.Action)
	}
	step, err := row.apply(p, m)
	if step.Kind == "" {
		step.Kind = row.Entry
	}
	return step, err
}

// keepPosition is for actions that are recorded and change nothing else.
func keepPosition(p Position, _ Command) (Step, error) { return Step{Next: p}, nil }

func (p Position) recordContact(m Command) (Step, error) {
	if m.CounterpartID != "" && p.counterpartIndex(m.CounterpartID) < 0 {
		return Step{}, UnknownCounterpart()
	}
	return Step{Next: p}, nil
}

func (p Position) withdrawCase(Command) (Step, error) {
	return Step{Next: p.closeWith(Withdrawn)}, nil
}

// closeByPerson closes a case with a chosen outcome, which must agree with the amounts.
func (p Position) closeByPerson(m Command) (Step, error) {
	recovered := p.Recovered > 0
	if m.Outcome == AutoRefunded || m.Outcome == RecoveredFull ||
		m.Outcome == RecoveredPartly && !recovered || m.Outcome == Unrecovered && recovered {
		return Step{}, Invalid([]FieldFault{{
			"outcome", "contradicts_sums", "Of " + p.Claim.String() + " yuan " + p.Recovered.String() + " came back. Record returns first.",
		}})
	}
	return Step{Next: p.closeWith(m.Outcome)}, nil
}

func (p Position) escalateCase(m Command) (Step, error) {
	if m.To == Closed || m.To == RecallWatch || !m.To.IsAfter(p.Stage) {
		return Step{}, Faultf(CodeActionNotAllowed, "A case in %s cannot be escalated to %s.", p.Stage, m.To)
	}
	if m.To == GroupNotice && p.OneToOne {
		return Step{}, Faultf(CodeActionNotAllowed, "The money was sent one to one: there is no group to give notice to.")
	}
	if m.To == GroupNotice && p.NoNotice {
		return Step{}, Faultf(CodeActionNotAllowed, "The playbook forbids a group notice in this case.")
	}
	return Step{Next: p.enterStage(m.To)}, nil
}

// pauseCase stops every clock that people can stop, until PauseClock passes.
func (p Position) pauseCase(m Command) (Step, error) {
	next := p
	next.Pause = &Pause{Until: m.Until}
	return Step{Next: next}, nil
}

func (p Position) resumeCase(Command) (Step, error) {
	next := p
	next.Pause = nil
	return Step{Next: next}, nil
}

// reopenCase returns to the stage in which the case was closed, except for the recall
// watch, which is not repeated. In danger it is the legal stage.
func (p Position) reopenCase(Command) (Step, error) { return Step{Next: p.reopened()}, nil }

func (p Position) reopened() Position {
	stage := p.ClosedFrom
	if stage == RecallWatch {
		stage = PrivateContact
	}
	if p.Facts.IsInDanger() {
		stage = Legal
	}
	next := p.enterStage(stage)
	next.Outcome, next.ClosedFrom = "", ""
	next.Granted, next.PaidOut = 0, 0
	return next
}

// Pause is a requested pause. Until is nil if its length was not given.
type Pause struct {
	Until *time.Time `json:"until,omitempty"`
}
