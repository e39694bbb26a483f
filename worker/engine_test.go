package worker

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"testing"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"recourse/recovery"
	"recourse/workflows"
)

// server stands in for a Temporal server as its client sees it.
type server struct {
	update, withStart, health error   // of the calls
	outcome                   error   // of the Update, as its handle tells it
	outcomes                  []error // of one Update after the other, before outcome
	onUpdate                  func(sent int)
	result                    workflows.ActionResult
	updates, starts           []client.UpdateWorkflowOptions
	started                   []client.StartWorkflowOptions
}

func (s *server) UpdateWorkflow(_ context.Context, o client.UpdateWorkflowOptions) (client.WorkflowUpdateHandle, error) {
	s.updates = append(s.updates, o)
	if s.onUpdate != nil {
		s.onUpdate(len(s.updates))
	}
	return s.handle(), s.update
}

func (s *server) UpdateWithStartWorkflow(_ context.Context, o client.UpdateWithStartWorkflowOptions) (client.WorkflowUpdateHandle, error) {
	s.starts = append(s.starts, o.UpdateOptions)
	return s.handle(), s.withStart
}

func (s *server) NewWithStartWorkflowOperation(o client.StartWorkflowOptions, _ any, _ ...any) client.WithStartWorkflowOperation {
	s.started = append(s.started, o)
	return nil
}

func (s *server) CheckHealth(context.Context, *client.CheckHealthRequest) (*client.CheckHealthResponse, error) {
	return &client.CheckHealthResponse{}, s.health
}

func (s *server) handle() client.WorkflowUpdateHandle {
	outcome := s.outcome
	if len(s.outcomes) > 0 {
		outcome, s.outcomes = s.outcomes[0], s.outcomes[1:]
	}
	return handle{outcome: outcome, result: s.result}
}

type handle struct {
	client.WorkflowUpdateHandle
	outcome error
	result  workflows.ActionResult
}

func (h handle) Get(_ context.Context, value any) error {
	if h.outcome == nil {
		*value.(*workflows.ActionResult) = h.result
	}
	return h.outcome
}

func refused(code recovery.Code) error {
	told := workflows.Refusal{
		Code: code, Detail: "no", Allowed: []recovery.Action{recovery.Withdraw}, Fields: []recovery.FieldFault{{Field: "to"}},
	}
	return fmt.Errorf("update: %w", temporal.NewNonRetryableApplicationError("no", string(code), nil, told))
}

// request is an action that is sent in these tests.
var request = recovery.Command{RequestID: "r"}

func TestActSendsOneUpdate(t *testing.T) {
	t.Parallel()
	s := &server{result: workflows.ActionResult{Version: 7, Abandoned: true}}
	in := workflows.ActionInput{Command: request, Attempt: 1}
	got, err := (&Engine{client: s}).SendAction(t.Context(), "c", request, 1)
	if err != nil || !got || len(s.updates) != 1 || len(s.starts) != 0 {
		t.Fatalf("got %t %v after %d updates", got, err, len(s.updates))
	}
	sent := s.updates[0]
	if sent.UpdateID != "r/1" || sent.WorkflowID != "case:c" || sent.UpdateName != workflows.ActionUpdate ||
		sent.WaitForStage != client.WorkflowUpdateStageCompleted || len(sent.Args) != 1 || !reflect.DeepEqual(sent.Args[0], in) {
		t.Errorf("sent %+v", sent)
	}
}

// TestActBeforeTheRelay: a filed case whose workflow does not run yet is started
// with its first act.
func TestActBeforeTheRelay(t *testing.T) {
	t.Parallel()
	s := &server{update: serviceerror.NewNotFound("no such workflow"), result: workflows.ActionResult{Version: 2, Abandoned: true}}
	got, err := (&Engine{client: s}).SendAction(t.Context(), "c", request, 1)
	if err != nil || !got || len(s.starts) != 1 || len(s.started) != 1 {
		t.Fatalf("got %t %v", got, err)
	}
	if s.starts[0].WorkflowID != "case:c" || s.starts[0].UpdateID != "r/1" {
		t.Errorf("the update with the start: %+v", s.starts[0])
	}
	start := s.started[0]
	if start.ID != "case:c" || start.TaskQueue != workflows.CasesQueue ||
		start.WorkflowIDConflictPolicy != enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING ||
		start.WorkflowIDReusePolicy != enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE {
		t.Errorf("start %+v", start)
	}
}

func TestActFaults(t *testing.T) {
	t.Parallel()
	gone := serviceerror.NewNotFound("gone")
	ended := fmt.Errorf("failed workflow start: %w", serviceerror.NewWorkflowExecutionAlreadyStarted("closed", "", ""))
	for _, test := range []struct {
		name   string
		server server
		want   recovery.Code
	}{
		{"refused", server{outcome: refused(recovery.CodeActionNotAllowed)}, recovery.CodeActionNotAllowed},
		{"forbidden", server{outcome: refused(recovery.CodeForbidden)}, recovery.CodeForbidden},
		{"invalid", server{outcome: refused(recovery.CodeInvalid)}, recovery.CodeInvalid},
		{"refused with the start", server{update: gone, outcome: refused(recovery.CodeInvalid)}, recovery.CodeInvalid},
		{"started by another", server{update: gone, withStart: ended}, recovery.CodeUnavailable},
		{"nobody works", server{update: &client.WorkflowUpdateServiceTimeoutOrCanceledError{}}, recovery.CodeUnavailable},
		{"nobody answers the start", server{update: gone, withStart: serviceerror.NewDeadlineExceeded("late")}, recovery.CodeUnavailable},
		{"the server is away", server{update: serviceerror.NewUnavailable("away")}, recovery.CodeUnavailable},
		{"the server is full", server{update: &serviceerror.ResourceExhausted{Message: "full"}}, recovery.CodeUnavailable},
		{"the answer is late", server{outcome: context.DeadlineExceeded}, recovery.CodeUnavailable},
		{"the asker left", server{outcome: serviceerror.NewCanceled("left")}, recovery.CodeUnavailable},
		{"the way is broken", server{update: errors.New("else")}, recovery.CodeUnavailable},
		{"the database ruled", server{outcome: temporal.NewNonRetryableApplicationError("x", "transaction_has_open_case", nil)}, recovery.CodeTransactionOpen},
		{"the link was revoked", server{outcome: temporal.NewNonRetryableApplicationError("x", "link_ended", nil)}, recovery.CodeLinkEnded},
		{"the case has changed, as a workflow reports it", server{outcome: temporal.NewApplicationErrorWithCause(
			"write the step", "wrapError", temporal.NewNonRetryableApplicationError("x", "precondition_failed", nil))}, recovery.CodePrecondition},
		{"the case has changed", server{outcome: temporal.NewNonRetryableApplicationError("x", "precondition_failed", nil)}, recovery.CodePrecondition},
		{"an activity failed", server{outcome: temporal.NewNonRetryableApplicationError("x", "panic", nil)}, recovery.CodeInternal},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := (&Engine{client: &test.server}).SendAction(t.Context(), "c", request, 1)
			if recovery.CodeOf(err) != test.want || err == nil {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}

func TestActKeepsWhatWasTold(t *testing.T) {
	t.Parallel()
	s := &server{outcome: refused(recovery.CodeInvalid)}
	_, err := (&Engine{client: s}).SendAction(t.Context(), "c", request, 1)
	var fault *recovery.Fault
	if !errors.As(err, &fault) || fault.Detail != "no" || len(fault.Fields) != 1 || fault.Fields[0].Field != "to" || len(fault.Allowed) != 1 {
		t.Errorf("fault %+v", fault)
	}
}

func TestActAfterTheDeadline(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s := &server{update: errors.New("rpc broke")}
	if _, err := (&Engine{client: s}).SendAction(ctx, "c", request, 1); recovery.CodeOf(err) != recovery.CodeUnavailable {
		t.Errorf("got %v", err)
	}
}

func TestHealthy(t *testing.T) {
	t.Parallel()
	if err := (&Engine{client: &server{}}).CheckHealth(t.Context()); err != nil {
		t.Error(err)
	}
	sick := &Engine{client: &server{health: serviceerror.NewUnavailable("away")}}
	if err := sick.CheckHealth(t.Context()); recovery.CodeOf(err) != recovery.CodeUnavailable {
		t.Errorf("got %v", err)
	}
}
