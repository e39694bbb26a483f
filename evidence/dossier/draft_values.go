package dossier

import (
	"strconv"

	"recourse/evidence/folio"
	"recourse/recovery"
)

// maskText replaces a personal value that may not be shown or was erased.
func (p *draft) maskText() string {
	if p.folio.Audience == recovery.ForArchive || p.erased != nil {
		return p.t.text("erased")
	}
	return p.t.text("masked")
}

// personalValue returns a personal value of an entry, the mask if the entry commits
// to a value that is not in the folio, or "" if it has none.
func (p *draft) personalValue(e *folio.Entry, path string) string {
	if value := e.Value(path); value != "" {
		return value
	}
	if _, committed := e.Parsed.Commitments[path]; committed {
		return p.maskText()
	}
	return ""
}

// fieldOrMask returns a value that is in the case record and committed in an entry.
// If an entry commits to it, the entry decides whether it is shown.
func (p *draft) fieldOrMask(e *folio.Entry, path, recorded string) string {
	if e != nil {
		if _, committed := e.Parsed.Commitments[path]; committed {
			return p.personalValue(e, path)
		}
	}
	return recorded
}

// shows reports whether the audience may see values of a class. The folio has
// already removed what the person who asked for the papers may not see.
func (p *draft) shows(class recovery.ValueClass) bool {
	return recovery.SeesOnPaper(p.folio.Audience, recovery.RoleSystem, class)
}

// contactOrMask masks contact data for the opponent even if the folio contains it.
func (p *draft) contactOrMask(path, recorded string) string {
	return p.maskReach(p.fieldOrMask(p.filed, path, recorded))
}

func (p *draft) maskReach(value string) string {
	if value != "" && !p.shows(recovery.ReachValues) {
		return p.maskText()
	}
	return value
}

// contact returns how the i-th counterpart can be reached.
func (p *draft) contact(i int) string {
	return p.maskReach(p.newestValue(p.counterpartEntry(i, "contact"), p.folio.Case.Counterparts[i].Contact))
}

func (p *draft) claimantName() string {
	if name := p.fieldOrMask(p.filed, "claimant.name", p.folio.Case.Claimant.Name); name != "" {
		return name
	}
	return p.maskText()
}

// alias names the i-th counterpart of the case. Where the counterparts themselves
// read, they are numbered.
func (p *draft) alias(i int) string {
	if p.hidesOthers() {
		return p.t.text("one_of_several", "no", i+1)
	}
	recorded := p.folio.Case.Counterparts[i].Alias
	if alias := p.newestValue(p.aliasEntry(i), recorded); alias != "" {
		return alias
	}
	return p.maskText()
}

// valueEntry is the entry that states a value that can change, and its path there.
type valueEntry struct {
	entry *folio.Entry
	path  string
	later bool // it is not the entry that filed the case
}

// newestValue returns a value that both sides know as the newest entry states it. An
// audience that may not read a later entry gets the recorded value.
func (p *draft) newestValue(from valueEntry, recorded string) string {
	if from.later && !recovery.ReadsEntries(p.folio.Audience, from.entry.Parsed.Kind) {
		return recorded
	}
	return p.fieldOrMask(from.entry, from.path, recorded)
}

// aliasEntry finds what the i-th counterpart is called: at filing, when they were added,
// or when they were renamed.
func (p *draft) aliasEntry(i int) valueEntry {
	from := p.counterpartEntry(i, "alias")
	for e := range p.amendments() {
		if e.namesCounterpart(p.folio.Case.Counterparts[i].ID) && e.commits("alias") {
			from = valueEntry{e.Entry, "alias", true}
		}
	}
	return from
}

// counterpartEntry finds a value of the i-th counterpart in the entry that named them
// first.
func (p *draft) counterpartEntry(i int, field string) valueEntry {
	for e := range p.amendments() {
		if e.Parsed.Kind == recovery.EntryCounterpartAdded && e.namesCounterpart(p.folio.Case.Counterparts[i].ID) {
			return valueEntry{e.Entry, field, true}
		}
	}
	return valueEntry{p.filed, counterpartPath(i, field), false}
}

// numberEntry finds the transaction number of the payment: at filing, or as amended.
// With several payments an amendment fills in the one that was not known.
func (p *draft) numberEntry(path string) valueEntry {
	from := valueEntry{p.filed, path, false}
	for e := range p.amendments() {
		isNumber := e.commits("transaction_no") || e.Parsed.Facts["removed"] != nil // a removal commits to no number
		if e.Parsed.Kind == recovery.EntryFactsAmended && isNumber && (path == "transaction_no" || !commits(p.filed, path)) {
			from = valueEntry{e.Entry, "transaction_no", true}
		}
	}
	return from
}

// counterpartPath returns the path of a value of the i-th counterpart in the entry
// case_filed, which counts from 1.
func counterpartPath(i int, field string) string {
	return "counterpart." + strconv.Itoa(i+1) + "." + field
}

// counterpartAlias names a counterpart by id; "" if the case has no such
// counterpart.
func (p *draft) counterpartAlias(id recovery.CounterpartID) string {
	for i := range p.folio.Case.Counterparts {
		if p.folio.Case.Counterparts[i].ID == id {
			return p.alias(i)
		}
	}
	return ""
}

// exhibitText returns what the sender wrote about an exhibit.
func (p *draft) exhibitText(e *exhibit, path, recorded string) string {
	return p.fieldOrMask(p.findEntry(e.Seq), path, recorded)
}

// outstanding is the amount that the papers ask for.
func (p *draft) outstanding() recovery.Money {
	position := p.folio.Case.Position
	if position.Claim == 0 {
		position.Claim = p.folio.Case.Amount
	}
	return position.Outstanding()
}
