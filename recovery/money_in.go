package recovery

import (
	"slices"
	"time"
)

// answered takes a counterpart's word, as the claimant or the desk heard it, or
// as the counterpart says it. Money counts when whoever should have it says so:
// what a counterpart says of themselves waits to be confirmed.
func (p Position) answered(m Move) (Step, error) {
	next, holder, err := p.withHolder(m.CounterpartID)
	if err != nil {
		return Step{}, err
	}
	amount, err := p.broughtBack(m)
	if err != nil {
		return Step{}, err
	}
	own := m.Actor.Role == RoleCounterpart
	step := Step{}
	var waits bool
	if *holder, waits = holder.answering(m.Response, own); waits {
		step.Restart = PromiseClock
	}
	*holder = holder.quiet(m.At)
	holder.Says = 0
	switch {
	case own:
		holder.Says = amount
	case amount > 0:
		next = next.pay(m.CounterpartID, amount).received()
	}
	if next.Open() && next.hopeless() {
		next = next.advance()
	}
	step.Next = next
	return step, nil
}

// answering is the holder after a response, and whether a promise is waited for.
// By their own word a counterpart wins time once in a stage: what they promise
// after that is only written down.
func (h Holder) answering(r Response, own bool) (after Holder, waits bool) {
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

// broughtBack is the money of an answer. "Returned" without a figure is all that
// this counterpart holds.
func (p Position) broughtBack(m Move) (Money, error) {
	if m.Response != Returned || m.Amount > 0 {
		return m.Amount, nil
	}
	if !p.KnowsPart(p.Holders[p.holder(m.CounterpartID)]) {
		return 0, Invalid([]FieldFault{{"amount_fen", "required", "Where several people hold a part, say how much this one returned."}})
	}
	return p.Owed(m.CounterpartID), nil
}

// hopeless reports that asking on makes no sense in this stage: every holder who
// still holds something has said no. Only contact stages end this way.
func (p Position) hopeless() bool {
	if p.Stage != PrivateContact && p.Stage != GroupNotice || p.halted() {
		return false
	}
	if slices.ContainsFunc(p.Holders, func(h Holder) bool { return !h.refuses() && !h.done() }) {
		return false
	}
	return slices.ContainsFunc(p.Holders, Holder.refuses)
}

// quiet notes since when a holder is not to be written to, or that they are again.
func (h Holder) quiet(at *time.Time) Holder {
	switch {
	case !h.silent():
		h.QuietSince = nil
	case at != nil && (h.QuietSince == nil || at.Before(*h.QuietSince)):
		utc := at.UTC()
		h.QuietSince = &utc
	}
	return h
}

// silent holders are not to be written to any more.
func (h Holder) silent() bool { return h.Banned || h.refuses() }

func (h Holder) refuses() bool {
	return h.Answer == Refused || h.Answer == Contested || h.Answer == Hostile
}

func (h Holder) done() bool { return h.Share > 0 && h.Returned >= h.Share }

// returned counts money that came back. It is taken in a closed case too: what
// is paid is paid.
func (p Position) returned(m Move) (Step, error) {
	next := p
	switch {
	case m.AutoRefund:
		return Step{Next: p.refunded(m.Amount)}, nil
	case m.CounterpartID == "":
		next.Recovered += m.Amount
	case p.holder(m.CounterpartID) < 0:
		return Step{}, UnknownCounterpart()
	default:
		next = next.pay(m.CounterpartID, m.Amount)
	}
	return Step{Next: next.received()}, nil
}

// refunded takes what the platform gave back of itself. Once its window is over
// that answers what the claimant was asked: what did not come was claimed, and
// there is nothing left to watch for.
func (p Position) refunded(amount Money) Position {
	p.Recovered += amount
	p.Refunded += amount
	p = p.received()
	if p.Stage == RecallWatch && p.RefundAsked {
		return p.advance()
	}
	return p
}

// pay books money of a known counterpart: on what they owe, on their plan, and
// against what they said they paid.
func (p Position) pay(id CounterpartID, amount Money) Position {
	next, holder, err := p.withHolder(id)
	if err != nil {
		return p
	}
	holder.Returned += amount
	holder.Says = max(0, holder.Says-amount)
	next.Recovered += amount
	return next.onPlan(id, amount)
}

// received looks at the sums after money came in.
func (p Position) received() Position {
	switch {
	case !p.Open():
		p.Outcome = p.afterwards()
		return p
	case p.Outstanding() == 0:
		return p.close(p.complete())
	case p.Appeal == AppealGranted && p.Recovered >= p.PaidOut:
		return p.enter(Legal) // the platform has done its part; the rest is for the law
	default:
		return p
	}
}

// complete names the end of a case to which nothing is missing.
func (p Position) complete() Outcome {
	if p.Refunded >= p.Claim {
		return AutoRefunded
	}
	return RecoveredFull
}

// afterwards is the outcome after money came to a closed case. What people or a
// court decided stands; what only silence decided gives way to the sums.
func (p Position) afterwards() Outcome {
	switch {
	case p.Outcome != Unrecovered && p.Outcome != RecoveredPartly:
		return p.Outcome
	case p.Outstanding() == 0:
		return p.complete()
	default:
		return RecoveredPartly
	}
}

func (p Position) endedWith() Outcome {
	if p.Recovered > 0 {
		return RecoveredPartly
	}
	return Unrecovered
}

// complained ends all writing to a counterpart who feels harassed.
func (p Position) complained(m Move) (Step, error) {
	next, holder, err := p.withHolder(m.CounterpartID)
	if err != nil {
		return Step{}, err
	}
	holder.Banned = true
	*holder = holder.quiet(m.At)
	return Step{Next: next}, nil
}
