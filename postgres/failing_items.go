package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"recourse/recovery"
)

// The kinds of items of background work that can be set aside. An id is that of a case, a
// file, an outbox row, a notice or a delivery.
const (
	ItemStamp       = "stamp"       // a checkpoint without a time stamp: the case and the size
	ItemOutbox      = "outbox"      // a message to the workflow engine
	ItemExamination = "examination" // a file that is not examined
	ItemErasure     = "erasure"     // a case whose retention has ended
	ItemLeftover    = "leftover"    // a file whose record was erased: kind and name
	ItemReminder    = "reminder"    // the reminders to the counterparts of a case
	ItemMail        = "mail"        // a mail, also one that its server has refused
	ItemReading     = "reading"     // the further readings of a file by a person: the case and the key
	ItemDelivery    = "delivery"    // an event for a webhook, also one that was given up
)

// ItemKinds lists them.
var ItemKinds = []string{ItemStamp, ItemOutbox, ItemExamination, ItemErasure, ItemLeftover, ItemReminder, ItemReading, ItemMail, ItemDelivery}

// itemWaits are the waits in seconds after the failures of an item, more than a day in all.
// At the next failure it is set aside.
var itemWaits = []float64{15, 60, 240, 960, 3600, 4 * 3600, 6 * 3600, 6 * 3600, 6 * 3600, 6 * 3600}

// recordFailureSQL counts a failure of an item: kind, id, the time, itemWaits.
const recordFailureSQL = `insert into failing_items as f (kind, item, attempts, due_at)
	values ($1, $2, 1, $3::timestamptz + make_interval(secs => ($4::float8[])[1]))
	on conflict (kind, item) do update set attempts = f.attempts + 1,
		due_at = $3::timestamptz + make_interval(secs => ($4::float8[])[least(f.attempts + 1, cardinality($4::float8[]))]),
		set_aside_at = case when f.attempts >= cardinality($4::float8[]) then coalesce(f.set_aside_at, $3::timestamptz) end
	returning set_aside_at is not null`

// RecordFailure counts a failure of an item, which is left out for a while. It returns
// whether the item is set aside now.
func (s *Store) RecordFailure(ctx context.Context, kind, item string) (setAside bool, err error) {
	err = s.pool.QueryRow(ctx, recordFailureSQL, kind, item, s.currentTime(), itemWaits).Scan(&setAside)
	return setAside, translateError("record a failure", err)
}

// ForgetFailure forgets the failures of an item that succeeded.
func (s *Store) ForgetFailure(ctx context.Context, kind, item string) error {
	_, err := s.pool.Exec(ctx, `delete from failing_items where kind = $1 and item = $2`, kind, item)
	return translateError("forget a failure", err)
}

func queueForgetFailure(batch *pgx.Batch, kind, item string) {
	batch.Queue(`delete from failing_items where kind = $1 and item = $2`, kind, item)
}

// itemDueSQL is the condition that an item may be tried at a time. kind, id and time are
// expressions in SQL.
func itemDueSQL(kind, id, now string) string {
	return `not exists (select from failing_items f where f.kind = '` + kind + `' and f.item = ` + id +
		` and (f.set_aside_at is not null or f.due_at > ` + now + `))`
}

// CountSetAside counts the items that are set aside, by kind. Mails and deliveries that were
// given up are among them.
func (s *Store) CountSetAside(ctx context.Context) (map[string]int64, error) {
	type count struct {
		Kind  string
		Items int64
	}
	list, err := queryAll[count](ctx, s, "count items set aside", `select kind, sum(items)::bigint as items from (
			select kind, count(*) as items from failing_items where set_aside_at is not null group by kind
			union all select 'mail', count(*) from notices where mail_state = 'dead'
			union all select 'delivery', count(*) from webhook_deliveries where state = 'dead') as of_kind group by kind`)
	counts := map[string]int64{}
	for _, kind := range ItemKinds {
		counts[kind] = 0
	}
	for _, one := range list {
		counts[one.Kind] = one.Items
	}
	return counts, err
}

// RetrySetAside makes the items of a kind that are set aside due now, and returns how many.
// Errors: CodeInvalid for an unknown kind.
func (s *Store) RetrySetAside(ctx context.Context, kind string) (retried int64, err error) {
	statements := []string{`delete from failing_items where kind = $1 and set_aside_at is not null and $2::timestamptz is not null`}
	switch kind {
	case ItemMail:
		statements = append(statements, `update notices set mail_state = 'due', mail_at = $2, mail_failures = 0, mail_done_at = null
			where mail_state = 'dead' and $1 = 'mail'`)
	case ItemDelivery:
		statements = append(statements, `update webhook_deliveries d set state = 'due', next_at = $2, failures = 0, done_at = null
			from webhooks w where w.id = d.webhook_id and w.active and d.state = 'dead' and $1 = 'delivery'`)
	case ItemStamp, ItemOutbox, ItemExamination, ItemErasure, ItemLeftover, ItemReminder, ItemReading:
	default:
		return 0, recovery.Faultf(recovery.CodeInvalid, "There are no items of kind %q.", kind)
	}
	err = s.inTransaction(ctx, "retry items", func(tx pgx.Tx) error {
		for _, statement := range statements {
			tag, err := tx.Exec(ctx, statement, kind, s.currentTime())
			if err != nil {
				return err
			}
			retried += tag.RowsAffected()
		}
		return nil
	})
	s.notifier.Notify()
	return retried, err
}

// SweepFailures deletes the failures of items that are not set aside and have not failed for
// a long time: those that were deleted or replaced.
func (s *Store) SweepFailures(ctx context.Context, before time.Time) error {
	_, err := s.pool.Exec(ctx, `delete from failing_items where due_at < $1 and set_aside_at is null`, before)
	return translateError("sweep failures", err)
}
