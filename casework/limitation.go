package casework

import (
	"context"

	"recourse/evidence/journal"
	"recourse/recovery"
)

// LimitationLedger shows how long a claim can be brought to court, for each
// counterpart and for all of them.
type LimitationLedger struct {
	// Limitation is the earliest one; the clock of the case uses it.
	recovery.Limitation
	Counterparts []recovery.CounterpartLimitation
}

// Limitation computes the ledger of a case from its journal, for everybody who
// sees the case. The date on which the claimant knew of the enrichment and the
// other party is not recorded. The date of the payment is used, which ends
// earliest.
func (s *Service) Limitation(ctx context.Context, actor recovery.Actor, id recovery.CaseID) (LimitationLedger, error) {
	c, err := s.visibleCase(ctx, actor, id)
	if err != nil {
		return LimitationLedger{}, err
	}
	stored, err := s.Store.ReadJournal(ctx, id, 0, 0)
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

// LimitationOf is the ledger of a case with the given journal.
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
