package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"recourse/evidence/journal"
	"recourse/recovery"
)

// ExportWrite is a request for an export, its journal entry, and the request
// behind it.
type ExportWrite struct {
	Export      recovery.Export // the store fills Size and State
	Draft       journal.Draft
	Idempotency Idempotency
}

const selectExport = `select id, case_id, audience, state, missing, pages, sha256, bag_sha256, size, failure,
	created_at, ready_at, row(by_role, by_id) as by from exports`

// RequestExport writes the request for an export in one transaction: its
// journal entry, a checkpoint over everything up to that entry, the row (in
// state building, Size the checkpoint's) and the outbox row.
//
// Errors: ErrAnswered, CodeNotFound for an unknown case.
func (s *Store) RequestExport(ctx context.Context, w ExportWrite) (recovery.Export, error) {
	e := w.Export
	e.State = recovery.ExportBuilding
	err := s.inTransaction(ctx, "request export", func(tx pgx.Tx) error {
		pen, record, err := s.beginEntry(ctx, tx, e.CaseID, w.Draft, w.Idempotency)
		if err != nil {
			return err
		}
		err = pen.signCheckpoint(record.At)
		if err != nil {
			return err
		}
		e.Size = int64(pen.head.Size())
		pen.batch.Queue(`insert into exports (id, case_id, audience, state, missing, pages, sha256, bag_sha256, size,
				failure, created_at, ready_at, by_role, by_id, case_at)
			select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, `+caseSnapshot+` from cases c where c.id = $2`,
			e.ID, e.CaseID, e.Audience, e.State, orEmpty(e.Missing), e.Pages, e.SHA256, e.BagSHA256, e.Size,
			e.Failure, e.CreatedAt, e.ReadyAt, e.By.Role, e.By.ID)
		s.queueOutbox(pen.batch, OutboxExport, e.CaseID, string(e.ID))
		return pen.flush(ctx)
	})
	if err != nil {
		return recovery.Export{}, err
	}
	s.notifier.Notify()
	return e, nil
}

// caseAt is where a case stands, without personal data: what an export keeps
// of it, and all of a case's record that changes and is printed.
const caseSnapshot = `jsonb_build_object('position', c.position, 'deadlines', c.deadlines, 'closed_at', c.closed_at,
	'counterparts', (select coalesce(jsonb_agg(jsonb_build_object('id', p->'id', 'answer', p->'answer', 'refusal', p->'refusal',
		'returned_fen', p->'returned_fen') order by n), '[]') from jsonb_array_elements(c.counterparts) with ordinality as t(p, n)))`

type caseSnapshotRow struct {
	Position     recovery.Position      `json:"position"`
	Deadlines    []recovery.Deadline    `json:"deadlines"`
	ClosedAt     *time.Time             `json:"closed_at"`
	Counterparts []recovery.Counterpart `json:"counterparts"`
}

// CaseAt returns a case as it was when an export of it was requested, so that the
// papers agree with the journal up to the checkpoint of the export, whenever they are
// built. Errors: CodeNotFound.
func (s *Store) CaseAtExport(ctx context.Context, id recovery.ExportID) (recovery.Case, error) {
	type exported struct {
		CaseID recovery.CaseID
		CaseAt caseSnapshotRow
	}
	row, err := queryOne[exported](ctx, s, "export", `select case_id, case_at from exports where id = $1`, id)
	if err != nil {
		return recovery.Case{}, err
	}
	c, err := s.Case(ctx, row.CaseID)
	if err != nil {
		return c, err
	}
	c.Position, c.Deadlines, c.ClosedAt = row.CaseAt.Position, row.CaseAt.Deadlines, row.CaseAt.ClosedAt
	for i := range c.Counterparts {
		for _, then := range row.CaseAt.Counterparts {
			if now := &c.Counterparts[i]; now.ID == then.ID {
				now.Answer, now.Refusal, now.ReturnFen = then.Answer, then.Refusal, then.ReturnFen
			}
		}
	}
	return c, nil
}

// Export reads an export. Errors: CodeNotFound.
func (s *Store) Export(ctx context.Context, id recovery.ExportID) (recovery.Export, error) {
	return queryOne[recovery.Export](ctx, s, "export", selectExport+` where id = $1`, id)
}

// ExportsOf lists the exports of a case, oldest first.
func (s *Store) ExportsOf(ctx context.Context, id recovery.CaseID) ([]recovery.Export, error) {
	return queryAll[recovery.Export](ctx, s, "list exports", selectExport+` where case_id = $1 order by created_at, id`, id)
}

// FinishExport writes what became of an export (State, Missing, Pages, the
// digests, Failure, ReadyAt) and its journal entry. When the draft's key stands
// already, nothing changes. Errors: CodeNotFound.
func (s *Store) FinishExport(ctx context.Context, e recovery.Export, d journal.Draft) error {
	return s.inTransaction(ctx, "finish export", func(tx pgx.Tx) error {
		pen, err := s.lockJournal(ctx, tx, e.CaseID, d)
		if err != nil {
			return err
		}
		_, done := pen.existing(d.Key)
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
		_, err = pen.append(d)
		if err != nil {
			return err
		}
		return pen.flush(ctx)
	})
}
