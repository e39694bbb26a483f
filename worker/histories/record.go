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

// recordLimit is far above the seconds all scenarios take together.
const recordLimit = 2 * time.Minute

// Record plays every scenario on the server behind the connection and writes
// its history to dir as NAME.json, and those that must fail to dir/bad.
func Record(ctx context.Context, c *worker.Connection, dir string) error {
	ctx, cancel := context.WithTimeout(ctx, recordLimit)
	defer cancel()
	if err := os.MkdirAll(filepath.Join(dir, "bad"), 0o755); err != nil { //nolint:gosec // part of the source, read by whoever reads that
		return fmt.Errorf("histories: %w", err)
	}
	r := &recorder{Connection: c, world: newWorld(), engine: worker.NewEngine(c), dir: dir}
	if err := r.working(ctx, r.all); err != nil {
		return fmt.Errorf("histories: %w", err)
	}
	if err := r.nobodyAtWork(ctx); err != nil {
		return fmt.Errorf("histories: %w", err)
	}
	if err := r.recordBad(ctx); err != nil {
		return fmt.Errorf("histories that must fail: %w", err)
	}
	return nil
}

type recorder struct {
	*worker.Connection
	world  *world
	engine *worker.Engine
	dir    string
}

// working runs the product's workers over the stand-ins while do runs.
func (r *recorder) working(ctx context.Context, do func(context.Context) error) error {
	running, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- worker.Run(running, r.Connection, r.parts()) }()
	err := do(ctx)
	stop()
	return errors.Join(err, <-ended)
}

func (r *recorder) parts() worker.Parts {
	return worker.Parts{
		Cases:   &activities.Cases{Record: r.world, Rules: r.world, Now: time.Now, Version: "history"},
		Exports: &activities.Exports{Archive: readyArchive{}, Now: time.Now},
	}
}

func (r *recorder) all(ctx context.Context) error {
	for _, s := range slices.Concat(outcomes, waits, traces) {
		if err := r.play(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return r.export(ctx)
}

func (r *recorder) play(ctx context.Context, s scenario) error {
	id := recovery.CaseID(s.name)
	r.world.file(id, s.start, s.runOut...)
	r.world.falters[id] = s.falters
	if !s.unstarted {
		if err := r.start(ctx, id); err != nil {
			return err
		}
	}
	steps := 0
	for i, stroke := range s.strokes {
		request := recovery.RequestID(fmt.Sprintf("%s-%d", id, i+1))
		if err := r.strike(ctx, id, request, stroke); err != nil {
			return fmt.Errorf("stroke %d: %w", i+1, err)
		}
		steps = stepsAfter(stroke, steps)
		if err := r.world.await(ctx, id, steps); err != nil {
			return err
		}
	}
	return r.finish(ctx, id, s)
}

// stepsAfter is how many steps a case has been written after a stroke.
func stepsAfter(s stroke, before int) int {
	switch {
	case s.steps > 0:
		return s.steps
	case s.abandon, s.refused, s.evidence != "":
		return before
	default:
		return before + 1
	}
}

func (r *recorder) start(ctx context.Context, id recovery.CaseID) error {
	_, err := r.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: workflows.CaseWorkflowID(id), TaskQueue: workflows.CasesQueue,
	}, workflows.CaseWorkflow, workflows.CaseInput{CaseID: id})
	return err
}

func (r *recorder) strike(ctx context.Context, id recovery.CaseID, request recovery.RequestID, s stroke) error {
	switch {
	case s.evidence != "":
		return r.SignalWorkflow(ctx, workflows.CaseWorkflowID(id), "", workflows.EvidenceSignal, workflows.EvidenceInput{EvidenceID: s.evidence})
	case s.actor == "":
		return nil // a clock runs out
	}
	r.world.stage(id, request, s.act, s.abandon)
	actor := recovery.Actor{Role: s.actor, ID: recovery.UserID(s.actor)}
	abandoned, err := r.engine.SendAction(ctx, id, s.act.Command(actor, request), 1)
	switch {
	case s.refused && recovery.CodeOf(err) == recovery.CodeActionNotAllowed:
		return nil
	case s.refused:
		return fmt.Errorf("it should be refused: %w", err)
	case err != nil:
		return err
	case abandoned != s.abandon:
		return fmt.Errorf("abandoned: %t", abandoned)
	}
	return nil
}

// finish waits for the end of a case that closes, checks where it stands and
// writes its history.
func (r *recorder) finish(ctx context.Context, id recovery.CaseID, s scenario) error {
	c, err := r.world.ReadCase(ctx, id)
	if err != nil {
		return err
	}
	if c.Position.Stage != s.stage || c.Position.Outcome != s.outcome {
		return fmt.Errorf("it ended in %s %q, not in %s %q", c.Position.Stage, c.Position.Outcome, s.stage, s.outcome)
	}
	if s.stage == recovery.Closed {
		if err := r.GetWorkflow(ctx, workflows.CaseWorkflowID(id), "").Get(ctx, nil); err != nil {
			return err
		}
	}
	if err := r.settle(ctx, workflows.CaseWorkflowID(id)); err != nil {
		return err
	}
	if err := r.write(ctx, workflows.CaseWorkflowID(id), filepath.Join(r.dir, s.name+".json")); err != nil {
		return err
	}
	if s.calendar != "" {
		return r.write(ctx, workflows.PlanWorkflowID(id, 1), filepath.Join(r.dir, s.calendar+".json"))
	}
	if s.stage != recovery.Closed {
		return nil
	}
	if err := r.strike(ctx, id, "late", refusedStroke(withdraw)); err != nil {
		return fmt.Errorf("an act on a closed case: %w", err)
	}
	return nil
}

// settle waits until a workflow does nothing but wait: the server tells no
// event of that kind, so it is asked.
func (r *recorder) settle(ctx context.Context, workflowID string) error {
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

// openingEvents are those of a workflow that has only asked for its case.
const openingEvents = 5

// nobodyAtWork checks that an act nobody takes ends as unavailable, in time.
func (r *recorder) nobodyAtWork(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	r.world.file("unattended", oneToOne())
	err := r.strike(ctx, "unattended", "unattended-1", withdraw)
	if recovery.CodeOf(err) != recovery.CodeUnavailable {
		return fmt.Errorf("an act while nobody works: %w", err)
	}
	return nil
}

func (r *recorder) export(ctx context.Context) error {
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
	return r.write(ctx, run.GetID(), filepath.Join(r.dir, "export_ready.json"))
}

func (r *recorder) write(ctx context.Context, workflowID, path string) error {
	history := &historypb.History{}
	events := r.GetWorkflowHistory(ctx, workflowID, "", false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
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

// readyArchive holds one export that is built already: of an export's history
// only the outcome of its one activity matters.
type readyArchive struct{ activities.Archive }

func (readyArchive) Export(_ context.Context, id recovery.ExportID) (recovery.Export, error) {
	return recovery.Export{ID: id, CaseID: recovery.CaseID(id), State: recovery.ExportReady}, nil
}
