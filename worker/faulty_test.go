package worker

import (
	"errors"

	"go.temporal.io/api/serviceerror"

	"recourse/postgres"
)

// faultyItem is an answer of Temporal to an item.
type faultyItem struct {
	kind         string
	answer       error
	faulty, busy bool
}

func faultyItems() map[string]faultyItem {
	start := postgres.OutboxStart
	return map[string]faultyItem{
		"taken":            {start, nil, false, false},
		"ended before":     {start, serviceerror.NewWorkflowExecutionAlreadyStarted("", "", ""), false, false},
		"no room":          {start, &serviceerror.ResourceExhausted{}, false, true},
		"away":             {start, serviceerror.NewUnavailable(""), false, false},
		"too late":         {start, serviceerror.NewDeadlineExceeded(""), false, false},
		"denied":           {start, serviceerror.NewPermissionDenied("", ""), false, false},
		"no namespace":     {start, serviceerror.NewNamespaceNotFound(""), false, false},
		"invalid":          {start, serviceerror.NewInvalidArgument(""), true, false},
		"not encodable":    {start, errors.New("codec"), true, false},
		"of unknown kind ": {"strange", nil, true, false},
	}
}

func asFaulty(err error, target **postgres.FaultyItemError) bool { return errors.As(err, target) }
