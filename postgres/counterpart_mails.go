package postgres

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"recourse/evidence/journal"
	"recourse/notify"
	"recourse/recovery"
)

// queueAddress stores a counterpart's address. They stay unsubscribed only if
// the address is the same, in any spelling.
func queueAddress(batch *pgx.Batch, id recovery.CaseID, a *notify.CounterpartAddress) {
	if a == nil {
		return
	}
	batch.Queue(`insert into holder_mails (case_id, counterpart_id, email, email_key) values ($1, $2, $3, $4)
		on conflict (case_id, counterpart_id) do update set email = excluded.email, email_key = excluded.email_key,
			stopped_at = case when holder_mails.email_key = excluded.email_key then holder_mails.stopped_at end`,
		id, a.CounterpartID, a.Email, recovery.NormalizeEmail(a.Email))
}

// insertForCounterpart adds a notice to a counterpart who left an address.
const insertForCounterpart = `insert into notices (user_id, case_id, audience, template, class, urgent, facts, told_at, mail_at, counterpart_id, seq)
	select null, case_id, $2, $3, $4, $5, $6, $7, ` + afterLastMail + `h.counterpart_id)), counterpart_id, $9 from holder_mails h
	where case_id = $1 and counterpart_id = $8 and stopped_at is null` + foldNotice

type counterpartReminderRow struct {
	CounterpartID recovery.CounterpartID
	Template      string
	Class         string
	Urgent        bool
	Facts         notify.Facts
	DueAt         time.Time
	Wanted        bool // they left an address and have not unsubscribed
}

// RemindCounterparts sends reminders of instalments to counterparts, for up to
// limit cases. Each one gets a journal entry made by draft, because it is a
// contact. Reminders are dropped if the deadline has ended, the counterpart has
// unsubscribed or may not be contacted. It returns the number of cases it
// handled. A case that fails does not hold up the others.
func (s *Store) RemindCounterparts(ctx context.Context, limit int, draft func(notify.CounterpartReminder) journal.Draft) (int, error) {
	type due struct{ CaseID recovery.CaseID }
	cases, err := queryAll[due](ctx, s, "list reminders", `select distinct case_id from (select case_id from reminders
		where audience = 'counterpart' and not_before <= $1 and `+itemDueSQL(ItemReminder, "reminders.case_id", "$1")+`
		order by not_before limit $2) r`, s.currentTime(), limit)
	for _, one := range cases {
		if err == nil {
			err = s.remindOrSetAside(ctx, one.CaseID, draft)
		}
	}
	if err == nil && len(cases) > 0 {
		s.notifier.Notify()
	}
	return len(cases), err
}

// RemindersLoop is the name of the loop that sends reminders.
const RemindersLoop = "reminders"

// remindOrSetAside sends the reminders of one case. A failure is recorded for the case. It
// returns an error only if that fails, or the database is not available.
func (s *Store) remindOrSetAside(ctx context.Context, id recovery.CaseID, draft func(notify.CounterpartReminder) journal.Draft) error {
	err := s.loops.Protect(ctx, RemindersLoop, func(ctx context.Context) error { return s.remindCounterparts(ctx, id, draft) })
	if err == nil || ctx.Err() != nil || recovery.CodeOf(err) == recovery.CodeUnavailable {
		return err
	}
	return s.loops.FailItem(ctx, RemindersLoop, string(id), err, func(ctx context.Context) (bool, error) {
		return s.RecordFailure(ctx, ItemReminder, string(id))
	})
}

func (s *Store) remindCounterparts(ctx context.Context, id recovery.CaseID, draft func(notify.CounterpartReminder) journal.Draft) error {
	return s.inTransaction(ctx, "remind counterparts", func(tx pgx.Tx) error {
		writer, err := s.lockJournal(ctx, tx, id)
		if err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `with d as (delete from reminders where case_id = $1 and audience = 'counterpart' and not_before <= $2 returning *)
			select d.counterpart_id, d.template, d.class, d.urgent, d.facts, d.due_at, h.email is not null and h.stopped_at is null as wanted
			from d left join holder_mails h using (case_id, counterpart_id) order by d.due_at, d.counterpart_id`, id, s.currentTime())
		if err != nil {
			return err
		}
		list, err := pgx.CollectRows(rows, pgx.RowToStructByName[counterpartReminderRow])
		if err != nil || len(list) == 0 {
			return err
		}
		c, err := readLockedCase(ctx, tx, id)
		if err != nil {
			return err
		}
		for _, row := range list {
			if err := writer.queueReminder(row, c.Case, s.currentTime(), draft); err != nil {
				return err
			}
		}
		return writer.sendBatch(ctx)
	})
}

// queueReminder queues one reminder and its entry, if it is still valid.
func (w *journalWriter) queueReminder(row counterpartReminderRow, c recovery.Case, now time.Time, draft func(notify.CounterpartReminder) journal.Draft) error {
	runs := slices.ContainsFunc(c.Deadlines, func(d recovery.Deadline) bool {
		return d.Kind == row.Facts.Clock && d.Ref == row.Facts.Ref && d.DueAt.Equal(row.DueAt) && d.PausedBecause == ""
	})
	rest, may := c.Position.RemindableAmount(row.CounterpartID, row.Facts.Ref)
	if !row.Wanted || !runs || !may || !row.DueAt.After(now) {
		return nil
	}
	row.Facts.Amount = rest
	record, err := w.appendEntry(draft(notify.CounterpartReminder{Case: c, CounterpartID: row.CounterpartID, Facts: row.Facts}))
	if err != nil {
		return err
	}
	w.batch.Queue(insertForCounterpart, c.ID, notify.ToCounterpart, row.Template, row.Class, row.Urgent, row.Facts, now, row.CounterpartID, record.Seq)
	return nil
}
