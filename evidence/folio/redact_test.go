package folio

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"recourse/evidence/journal"
	"recourse/recovery"
)

// maskSecrets is a mask for tests.
func maskSecrets(text string) string { return strings.ReplaceAll(text, "SECRET", "…") }

func redactionFor(audience recovery.Audience, files ...recovery.Evidence) redaction {
	export := recovery.Export{Audience: audience, By: recovery.Actor{Role: recovery.RoleLegal}, Size: 9}
	return newRedaction(recovery.Case{}, export, files, maskSecrets)
}

func TestDisclosureOfValue(t *testing.T) {
	t.Parallel()
	shared := journal.Entry{Kind: recovery.EntryNoteAdded, Facts: map[string]any{"visibility": "shared"}}
	internal := journal.Entry{Kind: recovery.EntryNoteAdded, Facts: map[string]any{"visibility": "internal"}}
	unmarked := journal.Entry{Kind: recovery.EntryNoteAdded}
	filed := journal.Entry{Kind: recovery.EntryCaseFiled}
	kept := []recovery.Evidence{{Kind: recovery.Identity, SHA256: "card"}, {Kind: recovery.Ticket, SHA256: "t"}}
	took := func(sha256 string) journal.Entry {
		return journal.Entry{Kind: recovery.EntryEvidenceAdded, Blob: &journal.Blob{SHA256: sha256}}
	}
	const shown, masked, nothing = recovery.Shown, recovery.Masked, recovery.Withheld
	for _, test := range []struct {
		name                               string
		entry                              journal.Entry
		path                               string
		court, opponent, platform, archive recovery.Disclosure
	}{
		{"the claimant's name", filed, "claimant.name", shown, shown, shown, shown},
		{"the claimant's mail", filed, "claimant.email", shown, nothing, nothing, shown},
		{"what happened", filed, "narrative", shown, masked, masked, shown},
		{"an unknown value", filed, "new_field", shown, nothing, nothing, shown},
		{"the name of an identity paper", took("card"), "file_name", shown, nothing, nothing, shown},
		{"the description of a ticket", took("t"), "description", shown, nothing, nothing, shown},
		{"where a picture was taken", took("t"), "gps", shown, nothing, nothing, shown},
		{"what took it", took("t"), "found.device", shown, nothing, nothing, shown},
		{"the device of the sender", took("t"), recovery.DevicePath, shown, nothing, nothing, shown},
		{"a counterpart's contact", filed, "counterpart.12.contact", shown, nothing, nothing, shown},
		{"the words of a message", journal.Entry{Kind: recovery.EntryContactRecorded}, "text", shown, masked, masked, shown},
		{"why the claimant withdrew", journal.Entry{Kind: recovery.EntryWithdrawn}, "reason", shown, nothing, nothing, shown},
		{"a shared note", shared, "text", shown, nothing, nothing, shown},
		{"an internal note", internal, "text", nothing, nothing, nothing, shown},
		{"a note of unknown visibility", unmarked, "text", nothing, nothing, nothing, shown},
	} {
		for audience, want := range map[recovery.Audience]recovery.Disclosure{
			recovery.ForCourt: test.court, recovery.ForOpponent: test.opponent, recovery.ForPlatform: test.platform, recovery.ForArchive: test.archive,
		} {
			if got := redactionFor(audience, kept...).disclosureOfValue(test.entry, test.path); got != want {
				t.Errorf("%s for %s: %q, want %q", test.name, audience, got, want)
			}
		}
	}
}

// A masked text goes only to the papers; an unchanged one also to the bag.
func TestRedactValues(t *testing.T) {
	t.Parallel()
	plain, telling := journal.Value{Path: "text", Value: "请退还"}, journal.Value{Path: "text", Value: "请打 SECRET"}
	for _, test := range []struct {
		audience recovery.Audience
		value    journal.Value
		inBag    bool
		printed  string
	}{
		{recovery.ForCourt, telling, true, "请打 SECRET"},
		{recovery.ForOpponent, plain, true, "请退还"},
		{recovery.ForOpponent, telling, false, "请打 …"},
	} {
		entry := Entry{Parsed: journal.Entry{Kind: recovery.EntryContactRecorded}}
		redactionFor(test.audience).redactValues(&entry, []journal.Value{test.value, {Path: "note", Value: "unknown"}})
		inBag := slices.ContainsFunc(entry.Values, func(v journal.Value) bool { return v.Path == "text" })
		if inBag != test.inBag || entry.Value("text") != test.printed {
			t.Errorf("%s %q: in the bag %t, printed %q", test.audience, test.value.Value, inBag, entry.Value("text"))
		}
	}
	entry := Entry{Parsed: journal.Entry{Kind: recovery.EntryContactRecorded}}
	withoutMask := newRedaction(recovery.Case{}, recovery.Export{Audience: recovery.ForOpponent}, nil, nil)
	if withoutMask.redactValues(&entry, []journal.Value{telling}); entry.Value("text") != "" {
		t.Errorf("without a mask: %q", entry.Value("text"))
	}
}

// For one of several counterparts nothing is left of the others but their number.
func TestOneCounterpart(t *testing.T) {
	t.Parallel()
	c := recovery.Case{Counterparts: []recovery.Counterpart{{ID: "a", Alias: "老李", Claimed: 5, ReturnFen: 1}, {ID: "b", Alias: "老王", Refusal: recovery.ClaimsGift, Claimed: 7}}}
	c.Position.Counterparts = []recovery.CounterpartState{{ID: "a", NoContact: true}, {ID: "b", Share: 7}}
	c.Position.Plans = []recovery.Plan{{CounterpartID: "a", No: 1}, {CounterpartID: "b", No: 2}}
	r := newRedaction(c, recovery.Export{Audience: recovery.ForOpponent, CounterpartID: "b", Size: 9}, nil, maskSecrets)
	got := r.redactCase(c)
	if diff := cmp.Diff([]recovery.Counterpart{{ID: "a"}, c.Counterparts[1]}, got.Counterparts); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]recovery.CounterpartState{{ID: "a"}, {ID: "b", Share: 7}}, got.Position.Counterparts); diff != "" {
		t.Error(diff)
	}
	if len(got.Position.Plans) != 1 || got.Position.Plans[0].No != 2 || c.Counterparts[0].Alias == "" {
		t.Errorf("%+v", got.Position.Plans)
	}
	by := func(kind recovery.EntryKind, role recovery.Role, id string) journal.Entry {
		return journal.Entry{Kind: kind, Actor: recovery.Actor{Role: role, ID: recovery.UserID(id)}}
	}
	about := func(kind recovery.EntryKind, id string) journal.Entry {
		return journal.Entry{Kind: kind, Facts: map[string]any{"counterpart_id": id}}
	}
	for name, test := range map[string]struct {
		entry journal.Entry
		reads bool
	}{
		"own answer":             {about(recovery.EntryResponseRecorded, "b"), true},
		"answer of another":      {about(recovery.EntryResponseRecorded, "a"), false},
		"own complaint":          {about(recovery.EntryHarassmentReported, "b"), true},
		"complaint of another":   {about(recovery.EntryHarassmentReported, "a"), false},
		"message to all":         {journal.Entry{Kind: recovery.EntryContactRecorded}, true},
		"own file":               {by(recovery.EntryEvidenceAdded, recovery.RoleCounterpart, "b"), true},
		"file of another":        {by(recovery.EntryEvidenceAdded, recovery.RoleCounterpart, "a"), false},
		"file of the claimant":   {by(recovery.EntryEvidenceAdded, recovery.RoleClaimant, "a"), true},
		"request of these":       {journal.Entry{Kind: recovery.EntryExportRequested, Seq: 9}, true},
		"request of others":      {journal.Entry{Kind: recovery.EntryExportRequested, Seq: 8}, false},
		"note":                   {journal.Entry{Kind: recovery.EntryNoteAdded}, false},
		"kind without a row":     {journal.Entry{Kind: "heard_of_never"}, false},
		"proof of being deleted": {journal.Entry{Kind: recovery.EntryValuesErased}, true},
	} {
		if got := r.readsEntry(test.entry); got != test.reads {
			t.Errorf("%s: read %t", name, got)
		}
	}
	for path, want := range map[string]recovery.Disclosure{"counterpart.1.alias": recovery.Withheld, "counterpart.2.alias": recovery.Shown, "counterpart.12.alias": recovery.Shown} {
		if got := r.disclosureOfValue(journal.Entry{Kind: recovery.EntryCaseFiled}, path); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
	anothers := recovery.Evidence{SHA256: "x", By: recovery.Actor{Role: recovery.RoleCounterpart, ID: "a"}, Kind: recovery.ChatScreenshot}
	export := recovery.Export{Audience: recovery.ForOpponent, CounterpartID: "b"}
	if !newRedaction(c, export, []recovery.Evidence{anothers}, nil).withholds(anothers) {
		t.Error("a file of another counterpart is not withheld")
	}
}

// A note that a correction made internal is not read as it was before by those who read
// no internal notes.
func TestNoteMadeInternal(t *testing.T) {
	t.Parallel()
	note := journal.Entry{Seq: 2, Kind: recovery.EntryNoteAdded, Facts: map[string]any{"visibility": "shared"}}
	correction := journal.Entry{Seq: 3, Kind: recovery.EntryCorrected, Facts: map[string]any{"corrects": 2.0, "corrected_kind": "note_added", "visibility": "internal"}}
	for audience, want := range map[recovery.Audience]recovery.Disclosure{recovery.ForCourt: recovery.Withheld, recovery.ForArchive: recovery.Shown} {
		r := redactionFor(audience)
		if got := r.disclosureOfValue(note, "text"); got != recovery.Shown {
			t.Errorf("%s before: %q", audience, got)
		}
		r.madeInternal = journal.NotesMadeInternal([]journal.Entry{note, correction})
		if got := r.disclosureOfValue(note, "text"); got != want {
			t.Errorf("%s: %q, want %q", audience, got, want)
		}
	}
}

// Of a withheld entry nothing is left but its hash; a copy is mentioned where it is.
func TestWithholdEntries(t *testing.T) {
	t.Parallel()
	entry := func(seq int64, kind recovery.EntryKind, sha256 string) Entry {
		return Entry{Raw: []byte("raw"), Hash: [32]byte{byte(seq)}, Parsed: journal.Entry{Seq: seq, Kind: kind, Facts: map[string]any{"sha256": sha256}},
			Values: []journal.Value{{Path: "text"}}, Masked: map[string]string{"text": "x"}}
	}
	entries := []Entry{
		entry(1, recovery.EntryCaseFiled, ""), entry(2, recovery.EntryEscalated, ""),
		entry(3, recovery.EntryEvidenceDerived, "here"), entry(4, recovery.EntryEvidenceDerived, "elsewhere"),
		entry(5, recovery.EntryCorrected, ""), entry(6, recovery.EntryCorrected, ""),
	}
	entries[4].Parsed.Facts["corrects"], entries[5].Parsed.Facts["corrects"] = 1.0, 2.0
	exhibits := []Exhibit{{Copy: &Copy{SHA256: "here"}}, {Copy: &Copy{SHA256: "elsewhere"}, Withheld: true}}
	for audience, want := range map[recovery.Audience][]bool{
		recovery.ForOpponent: {false, true, false, true, false, true}, recovery.ForPlatform: {false, true, false, true, false, true},
		recovery.ForCourt: make([]bool, 6), recovery.ForArchive: make([]bool, 6),
	} {
		for i, got := range redactionFor(audience).withholdEntries(entries, exhibits) {
			switch {
			case got.Withheld != want[i]:
				t.Errorf("entry %d for %s: withheld %t", i+1, audience, got.Withheld)
			case got.Withheld:
				if diff := cmp.Diff(Entry{Hash: entries[i].Hash, Withheld: true}, got); diff != "" {
					t.Errorf("entry %d for %s: %s", i+1, audience, diff)
				}
			}
		}
	}
}

func TestRedactCase(t *testing.T) {
	t.Parallel()
	c := recovery.Case{
		Claimant:     recovery.Claimant{Name: "王小满", Email: "w@example.com", Phone: "13800000000", Province: "广东省", City: "深圳市"},
		Counterparts: []recovery.Counterpart{{Alias: "老李", Contact: "13900000000"}}, Narrative: "发错了 SECRET", Payer: recovery.Payer{Name: "p"},
	}
	for _, audience := range []recovery.Audience{recovery.ForOpponent, recovery.ForPlatform} {
		got := redactionFor(audience).redactCase(c)
		if got.Claimant != (recovery.Claimant{Name: c.Claimant.Name}) || got.Counterparts[0].Contact != "" || got.Counterparts[0].Alias == "" || got.Narrative != "发错了 …" {
			t.Errorf("for %s: %+v", audience, got)
		}
		if (got.Payer.Name == "p") != (audience == recovery.ForPlatform) {
			t.Errorf("for %s: payer %+v", audience, got.Payer)
		}
	}
	for _, audience := range []recovery.Audience{recovery.ForCourt, recovery.ForArchive} {
		if diff := cmp.Diff(c, redactionFor(audience).redactCase(c)); diff != "" {
			t.Errorf("for %s:\n%s", audience, diff)
		}
	}
	for _, kind := range recovery.EvidenceKinds {
		personal := slices.Contains([]recovery.EvidenceKind{recovery.Identity, recovery.Location, recovery.Ticket, recovery.PoliceReceipt}, kind)
		one := recovery.Evidence{Kind: kind, SHA256: "x", FileName: "a", Source: "b", Description: "c"}
		for _, audience := range recovery.Audiences {
			withheld := redactionFor(audience, one).withholds(one)
			if want := personal && audience == recovery.ForOpponent; withheld != want {
				t.Errorf("files of kind %s for %s: withheld %v", kind, audience, withheld)
			}
		}
	}
	described := recovery.Evidence{Kind: recovery.Identity, SHA256: "x", FileName: "a", Source: "b", Description: "c", CapturedAt: new(time.Time)}
	if diff := cmp.Diff(recovery.Evidence{Kind: recovery.Identity, SHA256: "x"}, redactEvidence(described)); diff != "" {
		t.Errorf("withheld (-want +got):\n%s", diff)
	}
}
