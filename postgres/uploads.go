package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"recourse/recovery"
)

// Upload is a file that arrives in parts: what was announced of it.
type Upload struct {
	ID          recovery.EvidenceID // the evidence it will be
	CaseID      recovery.CaseID
	ByRole      recovery.Role
	ByID        recovery.UserID
	Size        int64
	SHA256      string `db:"sha256"`
	PartSize    int64
	Kind        recovery.EvidenceKind
	FileName    string
	CapturedAt  *time.Time
	Source      string
	Description string
	CreatedAt   time.Time
}

// UploadLife is how long a file may take to arrive.
const UploadLife = 24 * time.Hour

// MaxUploads is how many files one account may have under way.
const MaxUploads = 20

// BeginUpload keeps an announcement and forgets those that came to nothing, of
// everybody. It does not enter the journal: nothing has been given yet. Errors:
// ErrAnswered, CodeConflict when the account has too many under way.
func (s *Store) BeginUpload(ctx context.Context, u Upload, idem Idempotency) error {
	return s.write(ctx, "begin upload", func(tx pgx.Tx) error {
		batch := &pgx.Batch{}
		if idem.Key != "" {
			s.queueIdempotency(batch, idem)
		}
		var open int
		batch.Queue(`delete from uploads where created_at < $1`, u.CreatedAt.Add(-UploadLife))
		batch.Queue(`insert into uploads (id, case_id, by_role, by_id, size, sha256, part_size, kind, file_name, captured_at,
				source, description, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
			u.ID, u.CaseID, u.ByRole, u.ByID, u.Size, u.SHA256, u.PartSize, u.Kind, u.FileName, u.CapturedAt,
			u.Source, u.Description, u.CreatedAt)
		batch.Queue(`select count(*) from uploads where by_id = $1`, u.ByID).
			QueryRow(func(row pgx.Row) error { return row.Scan(&open) })
		if err := tx.SendBatch(ctx, batch).Close(); err != nil {
			return err
		}
		if open > MaxUploads {
			return recovery.Faultf(recovery.CodeConflict, "%d files are under way already: complete one first.", MaxUploads)
		}
		return nil
	})
}

// Upload reads an announcement that is not older than UploadLife. Errors:
// CodeNotFound.
func (s *Store) Upload(ctx context.Context, id recovery.EvidenceID) (Upload, error) {
	return one[Upload](ctx, s, "upload", `select id, case_id, by_role, by_id, size, sha256, part_size, kind, file_name,
		captured_at, source, description, created_at from uploads where id = $1 and created_at >= $2`, id, s.instant().Add(-UploadLife))
}

// EndUpload forgets an announcement.
func (s *Store) EndUpload(ctx context.Context, id recovery.EvidenceID) error {
	return s.write(ctx, "end upload", func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `delete from uploads where id = $1`, id)
		return err
	})
}
