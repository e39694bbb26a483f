package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"recourse/evidence/journal"
	"recourse/notify"
	"recourse/recovery"
)

// DirectWrite is a change of a case without the workflow: its position stays.
type DirectWrite struct {
	CaseID   recovery.CaseID
	Assignee *recovery.UserID // nil: unchanged; "": released
	Shared   *bool            // nil: unchanged
	// Representative acts for the claimant. nil: unchanged; "": removed.
	Representative   *recovery.UserID
	Hold             bool            // sets a legal hold
	PreviousAssignee recovery.UserID // as the writer saw it: of two who take one case, one gets CodeConflict
	// Decide examines the locked case and completes the write: the facts of its entry, its
	// change, its notifications and its result. If it returns an error, nothing is
	// written. nil if the write is complete.
	Decide        func(ctx context.Context, locked LockedCase, w *DirectWrite) error
	Draft         journal.Draft
	Idempotency   Idempotency
	Notifications notify.Notifications
}

// WriteDirectly writes an assignment, a release, a note, a planned message, a
// representative, a legal hold or the consent to share, with a journal entry in one
// transaction. It increases the version of the case, so that of several writes on one
// version only one is written.
//
// Errors: ErrRepeated, CodeNotFound, CodeConflict if the assignee is not
// PreviousAssignee, and those of Decide.
func (s *Store) WriteDirectly(ctx context.Context, w DirectWrite) error {
	err := s.inTransaction(ctx, "write directly", func(tx pgx.Tx) error {
		writer, err := s.lockForEntry(ctx, tx, w.CaseID, w.Draft.Key, w.Idempotency)
		if err != nil {
			return err
		}
		err = w.decide(ctx, tx)
		if err != nil {
			return err
		}
		record, err := writer.appendEntry(w.Draft)
		if err != nil {
			return err
		}
		err = w.applyChange(ctx, tx, record.At)
		if err != nil {
			return err
		}
		queueResult(writer.batch, w.Idempotency)
		s.queueNotifications(writer.batch, w.CaseID, record.Seq, w.Notifications)
		return writer.sendBatch(ctx)
	})
	if err == nil {
		s.wakeSenders(w.Notifications)
	}
	return err
}

func (w *DirectWrite) decide(ctx context.Context, tx pgx.Tx) error {
	if w.Decide == nil {
		return nil
	}
	locked, err := readLockedCase(ctx, tx, w.CaseID)
	if err != nil {
		return err
	}
	return w.Decide(ctx, locked, w)
}

func (w *DirectWrite) applyChange(ctx context.Context, tx pgx.Tx, at time.Time) error {
	done, err := tx.Exec(ctx, `update cases set version = version + 1, assignee = coalesce($2, assignee), shared = coalesce($3, shared),
			representative = coalesce($4, representative), held_since = case when $5::boolean then $6::timestamptz else held_since end
		where id = $1 and ($2::text is null or assignee = $7)`,
		w.CaseID, w.Assignee, w.Shared, w.Representative, w.Hold, at, w.PreviousAssignee)
	if err == nil && done.RowsAffected() == 0 {
		return recovery.Faultf(recovery.CodeConflict, "The assignee of this case has changed. Read the case again.")
	}
	return err
}
