package postgres

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"recourse/evidence/journal"
	"recourse/notify"
	"recourse/recovery"
)

// EvidenceWrite is the record of a file whose bytes are durable, with its
// journal entry and idempotency row.
type EvidenceWrite struct {
	Evidence      recovery.Evidence // the store sets Seq
	Draft         journal.Draft
	Idempotency   Idempotency
	Precondition  Precondition
	Notifications notify.Notifications
	Details       *recovery.EvidenceDetails // what was found in the file
	Numbers       []PaymentNumbers          // that belong together, according to a bill
	// Examination is when another process may examine the file, because this one
	// should have done it; zero if the file needs no examination.
	Examination time.Time
	// FindDuplicate returns the file of the case that this one duplicates, or "".
	// It is called while no file can be added to the case. Its result is
	// journalled.
	FindDuplicate func(others []recovery.OtherFile) recovery.EvidenceID
}

const selectEvidence = `select id, case_id, seq, kind, sha256, size, media_type, file_name, captured_at, source,
	description, received_at, row(by_role, by_id) as by from evidence`

// AddEvidence writes a record of evidence in one transaction: its journal
// entry, the row, the outbox row for the workflow and the idempotency row. It
// increases the version of the case, because evidence requirements may be
// satisfied now. Evidence of a counterpart satisfies none, so the workflow
// gets no signal.
//
// Errors: ErrRepeated, CodeNotFound for an unknown case, and those of the
// precondition.
func (s *Store) AddEvidence(ctx context.Context, w EvidenceWrite) (recovery.Evidence, error) {
	added := w.Evidence
	err := s.inTransaction(ctx, "add evidence", func(tx pgx.Tx) error {
		if err := s.writeIdempotency(ctx, tx, w.Idempotency); err != nil {
			return err
		}
		if err := w.recordDuplicate(ctx, tx); err != nil {
			return err
		}
		writer, record, err := s.beginEntry(ctx, tx, w.Evidence.CaseID, w.Draft, Idempotency{}, w.Precondition)
		if err != nil {
			return err
		}
		added.Seq = record.Seq
		queueEvidence(writer.batch, added)
		if w.Details != nil {
			queueDetails(writer.batch, *w.Details)
		}
		queuePaymentNumbers(writer.batch, added.CaseID, w.Numbers)
		if !w.Examination.IsZero() {
			queueExamination(writer.batch, added, w.Examination)
		}
		writer.batch.Queue(`update cases set version = version + 1 where id = $1`, added.CaseID)
		if added.By.Role != recovery.RoleCounterpart {
			s.queueOutbox(writer.batch, OutboxEvidence, added.CaseID, string(added.ID))
		}
		s.queueNotifications(writer.batch, added.CaseID, record.Seq, w.Notifications)
		return writer.sendBatch(ctx)
	})
	if err != nil {
		return recovery.Evidence{}, err
	}
	s.notifier.Notify()
	return added, nil
}

// recordDuplicate locks the case's head, so that of two files added at the same
// time the second is compared with the first.
func (w *EvidenceWrite) recordDuplicate(ctx context.Context, tx pgx.Tx) error {
	if w.FindDuplicate == nil || w.Details == nil {
		return nil
	}
	_, err := tx.Exec(ctx, `select 1 from journal_heads where case_id = $1 for update`, w.Evidence.CaseID)
	if err != nil {
		return err
	}
	others, err := otherFiles(ctx, tx, w.Evidence.CaseID, w.Evidence.ID)
	if err != nil {
		return err
	}
	duplicateOf := w.FindDuplicate(others)
	if duplicateOf == "" {
		return nil
	}
	facts := maps.Clone(w.Draft.Facts)
	facts["near_duplicate_of"] = duplicateOf
	details := *w.Details
	details.NearDuplicateOf = &duplicateOf
	w.Draft.Facts, w.Details = facts, &details
	return nil
}

// beginEntry starts a write with one entry, if its precondition is fulfilled.
// Errors: ErrRepeated, also if the draft's key exists; CodeNotFound, and those of the
// precondition.
func (s *Store) beginEntry(
	ctx context.Context, tx pgx.Tx, id recovery.CaseID, draft journal.Draft, idempotency Idempotency, required Precondition,
) (*journalWriter, journal.Record, error) {
	writer, err := s.lockForEntry(ctx, tx, id, draft.Key, idempotency)
	if err != nil {
		return nil, journal.Record{}, err
	}
	if err := required.checkCase(ctx, tx, id); err != nil {
		return nil, journal.Record{}, err
	}
	record, err := writer.appendEntry(draft)
	return writer, record, err
}

// lockForEntry locks the journal of a case for a new entry with a key. The
// idempotency row comes first, so that a repetition fails with ErrRepeated before
// anything else is checked.
func (s *Store) lockForEntry(ctx context.Context, tx pgx.Tx, id recovery.CaseID, key string, idempotency Idempotency) (*journalWriter, error) {
	if err := s.writeIdempotency(ctx, tx, idempotency); err != nil {
		return nil, err
	}
	writer, err := s.lockJournal(ctx, tx, id, journal.Draft{Key: key})
	if err != nil {
		return nil, err
	}
	if _, known := writer.existingRecord(key); known {
		return nil, ErrRepeated
	}
	return writer, nil
}

// writeIdempotency writes the row of a request with a key. Every write does
// this before it takes any other lock.
func (s *Store) writeIdempotency(ctx context.Context, tx pgx.Tx, idempotency Idempotency) error {
	if idempotency.Key == "" {
		return nil
	}
	batch := &pgx.Batch{}
	s.queueIdempotency(batch, idempotency)
	return tx.SendBatch(ctx, batch).Close()
}

func queueEvidence(batch *pgx.Batch, e recovery.Evidence) {
	batch.Queue(`insert into evidence (id, case_id, seq, kind, sha256, size, media_type, file_name, captured_at, source,
			description, received_at, by_role, by_id)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		e.ID, e.CaseID, e.Seq, e.Kind, e.SHA256, e.Size, e.MediaType, e.FileName, e.CapturedAt, e.Source,
		e.Description, e.ReceivedAt, e.By.Role, e.By.ID)
}

// ListEvidence lists the evidence of a case in the order it was added.
func (r reads) ListEvidence(ctx context.Context, id recovery.CaseID) ([]recovery.Evidence, error) {
	return queryAllIn[recovery.Evidence](ctx, r.db, "list evidence", selectEvidence+` where case_id = $1 order by seq`, id)
}

// EvidenceKinds returns the kinds of evidence that each case has, without those
// from counterparts. Only CaseID and Kind of the records are set.
func (r reads) EvidenceKinds(ctx context.Context, ids []recovery.CaseID) (map[recovery.CaseID][]recovery.Evidence, error) {
	type held struct {
		CaseID recovery.CaseID
		Kind   recovery.EvidenceKind
	}
	rows, err := queryAllIn[held](ctx, r.db, "list evidence kinds",
		`select distinct case_id, kind from evidence where case_id = any($1) and by_role <> $2`, ids, recovery.RoleCounterpart)
	if err != nil {
		return nil, err
	}
	kinds := map[recovery.CaseID][]recovery.Evidence{}
	for _, row := range rows {
		kinds[row.CaseID] = append(kinds[row.CaseID], recovery.Evidence{CaseID: row.CaseID, Kind: row.Kind})
	}
	return kinds, nil
}

// NewestEvidence lists the newest files of a case, oldest first.
func (s *Store) NewestEvidence(ctx context.Context, id recovery.CaseID, limit int) ([]recovery.Evidence, error) {
	list, err := queryAll[recovery.Evidence](ctx, s, "list evidence", selectEvidence+` where case_id = $1 order by seq desc limit $2`, id, limit)
	slices.Reverse(list)
	return list, err
}

// CountEvidence counts the files of a case.
func (s *Store) CountEvidence(ctx context.Context, id recovery.CaseID) (recovery.EvidenceCount, error) {
	return queryOne[recovery.EvidenceCount](ctx, s, "case", `select (select count(*) from evidence where case_id = $1) as total,
		(select count(*) from examinations where case_id = $1) as being_examined`, id)
}

// FindEvidence reads one record of evidence. Errors: CodeNotFound.
func (s *Store) FindEvidence(ctx context.Context, id recovery.EvidenceID) (recovery.Evidence, error) {
	return queryOne[recovery.Evidence](ctx, s, "evidence", selectEvidence+` where id = $1`, id)
}
