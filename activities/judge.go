package activities

import (
	"errors"

	"go.temporal.io/sdk/temporal"

	"recourse/recovery"
)

// judged marks errors that trying again cannot mend. A Fault with one of those
// codes is an answer about the data; everything else (the database is away, the
// connection broke) passes and may be tried again.
func judged(err error) error {
	var fault *recovery.Fault
	if !errors.As(err, &fault) {
		return err
	}
	switch fault.Code {
	case recovery.CodeInternal, recovery.CodeUnavailable:
		return err
	default:
		return temporal.NewNonRetryableApplicationError(fault.Detail, string(fault.Code), nil)
	}
}
