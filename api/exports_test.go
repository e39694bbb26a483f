package api_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"recourse/api"
	"recourse/casework"
	"recourse/evidence/folio"
	"recourse/evidence/journal"
	"recourse/recovery"
)

// finishExport does what the activity does at the end: it writes the files and
// stores their digests.
func (s *testServer) finishExport(t testing.TB, id recovery.ExportID, state recovery.ExportState, dossier, bag string) {
	t.Helper()
	export, err := s.Store.FindExport(t.Context(), id)
	failOnError(t, err)
	for name, content := range map[string]string{casework.DossierFile: dossier, casework.BagFile: bag} {
		path := folio.ExportPath(s.ExportsDir, id, name)
		failOnError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		failOnError(t, os.WriteFile(path, []byte(content), 0o600))
	}
	now := time.Now()
	export.State, export.ReadyAt = state, &now
	if state == recovery.ExportReady {
		export.Pages, export.Missing = 3, []string{"身份证明"}
		export.SHA256, export.BagSHA256 = digestOf(dossier), digestOf(bag)
	} else {
		export.Failure = "字体缺失"
	}
	failOnError(t, s.Store.FinishExport(t.Context(), export, journal.Draft{
		Kind: recovery.EntryExportBuilt, At: now, Actor: recovery.System, Key: "built:" + string(id),
		Collector: journal.Collector{Tool: "recourse", Version: "test"}, Facts: map[string]any{"export_id": id},
	}))
}

func digestOf(content string) string {
	sum := sha256.Sum256([]byte(content))
	return hex.EncodeToString(sum[:])
}

func TestExport(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	id := s.fileCase(t).stringField("id")
	ask := testCall{as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases/" + id + "/exports", body: []byte(`{"audience":"court"}`), key: "e"}
	begun := s.send(t, ask).wantStatus(http.StatusAccepted)
	again := s.send(t, ask).wantStatus(http.StatusAccepted)
	if string(begun.body) != string(again.body) || again.header.Get("Idempotent-Replay") != "true" || s.countEntries(id) != 2 {
		t.Errorf("begun\n%s\nagain\n%s\n%d entries", begun.body, again.body, s.countEntries(id))
	}
	path := begun.header.Get("Location")
	if state := s.get(t, recovery.RoleClaimant, path).wantStatus(http.StatusOK).stringField("state"); state != "building" {
		t.Errorf("state %s", state)
	}
	s.get(t, recovery.RoleClaimant, path+"/dossier.pdf").problem(http.StatusConflict, "conflict")
	s.finishExport(t, recovery.ExportID(begun.stringField("id")), recovery.ExportReady, "%PDF-1.7 dossier", "PK bag")
	ready := s.get(t, recovery.RoleClaimant, path).wantStatus(http.StatusOK)
	if ready.stringField("state") != "ready" || ready.stringField("sha256") != digestOf("%PDF-1.7 dossier") || ready.decodeObject()["pages"] != 3.0 {
		t.Errorf("%s", ready.body)
	}
	before := s.countEntries(id)
	for name, want := range map[string]struct{ media, content string }{
		"dossier.pdf": {"application/pdf", "%PDF-1.7 dossier"}, "bag.zip": {"application/zip", "PK bag"},
	} {
		got := s.get(t, recovery.RoleClaimant, path+"/"+name).wantStatus(http.StatusOK)
		if string(got.body) != want.content || got.header.Get("Content-Type") != want.media ||
			got.header.Get("Content-Disposition") != "attachment; filename=court-"+name {
			t.Errorf("%s: %v %s", name, got.header, got.body)
		}
		s.get(t, otherClaimant, path+"/"+name).problem(http.StatusNotFound, "not_found")
	}
	if s.countEntries(id) != before+2 {
		t.Errorf("%d entries, want %d: each download is one", s.countEntries(id), before+2)
	}
	part := s.send(t, testCall{as: recovery.RoleLegal, method: "GET", path: path + "/dossier.pdf", header: map[string]string{"Range": "bytes=1-3"}}).wantStatus(http.StatusPartialContent)
	if string(part.body) != "PDF" {
		t.Errorf("part %q", part.body)
	}
	s.send(t, testCall{as: recovery.RoleLegal, method: "GET", path: path + "/bag.zip", header: map[string]string{"If-None-Match": `"` + digestOf("PK bag") + `"`}}).wantStatus(http.StatusNotModified)
	s.send(t, testCall{as: recovery.RoleLegal, method: "GET", path: path + "/bag.zip", header: map[string]string{"Range": "bytes=99-"}}).problem(http.StatusRequestedRangeNotSatisfiable, "range_not_satisfiable")
}

func TestRefuseExports(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	id := s.fileCase(t).stringField("id")
	export := func(as recovery.Role, audience string) testResponse {
		return s.send(t, testCall{as: as, method: "POST", path: "/api/v1/cases/" + id + "/exports", body: []byte(`{"audience":"` + audience + `"}`)})
	}
	export(recovery.RoleClaimant, "archive").problem(http.StatusForbidden, "forbidden")
	export(recovery.RoleAuditor, "court").problem(http.StatusForbidden, "forbidden")
	export(otherClaimant, "court").problem(http.StatusNotFound, "not_found")
	archive := export(recovery.RoleLegal, "archive").wantStatus(http.StatusAccepted).header.Get("Location")
	s.get(t, recovery.RoleClaimant, archive).problem(http.StatusNotFound, "not_found")
	failed := export(recovery.RoleLegal, "platform").wantStatus(http.StatusAccepted)
	s.finishExport(t, recovery.ExportID(failed.stringField("id")), recovery.ExportFailed, "", "")
	result := s.get(t, recovery.RoleLegal, failed.header.Get("Location")).wantStatus(http.StatusOK)
	if result.stringField("state") != "failed" || result.stringField("failure") != "字体缺失" || result.decodeObject()["pages"] != nil || result.decodeObject()["sha256"] != nil {
		t.Errorf("%s", result.body)
	}
	s.get(t, recovery.RoleLegal, failed.header.Get("Location")+"/bag.zip").problem(http.StatusConflict, "conflict")
}
