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

// build does what the activity does at the end: files on the disk, their
// digests on the record.
func (s *stand) build(t testing.TB, id recovery.ExportID, state recovery.ExportState, dossier, bag string) {
	t.Helper()
	export, err := s.Store.Export(t.Context(), id)
	must(t, err)
	for name, content := range map[string]string{casework.DossierFile: dossier, casework.BagFile: bag} {
		path := folio.ExportPath(s.ExportsDir, id, name)
		must(t, os.MkdirAll(filepath.Dir(path), 0o700))
		must(t, os.WriteFile(path, []byte(content), 0o600))
	}
	now := time.Now()
	export.State, export.ReadyAt = state, &now
	if state == recovery.ExportReady {
		export.Pages, export.Missing = 3, []string{"身份证明"}
		export.SHA256, export.BagSHA256 = digest(dossier), digest(bag)
	} else {
		export.Failure = "字体缺失"
	}
	must(t, s.Store.FinishExport(t.Context(), export, journal.Draft{
		Kind: recovery.EntryExportBuilt, At: now, Actor: recovery.System, Key: "built:" + string(id),
		Collector: journal.Collector{Tool: "recourse", Version: "test"}, Facts: map[string]any{"export_id": id},
	}))
}

func digest(content string) string {
	sum := sha256.Sum256([]byte(content))
	return hex.EncodeToString(sum[:])
}

func TestExport(t *testing.T) {
	t.Parallel()
	s := newStand(t, api.Options{})
	id := s.file(t).text("id")
	ask := call{as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases/" + id + "/exports", body: []byte(`{"audience":"court"}`), key: "e"}
	begun := s.do(t, ask).is(http.StatusAccepted)
	again := s.do(t, ask).is(http.StatusAccepted)
	if string(begun.body) != string(again.body) || again.header.Get("Idempotent-Replay") != "true" || s.entries(id) != 2 {
		t.Errorf("begun\n%s\nagain\n%s\n%d entries", begun.body, again.body, s.entries(id))
	}
	path := begun.header.Get("Location")
	if state := s.get(t, recovery.RoleClaimant, path).is(http.StatusOK).text("state"); state != "building" {
		t.Errorf("state %s", state)
	}
	s.get(t, recovery.RoleClaimant, path+"/dossier.pdf").problem(http.StatusConflict, "conflict")
	s.build(t, recovery.ExportID(begun.text("id")), recovery.ExportReady, "%PDF-1.7 dossier", "PK bag")
	ready := s.get(t, recovery.RoleClaimant, path).is(http.StatusOK)
	if ready.text("state") != "ready" || ready.text("sha256") != digest("%PDF-1.7 dossier") || ready.object()["pages"] != 3.0 {
		t.Errorf("%s", ready.body)
	}
	before := s.entries(id)
	for name, want := range map[string]struct{ media, content string }{
		"dossier.pdf": {"application/pdf", "%PDF-1.7 dossier"}, "bag.zip": {"application/zip", "PK bag"},
	} {
		got := s.get(t, recovery.RoleClaimant, path+"/"+name).is(http.StatusOK)
		if string(got.body) != want.content || got.header.Get("Content-Type") != want.media ||
			got.header.Get("Content-Disposition") != "attachment; filename=court-"+name {
			t.Errorf("%s: %v %s", name, got.header, got.body)
		}
		s.get(t, other, path+"/"+name).problem(http.StatusNotFound, "not_found")
	}
	if s.entries(id) != before+2 {
		t.Errorf("%d entries, want %d: each download is one", s.entries(id), before+2)
	}
	part := s.do(t, call{as: recovery.RoleLegal, method: "GET", path: path + "/dossier.pdf", header: map[string]string{"Range": "bytes=1-3"}}).is(http.StatusPartialContent)
	if string(part.body) != "PDF" {
		t.Errorf("part %q", part.body)
	}
	s.do(t, call{as: recovery.RoleLegal, method: "GET", path: path + "/bag.zip", header: map[string]string{"If-None-Match": `"` + digest("PK bag") + `"`}}).is(http.StatusNotModified)
	s.do(t, call{as: recovery.RoleLegal, method: "GET", path: path + "/bag.zip", header: map[string]string{"Range": "bytes=99-"}}).is(http.StatusRequestedRangeNotSatisfiable)
}

func TestExportsThatAreRefused(t *testing.T) {
	t.Parallel()
	s := newStand(t, api.Options{})
	id := s.file(t).text("id")
	export := func(as recovery.Role, audience string) answer {
		return s.do(t, call{as: as, method: "POST", path: "/api/v1/cases/" + id + "/exports", body: []byte(`{"audience":"` + audience + `"}`)})
	}
	export(recovery.RoleClaimant, "archive").problem(http.StatusForbidden, "forbidden")
	export(recovery.RoleAuditor, "court").problem(http.StatusForbidden, "forbidden")
	export(other, "court").problem(http.StatusNotFound, "not_found")
	archive := export(recovery.RoleLegal, "archive").is(http.StatusAccepted).header.Get("Location")
	s.get(t, recovery.RoleClaimant, archive).problem(http.StatusNotFound, "not_found")
	failed := export(recovery.RoleLegal, "platform").is(http.StatusAccepted)
	s.build(t, recovery.ExportID(failed.text("id")), recovery.ExportFailed, "", "")
	told := s.get(t, recovery.RoleLegal, failed.header.Get("Location")).is(http.StatusOK)
	if told.text("state") != "failed" || told.text("failure") != "字体缺失" || told.object()["pages"] != nil || told.object()["sha256"] != nil {
		t.Errorf("%s", told.body)
	}
	s.get(t, recovery.RoleLegal, failed.header.Get("Location")+"/bag.zip").problem(http.StatusConflict, "conflict")
}
