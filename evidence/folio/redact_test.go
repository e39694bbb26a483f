package folio

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"recourse/evidence/journal"
	"recourse/recovery"
)

func TestShowsValue(t *testing.T) {
	t.Parallel()
	filed := journal.Entry{Kind: recovery.EntryCaseFiled}
	shared := journal.Entry{Kind: recovery.EntryNoteAdded, Facts: map[string]any{"visibility": "shared"}}
	internal := journal.Entry{Kind: recovery.EntryNoteAdded, Facts: map[string]any{"visibility": "internal"}}
	unmarked := journal.Entry{Kind: recovery.EntryNoteAdded}
	all, outside := recovery.Audiences, []recovery.Audience{recovery.ForCourt, recovery.ForArchive}
	archive := []recovery.Audience{recovery.ForArchive}
	kept := []recovery.Evidence{{Kind: recovery.Identity, SHA256: "card"}, {Kind: recovery.Location, SHA256: "place"}, {Kind: recovery.Ticket, SHA256: "t"}}
	took := func(sha256 string) journal.Entry {
		return journal.Entry{Kind: recovery.EntryEvidenceAdded, Blob: &journal.Blob{SHA256: sha256}}
	}
	mine := []recovery.Audience{recovery.ForCourt, recovery.ForPlatform, recovery.ForArchive}
	for _, test := range []struct {
		name  string
		entry journal.Entry
		path  string
		seen  []recovery.Audience
	}{
		{"the claimant's name", filed, "claimant.name", all},
		{"the claimant's mail", filed, "claimant.email", outside},
		{"the claimant's telephone", filed, "claimant.phone", outside},
		{"the claimant's province", filed, "claimant.province", outside},
		{"the claimant's city", filed, "claimant.city", outside},
		{"the name of an identity paper", took("card"), "file_name", mine},
		{"where a journey was recorded", took("place"), "source", mine},
		{"the name of a ticket", took("t"), "file_name", all},
		{"where a picture was taken", took("t"), "gps", outside},
		{"an internal entry", journal.Entry{Kind: recovery.EntryAbuseFlagged, Facts: map[string]any{"visibility": "internal"}}, "why", archive},
		{"a counterpart's alias", filed, "counterpart.1.alias", all},
		{"a counterpart's contact", filed, "counterpart.12.contact", outside},
		{"the words of a message", journal.Entry{Kind: recovery.EntryContactRecorded}, "text", all},
		{"a shared note", shared, "text", all},
		{"an internal note", internal, "text", archive},
		{"a note of unknown visibility", unmarked, "text", archive},
	} {
		for _, audience := range recovery.Audiences {
			want := false
			for _, seen := range test.seen {
				want = want || seen == audience
			}
			if got := newRedaction(recovery.Case{}, audience, recovery.RoleLegal, kept).showsValue(test.entry, test.path); got != want {
				t.Errorf("%s for %s: shown %v", test.name, audience, got)
			}
		}
	}
}

func TestRedactCase(t *testing.T) {
	t.Parallel()
	c := recovery.Case{
		Claimant:     recovery.Claimant{Name: "王小满", Email: "w@example.com", Phone: "13800000000", Province: "广东省", City: "深圳市"},
		Counterparts: []recovery.Counterpart{{Alias: "老李", Contact: "13900000000"}},
	}
	whole := c
	whole.Counterparts = []recovery.Counterpart{c.Counterparts[0]}
	for _, audience := range []recovery.Audience{recovery.ForOpponent, recovery.ForPlatform} {
		got := newRedaction(recovery.Case{}, audience, recovery.RoleLegal, nil).redactCase(c)
		if got.Claimant != (recovery.Claimant{Name: c.Claimant.Name}) || got.Counterparts[0].Contact != "" || got.Counterparts[0].Alias == "" {
			t.Errorf("for %s: %+v", audience, got)
		}
	}
	for _, audience := range []recovery.Audience{recovery.ForCourt, recovery.ForArchive} {
		if diff := cmp.Diff(whole, newRedaction(recovery.Case{}, audience, recovery.RoleLegal, nil).redactCase(c)); diff != "" {
			t.Errorf("for %s:\n%s", audience, diff)
		}
	}
	for _, kind := range recovery.EvidenceKinds {
		person := kind == recovery.Identity || kind == recovery.Location
		one := recovery.Evidence{Kind: kind, SHA256: "x", FileName: "a", Source: "b", Description: "c"}
		for _, audience := range recovery.Audiences {
			withheld := newRedaction(recovery.Case{}, audience, recovery.RoleLegal, []recovery.Evidence{one}).withholds(one)
			if want := person && audience == recovery.ForOpponent; withheld != want {
				t.Errorf("files of kind %s for %s: withheld %v", kind, audience, withheld)
			}
		}
	}
	described := recovery.Evidence{Kind: recovery.Identity, SHA256: "x", FileName: "a", Source: "b", Description: "c", CapturedAt: new(time.Time)}
	if diff := cmp.Diff(recovery.Evidence{Kind: recovery.Identity, SHA256: "x"}, redactEvidence(described)); diff != "" {
		t.Errorf("withheld (-want +got):\n%s", diff)
	}
}
