package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"recourse/notify"
	"recourse/recovery"
)

const selectWebhook = `select id, url, description, types, secret, old_secret, old_secret_until, active, stopped_because,
	created_by, created_at from webhooks`

// AddWebhook adds a webhook. Errors: ErrRepeated, CodeConflict if there are
// MaxWebhooks already.
func (s *Store) AddWebhook(ctx context.Context, w notify.Webhook, idempotency Idempotency) error {
	return s.inTransaction(ctx, "add webhook", func(tx pgx.Tx) error {
		var there int
		batch := &pgx.Batch{}
		s.queueIdempotency(batch, idempotency)
		batch.Queue(`lock table webhooks in share row exclusive mode`) // two concurrent additions must not exceed the limit
		batch.Queue(`select count(*) from webhooks`).QueryRow(func(row pgx.Row) error { return row.Scan(&there) })
		err := tx.SendBatch(ctx, batch).Close()
		if err != nil {
			return err
		}
		if there >= notify.MaxWebhooks {
			return recovery.Faultf(recovery.CodeConflict, "There are %d webhooks, the maximum. Delete one first.", there)
		}
		_, err = tx.Exec(ctx, `insert into webhooks (id, url, description, types, secret, active, created_by, created_at)
			values ($1, $2, $3, $4, $5, true, $6, $7)`,
			w.ID, w.URL, w.Description, orEmpty(w.Types), w.Secret, w.CreatedBy, w.CreatedAt)
		return err
	})
}

// ListWebhooks lists all, oldest first.
func (s *Store) ListWebhooks(ctx context.Context) ([]notify.Webhook, error) {
	return queryAll[notify.Webhook](ctx, s, "list webhooks", selectWebhook+` order by created_at, id`)
}

// FindWebhook reads one. Errors: CodeNotFound.
func (s *Store) FindWebhook(ctx context.Context, id string) (notify.Webhook, error) {
	return queryOne[notify.Webhook](ctx, s, "webhook", selectWebhook+` where id = $1`, id)
}

// RotateSecret sets a new secret and activates a stopped webhook. The old
// secret also signs until oldUntil. Errors: CodeNotFound, ErrRepeated.
func (s *Store) RotateSecret(ctx context.Context, id string, secret []byte, oldUntil time.Time, idempotency Idempotency) error {
	return s.inTransaction(ctx, "rotate secret", func(tx pgx.Tx) error {
		batch := &pgx.Batch{}
		s.queueIdempotency(batch, idempotency)
		found := int64(0)
		batch.Queue(`update webhooks set old_secret = secret, old_secret_until = $3, secret = $2, active = true, stopped_because = ''
			where id = $1`, id, secret, oldUntil).Exec(func(tag pgconn.CommandTag) error { found = tag.RowsAffected(); return nil })
		err := tx.SendBatch(ctx, batch).Close()
		if err == nil && found == 0 {
			return notFound("webhook")
		}
		return err
	})
}

// DeleteWebhook deletes a webhook and its deliveries. Errors: CodeNotFound.
func (s *Store) DeleteWebhook(ctx context.Context, id string) error {
	tag, err := s.pool.Exec(ctx, `delete from webhooks where id = $1`, id)
	if err == nil && tag.RowsAffected() == 0 {
		return notFound("webhook")
	}
	return translateError("drop webhook", err)
}

// StopWebhook deactivates a webhook; its due deliveries are dead.
func (s *Store) StopWebhook(ctx context.Context, id, because string) error {
	return s.inTransaction(ctx, "stop webhook", func(tx pgx.Tx) error {
		batch := &pgx.Batch{}
		batch.Queue(`update webhooks set active = false, stopped_because = $2 where id = $1`, id, because)
		batch.Queue(`update webhook_deliveries set state = 'dead', note = $2, done_at = $3
			where webhook_id = $1 and state = 'due'`, id, because, s.currentTime())
		return tx.SendBatch(ctx, batch).Close()
	})
}

const deliveryColumns = `d.id, d.webhook_id, d.case_id, d.type, d.seq, d.version, d.occurred_at, d.payload, d.state, d.next_at, d.claim, d.failures, d.status,
	d.note, d.created_at, d.sent_at, d.done_at`

// ClaimDeliveries claims due deliveries for the length of the lease, up to
// limit for each active webhook that is not in busy: a receiver that hangs
// delays no other. The claim is committed before it returns.
func (s *Store) ClaimDeliveries(ctx context.Context, limit int, lease time.Duration, busy []string) ([]notify.Delivery, error) {
	now := s.currentTime()
	return queryAll[notify.Delivery](ctx, s, "claim deliveries", `with due as materialized (
			select l.id from webhooks w cross join lateral (
				select id from webhook_deliveries e where webhook_id = w.id and state in ('due', 'sending') and next_at <= $1
					and `+itemDueSQL(ItemDelivery, "e.id", "$1")+`
				order by next_at limit $2 for update skip locked) l
			where w.active and w.id <> all ($4::text[])
		), d as (
			update webhook_deliveries set state = 'sending', next_at = $3, claim = claim + 1, sent_at = $1
			from due where webhook_deliveries.id = due.id returning webhook_deliveries.*
		)
		select `+deliveryColumns+` from d order by d.webhook_id, d.created_at, d.id`, now, limit, now.Add(lease), orEmpty(busy))
}

// SettleDelivery stores the result of a claimed delivery. It returns false and
// changes nothing if the claim has expired and was taken over.
func (s *Store) SettleDelivery(ctx context.Context, d notify.Delivery, o notify.DeliveryOutcome) (bool, error) {
	now := s.currentTime()
	at, done := now, &now
	if o.State == notify.DeliveryDue {
		at, done = o.At, nil
	}
	tag, err := s.pool.Exec(ctx, `update webhook_deliveries set state = $3, next_at = $4,
			failures = failures + case when $5 then 1 else 0 end, status = $6, note = $7, done_at = $8
		where id = $1 and state = 'sending' and claim = $2`,
		d.ID, d.Claim, o.State, at, o.Failed, o.Status, o.Note, done)
	return tag.RowsAffected() == 1, translateError("settle delivery", err)
}

// ListDeliveries lists deliveries in a state ("" for any), the newest first.
// Errors: CodeInvalid for field cursor.
func (s *Store) ListDeliveries(ctx context.Context, state string, limit int, cursor string) ([]notify.Delivery, string, error) {
	c := newConditions()
	addEqual(c, "d.state", state)
	return deliveryList.readPage(ctx, s, c, limit, cursor)
}

var deliveryList = pagedList[notify.Delivery]{
	"list deliveries", `select ` + deliveryColumns + ` from webhook_deliveries d`, "d.created_at", "d.id",
	func(d notify.Delivery) (time.Time, string) { return d.CreatedAt, d.ID },
}

// ReplayDelivery makes a settled delivery due again under the same id, so that
// its receiver can detect a repetition. An unsettled one is unchanged. Errors:
// CodeNotFound.
func (s *Store) ReplayDelivery(ctx context.Context, id string) (notify.Delivery, error) {
	d, err := queryOne[notify.Delivery](ctx, s, "delivery", `update webhook_deliveries d set
			state = case when done_at is null then state else 'due' end,
			next_at = case when done_at is null then next_at else $2 end,
			failures = case when done_at is null then failures else 0 end,
			done_at = null
		where id = $1 returning `+deliveryColumns, id, s.currentTime())
	if err == nil {
		s.notifier.Notify()
	}
	return d, err
}
