// Package casetest sets up a service for tests: the real use cases over a real
// database and a real blob store, an account of every role, and an engine that
// calls the activities directly, without Temporal. Temporal is tested in
// workflows and dev/e2e.
//
// Only tests of casework, api and web import it.
package casetest

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.temporal.io/sdk/temporal"

	"github.com/jackc/pgx/v5"

	"recourse/activities"
	"recourse/casework"
	"recourse/evidence/journal"
	"recourse/evidence/originals/blob"
	"recourse/loop"
	"recourse/notify"
	"recourse/playbook"
	"recourse/postgres"
	"recourse/postgres/pgtest"
	"recourse/recovery"
	"recourse/textlint"
)

// Fixture is a service with its own database and accounts.
type Fixture struct {
	*casework.Service
	Store      *postgres.Store
	URL        string // of the database
	Engine     *Engine
	Keys       *journal.Keyring // of the checkpoints
	BlobDir    string
	ExportsDir string
	Log        *bytes.Buffer // guarded by the handler's own lock
	clock      *clock
	actors     map[recovery.Role]recovery.Actor
	tokens     map[recovery.Role]string
}

// Option changes the configuration before the service is created.
type Option func(*casework.Config)

// New creates a fixture that is closed when the test ends.
func New(t testing.TB, options ...Option) *Fixture {
	t.Helper()
	playbooks, err := playbook.Load()
	if err != nil {
		t.Fatal(err)
	}
	linter, err := textlint.Load()
	if err != nil {
		t.Fatal(err)
	}
	r := &Fixture{
		BlobDir: t.TempDir(), ExportsDir: t.TempDir(), Log: &bytes.Buffer{},
		clock: &clock{}, actors: map[recovery.Role]recovery.Actor{}, tokens: map[recovery.Role]string{},
	}
	notifyRules, err := notify.Load()
	if err != nil {
		t.Fatal(err)
	}
	r.URL = pgtest.URL(t)
	r.Keys = pgtest.Keys(t, pgtest.Signer(t))
	log := slog.New(slog.NewTextHandler(r.Log, nil))
	loops := loop.NewMonitor(log, r.clock.now)
	r.Store = pgtest.Open(t, r.URL, postgres.Options{Keys: r.Keys, Now: r.clock.now, Loops: loops})
	blobs, err := blob.Open(r.BlobDir)
	if err != nil {
		t.Fatal(err)
	}
	r.Engine = &Engine{
		store: r.Store, taken: map[recovery.RequestID]bool{},
		cases: &activities.Cases{
			Record: r.Store, Rules: activities.PinnedRules{Registry: playbooks}, Now: r.clock.now, Version: "test", NotifyRules: notifyRules, MarkKey: []byte("test"),
		},
	}
	limits, err := casework.ParseLimits("claimant_cases=off") // one account files all cases of a test
	if err != nil {
		t.Fatal(err)
	}
	config := casework.Config{
		Version: "test", Development: true, ExportsDir: r.ExportsDir, MarkKey: []byte("test"), ExaminationWait: time.Minute, Limits: limits,
	}
	for _, change := range options {
		change(&config)
	}
	r.Service = casework.New(casework.Dependencies{
		Store: r.Store, Blobs: blobs, Registry: playbooks, Linter: linter, Engine: r.Engine, NotifyRules: notifyRules,
		SecretBox: notify.NewSecretBox([32]byte{1}), Now: r.clock.now, Random: rand.Reader, Log: log, Loops: loops,
	}, config)
	t.Cleanup(r.Close)
	r.addAccounts(t)
	return r
}

// clock is the real clock plus an offset that a test sets.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())).UTC() }

// Limits changes limits as RECOURSE_LIMITS does.
func Limits(t testing.TB, settings string) Option {
	t.Helper()
	table, err := casework.ParseLimits(settings)
	if err != nil {
		t.Fatal(err)
	}
	return func(c *casework.Config) { c.Limits = table }
}

// SetNoon sets the clock to noon in China some days from today, outside the quiet
// hours. The clock continues from there.
func (r *Fixture) SetNoon(days int) time.Time {
	today := time.Now().In(recovery.Shanghai)
	noon := time.Date(today.Year(), today.Month(), today.Day()+days, 12, 0, 0, 0, recovery.Shanghai)
	return r.SetClock(noon)
}

// SetClock sets the clock of the service.
func (r *Fixture) SetClock(at time.Time) time.Time {
	r.clock.ahead.Store(int64(time.Until(at)))
	return at
}

// Now is the time of that clock.
func (r *Fixture) Now() time.Time { return r.clock.now() }

// addAccounts creates an account and a token for every role.
func (r *Fixture) addAccounts(t testing.TB) {
	t.Helper()
	for _, role := range recovery.Roles {
		r.actors[role] = r.NewActor(t, role)
		token, err := r.IssueToken(t.Context(), r.actors[role].ID, "test", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.tokens[role] = token
	}
}

// NewActor creates another account with a role.
func (r *Fixture) NewActor(t testing.TB, role recovery.Role) recovery.Actor {
	t.Helper()
	email := fmt.Sprintf("%s-%d@example.org", role, time.Now().UnixNano())
	user, err := r.AddAccount(t.Context(), role, email, string(role))
	if err != nil {
		t.Fatal(err)
	}
	return recovery.Actor{Role: role, ID: user.ID}
}

// Actor is the account with a role.
func (r *Fixture) Actor(role recovery.Role) recovery.Actor { return r.actors[role] }

// Token is the API token of that account.
func (r *Fixture) Token(role recovery.Role) string { return r.tokens[role] }

// As returns a request of a role, without a key.
func (r *Fixture) As(role recovery.Role) casework.Request {
	return casework.Request{Actor: r.actors[role], Device: "test"}
}

// Filing is a valid filing: a transfer of 2,000 yuan to the wrong work group.
func Filing() recovery.Filing {
	sent := time.Now().Add(-time.Hour).UTC().Truncate(time.Second)
	return recovery.Filing{
		Platform: recovery.WeChat, Instrument: recovery.Transfer, Amount: 200_000, SentAt: &sent,
		Reason: recovery.WrongGroup, ClaimState: recovery.Claimed,
		Group:        &recovery.Group{Kind: recovery.WorkGroup, Size: 36},
		Counterparts: []recovery.FilingCounterpart{{Alias: "项目群老王", Claimed: 200_000}},
		Claimant:     recovery.Claimant{Name: "林晓", Email: "lin@example.org"},
		Narrative:    "本想发给妹妹，误发到项目群。",
	}
}

// FileCase files Filing as the claimant.
func (r *Fixture) FileCase(t testing.TB) casework.View {
	t.Helper()
	reply, err := r.Service.File(t.Context(), r.As(recovery.RoleClaimant), Filing())
	if err != nil {
		t.Fatal(err)
	}
	return reply.Value
}

// Upload adds a file to a case as the claimant.
func (r *Fixture) Upload(t testing.TB, id recovery.CaseID, kind recovery.EvidenceKind, content []byte) recovery.Evidence {
	t.Helper()
	req := r.As(recovery.RoleClaimant)
	file, err := r.Receive(t.Context(), req.Actor, "", id, bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	reply, err := r.AddEvidence(t.Context(), req, id, recovery.FileDescription{Kind: kind, FileName: "file"}, file)
	if err != nil {
		t.Fatal(err)
	}
	return reply.Value.Evidence
}

// SetPosition sets the position of a case with an extra step. A closed case stays
// closed until the position is open again.
func (r *Fixture) SetPosition(t testing.TB, id recovery.CaseID, p recovery.Position) {
	t.Helper()
	draft := journal.Draft{
		Kind: recovery.EntryNoteAdded, At: r.Now(), Actor: recovery.System, Key: "placed:" + rand.Text(),
		Collector: journal.Collector{Tool: "test", Version: "test"},
	}
	_, err := r.Store.WriteStep(t.Context(), postgres.StepWrite{CaseID: id, Next: p, Drafts: []journal.Draft{draft}})
	if err != nil {
		t.Fatal(err)
	}
}

// ExpireClock takes the step that the workflow takes when a clock of a case expires.
func (r *Fixture) ExpireClock(t testing.TB, id recovery.CaseID, clock recovery.Clock, ref string) {
	t.Helper()
	r.takeClockStep(t, id, clock, ref, func(p recovery.Position) recovery.Step { return p.PassDeadline(clock, ref) })
}

// WarnOfClock takes the step that the workflow takes before a clock expires.
func (r *Fixture) WarnOfClock(t testing.TB, id recovery.CaseID, clock recovery.Clock, ref string) {
	t.Helper()
	r.takeClockStep(t, id, clock, ref, recovery.Position.WarnOfDeadline)
}

func (r *Fixture) takeClockStep(t testing.TB, id recovery.CaseID, clock recovery.Clock, ref string, step func(recovery.Position) recovery.Step) {
	t.Helper()
	c, err := r.Store.ReadCase(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.Engine.cases.TakeStep(t.Context(), activities.StepInput{
		CaseID: id, Key: "clock:" + rand.Text(), Step: step(c.Position), Because: clock, Ref: ref,
	})
	if err != nil {
		t.Fatal(err)
	}
}

// ReadEntries reads the whole journal of a case.
func (r *Fixture) ReadEntries(t testing.TB, id recovery.CaseID) []journal.Entry {
	t.Helper()
	stored, err := r.Store.ReadJournal(t.Context(), id, 0, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	entries := make([]journal.Entry, len(stored))
	for i, one := range stored {
		if entries[i], err = journal.ParseEntry(one.Record.Bytes); err != nil {
			t.Fatal(err)
		}
	}
	return entries
}

// Engine takes actions as the workflow does, one at a time, in this process.
type Engine struct {
	store *postgres.Store
	cases *activities.Cases
	mutex sync.Mutex
	taken map[recovery.RequestID]bool // an action sent twice is taken once
	// Away, if set, is the error of every action.
	Away error
	// Before, if set, runs before the next action, after casework has checked it.
	Before func()
}

// SendAction implements casework.Engine.
func (e *Engine) SendAction(ctx context.Context, id recovery.CaseID, move recovery.Command, attempt int) (abandoned bool, err error) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if e.Away != nil {
		return false, e.Away
	}
	if before := e.Before; before != nil {
		e.Before = nil
		before()
	}
	if e.taken[move.RequestID] {
		return false, nil
	}
	abandoned, err = e.takeAction(ctx, id, move, attempt)
	e.taken[move.RequestID] = err == nil && !abandoned
	return abandoned, err
}

func (e *Engine) takeAction(ctx context.Context, id recovery.CaseID, move recovery.Command, attempt int) (abandoned bool, err error) {
	c, err := e.store.ReadCase(ctx, id)
	if err != nil {
		return false, err
	}
	if move.At == nil { // the workflow dates it the same way
		now := e.cases.Now()
		move.At = &now
	}
	step, err := c.Position.Take(move)
	if err != nil {
		return false, err
	}
	in := activities.StepInput{CaseID: id, Key: "act:" + string(move.RequestID), Step: step, Command: &move, Attempt: attempt}
	if move.Action.CorrectsEntry() {
		result, correctErr := e.cases.CorrectEntry(ctx, in)
		abandoned, err = result.Abandoned, correctErr
	} else {
		result, stepErr := e.cases.TakeStep(ctx, in)
		abandoned, err = result.Abandoned, stepErr
	}
	var refused *temporal.ApplicationError
	if errors.As(err, &refused) {
		err = activities.FaultOf(refused)
	}
	return abandoned, err
}

// CheckHealth implements casework.Engine.
func (e *Engine) CheckHealth(context.Context) error { return e.Away }

// ReadAndClose reads a stream to its end and closes it.
func ReadAndClose(t testing.TB, body io.ReadCloser) []byte {
	t.Helper()
	raw, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	if err := body.Close(); err != nil {
		t.Fatal(err)
	}
	return raw
}

// CountRows counts the rows that a condition holds for: "outbox where …".
func (r *Fixture) CountRows(t testing.TB, from string, args ...any) (n int) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), r.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	if err := conn.QueryRow(t.Context(), "select count(*) from "+from, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
