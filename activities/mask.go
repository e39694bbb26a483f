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
// the platform do not: the claimant's mail and telephone, and what is known of
// how to reach any counterpart, are withheld from them (data minimisation, PIPL
// article 6). The opponent also gets no file that shows the claimant's identity
// papers or whereabouts. Internal notes of the desk are for the archive only.
type mask struct {
	contacts bool // withhold how people can be reached
	person   bool // withhold files that show who and where the claimant is
	internal bool // withhold internal notes
	erased   bool // no original is left, whoever asks
}

func maskFor(audience recovery.Audience) mask {
	return mask{
		contacts: audience != recovery.ForCourt && audience != recovery.ForArchive,
		person:   audience == recovery.ForOpponent,
		internal: audience != recovery.ForArchive,
	}
}

// contactPaths are the paths of a filing that say how the claimant is reached.
var contactPaths = []string{"claimant.email", "claimant.phone"}

// shows decides about one personal value of an entry.
func (m mask) shows(entry journal.Entry, path string) bool {
	noted := entry.Kind == recovery.EntryNoteAdded && entry.Facts["visibility"] != recovery.NoteShared
	if m.internal && (noted || entry.Facts["visibility"] == recovery.NoteInternal) {
		return false
	}
	if m.contacts && (slices.Contains(contactPaths, path) || strings.HasSuffix(path, ".contact")) {
		return false
	}
	return true
}

// withholds decides about one file.
func (m mask) withholds(e recovery.Evidence) bool {
	return m.erased || m.person && (e.Kind == recovery.Identity || e.Kind == recovery.Location)
}

// record is the case as the audience may see it.
func (m mask) record(c recovery.Case) recovery.Case {
	if !m.contacts {
		return c
	}
	c.Claimant.Email, c.Claimant.Phone = "", ""
	c.Counterparts = slices.Clone(c.Counterparts)
	for i := range c.Counterparts {
		c.Counterparts[i].Contact = ""
	}
	return c
}
