package dossier

import (
	"iter"
	"slices"

	"recourse/evidence/folio"
	"recourse/recovery"
)

// amendment is an entry that changes the record of the case.
type amendment struct{ *folio.Entry }

func (a amendment) namesCounterpart(id recovery.CounterpartID) bool {
	return a.Parsed.Facts["counterpart_id"] == string(id)
}

func (a amendment) commits(path string) bool { return commits(a.Entry, path) }

func commits(e *folio.Entry, path string) bool {
	if e == nil {
		return false
	}
	_, committed := e.Parsed.Commitments[path]
	return committed
}

var amendingKinds = []recovery.EntryKind{
	recovery.EntryFactsAmended, recovery.EntryCounterpartAdded, recovery.EntryCounterpartRenamed,
}

// amendments yields the entries that change the record, oldest first.
func (p *draft) amendments() iter.Seq[amendment] {
	return func(yield func(amendment) bool) {
		for i := range p.folio.Entries {
			e := &p.folio.Entries[i]
			if slices.Contains(amendingKinds, e.Parsed.Kind) && !yield(amendment{e}) {
				return
			}
		}
	}
}
