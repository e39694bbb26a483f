package postgres_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"recourse/evidence/journal"
	"recourse/postgres"
	"recourse/postgres/pgtest"
	"recourse/recovery"
)

const stampLease = time.Minute

// clocked is a store whose clock a test sets.
func clocked(t testing.TB) (bundle, *time.Time) {
	t.Helper()
	now := noon
	return open(t, postgres.Options{Now: func() time.Time { return now }}), &now
}

func (b bundle) sign(t testing.TB, id recovery.CaseID, key string) {
	t.Helper()
	must[[]journal.Record](t)(b.AppendEntries(t.Context(), id, true, draft(recovery.EntryNoteAdded, key)))
}

func (b bundle) claim(t testing.TB, limit int) []journal.PendingStamp {
	t.Helper()
	return must[[]journal.PendingStamp](t)(b.ClaimStamps(t.Context(), limit, stampLease))
}

func TestOnlyTheNewestCheckpointOfACaseWaitsForAStamp(t *testing.T) {
	t.Parallel()
	b, _ := clocked(t)
	c, silent := file(t, b.Store), file(t, b.Store)
	b.sign(t, c.ID, "a")
	b.sign(t, c.ID, "b")
	must[[]journal.Record](t)(b.AppendEntries(t.Context(), c.ID, false, draft(recovery.EntryNoteAdded, "after")))
	newest := must[journal.Checkpoint](t)(b.CheckpointOfSize(t.Context(), c.ID, 3))
	want := []journal.PendingStamp{{CaseID: c.ID, Size: 3, Note: newest.Note, Newest: noon}}
	if diff := cmp.Diff(want, b.claim(t, 10)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, found, _ := b.LatestCheckpoint(t.Context(), silent.ID); found {
		t.Error("a case nobody signed has a checkpoint")
	}
}

func TestAClaimedStampComesBackAfterItsLease(t *testing.T) {
	t.Parallel()
	b, now := clocked(t)
	for range 3 {
		b.sign(t, file(t, b.Store).ID, "a")
	}
	first, second := b.claim(t, 2), b.claim(t, 2)
	if len(first) != 2 || len(second) != 1 || first[0].CaseID == second[0].CaseID || first[1].CaseID == second[0].CaseID {
		t.Errorf("claimed %v, then %v", first, second)
	}
	if again := b.claim(t, 3); len(again) != 0 {
		t.Errorf("claimed twice: %v", again)
	}
	*now = now.Add(stampLease)
	if again := b.claim(t, 3); len(again) != 3 {
		t.Errorf("after the lease %d are due, want 3", len(again))
	}
}

func TestTheFirstStampStays(t *testing.T) {
	t.Parallel()
	b, now := clocked(t)
	c := file(t, b.Store)
	b.sign(t, c.ID, "a")
	at := noon.Add(time.Hour)
	first := must[journal.Checkpoint](t)(b.StoreStamp(t.Context(), c.ID, 2, []byte("one"), at))
	second := must[journal.Checkpoint](t)(b.StoreStamp(t.Context(), c.ID, 2, []byte("two"), at.Add(time.Hour)))
	if diff := cmp.Diff(first, second); diff != "" || string(second.Token) != "one" || !second.StampedAt.Equal(at) {
		t.Errorf("the second stamp changed the first:\n%s", diff)
	}
	must[[]journal.Record](t)(b.AppendEntries(t.Context(), c.ID, true)) // signs what is signed
	*now = now.Add(stampLease)
	if due := b.claim(t, 1); len(due) != 0 {
		t.Errorf("still due: %v", due)
	}
	_, err := b.StoreStamp(t.Context(), c.ID, 1, []byte("none"), at)
	wantCode(t, err, recovery.CodeNotFound)
}

// TestAStampOfAnEarlierCheckpointLeavesTheNewerDue: it does not cover it.
func TestAStampOfAnEarlierCheckpointLeavesTheNewerDue(t *testing.T) {
	t.Parallel()
	b, _ := clocked(t)
	c := file(t, b.Store)
	b.sign(t, c.ID, "a")
	b.sign(t, c.ID, "b")
	must[journal.Checkpoint](t)(b.StoreStamp(t.Context(), c.ID, 2, []byte("one"), noon))
	if due := b.claim(t, 1); len(due) != 1 || due[0].Size != 3 {
		t.Errorf("due: %v", due)
	}
	must[journal.Checkpoint](t)(b.StoreStamp(t.Context(), c.ID, 3, []byte("two"), noon))
	if n := b.count(t, "stamps_due"); n != 0 {
		t.Errorf("%d still wait", n)
	}
	earlier := must[[]journal.Checkpoint](t)(b.EarlierCheckpoints(t.Context(), c.ID, 3))
	if len(earlier) != 1 || earlier[0].Size != 2 || string(earlier[0].Token) != "one" {
		t.Errorf("earlier: %+v", earlier)
	}
}

func TestACheckpointMayOnlyBeStampedOnce(t *testing.T) {
	t.Parallel()
	b, _ := clocked(t)
	c := file(t, b.Store)
	b.sign(t, c.ID, "a")
	for _, statement := range []string{
		"update journal_checkpoints set note = '', token = 'x', stamped_at = now()",
		"update journal_checkpoints set at = now(), token = 'x', stamped_at = now()",
		"update journal_checkpoints set token = 'x'",
		"update journal_checkpoints set stamped_at = now()",
	} {
		if b.sql(t, statement) == nil {
			t.Errorf("%q was accepted", statement)
		}
	}
	if err := b.sql(t, "update journal_checkpoints set token = 'x', stamped_at = now()"); err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		"update journal_checkpoints set token = 'y', stamped_at = now()",
		"update journal_checkpoints set token = null, stamped_at = null",
		"delete from journal_checkpoints",
	} {
		if b.sql(t, statement) == nil {
			t.Errorf("%q was accepted of a stamped one", statement)
		}
	}
}

// TestTheKeyInForceSigns: which key signs is decided by when the newest entry
// was received, and not by when it is signed.
func TestTheKeyInForceSigns(t *testing.T) {
	t.Parallel()
	old, fresh := pgtest.Signer(t), pgtest.Signer(t)
	history := must[string](t)(old.StartHistory(noon.Add(-time.Hour)))
	history = must[string](t)(journal.RotateKey(history, old, fresh, noon.Add(time.Hour)))
	keys := must[*journal.Keyring](t)(journal.NewKeyring(history, old, fresh))
	now := noon.Add(9 * time.Hour)
	b := open(t, postgres.Options{Keys: keys, Now: func() time.Time { return now }})
	c := file(t, b.Store)
	b.sign(t, c.ID, "before")
	after := draft(recovery.EntryNoteAdded, "after")
	after.At = noon.Add(time.Hour)
	must[[]journal.Record](t)(b.AppendEntries(t.Context(), c.ID, false, after))
	must[[]journal.Record](t)(b.AppendEntries(t.Context(), c.ID, true))
	for size, want := range map[int64]*journal.Signer{2: old, 3: fresh} {
		note := must[journal.Checkpoint](t)(b.CheckpointOfSize(t.Context(), c.ID, size)).Note
		if vkey, err := keys.FindSigningKey(note); err != nil || vkey != want.VerifierKey() {
			t.Errorf("checkpoint %d is signed by %s (%v)", size, vkey, err)
		}
	}
	early := draft(recovery.EntryNoteAdded, "early")
	early.At = noon.Add(-2 * time.Hour)
	if _, err := b.AppendEntries(t.Context(), c.ID, true, early); err == nil {
		t.Error("a checkpoint was signed for a time no key was in force")
	}
}
