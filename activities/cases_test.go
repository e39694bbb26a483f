package activities_test

import (
	"crypto/rand"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"go.temporal.io/sdk/temporal"

	"recourse/activities"
	"recourse/evidence/journal"
	"recourse/playbook"
	"recourse/postgres"
	"recourse/postgres/pgtest"
	"recourse/recovery"
)

// caseFixture is a filed case in its own database, with the activities.
type caseFixture struct {
	*testing.T
	store     *postgres.Store
	playbooks *playbook.Registry
	cases     *activities.Cases
	filed     recovery.Case
	keys      *journal.Keyring
	now       time.Time
}

// newCaseFixture files a case between two counterparts in a group of friends, an hour
// after the money was sent.
func newCaseFixture(t *testing.T) *caseFixture {
	t.Helper()
	playbooks, err := playbook.Load()
	if err != nil {
		t.Fatal(err)
	}
	r := &caseFixture{T: t, playbooks: playbooks, keys: pgtest.Keys(t, pgtest.Signer(t)), now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return r.now }
	r.store = pgtest.Open(t, pgtest.URL(t), postgres.Options{Keys: r.keys, Now: clock, Random: rand.Reader})
	r.cases = &activities.Cases{Record: r.store, Rules: activities.PinnedRules{Registry: playbooks}, Now: clock, Version: "1.2.3"}
	r.filed = r.file()
	return r
}

func (r *caseFixture) file() recovery.Case {
	r.Helper()
	sent := r.now.Add(-time.Hour)
	filing := recovery.Filing{
		Platform: recovery.WeChat, Instrument: recovery.LuckyPacket, Amount: 100_000, SentAt: &sent, TransactionNo: "100001",
		Reason: recovery.WrongGroup, ClaimState: recovery.Claimed, Group: &recovery.Group{Kind: recovery.FriendsGroup, Size: 20},
		Counterparts: []recovery.FilingCounterpart{{Alias: "老李", Contact: "13900000000"}, {Alias: "阿珍"}},
		Claimant:     recovery.Claimant{Name: "王小满", Email: "w@example.com", Phone: "13800000000"}, Narrative: "发错群了",
	}
	number, err := r.store.NextNumber(r.Context())
	r.must(err)
	c := filing.NewCase(recovery.CaseID(newID()), number, owner, r.now, newID)
	c.Playbook = r.playbooks.Current().Version()
	c.Position = recovery.StartPosition(c, recovery.Terms{})
	c.Deadlines = r.playbooks.Current().Deadlines(c, recovery.Step{Next: c.Position}, r.now)
	draft := r.draft(recovery.EntryCaseFiled, "filed")
	draft.Facts = map[string]any{
		"number": c.Number, "amount_fen": c.Amount, "platform": c.Platform, "instrument": c.Instrument, "playbook": c.Playbook,
		"counterparts": len(c.Counterparts),
	}
	draft.Personal = map[string]string{
		"claimant.name": c.Claimant.Name, "claimant.email": c.Claimant.Email, "claimant.phone": c.Claimant.Phone,
		"counterpart.1.alias": "老李", "counterpart.1.contact": "13900000000", "narrative": c.Narrative,
		"counterpart.2.alias": "阿珍", "transaction_no": c.TransactionNo,
	}
	r.must(r.store.FileCase(r.Context(), postgres.FilingWrite{Case: c, Draft: draft}))
	return c
}

func (r *caseFixture) must(err error) {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
}

func (r *caseFixture) draft(kind recovery.EntryKind, key string) journal.Draft {
	return journal.Draft{
		Kind: kind, At: r.now, Actor: recovery.Actor{Role: recovery.RoleClaimant, ID: owner}, Key: key,
		Collector: journal.Collector{Tool: "recourse", Version: "1.2.3"},
	}
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// owner is the account of the claimant.
const owner recovery.UserID = "u"

// stage stores an action as casework does and returns the step of the workflow.
func (r *caseFixture) stage(act recovery.ActionBody, role recovery.Role) activities.StepInput {
	r.Helper()
	actor := recovery.Actor{Role: role, ID: recovery.UserID(newID())}
	if role == recovery.RoleClaimant {
		actor.ID = owner
	}
	staged, err := r.store.StoreAction(r.Context(), recovery.ActionRequest{
		ID: recovery.RequestID(newID()), CaseID: r.filed.ID, Actor: actor, Act: act, Key: newID(), Fingerprint: "f", Device: "phone",
	})
	r.must(err)
	move := act.Command(actor, staged.ID)
	step, err := r.current().Position.Take(move)
	r.must(err)
	return activities.StepInput{
		CaseID: r.filed.ID, Key: "act:" + string(staged.ID), Step: step, Command: &move, Attempt: staged.Attempt,
	}
}

func (r *caseFixture) take(in activities.StepInput) activities.StepResult {
	r.Helper()
	result, err := r.cases.TakeStep(r.Context(), in)
	r.must(err)
	return result
}

func (r *caseFixture) current() recovery.Case {
	r.Helper()
	c, err := r.store.ReadCase(r.Context(), r.filed.ID)
	r.must(err)
	return c
}

// kinds returns the kinds of the journal entries.
func (r *caseFixture) kinds() []recovery.EntryKind {
	r.Helper()
	entries, err := r.store.ReadJournal(r.Context(), r.filed.ID, 0, 0)
	r.must(err)
	var kinds []recovery.EntryKind
	for _, entry := range entries {
		kinds = append(kinds, entry.Record.Kind)
	}
	return kinds
}

func (r *caseFixture) wantKinds(want ...recovery.EntryKind) {
	r.Helper()
	if diff := cmp.Diff(append([]recovery.EntryKind{recovery.EntryCaseFiled}, want...), r.kinds()); diff != "" {
		r.Errorf("journal (-want +got):\n%s", diff)
	}
}

func contact(at time.Time) recovery.ActionBody {
	return recovery.ActionBody{Action: recovery.RecordContact, Channel: recovery.SMS, Text: "请退还", SentAt: &at}
}

func escalate(to recovery.Stage) recovery.ActionBody {
	return recovery.ActionBody{Action: recovery.Escalate, To: to, Reason: "无人回应"}
}

func TestOpenCase(t *testing.T) {
	t.Parallel()
	r := newCaseFixture(t)
	opening, err := r.cases.OpenCase(t.Context(), activities.OpenInput{CaseID: r.filed.ID})
	r.must(err)
	if diff := cmp.Diff(r.filed.Position, opening.Position); diff != "" {
		t.Errorf("position (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(r.filed.Deadlines, opening.Deadlines); diff != "" || opening.Pace != 1 {
		t.Errorf("pace %d, deadlines (-want +got):\n%s", opening.Pace, diff)
	}
	_, err = r.cases.OpenCase(t.Context(), activities.OpenInput{CaseID: recovery.CaseID(newID())})
	wantPermanent(t, err, recovery.CodeNotFound)
}

// wantPermanent checks that Temporal does not retry.
func wantPermanent(t *testing.T, err error, code recovery.Code) {
	t.Helper()
	var application *temporal.ApplicationError
	if !errors.As(err, &application) || !application.NonRetryable() || application.Type() != string(code) {
		t.Errorf("got %v, want it permanent with %s", err, code)
	}
}

func TestTakeStepKeepsTheRunningDeadline(t *testing.T) {
	t.Parallel()
	r := newCaseFixture(t)
	r.now = r.now.Add(time.Hour)
	result := r.take(r.stage(contact(r.now), recovery.RoleClaimant))
	if diff := cmp.Diff(r.filed.Deadlines, result.Deadlines); diff != "" || result.Version != 2 {
		t.Errorf("version %d, deadlines (-want +got):\n%s", result.Version, diff)
	}
	r.wantKinds(recovery.EntryContactRecorded)
}

func TestTakeStepEntersAStage(t *testing.T) {
	t.Parallel()
	r := newCaseFixture(t)
	r.now = r.now.Add(time.Hour)
	result := r.take(r.stage(escalate(recovery.Appeal), recovery.RoleAgent))
	c := r.current()
	want := r.playbooks.Current().Deadlines(c, recovery.Step{Next: c.Position}, r.now)
	if diff := cmp.Diff(want, result.Deadlines); diff != "" || want[0].Kind != recovery.PreparationClock {
		t.Errorf("deadlines (-want +got):\n%s", diff)
	}
	if c.Position.Stage != recovery.Appeal || c.Version != result.Version {
		t.Errorf("the record stands in %s at version %d", c.Position.Stage, c.Version)
	}
	r.wantKinds(recovery.EntryEscalated, recovery.EntryStageEntered)
	checkpoint, found, err := r.store.LatestCheckpoint(t.Context(), c.ID)
	if err != nil || !found || checkpoint.Size != 3 {
		t.Errorf("checkpoint %+v %v %v", checkpoint, found, err)
	}
}

// TestTakeStepTwice: a repeated activity writes nothing and returns the same
// result.
func TestTakeStepTwice(t *testing.T) {
	t.Parallel()
	r := newCaseFixture(t)
	in := r.stage(escalate(recovery.Appeal), recovery.RoleAgent)
	first := r.take(in)
	r.now = r.now.Add(48 * time.Hour)
	if diff := cmp.Diff(first, r.take(in)); diff != "" {
		t.Errorf("the second answer (-first +second):\n%s", diff)
	}
	r.wantKinds(recovery.EntryEscalated, recovery.EntryStageEntered)
}

func TestTakeStepOfTheClock(t *testing.T) {
	t.Parallel()
	r := newCaseFixture(t)
	r.now = r.filed.Deadlines[0].DueAt
	in := activities.StepInput{
		CaseID: r.filed.ID, Key: "lapse:contact_answer:1", Step: r.filed.Position.PassDeadline(recovery.ContactClock, ""), Because: recovery.ContactClock,
	}
	result := r.take(in)
	kept, _ := clock(r.filed.Deadlines, recovery.AvoidanceClock)
	notice, runs := clock(result.Deadlines, recovery.NoticeClock)
	avoidance, _ := clock(result.Deadlines, recovery.AvoidanceClock)
	if len(result.Deadlines) != 3 || !runs || !notice.DueAt.After(r.now) || !avoidance.DueAt.Equal(kept.DueAt) {
		t.Errorf("deadlines %+v", result.Deadlines)
	}
	r.wantKinds(recovery.EntryDeadlinePassed, recovery.EntryStageEntered)
}

func TestTakeStepCloses(t *testing.T) {
	t.Parallel()
	r := newCaseFixture(t)
	result := r.take(r.stage(recovery.ActionBody{Action: recovery.Withdraw, Reason: "已和解"}, recovery.RoleClaimant))
	for _, deadline := range result.Deadlines {
		if deadline.Kind != recovery.AvoidanceClock && deadline.Kind != recovery.LimitationClock {
			t.Errorf("a closed case waits for %s", deadline.Kind)
		}
	}
	if c := r.current(); c.ClosedAt == nil || c.Position.Outcome != recovery.Withdrawn {
		t.Errorf("closed at %v with %q", c.ClosedAt, c.Position.Outcome)
	}
	r.wantKinds(recovery.EntryWithdrawn, recovery.EntryClosed)
}

func TestTakeStepKeepsTheCounterpart(t *testing.T) {
	t.Parallel()
	r := newCaseFixture(t)
	id, amount := r.filed.Counterparts[0].ID, recovery.Money(30_000)
	r.take(r.stage(recovery.ActionBody{
		Action: recovery.RecordResponse, CounterpartID: id, Kind: "partly_returned", Amount: &amount, At: &r.now,
	}, recovery.RoleClaimant))
	r.take(r.stage(recovery.ActionBody{
		Action: recovery.RecordReturn, CounterpartID: id, Amount: &amount, At: &r.now, Channel: recovery.Cash,
	}, recovery.RoleClaimant))
	c := r.current()
	if got := c.Counterparts[0]; got.Answer != recovery.PartlyReturned || got.ReturnFen != 60_000 || got.Alias != "老李" {
		t.Errorf("counterpart %+v", got)
	}
	if c.Position.Recovered != 60_000 {
		t.Errorf("recovered %s", c.Position.Recovered)
	}
}

func TestTakeStepAbandoned(t *testing.T) {
	t.Parallel()
	r := newCaseFixture(t)
	in := r.stage(escalate(recovery.Appeal), recovery.RoleAgent)
	if _, err := r.store.AbandonAction(t.Context(), in.Command.RequestID); err != nil {
		t.Fatal(err)
	}
	if result := r.take(in); !result.Abandoned {
		t.Errorf("result %+v", result)
	}
	r.wantKinds()
	if c := r.current(); c.Version != 1 || c.Position.Stage != recovery.PrivateContact {
		t.Errorf("the record moved to %s, version %d", c.Position.Stage, c.Version)
	}
}

func TestTakeStepDropped(t *testing.T) {
	t.Parallel()
	r := newCaseFixture(t)
	in := r.stage(escalate(recovery.Appeal), recovery.RoleAgent)
	r.must(r.store.DeleteAction(t.Context(), in.Command.RequestID))
	if result := r.take(in); !result.Abandoned {
		t.Errorf("result %+v", result)
	}
	r.wantKinds()
}

func TestTakeStepRefuses(t *testing.T) {
	t.Parallel()
	r := newCaseFixture(t)
	in := r.stage(escalate(recovery.Appeal), recovery.RoleAgent)
	stranger := in
	stranger.CaseID = recovery.CaseID(newID())
	_, err := r.cases.TakeStep(t.Context(), stranger)
	wantPermanent(t, err, recovery.CodeNotFound)
	r.filed = r.another()
	foreign := in
	foreign.CaseID = r.filed.ID
	_, err = r.cases.TakeStep(t.Context(), foreign)
	wantPermanent(t, err, recovery.CodeConflict)
	r.wantKinds()
}

// another files a second case with another transaction.
// TestTakeStepOnAnOlderVersion: a step whose actor has seen another version is
// refused for good, and nothing is written.
func TestTakeStepOnAnOlderVersion(t *testing.T) {
	t.Parallel()
	r := newCaseFixture(t)
	seen := r.current().Version
	first, second := r.stage(contact(r.filed.SentAt.Add(time.Hour)), recovery.RoleClaimant), r.stage(contact(r.filed.SentAt.Add(2*time.Hour)), recovery.RoleClaimant)
	first.Command.ExpectedVersion, second.Command.ExpectedVersion = &seen, &seen
	r.take(first)
	_, err := r.cases.TakeStep(t.Context(), second)
	wantPermanent(t, err, recovery.CodePrecondition)
	r.wantKinds(recovery.EntryContactRecorded)
	if again := r.take(first); again.Version != seen+1 {
		t.Errorf("the written step has version %d, want %d", again.Version, seen+1)
	}
}

func (r *caseFixture) another() recovery.Case {
	r.Helper()
	c := r.filed
	number, err := r.store.NextNumber(r.Context())
	r.must(err)
	c.ID, c.Number, c.TransactionNo = recovery.CaseID(newID()), number, newID()
	r.must(r.store.FileCase(r.Context(), postgres.FilingWrite{Case: c, Draft: r.draft(recovery.EntryCaseFiled, "filed")}))
	return c
}

// TestTakeStepWithoutThePlaybook: a build without the case's playbook retries
// until a build with it takes over.
func TestTakeStepWithoutThePlaybook(t *testing.T) {
	t.Parallel()
	r := newCaseFixture(t)
	in := r.stage(escalate(recovery.Appeal), recovery.RoleAgent)
	r.cases.Rules = noRules{}
	_, err := r.cases.TakeStep(t.Context(), in)
	var application *temporal.ApplicationError
	if err == nil || errors.As(err, &application) {
		t.Errorf("got %v, want an error that may be tried again", err)
	}
	r.wantKinds()
}

type noRules struct{}

func (noRules) Deadlines(recovery.Case, recovery.Step, time.Time) ([]recovery.Deadline, error) {
	return nil, errors.New("no such playbook")
}

func (noRules) ContactLimits(recovery.Case, time.Time) (recovery.ContactLimits, error) {
	return recovery.ContactLimits{}, errors.New("no such playbook")
}

func TestPinnedRules(t *testing.T) {
	t.Parallel()
	playbooks, err := playbook.Load()
	if err != nil {
		t.Fatal(err)
	}
	rules := activities.PinnedRules{Registry: playbooks}
	c := recovery.Case{Amount: 1, Playbook: playbooks.Current().Version(), Pace: 1}
	c.Position = recovery.StartPosition(c, recovery.Terms{})
	from := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	step := recovery.Step{Next: c.Position}
	deadlines, err := rules.Deadlines(c, step, from)
	if diff := cmp.Diff(playbooks.Current().Deadlines(c, step, from), deadlines); diff != "" || err != nil {
		t.Errorf("%v, deadlines (-want +got):\n%s", err, diff)
	}
	if missing, err := rules.Missing(c, nil, recovery.ForCourt); err != nil || len(missing) == 0 {
		t.Errorf("missing %v %v", missing, err)
	}
	c.Playbook = "1999-01-01"
	if _, err := rules.Deadlines(c, step, from); err == nil {
		t.Error("a deadline by a playbook that is not there")
	}
	if _, err := rules.Missing(c, nil, recovery.ForCourt); err == nil {
		t.Error("a checklist of a playbook that is not there")
	}
}
