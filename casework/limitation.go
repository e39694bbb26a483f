package casework

import (
	"context"

	"recourse/evidence/journal"
	"recourse/recovery"
)

// CaseLimitation is how long a claim can be brought to court: for each counterpart,
// and the earliest of these.
type CaseLimitation struct {
	// Limitation is the earliest one; the clock of the case uses it.
	recovery.Limitation
	Counterparts []recovery.CounterpartLimitation
}

// Limitation computes the limitation of a case from its journal. Everybody who may
// see the case may read it.
func (s *Service) Limitation(ctx context.Context, actor recovery.Actor, id recovery.CaseID) (CaseLimitation, error) {
	c, err := s.visibleCase(ctx, actor, id)
	if err != nil {
		return CaseLimitation{}, err
	}
	stored, err := s.Store.ReadJournal(ctx, id, 0, 0)
	if err != nil {
		return CaseLimitation{}, err
	}
	entries := make([]journal.Entry, len(stored))
	for i, row := range stored {
		if entries[i], err = journal.ParseEntry(row.Record.Bytes); err != nil {
			return CaseLimitation{}, err
		}
	}
	return LimitationOf(c, entries), nil
}

// LimitationOf computes the limitation of a case with the given journal.
func LimitationOf(c recovery.Case, entries []journal.Entry) CaseLimitation {
	var result CaseLimitation
	logs := journal.CollectLimitationLogs(c.Counterparts, entries)
	for _, counterpart := range c.Counterparts {
		result.Counterparts = append(result.Counterparts, recovery.CounterpartLimitation{
			ID: counterpart.ID, Limitation: c.Position.LimitationWith(logs[counterpart.ID]),
		})
	}
	result.Limitation = c.Position.EarliestLimitation(result.Counterparts)
	return result
}
