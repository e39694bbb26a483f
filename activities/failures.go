package activities

import (
	"context"
	"errors"

	"go.temporal.io/sdk/temporal"

	"recourse/evidence/folio"
	"recourse/evidence/originals/blob"
	"recourse/recovery"
	"recourse/texts"
)

// nonRetryable marks errors that another attempt cannot fix. A Fault with one of
// those codes is an answer about the data, and no reason for an error in the log.
// Everything else may pass, such as a database that is down.
func nonRetryable(err error) error {
	var fault *recovery.Fault
	if !errors.As(err, &fault) {
		return err
	}
	switch fault.Code {
	case recovery.CodeInternal, recovery.CodeUnavailable:
		return err
	default:
		return temporal.NewApplicationErrorWithOptions(fault.Detail, string(fault.Code), temporal.ApplicationErrorOptions{
			NonRetryable: true, Category: temporal.ApplicationErrorCategoryBenign, Details: []any{fault.Fields, fault.Correction},
		})
	}
}

// FaultOf returns the Fault that nonRetryable made an error of. Errors of earlier builds
// name no refused correction.
func FaultOf(failed *temporal.ApplicationError) *recovery.Fault {
	fault := &recovery.Fault{Code: recovery.Code(failed.Type()), Detail: failed.Message(), Cause: failed}
	if !failed.HasDetails() || failed.Details(&fault.Fields, &fault.Correction) == nil {
		return fault
	}
	fault.Correction = nil
	if failed.Details(&fault.Fields) != nil {
		fault.Fields = nil
	}
	return fault
}

// The reasons why an export cannot be built. The journal holds the code; the
// requester reads a sentence of package texts.
const (
	reasonOriginal = "original_damaged"
	reasonJournal  = "journal_incomplete"
	reasonBuild    = "papers_not_built"
	reasonSpace    = "no_space"
)

// reasonText is the sentence for the requester, in Chinese.
func reasonText(reason string) string {
	catalog, err := texts.Load(texts.Chinese)
	if err != nil {
		return reason // a fault of the build, which the tests find
	}
	return catalog.Text("paper.failed." + reason)
}

// isPermanent reports whether another attempt cannot help, and why.
func isPermanent(err error, attempt int32) (reason string, permanent bool) {
	var application *temporal.ApplicationError
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return "", false // this worker stops; another one continues
	case errors.Is(err, folio.ErrOriginalDamaged):
		return reasonOriginal, true
	case errors.Is(err, folio.ErrJournalIncomplete):
		return reasonJournal, true
	case errors.Is(err, folio.ErrNoSigner):
		return reasonBuild, true
	case errors.As(err, &application) && application.NonRetryable():
		return reasonBuild, true
	case recovery.CodeOf(blob.DiskError(err)) == recovery.CodeStorageFull:
		return reasonSpace, attempt >= maxBuildAttempts
	default:
		return reasonBuild, attempt >= maxBuildAttempts
	}
}
