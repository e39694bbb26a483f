package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"recourse/evidence/journal"
	"recourse/recovery"
)

// DeskWrite is what the desk does with a case without moving it.
type DeskWrite struct {
	CaseID   recovery.CaseID
	Assignee *recovery.UserID // nil leaves it; "" releases
	Shared   *bool            // nil leaves it
	Was      recovery.UserID  // the assignee the writer saw: two who take one case are not both told yes
	Draft    journal.Draft
	Idem     Idempotency
	Tell     Telling
}

// WriteDesk writes an assignment, a release, a note or the claimant's word on
// sharing in one transaction with its journal entry. The case's version rises
// when its record changes: with all but a note.
//
// Errors: ErrAnswered, CodeNotFound, CodeConflict when the assignee is not Was.
func (s *Store) WriteDesk(ctx context.Context, w DeskWrite) error {
	err := s.write(ctx, "write desk", func(tx pgx.Tx) error {
		pen, _, err := s.entry(ctx, tx, w.CaseID, w.Draft, w.Idem)
		if err != nil {
			return err
		}
		if w.Assignee != nil {
			err = assign(ctx, tx, w)
		}
		if err == nil && w.Shared != nil {
			_, err = tx.Exec(ctx, `update cases set shared = $2, version = version + 1 where id = $1`, w.CaseID, *w.Shared)
		}
		if err != nil {
			return err
		}
		s.queueTelling(pen.batch, w.CaseID, w.Tell)
		return pen.flush(ctx)
	})
	if err == nil {
		s.told(w.Tell)
	}
	return err
}

func assign(ctx context.Context, tx pgx.Tx, w DeskWrite) error {
	done, err := tx.Exec(ctx, `update cases set assignee = $2, version = version + 1 where id = $1 and assignee = $3`,
		w.CaseID, *w.Assignee, w.Was)
	if err == nil && done.RowsAffected() == 0 {
		return recovery.Faultf(recovery.CodeConflict, "Somebody else has taken or released this case meanwhile. Read it again.")
	}
	return err
}
