package recovery

import (
	"slices"
	"time"
)

// LimitationEvent is a journal entry, or a step that becomes one, that may affect the
// limitation. effectOn is the only place that decides its effect.
type LimitationEvent struct {
	Kind          EntryKind
	By            Role
	CounterpartID CounterpartID // "" for nobody in particular
	Detail        string        // kind of a response or legal step
	MoneyReceived bool          // money arrived with it and was confirmed
	At            time.Time     // zero if unknown; the event then has no effect
	Seq           int64         // of the journal entry; 0 for a step that is not recorded yet
}

// limitationEffect is the effect of an event between the claimant and one
// counterpart.
type limitationEffect struct {
	interrupts InterruptionKind // "" if it does not interrupt on its own
	demand     bool             // a demand, which counts once a receipt proves its arrival
	receipt    bool             // proves that earlier messages arrived
}

// AffectsLimitation reports whether entries of a kind may affect the limitation.
func AffectsLimitation(kind EntryKind) bool {
	switch kind {
	case EntryContactRecorded, EntryHarassmentReported, EntryPlanProposed, EntryPlanDeclined, EntryPlanAccepted,
		EntryReturnRecorded, EntryInstalmentRecorded, EntryResponseRecorded, EntryLegalStep:
		return true
	default:
		return false
	}
}

// effectOn returns the effect of the event towards a counterpart. lone is set if the
// case has no other counterpart.
//
//   - A message to them, to the group or to nobody in particular is a demand. It
//     counts from its sending, once they react to it (诉讼时效规定 8(1)(2)).
//   - A reaction is an answer, a complaint, or their own action on a plan. An opened
//     link is none: other people and programs may open it.
//   - A promise or an accepted plan is a promise to pay. Money confirmed by the
//     claimant is part performance (14). Money that only the counterpart reports
//     and a plan that is only proposed have no effect.
//   - A legal step has the effect listed in legalStepEffects, towards the counterpart
//     it names. If it names none, it affects all, except for a step that is
//     directed at a single counterpart.
//
// Mediation by a private person is not a request to a mediation body (12).
func (h LimitationEvent) effectOn(id CounterpartID, lone bool) limitationEffect {
	named, all := h.CounterpartID == id, h.CounterpartID == ""
	own := named && h.By == RoleCounterpart
	switch h.Kind {
	case EntryContactRecorded:
		return limitationEffect{demand: named || all}
	case EntryHarassmentReported:
		return limitationEffect{receipt: named}
	case EntryPlanProposed, EntryPlanDeclined:
		return limitationEffect{receipt: own}
	case EntryPlanAccepted:
		return limitationEffect{interrupts: interruptionIf(named, DebtorPromised), receipt: own}
	case EntryReturnRecorded, EntryInstalmentRecorded:
		return limitationEffect{interrupts: interruptionIf(named, DebtorPaid)}
	case EntryResponseRecorded:
		return limitationEffect{interrupts: interruptionIf(named, h.responseInterruption()), receipt: named}
	case EntryLegalStep:
		step := legalStepEffects[h.Detail]
		concerned := named || all && (lone || !step.directed)
		return limitationEffect{interrupts: interruptionIf(concerned, step.interrupts), demand: concerned && step.demand}
	default:
		return limitationEffect{}
	}
}

func (h LimitationEvent) responseInterruption() InterruptionKind {
	switch {
	case h.Detail == string(Promised):
		return DebtorPromised
	case h.MoneyReceived:
		return DebtorPaid
	default:
		return ""
	}
}

func interruptionIf(applies bool, how InterruptionKind) InterruptionKind {
	if applies {
		return how
	}
	return ""
}

// LimitationLog holds the events between the claimant and one counterpart that affect
// the limitation, in the order in which they were recorded.
type LimitationLog struct {
	Interrupting []InterruptingEvent `json:"acts,omitempty"`
	Demands      []InterruptingEvent `json:"demands,omitempty"`
	Receipts     []InterruptingEvent `json:"signs,omitempty"`
}

// Add returns the log with the effect of an event towards a counterpart. lone is set
// if the case has no other counterpart. The receiver is not changed.
func (t LimitationLog) Add(h LimitationEvent, towards CounterpartID, lone bool) LimitationLog {
	means := h.effectOn(towards, lone)
	added := InterruptingEvent{Kind: means.interrupts, At: h.At.UTC(), Seq: h.Seq}
	if h.At.IsZero() {
		return t
	}
	if means.interrupts != "" {
		t.Interrupting = append(slices.Clip(t.Interrupting), added)
	}
	if means.demand {
		added.Kind = DemandReached
		t.Demands = append(slices.Clip(t.Demands), added)
	}
	if means.receipt {
		added.Kind = ""
		t.Receipts = append(slices.Clip(t.Receipts), added)
	}
	return t
}

// InterruptingEvents returns the interrupting events and the demands whose arrival is
// proved by a receipt.
func (t LimitationLog) InterruptingEvents() []InterruptingEvent {
	acts := slices.Clone(t.Interrupting)
	for _, demand := range t.Demands {
		if proof := t.receiptIndex(demand); proof >= 0 {
			demand.Proof = t.Receipts[proof].Seq
			acts = append(acts, demand)
		}
	}
	return acts
}

func (t LimitationLog) receiptIndex(demand InterruptingEvent) int {
	return slices.IndexFunc(t.Receipts, func(s InterruptingEvent) bool { return !s.At.Before(demand.At) })
}

// compact removes events that cannot affect the end of the period any more, whatever
// is recorded later. A case that runs for years keeps only a few events.
func (t LimitationLog) compact() LimitationLog {
	var compacted LimitationLog
	for _, act := range sortByTime(t.InterruptingEvents()) {
		// An event in time for the one before the last is also in time for this one,
		// so the last one is not needed.
		last := len(compacted.Interrupting) - 1
		if last > 0 && act.At.Before(afterYears(compacted.Interrupting[last-1].At, limitationYears)) {
			compacted.Interrupting = compacted.Interrupting[:last]
		}
		compacted.Interrupting = append(compacted.Interrupting, act)
	}
	signs := sortByTime(t.Receipts)
	compacted.Receipts = signs[max(0, len(signs)-1):]
	for _, demand := range sortByTime(t.Demands) {
		last := len(compacted.Demands) - 1
		sameDay := last >= 0 && afterDays(compacted.Demands[last].At, 0).Equal(afterDays(demand.At, 0))
		if t.receiptIndex(demand) < 0 && !sameDay {
			compacted.Demands = append(compacted.Demands, demand)
		}
	}
	return compacted
}

// CounterpartLimitation is the limitation towards one counterpart. An event between
// the claimant and one debtor does not affect the other debtors (民法典 195).
type CounterpartLimitation struct {
	ID CounterpartID
	Limitation
}

// Limitations returns the limitation towards every counterpart. It lacks events that
// were compacted; the journal has all of them.
func (p Position) Limitations() []CounterpartLimitation {
	limitations := make([]CounterpartLimitation, len(p.Counterparts))
	for i, h := range p.Counterparts {
		limitations[i] = CounterpartLimitation{h.ID, p.LimitationWith(h.LimitationLog)}
	}
	return limitations
}

// LimitationWith returns the limitation towards a counterpart with the given log.
// Clocks, pages, API and papers all use it, so that they name the same day.
//
// The day on which the claimant learned who received the money could only make the
// period begin later (诉讼时效规定 6). It is disputed and not asked, so the period
// begins with the knowledge of the mistake, which is the safe reading.
func (p Position) LimitationWith(log LimitationLog) Limitation {
	return ComputeLimitation(LimitationFacts{PaidAt: p.PaidAt, KnewGain: p.Facts.NoticedAt, Events: log.InterruptingEvents()})
}

// EarliestLimitation returns the limitation that ends first among the counterparts
// who still owe money.
func (p Position) EarliestLimitation(limitations []CounterpartLimitation) Limitation {
	earliest := p.LimitationWith(LimitationLog{})
	chosen := false
	for _, one := range limitations {
		owes := p.AmountOwedBy(one.ID) > 0 || p.Outstanding() == 0
		if owes && (!chosen || one.Ends.Before(earliest.Ends)) {
			earliest, chosen = one.Limitation, true
		}
	}
	return earliest
}

// Limitation returns the limitation that the case's clock uses.
func (p Position) Limitation() Limitation { return p.EarliestLimitation(p.Limitations()) }

// RemainingRight returns the limitation of a claim that is still open after the case
// was closed. It is false when nothing is missing, and after a settlement or a
// judgment, which replace the claim.
func (p Position) RemainingRight() (Limitation, bool) {
	replaced := p.Outcome == Settled || p.Outcome == Judgment
	if p.IsOpen() || replaced || p.Outstanding() <= 0 {
		return Limitation{}, false
	}
	return p.Limitation(), true
}

// LastDay returns the last moment of the last day.
func (l Limitation) LastDay() time.Time { return l.Ends.Add(-time.Second) }

// RunningSince returns the start of the current period: the latest interruption, or
// the beginning.
func (l Limitation) RunningSince() time.Time {
	since := l.Begins
	for _, step := range l.Steps {
		if step.Effect == Interrupts {
			since = step.At
		}
	}
	return since
}

// withLimitation adds the effect of a step on the limitation. A right marked as
// expired is restored if its end turns out to be later: the claimant learned of the
// mistake later than assumed, an interruption was recorded late, or the counterpart
// concerned owes nothing any more.
func (p Position) withLimitation(m Command, step Step) Position {
	next := step.Next
	h := LimitationEvent{
		Kind: step.Kind, By: m.Actor.Role, CounterpartID: m.CounterpartID, Detail: m.Kind,
		MoneyReceived: next.Received() != p.Received(),
	}
	if m.At != nil {
		h.At = *m.At
	}
	switch step.Kind {
	case EntryResponseRecorded:
		h.Detail = string(m.Response)
	case EntryInstalmentRecorded:
		h.CounterpartID = p.InstalmentPayer(m)
	default:
	}
	next.Counterparts = slices.Clone(next.Counterparts)
	lone := len(next.Counterparts) == 1
	for i, state := range next.Counterparts {
		if h.effectOn(state.ID, lone) != (limitationEffect{}) {
			next.Counterparts[i].LimitationLog = state.LimitationLog.Add(h, state.ID, lone).compact()
		}
	}
	if !next.LimitationOver && !next.AvoidanceOver {
		return next // computing the periods of every step would cost more than the step
	}
	before, after := p.Limitation(), next.Limitation()
	next.LimitationOver = next.LimitationOver && !after.Ends.After(before.Ends)
	next.AvoidanceOver = next.AvoidanceOver && !after.Avoidance.After(before.Avoidance)
	return next
}
