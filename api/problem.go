package api

import (
	"context"
	"errors"
	"math"
	"net/http"
	"regexp"
	"strconv"

	"github.com/labstack/echo/v4"

	"recourse/recovery"
)

const mediaProblem = "application/problem+json"

// malformedRequestError is a Fault about a request that cannot be parsed. It has
// status 400; a Fault about invalid fields has 422.
type malformedRequestError struct{ *recovery.Fault }

// Unwrap lets errors.As find the Fault.
func (m malformedRequestError) Unwrap() error { return m.Fault }

func malformedField(field, code, detail string) error {
	return malformedRequestError{&recovery.Fault{
		Code: recovery.CodeInvalid, Detail: "The request cannot be parsed. See the errors for the reason.",
		Fields: []recovery.FieldFault{{Field: field, Code: code, Detail: detail}},
	}}
}

// sendProblem is the only place where an error becomes a response.
func (a *API) sendProblem(err error, c echo.Context) {
	if c.Response().Committed {
		a.logFailure(c, http.StatusInternalServerError, err)
		return
	}
	document := newProblem(translateError(err))
	document.Instance = "urn:uuid:" + requestID(c)
	if document.Status >= http.StatusInternalServerError {
		a.logFailure(c, document.Status, err)
	}
	header := c.Response().Header()
	setSecureHeaders(header)
	switch document.Status {
	case http.StatusUnauthorized:
		header.Set(echo.HeaderWWWAuthenticate, `Bearer realm="recourse"`)
	case http.StatusServiceUnavailable:
		header.Set(echo.HeaderRetryAfter, "2")
	case http.StatusTooManyRequests:
		header.Set(echo.HeaderRetryAfter, a.retryAfter(err))
	}
	body, err := marshalJSON(document)
	if err == nil {
		err = c.Blob(document.Status, mediaProblem, body)
	}
	if err != nil {
		a.options.Log.DebugContext(c.Request().Context(), "a problem could not be sent", "error", err)
	}
}

// retryAfter returns the seconds until a refused request will be accepted.
func (a *API) retryAfter(err error) string {
	fault, found := findFault(err)
	switch {
	case found && fault.RetryAt == nil && fault.Code == recovery.CodeRateLimited:
		return "60" // it depends on when the client closes what it has open
	case !found || fault.RetryAt == nil:
		return "1"
	}
	return strconv.Itoa(max(1, int(math.Ceil(fault.RetryAt.Sub(a.service.Now()).Seconds()))))
}

// findFault returns the Fault in an error's chain.
func findFault(err error) (*recovery.Fault, bool) { return errors.AsType[*recovery.Fault](err) }

// newProblem builds the problem document of an error that translateError
// returned.
func newProblem(err error) Problem {
	fault, _ := findFault(err)
	document := Problem{
		Type: "urn:recourse:problem:" + string(fault.Code), Title: fault.Code.Title(), Status: fault.Code.HTTPStatus(),
		Detail: fault.Detail, Code: ProblemCode(fault.Code), Errors: []FieldError{},
	}
	if _, unreadable := errors.AsType[malformedRequestError](err); unreadable {
		document.Status = http.StatusBadRequest
	}
	for _, field := range fault.Fields {
		document.Errors = append(document.Errors, FieldError{Field: field.Field, Code: field.Code, Detail: field.Detail})
	}
	if fault.Contact != nil {
		document.ContactRefusal = renderContactRefusal(*fault.Contact)
	}
	if fault.Correction != nil {
		document.CorrectionRefusal = renderCorrectionRefusal(*fault.Correction)
	}
	document.RetryAt = renderTimeOrNull(fault.RetryAt)
	if fault.Code == recovery.CodeActionNotAllowed {
		allowed := convertStrings[Action](fault.Allowed)
		document.AllowedActions = &allowed
	}
	return document
}

// translateError returns an error that contains a Fault with a known code. Any
// other error becomes an internal one, whose cause is not shown to the caller.
func translateError(err error) error {
	if fault, ok := findFault(err); ok {
		if fault.Code.Known() && fault.Code != recovery.CodeInternal {
			return err
		}
		return internalFault()
	}
	if refused, ok := errors.AsType[*echo.HTTPError](err); ok {
		return translateHTTPError(refused)
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return recovery.Faultf(recovery.CodeUnavailable, "The request was cancelled before it was complete. Please retry.")
	}
	return internalFault()
}

func internalFault() error {
	return recovery.Faultf(recovery.CodeInternal,
		"Internal error. Please retry; if it happens again, contact the operator and quote this instance id.")
}

// parameterPattern finds the parameter name in the messages of the generated
// code.
var parameterPattern = regexp.MustCompile(`(?:parameter|argument|value for) ([A-Za-z_-]+)`)

// translateHTTPError translates errors of echo and of the generated code.
func translateHTTPError(refused *echo.HTTPError) error {
	switch refused.Code {
	case http.StatusNotFound:
		return recovery.Faultf(recovery.CodeNotFound, "This resource does not exist. Check the path.")
	case http.StatusMethodNotAllowed:
		return recovery.Faultf(recovery.CodeMethod, "This method is not supported. The Allow header lists the supported ones.")
	case http.StatusBadRequest:
		message, _ := refused.Message.(string)
		if found := parameterPattern.FindStringSubmatch(message); found != nil {
			return malformedField(found[1], "malformed", "The value does not have the format given in the specification.")
		}
		return malformedField("", "malformed", "A parameter does not have the format given in the specification.")
	default:
		return internalFault()
	}
}

// renderContactRefusal renders why a message should not be sent now.
func renderContactRefusal(r recovery.ContactRefusal) *ContactRefusal {
	return &ContactRefusal{
		Reasons: renderList(r.Reasons, renderContactReason), AllowedFrom: renderTimeOrNull(r.From), NoFurtherMessage: r.From == nil,
	}
}

func renderContactReason(r recovery.ContactReason) ContactReason {
	result := ContactReason{Code: ContactReasonCode(r.Code), Article: nullIfEmpty[string](r.Article)}
	if r.Count != nil {
		result.PerDay, result.Total = &r.Count.PerDay, &r.Count.Total
	}
	if r.Quiet != nil {
		result.QuietFromHour, result.QuietUntilHour = &r.Quiet.From, &r.Quiet.Until
	}
	return result
}

// renderCorrectionRefusal renders why an entry cannot be corrected.
func renderCorrectionRefusal(r recovery.CorrectionRefusal) *CorrectionRefusal {
	return &CorrectionRefusal{
		Reason: CorrectionReason(r.Reason), Entry: numberOrNull(r.Entry), EntryKind: nullIfEmpty[string](r.Kind),
		Action: nullIfEmpty[string](r.Action),
	}
}
