package workflows

import (
	"errors"

	"go.temporal.io/sdk/temporal"

	"recourse/recovery"
)

// Refusal is what the asker of a refused act is told. It holds no personal
// data.
type Refusal struct {
	Code    recovery.Code         `json:"code"`
	Detail  string                `json:"detail"`
	Allowed []recovery.Action     `json:"allowed"` // what the role may do instead
	Fields  []recovery.FieldFault `json:"fields,omitempty"`
}

// refusal turns a Fault of package recovery into an error that travels through
// Temporal: its type is the code, its details a Refusal. It is no failure of
// ours, so it stays out of the error logs.
func refusal(err error, at recovery.Position, role recovery.Role) error {
	told := Refusal{Code: recovery.CodeOf(err), Allowed: at.Allowed(role)}
	var fault *recovery.Fault
	if errors.As(err, &fault) {
		told.Detail, told.Fields = fault.Detail, fault.Fields
	}
	return temporal.NewApplicationErrorWithOptions(told.Detail, string(told.Code), temporal.ApplicationErrorOptions{
		NonRetryable: true,
		Category:     temporal.ApplicationErrorCategoryBenign,
		Details:      []any{told},
	})
}

// RefusalOf finds the refusal in the error an Update ended with.
func RefusalOf(err error) (Refusal, bool) {
	var told Refusal
	var failure *temporal.ApplicationError
	if !errors.As(err, &failure) || !failure.HasDetails() {
		return told, false
	}
	if failure.Details(&told) != nil || told.Code == "" || string(told.Code) != failure.Type() {
		return Refusal{}, false
	}
	return told, true
}
