package worker

import (
	"context"
	"errors"
	"fmt"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"recourse/loop"
	"recourse/recovery"
	"recourse/workflows"
)

// Engine sends actions to the workflow of a case and waits for the result. It
// implements casework.Engine.
type Engine struct {
	client updater
	slots  caseSlots
}

// updater is the part of a Temporal client that Engine uses.
type updater interface {
	UpdateWorkflow(ctx context.Context, options client.UpdateWorkflowOptions) (client.WorkflowUpdateHandle, error)
	UpdateWithStartWorkflow(ctx context.Context, options client.UpdateWithStartWorkflowOptions) (client.WorkflowUpdateHandle, error)
	NewWithStartWorkflowOperation(options client.StartWorkflowOptions, workflow any, args ...any) client.WithStartWorkflowOperation
	CheckHealth(ctx context.Context, request *client.CheckHealthRequest) (*client.CheckHealthResponse, error)
}

// NewEngine returns an Engine that uses a connection.
func NewEngine(c *Connection) *Engine { return &Engine{client: c.Client} }

// SendAction sends an action as a workflow Update and waits for its result, or
// until ctx ends. An attempt that is sent twice is applied once. abandoned is set
// if the caller had given up the request. Errors: CodeActionNotAllowed,
// CodeForbidden or CodeInvalid if the workflow refuses, CodePrecondition or
// CodeTransactionOpen if the database does, CodeUnavailable if Temporal refuses or
// does not answer in time.
func (e *Engine) SendAction(ctx context.Context, id recovery.CaseID, move recovery.Command, attempt int) (abandoned bool, err error) {
	update := client.UpdateWorkflowOptions{
		UpdateID: fmt.Sprintf("%s/%d", move.RequestID, attempt), WorkflowID: workflows.CaseWorkflowID(id), UpdateName: workflows.ActionUpdate,
		Args: []any{workflows.ActionInput{Command: move, Attempt: attempt}}, WaitForStage: client.WorkflowUpdateStageCompleted,
	}
	release, err := e.slots.acquire(ctx, id)
	if err != nil {
		return false, faultFrom(ctx, err)
	}
	defer release()
	pause := loop.Backoff{First: 10 * time.Millisecond, Limit: 100 * time.Millisecond}
	for {
		result, err := e.sendUpdate(ctx, id, update)
		if err == nil {
			return result.Abandoned, nil
		}
		if !workflows.IsRunEnding(err) || !pause.Wait(ctx) {
			return false, faultFrom(ctx, err)
		}
	}
}

// sendUpdate sends an Update to the current run of a case and returns its result.
func (e *Engine) sendUpdate(ctx context.Context, id recovery.CaseID, update client.UpdateWorkflowOptions) (workflows.ActionResult, error) {
	handle, err := e.client.UpdateWorkflow(ctx, update)
	var missing *serviceerror.NotFound
	if errors.As(err, &missing) { // the relay has not started it yet, or the case is closed
		handle, err = e.startAndSendAction(ctx, id, update)
	}
	if err != nil {
		return workflows.ActionResult{}, callError{err}
	}
	var result workflows.ActionResult
	// A refusal is not an error of the call above: the handle returns it.
	return result, handle.Get(ctx, &result)
}

// startAndSendAction starts the workflow of a filed case and sends the action in
// one call.
func (e *Engine) startAndSendAction(ctx context.Context, id recovery.CaseID, update client.UpdateWorkflowOptions) (client.WorkflowUpdateHandle, error) {
	start := e.client.NewWithStartWorkflowOperation(caseStartOptions(id), workflows.CaseWorkflow, workflows.CaseInput{CaseID: id})
	return e.client.UpdateWithStartWorkflow(ctx, client.UpdateWithStartWorkflowOptions{
		StartWorkflowOperation: start, UpdateOptions: update,
	})
}

// caseStartOptions allows one running workflow for each case, however often it is
// started. A closed case can be started again, because it may be reopened and
// money may still arrive. Without such a reason the new run ends immediately.
func caseStartOptions(id recovery.CaseID) client.StartWorkflowOptions {
	return client.StartWorkflowOptions{
		ID: workflows.CaseWorkflowID(id), TaskQueue: workflows.CasesQueue,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		WorkflowIDReusePolicy:    enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
	}
}

// healthTimeout limits a health check, because a readiness probe must not hang.
const healthTimeout = 2 * time.Second

// CheckHealth returns a Fault with CodeUnavailable if Temporal cannot be reached.
func (e *Engine) CheckHealth(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	if _, err := e.client.CheckHealth(ctx, &client.CheckHealthRequest{}); err != nil {
		return &recovery.Fault{Code: recovery.CodeUnavailable, Detail: "Temporal cannot be reached.", Cause: err}
	}
	return nil
}
