package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"recourse/evidence/journal"
	"recourse/notify"
	"recourse/recovery"
)

const linkColumns = `id, case_id, counterpart_id, hash, created_at, expires_at, opened_at, revoked_at, row(by_role, by_id) as by`

// LinkWrite is a new link, its journal entry, and the request behind it. Revoked
// makes the entry for a link that the new one ends.
type LinkWrite struct {
	Link        recovery.Link
	Draft       journal.Draft
	Revoked     func(recovery.Link) journal.Draft
	Idempotency Idempotency
}

// IssueLink writes a link. One that the counterpart has already ends with it.
// Errors: ErrAnswered, CodeNotFound.
func (s *Store) IssueLink(ctx context.Context, w LinkWrite) error {
	l := w.Link
	return s.inTransaction(ctx, "issue link", func(tx pgx.Tx) error {
		pen, _, err := s.beginEntry(ctx, tx, l.CaseID, w.Draft, w.Idempotency)
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
		case old.ExpiresAt.After(l.CreatedAt): // one that has expired was over before
			_, err = pen.append(w.Revoked(old))
			if err != nil {
				return err
			}
		}
		pen.batch.Queue(`insert into links (id, case_id, counterpart_id, hash, created_at, expires_at, by_role, by_id)
			values ($1, $2, $3, $4, $5, $6, $7, $8)`,
			l.ID, l.CaseID, l.CounterpartID, l.Hash, l.CreatedAt, l.ExpiresAt, l.By.Role, l.By.ID)
		return pen.flush(ctx)
	})
}

// LinkByHash finds a link by the SHA-256 of its token, ended ones too. Errors:
// CodeNotFound.
func (s *Store) LinkByHash(ctx context.Context, hash [32]byte) (recovery.Link, error) {
	return queryOne[recovery.Link](ctx, s, "link", `select `+linkColumns+` from links where hash = $1`, hash[:])
}

// LinksOf lists the links of a case, newest first.
func (s *Store) LinksOf(ctx context.Context, id recovery.CaseID) ([]recovery.Link, error) {
	return queryAll[recovery.Link](ctx, s, "list links", `select `+linkColumns+` from links where case_id = $1
		order by created_at desc, id desc`, id)
}

// OpenLink writes down that a link was opened, and tells of it, at its first
// opening only. Errors: CodeLinkEnded when it ended meanwhile.
func (s *Store) OpenLink(ctx context.Context, l recovery.Link, draft journal.Draft, tell notify.Notifications) error {
	err := s.inTransaction(ctx, "open link", func(tx pgx.Tx) error {
		pen, err := s.lockJournal(ctx, tx, l.CaseID)
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
		_, err = pen.append(draft)
		if err != nil {
			return err
		}
		pen.batch.Queue(`update links set opened_at = $2 where id = $1`, l.ID, draft.At)
		s.queueNotifications(pen.batch, l.CaseID, tell)
		return pen.flush(ctx)
	})
	if err == nil {
		s.wakeSenders(tell)
	}
	return err
}

// RevokeLink ends a link; one that is revoked already stays as it is, and
// nothing is written. Errors: CodeNotFound.
func (s *Store) RevokeLink(ctx context.Context, l recovery.Link, draft journal.Draft) error {
	return s.inTransaction(ctx, "revoke link", func(tx pgx.Tx) error {
		pen, err := s.lockJournal(ctx, tx, l.CaseID)
		if err != nil {
			return err
		}
		done, err := tx.Exec(ctx, `update links set revoked_at = $2 where id = $1 and revoked_at is null`, l.ID, draft.At)
		if err != nil || done.RowsAffected() == 0 {
			return err
		}
		_, err = pen.append(draft)
		if err != nil {
			return err
		}
		return pen.flush(ctx)
	})
}
