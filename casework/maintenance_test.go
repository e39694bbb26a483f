package casework_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"recourse/casework/casetest"
	"recourse/evidence/folio"
	"recourse/postgres"
	"recourse/recovery"
)

// dueForErasure closes a case so long ago that its retention has ended.
func dueForErasure(t *testing.T, rig *casetest.Fixture, id recovery.CaseID) {
	t.Helper()
	sql(t, rig, `update cases set closed_at = now() - interval '30 years', position = jsonb_set(position, '{stage}', '"closed"'), stage = 'closed' where id = $1`, id)
}

// isErased reads no case: one of them cannot be read.
func isErased(t *testing.T, rig *casetest.Fixture, id recovery.CaseID) bool {
	t.Helper()
	return rig.CountRows(t, "cases where id = $1 and erased_at is not null", id) == 1
}

// TestACaseThatCannotBeErasedStopsNoOther: it is set aside and visible, the others are erased,
// and it is erased when an operator asks for it.
func TestACaseThatCannotBeErasedStopsNoOther(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	bad, good := rig.FileCase(t).ID, rig.FileCase(t).ID
	dueForErasure(t, rig, bad)
	dueForErasure(t, rig, good)
	sql(t, rig, `update cases set claimant = '"unreadable"' where id = $1`, bad)
	for range 20 {
		if err := rig.RunMaintenance(t.Context()); err != nil {
			t.Fatal(err)
		}
		rig.SetClock(rig.Now().Add(7 * time.Hour))
	}
	counts, err := rig.Store.CountSetAside(t.Context())
	if err != nil || counts[postgres.ItemErasure] != 1 || isErased(t, rig, bad) || !isErased(t, rig, good) {
		t.Errorf("set aside: %v (%v)", counts, err)
	}
	if stats := loopStats(rig, "maintenance"); stats.SetAside != 1 || stats.Failures != 10 {
		t.Errorf("%+v", stats)
	}
	sql(t, rig, `update cases set claimant = '{"name": "x"}' where id = $1`, bad)
	if n, err := rig.Store.RetrySetAside(t.Context(), postgres.ItemErasure); err != nil || n != 1 {
		t.Fatalf("%d are tried again (%v)", n, err)
	}
	if err := rig.RunMaintenance(t.Context()); err != nil || !isErased(t, rig, bad) {
		t.Errorf("erased: %v (%v)", isErased(t, rig, bad), err)
	}
	if rig.CountRows(t, "failing_items") != 0 {
		t.Error("its failures are kept")
	}
}

// TestAFileThatCannotBeDeletedStopsNoOther.
func TestAFileThatCannotBeDeletedStopsNoOther(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	sql(t, rig, `insert into leftovers (kind, name, since) values ('blob', 'not a digest', now()), ('export', 'last', now())`)
	papers := filepath.Dir(folio.ExportPath(rig.ExportsDir, "last", folio.DossierFile))
	if err := os.MkdirAll(papers, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := rig.RunMaintenance(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(papers); !os.IsNotExist(err) || rig.CountRows(t, "leftovers") != 1 {
		t.Errorf("the papers: %v, %d leftovers", err, rig.CountRows(t, "leftovers"))
	}
	if stats := loopStats(rig, "maintenance"); stats.Failing != 1 {
		t.Errorf("%+v", stats)
	}
}
