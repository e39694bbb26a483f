package worker

import (
	"context"
	"errors"
	"fmt"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"recourse/recovery"
	"recourse/workflows"
)

// Engine sends actions to the workflow of a case and waits for the result. It
// implements casework.Engine.
type Engine struct {
	client updater
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
// CodeTransactionOpen if the database does, CodeUnavailable if there is no answer in
// time.
func (e *Engine) SendAction(ctx context.Context, id recovery.CaseID, move recovery.Command, attempt int) (abandoned bool, err error) {
	update := client.UpdateWorkflowOptions{
		UpdateID: fmt.Sprintf("%s/%d", move.RequestID, attempt), WorkflowID: workflows.CaseWorkflowID(id), UpdateName: workflows.ActionUpdate,
		Args: []any{workflows.ActionInput{Command: move, Attempt: attempt}}, WaitForStage: client.WorkflowUpdateStageCompleted,
	}
	handle, err := e.client.UpdateWorkflow(ctx, update)
	var missing *serviceerror.NotFound
	if errors.As(err, &missing) { // the relay has not started it yet, or the case is closed
		handle, err = e.startAndSendAction(ctx, id, update)
	}
	if err != nil {
		return false, faultFrom(ctx, err)
	}
	var result workflows.ActionResult
	// A refusal is not an error of the call above: the handle returns it.
	if err := handle.Get(ctx, &result); err != nil {
		return false, faultFrom(ctx, err)
	}
	return result.Abandoned, nil
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

// faultFrom converts an error of Temporal into a recovery.Fault.
func faultFrom(ctx context.Context, err error) error {
	if refused, ok := workflows.RefusalOf(err); ok {
		return &recovery.Fault{
			Code: refused.Code, Detail: refused.Detail, Fields: refused.Fields, Allowed: refused.Allowed, Cause: err,
		}
	}
	var ended *serviceerror.WorkflowExecutionAlreadyStarted
	if errors.As(err, &ended) {
		return &recovery.Fault{Code: recovery.CodeActionNotAllowed, Detail: "The case is closed.", Cause: err}
	}
	if fault := databaseFault(err); fault != nil {
		return fault
	}
	if isUnreachable(ctx, err) {
		return &recovery.Fault{
			Code: recovery.CodeUnavailable, Detail: "The case engine did not answer in time.", Cause: err,
		}
	}
	return fmt.Errorf("the case engine: %w", err)
}

// databaseFault returns the Fault with which the database rejected the action, or
// nil. A retry cannot succeed: the reason is in the data.
func databaseFault(err error) *recovery.Fault {
	var failed *temporal.ApplicationError
	if !errors.As(err, &failed) {
		return nil
	}
	switch code := recovery.Code(failed.Type()); code {
	case recovery.CodeTransactionOpen, recovery.CodePrecondition, recovery.CodeConflict, recovery.CodeInvalid, recovery.CodeNotFound,
		recovery.CodeForbidden, recovery.CodeFourEyes, recovery.CodeConfirmNeeded, recovery.CodeCorrectionRefused, recovery.CodeActionNotAllowed:
		return &recovery.Fault{Code: code, Detail: failed.Message(), Fields: fieldsOf(failed), Cause: err}
	default:
		return nil
	}
}

// fieldsOf returns the faulty fields that an activity named.
func fieldsOf(failed *temporal.ApplicationError) []recovery.FieldFault {
	var fields []recovery.FieldFault
	if !failed.HasDetails() || failed.Details(&fields) != nil {
		return nil
	}
	return fields
}

// isUnreachable reports whether an error means that Temporal did not answer, or
// not in time. It is unknown whether the request had an effect.
func isUnreachable(ctx context.Context, err error) bool {
	var (
		timeout   *client.WorkflowUpdateServiceTimeoutOrCanceledError
		deadline  *serviceerror.DeadlineExceeded
		canceled  *serviceerror.Canceled
		away      *serviceerror.Unavailable
		exhausted *serviceerror.ResourceExhausted
	)
	return ctx.Err() != nil || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) ||
		errors.As(err, &timeout) || errors.As(err, &deadline) || errors.As(err, &canceled) ||
		errors.As(err, &away) || errors.As(err, &exhausted)
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
