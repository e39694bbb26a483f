package casework_test

import (
	"sync"
	"testing"
	"time"

	"recourse/casework/casetest"
	"recourse/evidence/journal"
	"recourse/recovery"
)

// viewings returns the entries about looking at files.
func viewings(t *testing.T, rig *casetest.Fixture, id recovery.CaseID) (found []journal.Entry) {
	t.Helper()
	for _, entry := range rig.ReadEntries(t, id) {
		if entry.Kind == recovery.EntryEvidenceViewed {
			found = append(found, entry)
		}
	}
	return found
}

func lookOften(t *testing.T, rig *casetest.Fixture, id recovery.EvidenceID, times int) {
	t.Helper()
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range times / 4 {
				_, body, err := rig.OpenEvidence(t.Context(), rig.As(recovery.RoleAgent), id)
				if err != nil {
					t.Error(err)
					return
				}
				_ = body.Close()
			}
		})
	}
	group.Wait()
}

// TestLooksOfAnHourAreOneEntry: the first look is an entry at once, the others of the same
// person and hour are one with their number.
func TestLooksOfAnHourAreOneEntry(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	noon := rig.SetNoon(1)
	view := rig.FileCase(t)
	kept := rig.Upload(t, view.ID, recovery.ChatExport, []byte("聊天记录"))
	lookOften(t, rig, kept.ID, 200)
	if found := viewings(t, rig, view.ID); len(found) != 1 || found[0].Facts["times"] != nil {
		t.Fatalf("%d entries for 200 looks: %+v", len(found), found)
	}
	maintain := func() {
		var group sync.WaitGroup
		for range 2 {
			group.Go(func() {
				if err := rig.RunMaintenance(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
	}
	maintain() // the hour is not over
	if found := viewings(t, rig, view.ID); len(found) != 1 {
		t.Errorf("%d entries before the hour is over", len(found))
	}
	rig.SetClock(noon.Add(time.Hour))
	maintain()
	found := viewings(t, rig, view.ID)
	if len(found) != 2 || found[1].Facts["times"] != 199.0 || found[1].Actor != found[0].Actor || found[1].Facts["evidence_id"] != string(kept.ID) {
		t.Fatalf("%+v", found)
	}
	if at, err := time.Parse(time.RFC3339, found[1].ClaimedAt); err != nil || at.Before(noon) || at.After(noon.Add(10*time.Minute)) {
		t.Errorf("the last look was %s", found[1].ClaimedAt)
	}
	maintain()
	lookOften(t, rig, kept.ID, 4)
	if found := viewings(t, rig, view.ID); len(found) != 3 {
		t.Errorf("%d entries after a look in the next hour", len(found))
	}
}

// TestPapersCountAllLooks: an export has the looks until now.
func TestPapersCountAllLooks(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	rig.SetNoon(1)
	view := rig.FileCase(t)
	kept := rig.Upload(t, view.ID, recovery.ChatExport, []byte("聊天记录"))
	lookOften(t, rig, kept.ID, 8)
	seen := previewOf(t, rig, view.ID)
	if _, err := rig.RequestExport(t.Context(), rig.As(recovery.RoleClaimant), view.ID, agreeTo(seen.Digest)); err != nil {
		t.Fatal(err)
	}
	if found := viewings(t, rig, view.ID); len(found) != 2 || found[1].Facts["times"] != 7.0 {
		t.Errorf("%+v", found)
	}
	for range 3 { // the same export, so nothing is written
		lookOften(t, rig, kept.ID, 4)
		if _, err := rig.RequestExport(t.Context(), rig.As(recovery.RoleClaimant), view.ID, agreeTo(seen.Digest)); err != nil {
			t.Fatal(err)
		}
	}
	if found := viewings(t, rig, view.ID); len(found) != 2 {
		t.Errorf("%d entries after orders of the same export", len(found))
	}
	if left := rig.CountRows(t, "repeated_readings"); left != 1 {
		t.Errorf("%d rows count the later readings", left)
	}
}
