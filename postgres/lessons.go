package postgres

import (
	"context"

	"recourse/recovery"
)

// MaxLessons is the number of lessons that are read, those with the latest
// close first.
const MaxLessons = 500

// LessonCounts counts shared closed cases with the same course. bands are the
// lower bounds of the amount bands, ascending. A case in which nobody was contacted, no
// appeal submitted and no route taken teaches nothing and is left out.
func (s *Store) LessonCounts(ctx context.Context, bands []recovery.Money) ([]recovery.LessonCount, error) {
	return queryAll[recovery.LessonCount](ctx, s, "list lessons", `
		select platform, instrument, group_kind, width_bucket(claim_fen, $1::bigint[]) as band, reason, last_stage, route, outcome,
			case when claim_fen > 0 then least(100, recovered_fen * 100 / claim_fen) else 0 end::integer as percent,
			greatest(1, least(3650, ceil(extract(epoch from closed_at - created_at) * pace / 86400)))::integer as days,
			count(*)::integer as cases
		from cases
		where shared and closed_at is not null and last_stage <> '' and outcome <> all($2)
			and (contacted or route <> '' or appealed and last_stage = 'appeal')
		group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
		order by max(closed_at) desc limit $3`,
		bands, untried, MaxLessons)
}
