package api_test

import (
	"io/fs"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"

	"github.com/labstack/echo/v4"

	"recourse/api"
	"recourse/casework"
	"recourse/casework/casetest"
	"recourse/connections"
	"recourse/recovery"
)

// testServer serves the REST interface over the casework test rig.
type testServer struct {
	*casetest.Fixture
	t          testing.TB
	server     *httptest.Server
	echo       *echo.Echo
	api        *api.API
	logged     *lockedLog
	otherToken string // token of a second claimant
	linkToken  string // token of the link issued last, or ""
}

// otherClaimant sends requests as a second claimant, linkHolder with the link of a
// counterpart.
const (
	otherClaimant recovery.Role = "other"
	linkHolder    recovery.Role = "holder"
)

func newTestServer(t testing.TB, o api.Options, options ...casetest.Option) *testServer {
	t.Helper()
	s := &testServer{Fixture: casetest.New(t, options...), t: t, logged: &lockedLog{}}
	token, err := s.IssueToken(t.Context(), s.NewActor(t, recovery.RoleClaimant).ID, "test", nil)
	failOnError(t, err)
	s.otherToken = token
	o.Version, o.Log = "test", slog.New(slog.NewTextHandler(s.logged, nil))
	s.serve(o)
	return s
}

func uploadLimit(bytes int64) casetest.Option {
	return func(c *casework.Config) { c.UploadLimit = bytes }
}

// tokenFor returns the token of a role, or "".
func (s *testServer) tokenFor(as recovery.Role) string {
	switch as {
	case otherClaimant:
		return s.otherToken
	case linkHolder:
		return s.linkToken
	default:
		return s.Token(as)
	}
}

func (s *testServer) serve(o api.Options) {
	s.api, s.echo = api.New(s.Service, o), echo.New()
	s.echo.HTTPErrorHandler = func(_ error, c echo.Context) { _ = c.String(418, "a page's own error") }
	s.api.Register(s.echo)
	s.server = httptest.NewUnstartedServer(s.echo)
	table := connections.New(connections.Options{Limits: connections.DefaultLimits(10_000)})
	table.Protect(s.server.Config)
	s.server.Listener = table.Listen(s.server.Listener)
	s.server.Start()
	s.t.Cleanup(func() {
		s.api.Close()
		s.server.Close()
	})
}

// countBlobs counts the files in the blob store, including temporary ones.
func (s *testServer) countBlobs() int {
	s.t.Helper()
	count := 0
	failOnError(s.t, filepath.WalkDir(s.BlobDir, func(_ string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			count++
		}
		return err
	}))
	return count
}

// countEntries counts the journal entries of a case.
func (s *testServer) countEntries(id string) int {
	s.t.Helper()
	list, err := s.Store.ReadJournal(s.t.Context(), recovery.CaseID(id), 0, 1000)
	failOnError(s.t, err)
	return len(list)
}

// countCases counts all cases.
func (s *testServer) countCases() int {
	s.t.Helper()
	list, next, err := s.Store.ListCases(s.t.Context(), recovery.CaseFilter{}, recovery.MaxPage, "")
	failOnError(s.t, err)
	if next != "" {
		s.t.Fatal("more cases than one page")
	}
	return len(list)
}

// lockedLog collects log output.
type lockedLog struct {
	mutex sync.Mutex
	text  []byte
}

func (l *lockedLog) Write(p []byte) (int, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.text = append(l.text, p...)
	return len(p), nil
}

func (l *lockedLog) String() string {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return string(l.text)
}

func failOnError(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
