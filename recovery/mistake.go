package recovery

// Mistake is what went wrong with a payment, as far as a request for the money has to
// say it. It follows from the reason and the amounts.
type Mistake string

// The mistakes.
const (
	// WholePayment: nothing of the payment was meant for the recipient.
	WholePayment Mistake = "whole"
	// Surplus: a part was owed, and the rest is claimed.
	Surplus Mistake = "surplus"
	// UnknownSurplus: a part was owed, but nobody stated how much.
	UnknownSurplus Mistake = "unknown_surplus"
	// Repeated: the same sum was paid more than once, and one payment was owed.
	Repeated Mistake = "repeated"
	// RepeatedOnce: the case is about the second payment only, and all of it is claimed.
	RepeatedOnce Mistake = "repeated_once"
	// Taken: the payment was right, but somebody else took it.
	Taken Mistake = "taken"
)

// Mistakes lists the mistakes.
var Mistakes = []Mistake{WholePayment, Surplus, UnknownSurplus, Repeated, RepeatedOnce, Taken}

// MistakeFor derives the mistake. A wrong amount always leaves a part that was owed.
// Several payments of the same debt do too, but a single repeated payment does not:
// the payment that was owed is not part of the case.
func MistakeFor(reason Reason, intended Money, sends int) Mistake {
	switch {
	case reason == TakenByAnother:
		return Taken
	case intended > 0 && reason == Duplicate:
		return Repeated
	case intended > 0:
		return Surplus
	case reason == WrongAmount, reason == Duplicate && sends > 1:
		return UnknownSurplus
	case reason == Duplicate:
		return RepeatedOnce
	default:
		return WholePayment
	}
}

// Mistake returns what went wrong with the payment of the case.
func (c Case) Mistake() Mistake { return MistakeFor(c.Reason, c.Facts().Intended, len(c.Sends)) }

// ClaimIsKnown reports whether the claim is more than an upper bound: it is not while
// a part of the payment was owed and nobody stated how much. Nobody may then be asked
// for a sum.
func (c Case) ClaimIsKnown() bool { return c.Mistake() != UnknownSurplus }
