package postgres_test

import (
	"encoding/hex"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"recourse/evidence/journal"
	"recourse/postgres"
	"recourse/postgres/pgtest"
	"recourse/recovery"
)

func TestConcurrentAppendsMakeOneChain(t *testing.T) {
	t.Parallel()
	const writers, each = 8, 12
	s := pgtest.New(t)
	c := file(t, s)
	var group sync.WaitGroup
	for writer := range writers {
		group.Go(func() {
			for i := range each {
				_, err := s.AppendEntries(t.Context(), c.ID, i%5 == 0, draft(recovery.EntryNoteAdded, numbered(numbered("w", writer), i)))
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	leaves := verifyChain(t, s, c.ID)
	if len(leaves) != 1+writers*each {
		t.Errorf("got %d entries, want %d", len(leaves), 1+writers*each)
	}
}

func TestConcurrentAppendsOfOneKeyWriteOnce(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t)
	c := file(t, s)
	records := make([]journal.Record, 8)
	var group sync.WaitGroup
	for i := range records {
		group.Go(func() {
			written, err := s.AppendEntries(t.Context(), c.ID, false, draft(recovery.EntryNoteAdded, "the same"))
			if err != nil {
				t.Error(err)
				return
			}
			records[i] = written[0]
		})
	}
	group.Wait()
	for _, record := range records {
		if record.Seq != 2 || record.Hash != records[0].Hash {
			t.Errorf("got entry %d with another hash, want the one entry 2", record.Seq)
		}
	}
	if leaves := verifyChain(t, s, c.ID); len(leaves) != 2 {
		t.Errorf("got %d entries, want 2", len(leaves))
	}
}

func TestAppendRepeatedGivesWhatStands(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t)
	c := file(t, s)
	first := must[[]journal.Record](t)(s.AppendEntries(t.Context(), c.ID, false, draft(recovery.EntryNoteAdded, "a"), draft(recovery.EntryNoteAdded, "")))
	again := must[[]journal.Record](t)(s.AppendEntries(t.Context(), c.ID, false,
		draft(recovery.EntryNoteAdded, "a"), draft(recovery.EntryNoteAdded, "b"), draft(recovery.EntryNoteAdded, "b")))
	byPath := func(record journal.Record) journal.Record {
		record.Values = slices.Clone(record.Values)
		slices.SortFunc(record.Values, func(a, b journal.Value) int { return int(a.Path[0]) - int(b.Path[0]) })
		return record
	}
	if diff := cmp.Diff(byPath(first[0]), byPath(again[0])); diff != "" {
		t.Errorf("the record that stands (-first +again):\n%s", diff)
	}
	if again[1].Seq != 4 || again[2].Seq != 4 {
		t.Errorf("got entries %d and %d for one key in one call, want 4 twice", again[1].Seq, again[2].Seq)
	}
	if leaves := verifyChain(t, s, c.ID); len(leaves) != 4 {
		t.Errorf("got %d entries, want 4", len(leaves))
	}
}

func TestJournalReadsPages(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t)
	c := file(t, s)
	file(t, s) // another case's entries must not show
	drafts := make([]journal.Draft, 6)
	for i := range drafts {
		drafts[i] = draft(recovery.EntryNoteAdded, numbered("note", i))
	}
	must[[]journal.Record](t)(s.AppendEntries(t.Context(), c.ID, false, drafts...))
	for _, test := range []struct {
		after int64
		limit int
		want  []int64
	}{
		{0, 3, []int64{1, 2, 3}}, {3, 3, []int64{4, 5, 6}}, {6, 3, []int64{7}}, {7, 3, nil}, {5, 0, []int64{6, 7}},
	} {
		entries := must[[]journal.StoredEntry](t)(s.ReadJournal(t.Context(), c.ID, test.after, test.limit))
		var got []int64
		for _, entry := range entries {
			got = append(got, entry.Record.Seq)
			if len(entry.Record.Values) != 2 || entry.Record.Values[0].Path != "note" {
				t.Errorf("entry %d has the values %v, want note and text", entry.Record.Seq, entry.Record.Values)
			}
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("after %d, limit %d: got %v, want %v", test.after, test.limit, got, test.want)
		}
	}
	if none := must[[]journal.StoredEntry](t)(s.ReadJournal(t.Context(), "nobody's", 0, 10)); len(none) != 0 {
		t.Errorf("a case that does not exist has %d entries", len(none))
	}
}

func TestCheckpointsSignTheTree(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	c := file(t, b.Store)
	_, found, err := b.LatestCheckpoint(t.Context(), c.ID)
	if err != nil || found {
		t.Fatalf("before any: found %v, error %v", found, err)
	}
	for i := range 5 {
		must[[]journal.Record](t)(b.AppendEntries(t.Context(), c.ID, true, draft(recovery.EntryNoteAdded, numbered("n", i))))
		must[[]journal.Record](t)(b.AppendEntries(t.Context(), c.ID, true)) // signs what is signed
	}
	leaves := verifyChain(t, b.Store, c.ID)
	for size := int64(2); size <= 6; size++ {
		checkpoint := must[journal.Checkpoint](t)(b.CheckpointOfSize(t.Context(), c.ID, size))
		b.verifyCheckpoint(t, c.ID, checkpoint, leaves)
	}
	latest, found, err := b.LatestCheckpoint(t.Context(), c.ID)
	if err != nil || !found || latest.Size != 6 {
		t.Errorf("latest: size %d, found %v, error %v", latest.Size, found, err)
	}
	_, err = b.CheckpointOfSize(t.Context(), c.ID, 1)
	wantCode(t, err, recovery.CodeNotFound)
	if n := b.count(t, "journal_checkpoints"); n != 5 {
		t.Errorf("got %d checkpoints, want 5", n)
	}
}

func TestAppendFailsWhole(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	c := file(t, b.Store)
	_, err := b.AppendEntries(t.Context(), "nobody's", false, draft(recovery.EntryNoteAdded, ""))
	wantCode(t, err, recovery.CodeNotFound)
	unmarshalable := draft(recovery.EntryNoteAdded, "")
	unmarshalable.Facts = map[string]any{"f": func() {}}
	_, err = b.AppendEntries(t.Context(), c.ID, false, draft(recovery.EntryNoteAdded, ""), unmarshalable)
	wantCode(t, err, recovery.CodeInternal)
	if leaves := verifyChain(t, b.Store, c.ID); len(leaves) != 1 {
		t.Errorf("got %d entries, want the first only", len(leaves))
	}
}

func TestCheckpointWithoutSigner(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	c := file(t, b.Store)
	unsigned := openUnsigned(t, b.url)
	_, err := unsigned.AppendEntries(t.Context(), c.ID, true, draft(recovery.EntryNoteAdded, ""))
	wantCode(t, err, recovery.CodeInternal)
	must[[]journal.Record](t)(unsigned.AppendEntries(t.Context(), c.ID, false, draft(recovery.EntryNoteAdded, "")))
}

func TestJournalIsAppendOnly(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	c := file(t, b.Store)
	must[[]journal.Record](t)(b.AppendEntries(t.Context(), c.ID, true))
	for _, statement := range []string{
		"update journal_entries set bytes = '{}'", "delete from journal_entries", "truncate journal_entries cascade",
		"update journal_checkpoints set note = ''", "delete from journal_checkpoints", "truncate journal_checkpoints",
		"delete from journal_values", "update journal_values set value = 'another'", "truncate journal_values",
		"update journal_values set path = 'x', value = null, salt = null, erased_at = now()",
		"insert into journal_entries (case_id, seq, kind, at, key, bytes, hash, version) select case_id, seq, kind, at, '', bytes, hash, version from journal_entries",
	} {
		if b.sql(t, statement) == nil {
			t.Errorf("%q was accepted", statement)
		}
	}
	verifyChain(t, b.Store, c.ID)
}

func TestErasedValuesAreNamed(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	c := file(t, b.Store)
	const erase = "update journal_values set value = null, salt = null, erased_at = now() where path = 'text'"
	if err := b.sql(t, erase); err != nil {
		t.Fatal(err)
	}
	if b.sql(t, "update journal_values set value = 'x', salt = '', erased_at = null") == nil {
		t.Error("an erased value could be filled again")
	}
	entry := must[[]journal.StoredEntry](t)(b.ReadJournal(t.Context(), c.ID, 0, 1))[0]
	if !slices.Equal(entry.Erased, []string{"text"}) || len(entry.Record.Values) != 1 {
		t.Errorf("erased %v, values %v", entry.Erased, entry.Record.Values)
	}
	verifyChain(t, b.Store, c.ID)
}

func TestFilingEntryIsFirst(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t)
	c := file(t, s)
	leaves := verifyChain(t, s, c.ID)
	entry := must[journal.Entry](t)(journal.ParseEntry(leaves[0]))
	empty := treeHash(nil)
	if len(leaves) != 1 || entry.Kind != recovery.EntryCaseFiled || entry.Prev != hex.EncodeToString(empty[:]) {
		t.Errorf("got %d entries, the first %s after %s", len(leaves), entry.Kind, entry.Prev)
	}
}
