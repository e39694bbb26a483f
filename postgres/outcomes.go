package postgres

import (
	"context"

	"recourse/recovery"
)

// OutcomeCounts counts the closed cases of this installation. bands are the
// lower bounds of the amount bands, ascending. Cases that were not eligible are
// left out: nothing was tried in them.
func (s *Store) OutcomeCounts(ctx context.Context, bands []recovery.Money) ([]recovery.OutcomeCount, error) {
	return queryAll[recovery.OutcomeCount](ctx, s, "count outcomes", `
		select platform, instrument, group_kind, width_bucket(claim_fen, $1::bigint[]) as band, last_stage, route, appealed,
			count(*) as cases,
			count(*) filter (where recovered_fen > 0) as returned,
			count(*) filter (where contact_fen > 0) as by_contact,
			count(*) filter (where appeal_fen > 0) as by_appeal,
			count(*) filter (where legal_fen > 0) as by_law,
			sum(claim_fen)::bigint as amount_fen, sum(recovered_fen)::bigint as recovered_fen
		from cases
		where closed_at is not null and last_stage <> '' and outcome <> $2
		group by 1, 2, 3, 4, 5, 6, 7 order by 1, 2, 3, 4, 5, 6, 7`, bands, recovery.NotEligible)
}

// ReturnedByContact returns the cases in which counterparts returned money
// voluntarily.
func (s *Store) ReturnedByContact(ctx context.Context, ids []recovery.CaseID) (map[recovery.CaseID]bool, error) {
	type row struct{ ID recovery.CaseID }
	rows, err := queryAll[row](ctx, s, "list returns by contact",
		`select id from cases where id = any($1) and contact_fen > 0`, ids)
	if err != nil {
		return nil, err
	}
	returned := map[recovery.CaseID]bool{}
	for _, found := range rows {
		returned[found.ID] = true
	}
	return returned, nil
}
