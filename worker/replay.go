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

// Replayer replays histories with this binary's workflow code and the codec of
// production. It reports where the code differs from what was recorded.
type Replayer struct {
	replayer worker.WorkflowReplayer
	log      log.Logger
}

// NewReplayer returns a Replayer.
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

// ReplayFile replays a history stored as JSON, the format of Temporal's own tools.
func (r *Replayer) ReplayFile(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("replay: %w", err)
	}
	defer file.Close()
	history, err := client.HistoryFromJSON(file, client.HistoryJSONOptions{})
	if err != nil {
		return fmt.Errorf("replay %s: %w", path, err)
	}
	if err := r.replayHistory(history); err != nil {
		return fmt.Errorf("replay %s: %w", path, err)
	}
	return nil
}

// replayHistory replays under the original workflow id, because the payloads are
// bound to it.
func (r *Replayer) replayHistory(history *historypb.History) error {
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

// ReplayRunning replays every open case of a Temporal server, to test this binary
// before its deployment. It continues after a failure and returns all failures.
func (r *Replayer) ReplayRunning(ctx context.Context, c *Connection) (replayed int, err error) {
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
			if err := r.replayExecution(ctx, c, id, run); err != nil {
				faults = append(faults, fmt.Errorf("replay %s: %w", id, err))
			}
			replayed++
		}
		if page = list.GetNextPageToken(); len(page) == 0 {
			return replayed, errors.Join(faults...)
		}
	}
}

func (r *Replayer) replayExecution(ctx context.Context, c *Connection, id, run string) error {
	history := &historypb.History{}
	events := c.GetWorkflowHistory(ctx, id, run, false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		event, err := events.Next()
		if err != nil {
			return fmt.Errorf("read the history: %w", err)
		}
		history.Events = append(history.Events, event)
	}
	return r.replayHistory(history)
}
