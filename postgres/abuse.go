package postgres

import (
	"context"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"recourse/evidence/journal"
	"recourse/playbook"
	"recourse/recovery"
)

// queueMarks stores the marks of a new case. person is a mark of its claimant;
// it distinguishes the cases of different claimants.
func queueMarks(batch *pgx.Batch, c recovery.Case, person [32]byte, marks []recovery.PartyMark) {
	if len(marks) == 0 {
		return
	}
	sides, digests := splitMarks(marks)
	batch.Queue(`insert into party_marks (case_id, side, mark, person, filed_at)
		select $1, m.side, m.mark, $4, $5 from unnest($2::text[], $3::bytea[]) as m (side, mark) on conflict do nothing`,
		c.ID, sides, digests, person[:], c.CreatedAt)
}

// splitMarks returns the sides and digests of marks as arrays for a query.
func splitMarks(marks []recovery.PartyMark) (sides []string, digests [][]byte) {
	sides, digests = make([]string, len(marks)), make([][]byte, len(marks))
	for i, mark := range marks {
		sides[i], digests[i] = string(mark.Side), mark.Mark[:]
	}
	return sides, digests
}

// maxRelated is the number of cases that a flag names, and that are listed as related.
const maxRelated = 20

// patternQueries find patterns among the cases filed after $1. $2 is a time
// span and $3 a number; see FindPatterns.
var patternQueries = map[recovery.AbusePattern]string{
	recovery.ManyCases: `select case_id, cases[greatest(1, cardinality(cases) - n + 1):] as cases from (
			select case_id, filed_at, count(*) over (partition by mark order by filed_at range between $2::interval preceding and current row) as n,
				array_agg(case_id) over (partition by mark order by filed_at, case_id
					rows between ` + strconv.Itoa(maxRelated-1) + ` preceding and current row) as cases
			from party_marks where side = 'claimant' and filed_at > $1::timestamptz - $2::interval) counted
		where n >= $3 and filed_at > $1::timestamptz`,
	recovery.SameCircle: `select m.case_id, k.cases from party_marks m join (
			select mark, (array_agg(case_id order by filed_at desc, case_id))[:` + strconv.Itoa(maxRelated) + `] as cases
			from party_marks where side = 'counterpart'
				and mark in (select mark from party_marks where side = 'counterpart' and filed_at > $1::timestamptz)
			group by mark having count(distinct person) >= $3) k on k.mark = m.mark
		where m.side = 'counterpart' and m.filed_at > $1 and $2::interval is not null`,
	recovery.AfterDelivery: `select id as case_id, array[id]::text[] as cases from cases c
		where created_at > $1::timestamptz and group_kind = 'trade' and reason <> 'duplicate' and erased_at is null and restricted_at is null
			and (narrative ~ $3 and created_at - sent_at <= $2::interval or exists (select from evidence e where e.case_id = c.id
				and (e.description ~ $3 or e.file_name ~ $3) and e.captured_at between c.created_at - $2::interval and c.created_at + $2::interval))`,
	recovery.RoundTrip: `select a.case_id, array[a.case_id, b.case_id]::text[] as cases
		from party_marks a
		join party_marks b on b.mark = a.mark and b.side = 'counterpart' and b.case_id <> a.case_id and b.person <> a.person
			and b.filed_at between a.filed_at - $2::interval and a.filed_at + $2::interval
		join party_marks c on c.case_id = b.case_id and c.side = 'claimant'
		join party_marks d on d.case_id = a.case_id and d.side = 'counterpart' and d.mark = c.mark
		where a.side = 'claimant' and greatest(a.filed_at, b.filed_at) > $1::timestamptz and $3::bigint is not null`,
}

// FindPatterns checks the cases filed after an instant. It returns patterns
// that are not flagged yet; a dismissed flag counts as flagged.
func (s *Store) FindPatterns(ctx context.Context, since time.Time, l playbook.AbuseLimits, deliveryWords string) ([]recovery.FoundPattern, error) {
	arguments := map[recovery.AbusePattern][]any{
		recovery.ManyCases: {since, l.Window, l.Cases}, recovery.SameCircle: {since, l.Window, l.Circle},
		recovery.AfterDelivery: {since, l.Delivery, deliveryWords}, recovery.RoundTrip: {since, l.Window, 0},
	}
	var all []recovery.FoundPattern
	for _, pattern := range recovery.AbusePatterns {
		found, err := queryAll[recovery.FoundPattern](ctx, s, "find patterns", `select distinct on (case_id) case_id, '`+string(pattern)+`' as pattern, cases
			from (`+patternQueries[pattern]+`) f where not exists (select from abuse_flags a where a.case_id = f.case_id
				and a.pattern = '`+string(pattern)+`') order by case_id, cardinality(cases) desc`, arguments[pattern]...)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

const selectFlags = `select f.id, f.case_id, c.number, f.pattern, f.cases, f.found_at, f.dismissed_at, f.dismissed_by
	from abuse_flags f join cases c on c.id = f.case_id`

// FlagCase stores a flag with its entry. If the case has a flag for the same
// pattern, nothing changes.
func (s *Store) FlagCase(ctx context.Context, f recovery.AbuseFlag, draft journal.Draft) error {
	return s.inTransaction(ctx, "flag case", func(tx pgx.Tx) error {
		writer, err := s.lockJournal(ctx, tx, f.CaseID, draft)
		if err != nil {
			return err
		}
		made, err := tx.Exec(ctx, `insert into abuse_flags (id, case_id, pattern, cases, found_at) values ($1, $2, $3, $4, $5)
			on conflict on constraint abuse_flags_once do nothing`, f.ID, f.CaseID, f.Pattern, f.Cases, f.FoundAt)
		if err != nil || made.RowsAffected() == 0 {
			return err
		}
		_, err = writer.appendEntry(draft)
		if err != nil {
			return err
		}
		return writer.sendBatch(ctx)
	})
}

// FindFlag reads a flag. Errors: CodeNotFound.
func (s *Store) FindFlag(ctx context.Context, id string) (recovery.AbuseFlag, error) {
	return queryOne[recovery.AbuseFlag](ctx, s, "flag", selectFlags+` where f.id = $1`, id)
}

// ListOpenFlags lists the open flags of a case, oldest first.
func (r reads) ListOpenFlags(ctx context.Context, id recovery.CaseID) ([]recovery.AbuseFlag, error) {
	return queryAllIn[recovery.AbuseFlag](ctx, r.db, "list flags", selectFlags+` where f.case_id = $1 and f.dismissed_at is null
		order by f.found_at, f.id`, id)
}

// ListFlags lists open or dismissed flags, newest first. Errors: CodeInvalid
// for field cursor.
func (s *Store) ListFlags(ctx context.Context, dismissed bool, limit int, cursor string) (items []recovery.AbuseFlag, next string, err error) {
	limit = min(max(limit, 1), recovery.MaxPage)
	c := &conditions{args: []any{pgx.QueryExecModeCacheDescribe}}
	c.addCondition("(f.dismissed_at is not null) = %s", dismissed)
	if cursor != "" {
		at, id, err := decodeCursor(cursor)
		if err != nil {
			return nil, "", err
		}
		c.addCondition("(f.found_at, f.id) < (%s, %s)", at, id)
	}
	items, err = queryAll[recovery.AbuseFlag](ctx, s, "list flags",
		selectFlags+c.whereClause()+" order by f.found_at desc, f.id desc limit "+strconv.Itoa(limit+1), c.args...)
	if err != nil || len(items) <= limit {
		return items, "", err
	}
	last := items[limit-1]
	return items[:limit], encodeCursor(last.FoundAt, last.ID), nil
}

// DismissFlag dismisses a flag, with a journal entry. Errors: ErrRepeated,
// CodeConflict if it was dismissed before.
func (s *Store) DismissFlag(ctx context.Context, f recovery.AbuseFlag, draft journal.Draft, idempotency Idempotency) error {
	return s.inTransaction(ctx, "dismiss flag", func(tx pgx.Tx) error {
		writer, _, err := s.beginEntry(ctx, tx, f.CaseID, draft, idempotency, nil)
		if err != nil {
			return err
		}
		done, err := tx.Exec(ctx, `update abuse_flags set dismissed_at = $2, dismissed_by = $3
			where id = $1 and dismissed_at is null`, f.ID, draft.At, draft.Actor.ID)
		if err != nil {
			return err
		}
		if done.RowsAffected() == 0 {
			return recovery.Faultf(recovery.CodeConflict, "This flag was dismissed already.")
		}
		return writer.sendBatch(ctx)
	})
}
