package casework

import (
	"context"
	"time"

	"recourse/evidence/journal"
	"recourse/recovery"
)

// LimitationLedger tells how long a claim can be brought to court: towards each
// counterpart, and over all of them.
type LimitationLedger struct {
	// Limitation is the one to be safe by; the case's own clock counts by it.
	recovery.Limitation
	Counterparts []recovery.CounterpartLimitation
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
	entries := make([]journal.Entry, len(stored))
	for i, one := range stored {
		if entries[i], err = journal.Parse(one.Record.Bytes); err != nil {
			return LimitationLedger{}, err
		}
	}
	return LimitationOf(c, entries), nil
}

// LimitationOf is the ledger of a case whose whole journal is known already.
func LimitationOf(c recovery.Case, entries []journal.Entry) LimitationLedger {
	heard := testimony{}
	for _, entry := range entries {
		heard.hear(c, happening(entry))
	}
	return heard.ledger(c)
}

// testimony is all that a journal says towards each counterpart. What of it counts
// is decided by recovery, as it is for the case's clock.
type testimony map[recovery.CounterpartID]recovery.Testimony

func (t testimony) hear(c recovery.Case, h recovery.Happening) {
	for _, counterpart := range c.Counterparts {
		t[counterpart.ID] = t[counterpart.ID].Hear(h, counterpart.ID, len(c.Counterparts) == 1)
	}
}

func (t testimony) ledger(c recovery.Case) LimitationLedger {
	var l LimitationLedger
	for _, counterpart := range c.Counterparts {
		facts := recovery.LimitationFacts{Harmed: c.SentAt, Acts: t[counterpart.ID].Interruptions()}
		l.Counterparts = append(l.Counterparts, recovery.CounterpartLimitation{
			ID: counterpart.ID, Limitation: recovery.ReckonLimitation(facts),
		})
	}
	p := c.Position
	p.Harmed = c.SentAt
	l.Limitation = p.Pressing(l.Counterparts)
	return l
}

func happening(entry journal.Entry) recovery.Happening {
	word, _ := entry.Facts["kind"].(string)
	_, brought := entry.Facts["recovered_fen"] // stated when money came with it
	return recovery.Happening{
		Kind: entry.Kind, By: entry.Actor.Role, CounterpartID: counterpartOf(entry), Word: word, Brought: brought,
		At: happened(entry), Seq: entry.Seq,
	}
}

// happened is when the thing was: by the word of whoever told it, by the case's
// own clock, or else when it was written down.
func happened(entry journal.Entry) time.Time {
	taken, _ := entry.Facts["taken_at"].(string)
	for _, text := range []string{entry.ClaimedAt, taken, entry.At} {
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
