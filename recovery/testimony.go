package recovery

import (
	"slices"
	"time"
)

// LimitationEvent is what may bear on the limitation: an entry of the journal, or the
// step that will be one. What it means is decided here and nowhere else.
type LimitationEvent struct {
	Kind          EntryKind
	By            Role
	CounterpartID CounterpartID // "" names nobody
	Detail        string        // what a response or a step of the law is called
	MoneyReceived bool          // money came with it, by the word of whoever should have it
	At            time.Time     // when it was; zero: nobody knows, and it means nothing
	Seq           int64         // the journal entry; 0 for a step that is not written yet
}

// limitationEffect is what a happening means between the claimant and one counterpart.
type limitationEffect struct {
	interrupts InterruptionKind // "" when it does not by itself
	demand     bool             // a demand, which counts once a sign shows that it arrived
	receipt    bool             // shows that what was sent before had arrived
}

// AffectsLimitation reports that entries of a kind may bear on the limitation.
func AffectsLimitation(kind EntryKind) bool {
	switch kind {
	case EntryContactRecorded, EntryHarassmentReported, EntryPlanProposed, EntryPlanDeclined, EntryPlanAccepted,
		EntryReturnRecorded, EntryInstalmentRecorded, EntryResponseRecorded, EntryLegalStep:
		return true
	default:
		return false
	}
}

// effectOn says what it means towards a counterpart; lone when there is no other.
//
//   - A message to them, to the group, or to nobody by name is a demand: as of
//     when it was sent, once they did something after it (诉讼时效规定 8(1)(2)).
//   - An answer, a complaint, and what they do themselves about a plan is such a
//     sign. That their link was opened is none: a link is opened by whoever has
//     it, and by programs that look at addresses.
//   - A promise and an accepted plan undertake to pay; money that the claimant
//     confirms performs in part (14). What a counterpart says they paid is nothing
//     until then, and a plan that is only proposed may be bargaining.
//   - A step of the law counts as legalSteps has it: towards whom it names, or
//     else towards all, unless it can only have been directed at one.
//
// A bystander's word is no request to a mediation body (12).
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
		return limitationEffect{interrupts: interruptionIf(named || all && (lone || !step.directed), step.interrupts)}
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

// LimitationLog is what was heard between the claimant and one counterpart that bears
// on the limitation, in the order of the telling.
type LimitationLog struct {
	Interrupting []InterruptingEvent `json:"acts,omitempty"`
	Demands      []InterruptingEvent `json:"demands,omitempty"`
	Receipts     []InterruptingEvent `json:"signs,omitempty"`
}

// Add adds what a happening means towards a counterpart; lone when there is no
// other. The testimony before stays as it was.
func (t LimitationLog) Add(h LimitationEvent, towards CounterpartID, lone bool) LimitationLog {
	means := h.effectOn(towards, lone)
	said := InterruptingEvent{Kind: means.interrupts, At: h.At.UTC(), Seq: h.Seq}
	if h.At.IsZero() {
		return t
	}
	if means.interrupts != "" {
		t.Interrupting = append(slices.Clip(t.Interrupting), said)
	}
	if means.demand {
		said.Kind = DemandReached
		t.Demands = append(slices.Clip(t.Demands), said)
	}
	if means.receipt {
		said.Kind = ""
		t.Receipts = append(slices.Clip(t.Receipts), said)
	}
	return t
}

// InterruptingEvents are the acts, and the demands of which some sign shows that they
// arrived.
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

// compact keeps only what the end of the term can still depend on, whatever is told
// later and of whenever: a case that runs for years carries a handful of acts.
func (t LimitationLog) compact() LimitationLog {
	var kept LimitationLog
	for _, act := range sortByTime(t.InterruptingEvents()) {
		// Who reaches the one before the last reaches this one, and past the last.
		last := len(kept.Interrupting) - 1
		if last > 0 && act.At.Before(afterYears(kept.Interrupting[last-1].At, limitationYears)) {
			kept.Interrupting = kept.Interrupting[:last]
		}
		kept.Interrupting = append(kept.Interrupting, act)
	}
	signs := sortByTime(t.Receipts)
	kept.Receipts = signs[max(0, len(signs)-1):]
	for _, demand := range sortByTime(t.Demands) {
		last := len(kept.Demands) - 1
		sameDay := last >= 0 && afterDays(kept.Demands[last].At, 0).Equal(afterDays(demand.At, 0))
		if t.receiptIndex(demand) < 0 && !sameDay {
			kept.Demands = append(kept.Demands, demand)
		}
	}
	return kept
}

// CounterpartLimitation is the ledger towards one counterpart: an act between one
// creditor and one debtor leaves the others' terms alone (民法典 195).
type CounterpartLimitation struct {
	ID CounterpartID
	Limitation
}

// Limitations are the ledgers towards every counterpart, by what the case heard.
// Of acts that no longer decide they know nothing: the journal has those.
func (p Position) Limitations() []CounterpartLimitation {
	ledgers := make([]CounterpartLimitation, len(p.Counterparts))
	for i, h := range p.Counterparts {
		facts := LimitationFacts{PaidAt: p.PaidAt, Events: h.LimitationLog.InterruptingEvents()}
		ledgers[i] = CounterpartLimitation{h.ID, ComputeLimitation(facts)}
	}
	return ledgers
}

// EarliestLimitation is, of the ledgers of a case, the one to be safe by: towards the
// counterpart who still owes and against whom time runs out first.
func (p Position) EarliestLimitation(ledgers []CounterpartLimitation) Limitation {
	pressing := ComputeLimitation(LimitationFacts{PaidAt: p.PaidAt})
	chosen := false
	for _, one := range ledgers {
		owes := p.AmountOwedBy(one.ID) > 0 || p.Outstanding() == 0
		if owes && (!chosen || one.Ends.Before(pressing.Ends)) {
			pressing, chosen = one.Limitation, true
		}
	}
	return pressing
}

// Limitation is what the case's clock counts by.
func (p Position) Limitation() Limitation { return p.EarliestLimitation(p.Limitations()) }

// RunningSince is when the term began that runs: with the newest act that counts.
func (l Limitation) RunningSince() time.Time {
	since := l.Begins
	for _, step := range l.Steps {
		if step.Effect == Interrupts {
			since = step.At
		}
	}
	return since
}

// withLimitation takes up what a step means for the limitation. A right that had ended
// lives again when it turns out to end later: with an act that was told of late,
// or when whoever it had ended against owes nothing more.
func (p Position) withLimitation(m Move, step Step) Position {
	next := step.Next
	h := LimitationEvent{
		Kind: step.Kind, By: m.Actor.Role, CounterpartID: m.CounterpartID, Detail: m.Kind,
		MoneyReceived: next.Recovered != p.Recovered,
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
	for i, holder := range next.Counterparts {
		if h.effectOn(holder.ID, lone) != (limitationEffect{}) {
			next.Counterparts[i].LimitationLog = holder.LimitationLog.Add(h, holder.ID, lone).compact()
		}
	}
	if next.LimitationOver && next.Limitation().Ends.After(p.Limitation().Ends) {
		next.LimitationOver = false
	}
	return next
}
