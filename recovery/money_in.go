package recovery

import (
	"slices"
	"time"
)

// recordResponse takes a counterpart's word, as the claimant or the desk heard it, or
// as the counterpart says it. Money counts when whoever should have it says so:
// what a counterpart says of themselves waits to be confirmed.
func (p Position) recordResponse(m Move) (Step, error) {
	next, holder, err := p.withCounterpart(m.CounterpartID)
	if err != nil {
		return Step{}, err
	}
	amount, err := p.returnedAmount(m)
	if err != nil {
		return Step{}, err
	}
	own := m.Actor.Role == RoleCounterpart
	step := Step{}
	var waits bool
	if *holder, waits = holder.withResponse(m.Response, own); waits {
		step.Restart = PromiseClock
	}
	*holder = holder.withQuietSince(m.At)
	holder.ReportedReturned = 0
	switch {
	case own:
		holder.ReportedReturned = amount
	case amount > 0:
		next = next.bookPayment(m.CounterpartID, amount).afterPayment()
	}
	if next.IsOpen() && next.hasOnlyRefusals() {
		next = next.enterNextStage()
	}
	step.Next = next
	return step, nil
}

// withResponse is the holder after a response, and whether a promise is waited for.
// By their own word a counterpart wins time once in a stage: what they promise
// after that is only written down.
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

// returnedAmount is the money of an answer. "Returned" without a figure is all that
// this counterpart holds.
func (p Position) returnedAmount(m Move) (Money, error) {
	if m.Response != Returned || m.Amount > 0 {
		return m.Amount, nil
	}
	if !p.KnowsShare(p.Counterparts[p.counterpartIndex(m.CounterpartID)]) {
		return 0, Invalid([]FieldFault{{"amount_fen", "required", "Where several people hold a part, say how much this one returned."}})
	}
	return p.AmountOwedBy(m.CounterpartID), nil
}

// hasOnlyRefusals reports that asking on makes no sense in this stage: every holder who
// still holds something has said no. Only contact stages end this way.
func (p Position) hasOnlyRefusals() bool {
	if p.Stage != PrivateContact && p.Stage != GroupNotice || p.isHalted() {
		return false
	}
	if slices.ContainsFunc(p.Counterparts, func(h CounterpartState) bool { return !h.hasRefused() && !h.hasReturnedShare() }) {
		return false
	}
	return slices.ContainsFunc(p.Counterparts, CounterpartState.hasRefused)
}

// withQuietSince notes since when a holder is not to be written to, or that they are again.
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

// isSilenced holders are not to be written to any more.
func (h CounterpartState) isSilenced() bool { return h.NoContact || h.hasRefused() }

func (h CounterpartState) hasRefused() bool {
	return h.Answer == Refused || h.Answer == Contested || h.Answer == Hostile
}

func (h CounterpartState) hasReturnedShare() bool { return h.Share > 0 && h.Returned >= h.Share }

// recordReturn counts money that came back. It is taken in a closed case too: what
// is paid is paid.
func (p Position) recordReturn(m Move) (Step, error) {
	next := p
	switch {
	case m.AutoRefund:
		return Step{Next: p.applyRefund(m.Amount)}, nil
	case m.CounterpartID == "":
		next.Recovered += m.Amount
	case p.counterpartIndex(m.CounterpartID) < 0:
		return Step{}, UnknownCounterpart()
	default:
		next = next.bookPayment(m.CounterpartID, m.Amount)
	}
	return Step{Next: next.afterPayment()}, nil
}

// applyRefund takes what the platform gave back of itself. Once its window is over
// that answers what the claimant was asked: what did not come was claimed, and
// there is nothing left to watch for.
func (p Position) applyRefund(amount Money) Position {
	p.Recovered += amount
	p.Refunded += amount
	p = p.afterPayment()
	if p.Stage == RecallWatch && p.RefundAsked {
		return p.enterNextStage()
	}
	return p
}

// bookPayment books money of a known counterpart: on what they owe, on their plan, and
// against what they said they paid.
func (p Position) bookPayment(id CounterpartID, amount Money) Position {
	next, holder, err := p.withCounterpart(id)
	if err != nil {
		return p
	}
	holder.Returned += amount
	holder.ReportedReturned = max(0, holder.ReportedReturned-amount)
	next.Recovered += amount
	return next.bookOnPlan(id, amount)
}

// afterPayment looks at the sums after money came in.
func (p Position) afterPayment() Position {
	switch {
	case !p.IsOpen():
		p.Outcome = p.outcomeAfterClosing()
		return p
	case p.Outstanding() == 0:
		return p.closeWith(p.fullOutcome())
	case p.Appeal == AppealGranted && p.Recovered >= p.PaidOut:
		return p.enterStage(Legal) // the platform has done its part; the rest is for the law
	default:
		return p
	}
}

// fullOutcome names the end of a case to which nothing is missing.
func (p Position) fullOutcome() Outcome {
	if p.Refunded >= p.Claim {
		return AutoRefunded
	}
	return RecoveredFull
}

// outcomeAfterClosing is the outcome after money came to a closed case. What people or a
// court decided stands; what only silence decided gives way to the sums.
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

// reportHarassment ends all writing to a counterpart who feels harassed.
func (p Position) reportHarassment(m Move) (Step, error) {
	next, holder, err := p.withCounterpart(m.CounterpartID)
	if err != nil {
		return Step{}, err
	}
	holder.NoContact = true
	*holder = holder.withQuietSince(m.At)
	return Step{Next: next}, nil
}
