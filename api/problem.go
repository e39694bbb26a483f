package api

import (
	"context"
	"errors"
	"net/http"
	"regexp"

	"github.com/labstack/echo/v4"

	"recourse/recovery"
)

const mediaProblem = "application/problem+json"

// malformed is a Fault about a request that cannot even be read: 400, where one
// with faulty fields is 422.
type malformed struct{ *recovery.Fault }

// Unwrap lets errors.As find the Fault.
func (m malformed) Unwrap() error { return m.Fault }

func malformedField(field, code, detail string) error {
	return malformed{&recovery.Fault{
		Code: recovery.CodeInvalid, Detail: "The request cannot be read as it is.",
		Fields: []recovery.FieldFault{{Field: field, Code: code, Detail: detail}},
	}}
}

// answerProblem is the one place where an error becomes an answer.
func (a *API) answerProblem(err error, c echo.Context) {
	if c.Response().Committed {
		a.logFailure(c, http.StatusInternalServerError, err)
		return
	}
	document := problemOf(translated(err))
	document.Instance = "urn:uuid:" + requestID(c)
	if document.Status >= http.StatusInternalServerError {
		a.logFailure(c, document.Status, err)
	}
	drain(c)
	header := c.Response().Header()
	setSecureHeaders(header)
	switch document.Status {
	case http.StatusUnauthorized:
		header.Set(echo.HeaderWWWAuthenticate, `Bearer realm="recourse"`)
	case http.StatusServiceUnavailable:
		header.Set(echo.HeaderRetryAfter, "2")
	case http.StatusTooManyRequests:
		header.Set(echo.HeaderRetryAfter, "1")
	}
	body, err := marshal(document)
	if err == nil {
		err = c.Blob(document.Status, mediaProblem, body)
	}
	if err != nil {
		a.options.Log.DebugContext(c.Request().Context(), "a problem could not be sent", "error", err)
	}
}

// asFault finds the Fault of an error.
func asFault(err error) (*recovery.Fault, bool) { return errors.AsType[*recovery.Fault](err) }

// problemOf makes the document of a translated error.
func problemOf(err error) Problem {
	fault, _ := asFault(err)
	document := Problem{
		Type: "urn:recourse:problem:" + string(fault.Code), Title: fault.Code.Title(), Status: fault.Code.HTTPStatus(),
		Detail: fault.Detail, Code: ProblemCode(fault.Code), Errors: []FieldError{},
	}
	if _, unreadable := errors.AsType[malformed](err); unreadable {
		document.Status = http.StatusBadRequest
	}
	for _, field := range fault.Fields {
		document.Errors = append(document.Errors, FieldError{Field: field.Field, Code: field.Code, Detail: field.Detail})
	}
	if fault.Contact != nil {
		document.ContactRefusal = contactRefusalOf(*fault.Contact)
	}
	if fault.Code == recovery.CodeActionNotAllowed {
		allowed := words[Action](fault.Allowed)
		document.AllowedActions = &allowed
	}
	return document
}

// translated finds what an error tells its caller: there is always a Fault of a
// known code in what it gives. What was none is internal, and nothing of it is
// told.
func translated(err error) error {
	if fault, ok := asFault(err); ok {
		if fault.Code.Known() && fault.Code != recovery.CodeInternal {
			return err
		}
		return internal()
	}
	if refused, ok := errors.AsType[*echo.HTTPError](err); ok {
		return ofProtocol(refused)
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return recovery.Faultf(recovery.CodeUnavailable, "The request was given up before it was done. Send it again.")
	}
	return internal()
}

func internal() error {
	return recovery.Faultf(recovery.CodeInternal,
		"The request failed and it is not yours to mend. Send it again; if it fails again, tell the operator the instance.")
}

// parameterForm finds the parameter in the messages of the generated code.
var parameterForm = regexp.MustCompile(`(?:parameter|argument|value for) ([A-Za-z_-]+)`)

// ofProtocol translates what echo and the generated code refuse.
func ofProtocol(refused *echo.HTTPError) error {
	switch refused.Code {
	case http.StatusNotFound:
		return recovery.Faultf(recovery.CodeNotFound, "There is no such resource.")
	case http.StatusMethodNotAllowed:
		return recovery.Faultf(recovery.CodeMethod, "The resource has no such method; the header Allow lists those it has.")
	case http.StatusBadRequest:
		message, _ := refused.Message.(string)
		if found := parameterForm.FindStringSubmatch(message); found != nil {
			return malformedField(found[1], "malformed", "The value is not of the form the specification gives.")
		}
		return malformedField("", "malformed", "A parameter is not of the form the specification gives.")
	default:
		return internal()
	}
}

// contactRefusalOf is why a message should not be sent now, for programs.
func contactRefusalOf(r recovery.ContactRefusal) *ContactRefusal {
	return &ContactRefusal{
		Reasons: each(r.Reasons, contactReasonOf), AllowedFrom: localOrNil(r.From), NoFurtherMessage: r.From == nil,
	}
}

func contactReasonOf(r recovery.ContactReason) ContactReason {
	told := ContactReason{Code: ContactReasonCode(r.Code), Article: orNil[string](r.Article)}
	if r.Count != nil {
		told.PerDay, told.Total = &r.Count.PerDay, &r.Count.Total
	}
	if r.Quiet != nil {
		told.QuietFromHour, told.QuietUntilHour = &r.Quiet.From, &r.Quiet.Until
	}
	return told
}
