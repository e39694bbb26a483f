package folio

import (
	"testing"

	"recourse/evidence/journal"
	"recourse/recovery"
)

// TestStillsReplaceNoOriginal: whoever gets no film gets no stills of it either; whoever gets
// it has them beside it.
func TestStillsReplaceNoOriginal(t *testing.T) {
	t.Parallel()
	derived := func(kind, digest string) Entry {
		return Entry{Parsed: journal.Entry{Kind: recovery.EntryEvidenceDerived, Facts: map[string]any{
			"of_sha256": "film", "copy": kind, "sha256": digest, "size": 7.0, "media_type": "image/jpeg",
		}}}
	}
	b := assembly{entries: []Entry{derived("view", "a"), derived(StillsCopy, "b")}, redaction: redactionFor(recovery.ForOpponent)}
	if made := b.newestCopy("film", false); made == nil || made.SHA256 != "a" {
		t.Errorf("the copy is %+v", made)
	}
	if made := b.newestCopy("film", true); made == nil || made.SHA256 != "b" || made.Size != 7 {
		t.Errorf("the stills are %+v", made)
	}
	b.entries = b.entries[1:]
	if made := b.newestCopy("film", false); made != nil {
		t.Errorf("the copy is %+v", made)
	}
}
