package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"time"

	"github.com/jackc/pgx/v5"

	"recourse/evidence/journal"
	"recourse/recovery"
)

// queueExamination queues the examination of a file that was just added.
func queueExamination(batch *pgx.Batch, e recovery.Evidence, dueAt time.Time) {
	batch.Queue(`insert into examinations (evidence_id, case_id, due_at) values ($1, $2, $3)`, e.ID, e.CaseID, dueAt)
}

// DueExamination is a file that its process has not examined in time.
type DueExamination struct {
	EvidenceID recovery.EvidenceID
	Attempts   int // this one included
}

// ClaimExaminations returns up to limit files that are due, and makes them due again
// after a lease, so that no other process takes them in between.
func (s *Store) ClaimExaminations(ctx context.Context, limit int, now time.Time, lease time.Duration) ([]DueExamination, error) {
	return queryAll[DueExamination](ctx, s, "claim examinations", `update examinations set due_at = $2, attempts = attempts + 1
		where evidence_id in (select evidence_id from examinations x where due_at <= $1 and `+itemDueSQL(ItemExamination, "x.evidence_id", "$1")+`
			order by due_at for update skip locked limit $3)
		returning evidence_id, attempts`, now, now.Add(lease), limit)
}

// CountExaminations returns how many files of a case are not examined yet. Those that were
// set aside do not count: papers do not wait for them.
func (s *Store) CountExaminations(ctx context.Context, id recovery.CaseID) (count int, err error) {
	row := s.pool.QueryRow(ctx, `select count(*) from examinations x where case_id = $1
		and not exists (select from failing_items f where f.kind = 'examination' and f.item = x.evidence_id and f.set_aside_at is not null)`, id)
	return count, translateError("count examinations", row.Scan(&count))
}

// ExaminationWrite is what was found in a file after it was received.
type ExaminationWrite struct {
	CaseID     recovery.CaseID
	EvidenceID recovery.EvidenceID
	Draft      journal.Draft
	Report     json.RawMessage // replaces the one of the upload
	ViewSHA256 string          // "" if there is no copy for viewing
	ViewSize   int64
	// FindDuplicate returns the file of the case that this one duplicates, or "". Its
	// result is journalled, unless the upload has found one already.
	FindDuplicate func(others []recovery.OtherFile) recovery.EvidenceID
}

// RecordExamination writes the result of an examination with its journal entry. Errors:
// ErrRepeated if the file was examined already or its case was erased; CodeNotFound.
func (s *Store) RecordExamination(ctx context.Context, w ExaminationWrite) error {
	return s.inTransaction(ctx, "record examination", func(tx pgx.Tx) error {
		writer, err := s.lockForEntry(ctx, tx, w.CaseID, w.Draft.Key, Idempotency{})
		if err != nil {
			return err
		}
		duplicateOf, err := w.findDuplicate(ctx, tx)
		if err != nil {
			return err
		}
		if duplicateOf != "" {
			w.Draft.Facts = maps.Clone(w.Draft.Facts)
			w.Draft.Facts["near_duplicate_of"] = duplicateOf
		}
		if _, err := writer.appendEntry(w.Draft); err != nil {
			return err
		}
		writer.batch.Queue(`update evidence_details set report = $2, view_sha256 = $3, view_size = $4,
			near_duplicate_of = coalesce(near_duplicate_of, nullif($5, '')) where evidence_id = $1`,
			w.EvidenceID, w.Report, w.ViewSHA256, w.ViewSize, duplicateOf)
		queueForgetFailure(writer.batch, ItemExamination, string(w.EvidenceID))
		return writer.sendBatch(ctx)
	})
}

// findDuplicate ends the examination and returns the file that this one duplicates.
func (w ExaminationWrite) findDuplicate(ctx context.Context, tx pgx.Tx) (recovery.EvidenceID, error) {
	var known bool
	row := tx.QueryRow(ctx, `delete from examinations x using evidence_details d
		where x.evidence_id = $1 and d.evidence_id = x.evidence_id returning d.near_duplicate_of is not null`, w.EvidenceID)
	if err := row.Scan(&known); errors.Is(err, pgx.ErrNoRows) {
		return "", ErrRepeated
	} else if err != nil || known {
		return "", err
	}
	others, err := otherFiles(ctx, tx, w.CaseID, w.EvidenceID)
	if err != nil {
		return "", err
	}
	return w.FindDuplicate(others), nil
}
