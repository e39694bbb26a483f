package workflows_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"recourse/activities"
	"recourse/recovery"
	"recourse/workflows"
)

const (
	day    = 24 * time.Hour
	caseID = recovery.CaseID("0198c0de-0000-7000-8000-000000000001")
)

// fastPace makes the stagger negligible, because these tests compare instants.
const fastPace = 1_000_000

// filedAt is when the cases of these tests are filed, an hour after the money was
// sent.
var filedAt = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// clockLengths are the usual lengths of the deadlines.
var clockLengths = map[recovery.Clock]time.Duration{
	recovery.AutoRefundClock: 23 * time.Hour, recovery.ContactClock: 3 * day, recovery.PromiseClock: 7 * day,
	recovery.NoticeClock: 4 * day, recovery.PreparationClock: 10 * day, recovery.DecisionClock: 15 * day,
	recovery.MoreEvidenceClock: 6 * day, recovery.PayoutClock: 20 * day, recovery.RouteClock: 30 * day,
	recovery.LegalClock: 90 * day, recovery.RefundAnswerClock: 2 * day, recovery.FirstAnswerClock: 2 * day,
	recovery.SupervisorClock: 3 * day, recovery.PlatformClock: 12 * day, recovery.TaskClock: 14 * day,
	recovery.PauseClock: 30 * day, recovery.GraceClock: 5 * day,
}

// fakeActivities are registered under the names of the real activities. They keep
// the steps in memory.
type fakeActivities struct {
	now      func() time.Time
	mutex    sync.Mutex
	opening  activities.Opening
	start    recovery.Position // at filing
	steps    []activities.StepInput
	version  int64
	abandon  map[recovery.RequestID]int // attempts whose caller has given up
	failures int                        // how many of the next writes fail
	missing  bool                       // the case does not exist
	erased   bool                       // the case is erased once it is closed
	wrote    func()                     // called after each step, unless nil
	// special replaces lengths in clockLengths; warnings is how long before its end a
	// deadline warns; agreed is when the plan was accepted.
	special  map[recovery.Clock]time.Duration
	warnings map[recovery.Clock]time.Duration
	agreed   time.Time
}

func (d *fakeActivities) OpenCase(context.Context, activities.OpenInput) (activities.Opening, error) {
	if d.missing {
		return activities.Opening{}, temporal.NewNonRetryableApplicationError("no such case", string(recovery.CodeNotFound), nil)
	}
	return d.opening, nil
}

func (d *fakeActivities) TakeStep(_ context.Context, in activities.StepInput) (activities.StepResult, error) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if d.failures > 0 {
		d.failures--
		return activities.StepResult{}, errors.New("the database is away")
	}
	if in.Command == nil && d.erased && !d.opening.Position.IsOpen() {
		return activities.StepResult{Abandoned: true}, nil
	}
	if in.Command != nil && d.abandon[in.Command.RequestID] == in.Attempt && in.Attempt > 0 {
		return activities.StepResult{Abandoned: true}, nil
	}
	if in.Command != nil && in.Command.ExpectedVersion != nil && *in.Command.ExpectedVersion != d.version {
		return activities.StepResult{}, temporal.NewNonRetryableApplicationError("changed", string(recovery.CodePrecondition), nil)
	}
	if in.Step.Kind == recovery.EntryPlanAccepted {
		d.agreed = d.now()
	}
	d.opening.Deadlines = d.computeDeadlines(in.Step, d.now())
	d.opening.Position = in.Step.Next
	d.steps = append(d.steps, in)
	d.version++
	if d.wrote != nil {
		d.wrote()
	}
	return activities.StepResult{Deadlines: d.opening.Deadlines, Version: d.version}, nil
}

// computeDeadlines returns the deadlines after a step, as the playbook would: each
// is counted from its start and extended by its pauses. Instalments are due on their
// day.
func (d *fakeActivities) computeDeadlines(step recovery.Step, now time.Time) []recovery.Deadline {
	var list []recovery.Deadline
	for _, run := range step.Next.AllClocks() {
		deadline := recovery.Deadline{Kind: run.Clock, Ref: run.Ref, PausedBecause: run.Stopped, From: now, Source: "test"}
		same := func(old recovery.Deadline) bool { return old.Kind == run.Clock && old.Ref == run.Ref }
		at := slices.IndexFunc(d.opening.Deadlines, same)
		if at >= 0 && step.Restart != run.Clock {
			deadline.From, deadline.Stops = d.opening.Deadlines[at].From, d.opening.Deadlines[at].Stops
		}
		if run.Clock == recovery.InstalmentClock {
			deadline.From = d.agreed
		}
		deadline.Stops = addStop(deadline.Stops, run.Stopped, now)
		length, timed := d.clockLength(run, step.Next)
		if !timed {
			continue
		}
		deadline.DueAt = deadline.From.Add(length + totalStopped(deadline.Stops))
		if warning, warned := d.warnings[run.Clock]; warned && deadline.DueAt.Add(-warning).After(now) {
			before := deadline.DueAt.Add(-warning)
			deadline.WarnAt = &before
		}
		list = append(list, deadline)
	}
	return list
}

func (d *fakeActivities) clockLength(run recovery.ClockState, p recovery.Position) (time.Duration, bool) {
	if run.Clock == recovery.InstalmentClock {
		part, known := p.FindInstalment(run.Ref)
		due, err := time.Parse(time.DateOnly, part.DueOn)
		return due.Sub(d.agreed), known && err == nil
	}
	length, timed := clockLengths[run.Clock]
	if special, changed := d.special[run.Clock]; changed {
		return special, true
	}
	return length, timed
}

func addStop(stops []recovery.Stop, because string, now time.Time) []recovery.Stop {
	stops = slices.Clone(stops)
	last := len(stops) - 1
	if last >= 0 && stops[last].Until == nil && stops[last].Because != because {
		stops[last].Until = &now
	}
	if because != "" && (last < 0 || stops[last].Until != nil) {
		stops = append(stops, recovery.Stop{From: now, Because: because})
	}
	return stops
}

func totalStopped(stops []recovery.Stop) time.Duration {
	var stood time.Duration
	for _, stop := range stops {
		if stop.Until != nil {
			stood += stop.Until.Sub(stop.From)
		}
	}
	return stood
}

// stepNames lists the steps as "kind>stage".
func (d *fakeActivities) stepNames() []string {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	var steps []string
	for _, step := range d.steps {
		steps = append(steps, string(step.Step.Kind)+">"+string(step.Step.Next.Stage))
	}
	return steps
}

func (d *fakeActivities) stepKeys() []string {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	var keys []string
	for _, step := range d.steps {
		keys = append(keys, step.Key)
	}
	return keys
}

// updateResult is how an Update ended.
type updateResult struct {
	accepted bool
	result   workflows.ActionResult
	err      error
}

// testRun is one run of the workflow in the test environment.
type testRun struct {
	*testsuite.TestWorkflowEnvironment
	t       *testing.T
	fake    *fakeActivities
	input   workflows.CaseInput
	results map[string]*updateResult
}

func newTestRun(t *testing.T, start recovery.Position) *testRun {
	t.Helper()
	env := newEnvironment()
	d := &fakeActivities{
		now: env.Now, version: 1, abandon: map[recovery.RequestID]int{},
		opening: activities.Opening{Position: start, Pace: fastPace}, start: start,
	}
	d.opening.Deadlines = d.computeDeadlines(recovery.Step{Next: start}, filedAt)
	return newTestRunWith(t, env, d)
}

// newEnvironment returns a test environment whose time is that of the filing.
func newEnvironment() *testsuite.TestWorkflowEnvironment {
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	env := suite.NewTestWorkflowEnvironment()
	env.SetStartTime(filedAt)
	// On a busy machine, a second without CPU time is no deadlock.
	env.SetWorkerOptions(worker.Options{DeadlockDetectionTimeout: time.Minute})
	return env
}

func newTestRunWith(t *testing.T, env *testsuite.TestWorkflowEnvironment, d *fakeActivities) *testRun {
	t.Helper()
	env.RegisterWorkflowWithOptions(workflows.Case, workflow.RegisterOptions{Name: workflows.CaseWorkflow})
	env.RegisterWorkflowWithOptions(workflows.RepaymentPlan, workflow.RegisterOptions{Name: workflows.PlanWorkflow})
	env.RegisterActivityWithOptions(d.OpenCase, activity.RegisterOptions{Name: activities.NameOpenCase})
	env.RegisterActivityWithOptions(d.TakeStep, activity.RegisterOptions{Name: activities.NameTakeStep})
	env.RegisterActivityWithOptions(d.CorrectEntry, activity.RegisterOptions{Name: activities.NameCorrectEntry})
	return &testRun{TestWorkflowEnvironment: env, t: t, fake: d, input: workflows.CaseInput{CaseID: caseID}, results: map[string]*updateResult{}}
}

// registerExport registers build as the activity that builds exports.
func (j *testRun) registerExport(build func(context.Context, workflows.ExportInput) error) {
	j.RegisterWorkflowWithOptions(workflows.Export, workflow.RegisterOptions{Name: workflows.ExportWorkflow})
	j.RegisterActivityWithOptions(func(ctx context.Context, in workflows.ExportInput) (activities.ExportResult, error) {
		return activities.ExportResult{State: recovery.ExportReady}, build(ctx, in)
	}, activity.RegisterOptions{Name: activities.NameBuildExport})
}

// schedule calls do at a time after filing.
func (j *testRun) schedule(after time.Duration, do func()) { j.RegisterDelayedCallback(do, after) }

// sendAction sends an action now; its result is stored under the update id.
func (j *testRun) sendAction(updateID string, in workflows.ActionInput) {
	got := &updateResult{}
	j.results[updateID] = got
	j.UpdateWorkflow(workflows.ActionUpdate, updateID, &testsuite.TestUpdateCallback{
		OnAccept: func() { got.accepted = true },
		OnReject: func(err error) { got.err = err },
		OnComplete: func(result any, err error) {
			got.err = err
			if typed, ok := result.(workflows.ActionResult); ok {
				got.result = typed
			}
		},
	}, in)
}

func (j *testRun) sendEvidence(id recovery.EvidenceID) {
	j.SignalWorkflow(workflows.EvidenceSignal, workflows.EvidenceInput{EvidenceID: id})
}

// runWorkflow runs the workflow of a case until its end.
func (j *testRun) runWorkflow() {
	j.t.Helper()
	j.forwardSignals()
	j.ExecuteWorkflow(workflows.CaseWorkflow, j.input)
	if !j.IsWorkflowCompleted() {
		j.t.Fatal("the workflow did not end")
	}
	if err := j.GetWorkflowError(); err != nil {
		j.t.Fatalf("the workflow failed: %v", err)
	}
}

// forwardSignals passes the signals of a plan to its case, which the test
// environment does not do for a child and its parent.
func (j *testRun) forwardSignals() {
	j.OnSignalExternalWorkflow(mock.Anything, workflows.CaseWorkflowID(caseID), "", workflows.InstalmentSignal, mock.Anything).
		Return(func(_, _, _, signal string, due any) error {
			j.SignalWorkflow(signal, due)
			return nil
		}).Maybe()
}

// startPosition is the first position of a case over 1,000.00 with these holders.
func startPosition(oneToOne, refundAhead bool, holders ...recovery.CounterpartID) recovery.Position {
	c := recovery.Case{Amount: 100_000, ClaimState: recovery.ClaimUnknown, Group: recovery.Group{Kind: recovery.FamilyGroup}}
	if oneToOne {
		c.Group.Kind = recovery.NoGroup
	}
	for _, holder := range holders {
		c.Counterparts = append(c.Counterparts, recovery.Counterpart{ID: holder})
	}
	return recovery.StartPosition(c, recovery.Terms{RefundAhead: refundAhead})
}

// newMove makes the move of a role.
func newMove(action recovery.Action, role recovery.Role, change func(*recovery.Command)) recovery.Command {
	m := recovery.Command{Action: action, Actor: recovery.Actor{Role: role, ID: "u-" + recovery.UserID(role)}}
	if change != nil {
		change(&m)
	}
	return m
}
