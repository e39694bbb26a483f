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
	Draft    journal.Draft
	Idem     Idempotency
}

// WriteDesk writes an assignment, a release or a note in one transaction with
// its journal entry. The case's version rises when the assignee is written.
//
// Errors: ErrAnswered, CodeNotFound.
func (s *Store) WriteDesk(ctx context.Context, w DeskWrite) error {
	return s.write(ctx, "write desk", func(tx pgx.Tx) error {
		pen, _, err := s.entry(ctx, tx, w.CaseID, w.Draft, w.Idem)
		if err != nil {
			return err
		}
		if w.Assignee != nil {
			pen.batch.Queue(`update cases set assignee = $2, version = version + 1 where id = $1`, w.CaseID, *w.Assignee)
		}
		return pen.flush(ctx)
	})
}
