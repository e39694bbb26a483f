package activities

import (
	"fmt"
	"slices"
	"time"

	"recourse/evidence/folio"
	"recourse/playbook"
	"recourse/recovery"
)

// PinnedRules are the playbooks, read for each case by the version that was in
// force when it was filed. They are Rules and Checklist.
type PinnedRules struct {
	Shelf *playbook.Shelf
}

// Deadlines implements Rules.
func (r PinnedRules) Deadlines(c recovery.Case, step recovery.Step, now time.Time) ([]recovery.Deadline, error) {
	book, err := r.book(c)
	if err != nil {
		return nil, err
	}
	return book.Deadlines(c, step, now), nil
}

// ContactLimits implements Rules.
func (r PinnedRules) ContactLimits(c recovery.Case, at time.Time) (recovery.ContactLimits, error) {
	book, err := r.book(c)
	if err != nil {
		return recovery.ContactLimits{}, err
	}
	return book.ContactLimits(at), nil
}

// Missing implements Checklist.
func (r PinnedRules) Missing(c recovery.Case, have []recovery.Evidence, audience recovery.Audience) ([]string, error) {
	book, err := r.book(c)
	if err != nil {
		return nil, err
	}
	return book.Missing(c, have, audience), nil
}

// courtFees are the fees a paper may name.
var courtFees = []string{"suit", "summary", "payment_order", "preservation"}

// Fees implements Checklist. A fee the book cannot say is left out: its line of
// the paper stays blank.
func (r PinnedRules) Fees(c recovery.Case, at time.Time) ([]folio.Fee, error) {
	book, err := r.book(c)
	base := c.Position.Outstanding()
	if err != nil || base == 0 {
		return nil, err
	}
	var fees []folio.Fee
	for _, name := range courtFees {
		amount, mark, known := book.Fee(name, base, at)
		source, written := book.FeeSource(name, base, at)
		if !known || !written {
			continue
		}
		source.Mark = mark // a part of another fee is no surer than the whole
		fees = append(fees, folio.Fee{Name: name, Base: base, Amount: amount, Law: citation(source)})
	}
	return fees, nil
}

// pleaded are the theories a claimant's own paper rests on. What else the book
// finds supported is the other side's case, or a crime: to cite that against
// somebody is a threat, and a lawyer's to decide.
var pleaded = []string{"unjust_enrichment", "material_misunderstanding"}

// Citations implements Checklist.
func (r PinnedRules) Citations(c recovery.Case, at time.Time) ([]folio.Citation, error) {
	book, err := r.book(c)
	if err != nil {
		return nil, err
	}
	var cited []folio.Citation
	for _, theory := range book.Characterise(playbook.FactsOf(c), at) {
		if theory.Status != playbook.Supported || !slices.Contains(pleaded, theory.Theory) {
			continue
		}
		for _, article := range theory.Articles {
			if one := citation(article); article.Statute != "" && !slices.Contains(cited, one) {
				cited = append(cited, one)
			}
		}
	}
	return cited, nil
}

func citation(s playbook.Source) folio.Citation {
	return folio.Citation{Statute: s.Statute, Section: s.Section, Edition: s.Edition, Mark: string(s.Mark)}
}

// book finds the pinned version. A build that does not carry it cannot go on
// with the case, but another build can: the error is no verdict on the case.
func (r PinnedRules) book(c recovery.Case) (*playbook.Book, error) {
	book, err := r.Shelf.Book(c.Playbook)
	if err != nil {
		return nil, fmt.Errorf("this build does not carry the playbook %q", c.Playbook)
	}
	return book, nil
}
