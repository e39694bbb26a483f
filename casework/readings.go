package casework

import (
	"context"
	"maps"
	"time"

	"recourse/evidence/journal"
	"recourse/postgres"
	"recourse/recovery"
)

// factTimes is how often a file was read again within the hour of an entry.
const factTimes = "times"

// recordRepeatedReadings writes the readings of the hours that are over, of all cases.
func (s *Service) recordRepeatedReadings(ctx context.Context) error {
	return s.recordRepeated(ctx, "", s.Now().UTC().Truncate(time.Hour))
}

// recordRepeated writes the counted readings of a case, or of all cases, one entry for each
// person, file and hour.
func (s *Service) recordRepeated(ctx context.Context, id recovery.CaseID, before time.Time) error {
	for {
		due, err := s.Store.ListRepeated(ctx, id, before, maintenanceBatch)
		if err != nil {
			return err
		}
		for _, one := range due {
			err := s.Loops.Protect(ctx, maintenanceLoop, func(ctx context.Context) error {
				return s.Store.RecordRepeated(ctx, one.CaseID, one.Key, s.repeatedDraft)
			})
			if id == "" { // papers of one case are not made without them
				err = s.recordFailure(ctx, maintenanceLoop, postgres.ItemReading, one.Item(), err)
			}
			if err != nil {
				return err
			}
		}
		if len(due) < maintenanceBatch {
			return nil
		}
	}
}

// repeatedDraft is the entry about further readings by the person of the first one.
func (s *Service) repeatedDraft(first journal.Entry, further postgres.RepeatedReadings) journal.Draft {
	facts := maps.Clone(first.Facts)
	facts[factTimes] = further.Times
	return journal.Draft{
		Kind: first.Kind, At: s.Now(), ClaimedAt: &further.LastAt, Actor: first.Actor, Pace: first.Pace, Facts: facts,
		Collector: journal.Collector{Tool: "recourse", Version: s.config.Version},
	}
}
