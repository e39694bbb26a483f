package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"recourse/workflows"
)

// Replayer runs histories through this binary's workflow code, with the same
// codec as production, and finds where the code would do something else than
// what was recorded.
type Replayer struct {
	replayer worker.WorkflowReplayer
	log      log.Logger
}

// NewReplayer makes a Replayer.
func NewReplayer(codec *Codec, logger *slog.Logger) (*Replayer, error) {
	replayer, err := worker.NewWorkflowReplayerWithOptions(worker.WorkflowReplayerOptions{
		DataConverter: codec.DataConverter(), FailureConverter: codec.FailureConverter(),
	})
	if err != nil {
		return nil, fmt.Errorf("replayer: %w", err)
	}
	RegisterWorkflows(replayer)
	return &Replayer{replayer: replayer, log: log.NewStructuredLogger(logger)}, nil
}

// File replays a history stored as JSON, as Temporal's own tools export it.
func (r *Replayer) File(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("replay: %w", err)
	}
	defer file.Close()
	history, err := client.HistoryFromJSON(file, client.HistoryJSONOptions{})
	if err != nil {
		return fmt.Errorf("replay %s: %w", path, err)
	}
	if err := r.history(history); err != nil {
		return fmt.Errorf("replay %s: %w", path, err)
	}
	return nil
}

// history replays under the workflow's own id: its payloads are bound to it.
func (r *Replayer) history(history *historypb.History) error {
	if len(history.GetEvents()) == 0 {
		return errors.New("the history is empty")
	}
	started := history.GetEvents()[0].GetWorkflowExecutionStartedEventAttributes()
	if started.GetWorkflowId() == "" {
		return errors.New("the history does not begin with the start of a workflow")
	}
	return r.replayer.ReplayWorkflowHistoryWithOptions(r.log, history, worker.ReplayWorkflowHistoryOptions{
		OriginalExecution: workflow.Execution{ID: started.GetWorkflowId(), RunID: started.GetOriginalExecutionRunId()},
	})
}

// Running replays every open case of a Temporal server, before this binary is
// deployed to it. It goes on after a failure and returns all of them.
func (r *Replayer) Running(ctx context.Context, c *Connection) (replayed int, err error) {
	var faults []error
	var page []byte
	for {
		list, err := c.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{
			Namespace: c.Namespace, NextPageToken: page,
			Query: fmt.Sprintf("WorkflowType = '%s' AND ExecutionStatus = 'Running'", workflows.CaseWorkflow),
		})
		if err != nil {
			return replayed, fmt.Errorf("list the open cases: %w", err)
		}
		for _, open := range list.GetExecutions() {
			id, run := open.GetExecution().GetWorkflowId(), open.GetExecution().GetRunId()
			if err := r.running(ctx, c, id, run); err != nil {
				faults = append(faults, fmt.Errorf("replay %s: %w", id, err))
			}
			replayed++
		}
		if page = list.GetNextPageToken(); len(page) == 0 {
			return replayed, errors.Join(faults...)
		}
	}
}

func (r *Replayer) running(ctx context.Context, c *Connection, id, run string) error {
	history := &historypb.History{}
	events := c.GetWorkflowHistory(ctx, id, run, false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		event, err := events.Next()
		if err != nil {
			return fmt.Errorf("read the history: %w", err)
		}
		history.Events = append(history.Events, event)
	}
	return r.history(history)
}
