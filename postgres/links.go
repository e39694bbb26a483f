package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"recourse/evidence/journal"
	"recourse/notify"
	"recourse/recovery"
)

const linkColumns = `id, case_id, counterpart_id, hash, created_at, expires_at, opened_at, revoked_at, row(by_role, by_id) as by`

// LinkWrite is a new link with its journal entry and idempotency row. Revoked
// makes the entry for a valid link that the new one replaces.
type LinkWrite struct {
	Link         recovery.Link
	Draft        journal.Draft
	Revoked      func(recovery.Link) journal.Draft
	Idempotency  Idempotency
	Precondition Precondition
}

// IssueLink writes a link. It revokes the counterpart's current link. Errors:
// ErrRepeated, CodeNotFound.
func (s *Store) IssueLink(ctx context.Context, w LinkWrite) error {
	l := w.Link
	return s.inTransaction(ctx, "issue link", func(tx pgx.Tx) error {
		writer, _, err := s.beginEntry(ctx, tx, l.CaseID, w.Draft, w.Idempotency, w.Precondition)
		if err != nil {
			return err
		}
		old, err := queryOneTx[recovery.Link](ctx, tx, `update links set revoked_at = $3
			where case_id = $1 and counterpart_id = $2 and revoked_at is null returning `+linkColumns,
			l.CaseID, l.CounterpartID, l.CreatedAt)
		switch {
		case isNoRows(err):
		case err != nil:
			return err
		case old.ExpiresAt.After(l.CreatedAt): // an expired link gets no entry
			_, err = writer.appendEntry(w.Revoked(old))
			if err != nil {
				return err
			}
		}
		writer.batch.Queue(`insert into links (id, case_id, counterpart_id, hash, created_at, expires_at, by_role, by_id)
			values ($1, $2, $3, $4, $5, $6, $7, $8)`,
			l.ID, l.CaseID, l.CounterpartID, l.Hash, l.CreatedAt, l.ExpiresAt, l.By.Role, l.By.ID)
		return writer.sendBatch(ctx)
	})
}

// LinkByHash finds a link by the SHA-256 of its token, ended ones too. Errors:
// CodeNotFound.
func (s *Store) LinkByHash(ctx context.Context, hash [32]byte) (recovery.Link, error) {
	return queryOne[recovery.Link](ctx, s, "link", `select `+linkColumns+` from links where hash = $1`, hash[:])
}

// ListLinks lists the links of a case, newest first.
func (s *Store) ListLinks(ctx context.Context, id recovery.CaseID) ([]recovery.Link, error) {
	return queryAll[recovery.Link](ctx, s, "list links", `select `+linkColumns+` from links where case_id = $1
		order by created_at desc, id desc`, id)
}

// OpenLink records the first opening of a link and writes its notifications.
// Later openings change nothing. Errors: CodeLinkEnded if it was revoked in the
// meantime.
func (s *Store) OpenLink(ctx context.Context, l recovery.Link, draft journal.Draft, notifications notify.Notifications) error {
	err := s.inTransaction(ctx, "open link", func(tx pgx.Tx) error {
		writer, err := s.lockJournal(ctx, tx, l.CaseID)
		if err != nil {
			return err
		}
		now, err := queryOneTx[recovery.Link](ctx, tx, `select `+linkColumns+` from links where id = $1 for update`, l.ID)
		switch {
		case err != nil:
			return err
		case now.RevokedAt != nil:
			return recovery.LinkEnded()
		case now.OpenedAt != nil:
			return nil
		}
		record, err := writer.appendEntry(draft)
		if err != nil {
			return err
		}
		writer.batch.Queue(`update links set opened_at = $2 where id = $1`, l.ID, draft.At)
		s.queueNotifications(writer.batch, l.CaseID, record.Seq, notifications)
		return writer.sendBatch(ctx)
	})
	if err == nil {
		s.wakeSenders(notifications)
	}
	return err
}

// RevokeLink ends a link. If it is revoked already, nothing is written. Errors:
// CodeNotFound.
func (s *Store) RevokeLink(ctx context.Context, l recovery.Link, draft journal.Draft) error {
	return s.inTransaction(ctx, "revoke link", func(tx pgx.Tx) error {
		writer, err := s.lockJournal(ctx, tx, l.CaseID)
		if err != nil {
			return err
		}
		done, err := tx.Exec(ctx, `update links set revoked_at = $2 where id = $1 and revoked_at is null`, l.ID, draft.At)
		if err != nil || done.RowsAffected() == 0 {
			return err
		}
		_, err = writer.appendEntry(draft)
		if err != nil {
			return err
		}
		return writer.sendBatch(ctx)
	})
}
