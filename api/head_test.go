package api_test

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"recourse/api"
	"recourse/recovery"
)

// TestWhatCanBeReadHasAHeader: every path with GET has HEAD, also one that is added later.
func TestWhatCanBeReadHasAHeader(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	methods := map[string][]string{}
	for _, route := range s.echo.Routes() {
		methods[route.Path] = append(methods[route.Path], route.Method)
	}
	for path, list := range methods {
		if slices.Contains(list, http.MethodGet) != slices.Contains(list, http.MethodHead) {
			t.Errorf("%s has %v", path, list)
		}
	}
}

// head sends a HEAD request, which the specification does not list path by path.
func (s *testServer) head(t testing.TB, as recovery.Role, path string, header map[string]string) testResponse {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	request := s.newRequest(t, testCall{as: as, method: http.MethodHead, path: path, header: header})
	response, err := s.server.Client().Do(request.WithContext(ctx))
	failOnError(t, err)
	body, err := io.ReadAll(response.Body)
	failOnError(t, err)
	failOnError(t, response.Body.Close())
	return testResponse{t: t, status: response.StatusCode, header: response.Header, body: body}
}

// TestHeadShowsNothing: the header is that of GET, there is no body, and nothing is recorded
// as read, neither a file nor the link of a counterpart.
func TestHeadShowsNothing(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	filed := s.fileCase(t)
	id := filed.stringField("id")
	s.linkToken = s.issueLink(t, filed, 0, "").stringField("token")
	photo := s.addPicture(t, id, photoWithMetadata(t, 90)).header.Get("Location")
	export := s.readyExport(t, id)
	entries := s.countEntries(id)
	same := []string{"Content-Type", "Etag", "Content-Disposition"}
	for _, look := range []struct {
		as   recovery.Role
		path string
	}{
		{"", "/healthz"},
		{"", "/api/v1/openapi.yaml"},
		{recovery.RoleClaimant, "/api/v1/cases/" + id},
		{recovery.RoleClaimant, "/api/v1/cases/" + id + "/journal"},
		{recovery.RoleClaimant, "/api/v1/cases"},
		{recovery.RoleAgent, photo + "/content"},
		{recovery.RoleAgent, photo + "/view"},
		{recovery.RoleLegal, export + "/dossier.pdf"},
		{recovery.RoleLegal, export + "/bag.zip"},
		{linkHolder, "/api/v1/return"},
	} {
		got := s.head(t, look.as, look.path, nil)
		if got.status != http.StatusOK || len(got.body) != 0 {
			t.Errorf("HEAD %s: %d with %d bytes", look.path, got.status, len(got.body))
		}
		if s.countEntries(id) != entries {
			t.Fatalf("HEAD %s: recorded as read", look.path)
		}
		want := s.get(t, look.as, look.path).wantStatus(http.StatusOK)
		for _, name := range same {
			first := name == "Etag" && strings.HasSuffix(look.path, "/view") // the copy is made by GET
			if got.header.Get(name) != want.header.Get(name) && !first {
				t.Errorf("HEAD %s: %s is %q, with GET %q", look.path, name, got.header.Get(name), want.header.Get(name))
			}
		}
		entries = s.countEntries(id)
	}
	for path, status := range map[string]int{
		"/api/v1/cases/" + id: http.StatusNotFound, photo + "/content": http.StatusNotFound, "/api/v1/nothing": http.StatusNotFound,
	} {
		if got := s.head(t, otherClaimant, path, nil); got.status != status || len(got.body) != 0 {
			t.Errorf("HEAD %s of a stranger: %d with %d bytes", path, got.status, len(got.body))
		}
	}
	if got := s.head(t, recovery.RoleClaimant, "/api/v1/cases/"+id+"/events", nil); got.header.Get("Content-Type") != "text/event-stream" {
		t.Errorf("HEAD of the events: %d %v", got.status, got.header)
	}
}

// readyExport makes an export with both files and returns its path.
func (s *testServer) readyExport(t testing.TB, id string) string {
	t.Helper()
	begun := s.send(t, testCall{
		as: recovery.RoleLegal, method: "POST", path: "/api/v1/cases/" + id + "/exports", body: []byte(`{"audience":"court"}`),
	}).wantStatus(http.StatusAccepted)
	s.finishExport(t, recovery.ExportID(begun.stringField("id")), recovery.ExportReady, "%PDF-1.7 dossier", "PK bag")
	return begun.header.Get("Location")
}

// TestDownloadsAreRefusedWithProblems: a precondition or a range that does not hold is
// answered as everything else is, and the answer does not look like the file.
func TestDownloadsAreRefusedWithProblems(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	id := s.fileCase(t).stringField("id")
	photo := s.addPicture(t, id, photoWithMetadata(t, 90)).header.Get("Location")
	export := s.readyExport(t, id)
	for _, path := range []string{export + "/dossier.pdf", export + "/bag.zip", photo + "/content", photo + "/view"} {
		for _, refused := range []struct {
			name, value string
			status      int
			code        string
		}{
			{"If-Match", `"1"`, http.StatusPreconditionFailed, "precondition_failed"},
			{"If-Match", `W/"x"`, http.StatusPreconditionFailed, "precondition_failed"},
			{"Range", "bytes=abc", http.StatusRequestedRangeNotSatisfiable, "range_not_satisfiable"},
			{"Range", "bytes=99999999-", http.StatusRequestedRangeNotSatisfiable, "range_not_satisfiable"},
		} {
			header := map[string]string{refused.name: refused.value}
			got := s.send(t, testCall{as: recovery.RoleLegal, method: "GET", path: path, header: header})
			got.problem(refused.status, refused.code)
			if got.header.Get("Content-Disposition") != "" && !strings.HasPrefix(got.header.Get("Content-Disposition"), "inline") || got.header.Get("Accept-Ranges") != "" {
				t.Errorf("%s with %s %s: %v", path, refused.name, refused.value, got.header)
			}
			if ranged := strings.HasPrefix(got.header.Get("Content-Range"), "bytes */"); ranged != (refused.name == "Range") {
				t.Errorf("%s with %s %s: Content-Range %q", path, refused.name, refused.value, got.header.Get("Content-Range"))
			}
			if alone := s.head(t, recovery.RoleLegal, path, header); alone.status != refused.status {
				t.Errorf("HEAD %s with %s %s: %d", path, refused.name, refused.value, alone.status)
			}
		}
		whole := s.get(t, recovery.RoleLegal, path).wantStatus(http.StatusOK)
		part := s.send(t, testCall{as: recovery.RoleLegal, method: "GET", path: path, header: map[string]string{
			"Range": "bytes=1-2", "If-Match": whole.header.Get("ETag"),
		}}).wantStatus(http.StatusPartialContent)
		if string(part.body) != string(whole.body[1:3]) {
			t.Errorf("%s: bytes 1 to 2 are %q", path, part.body)
		}
		s.send(t, testCall{as: recovery.RoleLegal, method: "GET", path: path, header: map[string]string{
			"If-None-Match": whole.header.Get("ETag"),
		}}).wantStatus(http.StatusNotModified)
	}
}

// TestDownloadsAreRecordedOnce: an answer without the file is not a reading of it, and one
// person reads a file once an hour, as a whole and in parts.
func TestDownloadsAreRecordedOnce(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	noon := s.SetNoon(1)
	id := s.fileCase(t).stringField("id")
	photo := s.addPicture(t, id, photoWithMetadata(t, 90)).header.Get("Location")
	fresh := s.addPicture(t, id, photoWithMetadata(t, 80)).header.Get("Location") + "/view"
	export := s.readyExport(t, id)
	for _, path := range []string{export + "/dossier.pdf", export + "/bag.zip", photo + "/content", photo + "/view"} {
		s.SetClock(noon)
		tag := s.get(t, recovery.RoleLegal, path).wantStatus(http.StatusOK).header.Get("ETag")
		for _, look := range []struct {
			name, value string
			status      int
			as          recovery.Role
			later       time.Duration
			added       int
		}{
			{"If-None-Match", tag, http.StatusNotModified, recovery.RoleLegal, 0, 0},
			{"If-Match", `"1"`, http.StatusPreconditionFailed, recovery.RoleLegal, 0, 0},
			{"Range", "bytes=99999999-", http.StatusRequestedRangeNotSatisfiable, recovery.RoleLegal, 0, 0},
			{"Range", "bytes=0-1", http.StatusPartialContent, recovery.RoleLegal, 0, 0},
			{"Range", "bytes=2-3", http.StatusPartialContent, recovery.RoleLegal, 10 * time.Minute, 0},
			{"Range", "bytes=2-", http.StatusPartialContent, recovery.RoleSupervisor, 10 * time.Minute, 1},
			{"Range", "bytes=3-", http.StatusPartialContent, recovery.RoleLegal, time.Hour, 1},
			{"If-Match", tag, http.StatusOK, recovery.RoleLegal, time.Hour, 0},
			{"If-None-Match", `"1"`, http.StatusOK, recovery.RoleLegal, time.Hour, 0},
		} {
			s.SetClock(noon.Add(look.later))
			entries := s.countEntries(id)
			s.send(t, testCall{as: look.as, method: "GET", path: path, header: map[string]string{look.name: look.value}}).wantStatus(look.status)
			if added := s.countEntries(id) - entries; added != look.added {
				t.Errorf("%s with %s %s adds %d entries, want %d", path, look.name, look.value, added, look.added)
			}
		}
	}
	entries := s.countEntries(id)
	for name, status := range map[string]int{"If-Match": http.StatusPreconditionFailed, "Range": http.StatusRequestedRangeNotSatisfiable} {
		s.send(t, testCall{as: recovery.RoleLegal, method: "GET", path: fresh, header: map[string]string{name: "x"}}).wantStatus(status)
	}
	if s.countEntries(id) != entries {
		t.Error("a copy was made for an answer without it")
	}
}
