package worker

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"recourse/recovery"
	"recourse/workflows"
)

// secret is what the texts of Temporal may contain and a caller must not read.
const secret = "10.0.0.7 case:0198c0de 王小满"

// serviceErrors are all errors of Temporal's service, by the name of their type.
var serviceErrors = map[string]error{
	"Aborted":                               serviceerror.NewAborted(secret),
	"ActivityExecutionAlreadyStarted":       serviceerror.NewActivityExecutionAlreadyStarted(secret, "", ""),
	"AlreadyExists":                         serviceerror.NewAlreadyExists(secret),
	"Canceled":                              serviceerror.NewCanceled(secret),
	"CancellationAlreadyRequested":          serviceerror.NewCancellationAlreadyRequested(secret),
	"ClientVersionNotSupported":             serviceerror.NewClientVersionNotSupported(secret, "", ""),
	"DataLoss":                              serviceerror.NewDataLoss(secret),
	"DeadlineExceeded":                      serviceerror.NewDeadlineExceeded(secret),
	"FailedPrecondition":                    serviceerror.NewFailedPrecondition(secret),
	"Internal":                              serviceerror.NewInternal(secret),
	"InvalidArgument":                       serviceerror.NewInvalidArgument(secret),
	"MultiOperationAborted":                 serviceerror.NewMultiOperationAborted(secret),
	"MultiOperationExecution":               serviceerror.NewMultiOperationExecution(secret, nil),
	"NamespaceAlreadyExists":                serviceerror.NewNamespaceAlreadyExists(secret),
	"NamespaceInvalidState":                 &serviceerror.NamespaceInvalidState{Message: secret},
	"NamespaceNotActive":                    serviceerror.NewNamespaceNotActive(secret, secret, secret),
	"NamespaceNotFound":                     serviceerror.NewNamespaceNotFound(secret),
	"NamespaceUnavailable":                  serviceerror.NewNamespaceUnavailable(secret),
	"NewerBuildExists":                      serviceerror.NewNewerBuildExists(secret),
	"NexusOperationExecutionAlreadyStarted": &serviceerror.NexusOperationExecutionAlreadyStarted{Message: secret},
	"NotFound":                              serviceerror.NewNotFound(secret),
	"PermissionDenied":                      serviceerror.NewPermissionDenied(secret, secret),
	"QueryFailed":                           serviceerror.NewQueryFailed(secret),
	"ResourceExhausted":                     &serviceerror.ResourceExhausted{Message: secret},
	"ServerVersionNotSupported":             serviceerror.NewServerVersionNotSupported(secret, ""),
	"SystemWorkflow":                        serviceerror.NewSystemWorkflow(nil, errors.New(secret)),
	"Unavailable":                           serviceerror.NewUnavailable(secret),
	"Unimplemented":                         serviceerror.NewUnimplemented(secret),
	"WorkflowExecutionAlreadyStarted":       serviceerror.NewWorkflowExecutionAlreadyStarted(secret, "", ""),
	"WorkflowNotReady":                      serviceerror.NewWorkflowNotReady(secret),
	"WorkflowTaskCompletionBufferLost":      serviceerror.NewWorkflowTaskCompletionBufferLost(secret),
}

// TestEveryServiceError: whatever kind of error Temporal answers with, at the call,
// at the start of a workflow or while it waits for the result, the caller learns the
// reason in plain words and may send the action again.
func TestEveryServiceError(t *testing.T) {
	t.Parallel()
	gone := serviceerror.NewNotFound("no such workflow")
	for name, err := range serviceErrors {
		for place, s := range map[string]server{
			"call": {update: err}, "start": {update: gone, withStart: err}, "result": {outcome: err}, "wrapped": {outcome: fmt.Errorf("poll: %w", err)},
		} {
			t.Run(name+" "+place, func(t *testing.T) {
				t.Parallel()
				if name == "NotFound" && place == "call" {
					s.withStart = err
				}
				assertUnavailable(t, &s)
			})
		}
	}
}

func assertUnavailable(t *testing.T, s *server) {
	t.Helper()
	_, err := (&Engine{client: s}).SendAction(t.Context(), "c", request, 1)
	var fault *recovery.Fault
	if !errors.As(err, &fault) || fault.Code != recovery.CodeUnavailable || fault.Cause == nil {
		t.Fatalf("got %v", err)
	}
	assertPlainReason(t, fault)
}

// assertPlainReason checks that the caller reads a sentence without what Temporal wrote.
func assertPlainReason(t *testing.T, fault *recovery.Fault) {
	t.Helper()
	if !strings.HasSuffix(fault.Detail, ".") || strings.ContainsAny(fault.Detail, "0123456789:") || strings.Contains(fault.Detail, "王") {
		t.Errorf("the caller reads %q", fault.Detail)
	}
}

// TestServiceErrorsAreComplete compares the table with the types of the package.
func TestServiceErrorsAreComplete(t *testing.T) {
	t.Parallel()
	dir, err := exec.CommandContext(t.Context(), "go", "list", "-f", "{{.Dir}}", "go.temporal.io/api/serviceerror").Output()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(dir)), "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range slices.DeleteFunc(files, func(file string) bool { return strings.HasSuffix(file, "_test.go") }) {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, declared := range parsed.Decls {
			method, is := declared.(*ast.FuncDecl)
			if !is || method.Recv == nil || method.Name.Name != "Status" {
				continue
			}
			receiver := method.Recv.List[0].Type
			if pointer, is := receiver.(*ast.StarExpr); is {
				receiver = pointer.X
			}
			if name, is := receiver.(*ast.Ident); !is || serviceErrors[name.Name] == nil {
				t.Errorf("%v is not in the table", receiver)
			}
		}
	}
}

// TestOtherRefusals: what comes as another kind of error.
func TestOtherRefusals(t *testing.T) {
	t.Parallel()
	ended := func(kind string) error { return temporal.NewNonRetryableApplicationError(secret, kind, nil) }
	for name, s := range map[string]server{
		"no credentials":           {update: errors.New("rpc error: code = Unauthenticated desc = " + secret)},
		"unknown":                  {update: errors.New(secret)},
		"terminated":               {outcome: &temporal.TerminatedError{}},
		"cancelled by an operator": {outcome: temporal.NewCanceledError()},
		"timed out":                {outcome: temporal.NewTimeoutError(0, nil)},
		"ended with the act in it": {outcome: ended("AcceptedUpdateCompletedWorkflow")},
		"not handled by a worker":  {outcome: ended("UnprocessedUpdate")},
		"busy until the end":       {update: client.NewWorkflowUpdateServiceTimeoutOrCanceledError(serviceErrors["ResourceExhausted"])},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assertUnavailable(t, &s)
		})
	}
}

// TestReasons: the reasons that a person can act on.
func TestReasons(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"ResourceExhausted":  "The case engine has too much to do at the moment.",
		"FailedPrecondition": "The case engine accepts no more actions for this case at the moment.",
		"WorkflowNotReady":   "The workflow of the case does not run at the moment.",
		"NamespaceNotFound":  "The case engine does not serve this installation at the moment.",
		"PermissionDenied":   "The case engine does not admit this service.",
		"Unavailable":        "The case engine cannot be reached.",
		"DeadlineExceeded":   "The case engine did not answer in time.",
		"Internal":           "The case engine has an internal error.",
		"Unimplemented":      "The case engine could not take the action.",
	} {
		if got := unavailableReason(t.Context(), serviceErrors[name]); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	busy := client.NewWorkflowUpdateServiceTimeoutOrCanceledError(serviceErrors["ResourceExhausted"])
	if got := unavailableReason(t.Context(), busy); !strings.Contains(got, "too much to do") {
		t.Errorf("busy until the end of the time: %q", got)
	}
}

// runEnding is the refusal of a run that continues as new.
func runEnding() error {
	return temporal.NewNonRetryableApplicationError("The run of the workflow ends.", "run_ends", nil)
}

// TestActWhileTheRunEnds: the same Update is sent again until the next run takes it.
func TestActWhileTheRunEnds(t *testing.T) {
	t.Parallel()
	s := &server{outcomes: []error{runEnding(), runEnding(), nil}, result: workflows.ActionResult{Version: 9}}
	if _, err := (&Engine{client: s}).SendAction(t.Context(), "c", request, 1); err != nil {
		t.Fatal(err)
	}
	if len(s.updates) != 3 || len(s.starts) != 0 {
		t.Fatalf("%d updates, %d starts", len(s.updates), len(s.starts))
	}
	for _, sent := range s.updates {
		if sent.UpdateID != "r/1" || sent.RunID != "" {
			t.Errorf("sent %+v", sent)
		}
	}
}

// TestActWhileARunNeverEnds: the caller's time limits the waiting.
func TestActWhileARunNeverEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	s := &server{outcome: runEnding(), onUpdate: func(sent int) {
		if sent == 3 {
			cancel()
		}
	}}
	_, err := (&Engine{client: s}).SendAction(ctx, "c", request, 1)
	if recovery.CodeOf(err) != recovery.CodeUnavailable || len(s.updates) != 3 {
		t.Errorf("got %v after %d updates", err, len(s.updates))
	}
}
