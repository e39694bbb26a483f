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
	"recourse/recovery"
)

// stand is a whole interface over the test desk.
type stand struct {
	*casetest.Rig
	t      testing.TB
	server *httptest.Server
	echo   *echo.Echo
	api    *api.API
	logged *lockedLog
	others string // token of a second claimant
	link   string // token of a counterpart's link, once one was issued
}

// other asks as a second claimant, holder by the link of a counterpart.
const (
	other  recovery.Role = "other"
	holder recovery.Role = "holder"
)

func newStand(t testing.TB, o api.Options, options ...casetest.Option) *stand {
	t.Helper()
	s := &stand{Rig: casetest.New(t, options...), t: t, logged: &lockedLog{}}
	token, err := s.IssueToken(t.Context(), s.NewActor(t, recovery.RoleClaimant).ID, "test", nil)
	must(t, err)
	s.others = token
	o.Version, o.Log = "test", slog.New(slog.NewTextHandler(s.logged, nil))
	s.serve(o)
	return s
}

func uploadLimit(bytes int64) casetest.Option {
	return func(c *casework.Config) { c.UploadLimit = bytes }
}

// token gives the token of a role, or "" for nobody.
func (s *stand) token(as recovery.Role) string {
	switch as {
	case other:
		return s.others
	case holder:
		return s.link
	default:
		return s.Token(as)
	}
}

func (s *stand) serve(o api.Options) {
	s.api, s.echo = api.New(s.Service, o), echo.New()
	s.echo.HTTPErrorHandler = func(_ error, c echo.Context) { _ = c.String(418, "a page's own error") }
	s.api.Register(s.echo)
	s.server = httptest.NewServer(s.echo)
	s.t.Cleanup(func() {
		s.api.Close()
		s.server.Close()
	})
}

// blobs counts the files under the blob store, temporary ones too.
func (s *stand) blobs() int {
	s.t.Helper()
	count := 0
	must(s.t, filepath.WalkDir(s.BlobDir, func(_ string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			count++
		}
		return err
	}))
	return count
}

// entries counts the journal entries of a case.
func (s *stand) entries(id string) int {
	s.t.Helper()
	list, err := s.Store.Journal(s.t.Context(), recovery.CaseID(id), 0, 1000)
	must(s.t, err)
	return len(list)
}

// cases counts the cases there are.
func (s *stand) cases() int {
	s.t.Helper()
	list, next, err := s.Store.Cases(s.t.Context(), recovery.CaseFilter{}, recovery.MaxPage, "")
	must(s.t, err)
	if next != "" {
		s.t.Fatal("more cases than one page")
	}
	return len(list)
}

// lockedLog keeps what was logged.
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

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
