package postgres

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"recourse/recovery"
)

// chinaOffset has been constant since 1991. Converting every row by the name of
// the time zone takes longer than the rest of the query.
const chinaOffset = "interval '8 hours'"

// columns are the expressions of each dimension for cases and for stays.
var columns = map[recovery.Dimension]struct{ cases, stays string }{
	recovery.ByStage:    {"case when last_stage = '' then stage else last_stage end", "stage"},
	recovery.ByPlatform: {"platform", "platform"},
	recovery.ByGroup:    {"group_kind", "group_kind"},
	recovery.ByBand:     {"width_bucket(claim_fen, $2::bigint[])", "width_bucket(amount_fen, $2::bigint[])"},
	recovery.ByMonth: {
		"date_trunc('month', created_at at time zone " + chinaOffset + ")", "date_trunc('month', filed_at at time zone " + chinaOffset + ")",
	},
}

// resultColumns are the result column of each dimension and its value if the
// dimension was not asked for.
var resultColumns = map[recovery.Dimension][2]string{
	recovery.ByStage: {"stage_key", "''"}, recovery.ByPlatform: {"platform_key", "''"}, recovery.ByGroup: {"group_key", "''"},
	recovery.ByBand: {"band_key", "-1"}, recovery.ByMonth: {"month_key", "null::timestamp"},
}

// keyRow is a StatsKey in the columns of a result.
type keyRow struct {
	StageKey    recovery.Stage
	PlatformKey recovery.Platform
	GroupKey    recovery.GroupKind
	BandKey     int
	MonthKey    *time.Time
}

func (r keyRow) statsKey() recovery.StatsKey {
	key := recovery.StatsKey{Stage: r.StageKey, Platform: r.PlatformKey, GroupKind: r.GroupKey, Band: r.BandKey}
	if r.MonthKey != nil {
		key.Month = r.MonthKey.Format("2006-01")
	}
	return key
}

// keyColumns returns the columns of the groups.
func keyColumns(q recovery.StatsQuery, of func(recovery.Dimension) string) string {
	list := make([]string, len(recovery.Dimensions))
	for i, dimension := range recovery.Dimensions {
		text := resultColumns[dimension][1]
		if slices.Contains(q.By, dimension) {
			text = of(dimension)
		}
		list[i] = text + " as " + resultColumns[dimension][0]
	}
	return strings.Join(list, ", ")
}

// statsWhere selects real or paced cases. It names the bands in any case,
// because PostgreSQL requires that all parameters are used.
const statsWhere = ` where (pace > 1) = $1 and $2::bigint[] is not null group by 1, 2, 3, 4, 5`

// CountStats counts the cases of this installation. Rows are ordered by key.
func (s *Store) CountStats(ctx context.Context, q recovery.StatsQuery) ([]recovery.StatsRow, error) {
	rows := map[recovery.StatsKey]recovery.StatsRow{}
	if err := s.countCases(ctx, q, rows); err != nil {
		return nil, err
	}
	if slices.Contains(q.By, recovery.ByStage) {
		if err := s.countStays(ctx, q, rows); err != nil {
			return nil, err
		}
	}
	list := make([]recovery.StatsRow, 0, len(rows))
	for _, row := range rows {
		list = append(list, row)
	}
	slices.SortFunc(list, func(a, b recovery.StatsRow) int { return a.Compare(b.StatsKey) })
	return list, nil
}

// statsPlan makes PostgreSQL group by hashing in memory: it overestimates the
// number of groups, and sorting all stays takes ten times as long.
const statsPlan = `select set_config('work_mem', '128MB', true), set_config('enable_sort', 'off', true)`

// queryGrouped is queryAll with the settings of statsPlan.
func queryGrouped[T any](ctx context.Context, s *Store, what, sql string, args ...any) (list []T, err error) {
	err = s.inTransaction(ctx, what, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, statsPlan); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, sql, args...)
		if err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, pgx.RowToStructByName[T])
		return err
	})
	return list, err
}

func (s *Store) countCases(ctx context.Context, q recovery.StatsQuery, into map[recovery.StatsKey]recovery.StatsRow) error {
	type row struct {
		keyRow
		Filed, Closed            int
		Counts                   []int
		ClaimedFen, RecoveredFen recovery.Money
	}
	counts := make([]string, len(recovery.Outcomes))
	for i, outcome := range recovery.Outcomes {
		counts[i] = "count(*) filter (where stage = 'closed' and outcome = '" + string(outcome) + "')"
	}
	rows, err := queryGrouped[row](ctx, s, "count cases", `select `+keyColumns(q, func(d recovery.Dimension) string { return columns[d].cases })+`,
			count(*) as filed, count(*) filter (where stage = 'closed') as closed, array[`+strings.Join(counts, ", ")+`] as counts,
			sum(claim_fen)::bigint as claimed_fen, sum(recovered_fen)::bigint as recovered_fen
		from cases`+statsWhere, q.Paced, q.Bands)
	if err != nil {
		return err
	}
	for _, found := range rows {
		row := recovery.StatsRow{
			StatsKey: found.statsKey(), Filed: found.Filed, Closed: found.Closed, Outcomes: map[recovery.Outcome]int{},
			ClaimedFen: found.ClaimedFen, RecoveredFen: found.RecoveredFen,
		}
		for i, outcome := range recovery.Outcomes {
			row.Outcomes[outcome] = found.Counts[i]
		}
		into[row.StatsKey] = row
	}
	return nil
}

func (s *Store) countStays(ctx context.Context, q recovery.StatsQuery, into map[recovery.StatsKey]recovery.StatsRow) error {
	type row struct {
		keyRow
		Spans []float64 // seconds
	}
	rows, err := queryGrouped[row](ctx, s, "count stays", `select `+keyColumns(q, func(d recovery.Dimension) string { return columns[d].stays })+`,
			array_agg(date_part('epoch', left_at - entered_at)) as spans
		from (select * from case_stages where stage <> 'closed') ended`+statsWhere, q.Paced, q.Bands)
	if err != nil {
		return err
	}
	for _, found := range rows {
		key := found.statsKey()
		row, known := into[key]
		if !known { // cases were in this stage, but none ended in it
			row = recovery.StatsRow{StatsKey: key, Outcomes: map[recovery.Outcome]int{}}
		}
		slices.Sort(found.Spans)
		row.Stays, row.Median, row.P90 = len(found.Spans), percentile(found.Spans, 0.5), percentile(found.Spans, 0.9)
		into[key] = row
	}
	return nil
}

// percentile interpolates in a sorted list as percentile_cont does in SQL. In
// the database it would require sorting all stays.
func percentile(sorted []float64, share float64) float64 {
	place := share * float64(len(sorted)-1)
	low := int(place)
	high := min(low+1, len(sorted)-1)
	return sorted[low] + (sorted[high]-sorted[low])*(place-float64(low))
}
