package postgres

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"recourse/evidence/journal"
	"recourse/recovery"
)

// RetentionWrite restricts access to a case, lifts a legal hold, or records that neither
// was done. A hold is set by a DirectWrite.
type RetentionWrite struct {
	CaseID       recovery.CaseID
	LiftHold     bool
	Restrict     bool
	Precondition Precondition
	Draft        journal.Draft
	Idempotency  Idempotency
}

// WriteRetention lifts a hold or restricts a case, with a journal entry in one
// transaction. A restricted case is found by its number only, has no marks, and its
// links are revoked.
//
// Errors: ErrRepeated, CodeNotFound, and those of the precondition.
func (s *Store) WriteRetention(ctx context.Context, w RetentionWrite) error {
	return s.inTransaction(ctx, "write retention", func(tx pgx.Tx) error {
		writer, err := s.lockForEntry(ctx, tx, w.CaseID, w.Draft.Key, w.Idempotency)
		if err != nil {
			return err
		}
		c, err := w.Precondition.readCase(ctx, tx, w.CaseID)
		if err != nil {
			return err
		}
		record, err := writer.appendEntry(w.Draft)
		if err != nil {
			return err
		}
		if w.LiftHold {
			writer.batch.Queue(`update cases set held_since = null, version = version + 1 where id = $1`, w.CaseID)
		}
		if w.Restrict {
			number := strings.ToLower(string(c.Number))
			writer.batch.Queue(`update cases set restricted_at = coalesce(restricted_at, $2), search = $3, terms = $4,
				version = version + 1 where id = $1`, w.CaseID, record.At, number, searchTerms(number))
			writer.batch.Queue(`delete from party_marks where case_id = $1`, w.CaseID)
			queueLinksEnd(writer.batch, w.CaseID, record.At)
		}
		return writer.sendBatch(ctx)
	})
}

func queueLinksEnd(batch *pgx.Batch, id recovery.CaseID, at time.Time) {
	batch.Queue(`update links set revoked_at = $2 where case_id = $1 and revoked_at is null`, id, at)
}

// ErasureWrite erases the personal data of a case.
type ErasureWrite struct {
	CaseID       recovery.CaseID
	Precondition Precondition
	// Draft is the entry about the erasure; the number of erased values is
	// added to its facts. It is never erased, so it holds no personal data.
	Draft       journal.Draft
	Idempotency Idempotency
}

// Erased counts what was erased. Files are deleted from the disk later; see
// Leftover.
type Erased struct {
	Values  int64
	Files   int64
	Exports int64
}

// EraseCase erases the personal values of a case in one transaction, with a
// journal entry and a checkpoint. Entries and hashes stay, so the journal
// verifies as before. The number, amounts, course and outcome of the case
// remain.
//
// Errors: ErrRepeated, CodeNotFound, CodeConflict while an export of the case
// is being built, and those of the precondition.
func (s *Store) EraseCase(ctx context.Context, w ErasureWrite) (Erased, error) {
	var erased Erased
	err := s.inTransaction(ctx, "erase case", func(tx pgx.Tx) error {
		writer, err := s.lockJournal(ctx, tx, w.CaseID, w.Draft)
		if err != nil {
			return err
		}
		c, err := w.Precondition.readCase(ctx, tx, w.CaseID)
		if err != nil {
			return err
		}
		erased, err = eraseRows(ctx, tx, c.Case, w)
		if err != nil {
			return err
		}
		draft := w.Draft
		draft.Facts["values"], draft.Facts["files"], draft.Facts["exports"] = erased.Values, erased.Files, erased.Exports
		_, err = writer.appendEntry(draft)
		if err != nil {
			return err
		}
		s.queueIdempotency(writer.batch, w.Idempotency)
		err = writer.signCheckpoint(draft.At)
		if err != nil {
			return err
		}
		return writer.sendBatch(ctx)
	})
	return erased, err
}

// eraseRows removes personal data from every table. A new table or column with
// personal data must be added here; TestErasureReachesEveryColumn checks the
// schema.
func eraseRows(ctx context.Context, tx pgx.Tx, c recovery.Case, w ErasureWrite) (Erased, error) {
	var erased Erased
	var building bool
	at, number := w.Draft.At, strings.ToLower(string(c.Number))
	batch := &pgx.Batch{}
	batch.Queue(`select exists (select from exports where case_id = $1 and state = 'building' and created_at > $2)`,
		c.ID, at.Add(-buildTime)).QueryRow(func(row pgx.Row) error { return row.Scan(&building) })
	queueCounted(batch, &erased.Values, `update journal_values set value = null, salt = null, erased_at = $2
		where case_id = $1 and erased_at is null`, c.ID, at)
	batch.Queue(`update cases set claimant = $2, counterparts = $3, narrative = '', transaction_no = '', payer = $8, sends = $7, search = $4,
			terms = $5, shared = false, erased_at = $6, version = version + 1 where id = $1`,
		c.ID, recovery.Claimant{}, orEmpty(withoutPersonalData(c.Counterparts)), number, searchTerms(number), at, c.SendsWithoutNumbers(), recovery.Payer{})
	batch.Queue(`insert into leftovers (kind, name, since)
		select 'blob', sha256, $2::timestamptz from evidence where case_id = $1
		union all select 'blob', d.view_sha256, $2 from evidence_details d join evidence e on e.id = d.evidence_id
			where e.case_id = $1 and d.view_sha256 <> ''
		union all select 'blob', d.sha256, $2 from evidence_copies d join evidence e on e.id = d.evidence_id where e.case_id = $1
		union all select 'export', id, $2 from exports where case_id = $1 on conflict do nothing`, c.ID, at)
	batch.Queue(`delete from evidence_copies where evidence_id in (select id from evidence where case_id = $1)`, c.ID)
	batch.Queue(`delete from evidence_details where evidence_id in (select id from evidence where case_id = $1)`, c.ID)
	for _, table := range []string{"notices", "reminders", "webhook_deliveries", "uploads", "examinations", "guest_mails", "holder_mails", "payment_numbers"} {
		batch.Queue(`delete from `+table+` where case_id = $1`, c.ID)
	}
	queueCounted(batch, &erased.Files, `update evidence set file_name = '', source = '', description = '' where case_id = $1`, c.ID)
	queueCounted(batch, &erased.Exports, `update exports set state = $2, missing = '{}', failure = ''
		where case_id = $1 and state <> $2`, c.ID, recovery.ExportErased)
	batch.Queue(`delete from idempotency where ref in (select $1 union all select id from evidence where case_id = $1
		union all select id from exports where case_id = $1 union all select id from links where case_id = $1)`, c.ID)
	batch.Queue(`delete from action_requests where case_id = $1`, c.ID)
	batch.Queue(`delete from open_transactions where case_id = $1`, c.ID)
	batch.Queue(`delete from party_marks where case_id = $1`, c.ID)
	batch.Queue(`delete from abuse_flags where case_id = $1`, c.ID)
	queueLinksEnd(batch, c.ID, at)
	err := tx.SendBatch(ctx, batch).Close()
	if err == nil && building {
		err = recovery.Faultf(recovery.CodeConflict, "An export of this case is being built. Try again when it is ready.")
	}
	return erased, err
}

// buildTime is the longest time that a build may still write files.
const buildTime = 24 * time.Hour

func queueCounted(batch *pgx.Batch, n *int64, sql string, args ...any) {
	batch.Queue(sql, args...).Exec(func(tag pgconn.CommandTag) error {
		*n = tag.RowsAffected()
		return nil
	})
}

// withoutPersonalData keeps the amounts and answers of counterparts only.
func withoutPersonalData(list []recovery.Counterpart) []recovery.Counterpart {
	rest := make([]recovery.Counterpart, len(list))
	for i, counterpart := range list {
		counterpart.Alias, counterpart.Contact = "", ""
		rest[i] = counterpart
	}
	return rest
}

// ErasableCases lists closed cases without a hold that were closed before an
// instant, the oldest first. Cases whose erasure has failed are left out for a while.
func (s *Store) ErasableCases(ctx context.Context, closedBefore time.Time, limit int) ([]recovery.CaseID, error) {
	type found struct{ ID recovery.CaseID }
	rows, err := queryAll[found](ctx, s, "list erasable cases", `select id from cases
		where closed_at is not null and erased_at is null and held_since is null and closed_at < $1
			and `+itemDueSQL(ItemErasure, "cases.id", "$3")+`
		order by closed_at, id limit $2`, closedBefore, limit, s.currentTime())
	if err != nil {
		return nil, err
	}
	ids := make([]recovery.CaseID, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
	}
	return ids, nil
}

// The kinds of leftovers.
const (
	LeftoverBlob   = "blob"   // Name is its SHA-256
	LeftoverExport = "export" // Name is the export's id
)

// Leftover is a file whose record was erased. Needed means that another record
// refers to it.
type Leftover struct {
	Kind   string
	Name   string
	Needed bool
}

// Item returns the id of a leftover among the items that can be set aside.
func (l Leftover) Item() string { return l.Kind + "/" + l.Name }

// ListLeftovers lists up to limit of them, after the given one. Files that could not be
// deleted are left out for a while.
func (s *Store) ListLeftovers(ctx context.Context, after Leftover, limit int) ([]Leftover, error) {
	return queryAll[Leftover](ctx, s, "list leftovers", `select kind, name, kind = 'blob' and exists (
			select from evidence e join cases c on c.id = e.case_id left join evidence_details d on d.evidence_id = e.id
			where name in (e.sha256, d.view_sha256) and c.erased_at is null
			union all select from evidence_copies d where d.sha256 = name) as needed
		from leftovers where (kind, name) > ($1, $2) and `+itemDueSQL(ItemLeftover, "(leftovers.kind || '/' || leftovers.name)", "$4::timestamptz")+`
		order by kind, name limit $3`, after.Kind, after.Name, limit, s.currentTime())
}

// DeleteLeftover deletes a leftover whose file is deleted or needed.
func (s *Store) DeleteLeftover(ctx context.Context, l Leftover) error {
	_, err := s.pool.Exec(ctx, `delete from leftovers where kind = $1 and name = $2`, l.Kind, l.Name)
	if err != nil {
		return translateError("drop leftover", err)
	}
	return s.ForgetFailure(ctx, ItemLeftover, l.Item())
}

// purgeBatch is the number of rows that one statement deletes.
const purgeBatch = 10_000

// PurgeResults deletes the stored results of requests before an instant, and
// their staged actions. Requests that wait for the workflow stay. It returns
// the number of rows.
func (s *Store) PurgeResults(ctx context.Context, before time.Time) (purged int64, err error) {
	for _, statement := range []string{
		`delete from idempotency where (actor, key) in
			(select actor, key from idempotency where created_at < $1 limit $2)`,
		`delete from action_requests where id in
			(select id from action_requests where created_at < $1 and state <> 'staged' limit $2)`,
	} {
		for n := int64(purgeBatch); n == purgeBatch; purged += n {
			tag, err := s.pool.Exec(ctx, statement, before, purgeBatch)
			if err != nil {
				return purged, translateError("purge answers", err)
			}
			n = tag.RowsAffected()
		}
	}
	return purged, nil
}

// RunExclusive runs fn unless another process does the same work: then it
// returns false at once. The lock ends with fn, also if it panics.
func (s *Store) RunExclusive(ctx context.Context, work string, fn func(context.Context) error) (ran bool, err error) {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return false, translateError(work, err)
	}
	defer conn.Release()
	err = conn.QueryRow(ctx, `select pg_try_advisory_lock(hashtext($1))`, "recourse: "+work).Scan(&ran)
	if err != nil || !ran {
		return false, translateError(work, err)
	}
	defer func() {
		_, unlocked := conn.Exec(context.WithoutCancel(ctx), `select pg_advisory_unlock(hashtext($1))`, "recourse: "+work)
		if unlocked != nil { // closing the connection releases the lock
			_ = conn.Conn().Close(context.WithoutCancel(ctx))
		}
	}()
	return true, fn(ctx)
}
