package api_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"recourse/api"
	"recourse/casework"
	"recourse/recovery"
)

func sha256Hex(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func announcementBody(size int, sum string) []byte {
	return fmt.Appendf(nil, `{"size": %d, "sha256": %q, "kind": "screen_recording", "file_name": "录屏.txt", "source": "手机", "description": "群聊"}`, size, sum)
}

// beginUpload announces a file as the claimant.
func (s *testServer) beginUpload(t testing.TB, id string, data []byte) string {
	t.Helper()
	return s.send(t, testCall{
		as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases/" + id + "/uploads", body: announcementBody(len(data), sha256Hex(data)),
	}).wantStatus(http.StatusCreated).stringField("id")
}

func (s *testServer) part(t testing.TB, as recovery.Role, upload string, n int, query string, data []byte) testResponse {
	t.Helper()
	return s.send(t, testCall{
		as: as, method: "PUT", path: fmt.Sprintf("/api/v1/uploads/%s/parts/%d%s", upload, n, query), body: data, media: "application/octet-stream",
	})
}

func (s *testServer) completeUpload(t testing.TB, upload, key string) testResponse {
	t.Helper()
	return s.send(t, testCall{as: recovery.RoleClaimant, method: "POST", path: "/api/v1/uploads/" + upload + "/complete", key: key})
}

var received = regexp.MustCompile(`"received":\[[^\]]*\]`)

// largeContent returns a text that is slightly longer than two parts.
func largeContent() []byte {
	return bytes.Repeat([]byte("红包发错群了，请查收。\n"), 2*casework.PartSize/34+1000)
}

func TestUploadInParts(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	id, data := s.fileCase(t).stringField("id"), largeContent()
	upload := s.beginUpload(t, id, data)
	entries := s.countEntries(id)
	third := data[2*casework.PartSize:]
	s.part(t, recovery.RoleClaimant, upload, 3, fmt.Sprintf("?offset=%d", 2*casework.PartSize), third).wantStatus(http.StatusOK)
	s.part(t, recovery.RoleClaimant, upload, 1, "?offset=0", data[:casework.PartSize]).wantStatus(http.StatusOK)
	s.completeUpload(t, upload, "").problem(http.StatusConflict, "conflict")
	state := s.get(t, recovery.RoleClaimant, "/api/v1/uploads/"+upload).wantStatus(http.StatusOK)
	want := fmt.Sprintf(`"parts":3,"received":[{"n":1,"size":%d},{"n":3,"size":%d}]`, casework.PartSize, len(third))
	if got := fmt.Sprintf(`"parts":%v,%s`, state.decodeObject()["parts"], received.FindString(string(state.body))); got != want {
		t.Errorf("%s", state.body)
	}
	s.part(t, recovery.RoleClaimant, upload, 2, "", data[casework.PartSize:2*casework.PartSize]).wantStatus(http.StatusOK)
	s.part(t, recovery.RoleClaimant, upload, 2, "", data[casework.PartSize:2*casework.PartSize]).wantStatus(http.StatusOK)
	if s.countEntries(id) != entries {
		t.Error("the parts were journalled")
	}
	got := s.completeUpload(t, upload, "k").wantStatus(http.StatusCreated)
	if got.stringField("id") != upload || got.stringField("sha256") != sha256Hex(data) || got.stringField("file_name") != "录屏.txt" || got.stringField("media_type") != "text/plain" {
		t.Errorf("%s", got.body)
	}
	for _, key := range []string{"k", "", "other"} {
		if again := s.completeUpload(t, upload, key).wantStatus(http.StatusCreated); string(again.body) != string(got.body) || again.header.Get("Idempotent-Replay") != "true" {
			t.Errorf("%q: %s", key, again.body)
		}
	}
	if s.countBlobs() != 1 || s.countEntries(id) != entries+1 {
		t.Errorf("%d files, %d entries", s.countBlobs(), s.countEntries(id)-entries)
	}
	if done := s.get(t, recovery.RoleClaimant, "/api/v1/uploads/"+upload).wantStatus(http.StatusOK).decodeObject(); done["complete"] != true {
		t.Errorf("%v", done)
	}
	content := s.get(t, recovery.RoleClaimant, "/api/v1/evidence/"+upload+"/content").wantStatus(http.StatusOK)
	if !bytes.Equal(content.body, data) {
		t.Error("other bytes came back")
	}
}

func TestRefuseInvalidParts(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	id, data := s.fileCase(t).stringField("id"), []byte("hello, world\n")
	upload := s.beginUpload(t, id, data)
	for name, test := range map[string]struct {
		as     recovery.Role
		n      int
		query  string
		data   []byte
		status int
		code   string
	}{
		"another's":      {otherClaimant, 1, "", data, http.StatusNotFound, "not_found"},
		"the desk's":     {recovery.RoleAgent, 1, "", data, http.StatusNotFound, "not_found"},
		"nobody's":       {"", 1, "", data, http.StatusUnauthorized, "unauthenticated"},
		"part nought":    {recovery.RoleClaimant, 0, "", data, http.StatusUnprocessableEntity, "invalid"},
		"part beyond":    {recovery.RoleClaimant, 2, "", data, http.StatusUnprocessableEntity, "invalid"},
		"another offset": {recovery.RoleClaimant, 1, "?offset=1", data, http.StatusUnprocessableEntity, "invalid"},
		"too short":      {recovery.RoleClaimant, 1, "", data[1:], http.StatusUnprocessableEntity, "invalid"},
		"too long":       {recovery.RoleClaimant, 1, "", append(slices.Clone(data), '!'), http.StatusUnprocessableEntity, "invalid"},
		"far too long":   {recovery.RoleClaimant, 1, "", make([]byte, casework.PartSize+1), http.StatusUnprocessableEntity, "invalid"},
	} {
		s.part(t, test.as, upload, test.n, test.query, test.data).problem(test.status, test.code)
		if s.countBlobs() != 0 {
			t.Fatalf("%s: something was stored", name)
		}
	}
	s.send(t, testCall{as: recovery.RoleClaimant, method: "PUT", path: "/api/v1/uploads/" + upload + "/parts/1", body: data, media: "text/plain"}).
		problem(http.StatusUnsupportedMediaType, "unsupported_media_type")
	s.part(t, recovery.RoleClaimant, strings.Repeat("0", 8)+upload[8:], 1, "", data).problem(http.StatusNotFound, "not_found")
	s.get(t, otherClaimant, "/api/v1/uploads/"+upload).problem(http.StatusNotFound, "not_found")
}

func TestRefuseInvalidAnnouncements(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{}, uploadLimit(1000))
	id := s.fileCase(t).stringField("id")
	path := "/api/v1/cases/" + id + "/uploads"
	sum := sha256Hex([]byte("x"))
	for name, test := range map[string]struct {
		as     recovery.Role
		body   string
		status int
		code   string
	}{
		"too large": {recovery.RoleClaimant, string(announcementBody(1001, sum)), http.StatusRequestEntityTooLarge, "too_large"},
		"nothing":   {recovery.RoleClaimant, string(announcementBody(0, sum)), http.StatusUnprocessableEntity, "invalid"},
		"no digest": {recovery.RoleClaimant, string(announcementBody(1, "")), http.StatusUnprocessableEntity, "invalid"},
		"capitals":  {recovery.RoleClaimant, string(announcementBody(1, strings.ToUpper(sum))), http.StatusUnprocessableEntity, "invalid"},
		"no kind":   {recovery.RoleClaimant, fmt.Sprintf(`{"size": 1, "sha256": %q}`, sum), http.StatusUnprocessableEntity, "invalid"},
		"a path":    {recovery.RoleClaimant, strings.Replace(string(announcementBody(1, sum)), "录屏.txt", "../a", 1), http.StatusUnprocessableEntity, "invalid"},
		"a reader":  {recovery.RoleAuditor, string(announcementBody(1, sum)), http.StatusForbidden, "forbidden"},
		"another's": {otherClaimant, string(announcementBody(1, sum)), http.StatusNotFound, "not_found"},
	} {
		got := s.send(t, testCall{as: test.as, method: "POST", path: path, body: []byte(test.body), key: "k"})
		if got.status != test.status {
			t.Errorf("%s: %d %s", name, got.status, got.body)
			continue
		}
		got.problem(test.status, test.code)
	}
	first := s.send(t, testCall{as: recovery.RoleClaimant, method: "POST", path: path, body: announcementBody(1, sum), key: "k"}).wantStatus(http.StatusCreated)
	again := s.send(t, testCall{as: recovery.RoleClaimant, method: "POST", path: path, body: announcementBody(1, sum), key: "k"}).wantStatus(http.StatusCreated)
	if string(first.body) != string(again.body) || first.header.Get("Location") != "/api/v1/uploads/"+first.stringField("id") {
		t.Errorf("%s\n%s", first.body, again.body)
	}
}

// TestPartsMustMatchAnnouncement expects that a mismatch stores nothing and
// that the parts can be sent again.
func TestPartsMustMatchAnnouncement(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	id, data := s.fileCase(t).stringField("id"), []byte("hello, world\n")
	upload, entries := s.beginUpload(t, id, data), s.countEntries(id)
	s.part(t, recovery.RoleClaimant, upload, 1, "", []byte("HELLO, world\n")).wantStatus(http.StatusOK)
	if p := s.completeUpload(t, upload, "").problem(http.StatusUnprocessableEntity, "digest_mismatch"); !p.namesField("sha256") {
		t.Errorf("%+v", p)
	}
	if s.countBlobs() != 0 || s.countEntries(id) != entries {
		t.Errorf("%d files, %d entries", s.countBlobs(), s.countEntries(id)-entries)
	}
	s.part(t, recovery.RoleClaimant, upload, 1, "", data).wantStatus(http.StatusOK)
	s.completeUpload(t, upload, "").wantStatus(http.StatusCreated)
}

// TestUploadInPartsChecksContent expects the same checks as for a file sent in
// one request.
func TestUploadInPartsChecksContent(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	id, data := s.fileCase(t).stringField("id"), []byte("#!/bin/sh\nid\n")
	upload := s.beginUpload(t, id, data)
	s.part(t, recovery.RoleClaimant, upload, 1, "", data).wantStatus(http.StatusOK)
	p := s.completeUpload(t, upload, "").problem(http.StatusUnsupportedMediaType, "unsupported_media_type")
	if len(p.Errors) != 1 || p.Errors[0].Code != "active_text" || !strings.Contains(p.Errors[0].Detail, "截图") {
		t.Errorf("%+v", p)
	}
}

// TestDigestMismatch sends evidence and statements with a wrong digest.
func TestDigestMismatch(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	id := s.fileCase(t).stringField("id")
	for collection, test := range map[string]struct {
		content string
		parts   []formPart
	}{
		"evidence": {png, []formPart{{name: "kind", content: "other"}}}, "statements": {bill, nil},
	} {
		file := formPart{name: "file", file: "a", content: test.content}
		entries, blobs := s.countEntries(id), s.countBlobs()
		wrong := append(slices.Clone(test.parts), formPart{name: "sha256", content: sha256Hex([]byte("x"))}, file)
		if p := s.upload(t, id, collection, "k-"+collection, wrong...).problem(http.StatusUnprocessableEntity, "digest_mismatch"); !p.namesField("sha256") {
			t.Errorf("%+v", p)
		}
		s.upload(t, id, collection, "", append(slices.Clone(test.parts), formPart{name: "sha256", content: "abc"}, file)...).
			problem(http.StatusUnprocessableEntity, "invalid")
		if s.countEntries(id) != entries || s.countBlobs() != blobs {
			t.Errorf("%s: a refused file left something", collection)
		}
		right := append(slices.Clone(test.parts), file, formPart{name: "sha256", content: sha256Hex([]byte(test.content))})
		s.upload(t, id, collection, "", right...).wantStatus(http.StatusCreated)
		if s.countBlobs() != blobs+1 {
			t.Errorf("%s: %d files", collection, s.countBlobs())
		}
	}
}

func (s *testServer) deleteUpload(t testing.TB, as recovery.Role, upload string) testResponse {
	t.Helper()
	return s.send(t, testCall{as: as, method: "DELETE", path: "/api/v1/uploads/" + upload})
}

// TestUploadsCanBeTakenBack: what is taken back makes room, and its bytes are gone. What is
// complete is evidence and stays.
func TestUploadsCanBeTakenBack(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	id, data := s.fileCase(t).stringField("id"), largeContent()
	begin := func() testResponse {
		return s.send(t, testCall{
			as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases/" + id + "/uploads", body: announcementBody(len(data), sha256Hex(data)),
		})
	}
	var begun []string
	for range recovery.MaxUploads {
		begun = append(begun, begin().wantStatus(http.StatusCreated).stringField("id"))
	}
	begin().problem(http.StatusConflict, "conflict")
	s.part(t, recovery.RoleClaimant, begun[0], 1, "", data[:casework.PartSize]).wantStatus(http.StatusOK)
	for _, as := range []recovery.Role{otherClaimant, recovery.RoleAgent} {
		s.deleteUpload(t, as, begun[0]).problem(http.StatusNotFound, "not_found")
	}
	s.deleteUpload(t, "", begun[0]).problem(http.StatusUnauthorized, "unauthenticated")
	s.deleteUpload(t, recovery.RoleClaimant, begun[0]).wantStatus(http.StatusNoContent)
	if s.countBlobs() != 0 {
		t.Errorf("%d files are left of the upload", s.countBlobs())
	}
	s.get(t, recovery.RoleClaimant, "/api/v1/uploads/"+begun[0]).problem(http.StatusNotFound, "not_found")
	s.part(t, recovery.RoleClaimant, begun[0], 1, "", data[:casework.PartSize]).problem(http.StatusNotFound, "not_found")
	s.deleteUpload(t, recovery.RoleClaimant, begun[0]).problem(http.StatusNotFound, "not_found")
	last := begin().wantStatus(http.StatusCreated).stringField("id")
	for n := 1; n <= 3; n++ {
		s.part(t, recovery.RoleClaimant, last, n, "", data[(n-1)*casework.PartSize:min(n*casework.PartSize, len(data))]).wantStatus(http.StatusOK)
	}
	s.completeUpload(t, last, "").wantStatus(http.StatusCreated)
	s.deleteUpload(t, recovery.RoleClaimant, last).problem(http.StatusConflict, "conflict")
	if s.countBlobs() != 1 {
		t.Error("the evidence is gone")
	}
}
