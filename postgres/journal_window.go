package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"recourse/evidence/journal"
	"recourse/recovery"
)

// JournalSize returns the number of entries in the journal of a case. Errors: CodeNotFound.
func (s *Store) JournalSize(ctx context.Context, id recovery.CaseID) (int64, error) {
	size := int64(0)
	err := s.pool.QueryRow(ctx, `select size from journal_heads where case_id = $1`, id).Scan(&size)
	if isNoRows(err) {
		return 0, notFound("case")
	}
	return size, translateError("read journal", err)
}

// ReadEntriesAt reads the entries with these numbers, oldest first. Numbers without an
// entry are left out.
func (s *Store) ReadEntriesAt(ctx context.Context, id recovery.CaseID, numbers []int64) ([]journal.StoredEntry, error) {
	var entries []entryRow
	var values []valueRow
	batch := &pgx.Batch{}
	batch.Queue(entryColumns+` where case_id = $1 and seq = any($2) order by seq`, id, numbers).Query(collectInto(&entries))
	batch.Queue(valueColumns+` where case_id = $1 and seq = any($2) order by seq, path collate "C"`, id, numbers).Query(collectInto(&values))
	err := s.pool.SendBatch(ctx, batch).Close()
	if err != nil {
		return nil, translateError("read journal", err)
	}
	return joinValues(entries, values), nil
}

// CorrectionsAfter lists the numbers of the corrections after an entry, oldest first.
func (s *Store) CorrectionsAfter(ctx context.Context, id recovery.CaseID, after int64) ([]int64, error) {
	return s.entryNumbers(ctx, `select seq from journal_entries where case_id = $1 and kind = $2 and seq > $3 order by seq`,
		id, recovery.EntryCorrected, after)
}

// NewestEntries lists the numbers of the newest entries of some kinds, newest first,
// without those in except.
func (s *Store) NewestEntries(
	ctx context.Context, id recovery.CaseID, kinds []recovery.EntryKind, except []int64, limit int,
) ([]int64, error) {
	// Each kind is read by itself, because the index has the entries of one kind in order.
	return s.entryNumbers(ctx, `select e.seq from unnest($2::text[]) k (kind), lateral (
			select seq from journal_entries where case_id = $1 and kind = k.kind and seq <> all($3) order by seq desc limit $4) e
		order by e.seq desc limit $4`, id, kinds, except, limit)
}

func (s *Store) entryNumbers(ctx context.Context, sql string, args ...any) ([]int64, error) {
	rows, err := s.pool.Query(ctx, sql, args...)
	if err != nil {
		return nil, translateError("find entries", err)
	}
	numbers, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	return numbers, translateError("find entries", err)
}

// ReadStages returns the stages of a case.
func (s *Store) ReadStages(ctx context.Context, id recovery.CaseID) (recovery.StageRecord, error) {
	return queryOne[recovery.StageRecord](ctx, s, "case", `select
		array(select distinct stage from case_stages where case_id = $1 and stage <> $3) as "left",
		coalesce((select max(seq) from journal_entries where case_id = $1 and kind = $2), 1) as since`, id, recovery.EntryStageEntered, recovery.Closed)
}
