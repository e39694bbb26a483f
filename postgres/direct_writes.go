package postgres

import (
	"context"

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
	PreviousAssignee recovery.UserID // as the writer saw it: of two who take one case, one gets CodeConflict
	// Check, if set, examines the position and the messages of the case while
	// it is locked. If it returns an error, nothing is written.
	Check         func(recovery.Position, []recovery.ContactEntry) error
	Draft         journal.Draft
	Idempotency   Idempotency
	Notifications notify.Notifications
}

// WriteDirectly writes an assignment, a release, a note, a planned message, a
// representative or the consent to share, with a journal entry in one
// transaction. It increases the version of the case if its record changes,
// which a note or a plan does not.
//
// Errors: ErrRepeated, CodeNotFound, CodeConflict if the assignee is not
// PreviousAssignee, and those of Check.
func (s *Store) WriteDirectly(ctx context.Context, w DirectWrite) error {
	err := s.inTransaction(ctx, "write directly", func(tx pgx.Tx) error {
		writer, record, err := s.beginEntry(ctx, tx, w.CaseID, w.Draft, w.Idempotency)
		if err != nil {
			return err
		}
		err = w.runCheck(ctx, tx)
		if err != nil {
			return err
		}
		err = w.applyChange(ctx, tx)
		if err != nil {
			return err
		}
		s.queueNotifications(writer.batch, w.CaseID, record.Seq, w.Notifications)
		return writer.sendBatch(ctx)
	})
	if err == nil {
		s.wakeSenders(w.Notifications)
	}
	return err
}

// runCheck reads while the case's head is locked.
func (w DirectWrite) runCheck(ctx context.Context, tx pgx.Tx) error {
	if w.Check == nil {
		return nil
	}
	var position recovery.Position
	var entries []entryRow
	batch := &pgx.Batch{}
	batch.Queue(`select position from cases where id = $1`, w.CaseID).
		QueryRow(func(row pgx.Row) error { return row.Scan(&position) })
	batch.Queue(selectContacts, w.CaseID, contactKinds).Query(collectInto(&entries))
	err := tx.SendBatch(ctx, batch).Close()
	if err != nil {
		return err
	}
	list, err := contactLog(entries)
	if err != nil {
		return err
	}
	return w.Check(position, list)
}

func (w DirectWrite) applyChange(ctx context.Context, tx pgx.Tx) error {
	if w.Assignee != nil {
		return assignCase(ctx, tx, w)
	}
	if w.Shared == nil && w.Representative == nil {
		return nil
	}
	_, err := tx.Exec(ctx, `update cases set shared = coalesce($2, shared), representative = coalesce($3, representative),
		version = version + 1 where id = $1`, w.CaseID, w.Shared, w.Representative)
	return err
}

func assignCase(ctx context.Context, tx pgx.Tx, w DirectWrite) error {
	done, err := tx.Exec(ctx, `update cases set assignee = $2, version = version + 1 where id = $1 and assignee = $3`,
		w.CaseID, *w.Assignee, w.PreviousAssignee)
	if err == nil && done.RowsAffected() == 0 {
		return recovery.Faultf(recovery.CodeConflict, "The assignee of this case has changed. Read the case again.")
	}
	return err
}
