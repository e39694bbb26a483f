package recovery

import (
	"slices"
	"time"
)

// Happening is what may bear on the limitation: an entry of the journal, or the
// step that will be one. What it means is decided here and nowhere else.
type Happening struct {
	Kind          EntryKind
	By            Role
	CounterpartID CounterpartID // "" names nobody
	Word          string        // what a response or a step of the law is called
	Brought       bool          // money came with it, by the word of whoever should have it
	At            time.Time     // when it was; zero: nobody knows, and it means nothing
	Seq           int64         // the journal entry; 0 for a step that is not written yet
}

// bearing is what a happening means between the claimant and one counterpart.
type bearing struct {
	interrupts Interruption // "" when it does not by itself
	demand     bool         // a demand, which counts once a sign shows that it arrived
	sign       bool         // shows that what was sent before had arrived
}

// BearsOnLimitation reports that entries of a kind may bear on the limitation.
func BearsOnLimitation(kind EntryKind) bool {
	switch kind {
	case EntryContactRecorded, EntryHarassmentReported, EntryPlanProposed, EntryPlanDeclined, EntryPlanAccepted,
		EntryReturnRecorded, EntryInstalmentRecorded, EntryResponseRecorded, EntryLegalStep:
		return true
	default:
		return false
	}
}

// bears says what it means towards a counterpart; lone when there is no other.
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
func (h Happening) bears(id CounterpartID, lone bool) bearing {
	named, all := h.CounterpartID == id, h.CounterpartID == ""
	own := named && h.By == RoleCounterpart
	switch h.Kind {
	case EntryContactRecorded:
		return bearing{demand: named || all}
	case EntryHarassmentReported:
		return bearing{sign: named}
	case EntryPlanProposed, EntryPlanDeclined:
		return bearing{sign: own}
	case EntryPlanAccepted:
		return bearing{interrupts: when(named, DebtorPromised), sign: own}
	case EntryReturnRecorded, EntryInstalmentRecorded:
		return bearing{interrupts: when(named, DebtorPaid)}
	case EntryResponseRecorded:
		return bearing{interrupts: when(named, h.answer()), sign: named}
	case EntryLegalStep:
		step := legalSteps[h.Word]
		return bearing{interrupts: when(named || all && (lone || !step.directed), step.interrupts)}
	default:
		return bearing{}
	}
}

func (h Happening) answer() Interruption {
	switch {
	case h.Word == string(Promised):
		return DebtorPromised
	case h.Brought:
		return DebtorPaid
	default:
		return ""
	}
}

func when(applies bool, how Interruption) Interruption {
	if applies {
		return how
	}
	return ""
}

// Testimony is what was heard between the claimant and one counterpart that bears
// on the limitation, in the order of the telling.
type Testimony struct {
	Acts    []LimitationAct `json:"acts,omitempty"`
	Demands []LimitationAct `json:"demands,omitempty"`
	Signs   []LimitationAct `json:"signs,omitempty"`
}

// Hear adds what a happening means towards a counterpart; lone when there is no
// other. The testimony before stays as it was.
func (t Testimony) Hear(h Happening, towards CounterpartID, lone bool) Testimony {
	means := h.bears(towards, lone)
	said := LimitationAct{Kind: means.interrupts, At: h.At.UTC(), Seq: h.Seq}
	if h.At.IsZero() {
		return t
	}
	if means.interrupts != "" {
		t.Acts = append(slices.Clip(t.Acts), said)
	}
	if means.demand {
		said.Kind = DemandReached
		t.Demands = append(slices.Clip(t.Demands), said)
	}
	if means.sign {
		said.Kind = ""
		t.Signs = append(slices.Clip(t.Signs), said)
	}
	return t
}

// Interruptions are the acts, and the demands of which some sign shows that they
// arrived.
func (t Testimony) Interruptions() []LimitationAct {
	acts := slices.Clone(t.Acts)
	for _, demand := range t.Demands {
		if proof := t.proof(demand); proof >= 0 {
			demand.Proof = t.Signs[proof].Seq
			acts = append(acts, demand)
		}
	}
	return acts
}

func (t Testimony) proof(demand LimitationAct) int {
	return slices.IndexFunc(t.Signs, func(s LimitationAct) bool { return !s.At.Before(demand.At) })
}

// brief keeps only what the end of the term can still depend on, whatever is told
// later and of whenever: a case that runs for years carries a handful of acts.
func (t Testimony) brief() Testimony {
	var kept Testimony
	for _, act := range inOrder(t.Interruptions()) {
		// Who reaches the one before the last reaches this one, and past the last.
		last := len(kept.Acts) - 1
		if last > 0 && act.At.Before(afterYears(kept.Acts[last-1].At, limitationYears)) {
			kept.Acts = kept.Acts[:last]
		}
		kept.Acts = append(kept.Acts, act)
	}
	signs := inOrder(t.Signs)
	kept.Signs = signs[max(0, len(signs)-1):]
	for _, demand := range inOrder(t.Demands) {
		last := len(kept.Demands) - 1
		sameDay := last >= 0 && afterDays(kept.Demands[last].At, 0).Equal(afterDays(demand.At, 0))
		if t.proof(demand) < 0 && !sameDay {
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
	ledgers := make([]CounterpartLimitation, len(p.Holders))
	for i, h := range p.Holders {
		facts := LimitationFacts{Harmed: p.Harmed, Acts: h.Testimony.Interruptions()}
		ledgers[i] = CounterpartLimitation{h.ID, ReckonLimitation(facts)}
	}
	return ledgers
}

// Pressing is, of the ledgers of a case, the one to be safe by: towards the
// counterpart who still owes and against whom time runs out first.
func (p Position) Pressing(ledgers []CounterpartLimitation) Limitation {
	pressing := ReckonLimitation(LimitationFacts{Harmed: p.Harmed})
	chosen := false
	for _, one := range ledgers {
		owes := p.Owed(one.ID) > 0 || p.Outstanding() == 0
		if owes && (!chosen || one.Ends.Before(pressing.Ends)) {
			pressing, chosen = one.Limitation, true
		}
	}
	return pressing
}

// Limitation is what the case's clock counts by.
func (p Position) Limitation() Limitation { return p.Pressing(p.Limitations()) }

// Since is when the term began that runs: with the newest act that counts.
func (l Limitation) Since() time.Time {
	since := l.Begins
	for _, step := range l.Steps {
		if step.Effect == Interrupts {
			since = step.At
		}
	}
	return since
}

// heard takes up what a step means for the limitation. A right that had ended
// lives again when it turns out to end later: with an act that was told of late,
// or when whoever it had ended against owes nothing more.
func (p Position) heard(m Move, step Step) Position {
	next := step.Next
	h := Happening{
		Kind: step.Kind, By: m.Actor.Role, CounterpartID: m.CounterpartID, Word: m.Kind,
		Brought: next.Recovered != p.Recovered,
	}
	if m.At != nil {
		h.At = *m.At
	}
	switch step.Kind {
	case EntryResponseRecorded:
		h.Word = string(m.Response)
	case EntryInstalmentRecorded:
		h.CounterpartID = p.Payer(m)
	default:
	}
	next.Holders = slices.Clone(next.Holders)
	lone := len(next.Holders) == 1
	for i, holder := range next.Holders {
		if h.bears(holder.ID, lone) != (bearing{}) {
			next.Holders[i].Testimony = holder.Testimony.Hear(h, holder.ID, lone).brief()
		}
	}
	if next.LimitationOver && next.Limitation().Ends.After(p.Limitation().Ends) {
		next.LimitationOver = false
	}
	return next
}
