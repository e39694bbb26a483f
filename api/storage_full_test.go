package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"recourse/api"
	"recourse/casework/casetest"
	"recourse/evidence/originals/blob"
	"recourse/recovery"
)

// fillDisk makes the disk of the service as full as left says.
func (s *testServer) fillDisk(left *atomic.Int64) {
	s.Space = &blob.Space{Reserve: 100 << 20, Free: func(string) (int64, error) { return left.Load(), nil }}
}

// TestFullDisk refuses everything that would use the reserve, and stores nothing. What
// needs no room still works.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	var left atomic.Int64
	left.Store(1 << 40)
	s.fillDisk(&left)
	filed := s.fileWithLink(t)
	id := filed.stringField("id")
	file, media := multipartBody(t, formPart{"kind", "", "other"}, formPart{"file", "附件.txt", "退款"})
	billFile, billMedia := multipartBody(t, formPart{"file", "账单.csv", bill})
	announcement := []byte(fmt.Sprintf(`{"kind":"other","size":10,"sha256":"%064d"}`, 1))
	begin := testCall{as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases/" + id + "/uploads", body: announcement}
	begun := s.send(t, begin).wantStatus(http.StatusCreated).header.Get("Location")
	part := testCall{as: recovery.RoleClaimant, method: "PUT", path: begun + "/parts/1", body: []byte("0123456789"), media: "application/octet-stream"}
	blobs, entries := s.countBlobs(), s.countEntries(id)
	left.Store(100<<20 - 1)
	for name, call := range map[string]testCall{
		"evidence":  {as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases/" + id + "/evidence", body: file, media: media},
		"statement": {as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases/" + id + "/statements", body: billFile, media: billMedia},
		"link":      {as: linkHolder, method: "POST", path: "/api/v1/return/evidence", body: file, media: media},
		"begin":     begin, "part": part,
		"complete": {as: recovery.RoleClaimant, method: "POST", path: begun + "/complete"},
		"export":   {as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases/" + id + "/exports", body: []byte(`{"audience":"court"}`)},
	} {
		p := s.send(t, call).problem(http.StatusInsufficientStorage, "storage_full")
		if !strings.Contains(p.Detail, "Nothing was stored") {
			t.Errorf("%s: %s", name, p.Detail)
		}
	}
	if s.countBlobs() != blobs || s.countEntries(id) != entries || s.CountRows(t, "exports") != 0 || s.CountRows(t, "uploads") != 1 {
		t.Errorf("%d files, %d entries, %d exports were stored", s.countBlobs()-blobs, s.countEntries(id)-entries, s.CountRows(t, "exports"))
	}
	s.takeAction(t, recovery.RoleClaimant, id, recovery.AddNote, `{"text":"补充","visibility":"shared"}`).wantStatus(http.StatusOK)
	s.get(t, recovery.RoleClaimant, "/api/v1/cases/"+id).wantStatus(http.StatusOK)
	left.Store(1 << 40)
	s.send(t, part).wantStatus(http.StatusOK)
}

// TestDiskFillsDuringUpload fills the disk while a file arrives: nothing of it is left.
func TestDiskFillsDuringUpload(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	id := s.fileCase(t).stringField("id")
	var checks atomic.Int64
	s.Space = &blob.Space{Reserve: 10 << 20, Free: func(string) (int64, error) { return 15<<20 - checks.Add(1)<<20, nil }}
	large := formPart{"file", "附件.txt", strings.Repeat("退款 0001\n", 700_000)}
	s.upload(t, id, "evidence", "", formPart{"kind", "", "other"}, large).problem(http.StatusInsufficientStorage, "storage_full")
	if s.countBlobs() != 0 || s.countEntries(id) != 1 || checks.Load() < 3 {
		t.Errorf("%d files and %d entries are left after %d checks", s.countBlobs(), s.countEntries(id), checks.Load())
	}
}

// TestFullDiskUsesNoQuota has the quota of exports and files after a refusal.
func TestFullDiskUsesNoQuota(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{}, casetest.Limits(t, "claimant_files=1/day claimant_exports=1/day"))
	var left atomic.Int64
	s.fillDisk(&left)
	id := s.fileCase(t).stringField("id")
	parts := []formPart{{"kind", "", "other"}, {"file", "附件.txt", "退款"}}
	s.upload(t, id, "evidence", "", parts...).problem(http.StatusInsufficientStorage, "storage_full")
	s.orderExport(t, recovery.RoleClaimant, id, "court", "").problem(http.StatusInsufficientStorage, "storage_full")
	left.Store(1 << 40)
	s.upload(t, id, "evidence", "", parts...).wantStatus(http.StatusCreated)
	s.orderExport(t, recovery.RoleClaimant, id, "court", "").wantStatus(http.StatusAccepted)
}
