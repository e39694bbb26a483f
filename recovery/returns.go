package recovery

import (
	"fmt"
	"slices"
	"time"
)

// recordResponse stores a counterpart's answer, reported by the claimant, by staff
// or by the counterpart. Money that only the counterpart reports does not count
// until the claimant or staff confirm it.
func (p Position) recordResponse(m Command) (Step, error) {
	next, state, err := p.withCounterpart(m.CounterpartID)
	if err != nil {
		return Step{}, err
	}
	amount, err := p.returnedAmount(m)
	if err != nil {
		return Step{}, err
	}
	if err := p.checkSurplus(m, amount); err != nil {
		return Step{}, err
	}
	own := m.Actor.Role == RoleCounterpart
	step := Step{}
	var waits bool
	if *state, waits = state.withResponse(m.Response, own); waits {
		step.Restart = PromiseClock
	}
	*state = state.withQuietSince(m.At)
	state.ReportedReturned = 0
	switch {
	case own:
		state.ReportedReturned = amount
	case amount > 0:
		next = next.bookPayment(m.CounterpartID, amount).afterPayment()
	}
	if next.IsOpen() && next.hasOnlyRefusals() {
		next = next.enterNextStage()
	}
	step.Next = next
	return step, nil
}

// withResponse returns the state after a response, and whether the case waits for a
// promise. A promise made by the counterpart themselves extends the deadline only
// once in a stage; later promises are only recorded.
func (h CounterpartState) withResponse(r Response, own bool) (after CounterpartState, waits bool) {
	if r != Promised {
		h.Answer = r
		return h, false
	}
	if own && h.Promises > 0 {
		return h, false
	}
	h.Answer = r
	h.Promises++
	return h, true
}

// returnedAmount returns the money of a response. Returned without an amount means
// everything this counterpart owes.
func (p Position) returnedAmount(m Command) (Money, error) {
	if m.Response != Returned || m.Amount > 0 {
		return m.Amount, nil
	}
	if !p.KnowsShare(p.Counterparts[p.counterpartIndex(m.CounterpartID)]) {
		return 0, Invalid([]FieldFault{{"amount_fen", "required", "Several people hold a part. Enter the amount this person returned."}})
	}
	return p.AmountOwedBy(m.CounterpartID), nil
}

// hasOnlyRefusals reports whether every counterpart who still owes money has refused,
// so that a contact stage can end.
func (p Position) hasOnlyRefusals() bool {
	if p.Stage != PrivateContact && p.Stage != GroupNotice || p.isHalted() {
		return false
	}
	if slices.ContainsFunc(p.Counterparts, func(h CounterpartState) bool { return !h.hasRefused() && !p.hasReturnedShare(h) }) {
		return false
	}
	return slices.ContainsFunc(p.Counterparts, CounterpartState.hasRefused)
}

// withQuietSince updates the time since which the counterpart may not be contacted.
func (h CounterpartState) withQuietSince(at *time.Time) CounterpartState {
	switch {
	case !h.isSilenced():
		h.QuietSince = nil
	case at != nil && (h.QuietSince == nil || at.Before(*h.QuietSince)):
		utc := at.UTC()
		h.QuietSince = &utc
	}
	return h
}

// isSilenced reports whether the counterpart may no longer be contacted.
func (h CounterpartState) isSilenced() bool { return h.NoContact || h.hasRefused() }

func (h CounterpartState) hasRefused() bool {
	return h.Answer == Refused || h.Answer == Contested || h.Answer == Hostile
}

func (p Position) hasReturnedShare(h CounterpartState) bool {
	return h.Share > 0 && h.Returned >= p.OwedPart(h)
}

// recordReturn counts money that came back. It is also allowed on closed cases,
// because money can arrive late.
func (p Position) recordReturn(m Command) (Step, error) {
	if m.CounterpartID != "" && p.counterpartIndex(m.CounterpartID) < 0 {
		return Step{}, UnknownCounterpart()
	}
	if err := p.checkSurplus(m, m.Amount); err != nil {
		return Step{}, err
	}
	switch {
	case m.AutoRefund:
		return Step{Next: p.applyRefund(m.Amount)}, nil
	case m.CounterpartID == "":
		return Step{Next: p.withReceived(m.Amount).afterPayment()}, nil
	default:
		return Step{Next: p.bookPayment(m.CounterpartID, m.Amount).afterPayment()}, nil
	}
}

// checkSurplus refuses a sum beyond what is missing, or beyond what the counterpart
// still owes, until it is confirmed: a digit too many is a common mistake.
func (p Position) checkSurplus(m Command, amount Money) error {
	missing := p.Outstanding()
	if m.CounterpartID != "" {
		missing = p.AmountOwedBy(m.CounterpartID)
	}
	if amount <= missing || m.Confirm || m.Recorded {
		return nil
	}
	return confirmNeeded("amount_fen", "%s yuan is more than the %s yuan still missing.", amount, missing)
}

// ConfirmNeeded returns the Fault for something unlikely that must be confirmed.
func ConfirmNeeded(field, detail string) error {
	detail += " If it is right, send the request again with confirm: true."
	return &Fault{Code: CodeConfirmNeeded, Detail: detail, Fields: []FieldFault{{field, string(CodeConfirmNeeded), detail}}}
}

// confirmNeeded returns the Fault for a value that is unlikely but possible.
func confirmNeeded(field, format string, args ...any) error {
	detail := fmt.Sprintf(format, args...) + " Check the amount. If it is right, send the request again with confirm: true."
	return &Fault{Code: CodeConfirmNeeded, Detail: detail, Fields: []FieldFault{{field, string(CodeConfirmNeeded), detail}}}
}

// applyRefund counts money that the platform refunded. If the refund window is over,
// this also answers the question to the claimant: the rest was claimed, and the
// recall watch ends.
func (p Position) applyRefund(amount Money) Position {
	p = p.withReceived(amount)
	p.Refunded += amount
	p = p.afterPayment()
	if p.Stage == RecallWatch && p.RefundAsked {
		return p.enterNextStage()
	}
	return p
}

// bookPayment counts money from a counterpart. It reduces their debt, their plan
// and the amount they reported as returned.
func (p Position) bookPayment(id CounterpartID, amount Money) Position {
	next, state, err := p.withCounterpart(id)
	if err != nil {
		return p
	}
	state.Returned += amount
	state.ReportedReturned = max(0, state.ReportedReturned-amount)
	return next.withReceived(amount).bookOnPlan(id, amount)
}

// afterPayment closes or advances the case if the amounts allow it after a payment.
func (p Position) afterPayment() Position {
	switch {
	case !p.IsOpen():
		p.Outcome = p.outcomeAfterClosing()
		return p
	case p.Outstanding() == 0:
		return p.closeWith(p.fullOutcome())
	case p.Appeal == AppealGranted && p.Recovered >= p.PaidOut:
		return p.enterStage(Legal) // the platform has paid what it granted; the rest needs the legal stage
	default:
		return p
	}
}

// fullOutcome returns the outcome of a case in which nothing is missing.
func (p Position) fullOutcome() Outcome {
	if p.Refunded >= p.Claim {
		return AutoRefunded
	}
	return RecoveredFull
}

// outcomeAfterClosing returns the outcome after a payment on a closed case. An
// outcome decided by people or a court is kept. An outcome that followed from a
// deadline changes with the amounts.
func (p Position) outcomeAfterClosing() Outcome {
	switch {
	case p.Outcome != Unrecovered && p.Outcome != RecoveredPartly:
		return p.Outcome
	case p.Outstanding() == 0:
		return p.fullOutcome()
	default:
		return RecoveredPartly
	}
}

func (p Position) outcomeWithoutAction() Outcome {
	if p.Recovered > 0 {
		return RecoveredPartly
	}
	return Unrecovered
}

// reportHarassment forbids all further private contact with the counterpart.
func (p Position) reportHarassment(m Command) (Step, error) {
	next, state, err := p.withCounterpart(m.CounterpartID)
	if err != nil {
		return Step{}, err
	}
	state.NoContact = true
	*state = state.withQuietSince(m.At)
	return Step{Next: next}, nil
}
