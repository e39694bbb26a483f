package casework

import (
	"context"

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
	c, err := s.visibleCase(ctx, actor, id)
	if err != nil {
		return LimitationLedger{}, err
	}
	stored, err := s.Store.Journal(ctx, id, 0, 0)
	if err != nil {
		return LimitationLedger{}, err
	}
	entries := make([]journal.Entry, len(stored))
	for i, one := range stored {
		if entries[i], err = journal.ParseEntry(one.Record.Bytes); err != nil {
			return LimitationLedger{}, err
		}
	}
	return LimitationOf(c, entries), nil
}

// LimitationOf is the ledger of a case whose whole journal is known already.
func LimitationOf(c recovery.Case, entries []journal.Entry) LimitationLedger {
	var l LimitationLedger
	heard := journal.CollectLimitationLogs(c.Counterparts, entries)
	for _, counterpart := range c.Counterparts {
		facts := recovery.LimitationFacts{PaidAt: c.SentAt, Events: heard[counterpart.ID].InterruptingEvents()}
		l.Counterparts = append(l.Counterparts, recovery.CounterpartLimitation{
			ID: counterpart.ID, Limitation: recovery.ComputeLimitation(facts),
		})
	}
	l.Limitation = c.Position.EarliestLimitation(l.Counterparts)
	return l
}
