package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"recourse/recovery"
)

// BeginUpload stores an announced upload and deletes expired ones of all
// accounts. If the account has too many, the one that is idle for the longest time gives
// way and is returned. It writes no journal entry, because no bytes have arrived. Errors:
// ErrRepeated, CodeConflict if the account has too many unfinished uploads.
func (s *Store) BeginUpload(ctx context.Context, u recovery.Upload, idempotency Idempotency) (replaced []recovery.EvidenceID, err error) {
	err = s.inTransaction(ctx, "begin upload", func(tx pgx.Tx) error {
		batch := &pgx.Batch{}
		if idempotency.Key != "" {
			s.queueIdempotency(batch, idempotency)
		}
		var open int
		// Two uploads announced at once must not exceed the limit together.
		batch.Queue(`select pg_advisory_xact_lock(hashtextextended('recourse: uploads of ' || $1, 0))`, string(u.By.ID))
		batch.Queue(`delete from uploads where created_at < $1`, u.CreatedAt.Add(-recovery.UploadLife))
		batch.Queue(`insert into uploads (id, case_id, by_role, by_id, size, sha256, part_size, kind, file_name, captured_at,
				source, description, created_at, active_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13)`,
			u.ID, u.CaseID, u.By.Role, u.By.ID, u.Size, u.SHA256, u.PartSize, u.Kind, u.FileName, u.CapturedAt,
			u.Source, u.Description, u.CreatedAt)
		batch.Queue(`select count(*) from uploads where by_id = $1`, u.By.ID).
			QueryRow(func(row pgx.Row) error { return row.Scan(&open) })
		if err := tx.SendBatch(ctx, batch).Close(); err != nil {
			return err
		}
		if open <= recovery.MaxUploads {
			return nil
		}
		replaced, err = deleteIdleUploads(ctx, tx, u, open-recovery.MaxUploads)
		if err == nil && open-len(replaced) > recovery.MaxUploads {
			return recovery.Faultf(recovery.CodeConflict, "%d uploads are unfinished, the maximum. Complete one or delete one first.", recovery.MaxUploads)
		}
		return err
	})
	return replaced, err
}

// deleteIdleUploads deletes up to n uploads of the account that begins u, those that are
// idle for the longest time first.
func deleteIdleUploads(ctx context.Context, tx pgx.Tx, u recovery.Upload, n int) ([]recovery.EvidenceID, error) {
	rows, err := tx.Query(ctx, `delete from uploads where id in (
			select id from uploads where by_id = $1 and active_at < $2 order by active_at limit $3 for update skip locked)
		returning id`, u.By.ID, u.CreatedAt.Add(-recovery.UploadIdle), n)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[recovery.EvidenceID])
}

// KeepUpload records that a part of an upload arrives. Errors: CodeNotFound if it was
// deleted in the meantime.
func (s *Store) KeepUpload(ctx context.Context, id recovery.EvidenceID) error {
	tag, err := s.pool.Exec(ctx, `update uploads set active_at = $2 where id = $1`, id, s.currentTime())
	if err == nil && tag.RowsAffected() == 0 {
		return notFound("upload")
	}
	return translateError("keep upload", err)
}

// FindUpload reads an upload that is not older than UploadLife. Errors:
// CodeNotFound.
func (s *Store) FindUpload(ctx context.Context, id recovery.EvidenceID) (recovery.Upload, error) {
	return queryOne[recovery.Upload](ctx, s, "upload", `select id, case_id, row(by_role, by_id) as by, size, sha256, part_size, kind, file_name,
		captured_at, source, description, created_at from uploads where id = $1 and created_at >= $2`, id, s.currentTime().Add(-recovery.UploadLife))
}

// UnfinishedBytes returns the sum of the sizes of an account's unfinished uploads.
func (s *Store) UnfinishedBytes(ctx context.Context, by recovery.UserID) (int64, error) {
	sum, err := queryOne[struct{ Bytes int64 }](ctx, s, "uploads", `select coalesce(sum(size), 0)::bigint as bytes from uploads
		where by_id = $1 and created_at >= $2`, by, s.currentTime().Add(-recovery.UploadLife))
	return sum.Bytes, err
}

// DeleteUpload deletes an upload.
func (s *Store) DeleteUpload(ctx context.Context, id recovery.EvidenceID) error {
	return s.inTransaction(ctx, "end upload", func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `delete from uploads where id = $1`, id)
		return err
	})
}
