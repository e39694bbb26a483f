package folio

import (
	"fmt"
	"slices"
	"strings"

	"recourse/evidence/journal"
	"recourse/recovery"
)

// redaction is what an audience may not see. The journal keeps the commitment
// of a withheld value, so the papers still verify and show that something is
// withheld.
//
// The court and the archive need to know how people can be reached. The opponent
// and the platform do not (data minimisation, PIPL article 6): they get the
// claimant's name, no contact of a counterpart, and no picture that shows where
// it was taken. The opponent also gets no file that shows the claimant's identity
// papers or whereabouts, under any kind the same bytes were filed as. Internal
// entries are for the archive only.
type redaction struct {
	hidesContacts    bool            // how people can be reached
	hidesInternal    bool            // internal entries
	hidesParticulars bool            // the requester need not know who the people are
	hiddenFiles      map[string]bool // by SHA-256
	erased           bool            // no original is left
}

func newRedaction(c recovery.Case, audience recovery.Audience, files []recovery.Evidence) redaction {
	r := redaction{
		hidesContacts: audience != recovery.ForCourt && audience != recovery.ForArchive,
		hidesInternal: audience != recovery.ForArchive,
		hiddenFiles:   map[string]bool{}, erased: c.ErasedAt != nil,
	}
	for _, one := range files {
		if audience == recovery.ForOpponent && (one.Kind == recovery.Identity || one.Kind == recovery.Location) {
			r.hiddenFiles[one.SHA256] = true
		}
	}
	return r
}

// contactPaths are the paths of how and where the claimant can be found.
var contactPaths = []string{"claimant.email", "claimant.phone", "claimant.province", "claimant.city", "gps"}

// showsValue reports whether the audience sees one personal value of an entry.
func (r redaction) showsValue(entry journal.Entry, path string) bool {
	switch {
	case r.hidesInternal && isInternal(entry):
		return false
	case entry.Blob != nil && r.hiddenFiles[entry.Blob.SHA256]:
		return false
	case recovery.IsParticular(path) && r.hidesParticulars:
		return recovery.ForAnybody(path)
	case recovery.IsParticular(path) && r.hidesContacts:
		return recovery.ForOtherSide(path)
	case r.hidesContacts:
		return !slices.Contains(contactPaths, path) && !strings.HasSuffix(path, ".contact")
	default:
		return true
	}
}

// isInternal reports whether only staff may read an entry: a note that is not
// shared, or any entry marked as internal.
func isInternal(entry journal.Entry) bool {
	visibility := entry.Facts["visibility"]
	return visibility == recovery.NoteInternal || entry.Kind == recovery.EntryNoteAdded && visibility != recovery.NoteShared
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
	if !r.hidesContacts {
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
		parsed, err := journal.Parse(record.Bytes)
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
