package dossier

import (
	"errors"
	"slices"

	"recourse/evidence/folio"
	"recourse/evidence/typeset/picture"
	"recourse/recovery"
)

// draft is a folio prepared for writing: exhibits classified, pictures opened,
// values masked.
type draft struct {
	folio        folio.Folio
	corrected    []folio.CorrectedEntry // see correctedEntries
	counting     []folio.Entry          // see countingEntries
	fingerprint  string
	reencode     picture.Reencoder
	options      Options
	volumePages  int      // at most, of a volume
	volumes      []volume // once the pages are laid out
	t            *wording
	filed        *folio.Entry // entry case_filed; nil when there is none
	erased       *folio.Entry // the newest entry of an erasure; nil: nothing was erased
	exhibits     []exhibit
	numbers      map[recovery.EvidenceID]int // exhibit number of each evidence id
	pdfPages     int                         // rendered so far
	reopened     int                         // pictures whose digest was computed again
	mismatched   int
	journalCheck journalCheck
	lines        []line // of the limitation ledger, in order of time
	demands      []demand
	replies      []reply
	ledgers      map[recovery.CounterpartID]recovery.Limitation
	interest     interest
	values       map[string]string // what the forms may use; "" if not known
	blanked      map[string]string // the same, with a blank to fill in if not known
	conditions   map[string]bool
	missing      []string // what a complete dossier lacks
	// focus is the counterpart that this draft is about; nil: all of them. focused
	// has one such draft for each debtor.
	focus        *int
	focused      []*draft
	claimantWord string // what the paper being written calls the claimant
}

func newDraft(f folio.Folio, o Options) (*draft, error) {
	t, err := loadWording()
	if err != nil {
		return nil, err
	}
	o = o.fillIn()
	p := &draft{folio: f, fingerprint: o.Fingerprint, reencode: o.Reencode, options: o, volumePages: o.VolumePages, t: t, numbers: map[recovery.EvidenceID]int{}}
	for i := range f.Entries {
		switch kind := f.Entries[i].Parsed.Kind; {
		case kind == recovery.EntryCaseFiled && p.filed == nil:
			p.filed = &f.Entries[i]
		case kind == recovery.EntryValuesErased:
			p.erased = &f.Entries[i]
		}
	}
	if i := slices.IndexFunc(f.Case.Counterparts, func(one recovery.Counterpart) bool { return one.ID == f.Counterpart }); i >= 0 && len(f.Case.Counterparts) > 1 {
		p.focus = &i
	}
	p.journalCheck = p.checkJournal()
	p.classifyExhibits()
	for i := range p.exhibits {
		e := &p.exhibits[i]
		if err := errors.Join(p.preparePicture(e), p.prepareRows(e), p.prepareWords(e), p.preparePDF(e)); err != nil {
			return nil, err
		}
	}
	p.shareRows()
	p.loadLimitation()
	p.evaluate()
	for _, i := range p.debtors() {
		p.focused = append(p.focused, p.focusOn(i))
	}
	p.missing = p.missingItems()
	return p, nil
}

// focusOn returns a draft of the papers about one counterpart.
func (p *draft) focusOn(i int) *draft {
	one := *p
	one.focus, one.focused, one.interest = &i, nil, interest{}
	one.evaluate()
	return &one
}
