package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"recourse/evidence/journal"
	"recourse/recovery"
)

// ClaimStamps claims up to limit checkpoints without a time stamp, those that
// wait longest first, for the length of the lease. After it they are due again
// unless StoreStamp was called.
func (s *Store) ClaimStamps(ctx context.Context, limit int, lease time.Duration) ([]journal.PendingStamp, error) {
	now := s.currentTime()
	return queryAll[journal.PendingStamp](ctx, s, "claim stamps", `with due as (
			select case_id from stamps_due s where due_at <= $1 and `+itemDueSQL(ItemStamp, stampItemSQL, "$1")+`
			order by due_at, case_id limit $2 for update skip locked
		), claimed as (
			update stamps_due d set due_at = $3 from due where d.case_id = due.case_id returning d.case_id, d.size
		)
		select case_id, size, c.note, e.at as newest from claimed join journal_checkpoints c using (case_id, size)
			join journal_entries e using (case_id) where e.seq = size order by case_id collate "C"`,
		now, limit, now.Add(lease))
}

// stampItemSQL is the id of the item of a row s of stamps_due; see StampItem.
const stampItemSQL = `(s.case_id || '/' || s.size)`

// StampItem returns the id of a checkpoint among the items that can be set aside. The next
// checkpoint of the case is another item.
func StampItem(id recovery.CaseID, size int64) string {
	return fmt.Sprintf("%s/%d", id, size)
}

// EarlierCheckpoints returns the checkpoints over fewer than below entries,
// smallest first.
func (s *Store) EarlierCheckpoints(ctx context.Context, id recovery.CaseID, below int64) ([]journal.Checkpoint, error) {
	return queryAll[journal.Checkpoint](ctx, s, "read checkpoints", selectCheckpoint+` and size < $2 order by size`, id, below)
}

// StoreStamp stores a time stamp (the token in DER and its time) with a checkpoint.
// A later one does not replace it. It returns the stored checkpoint. Errors:
// CodeNotFound.
func (s *Store) StoreStamp(ctx context.Context, id recovery.CaseID, size int64, token []byte, at time.Time) (journal.Checkpoint, error) {
	err := s.inTransaction(ctx, "store stamp", func(tx pgx.Tx) error {
		batch := &pgx.Batch{}
		batch.Queue(`update journal_checkpoints set token = $3, stamped_at = $4 where case_id = $1 and size = $2 and token is null`,
			id, size, token, at.UTC())
		batch.Queue(`delete from stamps_due where case_id = $1 and size <= $2`, id, size)
		queueForgetFailure(batch, ItemStamp, StampItem(id, size))
		return tx.SendBatch(ctx, batch).Close()
	})
	if err != nil {
		return journal.Checkpoint{}, err
	}
	return s.CheckpointOfSize(ctx, id, size)
}
