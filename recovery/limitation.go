package recovery

import (
	"slices"
	"time"
)

// InterruptionKind is a kind of event that restarts the limitation period of a
// claim.
type InterruptionKind string

// The interrupting events (民法典 195; 诉讼时效规定 8, 11, 12, 13, 14).
const (
	DemandReached       InterruptionKind = "demand_reached"        // 8(1): a demand, or a message that should have arrived
	MediationRequested  InterruptionKind = "mediation_requested"   // 12: to a people's mediation committee or a similar body
	PoliceReported      InterruptionKind = "police_reported"       // 13: to police, prosecution or court
	PaymentOrderApplied InterruptionKind = "payment_order_applied" // 11: counts as filing a suit
	SuitFiled           InterruptionKind = "suit_filed"            // 195(3)
	DebtorPaid          InterruptionKind = "debtor_paid"           // 14: part performance
	DebtorPromised      InterruptionKind = "debtor_promised"       // 14: instalments, a plan, a request for time
)

// Interruptions lists every kind in the order above.
var Interruptions = []InterruptionKind{
	DemandReached, MediationRequested, PoliceReported, PaymentOrderApplied, SuitFiled, DebtorPaid, DebtorPromised,
}

// The lengths of the periods: 民法典 188 (three years, at most twenty after the
// harm), 152(1)(1) (ninety days for a material misunderstanding), 152(2) (at
// most five years after the payment).
const (
	limitationYears    = 3
	limitationCapYears = 20
	avoidanceDays      = 90
	avoidanceCapYears  = 5
)

// LimitationFacts are the input of ComputeLimitation. Times are UTC; days are
// counted in Beijing time.
type LimitationFacts struct {
	PaidAt     time.Time  // when the money was sent
	KnewGain   *time.Time // when the claimant learned of the enrichment; nil: at PaidAt
	KnewHolder *time.Time // when the claimant learned who received it; nil: at PaidAt
	Events     []InterruptingEvent
}

// InterruptingEvent is an event that may interrupt the limitation period.
type InterruptingEvent struct {
	Kind InterruptionKind `json:"kind,omitempty"`
	At   time.Time        `json:"at"`
	Seq  int64            `json:"seq,omitempty"` // of the journal entry that proves it
	// Proof is the Seq of the entry that proves the arrival of a demand; 0 if Seq
	// proves it.
	Proof int64 `json:"proof,omitempty"`
}

// Effect is the effect of an event on the limitation period.
type Effect string

// The effects.
const (
	Interrupts  Effect = "interrupts"
	BeforeBegin Effect = "before_begin" // the period had not begun
	TooLate     Effect = "too_late"     // the period was over; only a promise of the debtor could revive the claim
)

// LimitationStep is an event with its effect.
type LimitationStep struct {
	InterruptingEvent
	Effect Effect
	Ends   time.Time // end of the period after this event
}

// Limitation is the limitation period of a claim with its history. Each end is the
// midnight in Beijing after the last day, in UTC: subtract a moment to get the
// last day.
type Limitation struct {
	Learned   time.Time        // when the claimant learned of the enrichment; the avoidance counts from it
	Begins    time.Time        // the later of Learned and KnewHolder (诉讼时效规定 6)
	Bare      time.Time        // the end without any interruption: the safe date
	Steps     []LimitationStep // ordered by time
	Ends      time.Time        // the end with all interruptions
	Cap       time.Time        // twenty years after the payment; nothing extends it
	Avoidance time.Time        // the end of the right to avoid for a material misunderstanding
}

// LastDayBefore returns the last day in China of a period that ends at an instant.
func LastDayBefore(end time.Time) string {
	return end.Add(-time.Second).In(Shanghai).Format(time.DateOnly)
}

// HasEnded reports whether the period is over at a given time.
func (l Limitation) HasEnded(at time.Time) bool { return !at.Before(l.Ends) }

// ComputeLimitation computes the limitation period. Where the law is open it uses
// the earlier end: missing facts count as known when the money was sent, and after
// a mediation or a suit the period restarts with the request instead of the end
// of the procedure. A last day on a holiday moves to the next working day (民法典
// 203); the earlier day is kept on purpose. Nothing interrupts, suspends or extends
// the avoidance (199).
func ComputeLimitation(f LimitationFacts) Limitation {
	gain, recipient := f.PaidAt, f.PaidAt
	if f.KnewGain != nil {
		gain = laterOf(gain, *f.KnewGain)
	}
	if f.KnewHolder != nil {
		recipient = laterOf(recipient, *f.KnewHolder)
	}
	l := Limitation{Learned: gain, Begins: laterOf(gain, recipient), Cap: afterYears(f.PaidAt, limitationCapYears)}
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

// afterYears returns the end of a period of years. The first day does not count
// (民法典 201). The last day has the same date, or is the last day of the month if
// the date does not exist (202).
func afterYears(from time.Time, years int) time.Time {
	year, month, day := from.In(Shanghai).Date()
	last := min(day, daysIn(year+years, month))
	return time.Date(year+years, month, last+1, 0, 0, 0, 0, Shanghai).UTC()
}

func daysIn(year int, month time.Month) int {
	return time.Date(year, month+1, 0, 0, 0, 0, 0, Shanghai).Day()
}

// afterDays returns the end of a period of days. The first day does not count.
func afterDays(from time.Time, days int) time.Time {
	year, month, day := from.In(Shanghai).Date()
	return time.Date(year, month, day+days+1, 0, 0, 0, 0, Shanghai).UTC()
}
