package api_test

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"recourse/api"
	"recourse/casework/casetest"
	"recourse/evidence/folio"
	"recourse/evidence/journal"
	"recourse/recovery"
)

func (s *testServer) orderExport(t testing.TB, as recovery.Role, id, audience, key string) testResponse {
	t.Helper()
	return s.send(t, testCall{as: as, method: "POST", path: "/api/v1/cases/" + id + "/exports", body: []byte(`{"audience":"` + audience + `"}`), key: key})
}

// buildExport writes the files of an export, as the activity does.
func (s *testServer) buildExport(t testing.TB, id string) {
	t.Helper()
	export, err := s.Store.FindExport(t.Context(), recovery.ExportID(id))
	failOnError(t, err)
	for _, name := range []string{folio.DossierFile, folio.BagFile} {
		path := folio.ExportPath(s.ExportsDir, export.ID, name)
		failOnError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		failOnError(t, os.WriteFile(path, []byte("built"), 0o600))
	}
	now := s.Now().UTC()
	export.State, export.ReadyAt, export.Pages, export.SHA256, export.BagSHA256 = recovery.ExportReady, &now, 3, strings.Repeat("a", 64), strings.Repeat("b", 64)
	failOnError(t, s.Store.FinishExport(t.Context(), export, journal.Draft{
		Kind: recovery.EntryExportBuilt, At: now, Actor: recovery.System, Key: "export_built:" + id,
		Collector: journal.Collector{Tool: "test", Version: "test"},
	}))
}

// TestSameExportIsBuiltOnce orders the papers of one state again and again: while they
// are built, when they are ready and after they were read.
func TestSameExportIsBuiltOnce(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{}, casetest.Limits(t, "claimant_exports=5/hour"))
	s.SetNoon(1)
	id := s.fileCase(t).stringField("id")
	order := func(as recovery.Role, audience string) string {
		t.Helper()
		return s.orderExport(t, as, id, audience, "").wantStatus(http.StatusAccepted).stringField("id")
	}
	first := order(recovery.RoleClaimant, "court")
	entries := s.countEntries(id)
	for range 6 {
		if again := order(recovery.RoleClaimant, "court"); again != first {
			t.Fatalf("%s was ordered again as %s", first, again)
		}
	}
	if rows := s.CountRows(t, "exports"); rows != 1 || s.countEntries(id) != entries {
		t.Errorf("%d exports, %d entries more", rows, s.countEntries(id)-entries)
	}
	s.buildExport(t, first)
	s.get(t, recovery.RoleClaimant, "/api/v1/exports/"+first+"/dossier.pdf").wantStatus(http.StatusOK)
	if again := s.orderExport(t, recovery.RoleClaimant, id, "court", "").wantStatus(http.StatusAccepted); again.stringField("id") != first || again.stringField("state") != "ready" {
		t.Errorf("after it was read: %s", again.body)
	}
	seen := map[string]string{first: "the first"}
	differs := func(what, got string) {
		t.Helper()
		if seen[got] != "" {
			t.Errorf("%s is the export of %s", what, seen[got])
		}
		seen[got] = what
	}
	differs("another audience", order(recovery.RoleClaimant, "platform"))
	differs("another role", order(recovery.RoleLegal, "court"))
	s.takeAction(t, recovery.RoleClaimant, id, recovery.AddNote, `{"text":"补充","visibility":"shared"}`).wantStatus(http.StatusOK)
	differs("the state after a note", order(recovery.RoleClaimant, "court"))
	s.SetClock(s.Now().Add(13 * time.Hour))
	differs("the next day", order(recovery.RoleClaimant, "court"))
}

// TestSameExportAtOnce orders the papers of one state fifty times at once in two
// processes.
func TestSameExportAtOnce(t *testing.T) {
	t.Parallel()
	table := casetest.Limits(t, "claimant_exports=off")
	s := newTestServer(t, api.Options{}, table)
	s.SetNoon(1)
	id := s.fileCase(t).stringField("id")
	servers := []*testServer{s, s.secondServer(t, table)}
	answers := make([]testResponse, 50)
	var group sync.WaitGroup
	for n := range answers {
		group.Go(func() {
			answers[n] = servers[n%2].orderExport(t, recovery.RoleClaimant, id, "court", fmt.Sprintf("key-%d", n))
		})
	}
	group.Wait()
	for _, a := range answers {
		if a.wantStatus(http.StatusAccepted).stringField("id") != answers[0].stringField("id") {
			t.Errorf("%s\nand %s", a.body, answers[0].body)
		}
	}
	if rows := s.CountRows(t, "exports"); rows != 1 {
		t.Errorf("%d exports", rows)
	}
}

// TestSameExportIsReplayed repeats a request that got an existing export after the case
// has changed: the result of a key never changes.
func TestSameExportIsReplayed(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	s.SetNoon(1)
	id := s.fileCase(t).stringField("id")
	s.orderExport(t, recovery.RoleClaimant, id, "court", "").wantStatus(http.StatusAccepted)
	got := s.orderExport(t, recovery.RoleClaimant, id, "court", "second").wantStatus(http.StatusAccepted)
	s.takeAction(t, recovery.RoleClaimant, id, recovery.AddNote, `{"text":"补充","visibility":"shared"}`).wantStatus(http.StatusOK)
	again := s.orderExport(t, recovery.RoleClaimant, id, "court", "second").wantStatus(http.StatusAccepted)
	if string(again.body) != string(got.body) || again.header.Get("Idempotent-Replay") != "true" {
		t.Errorf("repeated: %s\nfirst: %s", again.body, got.body)
	}
}

// TestOldExportsAreCleared keeps the record of an export whose files were deleted, says
// how to order it again, and builds it again.
func TestOldExportsAreCleared(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		replaced bool
		kept     time.Duration
	}{"old": {false, 30 * 24 * time.Hour}, "replaced": {true, 24 * time.Hour}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newTestServer(t, api.Options{})
			noon := s.SetNoon(1)
			id := s.fileCase(t).stringField("id")
			first := s.orderExport(t, recovery.RoleClaimant, id, "court", "").stringField("id")
			s.buildExport(t, first)
			if c.replaced {
				s.takeAction(t, recovery.RoleClaimant, id, recovery.AddNote, `{"text":"补充","visibility":"shared"}`).wantStatus(http.StatusOK)
				s.buildExport(t, s.orderExport(t, recovery.RoleClaimant, id, "court", "").stringField("id"))
			}
			path := "/api/v1/exports/" + first
			s.SetClock(noon.Add(c.kept - time.Minute))
			failOnError(t, s.RunMaintenance(t.Context()))
			s.get(t, recovery.RoleClaimant, path+"/bag.zip").wantStatus(http.StatusOK)
			s.SetClock(noon.Add(c.kept + time.Minute))
			failOnError(t, s.RunMaintenance(t.Context()))
			for _, file := range []string{"/dossier.pdf", "/bag.zip"} {
				if p := s.get(t, recovery.RoleClaimant, path+file).problem(http.StatusGone, "export_expired"); !strings.Contains(p.Detail, "/api/v1/cases/"+id+"/exports") || !strings.Contains(p.Detail, "court") {
					t.Errorf("%s does not say how to order it again", p.Detail)
				}
			}
			if _, err := os.Stat(filepath.Dir(folio.ExportPath(s.ExportsDir, recovery.ExportID(first), folio.BagFile))); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("its folder: %v", err)
			}
			shown := s.get(t, recovery.RoleClaimant, path).wantStatus(http.StatusOK)
			if shown.stringField("state") != "expired" || shown.stringField("sha256") != strings.Repeat("a", 64) {
				t.Errorf("its record: %s", shown.body)
			}
			if again := s.orderExport(t, recovery.RoleClaimant, id, "court", "").wantStatus(http.StatusAccepted); again.stringField("id") == first {
				t.Error("ordered again, it is the one without files")
			}
		})
	}
}
