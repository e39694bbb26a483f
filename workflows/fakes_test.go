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

// swift is a pace at which the stagger is less than a moment: these tests look at
// instants.
const swift = 1_000_000

// filed is when every case of these tests is filed; the money was sent an hour
// before.
var filed = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// lengths are the clocks of these tests.
var lengths = map[recovery.Clock]time.Duration{
	recovery.AutoRefundClock: 23 * time.Hour, recovery.ContactClock: 3 * day, recovery.PromiseClock: 7 * day,
	recovery.NoticeClock: 4 * day, recovery.PreparationClock: 10 * day, recovery.DecisionClock: 15 * day,
	recovery.MoreEvidenceClock: 6 * day, recovery.PayoutClock: 20 * day, recovery.RouteClock: 30 * day,
	recovery.LegalClock: 90 * day, recovery.RefundAnswerClock: 2 * day, recovery.FirstAnswerClock: 2 * day,
	recovery.SupervisorClock: 3 * day, recovery.PlatformClock: 12 * day, recovery.TaskClock: 14 * day,
	recovery.PauseClock: 30 * day, recovery.GraceClock: 5 * day,
}

// desk stands in for the activities under their real names: it keeps what it is
// asked to write, as the database would.
type desk struct {
	now      func() time.Time
	mutex    sync.Mutex
	opening  activities.Opening
	steps    []activities.StepInput
	version  int64
	abandon  map[recovery.RequestID]int // attempts whose asker has given up
	failures int                        // of the next writes
	missing  bool                       // there is no such case
	wrote    func()                     // called after a step was written; nil: nothing is
	// special are clocks of another length than usual; warnings how long before
	// their end people are told; agreed is when the plan of a test began to run.
	special  map[recovery.Clock]time.Duration
	warnings map[recovery.Clock]time.Duration
	agreed   time.Time
}

func (d *desk) OpenCase(context.Context, activities.OpenInput) (activities.Opening, error) {
	if d.missing {
		return activities.Opening{}, temporal.NewNonRetryableApplicationError("no such case", string(recovery.CodeNotFound), nil)
	}
	return d.opening, nil
}

func (d *desk) TakeStep(_ context.Context, in activities.StepInput) (activities.StepResult, error) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if d.failures > 0 {
		d.failures--
		return activities.StepResult{}, errors.New("the database is away")
	}
	if in.Move != nil && d.abandon[in.Move.RequestID] == in.Attempt && in.Attempt > 0 {
		return activities.StepResult{Abandoned: true}, nil
	}
	if in.Step.Kind == recovery.EntryPlanAccepted {
		d.agreed = d.now()
	}
	d.opening.Deadlines = d.deadlines(in.Step, d.now())
	d.opening.Position = in.Step.Next
	d.steps = append(d.steps, in)
	d.version++
	if d.wrote != nil {
		d.wrote()
	}
	return activities.StepResult{Deadlines: d.opening.Deadlines, Version: d.version}, nil
}

// deadlines are those of the clocks that have a length here, as the playbook
// would give them: counted from their beginning, less the times they stood still.
// Instalments are due on their day.
func (d *desk) deadlines(step recovery.Step, now time.Time) []recovery.Deadline {
	var list []recovery.Deadline
	for _, run := range step.Next.Clocks() {
		deadline := recovery.Deadline{Kind: run.Clock, Ref: run.Ref, PausedBecause: run.Stopped, From: now, Source: "test"}
		same := func(old recovery.Deadline) bool { return old.Kind == run.Clock && old.Ref == run.Ref }
		at := slices.IndexFunc(d.opening.Deadlines, same)
		if at >= 0 && step.Restart != run.Clock {
			deadline.From, deadline.Stops = d.opening.Deadlines[at].From, d.opening.Deadlines[at].Stops
		}
		deadline.Stops = stopped(deadline.Stops, run.Stopped, now)
		length, timed := d.length(run, step.Next)
		if !timed {
			continue
		}
		deadline.DueAt = deadline.From.Add(length + still(deadline.Stops))
		if warning, warned := d.warnings[run.Clock]; warned && deadline.DueAt.Add(-warning).After(now) {
			before := deadline.DueAt.Add(-warning)
			deadline.WarnAt = &before
		}
		list = append(list, deadline)
	}
	return list
}

func (d *desk) length(run recovery.Running, p recovery.Position) (time.Duration, bool) {
	if run.Clock == recovery.InstalmentClock {
		part, known := p.Instalment(run.Ref)
		due, err := time.Parse(time.DateOnly, part.DueOn)
		return due.Sub(d.agreed), known && err == nil
	}
	length, timed := lengths[run.Clock]
	if special, changed := d.special[run.Clock]; changed {
		return special, true
	}
	return length, timed
}

func stopped(stops []recovery.Stop, because string, now time.Time) []recovery.Stop {
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

func still(stops []recovery.Stop) time.Duration {
	var stood time.Duration
	for _, stop := range stops {
		if stop.Until != nil {
			stood += stop.Until.Sub(stop.From)
		}
	}
	return stood
}

// written lists the steps as "kind>stage".
func (d *desk) written() []string {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	var steps []string
	for _, step := range d.steps {
		steps = append(steps, string(step.Step.Kind)+">"+string(step.Step.Next.Stage))
	}
	return steps
}

func (d *desk) keys() []string {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	var keys []string
	for _, step := range d.steps {
		keys = append(keys, step.Key)
	}
	return keys
}

// answer is how an Update ended.
type answer struct {
	accepted bool
	result   workflows.ActResult
	err      error
}

// journey is one run of the workflow in the test environment.
type journey struct {
	*testsuite.TestWorkflowEnvironment
	t       *testing.T
	desk    *desk
	input   workflows.CaseInput
	answers map[string]*answer
}

func newJourney(t *testing.T, start recovery.Position) *journey {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	env := suite.NewTestWorkflowEnvironment()
	env.SetStartTime(filed)
	// On a busy machine a second without the processor is no deadlock.
	env.SetWorkerOptions(worker.Options{DeadlockDetectionTimeout: time.Minute})
	d := &desk{
		now: env.Now, version: 1, abandon: map[recovery.RequestID]int{},
		opening: activities.Opening{Position: start, Pace: swift},
	}
	d.opening.Deadlines = d.deadlines(recovery.Step{Next: start}, filed)
	env.RegisterWorkflowWithOptions(workflows.Case, workflow.RegisterOptions{Name: workflows.CaseWorkflow})
	env.RegisterWorkflowWithOptions(workflows.RepaymentPlan, workflow.RegisterOptions{Name: workflows.PlanWorkflow})
	env.RegisterActivityWithOptions(d.OpenCase, activity.RegisterOptions{Name: activities.NameOpenCase})
	env.RegisterActivityWithOptions(d.TakeStep, activity.RegisterOptions{Name: activities.NameTakeStep})
	return &journey{TestWorkflowEnvironment: env, t: t, desk: d, input: workflows.NewCase(caseID), answers: map[string]*answer{}}
}

// registerExport lets build stand in for the building of papers.
func (j *journey) registerExport(build func(context.Context, workflows.ExportInput) error) {
	j.RegisterWorkflowWithOptions(workflows.Export, workflow.RegisterOptions{Name: workflows.ExportWorkflow})
	j.RegisterActivityWithOptions(func(ctx context.Context, in workflows.ExportInput) (activities.ExportResult, error) {
		return activities.ExportResult{State: recovery.ExportReady}, build(ctx, in)
	}, activity.RegisterOptions{Name: activities.NameBuildExport})
}

// at schedules something at an instant after filing.
func (j *journey) at(after time.Duration, do func()) { j.RegisterDelayedCallback(do, after) }

// act sends an act now; its answer appears in answers under the update id.
func (j *journey) act(updateID string, in workflows.ActInput) {
	got := &answer{}
	j.answers[updateID] = got
	j.UpdateWorkflow(workflows.ActUpdate, updateID, &testsuite.TestUpdateCallback{
		OnAccept: func() { got.accepted = true },
		OnReject: func(err error) { got.err = err },
		OnComplete: func(result any, err error) {
			got.err = err
			if typed, ok := result.(workflows.ActResult); ok {
				got.result = typed
			}
		},
	}, in)
}

func (j *journey) evidence(id recovery.EvidenceID) {
	j.SignalWorkflow(workflows.EvidenceSignal, workflows.EvidenceInput{EvidenceID: id})
}

// run starts the workflow and waits for its end.
func (j *journey) run() {
	j.t.Helper()
	j.carrySignals()
	j.ExecuteWorkflow(workflows.CaseWorkflow, j.input)
	if !j.IsWorkflowCompleted() {
		j.t.Fatal("the workflow did not end")
	}
	if err := j.GetWorkflowError(); err != nil {
		j.t.Fatalf("the workflow failed: %v", err)
	}
}

// carrySignals brings what a plan tells to its case: the test environment carries
// no signal from a child to its parent by itself.
func (j *journey) carrySignals() {
	j.OnSignalExternalWorkflow(mock.Anything, workflows.CaseWorkflowID(caseID), "", workflows.InstalmentSignal, mock.Anything).
		Return(func(_, _, _, signal string, due any) error {
			j.SignalWorkflow(signal, due)
			return nil
		}).Maybe()
}

// position is where a case of 1,000.00 with the given holders starts.
func position(oneToOne, refundAhead bool, holders ...recovery.CounterpartID) recovery.Position {
	c := recovery.Case{Amount: 100_000, ClaimState: recovery.ClaimUnknown, Group: recovery.Group{Kind: recovery.FamilyGroup}}
	if oneToOne {
		c.Group.Kind = recovery.NoGroup
	}
	for _, holder := range holders {
		c.Counterparts = append(c.Counterparts, recovery.Counterpart{ID: holder})
	}
	return recovery.Start(c, recovery.Terms{RefundAhead: refundAhead})
}

// move makes an act by a role.
func move(action recovery.Action, role recovery.Role, change func(*recovery.Move)) recovery.Move {
	m := recovery.Move{Action: action, Actor: recovery.Actor{Role: role, ID: "u-" + recovery.UserID(role)}}
	if change != nil {
		change(&m)
	}
	return m
}
