package postgres

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"recourse/evidence/journal"
	"recourse/recovery"
)

const selectDetails = `select evidence_id, report, near_duplicate_of, answers, view_sha256, view_size,
	exists (select from examinations x where x.evidence_id = d.evidence_id) as being_examined
	from evidence_details d`

// EvidenceDetails returns what was found in a file. Errors: CodeNotFound, also
// after the file was erased.
func (s *Store) EvidenceDetails(ctx context.Context, id recovery.EvidenceID) (recovery.EvidenceDetails, error) {
	return queryOne[recovery.EvidenceDetails](ctx, s, "file", selectDetails+` where evidence_id = $1`, id)
}

// EvidenceDetailsOf returns what was found in each of these files.
func (s *Store) EvidenceDetailsOf(ctx context.Context, files []recovery.EvidenceID) (map[recovery.EvidenceID]recovery.EvidenceDetails, error) {
	list, err := queryAll[recovery.EvidenceDetails](ctx, s, "evidence details", selectDetails+` where evidence_id = any($1)`, files)
	if err != nil {
		return nil, err
	}
	byID := make(map[recovery.EvidenceID]recovery.EvidenceDetails, len(list))
	for _, details := range list {
		byID[details.EvidenceID] = details
	}
	return byID, nil
}

// otherFiles lists the files of a case that one may duplicate. The caller holds the lock
// on the case's head, so that no other file is added or examined.
func otherFiles(ctx context.Context, tx pgx.Tx, id recovery.CaseID, except recovery.EvidenceID) ([]recovery.OtherFile, error) {
	rows, err := tx.Query(ctx, `select e.id, e.sha256, decode(d.report->>'sketch', 'base64') as perceptual_hash from evidence e
		left join evidence_details d on d.evidence_id = e.id where e.case_id = $1 and e.id <> $2 order by e.seq`, id, except)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[recovery.OtherFile])
}

func queueDetails(batch *pgx.Batch, d recovery.EvidenceDetails) {
	batch.Queue(`insert into evidence_details (evidence_id, report, near_duplicate_of) values ($1, $2, $3)
		on conflict (evidence_id) do nothing`, d.EvidenceID, d.Report, d.NearDuplicateOf)
}

// AnswersWrite holds a claimant's answers to the facts found in a file.
type AnswersWrite struct {
	CaseID       recovery.CaseID
	EvidenceID   recovery.EvidenceID
	Answers      map[string]string // merged into the existing ones
	Draft        journal.Draft
	Idempotency  Idempotency
	Precondition Precondition
}

// WriteAnswers stores answers with their journal entry. Errors: ErrRepeated,
// CodeNotFound.
func (s *Store) WriteAnswers(ctx context.Context, w AnswersWrite) error {
	answers, err := json.Marshal(w.Answers)
	if err != nil {
		return fmt.Errorf("answers: %w", err)
	}
	return s.inTransaction(ctx, "answer on evidence", func(tx pgx.Tx) error {
		writer, _, err := s.beginEntry(ctx, tx, w.CaseID, w.Draft, w.Idempotency, w.Precondition)
		if err != nil {
			return err
		}
		writer.batch.Queue(`update evidence_details set answers = answers || $2::jsonb where evidence_id = $1`, w.EvidenceID, string(answers))
		return writer.sendBatch(ctx)
	})
}
