package recovery

import (
	"maps"
	"net/http"
	"slices"
)

// problems is the one table of codes: the HTTP status and the title of each.
var problems = map[Code]struct {
	status int
	title  string
}{
	CodeActionNotAllowed: {http.StatusConflict, "This action is not allowed now"},
	CodeConflict:         {http.StatusConflict, "The request conflicts with the state of the resource"},
	CodeContactLimit:     {http.StatusConflict, "More messages would be too many"},
	CodeErasureRefused:   {http.StatusConflict, "The personal data is kept for a reason"},
	CodeForbidden:        {http.StatusForbidden, "This account may not do this"},
	CodeFourEyes:         {http.StatusForbidden, "Somebody else has to do this"},
	CodeIdempotency:      {http.StatusConflict, "The Idempotency-Key was used for another request"},
	CodeInternal:         {http.StatusInternalServerError, "Something failed here"},
	CodeInvalid:          {http.StatusUnprocessableEntity, "The request cannot be accepted as it is"},
	CodeLinkEnded:        {http.StatusGone, "This link has ended"},
	CodeNoContact:        {http.StatusConflict, "Nobody writes to them any more"},
	CodeNotFound:         {http.StatusNotFound, "There is no such thing"},
	CodePrecondition:     {http.StatusPreconditionFailed, "The resource has changed since it was read"},
	CodeQuietHours:       {http.StatusConflict, "Nobody is disturbed at this hour"},
	CodeTextUnsafe:       {http.StatusConflict, "The text must not be sent like this"},
	CodeTooLarge:         {http.StatusRequestEntityTooLarge, "The request is too large"},
	CodeTransactionOpen:  {http.StatusConflict, "This transaction has an open case already"},
	CodeUnauthenticated:  {http.StatusUnauthorized, "A valid token is needed"},
	CodeUnavailable:      {http.StatusServiceUnavailable, "A part of the service does not answer"},
	CodeUnsupportedMedia: {http.StatusUnsupportedMediaType, "This media type is not accepted"},
	CodeDigestMismatch:   {http.StatusUnprocessableEntity, "The bytes are not those the sender hashed"},
	CodeMethod:           {http.StatusMethodNotAllowed, "The resource has no such method"},
	CodeRateLimited:      {http.StatusTooManyRequests, "Too many requests"},
}

// Codes lists every code.
func Codes() []Code { return slices.Sorted(maps.Keys(problems)) }

// Known reports whether a code is one of the product's.
func (c Code) Known() bool {
	_, known := problems[c]
	return known
}

// HTTPStatus is the status of an answer with this code; 500 for an unknown one.
func (c Code) HTTPStatus() int {
	if !c.Known() {
		return http.StatusInternalServerError
	}
	return problems[c].status
}

// Title says in a few words what the code means.
func (c Code) Title() string { return problems[c].title }
