package activities

import (
	"fmt"
	"slices"
	"time"

	"recourse/evidence/folio"
	"recourse/playbook"
	"recourse/recovery"
)

// PinnedRules answers from the playbook version that was in force when a case was
// filed. It implements Rules and folio.Checklist.
type PinnedRules struct {
	Registry *playbook.Registry
}

// Deadlines implements Rules.
func (r PinnedRules) Deadlines(c recovery.Case, step recovery.Step, now time.Time) ([]recovery.Deadline, error) {
	book, err := r.pinnedBook(c)
	if err != nil {
		return nil, err
	}
	return book.Deadlines(c, step, now), nil
}

// ContactLimits implements Rules.
func (r PinnedRules) ContactLimits(c recovery.Case, at time.Time) (recovery.ContactLimits, error) {
	book, err := r.pinnedBook(c)
	if err != nil {
		return recovery.ContactLimits{}, err
	}
	return book.ContactLimits(at), nil
}

// Missing implements folio.Checklist.
func (r PinnedRules) Missing(c recovery.Case, have []recovery.Evidence, audience recovery.Audience) ([]string, error) {
	book, err := r.pinnedBook(c)
	if err != nil {
		return nil, err
	}
	return book.Missing(c, have, audience), nil
}

// courtFees are the fees that a paper may name.
var courtFees = []string{"suit", "summary", "payment_order", "preservation"}

// suitFees are those of them that are computed on the whole claim. A payment order
// and a preservation are for the money itself.
var suitFees = []string{"suit", "summary"}

// Fees implements folio.Checklist. A fee the playbook cannot compute is left out,
// and its line in the paper stays blank.
func (r PinnedRules) Fees(c recovery.Case, interest recovery.Money, at time.Time) ([]folio.Fee, error) {
	book, err := r.pinnedBook(c)
	outstanding := c.Position.Outstanding()
	if err != nil || outstanding == 0 {
		return nil, err
	}
	var fees []folio.Fee
	for _, name := range courtFees {
		base := outstanding
		if slices.Contains(suitFees, name) {
			base += interest
		}
		amount, mark, known := book.Fee(name, base, at)
		source, written := book.FeeSource(name, base, at)
		if !known || !written {
			continue
		}
		source.Mark = mark // a part of another fee is no more certain than the whole
		fees = append(fees, folio.Fee{Name: name, Base: base, Amount: amount, Law: newCitation(source)})
	}
	return fees, nil
}

// pleadedTheories are the theories that a claimant's own paper may cite. Other
// supported theories are the opponent's case, or a crime: citing a crime against
// a person is a threat, so only a lawyer may decide it.
var pleadedTheories = []string{"unjust_enrichment", "material_misunderstanding"}

// Citations implements folio.Checklist.
func (r PinnedRules) Citations(c recovery.Case, at time.Time) ([]folio.Citation, error) {
	book, err := r.pinnedBook(c)
	if err != nil {
		return nil, err
	}
	var cited []folio.Citation
	for _, theory := range book.Characterise(playbook.FactsOf(c), at) {
		if theory.Status != playbook.Supported || !slices.Contains(pleadedTheories, theory.Theory) {
			continue
		}
		for _, article := range theory.Articles {
			if one := newCitation(article); article.Statute != "" && !slices.Contains(cited, one) {
				cited = append(cited, one)
			}
		}
	}
	return cited, nil
}

func newCitation(s playbook.Source) folio.Citation {
	return folio.Citation{Statute: s.Statute, Section: s.Section, Edition: s.Edition, Mark: string(s.Mark)}
}

// pinnedBook returns the playbook version of a case. The error may be retried,
// because another build may contain a version that this one does not.
func (r PinnedRules) pinnedBook(c recovery.Case) (*playbook.RuleSet, error) {
	book, err := r.Registry.RuleSet(c.Playbook)
	if err != nil {
		return nil, fmt.Errorf("this build does not carry the playbook %q", c.Playbook)
	}
	return book, nil
}
