package activities

import (
	"slices"
	"strings"

	"recourse/evidence/journal"
	"recourse/recovery"
)

// mask says what an audience may not see. A withheld value stays in the journal
// as its commitment, so the papers still verify and show that something is
// withheld.
//
// The court and the archive need how people can be reached. The opponent and
// the platform do not: of the claimant they get the name, of the counterparts not
// how they can be reached, and of pictures not where they were taken: a copy goes
// in the place of one that tells (data minimisation, PIPL article 6). The opponent also gets no file that shows the
// claimant's identity papers or whereabouts, under whatever kind the same bytes
// were filed. Internal entries of the desk are for the archive only.
type mask struct {
	contacts bool            // withhold how people can be reached
	internal bool            // withhold internal entries
	files    map[string]bool // withhold these, by their SHA-256
	erased   bool            // no original is left, whoever asks
	blunt    bool            // whoever asked need not know who the people are
}

// maskFor makes the mask of an audience over the files of a case.
func maskFor(c recovery.Case, audience recovery.Audience, kept []recovery.Evidence) mask {
	m := mask{
		contacts: audience != recovery.ForCourt && audience != recovery.ForArchive,
		internal: audience != recovery.ForArchive,
		files:    map[string]bool{}, erased: c.ErasedAt != nil,
	}
	for _, one := range kept {
		if audience == recovery.ForOpponent && (one.Kind == recovery.Identity || one.Kind == recovery.Location) {
			m.files[one.SHA256] = true
		}
	}
	return m
}

// reachPaths are the paths that say how and where the claimant is found.
var reachPaths = []string{"claimant.email", "claimant.phone", "claimant.province", "claimant.city", "gps"}

// shows decides about one personal value of an entry.
func (m mask) shows(entry journal.Entry, path string) bool {
	switch {
	case m.internal && isInternal(entry):
		return false
	case entry.Blob != nil && m.files[entry.Blob.SHA256]:
		return false
	case recovery.IsParticular(path) && m.blunt:
		return recovery.ForAnybody(path)
	case recovery.IsParticular(path) && m.contacts:
		return recovery.ForOtherSide(path)
	case m.contacts:
		return !slices.Contains(reachPaths, path) && !strings.HasSuffix(path, ".contact")
	default:
		return true
	}
}

// isInternal reports what only the desk may read: a note that is not shared, and
// any entry that says so of itself.
func isInternal(entry journal.Entry) bool {
	visibility := entry.Facts["visibility"]
	return visibility == recovery.NoteInternal || entry.Kind == recovery.EntryNoteAdded && visibility != recovery.NoteShared
}

// exhibit is the record of a file as the audience may see it: of one that is
// withheld, that it is there and what it shows.
func (m mask) exhibit(e recovery.Evidence) (seen recovery.Evidence, withheld bool) {
	if !m.erased && !m.files[e.SHA256] {
		return e, false
	}
	e.FileName, e.Description, e.Source, e.CapturedAt = "", "", "", nil
	return e, true
}

// record is the case as the audience may see it.
func (m mask) record(c recovery.Case) recovery.Case {
	if !m.contacts {
		return c
	}
	c.Claimant = recovery.Claimant{Name: c.Claimant.Name}
	c.Counterparts = slices.Clone(c.Counterparts)
	for i := range c.Counterparts {
		c.Counterparts[i].Contact = ""
	}
	return c
}
