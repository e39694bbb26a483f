package casework

import (
	"context"
	"slices"
	"time"

	"recourse/evidence/journal"
	"recourse/recovery"
)

// LimitationLedger tells how long a claim can be brought to court: towards each
// counterpart, because an act between one creditor and one debtor leaves the
// others' terms alone (民法典 195), and over all of them.
type LimitationLedger struct {
	// Limitation is that towards the counterpart who still owes and against whom
	// time runs out first: the one to be safe by.
	recovery.Limitation
	Counterparts []CounterpartLimitation
}

// CounterpartLimitation is the ledger towards one counterpart.
type CounterpartLimitation struct {
	ID recovery.CounterpartID
	recovery.Limitation
}

// Limitation computes the ledger of a case from its journal, for everybody who
// sees the case. When the claimant knew of the enrichment and of the other party
// is nowhere recorded: both count as known when the money left, which ends
// earliest.
func (s *Service) Limitation(ctx context.Context, actor recovery.Actor, id recovery.CaseID) (LimitationLedger, error) {
	c, err := s.visible(ctx, actor, id)
	if err != nil {
		return LimitationLedger{}, err
	}
	stored, err := s.Store.Journal(ctx, id, 0, 0)
	if err != nil {
		return LimitationLedger{}, err
	}
	told := newTestimony(c)
	for _, one := range stored {
		entry, err := journal.Parse(one.Record.Bytes)
		if err != nil {
			return LimitationLedger{}, err
		}
		told.hear(entry)
	}
	return told.ledger(c), nil
}

// testimony is what the entries of a journal say of interruptions.
type testimony struct {
	ids     []recovery.CounterpartID
	acts    map[recovery.CounterpartID][]recovery.LimitationAct
	demands []demand
	signs   []sign
	running []recovery.CounterpartID // whose plans were accepted and have not ended
}

// demand is a message of the claimant; to is "" for one to everybody.
type demand struct {
	to  recovery.CounterpartID
	at  time.Time
	seq int64
}

// sign is something a counterpart did that shows that what was sent before had
// arrived.
type sign struct {
	by  recovery.CounterpartID
	at  time.Time
	seq int64
}

func newTestimony(c recovery.Case) *testimony {
	t := &testimony{acts: map[recovery.CounterpartID][]recovery.LimitationAct{}}
	for _, counterpart := range c.Counterparts {
		t.ids = append(t.ids, counterpart.ID)
	}
	return t
}

// hear takes one entry. What counts as what:
//
//   - contact_recorded, to a counterpart or to the group: a demand, once a sign
//     shows that it arrived (诉讼时效规定 8(1)(2)), as of when it was sent;
//   - link_opened, response_recorded, harassment_reported and whatever a
//     counterpart does about a plan: such a sign;
//   - response_recorded "promised": the debtor undertakes to pay (14);
//   - return_recorded, instalment_recorded, and an answer by which the claimant
//     confirms money: performance in part (14). What a counterpart says they paid
//     is nothing until the claimant confirms it;
//   - plan_accepted: the debtor's undertaking to pay in parts (14). A plan that is
//     only proposed may be a step of bargaining, and counts as no more than a sign;
//   - legal_step_recorded: as recovery.LegalInterruption has it: demand letters
//     that arrived (8), mediation (12), police (13), payment order, suit and what
//     equals it (11; 民法典 195(3), (4)).
//
// A bystander's word (mediation_recorded) is no request to a mediation body.
func (t *testimony) hear(entry journal.Entry) {
	at, by := happened(entry), counterpartOf(entry)
	switch entry.Kind {
	case recovery.EntryContactRecorded:
		t.demands = append(t.demands, demand{to: by, at: at, seq: entry.Seq})
	case recovery.EntryLinkOpened, recovery.EntryHarassmentReported, recovery.EntryPlanProposed, recovery.EntryPlanDeclined:
		t.sign(entry, by, at)
	case recovery.EntryResponseRecorded:
		t.signs = append(t.signs, sign{by, at, entry.Seq})
		t.answer(entry, by, at)
	case recovery.EntryReturnRecorded:
		if by != "" {
			t.act(by, recovery.DebtorPaid, at, entry.Seq)
		}
	case recovery.EntryPlanAccepted:
		t.sign(entry, by, at)
		t.act(by, recovery.DebtorPromised, at, entry.Seq)
		t.running = append(t.running, by)
	case recovery.EntryInstalmentRecorded:
		t.act(t.payer(by), recovery.DebtorPaid, at, entry.Seq)
	case recovery.EntryPlanBroken, recovery.EntryPlanFulfilled:
		t.running = slices.DeleteFunc(t.running, func(id recovery.CounterpartID) bool { return id == by })
	case recovery.EntryLegalStep:
		kind, _ := entry.Facts["kind"].(string)
		t.legal(kind, at, entry.Seq)
	default:
	}
}

// sign keeps what a counterpart did, and no more than that: the claimant's own
// plan says nothing about what arrived.
func (t *testimony) sign(entry journal.Entry, by recovery.CounterpartID, at time.Time) {
	own := entry.Actor.Role == recovery.RoleCounterpart
	if own || entry.Kind == recovery.EntryHarassmentReported {
		t.signs = append(t.signs, sign{by, at, entry.Seq})
	}
}

func (t *testimony) answer(entry journal.Entry, by recovery.CounterpartID, at time.Time) {
	kind, _ := entry.Facts["kind"].(string)
	_, confirmed := entry.Facts["recovered_fen"] // stated when the answer brought money
	switch {
	case kind == string(recovery.Promised):
		t.act(by, recovery.DebtorPromised, at, entry.Seq)
	case confirmed:
		t.act(by, recovery.DebtorPaid, at, entry.Seq)
	}
}

// legal takes a step of the law. Those before an authority are about the whole
// claim; those between two persons name nobody, so that they count only where
// there is nobody else they could have meant.
func (t *testimony) legal(kind string, at time.Time, seq int64) {
	how, interrupts := recovery.LegalInterruption(kind)
	between := how == recovery.DemandReached || how == recovery.DebtorPaid || how == recovery.DebtorPromised
	if !interrupts || between && len(t.ids) != 1 {
		return
	}
	for _, id := range t.ids {
		t.act(id, how, at, seq)
	}
}

func (t *testimony) act(of recovery.CounterpartID, how recovery.Interruption, at time.Time, seq int64) {
	if of != "" {
		t.acts[of] = append(t.acts[of], recovery.LimitationAct{Kind: how, At: at, Seq: seq})
	}
}

// payer is whose instalment it was: the one named, or the only one with a plan.
func (t *testimony) payer(named recovery.CounterpartID) recovery.CounterpartID {
	if named == "" && len(t.running) == 1 {
		return t.running[0]
	}
	return named
}

// arrived are the demands that some later sign of a counterpart shows to have
// reached them.
func (t *testimony) arrived(id recovery.CounterpartID) []recovery.LimitationAct {
	var reached []recovery.LimitationAct
	for _, d := range t.demands {
		if d.to != "" && d.to != id {
			continue
		}
		proof := slices.IndexFunc(t.signs, func(s sign) bool { return s.by == id && !s.at.Before(d.at) })
		if proof >= 0 {
			reached = append(reached, recovery.LimitationAct{
				Kind: recovery.DemandReached, At: d.at, Seq: d.seq, Proof: t.signs[proof].seq,
			})
		}
	}
	return reached
}

func (t *testimony) ledger(c recovery.Case) LimitationLedger {
	l := LimitationLedger{Limitation: recovery.ReckonLimitation(recovery.LimitationFacts{Harmed: c.SentAt})}
	chosen := false
	for _, id := range t.ids {
		one := recovery.ReckonLimitation(recovery.LimitationFacts{
			Harmed: c.SentAt, Acts: append(slices.Clone(t.acts[id]), t.arrived(id)...),
		})
		l.Counterparts = append(l.Counterparts, CounterpartLimitation{id, one})
		owes := c.Position.Owed(id) > 0 || c.Position.Outstanding() == 0
		if owes && (!chosen || one.Ends.Before(l.Ends)) {
			l.Limitation, chosen = one, true
		}
	}
	return l
}

// happened is when the thing was, by the word of whoever told it, or else when
// it was written down.
func happened(entry journal.Entry) time.Time {
	for _, text := range []string{entry.ClaimedAt, entry.At} {
		if at, err := time.Parse(time.RFC3339Nano, text); err == nil {
			return at
		}
	}
	return time.Time{}
}

func counterpartOf(entry journal.Entry) recovery.CounterpartID {
	id, _ := entry.Facts["counterpart_id"].(string)
	return recovery.CounterpartID(id)
}
