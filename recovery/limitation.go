package recovery

import (
	"slices"
	"time"
)

// InterruptionKind is a kind of act that makes the limitation of a claim begin anew.
type InterruptionKind string

// The interrupting acts (民法典 195; 诉讼时效规定 8, 11, 12, 13, 14).
const (
	DemandReached       InterruptionKind = "demand_reached"        // 8(1): a demand, or a message that should have arrived
	MediationRequested  InterruptionKind = "mediation_requested"   // 12: a people's mediation committee or another body
	PoliceReported      InterruptionKind = "police_reported"       // 13: report to police, prosecution or court
	PaymentOrderApplied InterruptionKind = "payment_order_applied" // 11: counts as filing a suit
	SuitFiled           InterruptionKind = "suit_filed"            // 195(3)
	DebtorPaid          InterruptionKind = "debtor_paid"           // 14: performs in part
	DebtorPromised      InterruptionKind = "debtor_promised"       // 14: instalments, a plan, a request for time
)

// Interruptions lists every kind in the order above.
var Interruptions = []InterruptionKind{
	DemandReached, MediationRequested, PoliceReported, PaymentOrderApplied, SuitFiled, DebtorPaid, DebtorPromised,
}

// The lengths of the terms: 民法典 188 (three years, at most twenty from the
// harm), 152(1)(1) (ninety days for a material misunderstanding), 152(2) (at
// most five years from the act).
const (
	limitationYears    = 3
	limitationCapYears = 20
	avoidanceDays      = 90
	avoidanceCapYears  = 5
)

// LimitationFacts are what the terms are reckoned from. Instants are UTC; days
// are those of Beijing.
type LimitationFacts struct {
	PaidAt     time.Time  // when the money left
	KnewGain   *time.Time // the claimant knew of the enrichment; nil: as early as Harmed
	KnewHolder *time.Time // and who the other party is; nil: as early as Harmed
	Events     []InterruptingEvent
}

// InterruptingEvent is one act that may interrupt.
type InterruptingEvent struct {
	Kind InterruptionKind `json:"kind,omitempty"`
	At   time.Time        `json:"at"`
	Seq  int64            `json:"seq,omitempty"` // the journal entry that proves it
	// Proof is the entry that shows that a demand arrived; 0: Seq does.
	Proof int64 `json:"proof,omitempty"`
}

// Effect says what an act did to the limitation.
type Effect string

// The effects.
const (
	Interrupts  Effect = "interrupts"
	BeforeBegin Effect = "before_begin" // nothing ran yet
	TooLate     Effect = "too_late"     // the term was over; only the debtor's own word helps then
)

// LimitationStep is an act with what became of the term.
type LimitationStep struct {
	InterruptingEvent
	Effect Effect
	Ends   time.Time // after this act
}

// Limitation is the ledger of a claim's terms. Each end is the instant at which
// the last day is over (midnight in Beijing), in UTC: subtract a moment to name
// the day.
type Limitation struct {
	Begins    time.Time        // the later of both knowings (诉讼时效规定 6)
	Bare      time.Time        // the end if no act counted: the date to be safe by
	Steps     []LimitationStep // in the order of time
	Ends      time.Time        // the end with all acts that count
	Cap       time.Time        // twenty years from the harm; no act moves it
	Avoidance time.Time        // the end of the right to avoid for a material misunderstanding
}

// HasEnded reports whether the claim is out of time at an instant.
func (l Limitation) HasEnded(at time.Time) bool { return !at.Before(l.Ends) }

// ComputeLimitation computes the ledger. Where the law leaves a choice it gives
// the earlier end: what was not told counts as known when the money left, and
// after a mediation or a suit the term begins with the request, not with the
// end of the procedure. A last day that is a holiday is not moved (民法典 203).
func ComputeLimitation(f LimitationFacts) Limitation {
	gain, holder := f.PaidAt, f.PaidAt
	if f.KnewGain != nil {
		gain = laterOf(gain, *f.KnewGain)
	}
	if f.KnewHolder != nil {
		holder = laterOf(holder, *f.KnewHolder)
	}
	l := Limitation{Begins: laterOf(gain, holder), Cap: afterYears(f.PaidAt, limitationCapYears)}
	l.Bare = earlierOf(afterYears(l.Begins, limitationYears), l.Cap)
	l.Avoidance = earlierOf(afterDays(gain, avoidanceDays), afterYears(f.PaidAt, avoidanceCapYears))
	l.Ends = l.Bare
	for _, act := range sortByTime(f.Events) {
		step := LimitationStep{InterruptingEvent: act, Effect: Interrupts}
		switch {
		case act.At.Before(l.Begins):
			step.Effect = BeforeBegin
		case l.HasEnded(act.At):
			step.Effect = TooLate
		default:
			l.Ends = earlierOf(afterYears(act.At, limitationYears), l.Cap)
		}
		step.Ends = l.Ends
		l.Steps = append(l.Steps, step)
	}
	return l
}

func sortByTime(acts []InterruptingEvent) []InterruptingEvent {
	sorted := slices.Clone(acts)
	slices.SortStableFunc(sorted, func(a, b InterruptingEvent) int { return a.At.Compare(b.At) })
	return sorted
}

func laterOf(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func earlierOf(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// afterYears ends a term of years: the first day does not count (民法典 201), the
// last is the one of the same date, or the month's last when it has none (202).
func afterYears(from time.Time, years int) time.Time {
	year, month, day := from.In(Shanghai).Date()
	last := min(day, daysIn(year+years, month))
	return time.Date(year+years, month, last+1, 0, 0, 0, 0, Shanghai).UTC()
}

func daysIn(year int, month time.Month) int {
	return time.Date(year, month+1, 0, 0, 0, 0, 0, Shanghai).Day()
}

// afterDays ends a term of days, the first not counted.
func afterDays(from time.Time, days int) time.Time {
	year, month, day := from.In(Shanghai).Date()
	return time.Date(year, month, day+days+1, 0, 0, 0, 0, Shanghai).UTC()
}
