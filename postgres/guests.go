package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"recourse/evidence/journal"
	"recourse/recovery"
)

// guest is the condition on a case c that its claimant has no account and left
// an address: they are told by mail.
const guest = `c.owner = '' and coalesce(c.claimant ->> 'email', '') <> ''`

// GuestMails is whether a claimant without an account gets the mails of a case.
type GuestMails struct {
	CaseID    recovery.CaseID
	StoppedAt *time.Time
}

// GuestMails finds the case behind the token of a mail. Errors: CodeNotFound.
func (s *Store) GuestMails(ctx context.Context, token string) (GuestMails, error) {
	return one[GuestMails](ctx, s, "stop link", `select case_id, stopped_at from guest_mails where stop_token = $1`, token)
}

// StopMails ends the mails of a case to its claimant without an account, and
// writes that down. Ending them twice is the same as once. Errors: CodeNotFound.
func (s *Store) StopMails(ctx context.Context, token string, draft journal.Draft) error {
	found, err := s.GuestMails(ctx, token)
	if err != nil {
		return err
	}
	return s.write(ctx, "stop mails", func(tx pgx.Tx) error {
		pen, err := s.takePen(ctx, tx, found.CaseID)
		if err != nil {
			return err
		}
		done, err := tx.Exec(ctx, `update guest_mails set stopped_at = $2 where stop_token = $1 and stopped_at is null`, token, draft.At)
		if err != nil || done.RowsAffected() == 0 {
			return err
		}
		if _, err = pen.write(draft); err != nil {
			return err
		}
		return pen.flush(ctx)
	})
}
