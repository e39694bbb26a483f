package recovery

import (
	"maps"
	"net/http"
	"slices"
)

// problems has the HTTP status and the title of every error code.
var problems = map[Code]struct {
	status int
	title  string
}{
	CodeActionNotAllowed:  {http.StatusConflict, "This action is not allowed now"},
	CodeConfirmNeeded:     {http.StatusConflict, "This is unusual and must be confirmed"},
	CodeCorrectionRefused: {http.StatusConflict, "This entry cannot be corrected"},
	CodeConflict:          {http.StatusConflict, "The request conflicts with the current state"},
	CodeContactLimit:      {http.StatusConflict, "The limit of messages is reached"},
	CodeErasureRefused:    {http.StatusConflict, "The personal data must be kept"},
	CodeExportExpired:     {http.StatusGone, "The files of this export were deleted"},
	CodeForbidden:         {http.StatusForbidden, "This account may not do this"},
	CodeFourEyes:          {http.StatusForbidden, "Another person must do this"},
	CodeIdempotency:       {http.StatusConflict, "The Idempotency-Key was used for another request"},
	CodeInternal:          {http.StatusInternalServerError, "Internal error"},
	CodeInvalid:           {http.StatusUnprocessableEntity, "The request is not valid"},
	CodeLinkEnded:         {http.StatusGone, "This link has ended"},
	CodeNoContact:         {http.StatusConflict, "This person must not be contacted any more"},
	CodeNotFound:          {http.StatusNotFound, "Not found"},
	CodePrecondition:      {http.StatusPreconditionFailed, "The resource has changed since it was read"},
	CodeQuietHours:        {http.StatusConflict, "Messages are not allowed at this hour"},
	CodeStorageFull:       {http.StatusInsufficientStorage, "There is no room for this"},
	CodeTextUnsafe:        {http.StatusConflict, "The text must be changed before it is sent"},
	CodeTooLarge:          {http.StatusRequestEntityTooLarge, "The request is too large"},
	CodeTransactionOpen:   {http.StatusConflict, "This transaction already has an open case"},
	CodeUnauthenticated:   {http.StatusUnauthorized, "A valid token is required"},
	CodeUnavailable:       {http.StatusServiceUnavailable, "The service is temporarily unavailable"},
	CodeUnsupportedMedia:  {http.StatusUnsupportedMediaType, "This media type is not accepted"},
	CodeDigestMismatch:    {http.StatusUnprocessableEntity, "The content does not match its digest"},
	CodeMethod:            {http.StatusMethodNotAllowed, "This method is not supported"},
	CodeRange:             {http.StatusRequestedRangeNotSatisfiable, "The requested range is outside the file"},
	CodeRateLimited:       {http.StatusTooManyRequests, "Too many requests"},
}

// Codes lists every code.
func Codes() []Code { return slices.Sorted(maps.Keys(problems)) }

// Known reports whether c is in the table.
func (c Code) Known() bool {
	_, known := problems[c]
	return known
}

// HTTPStatus returns the status of a response with this code; 500 for an unknown one.
func (c Code) HTTPStatus() int {
	if !c.Known() {
		return http.StatusInternalServerError
	}
	return problems[c].status
}

// Title returns a short description of the code.
func (c Code) Title() string { return problems[c].title }
