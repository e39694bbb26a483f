package worker

import (
	"context"
	"errors"
	"fmt"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"recourse/activities"
	"recourse/recovery"
	"recourse/workflows"
)

// callError is an error of a call to Temporal, as opposed to the outcome of an Update:
// Temporal, or the way to it, refused.
type callError struct{ error }

func (e callError) Unwrap() error { return e.error }

// faultFrom converts an error of Temporal into a recovery.Fault. Whatever Temporal
// refuses for its own reasons is CodeUnavailable: the same request can be sent again.
// What remains is an error of a workflow or an activity.
func faultFrom(ctx context.Context, err error) error {
	if refused, ok := workflows.RefusalOf(err); ok {
		return &recovery.Fault{
			Code: refused.Code, Detail: refused.Detail, Fields: refused.Fields, Allowed: refused.Allowed, Cause: err,
		}
	}
	if fault := databaseFault(err); fault != nil {
		return fault
	}
	if reason := unavailableReason(ctx, err); reason != "" {
		return &recovery.Fault{Code: recovery.CodeUnavailable, Detail: reason, Cause: err}
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
	// Every error that a workflow wraps around the answer arrives as one of its own.
	if fault := databaseFault(failed.Unwrap()); fault != nil {
		return fault
	}
	code := recovery.Code(failed.Type())
	if !code.Known() || code == recovery.CodeInternal || code == recovery.CodeUnavailable {
		return nil
	}
	fault := activities.FaultOf(failed)
	fault.Cause = err
	return fault
}

const (
	tooLate     = "The case engine did not answer in time."
	notServed   = "The case engine does not serve this installation at the moment."
	caseStopped = "The workflow of the case ended before the action was done."
	otherReason = "The case engine could not take the action."
)

// engineReasons are the reasons of Temporal in words for the person who acts. The
// first that matches counts; they name nothing of the installation.
var engineReasons = []struct {
	is     func(error) bool
	reason string
}{
	{isA[*serviceerror.NamespaceNotFound], notServed},
	{isA[*serviceerror.NamespaceInvalidState], notServed},
	{isA[*serviceerror.NamespaceNotActive], notServed},
	{isA[*serviceerror.NamespaceUnavailable], notServed},
	{isA[*serviceerror.PermissionDenied], "The case engine does not admit this service."},
	{isA[*serviceerror.ResourceExhausted], "The case engine has too much to do at the moment."},
	{isA[*serviceerror.WorkflowNotReady], "The workflow of the case does not run at the moment."},
	{isA[*serviceerror.FailedPrecondition], "The case engine accepts no more actions for this case at the moment."},
	{isA[*serviceerror.NotFound], caseStopped},
	{isA[*serviceerror.WorkflowExecutionAlreadyStarted], caseStopped},
	{isA[*serviceerror.Unavailable], "The case engine cannot be reached."},
	{isA[*serviceerror.Internal], "The case engine has an internal error."},
	{isA[*serviceerror.DataLoss], "The case engine has an internal error."},
	{isA[*client.WorkflowUpdateServiceTimeoutOrCanceledError], tooLate},
	{isA[*serviceerror.DeadlineExceeded], tooLate},
	{isA[*serviceerror.Canceled], tooLate},
	{isLate, tooLate},
	{isA[serviceerror.ServiceError], otherReason},
	{isA[*temporal.TerminatedError], caseStopped},
	{isA[*temporal.CanceledError], caseStopped},
	{isA[*temporal.TimeoutError], tooLate},
	{isA[*temporal.ServerError], otherReason},
	{isStoppedRun, caseStopped},
	{isA[callError], otherReason},
}

// unavailableReason returns why Temporal refused or did not answer, "" if it did
// neither.
func unavailableReason(ctx context.Context, err error) string {
	for _, known := range engineReasons {
		if known.is(err) {
			return known.reason
		}
	}
	if ctx.Err() != nil {
		return tooLate
	}
	return ""
}

func isA[E error](err error) bool {
	_, is := errors.AsType[E](err)
	return is
}

func isLate(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) || workflows.IsRunEnding(err)
}

// isStoppedRun reports whether the server ended an Update because its run ended, or
// because no worker handled it.
func isStoppedRun(err error) bool {
	failed, is := errors.AsType[*temporal.ApplicationError](err)
	return is && (failed.Type() == "AcceptedUpdateCompletedWorkflow" || failed.Type() == "UnprocessedUpdate")
}
