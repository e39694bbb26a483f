package histories

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/protobuf/encoding/protojson"

	"recourse/activities"
	"recourse/recovery"
	"recourse/worker"
	"recourse/workflows"
)

// recordLimit is far above the few seconds that all scenarios take together.
const recordLimit = 2 * time.Minute

// Record runs every scenario on the server of the connection and writes its history
// to dir as NAME.json. Histories that must fail to replay go to dir/bad.
func Record(ctx context.Context, c *worker.Connection, dir string) error {
	ctx, cancel := context.WithTimeout(ctx, recordLimit)
	defer cancel()
	if err := os.MkdirAll(filepath.Join(dir, "bad"), 0o755); err != nil { //nolint:gosec // part of the source, read by whoever reads that
		return fmt.Errorf("histories: %w", err)
	}
	r := &recorder{Connection: c, database: newFakeDatabase(), engine: worker.NewEngine(c), dir: dir}
	if err := r.runWithWorkers(ctx, 0, r.recordAll); err != nil {
		return fmt.Errorf("histories: %w", err)
	}
	if err := r.runWithWorkers(ctx, actionsPerRun, r.recordContinued); err != nil {
		return fmt.Errorf("histories: %w", err)
	}
	if err := r.checkWithoutWorkers(ctx); err != nil {
		return fmt.Errorf("histories: %w", err)
	}
	if err := r.recordBadHistories(ctx); err != nil {
		return fmt.Errorf("histories that must fail: %w", err)
	}
	return nil
}

type recorder struct {
	*worker.Connection
	database *fakeDatabase
	engine   *worker.Engine
	dir      string
}

// runWithWorkers runs the product's workers, with the fake database, while do runs.
// After perRun actions a run continues as new; 0 means the usual number.
func (r *recorder) runWithWorkers(ctx context.Context, perRun int, do func(context.Context) error) error {
	running, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- worker.Run(running, r.Connection, r.workerParts(perRun)) }()
	err := do(ctx)
	stop()
	return errors.Join(err, <-ended)
}

func (r *recorder) workerParts(perRun int) worker.Parts {
	return worker.Parts{
		Cases:   &activities.Cases{Record: r.database, Rules: r.database, Now: time.Now, Version: "history", ActionsPerRun: perRun},
		Exports: &activities.Exports{Archive: readyArchive{}, Now: time.Now},
	}
}

func (r *recorder) recordAll(ctx context.Context) error {
	for _, s := range slices.Concat(outcomeScenarios, waitingScenarios, otherScenarios) {
		if err := r.recordScenario(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return r.recordExport(ctx)
}

func (r *recorder) recordScenario(ctx context.Context, s scenario) error {
	id := recovery.CaseID(s.name)
	r.database.addCase(id, s.start, s.expiring...)
	r.database.failedWrites[id] = s.failedWrites
	if !s.startedByAction {
		if err := r.startWorkflow(ctx, id); err != nil {
			return err
		}
	}
	steps := 0
	for i, e := range s.events {
		request := recovery.RequestID(fmt.Sprintf("%s-%d", id, i+1))
		if err := r.performEvent(ctx, id, request, e); err != nil {
			return fmt.Errorf("event %d: %w", i+1, err)
		}
		steps = countStepsAfter(e, steps)
		if err := r.database.waitForSteps(ctx, id, steps); err != nil {
			return err
		}
	}
	return r.checkAndWrite(ctx, id, s)
}

// countStepsAfter returns how many steps of a case are written after an event.
func countStepsAfter(s event, before int) int {
	switch {
	case s.steps > 0:
		return s.steps
	case s.isAbandoned, s.isRefused, s.evidence != "":
		return before
	default:
		return before + 1
	}
}

func (r *recorder) startWorkflow(ctx context.Context, id recovery.CaseID) error {
	_, err := r.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: workflows.CaseWorkflowID(id), TaskQueue: workflows.CasesQueue,
	}, workflows.CaseWorkflow, workflows.CaseInput{CaseID: id})
	return err
}

func (r *recorder) performEvent(ctx context.Context, id recovery.CaseID, request recovery.RequestID, s event) error {
	switch {
	case s.evidence != "":
		return r.SignalWorkflow(ctx, workflows.CaseWorkflowID(id), "", workflows.EvidenceSignal, workflows.EvidenceInput{EvidenceID: s.evidence})
	case s.actor == "":
		return nil // a clock expires
	}
	r.database.addRequest(id, request, s.act, s.isAbandoned)
	actor := recovery.Actor{Role: s.actor, ID: recovery.UserID(s.actor)}
	abandoned, err := r.engine.SendAction(ctx, id, s.act.Command(actor, request), 1)
	switch {
	case s.isRefused && recovery.CodeOf(err) == recovery.CodeActionNotAllowed:
		return nil
	case s.isRefused:
		return fmt.Errorf("it should be refused: %w", err)
	case err != nil:
		return err
	case abandoned != s.isAbandoned:
		return fmt.Errorf("abandoned: %t", abandoned)
	}
	return nil
}

// checkAndWrite checks the stage and outcome of a case, waits for the end of a closed
// one whose rights do not run on, and writes its history.
func (r *recorder) checkAndWrite(ctx context.Context, id recovery.CaseID, s scenario) error {
	c, err := r.database.ReadCase(ctx, id)
	if err != nil {
		return err
	}
	if c.Position.Stage != s.stage || c.Position.Outcome != s.outcome {
		return fmt.Errorf("it ended in %s %q, not in %s %q", c.Position.Stage, c.Position.Outcome, s.stage, s.outcome)
	}
	if s.stage == recovery.Closed && len(c.Deadlines) == 0 {
		if err := r.GetWorkflow(ctx, workflows.CaseWorkflowID(id), "").Get(ctx, nil); err != nil {
			return err
		}
	}
	if err := r.waitUntilIdle(ctx, workflows.CaseWorkflowID(id)); err != nil {
		return err
	}
	if err := r.writeHistory(ctx, workflows.CaseWorkflowID(id), "", filepath.Join(r.dir, s.name+".json")); err != nil {
		return err
	}
	if s.planHistory != "" {
		return r.writeHistory(ctx, workflows.PlanWorkflowID(id, 1), "", filepath.Join(r.dir, s.planHistory+".json"))
	}
	if s.stage != recovery.Closed {
		return nil
	}
	if err := r.performEvent(ctx, id, "late", expectRefusal(withdrawCase)); err != nil {
		return fmt.Errorf("an action on a closed case: %w", err)
	}
	return nil
}

// waitUntilIdle waits until a workflow has nothing to do. The server has no event for
// that, so this polls.
func (r *recorder) waitUntilIdle(ctx context.Context, workflowID string) error {
	asking := time.NewTicker(20 * time.Millisecond)
	defer asking.Stop()
	for {
		got, err := r.DescribeWorkflowExecution(ctx, workflowID, "")
		if err != nil {
			return err
		}
		opened := got.GetWorkflowExecutionInfo().GetHistoryLength() > openingEvents
		if opened && got.GetPendingWorkflowTask() == nil && len(got.GetPendingActivities()) == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-asking.C:
		}
	}
}

// openingEvents is the length of a history before the case is loaded.
const openingEvents = 5

// checkWithoutWorkers checks that an action without a worker ends as unavailable, in
// time.
func (r *recorder) checkWithoutWorkers(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	r.database.addCase("unattended", privatePosition())
	err := r.performEvent(ctx, "unattended", "unattended-1", withdrawCase)
	if recovery.CodeOf(err) != recovery.CodeUnavailable {
		return fmt.Errorf("an action without a worker: %w", err)
	}
	return nil
}

func (r *recorder) recordExport(ctx context.Context) error {
	in := workflows.ExportInput{CaseID: "export_ready", ExportID: "export_ready"}
	run, err := r.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: workflows.ExportWorkflowID(in.ExportID), TaskQueue: workflows.CasesQueue,
	}, workflows.ExportWorkflow, in)
	if err != nil {
		return err
	}
	if err := run.Get(ctx, nil); err != nil {
		return err
	}
	return r.writeHistory(ctx, run.GetID(), "", filepath.Join(r.dir, "export_ready.json"))
}

func (r *recorder) writeHistory(ctx context.Context, workflowID, run, path string) error {
	history := &historypb.History{}
	events := r.GetWorkflowHistory(ctx, workflowID, run, false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		event, err := events.Next()
		if err != nil {
			return err
		}
		history.Events = append(history.Events, event)
	}
	text, err := protojson.Marshal(history)
	if err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o644) //nolint:gosec // part of the source, read by whoever reads that
}

// readyArchive has one finished export: in the history of an export only the result of
// its one activity matters.
type readyArchive struct{ activities.Archive }

func (readyArchive) FindExport(_ context.Context, id recovery.ExportID) (recovery.Export, error) {
	return recovery.Export{ID: id, CaseID: recovery.CaseID(id), State: recovery.ExportReady}, nil
}
