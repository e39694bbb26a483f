package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"recourse/evidence/journal"
	"recourse/notify"
	"recourse/recovery"
)

// DeskWrite is what the desk does with a case without moving it.
type DeskWrite struct {
	CaseID   recovery.CaseID
	Assignee *recovery.UserID // nil leaves it; "" releases
	Shared   *bool            // nil leaves it
	// Representative stands in for the claimant: nil leaves it; "" ends it.
	Representative   *recovery.UserID
	PreviousAssignee recovery.UserID // the assignee the writer saw: two who take one case are not both told yes
	// Judge, when set, looks at where the case stands and at its messages while
	// nobody else can write to it. Its error is the answer, and nothing is written.
	Check         func(recovery.Position, []recovery.ContactEntry) error
	Draft         journal.Draft
	Idempotency   Idempotency
	Notifications notify.Notifications
}

// WriteDesk writes an assignment, a release, a note, a planned message, who
// stands in for the claimant or their word on sharing, in one transaction with
// its journal entry. The case's version rises when its record changes: with all
// but a note and a plan.
//
// Errors: ErrAnswered, CodeNotFound, CodeConflict when the assignee is not Was,
// and whatever Judge gives.
func (s *Store) WriteDesk(ctx context.Context, w DeskWrite) error {
	err := s.inTransaction(ctx, "write desk", func(tx pgx.Tx) error {
		pen, _, err := s.beginEntry(ctx, tx, w.CaseID, w.Draft, w.Idempotency)
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
		s.queueNotifications(pen.batch, w.CaseID, w.Notifications)
		return pen.flush(ctx)
	})
	if err == nil {
		s.wakeSenders(w.Notifications)
	}
	return err
}

// judge reads behind the lock on the case's head.
func (w DeskWrite) runCheck(ctx context.Context, tx pgx.Tx) error {
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

func (w DeskWrite) applyChange(ctx context.Context, tx pgx.Tx) error {
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

func assignCase(ctx context.Context, tx pgx.Tx, w DeskWrite) error {
	done, err := tx.Exec(ctx, `update cases set assignee = $2, version = version + 1 where id = $1 and assignee = $3`,
		w.CaseID, *w.Assignee, w.PreviousAssignee)
	if err == nil && done.RowsAffected() == 0 {
		return recovery.Faultf(recovery.CodeConflict, "Somebody else has taken or released this case meanwhile. Read it again.")
	}
	return err
}
