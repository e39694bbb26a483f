package recovery

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Code is a stable, machine-readable name of a failure. Codes are part of the
// outside contract: add, never rename.
type Code string

// The codes of the product. Anything that is not one of them is CodeInternal.
const (
	CodeActionNotAllowed Code = "action_not_allowed"
	CodeConflict         Code = "conflict"
	CodeContactLimit     Code = "contact_limit"
	CodeDigestMismatch   Code = "digest_mismatch" // a file is not the one its sender hashed
	CodeErasureRefused   Code = "erasure_refused"
	CodeForbidden        Code = "forbidden"
	CodeFourEyes         Code = "four_eyes"
	CodeIdempotency      Code = "idempotency_conflict"
	CodeInternal         Code = "internal"
	CodeInvalid          Code = "invalid"
	CodeLinkEnded        Code = "link_ended"
	CodeMethod           Code = "method_not_allowed"
	CodeNoContact        Code = "no_contact"
	CodeNotFound         Code = "not_found"
	CodePrecondition     Code = "precondition_failed"
	CodeQuietHours       Code = "quiet_hours"
	CodeRateLimited      Code = "rate_limited"
	CodeTextUnsafe       Code = "text_unsafe"
	CodeTooLarge         Code = "too_large"
	CodeTransactionOpen  Code = "transaction_has_open_case"
	CodeUnauthenticated  Code = "unauthenticated"
	CodeUnavailable      Code = "unavailable"
	CodeUnsupportedMedia Code = "unsupported_media_type"
)

// Fault is the one error type of the product. Detail is written for the person
// who can mend it and holds no personal data; Cause stays inside and never
// reaches a caller.
type Fault struct { //nolint:errname // the product's one error type: the name says it
	Code   Code
	Detail string
	Fields []FieldFault
	// Allowed is what may be done instead, with CodeActionNotAllowed.
	Allowed []Action
	// Contact says what speaks against a message, when one is refused.
	Contact *ContactRefusal
	Cause   error
}

// ContactRefusal is why a message should not be sent now, and from when it may be.
type ContactRefusal struct {
	Reasons []ContactReason // the gravest first: its code is the fault's own
	// From is when nothing but its words could still speak against the message;
	// nil when no further message is allowed at all.
	From *time.Time
}

// ContactReason is one thing that speaks against a message. Of the limits only
// those it is about are set.
type ContactReason struct {
	Code    Code
	Article string      // as the papers cite it; "" where the faulty fields name theirs
	Count   *CountLimit // with CodeContactLimit
	Quiet   *QuietHours // with CodeQuietHours
}

// CountLimit is how many messages there may be, in any 24 hours and in all.
type CountLimit struct{ PerDay, Total int }

// QuietHours are the hours in China in which nobody is disturbed.
type QuietHours struct{ From, Until int }

// FieldFault says what is wrong with one field of a body.
type FieldFault struct {
	Field  string `json:"field"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

// Faultf makes a Fault without a cause.
func Faultf(code Code, format string, args ...any) *Fault {
	return &Fault{Code: code, Detail: fmt.Sprintf(format, args...)}
}

// Invalid makes the Fault for faulty fields, or nil when there are none.
func Invalid(fields []FieldFault) error {
	if len(fields) == 0 {
		return nil
	}
	return &Fault{Code: CodeInvalid, Detail: "Some fields cannot be accepted as they are.", Fields: fields}
}

// Error implements error; it is for logs of the operator, not for callers.
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

// Unwrap gives the inner cause to errors.Is and errors.As.
func (f *Fault) Unwrap() error { return f.Cause }

// CodeOf names any error: the code of the Fault in its chain, or CodeInternal.
func CodeOf(err error) Code {
	var fault *Fault
	if errors.As(err, &fault) {
		return fault.Code
	}
	return CodeInternal
}
