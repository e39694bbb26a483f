package postgres

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"recourse/loop"
	"recourse/recovery"
)

// The kinds of outbox items.
const (
	OutboxStart    = "start"    // start the workflow of a case
	OutboxEvidence = "evidence" // signal new evidence to it; Ref is the evidence
	OutboxExport   = "export"   // start the building of an export; Ref is the export
)

// OutboxItem is a message to the workflow engine. It is written in the
// transaction of the change, so that neither is lost without the other.
type OutboxItem struct {
	ID       int64
	Kind     string
	CaseID   recovery.CaseID
	Ref      string
	Attempts int // failed deliveries
}

// firstRetry and lastRetry bound the wait after a failed delivery, which
// doubles each time. The upper bound is low, because people wait when the
// engine is available again.
const (
	firstRetry = time.Second
	lastRetry  = 15 * time.Second
)

func (s *Store) queueOutbox(batch *pgx.Batch, kind string, id recovery.CaseID, ref string) {
	now := s.currentTime()
	batch.Queue(`insert into outbox (kind, case_id, ref, next_at, created_at) values ($1, $2, $3, $4, $4)`,
		kind, id, ref, now)
}

// DrainOutbox delivers up to limit items that are due, oldest first, and
// returns how many it delivered. An item is deleted only after deliver returned
// nil; a failed one waits and does not delay the others. Several processes may
// drain at once: none sees an item that another is delivering. After a crash
// between delivery and commit the item is delivered again, so deliver must be
// idempotent.
//
// The error is of the database or the context only, never of deliver.
func (s *Store) DrainOutbox(
	ctx context.Context, limit int, deliver func(context.Context, OutboxItem) error,
) (n int, err error) {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return 0, translateError("drain outbox", err)
	}
	defer conn.Release()
	// Delivered items must be deleted even if the context ends in between.
	lasting := context.WithoutCancel(ctx)
	var faulty []*failedItem
	err = pgx.BeginFunc(lasting, conn, func(tx pgx.Tx) error {
		rows, err := tx.Query(lasting, `select id, kind, case_id, ref, attempts from outbox where next_at <= $1 and `+
			itemDueSQL(ItemOutbox, "outbox.id::text", "$1")+`
			order by next_at, id limit $2 for update skip locked`, s.currentTime(), limit)
		if err != nil {
			return err
		}
		items, err := pgx.CollectRows(rows, pgx.RowToStructByName[OutboxItem])
		if err != nil {
			return err
		}
		delivered, failed := s.deliverAll(ctx, items, deliver)
		n = len(delivered)
		faulty, err = s.settleOutbox(lasting, tx, delivered, failed)
		return err
	})
	if err != nil {
		return 0, translateError("drain outbox", err)
	}
	for _, one := range faulty {
		_ = s.loops.FailItem(ctx, RelayLoop, strconv.FormatInt(one.ID, 10), one.cause, one.recorded)
	}
	return n, ctx.Err()
}

// RelayLoop is the name of the loop that delivers the outbox.
const RelayLoop = "relay"

// FaultyItemError means that an item cannot be delivered for a reason of its own. Other
// errors say that the engine cannot take it now.
type FaultyItemError struct{ Cause error }

// Error implements error.
func (e *FaultyItemError) Error() string { return e.Cause.Error() }

// Unwrap returns the cause.
func (e *FaultyItemError) Unwrap() error { return e.Cause }

// failedItem is an item that was not delivered.
type failedItem struct {
	OutboxItem
	cause    error
	setAside bool
}

// isFaulty reports whether the item itself is the reason.
func (f *failedItem) isFaulty() bool {
	_, faulty := errors.AsType[*FaultyItemError](f.cause)
	_, panicked := errors.AsType[*loop.PanicError](f.cause)
	return faulty || panicked
}

// recorded returns whether the item is set aside; the transaction has stored it.
func (f *failedItem) recorded(context.Context) (setAside bool, err error) { return f.setAside, nil }

// deliverAll stops early, but not in the middle of an item, when the context
// ends. The remaining items are unchanged.
func (s *Store) deliverAll(
	ctx context.Context, items []OutboxItem, deliver func(context.Context, OutboxItem) error,
) (delivered []OutboxItem, failed []*failedItem) {
	for _, item := range items {
		if ctx.Err() != nil {
			break
		}
		err := s.loops.Protect(ctx, RelayLoop, func(ctx context.Context) error { return deliver(ctx, item) })
		switch {
		case err == nil:
			delivered = append(delivered, item)
		case ctx.Err() == nil:
			failed = append(failed, &failedItem{OutboxItem: item, cause: err})
		}
	}
	return delivered, failed
}

// settleOutbox deletes the delivered items and postpones the failed ones. It returns those
// that failed for a reason of their own.
func (s *Store) settleOutbox(ctx context.Context, tx pgx.Tx, delivered []OutboxItem, failed []*failedItem) (faulty []*failedItem, err error) {
	batch := &pgx.Batch{}
	ids := make([]int64, 0, len(delivered))
	for _, item := range delivered {
		ids = append(ids, item.ID)
		if item.Attempts > 0 {
			queueForgetFailure(batch, ItemOutbox, strconv.FormatInt(item.ID, 10))
		}
	}
	if len(ids) > 0 {
		batch.Queue(`delete from outbox where id = any($1)`, ids)
	}
	now := s.currentTime()
	for _, item := range failed {
		batch.Queue(`update outbox set attempts = attempts + 1, next_at = $2 where id = $1`,
			item.ID, now.Add(retryAfter(item.Attempts)))
		if item.isFaulty() {
			faulty = append(faulty, item)
			batch.Queue(recordFailureSQL, ItemOutbox, strconv.FormatInt(item.ID, 10), now, itemWaits).QueryRow(
				func(row pgx.Row) error { return row.Scan(&item.setAside) })
		}
	}
	return faulty, tx.SendBatch(ctx, batch).Close()
}

func retryAfter(attempts int) time.Duration {
	return min(firstRetry<<min(attempts, 10), lastRetry)
}
