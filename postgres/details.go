package postgres

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"recourse/evidence/journal"
	"recourse/recovery"
)

const selectDetails = `select evidence_id, report, near_duplicate_of, answers, view_sha256, view_size
	from evidence_details d`

// Details returns what was found in a file. Errors: CodeNotFound, also when the file
// was erased.
func (s *Store) EvidenceDetails(ctx context.Context, id recovery.EvidenceID) (recovery.EvidenceDetails, error) {
	return queryOne[recovery.EvidenceDetails](ctx, s, "file", selectDetails+` where evidence_id = $1`, id)
}

// DetailsOf gives what was learned from all files of a case.
func (s *Store) EvidenceDetailsOf(ctx context.Context, id recovery.CaseID) (map[recovery.EvidenceID]recovery.EvidenceDetails, error) {
	list, err := queryAll[recovery.EvidenceDetails](ctx, s, "evidence details",
		selectDetails+` where exists (select 1 from evidence e where e.id = d.evidence_id and e.case_id = $1)`, id)
	if err != nil {
		return nil, err
	}
	byID := make(map[recovery.EvidenceID]recovery.EvidenceDetails, len(list))
	for _, details := range list {
		byID[details.EvidenceID] = details
	}
	return byID, nil
}

// earlierFiles lists the files of a case that a new one may duplicate. The caller
// holds the lock on the case's head, so that no other file is added.
func earlierFiles(ctx context.Context, tx pgx.Tx, id recovery.CaseID) ([]recovery.EarlierFile, error) {
	rows, err := tx.Query(ctx, `select e.id, e.sha256, decode(d.report->>'sketch', 'base64') as perceptual_hash from evidence e
		left join evidence_details d on d.evidence_id = e.id where e.case_id = $1 order by e.seq`, id)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[recovery.EarlierFile])
}

func queueDetails(batch *pgx.Batch, d recovery.EvidenceDetails) {
	batch.Queue(`insert into evidence_details (evidence_id, report, near_duplicate_of) values ($1, $2, $3)
		on conflict (evidence_id) do nothing`, d.EvidenceID, d.Report, d.NearDuplicateOf)
}

// AnswersWrite is a claimant's word on what a file tells about itself.
type AnswersWrite struct {
	CaseID      recovery.CaseID
	EvidenceID  recovery.EvidenceID
	Answers     map[string]string // joins those that stand
	Draft       journal.Draft
	Idempotency Idempotency
}

// WriteAnswers keeps answers with their journal entry. Errors: ErrAnswered,
// CodeNotFound.
func (s *Store) WriteAnswers(ctx context.Context, w AnswersWrite) error {
	answers, err := json.Marshal(w.Answers)
	if err != nil {
		return fmt.Errorf("answers: %w", err)
	}
	return s.inTransaction(ctx, "answer on evidence", func(tx pgx.Tx) error {
		pen, _, err := s.beginEntry(ctx, tx, w.CaseID, w.Draft, w.Idempotency)
		if err != nil {
			return err
		}
		pen.batch.Queue(`update evidence_details set answers = answers || $2::jsonb where evidence_id = $1`, w.EvidenceID, string(answers))
		return pen.flush(ctx)
	})
}

// WriteView keeps which blob is the shown copy of a file, with its journal
// entry, once. Errors: ErrAnswered when it stands already, CodeNotFound.
func (s *Store) StoreView(ctx context.Context, id recovery.CaseID, d recovery.EvidenceDetails, draft journal.Draft) error {
	return s.inTransaction(ctx, "keep a shown copy", func(tx pgx.Tx) error {
		pen, _, err := s.beginEntry(ctx, tx, id, draft, Idempotency{})
		if err != nil {
			return err
		}
		pen.batch.Queue(`update evidence_details set view_sha256 = $2, view_size = $3 where evidence_id = $1`,
			d.EvidenceID, d.ViewSHA256, d.ViewSize)
		return pen.flush(ctx)
	})
}
