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

// Engine carries acts to the workflow of a case and waits for their end. It
// implements casework.Engine.
type Engine struct {
	client updater
}

// updater is what Engine needs of a Temporal client.
type updater interface {
	UpdateWorkflow(ctx context.Context, options client.UpdateWorkflowOptions) (client.WorkflowUpdateHandle, error)
	UpdateWithStartWorkflow(ctx context.Context, options client.UpdateWithStartWorkflowOptions) (client.WorkflowUpdateHandle, error)
	NewWithStartWorkflowOperation(options client.StartWorkflowOptions, workflow any, args ...any) client.WithStartWorkflowOperation
	CheckHealth(ctx context.Context, request *client.CheckHealthRequest) (*client.CheckHealthResponse, error)
}

// NewEngine makes an Engine over a client.
func NewEngine(c *Connection) *Engine { return &Engine{client: c.Client} }

// Act sends an act under updateID, so that the same again is one act, and waits
// for its end or for that of ctx. Errors: CodeActionNotAllowed, CodeForbidden
// or CodeInvalid when the workflow refused, CodeUnavailable when nobody
// answered in time.
func (e *Engine) Act(ctx context.Context, id recovery.CaseID, in workflows.ActInput, updateID string) (workflows.ActResult, error) {
	update := client.UpdateWorkflowOptions{
		UpdateID: updateID, WorkflowID: workflows.CaseWorkflowID(id), UpdateName: workflows.ActUpdate,
		Args: []any{in}, WaitForStage: client.WorkflowUpdateStageCompleted,
	}
	handle, err := e.client.UpdateWorkflow(ctx, update)
	var missing *serviceerror.NotFound
	if errors.As(err, &missing) { // the relay has not come to it yet, or the case is closed
		handle, err = e.openAndAct(ctx, id, update)
	}
	if err != nil {
		return workflows.ActResult{}, told(ctx, err)
	}
	var result workflows.ActResult
	// A refusal is no error of the call above: it lies in the handle.
	if err := handle.Get(ctx, &result); err != nil {
		return workflows.ActResult{}, told(ctx, err)
	}
	return result, nil
}

// openAndAct starts the workflow of a filed case together with the act.
func (e *Engine) openAndAct(ctx context.Context, id recovery.CaseID, update client.UpdateWorkflowOptions) (client.WorkflowUpdateHandle, error) {
	start := e.client.NewWithStartWorkflowOperation(caseStart(id), workflows.CaseWorkflow, workflows.NewCase(id))
	return e.client.UpdateWithStartWorkflow(ctx, client.UpdateWithStartWorkflowOptions{
		StartWorkflowOperation: start, UpdateOptions: update,
	})
}

// caseStart gives a case its one running workflow, however often it is started.
// One that is closed may be taken up again: it is reopened, or money still comes.
// Taken up without a reason it ends at once.
func caseStart(id recovery.CaseID) client.StartWorkflowOptions {
	return client.StartWorkflowOptions{
		ID: workflows.CaseWorkflowID(id), TaskQueue: workflows.CasesQueue,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		WorkflowIDReusePolicy:    enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
	}
}

// told turns what Temporal says into a Fault of the product.
func told(ctx context.Context, err error) error {
	if refused, ok := workflows.RefusalOf(err); ok {
		return &recovery.Fault{
			Code: refused.Code, Detail: refused.Detail, Fields: refused.Fields, Allowed: refused.Allowed, Cause: err,
		}
	}
	var ended *serviceerror.WorkflowExecutionAlreadyStarted
	if errors.As(err, &ended) {
		return &recovery.Fault{Code: recovery.CodeActionNotAllowed, Detail: "The case is closed.", Cause: err}
	}
	if fault := ruled(err); fault != nil {
		return fault
	}
	if unreachable(ctx, err) {
		return &recovery.Fault{
			Code: recovery.CodeUnavailable, Detail: "The case engine did not answer in time.", Cause: err,
		}
	}
	return fmt.Errorf("the case engine: %w", err)
}

// ruled finds what the database ruled when the act was to be written: a fact
// about the data, which trying again does not change.
func ruled(err error) *recovery.Fault {
	var failed *temporal.ApplicationError
	if !errors.As(err, &failed) {
		return nil
	}
	switch code := recovery.Code(failed.Type()); code {
	case recovery.CodeTransactionOpen, recovery.CodeConflict, recovery.CodeInvalid, recovery.CodeNotFound:
		return &recovery.Fault{Code: code, Detail: failed.Message(), Cause: err}
	default:
		return nil
	}
}

// unreachable reports failures that say nothing about what was asked: nobody
// was there, or not in time.
func unreachable(ctx context.Context, err error) bool {
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

// healthTimeout bounds a health check: a readiness probe must not hang.
const healthTimeout = 2 * time.Second

// Healthy reports whether Temporal can be reached. Errors: CodeUnavailable.
func (e *Engine) Healthy(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	if _, err := e.client.CheckHealth(ctx, &client.CheckHealthRequest{}); err != nil {
		return &recovery.Fault{Code: recovery.CodeUnavailable, Detail: "Temporal cannot be reached.", Cause: err}
	}
	return nil
}
