package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"recourse/evidence/journal"
	"recourse/notify"
)

// isGuest is the condition that the claimant of a case c has no account but an
// address. They get mails.
const isGuest = `c.owner = '' and coalesce(c.claimant ->> 'email', '') <> ''`

// MailSubscription finds the subscription of an unsubscribe token. Errors:
// CodeNotFound.
func (s *Store) MailSubscription(ctx context.Context, token string) (notify.MailSubscription, error) {
	return queryOne[notify.MailSubscription](ctx, s, "stop link", `select case_id, '' as counterpart_id, stopped_at from guest_mails where stop_token = $1
		union all select case_id, counterpart_id, stopped_at from holder_mails where stop_token = $1`, token)
}

// StopMails ends the mails of a case to the owner of the token, with a journal
// entry. Ending them twice is the same as once. Errors: CodeNotFound.
func (s *Store) StopMails(ctx context.Context, token string, draft journal.Draft) error {
	found, err := s.MailSubscription(ctx, token)
	if err != nil {
		return err
	}
	return s.inTransaction(ctx, "stop mails", func(tx pgx.Tx) error {
		writer, err := s.lockJournal(ctx, tx, found.CaseID)
		if err != nil {
			return err
		}
		done, err := tx.Exec(ctx, `with g as (
				update guest_mails set stopped_at = $2 where stop_token = $1 and stopped_at is null returning 1
			), h as (
				update holder_mails set stopped_at = $2 where stop_token = $1 and stopped_at is null returning 1
			) select from g union all select from h`, token, draft.At)
		if err != nil || done.RowsAffected() == 0 {
			return err
		}
		if _, err = writer.appendEntry(draft); err != nil {
			return err
		}
		return writer.sendBatch(ctx)
	})
}
