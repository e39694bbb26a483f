package workflows

import (
	"errors"

	"go.temporal.io/sdk/temporal"

	"recourse/recovery"
)

// Refusal explains to the caller why an action was refused. It holds no personal
// data.
type Refusal struct {
	Code    recovery.Code         `json:"code"`
	Detail  string                `json:"detail"`
	Allowed []recovery.Action     `json:"allowed"` // what the role may do instead
	Fields  []recovery.FieldFault `json:"fields,omitempty"`
}

// newRefusal turns a recovery.Fault into an error that Temporal can carry: its type
// is the code, its details are a Refusal. The benign category keeps it out of
// the error logs.
func newRefusal(err error, position recovery.Position, role recovery.Role) error {
	refusal := Refusal{Code: recovery.CodeOf(err), Allowed: position.Allowed(role)}
	var fault *recovery.Fault
	if errors.As(err, &fault) {
		refusal.Detail, refusal.Fields = fault.Detail, fault.Fields
	}
	return temporal.NewApplicationErrorWithOptions(refusal.Detail, string(refusal.Code), temporal.ApplicationErrorOptions{
		NonRetryable: true,
		Category:     temporal.ApplicationErrorCategoryBenign,
		Details:      []any{refusal},
	})
}

// runEnds is the type of the error that refuses an Update while the run ends.
const runEnds = "run_ends"

func newRunEnds() error {
	return temporal.NewApplicationErrorWithOptions("The run of the workflow ends.", runEnds, temporal.ApplicationErrorOptions{
		NonRetryable: true, Category: temporal.ApplicationErrorCategoryBenign,
	})
}

// IsRunEnding reports whether an Update was refused only because the workflow
// continues in a new run. The caller sends the same Update again.
func IsRunEnding(err error) bool {
	var failure *temporal.ApplicationError
	return errors.As(err, &failure) && failure.Type() == runEnds
}

// RefusalOf returns the Refusal in the error of an Update; ok is false if it has
// none.
func RefusalOf(err error) (refusal Refusal, ok bool) {
	var failure *temporal.ApplicationError
	if !errors.As(err, &failure) || !failure.HasDetails() {
		return Refusal{}, false
	}
	if failure.Details(&refusal) != nil || refusal.Code == "" || string(refusal.Code) != failure.Type() {
		return Refusal{}, false
	}
	return refusal, true
}
