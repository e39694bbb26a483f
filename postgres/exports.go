package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"recourse/evidence/journal"
	"recourse/recovery"
)

// ExportWrite is a request for an export, with its journal entry and
// idempotency row.
type ExportWrite struct {
	Export       recovery.Export // the store sets Size and State
	Draft        journal.Draft
	Idempotency  Idempotency
	Precondition Precondition
	// AfterEntry is the number of the entry after which the request must be written; nil:
	// after any.
	AfterEntry *int64
}

// ErrJournalGrew means that another entry was written before an export that must be
// requested after a certain one.
var ErrJournalGrew = errors.New("the journal has grown")

const selectExport = `select id, case_id, audience, state, missing, pages, sha256, bag_sha256, size, failure,
	created_at, ready_at, counterpart_id, row(by_role, by_id) as by from exports`

// RequestExport writes the request for an export in one transaction: its
// journal entry, a checkpoint over everything up to that entry, the row (state
// building, Size of the checkpoint) and the outbox row.
//
// Errors: ErrRepeated, ErrJournalGrew, CodeNotFound for an unknown case.
func (s *Store) RequestExport(ctx context.Context, w ExportWrite) (recovery.Export, error) {
	e := w.Export
	e.State = recovery.ExportBuilding
	err := s.inTransaction(ctx, "request export", func(tx pgx.Tx) error {
		writer, record, err := s.beginEntry(ctx, tx, e.CaseID, w.Draft, w.Idempotency, w.Precondition)
		if err != nil {
			return err
		}
		if w.AfterEntry != nil && record.Seq != *w.AfterEntry+1 {
			return ErrJournalGrew
		}
		err = writer.signCheckpoint(record.At)
		if err != nil {
			return err
		}
		e.Size = int64(writer.head.Size())
		writer.batch.Queue(`insert into exports (id, case_id, audience, state, missing, pages, sha256, bag_sha256, size,
				failure, created_at, ready_at, by_role, by_id, counterpart_id, case_at)
			select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, `+caseSnapshot+` from cases c where c.id = $2`,
			e.ID, e.CaseID, e.Audience, e.State, orEmpty(e.Missing), e.Pages, e.SHA256, e.BagSHA256, e.Size,
			e.Failure, e.CreatedAt, e.ReadyAt, e.By.Role, e.By.ID, e.CounterpartID)
		s.queueOutbox(writer.batch, OutboxExport, e.CaseID, string(e.ID))
		return writer.sendBatch(ctx)
	})
	if err != nil {
		return recovery.Export{}, err
	}
	s.notifier.Notify()
	return e, nil
}

// caseSnapshot selects the parts of a case that change and are printed, without
// personal data. An export stores it.
const caseSnapshot = `jsonb_build_object('position', c.position, 'deadlines', c.deadlines, 'closed_at', c.closed_at,
	'amount_fen', c.amount_fen, 'sent_at', c.sent_at, 'instrument', c.instrument, 'claim_state', c.claim_state, 'reason', c.reason,
	'counterparts', (select coalesce(jsonb_agg(jsonb_build_object('id', p->'id', 'answer', p->'answer', 'refusal', p->'refusal',
		'returned_fen', p->'returned_fen', 'claimed_fen', p->'claimed_fen', 'claimed_at', p->'claimed_at') order by n), '[]') from jsonb_array_elements(c.counterparts) with ordinality as t(p, n)))`

type caseSnapshotRow struct {
	Position     recovery.Position      `json:"position"`
	Deadlines    []recovery.Deadline    `json:"deadlines"`
	ClosedAt     *time.Time             `json:"closed_at"`
	Amount       recovery.Money         `json:"amount_fen"`
	SentAt       time.Time              `json:"sent_at"`
	Instrument   recovery.Instrument    `json:"instrument"`
	ClaimState   recovery.ClaimState    `json:"claim_state"`
	Reason       recovery.Reason        `json:"reason"`
	Counterparts []recovery.Counterpart `json:"counterparts"`
}

// CaseAtExport returns a case as it was when an export of it was requested, so
// that the papers agree with the journal up to the checkpoint of the export,
// whenever they are built. Errors: CodeNotFound.
func (s *Store) CaseAtExport(ctx context.Context, id recovery.ExportID) (recovery.Case, error) {
	type exported struct {
		CaseID recovery.CaseID
		CaseAt caseSnapshotRow
	}
	row, err := queryOne[exported](ctx, s, "export", `select case_id, case_at from exports where id = $1`, id)
	if err != nil {
		return recovery.Case{}, err
	}
	c, err := s.ReadCase(ctx, row.CaseID)
	if err != nil {
		return c, err
	}
	return row.CaseAt.restore(c), nil
}

// restore returns the case as it was. Whoever was added since is left out; the values
// of somebody who was removed since are in the journal.
func (then caseSnapshotRow) restore(c recovery.Case) recovery.Case {
	c.Position, c.Deadlines, c.ClosedAt = then.Position, then.Deadlines, then.ClosedAt
	c.Amount, c.SentAt, c.Instrument, c.ClaimState, c.Reason = then.Amount, then.SentAt.UTC(), then.Instrument, then.ClaimState, then.Reason
	people := make([]recovery.Counterpart, len(then.Counterparts))
	for i, counterpart := range then.Counterparts {
		for _, now := range c.Counterparts {
			if now.ID == counterpart.ID {
				counterpart.Alias, counterpart.Contact = now.Alias, now.Contact
			}
		}
		people[i] = counterpart
	}
	c.Counterparts = people
	return c
}

// sameExports selects the exports $1 to $4 of a state: of a case, for an audience and
// counterpart, at the request of a role. Entries of the kinds $5 change no state; those
// before $6 are too old.
const sameExports = selectExport + ` e where case_id = $1 and audience = $2 and counterpart_id = $3 and by_role = $4 and created_at >= $6
	and state in ('building', 'ready') and not exists (
		select from journal_entries j where j.case_id = e.case_id and j.seq > e.size and j.kind <> all ($5)) order by created_at desc limit 1`

func sameExportArguments(e recovery.Export, since time.Time) []any {
	return []any{e.CaseID, e.Audience, e.CounterpartID, e.By.Role, recovery.ToStrings(recovery.ReadingKinds), since}
}

// FindSameExport returns the newest export of the same state as e that was requested
// since an instant: it would have the same content. Its files exist or are being built.
func (r reads) FindSameExport(ctx context.Context, e recovery.Export, since time.Time) (same recovery.Export, found bool, err error) {
	list, err := queryAllIn[recovery.Export](ctx, r.db, "find export", sameExports, sameExportArguments(e, since)...)
	if err != nil || len(list) == 0 {
		return recovery.Export{}, false, err
	}
	return list[0], true, nil
}

// StoreResult stores the result of a request that changed nothing. Errors: ErrRepeated.
func (s *Store) StoreResult(ctx context.Context, idempotency Idempotency) error {
	return s.inTransaction(ctx, "store result", func(tx pgx.Tx) error { return s.writeIdempotency(ctx, tx, idempotency) })
}

// ExpireExports marks the exports that became ready before an instant, and those before
// a later one that newer ones for the same readers replace. Their files become leftovers.
// It returns the number of exports.
func (s *Store) ExpireExports(ctx context.Context, before, replacedBefore time.Time) (int64, error) {
	tag, err := s.pool.Exec(ctx, `with old as (
			update exports e set state = $3 where state = $4 and (ready_at < $1 or ready_at < $2 and exists (
				select from exports n where n.case_id = e.case_id and n.audience = e.audience and n.counterpart_id = e.counterpart_id
					and n.by_role = e.by_role and n.state = $4 and n.created_at > e.created_at))
			returning id
		) insert into leftovers (kind, name, since) select 'export', id, $5 from old on conflict do nothing`,
		before, replacedBefore, recovery.ExportExpired, recovery.ExportReady, s.currentTime())
	return tag.RowsAffected(), translateError("expire exports", err)
}

// FindExport reads an export. Errors: CodeNotFound.
func (s *Store) FindExport(ctx context.Context, id recovery.ExportID) (recovery.Export, error) {
	return queryOne[recovery.Export](ctx, s, "export", selectExport+` where id = $1`, id)
}

// ListExports lists the exports of a case, oldest first.
func (s *Store) ListExports(ctx context.Context, id recovery.CaseID) ([]recovery.Export, error) {
	return queryAll[recovery.Export](ctx, s, "list exports", selectExport+` where case_id = $1 order by created_at, id`, id)
}

// FinishExport writes the result of an export (State, Missing, Pages, the
// digests, Failure, ReadyAt) and its journal entry. If the draft's key exists,
// nothing changes. Errors: CodeNotFound.
func (s *Store) FinishExport(ctx context.Context, e recovery.Export, d journal.Draft) error {
	return s.inTransaction(ctx, "finish export", func(tx pgx.Tx) error {
		writer, err := s.lockJournal(ctx, tx, e.CaseID, d)
		if err != nil {
			return err
		}
		_, done := writer.existingRecord(d.Key)
		if done {
			return nil
		}
		tag, err := tx.Exec(ctx, `update exports set state = $2, missing = $3, pages = $4, sha256 = $5, bag_sha256 = $6,
				failure = $7, ready_at = $8 where id = $1 and case_id = $9`,
			e.ID, e.State, orEmpty(e.Missing), e.Pages, e.SHA256, e.BagSHA256, e.Failure, e.ReadyAt, e.CaseID)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return notFound("export")
		}
		_, err = writer.appendEntry(d)
		if err != nil {
			return err
		}
		return writer.sendBatch(ctx)
	})
}
