package activities

import (
	"time"

	"recourse/evidence/folio"
	"recourse/recovery"
)

// Offline completes a folio that was read from a bag: what its papers take from
// the journal is taken from it again, as when the bag was written. No database
// and no playbook is asked: what the playbook computed stands in the bag.
func Offline(f folio.Folio) (folio.Folio, error) {
	a := &Exports{Checklist: computed{f.Papers}}
	export := recovery.Export{CaseID: f.Case.ID, Audience: f.Audience, Size: int64(len(f.Entries)), CreatedAt: f.At}
	papers, err := a.pleading(f.Case, f.Entries, export, maskFor(f.Case, f.Audience, nil))
	f.Papers = papers
	return f, err
}

// computed is the checklist of papers whose fees and articles are known.
type computed struct{ papers *folio.Papers }

// Missing implements Checklist; the folio names what is missing itself.
func (computed) Missing(recovery.Case, []recovery.Evidence, recovery.Audience) ([]string, error) {
	return nil, nil
}

// Fees implements Checklist.
func (c computed) Fees(recovery.Case, time.Time) ([]folio.Fee, error) { return c.papers.Fees, nil }

// Citations implements Checklist.
func (c computed) Citations(recovery.Case, time.Time) ([]folio.Citation, error) {
	return c.papers.Citations, nil
}
