package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"recourse/evidence/journal"
	"recourse/recovery"
)

// CopyWrite is the copy of a file for another party, whose bytes are durable, with its
// journal entry.
type CopyWrite struct {
	EvidenceID    recovery.EvidenceID
	Audience      recovery.Audience
	CounterpartID recovery.CounterpartID // the one reader; "": all
	SHA256        string
	Content       string // identifies what the copy shows
	Draft         journal.Draft
}

// AddCopies stores copies with their journal entries in one transaction. Errors:
// CodeNotFound for an unknown case.
func (s *Store) AddCopies(ctx context.Context, id recovery.CaseID, list []CopyWrite) error {
	if len(list) == 0 {
		return nil
	}
	return s.inTransaction(ctx, "keep copies", func(tx pgx.Tx) error {
		drafts := make([]journal.Draft, len(list))
		for i, one := range list {
			drafts[i] = one.Draft
		}
		writer, err := s.lockJournal(ctx, tx, id, drafts...)
		if err != nil {
			return err
		}
		for _, one := range list {
			if _, err := writer.appendEntry(one.Draft); err != nil {
				return err
			}
			writer.batch.Queue(`insert into evidence_copies (evidence_id, audience, counterpart_id, sha256, content)
				values ($1, $2, $3, $4, $5)`, one.EvidenceID, one.Audience, one.CounterpartID, one.SHA256, one.Content)
		}
		return writer.sendBatch(ctx)
	})
}

// NewestCopies returns what the newest copy of each file for a reader shows.
func (s *Store) NewestCopies(
	ctx context.Context, id recovery.CaseID, audience recovery.Audience, reader recovery.CounterpartID,
) (map[recovery.EvidenceID]string, error) {
	type row struct {
		EvidenceID recovery.EvidenceID
		Content    string
	}
	list, err := queryAll[row](ctx, s, "copies", `select distinct on (d.evidence_id) d.evidence_id, d.content
		from evidence_copies d join evidence e on e.id = d.evidence_id
		where e.case_id = $1 and d.audience = $2 and d.counterpart_id = $3 order by d.evidence_id, d.id desc`, id, audience, reader)
	contents := make(map[recovery.EvidenceID]string, len(list))
	for _, one := range list {
		contents[one.EvidenceID] = one.Content
	}
	return contents, err
}
