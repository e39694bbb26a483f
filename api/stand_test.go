package api_test

import (
	"context"
	"crypto/rand"
	"io/fs"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"recourse/activities"
	"recourse/api"
	"recourse/casework"
	"recourse/evidence/blob"
	"recourse/playbook"
	"recourse/postgres"
	"recourse/postgres/pgtest"
	"recourse/recovery"
	"recourse/workflows"
)

// stand is a whole interface over a database and a blob store of its own. Only
// the engine is not Temporal's: it takes each step at once.
type stand struct {
	t       testing.TB
	url     string
	server  *httptest.Server
	echo    *echo.Echo
	api     *api.API
	store   *postgres.Store
	service *casework.Service
	engine  *directEngine
	blobDir string
	exports string
	tokens  map[recovery.Role]string
	users   map[recovery.Role]recovery.UserID
	logged  *lockedLog
}

// asker is a role, or "" for nobody; other is a second claimant.
const other recovery.Role = "other"

func newStand(t testing.TB, config casework.Config, o api.Options) *stand {
	t.Helper()
	s := &stand{
		t: t, blobDir: t.TempDir(), exports: t.TempDir(), logged: &lockedLog{},
		tokens: map[recovery.Role]string{}, users: map[recovery.Role]recovery.UserID{},
	}
	s.store = pgtest.New(t)
	blobs, err := blob.Open(s.blobDir)
	must(t, err)
	shelf, err := playbook.Load()
	must(t, err)
	s.engine = &directEngine{store: s.store, done: map[recovery.RequestID]workflows.ActResult{}, cases: &activities.Cases{
		Record: s.store, Rules: activities.PinnedRules{Shelf: shelf}, Now: time.Now, Version: "test",
	}}
	config.Version, config.ExportsDir, config.Development = "test", s.exports, true
	o.Version, o.Log = "test", slog.New(slog.NewTextHandler(s.logged, nil))
	s.service = casework.New(casework.Parts{
		Store: s.store, Blobs: blobs, Shelf: shelf, Engine: s.engine, Now: time.Now, Random: rand.Reader, Log: o.Log,
	}, config)
	s.seedAccounts()
	s.serve(o)
	return s
}

func (s *stand) seedAccounts() {
	for _, role := range append(slices.Clone(recovery.Roles), other) {
		kept := role
		if role == other {
			kept = recovery.RoleClaimant
		}
		user, err := s.service.AddAccount(s.t.Context(), kept, string(role)+"@test.localhost", "某"+string(role))
		must(s.t, err)
		token, err := s.service.IssueToken(s.t.Context(), user.ID, "test", nil)
		must(s.t, err)
		s.tokens[role], s.users[role] = token, user.ID
	}
}

func (s *stand) serve(o api.Options) {
	s.api, s.echo = api.New(s.service, o), echo.New()
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
	must(s.t, filepath.WalkDir(s.blobDir, func(_ string, entry fs.DirEntry, err error) error {
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
	list, err := s.store.Journal(s.t.Context(), recovery.CaseID(id), 0, 1000)
	must(s.t, err)
	return len(list)
}

// cases counts the cases there are.
func (s *stand) cases() int {
	s.t.Helper()
	list, next, err := s.store.Cases(s.t.Context(), postgres.CaseFilter{}, postgres.MaxPage, "")
	must(s.t, err)
	if next != "" {
		s.t.Fatal("more cases than one page")
	}
	return len(list)
}

// directEngine takes the steps of acts on the record itself.
type directEngine struct {
	cases *activities.Cases
	store *postgres.Store
	away  atomic.Bool
	mutex sync.Mutex
	done  map[recovery.RequestID]workflows.ActResult
}

func (e *directEngine) Act(ctx context.Context, id recovery.CaseID, in workflows.ActInput, _ string) (workflows.ActResult, error) {
	if e.away.Load() {
		return workflows.ActResult{}, recovery.Faultf(recovery.CodeUnavailable, "nobody answers")
	}
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if result, done := e.done[in.Move.RequestID]; done {
		return result, nil
	}
	c, err := e.store.Case(ctx, id)
	if err != nil {
		return workflows.ActResult{}, err
	}
	step, err := c.Position.Take(in.Move)
	if err != nil {
		return workflows.ActResult{}, err
	}
	written, err := e.cases.TakeStep(ctx, activities.StepInput{
		CaseID: id, Key: "act:" + string(in.Move.RequestID), Step: step, Move: &in.Move, Attempt: in.Attempt,
	})
	result := workflows.ActResult{Version: written.Version, Abandoned: written.Abandoned}
	if err == nil {
		e.done[in.Move.RequestID] = result
	}
	return result, err
}

func (e *directEngine) Healthy(context.Context) error {
	if e.away.Load() {
		return recovery.Faultf(recovery.CodeUnavailable, "nobody answers at 10.0.0.7")
	}
	return nil
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
