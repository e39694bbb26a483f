package folio

import (
	"fmt"
	"slices"

	"recourse/evidence/journal"
	"recourse/recovery"
)

// redaction decides what papers may show, by recovery's table of disclosure. The
// journal keeps the commitment of a withheld value, so the papers still verify
// and show that something is withheld.
type redaction struct {
	audience    recovery.Audience
	requester   recovery.Role   // of the person who asked for the papers
	hiddenFiles map[string]bool // by SHA-256, under any kind the same bytes were filed as
	erased      bool            // no original is left
}

func newRedaction(c recovery.Case, audience recovery.Audience, requester recovery.Role, files []recovery.Evidence) redaction {
	r := redaction{audience: audience, requester: requester, hiddenFiles: map[string]bool{}, erased: c.ErasedAt != nil}
	for _, one := range files {
		if !r.showsClass(recovery.ClassOfFile(one.Kind)) {
			r.hiddenFiles[one.SHA256] = true
		}
	}
	return r
}

func (r redaction) showsClass(class recovery.ValueClass) bool {
	return recovery.SeesOnPaper(r.audience, r.requester, class)
}

// showsValue reports whether the audience sees one personal value of an entry.
func (r redaction) showsValue(entry journal.Entry, path string) bool {
	switch {
	case recovery.IsInternalNote(entry.Kind, entry.Facts["visibility"]) && !r.showsClass(recovery.InternalNotes):
		return false
	case entry.Blob != nil && r.hiddenFiles[entry.Blob.SHA256]:
		return false
	default:
		return r.showsClass(recovery.ClassOfPath(path))
	}
}

// withholds reports whether the audience gets no bytes of a file.
func (r redaction) withholds(e recovery.Evidence) bool { return r.erased || r.hiddenFiles[e.SHA256] }

// redactEvidence clears the fields that describe a file, and keeps that it
// exists and what kind it is.
func redactEvidence(e recovery.Evidence) recovery.Evidence {
	e.FileName, e.Description, e.Source, e.CapturedAt = "", "", "", nil
	return e
}

// redactCase returns the case as the audience may see it.
func (r redaction) redactCase(c recovery.Case) recovery.Case {
	if !r.showsClass(recovery.PayerValues) {
		c.Payer = recovery.Payer{}
	}
	if r.showsClass(recovery.ReachValues) {
		return c
	}
	c.Claimant = recovery.Claimant{Name: c.Claimant.Name}
	c.Counterparts = slices.Clone(c.Counterparts)
	for i := range c.Counterparts {
		c.Counterparts[i].Contact = ""
	}
	return c
}

// redactEntries returns stored entries with the values the audience may see.
func redactEntries(records []journal.Record, r redaction) ([]Entry, error) {
	entries := make([]Entry, 0, len(records))
	for _, record := range records {
		parsed, err := journal.ParseEntry(record.Bytes)
		if err != nil {
			return nil, fmt.Errorf("%w: entry %d: %w", ErrJournalIncomplete, record.Seq, err)
		}
		entry := Entry{Raw: record.Bytes, Hash: record.Hash, Parsed: parsed}
		for _, value := range record.Values {
			if r.showsValue(parsed, value.Path) {
				entry.Values = append(entry.Values, value)
			}
		}
		entries = append(entries, entry)
	}
	return entries, nil
}
