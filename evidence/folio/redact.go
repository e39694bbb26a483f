package folio

import (
	"fmt"
	"slices"
	"strings"

	"recourse/evidence/journal"
	"recourse/recovery"
)

// redaction decides what papers may contain, by recovery's tables of disclosure. The
// journal keeps the commitment of a withheld value and the hash of a withheld entry,
// so the papers still verify and show that something is withheld.
type redaction struct {
	audience     recovery.Audience
	requester    recovery.Role          // of the person who asked for the papers
	counterpart  recovery.CounterpartID // the one counterpart that the papers are for; "": for all
	others       []string               // paths of the values of the other counterparts start with these
	hiddenFiles  map[string]bool        // by SHA-256, under any kind the same bytes were filed as
	erased       bool                   // no original is left
	mask         Mask                   // removes personal data from a text
	lastSeq      int64                  // of the entry that requested the export
	madeInternal map[int64]bool         // shared notes that a correction made internal, by their number
}

func newRedaction(c recovery.Case, export recovery.Export, files []recovery.Evidence, mask Mask) redaction {
	r := redaction{
		audience: export.Audience, requester: export.By.Role, counterpart: export.CounterpartID, lastSeq: export.Size,
		hiddenFiles: map[string]bool{}, erased: c.ErasedAt != nil, mask: mask,
	}
	for _, one := range files {
		if r.disclosureOf(recovery.ClassOfFile(one.Kind)) == recovery.Withheld || r.isOfAnother(one.By) {
			r.hiddenFiles[one.SHA256] = true
		}
	}
	for i, one := range c.Counterparts {
		if r.isForAnother(one.ID) {
			r.others = append(r.others, fmt.Sprintf("counterpart.%d.", i+1))
		}
	}
	if mask == nil {
		r.mask = func(string) string { return "" }
	}
	return r
}

func (r redaction) disclosureOf(class recovery.ValueClass) recovery.Disclosure {
	return recovery.DisclosureOnPaper(r.audience, r.requester, class)
}

func (r redaction) showsClass(class recovery.ValueClass) bool {
	return r.disclosureOf(class) == recovery.Shown
}

// isForAnother reports whether something concerns a counterpart other than the one
// that the papers are for.
func (r redaction) isForAnother(id recovery.CounterpartID) bool {
	return r.counterpart != "" && id != "" && id != r.counterpart
}

// isOfAnother reports whether another counterpart did something.
func (r redaction) isOfAnother(by recovery.Actor) bool {
	return by.Role == recovery.RoleCounterpart && r.isForAnother(recovery.CounterpartID(by.ID))
}

// readsEntry reports whether the audience gets an entry. Of the entries about exports
// it gets only the last, which requested its own papers.
func (r redaction) readsEntry(entry journal.Entry) bool {
	replacement, _ := entry.Facts["replacement"].(map[string]any)
	about, _ := entry.Facts["counterpart_id"].(string)
	instead, _ := replacement["counterpart_id"].(string)
	switch {
	case !recovery.ReadsEntries(r.audience, entry.Kind), r.isOfAnother(entry.Actor):
		return false
	case entry.Kind == recovery.EntryExportRequested:
		return entry.Seq == r.lastSeq || r.showsClass(recovery.OwnSideValues)
	default:
		return !r.isForAnother(recovery.CounterpartID(about)) && !r.isForAnother(recovery.CounterpartID(instead))
	}
}

func (r redaction) isInternal(entry journal.Entry) bool {
	return r.madeInternal[entry.Seq] || recovery.IsInternalNote(entry.Kind, entry.Facts["visibility"])
}

// disclosureOfValue returns how much of one personal value of an entry the audience
// gets.
func (r redaction) disclosureOfValue(entry journal.Entry, path string) recovery.Disclosure {
	switch {
	case r.isInternal(entry) && !r.showsClass(recovery.InternalNotes):
		return recovery.Withheld
	case slices.ContainsFunc(r.others, func(prefix string) bool { return strings.HasPrefix(path, prefix) }):
		return recovery.Withheld
	case entry.Blob != nil && r.hiddenFiles[entry.Blob.SHA256]:
		return recovery.Withheld
	default:
		return r.disclosureOf(recovery.ClassOfValue(entry.Kind, path))
	}
}

// isMadeFor reports whether a copy was made for this audience. A copy for viewing
// suits everybody.
func (r redaction) isMadeFor(facts map[string]any) bool {
	if facts["audience"] == nil {
		return true
	}
	reader, _ := facts["counterpart_id"].(string)
	return facts["audience"] == string(r.audience) && recovery.CounterpartID(reader) == r.counterpart
}

// withholds reports whether the audience gets no bytes of a file.
func (r redaction) withholds(e recovery.Evidence) bool { return r.erased || r.hiddenFiles[e.SHA256] }

// redactEvidence clears the fields that describe a file, and keeps that it
// exists and what kind it is.
func redactEvidence(e recovery.Evidence) recovery.Evidence {
	e.FileName, e.Description, e.Source, e.CapturedAt = "", "", "", nil
	return e
}

// redactText returns a text as the audience may read it.
func (r redaction) redactText(class recovery.ValueClass, text string) string {
	switch r.disclosureOf(class) {
	case recovery.Shown:
		return text
	case recovery.Masked:
		return r.mask(text)
	default:
		return ""
	}
}

// redactCase returns the case as the audience may see it.
func (r redaction) redactCase(c recovery.Case) recovery.Case {
	c.Narrative = r.redactText(recovery.StatementValues, c.Narrative)
	if !r.showsClass(recovery.PayerValues) {
		c.Payer = recovery.Payer{}
	}
	c.Counterparts = slices.Clone(c.Counterparts)
	if !r.showsClass(recovery.ReachValues) {
		c.Claimant = recovery.Claimant{Name: c.Claimant.Name}
		for i := range c.Counterparts {
			c.Counterparts[i].Contact = ""
		}
	}
	return r.keepCounterpart(c)
}

// redactParticulars returns the particulars without those of the counterparts that the
// papers are not for, and with the story as the audience may read it.
func (r redaction) redactParticulars(p recovery.Particulars) recovery.Particulars {
	p.Counterparts = slices.DeleteFunc(slices.Clone(p.Counterparts), func(one recovery.CounterpartParticulars) bool {
		return r.isForAnother(one.CounterpartID)
	})
	p.Narrative = r.redactText(recovery.StatementValues, p.Narrative)
	return p
}

// redactValues splits the personal values of an entry: those that the audience gets as
// recorded, and those that it gets masked. A text in which nothing had to be masked is
// given as recorded, so that it can be verified.
func (r redaction) redactValues(entry *Entry, values []journal.Value) {
	for _, value := range values {
		degree, text := r.disclosureOfValue(entry.Parsed, value.Path), value.Value
		if degree == recovery.Masked {
			text = r.mask(value.Value)
		}
		switch {
		case degree == recovery.Withheld:
		case text == value.Value:
			entry.Values = append(entry.Values, value)
		default:
			if entry.Masked == nil {
				entry.Masked = map[string]string{}
			}
			entry.Masked[value.Path] = text
		}
	}
}

// redactEntries returns stored entries with the values the audience may see. Entries
// that it may not read are still whole: see withholdEntries.
func redactEntries(records []journal.Record, r redaction) ([]Entry, error) {
	parsed := make([]journal.Entry, len(records))
	for i, record := range records {
		var err error
		if parsed[i], err = journal.ParseEntry(record.Bytes); err != nil {
			return nil, fmt.Errorf("%w: entry %d: %w", ErrJournalIncomplete, record.Seq, err)
		}
	}
	r.madeInternal = journal.NotesMadeInternal(parsed)
	entries := make([]Entry, len(records))
	for i, record := range records {
		entries[i] = Entry{Raw: record.Bytes, Hash: record.Hash, Parsed: parsed[i]}
		r.redactValues(&entries[i], record.Values)
	}
	return entries, nil
}

// withholdEntries returns entries with nothing but the hash of those that the audience
// may not read. A copy is mentioned only where the bag contains it.
func (r redaction) withholdEntries(entries []Entry, exhibits []Exhibit) []Entry {
	copies := map[any]bool{}
	for _, exhibit := range exhibits {
		if exhibit.Copy != nil && !exhibit.Withheld {
			copies[exhibit.Copy.SHA256] = true
		}
	}
	kept := slices.Clone(entries)
	for i, entry := range kept {
		derived := entry.Parsed.Kind == recovery.EntryEvidenceDerived && !r.showsClass(recovery.FileMetadata)
		if !r.readsEntry(entry.Parsed) || derived && !copies[entry.Parsed.Facts["sha256"]] {
			kept[i] = Entry{Hash: entry.Hash, Withheld: true}
		}
	}
	return withoutOrphans(kept)
}

// withoutOrphans withholds the corrections of withheld entries.
func withoutOrphans(entries []Entry) []Entry {
	for i, entry := range entries {
		seq, corrects := entry.Parsed.Facts["corrects"].(float64)
		if corrects && (seq < 1 || int(seq) > len(entries) || entries[int(seq)-1].Withheld) {
			entries[i] = Entry{Hash: entry.Hash, Withheld: true}
		}
	}
	return entries
}

// keepCounterpart removes everybody but the counterpart that the papers are for.
func (r redaction) keepCounterpart(c recovery.Case) recovery.Case {
	if r.counterpart == "" {
		return c
	}
	isOther := func(id recovery.CounterpartID) bool { return id != r.counterpart }
	for i, one := range c.Counterparts {
		if isOther(one.ID) {
			c.Counterparts[i] = recovery.Counterpart{ID: one.ID}
		}
	}
	c.Position.Counterparts = slices.Clone(c.Position.Counterparts)
	for i, one := range c.Position.Counterparts {
		if isOther(one.ID) {
			c.Position.Counterparts[i] = recovery.CounterpartState{ID: one.ID}
		}
	}
	c.Position.Plans = slices.DeleteFunc(slices.Clone(c.Position.Plans), func(p recovery.Plan) bool { return isOther(p.CounterpartID) })
	return c
}
