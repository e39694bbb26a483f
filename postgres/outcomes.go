package postgres

import (
	"context"

	"recourse/recovery"
)

// untried are the outcomes of cases in which nobody tried to recover the money. They are
// in no forecast and no lesson.
var untried = []recovery.Outcome{recovery.AutoRefunded, recovery.NotEligible}

// OutcomeCounts counts the closed cases of this installation, except untried ones. bands
// are the lower bounds of the amount bands, ascending.
func (s *Store) OutcomeCounts(ctx context.Context, bands []recovery.Money) ([]recovery.OutcomeCount, error) {
	return queryAll[recovery.OutcomeCount](ctx, s, "count outcomes", `
		select platform, instrument, group_kind, width_bucket(claim_fen, $1::bigint[]) as band, last_stage, route, contacted, appealed,
			count(*) as cases,
			count(*) filter (where recovered_fen > 0) as returned,
			count(*) filter (where contact_fen > 0) as by_contact,
			count(*) filter (where appeal_fen > 0) as by_appeal,
			count(*) filter (where legal_fen > 0) as by_law,
			sum(claim_fen)::bigint as amount_fen, sum(recovered_fen)::bigint as recovered_fen
		from cases
		where closed_at is not null and last_stage <> '' and outcome <> all($2)
		group by 1, 2, 3, 4, 5, 6, 7, 8 order by 1, 2, 3, 4, 5, 6, 7, 8`, bands, untried)
}

// ContactResults reports for each of the closed cases in which counterparts were
// contacted, as OutcomeCounts counts them, whether they returned money then.
func (s *Store) ContactResults(ctx context.Context, ids []recovery.CaseID) (map[recovery.CaseID]bool, error) {
	type row struct {
		ID       recovery.CaseID
		Returned bool
	}
	rows, err := queryAll[row](ctx, s, "list results of contact", `
		select id, contact_fen > 0 as returned from cases
		where id = any($1) and closed_at is not null and contacted and outcome <> all($2)`, ids, untried)
	if err != nil {
		return nil, err
	}
	results := map[recovery.CaseID]bool{}
	for _, found := range rows {
		results[found.ID] = found.Returned
	}
	return results, nil
}
