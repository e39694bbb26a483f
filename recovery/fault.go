package recovery

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Code is a stable, machine-readable name of a failure. Codes are part of the
// public API: add codes, never rename them.
type Code string

// The codes. Every other error is CodeInternal.
const (
	CodeActionNotAllowed  Code = "action_not_allowed"
	CodeConfirmNeeded     Code = "confirm_needed" // unlikely, so it must be sent again with confirm: true
	CodeConflict          Code = "conflict"
	CodeContactLimit      Code = "contact_limit"
	CodeCorrectionRefused Code = "correction_refused"
	CodeDigestMismatch    Code = "digest_mismatch" // a file differs from the hash given by its sender
	CodeErasureRefused    Code = "erasure_refused"
	CodeForbidden         Code = "forbidden"
	CodeExportExpired     Code = "export_expired"
	CodeFourEyes          Code = "four_eyes"
	CodeIdempotency       Code = "idempotency_conflict"
	CodeInternal          Code = "internal"
	CodeInvalid           Code = "invalid"
	CodeLinkEnded         Code = "link_ended"
	CodeMethod            Code = "method_not_allowed"
	CodeNoContact         Code = "no_contact"
	CodeNotFound          Code = "not_found"
	CodePrecondition      Code = "precondition_failed"
	CodeQuietHours        Code = "quiet_hours"
	CodeRange             Code = "range_not_satisfiable"
	CodeRateLimited       Code = "rate_limited"
	CodeStorageFull       Code = "storage_full"
	CodeTextUnsafe        Code = "text_unsafe"
	CodeTooLarge          Code = "too_large"
	CodeTransactionOpen   Code = "transaction_has_open_case"
	CodeUnauthenticated   Code = "unauthenticated"
	CodeUnavailable       Code = "unavailable"
	CodeUnsupportedMedia  Code = "unsupported_media_type"
)

// Fault is the error type of the product. Detail explains the problem to the user
// and contains no personal data. Cause is for logs only and is never sent to a
// caller.
type Fault struct { //nolint:errname // the product's one error type: the name says it
	Code   Code
	Detail string
	Fields []FieldFault
	// Allowed lists the possible actions, with CodeActionNotAllowed.
	Allowed []Action
	// Contact explains why a message was refused.
	Contact *ContactRefusal
	// Correction explains why an entry cannot be corrected, with CodeCorrectionRefused.
	Correction *CorrectionRefusal
	// RetryAt is when the request will be accepted, with CodeRateLimited; nil: in a
	// moment.
	RetryAt *time.Time
	Cause   error
}

// ContactRefusal explains why a message may not be sent now, and when it may.
type ContactRefusal struct {
	Reasons []ContactReason // the most serious first; its code is the code of the Fault
	// From is the earliest time at which limits and quiet hours allow the message;
	// nil if no further message is allowed.
	From *time.Time
}

// ContactReason is one reason against a message. Count and Quiet are set only for
// their codes.
type ContactReason struct {
	Code    Code
	Article string      // as cited in the legal papers; "" if Fields cite their own
	Count   *CountLimit // with CodeContactLimit
	Quiet   *QuietHours // with CodeQuietHours
}

// CountLimit is the allowed number of messages, in any 24 hours and in total.
type CountLimit struct{ PerDay, Total int }

// QuietHours are the hours in China in which no message may be sent.
type QuietHours struct{ From, Until int }

// FieldFault describes the problem of one field of a request body.
type FieldFault struct {
	Field  string `json:"field"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

// Faultf returns a Fault without a cause.
func Faultf(code Code, format string, args ...any) *Fault {
	return &Fault{Code: code, Detail: fmt.Sprintf(format, args...)}
}

// Invalid returns a Fault for the faulty fields, or nil if there are none.
func Invalid(fields []FieldFault) error {
	if len(fields) == 0 {
		return nil
	}
	return &Fault{Code: CodeInvalid, Detail: "Some fields are not valid.", Fields: fields}
}

// WithFieldPrefix returns the error with the prefix before each faulty field. Other
// errors are returned as they are.
func WithFieldPrefix(err error, prefix string) error {
	fault, ok := errors.AsType[*Fault](err)
	if !ok {
		return err
	}
	prefixed := *fault
	prefixed.Fields = slices.Clone(fault.Fields)
	for i := range prefixed.Fields {
		prefixed.Fields[i].Field = prefix + prefixed.Fields[i].Field
	}
	return &prefixed
}

// Error implements error. The text is for logs, not for callers.
func (f *Fault) Error() string {
	var text strings.Builder
	text.WriteString(string(f.Code) + ": " + f.Detail)
	for _, field := range f.Fields {
		text.WriteString(" [" + field.Field + ": " + field.Code + "]")
	}
	if f.Cause != nil {
		text.WriteString(": " + f.Cause.Error())
	}
	return text.String()
}

// Unwrap returns the cause, for errors.Is and errors.As.
func (f *Fault) Unwrap() error { return f.Cause }

// IsRefusal reports whether an error is a Fault that nothing else caused, such as a full
// queue. Logs treat it as no failure.
func IsRefusal(err error) bool {
	fault, found := errors.AsType[*Fault](err)
	return found && fault.Cause == nil && fault.Code != CodeInternal
}

// CodeOf returns the code of the Fault in the chain of err, or CodeInternal.
func CodeOf(err error) Code {
	var fault *Fault
	if errors.As(err, &fault) {
		return fault.Code
	}
	return CodeInternal
}
