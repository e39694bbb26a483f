package verify_test

import (
	"strings"
	"testing"

	"recourse/evidence/bag/bagtest"
	"recourse/evidence/folio"
	"recourse/recovery"
)

// withholdNotes withholds the notes of a journal, as for an audience that may not read
// them: only their hashes are left.
func withholdNotes(f folio.Folio) folio.Folio {
	f.Entries = append([]folio.Entry(nil), f.Entries...)
	for i, entry := range f.Entries {
		if entry.Parsed.Kind == recovery.EntryNoteAdded {
			f.Entries[i] = folio.Entry{Hash: entry.Hash, Withheld: true}
		}
	}
	return f
}

// partial is a case of 12 entries, of which 5 to 11 are notes.
func partial(t *testing.T) folio.Folio {
	t.Helper()
	return bagtest.NewFolio(t, bagtest.Case{Seed: 1, Audience: recovery.ForOpponent})
}

func TestWithheldEntriesVerify(t *testing.T) {
	t.Parallel()
	raw := write(t, withholdNotes(partial(t)))
	summary, err := check(raw)
	if err != nil || summary.WithheldEntries != 7 || summary.Entries != 12 {
		t.Errorf("%+v, %v", summary, err)
	}
	if strings.Contains(string(open(t, raw).files[entries]), "note_added") {
		t.Error("a withheld entry is in the bag")
	}
	if output, code := script(t, open(t, raw).unpack()); code != 0 {
		t.Errorf("verify.sh: exit %d\n%s", code, output)
	}
}

// A bag with withheld entries and a whole one of the same journal contain each other's
// earlier state.
func TestSupersetOfWithheldEntries(t *testing.T) {
	t.Parallel()
	earlier, later := longer(t, bagtest.Case{Seed: 1, Audience: recovery.ForOpponent}, 20)
	rewritten := bagtest.NewFolio(t, bagtest.Case{Seed: 1, Entries: 20, Audience: recovery.ForOpponent})
	for name, c := range map[string]struct {
		later, earlier folio.Folio
		item           string
	}{
		"the whole contains the part":   {later, withholdNotes(earlier), ""},
		"the part contains the whole":   {withholdNotes(later), earlier, ""},
		"the part contains the part":    {withholdNotes(later), withholdNotes(earlier), ""},
		"the part of another's history": {withholdNotes(rewritten), earlier, entries},
	} {
		if got := supersetItem(t, write(t, c.later), write(t, c.earlier)); got != c.item {
			t.Errorf("%s: found %q, want %q", name, got, c.item)
		}
	}
}

func TestWithheldEntriesAreBoundByTheRoot(t *testing.T) {
	t.Parallel()
	sound := open(t, write(t, withholdNotes(partial(t))))
	lines := strings.SplitAfter(string(sound.files[entries]), "\n")
	fifth, last := strings.TrimSpace(lines[4]), strings.TrimSpace(lines[11])
	edit := func(from, to string) func(*box) {
		return func(b *box) { b.replace(entries, from, to); b.rehash() }
	}
	eachIsNamed(t, sound, []mutation{
		{"another hash", "entry 11", edit(fifth, `{"withheld":"`+strings.Repeat("a", 64)+`"}`)},
		{"no hash", "entry 5", edit(fifth, `{"withheld":"a"}`)},
		{"a word besides", "entry 5", edit(fifth, strings.Replace(fifth, "}", `,"kind":"note_added"}`, 1))},
		{"the first entry", "entry 1", edit(strings.TrimSpace(lines[0]), fifth)},
		{"the last entry", "entry 12", edit(last, fifth)},
		{"removed", "entry 11", edit(lines[4], "")},
		{"for a court", "entry 5", edit2(about, `"audience":"opponent"`, `"audience":"court"`)},
	})
}

func edit2(path, from, to string) func(*box) {
	return func(b *box) { b.replace(path, from, to); b.rehash() }
}
