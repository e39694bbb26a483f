package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"recourse/evidence/journal"
	"recourse/recovery"
)

// RecordedSteps is a case's first position and all of its steps.
type RecordedSteps struct {
	Start recovery.Position
	Steps []recovery.RecordedStep
}

// ReadSteps reads the recorded steps of a case, oldest first. Errors: CodeNotFound.
func (s *Store) ReadSteps(ctx context.Context, id recovery.CaseID) (RecordedSteps, error) {
	var recorded RecordedSteps
	batch := &pgx.Batch{}
	batch.Queue(`select filed_position from cases where id = $1`, id).
		QueryRow(func(row pgx.Row) error { return row.Scan(&recorded.Start) })
	batch.Queue(`select step from case_steps where case_id = $1 order by seq`, id).Query(func(rows pgx.Rows) (err error) {
		recorded.Steps, err = pgx.CollectRows(rows, pgx.RowTo[recovery.RecordedStep])
		return err
	})
	err := s.pool.SendBatch(ctx, batch).Close()
	if isNoRows(err) {
		return RecordedSteps{}, notFound("case")
	}
	return recorded, translateError("read steps", err)
}

// FindEntryAuthor returns the kind of a journal entry, who wrote it and when. Errors:
// CodeNotFound.
func (s *Store) FindEntryAuthor(ctx context.Context, id recovery.CaseID, seq int64) (recovery.EntryKind, recovery.EntryAuthor, error) {
	stored, err := s.FindEntry(ctx, id, seq)
	if err != nil {
		return "", recovery.EntryAuthor{}, err
	}
	entry, err := journal.ParseEntry(stored.Record.Bytes)
	return stored.Record.Kind, recovery.EntryAuthor{Actor: entry.Actor, At: stored.Record.At}, err
}

// FindEntry reads one entry of a journal with its values. Errors: CodeNotFound.
func (s *Store) FindEntry(ctx context.Context, id recovery.CaseID, seq int64) (journal.StoredEntry, error) {
	list, err := readEntries(ctx, s.pool, id, seq-1, seq)
	if err == nil && len(list) == 0 {
		err = notFound("journal entry")
	}
	if err != nil {
		return journal.StoredEntry{}, err
	}
	return list[0], nil
}

// EntriesOfKind reads all entries of one kind with their values, oldest first.
func (s *Store) EntriesOfKind(ctx context.Context, id recovery.CaseID, kind recovery.EntryKind) ([]journal.StoredEntry, error) {
	var entries []entryRow
	var values []valueRow
	batch := &pgx.Batch{}
	batch.Queue(entryColumns+` where case_id = $1 and kind = $2 order by seq`, id, kind).
		Query(collectInto(&entries))
	batch.Queue(`select v.seq, v.path, coalesce(v.value, '') as value, v.salt, v.erased_at is not null as erased
		from journal_values v join journal_entries e using (case_id, seq)
		where v.case_id = $1 and e.kind = $2 order by v.seq, v.path collate "C"`, id, kind).Query(collectInto(&values))
	err := s.pool.SendBatch(ctx, batch).Close()
	if err != nil {
		return nil, translateError("read entries", err)
	}
	return joinValues(entries, values), nil
}

// queueRecordedStep keeps a step for later corrections.
func queueRecordedStep(batch *pgx.Batch, w StepWrite, first journal.Record) {
	step := w.Step
	step.Seq, step.At = first.Seq, first.At
	batch.Queue(`insert into case_steps (case_id, seq, step) values ($1, $2, $3)`, w.CaseID, first.Seq, step)
}

// queueCorrection replaces what was derived from the steps of a case: the stays in
// its stages, the money of each stage, and the mark of the corrected entry. It is
// queued after the change of the case.
func queueCorrection(batch *pgx.Batch, w StepWrite, first journal.Record) {
	history := w.Corrected
	batch.Queue(`delete from case_stages where case_id = $1`, w.CaseID)
	for _, stay := range history.Stays {
		seq := stay.Seq
		if seq == 0 { // the correction itself ended the stage
			seq = first.Seq
		}
		batch.Queue(`insert into case_stages (case_id, seq, stage, entered_at, left_at, platform, group_kind, amount_fen, filed_at, pace)
			select id, $2, $3, $4, $5, platform, group_kind, claim_fen, created_at, pace from cases where id = $1`,
			w.CaseID, seq, stay.Stage, stay.From, stay.Until)
	}
	batch.Queue(`update cases set closed_at = $2, last_stage = $3, stage_since = $4, appealed = $5,
			contact_fen = $6, appeal_fen = $7, legal_fen = $8, contacted = $11,
			corrections = coalesce((select jsonb_agg(m) from jsonb_array_elements(coalesce(corrections, '[]')) m where (m ->> 'seq')::bigint <> $9), '[]') || $10::jsonb
		where id = $1`,
		w.CaseID, history.ClosedAt, history.LastStage, history.StageSince, history.Appealed,
		history.ByStage[recovery.PrivateContact]+history.ByStage[recovery.GroupNotice], history.ByStage[recovery.Appeal],
		history.ByStage[recovery.Legal], w.Step.Command.Correction.Seq, []recovery.CorrectionMark{newMark(w, first.Seq, first.At)},
		history.HasContacted())
}

func newMark(w StepWrite, seq int64, at time.Time) recovery.CorrectionMark {
	correction := w.Step.Command.Correction
	return recovery.CorrectionMark{Seq: correction.Seq, BySeq: seq, At: at, TakenBack: correction.Replacement == nil}
}

// correctCounterparts returns the counterparts with the answers and returns of a
// corrected history.
// Somebody whose addition was taken back is not one of them any more.
func correctCounterparts(list []recovery.Counterpart, history recovery.History) []recovery.Counterpart {
	corrected := []recovery.Counterpart{}
	for _, counterpart := range list {
		last := history.Answers[counterpart.ID]
		counterpart.Answer, counterpart.Refusal = last.Response, last.Refusal
		for _, state := range history.Position.Counterparts {
			if state.ID == counterpart.ID {
				counterpart.ReturnFen, counterpart.Claimed = state.Returned, state.Share
				corrected = append(corrected, counterpart)
			}
		}
	}
	return corrected
}
