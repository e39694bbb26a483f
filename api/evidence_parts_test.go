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

func hashed(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func announcement(size int, sum string) []byte {
	return fmt.Appendf(nil, `{"size": %d, "sha256": %q, "kind": "screen_recording", "file_name": "录屏.txt", "source": "手机", "description": "群聊"}`, size, sum)
}

// begin announces a file as the claimant.
func (s *stand) begin(t testing.TB, id string, data []byte) string {
	t.Helper()
	return s.do(t, call{
		as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases/" + id + "/uploads", body: announcement(len(data), hashed(data)),
	}).is(http.StatusCreated).text("id")
}

func (s *stand) part(t testing.TB, as recovery.Role, upload string, n int, query string, data []byte) answer {
	t.Helper()
	return s.do(t, call{
		as: as, method: "PUT", path: fmt.Sprintf("/api/v1/uploads/%s/parts/%d%s", upload, n, query), body: data, media: "application/octet-stream",
	})
}

func (s *stand) complete(t testing.TB, upload, key string) answer {
	t.Helper()
	return s.do(t, call{as: recovery.RoleClaimant, method: "POST", path: "/api/v1/uploads/" + upload + "/complete", key: key})
}

var received = regexp.MustCompile(`"received":\[[^\]]*\]`)

// large is a text of a little over two parts.
func large() []byte {
	return bytes.Repeat([]byte("红包发错群了，请查收。\n"), 2*casework.PartSize/34+1000)
}

func TestUploadInParts(t *testing.T) {
	t.Parallel()
	s := newStand(t, api.Options{})
	id, data := s.file(t).text("id"), large()
	upload := s.begin(t, id, data)
	entries := s.entries(id)
	third := data[2*casework.PartSize:]
	s.part(t, recovery.RoleClaimant, upload, 3, fmt.Sprintf("?offset=%d", 2*casework.PartSize), third).is(http.StatusOK)
	s.part(t, recovery.RoleClaimant, upload, 1, "?offset=0", data[:casework.PartSize]).is(http.StatusOK)
	s.complete(t, upload, "").problem(http.StatusConflict, "conflict")
	state := s.get(t, recovery.RoleClaimant, "/api/v1/uploads/"+upload).is(http.StatusOK)
	want := fmt.Sprintf(`"parts":3,"received":[{"n":1,"size":%d},{"n":3,"size":%d}]`, casework.PartSize, len(third))
	if got := fmt.Sprintf(`"parts":%v,%s`, state.object()["parts"], received.FindString(string(state.body))); got != want {
		t.Errorf("%s", state.body)
	}
	s.part(t, recovery.RoleClaimant, upload, 2, "", data[casework.PartSize:2*casework.PartSize]).is(http.StatusOK)
	s.part(t, recovery.RoleClaimant, upload, 2, "", data[casework.PartSize:2*casework.PartSize]).is(http.StatusOK)
	if s.entries(id) != entries {
		t.Error("parts are no evidence, yet they were journalled")
	}
	got := s.complete(t, upload, "k").is(http.StatusCreated)
	if got.text("id") != upload || got.text("sha256") != hashed(data) || got.text("file_name") != "录屏.txt" || got.text("media_type") != "text/plain" {
		t.Errorf("%s", got.body)
	}
	for _, key := range []string{"k", "", "other"} {
		if again := s.complete(t, upload, key).is(http.StatusCreated); string(again.body) != string(got.body) || again.header.Get("Idempotent-Replay") != "true" {
			t.Errorf("%q: %s", key, again.body)
		}
	}
	if s.blobs() != 1 || s.entries(id) != entries+1 {
		t.Errorf("%d files, %d entries", s.blobs(), s.entries(id)-entries)
	}
	if done := s.get(t, recovery.RoleClaimant, "/api/v1/uploads/"+upload).is(http.StatusOK).object(); done["complete"] != true {
		t.Errorf("%v", done)
	}
	content := s.get(t, recovery.RoleClaimant, "/api/v1/evidence/"+upload+"/content").is(http.StatusOK)
	if !bytes.Equal(content.body, data) {
		t.Error("other bytes came back")
	}
}

func TestPartsThatAreRefused(t *testing.T) {
	t.Parallel()
	s := newStand(t, api.Options{})
	id, data := s.file(t).text("id"), []byte("hello, world\n")
	upload := s.begin(t, id, data)
	for name, test := range map[string]struct {
		as     recovery.Role
		n      int
		query  string
		data   []byte
		status int
		code   string
	}{
		"another's":      {other, 1, "", data, http.StatusNotFound, "not_found"},
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
		if s.blobs() != 0 {
			t.Fatalf("%s: something was kept", name)
		}
	}
	s.do(t, call{as: recovery.RoleClaimant, method: "PUT", path: "/api/v1/uploads/" + upload + "/parts/1", body: data, media: "text/plain"}).
		problem(http.StatusUnsupportedMediaType, "unsupported_media_type")
	s.part(t, recovery.RoleClaimant, strings.Repeat("0", 8)+upload[8:], 1, "", data).problem(http.StatusNotFound, "not_found")
	s.get(t, other, "/api/v1/uploads/"+upload).problem(http.StatusNotFound, "not_found")
}

func TestAnnouncementsThatAreRefused(t *testing.T) {
	t.Parallel()
	s := newStand(t, api.Options{}, uploadLimit(1000))
	id := s.file(t).text("id")
	path := "/api/v1/cases/" + id + "/uploads"
	sum := hashed([]byte("x"))
	for name, test := range map[string]struct {
		as     recovery.Role
		body   string
		status int
		code   string
	}{
		"too large": {recovery.RoleClaimant, string(announcement(1001, sum)), http.StatusRequestEntityTooLarge, "too_large"},
		"nothing":   {recovery.RoleClaimant, string(announcement(0, sum)), http.StatusUnprocessableEntity, "invalid"},
		"no digest": {recovery.RoleClaimant, string(announcement(1, "")), http.StatusUnprocessableEntity, "invalid"},
		"capitals":  {recovery.RoleClaimant, string(announcement(1, strings.ToUpper(sum))), http.StatusUnprocessableEntity, "invalid"},
		"no kind":   {recovery.RoleClaimant, fmt.Sprintf(`{"size": 1, "sha256": %q}`, sum), http.StatusUnprocessableEntity, "invalid"},
		"a path":    {recovery.RoleClaimant, strings.Replace(string(announcement(1, sum)), "录屏.txt", "../a", 1), http.StatusUnprocessableEntity, "invalid"},
		"a reader":  {recovery.RoleAuditor, string(announcement(1, sum)), http.StatusForbidden, "forbidden"},
		"another's": {other, string(announcement(1, sum)), http.StatusNotFound, "not_found"},
	} {
		got := s.do(t, call{as: test.as, method: "POST", path: path, body: []byte(test.body), key: "k"})
		if got.status != test.status {
			t.Errorf("%s: %d %s", name, got.status, got.body)
			continue
		}
		got.problem(test.status, test.code)
	}
	first := s.do(t, call{as: recovery.RoleClaimant, method: "POST", path: path, body: announcement(1, sum), key: "k"}).is(http.StatusCreated)
	again := s.do(t, call{as: recovery.RoleClaimant, method: "POST", path: path, body: announcement(1, sum), key: "k"}).is(http.StatusCreated)
	if string(first.body) != string(again.body) || first.header.Get("Location") != "/api/v1/uploads/"+first.text("id") {
		t.Errorf("%s\n%s", first.body, again.body)
	}
}

// A whole that is not what was announced leaves nothing, and can be sent again.
func TestPartsOfAnotherFile(t *testing.T) {
	t.Parallel()
	s := newStand(t, api.Options{})
	id, data := s.file(t).text("id"), []byte("hello, world\n")
	upload, entries := s.begin(t, id, data), s.entries(id)
	s.part(t, recovery.RoleClaimant, upload, 1, "", []byte("HELLO, world\n")).is(http.StatusOK)
	if p := s.complete(t, upload, "").problem(http.StatusUnprocessableEntity, "digest_mismatch"); !p.names("sha256") {
		t.Errorf("%+v", p)
	}
	if s.blobs() != 0 || s.entries(id) != entries {
		t.Errorf("%d files, %d entries", s.blobs(), s.entries(id)-entries)
	}
	s.part(t, recovery.RoleClaimant, upload, 1, "", data).is(http.StatusOK)
	s.complete(t, upload, "").is(http.StatusCreated)
}

// The same rules hold for a file in parts as for one in one piece.
func TestRefusedKindInParts(t *testing.T) {
	t.Parallel()
	s := newStand(t, api.Options{})
	id, data := s.file(t).text("id"), []byte("<!DOCTYPE html><script>alert(1)</script>")
	upload := s.begin(t, id, data)
	s.part(t, recovery.RoleClaimant, upload, 1, "", data).is(http.StatusOK)
	p := s.complete(t, upload, "").problem(http.StatusUnsupportedMediaType, "unsupported_media_type")
	if len(p.Errors) != 1 || p.Errors[0].Code != "active_text" || !strings.Contains(p.Errors[0].Detail, "截图") {
		t.Errorf("%+v", p)
	}
}

// The sender's own digest is held against the bytes, for files and for bills.
func TestSendersDigest(t *testing.T) {
	t.Parallel()
	s := newStand(t, api.Options{})
	id := s.file(t).text("id")
	for collection, test := range map[string]struct {
		content string
		parts   []part
	}{
		"evidence": {png, []part{{name: "kind", content: "other"}}}, "statements": {bill, nil},
	} {
		file := part{name: "file", file: "a", content: test.content}
		entries, blobs := s.entries(id), s.blobs()
		wrong := append(slices.Clone(test.parts), part{name: "sha256", content: hashed([]byte("x"))}, file)
		if p := s.upload(t, id, collection, "k-"+collection, wrong...).problem(http.StatusUnprocessableEntity, "digest_mismatch"); !p.names("sha256") {
			t.Errorf("%+v", p)
		}
		s.upload(t, id, collection, "", append(slices.Clone(test.parts), part{name: "sha256", content: "abc"}, file)...).
			problem(http.StatusUnprocessableEntity, "invalid")
		if s.entries(id) != entries || s.blobs() != blobs {
			t.Errorf("%s: a refused file left something", collection)
		}
		right := append(slices.Clone(test.parts), file, part{name: "sha256", content: hashed([]byte(test.content))})
		s.upload(t, id, collection, "", right...).is(http.StatusCreated)
		if s.blobs() != blobs+1 {
			t.Errorf("%s: %d files", collection, s.blobs())
		}
	}
}
