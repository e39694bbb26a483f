package web

import (
	"errors"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"recourse/recovery"
)

// failure is the model of an error page.
type failure struct {
	Status int
	Title  string
	Text   string
	Do     string // what to do now
	Back   string // where the main link leads
	Label  string // of that link
}

// ErrorPage answers a failed request with a page. It is for the server's error
// handler, for every path that is not the API's.
func (w *Web) ErrorPage(c echo.Context, err error) {
	if c.Response().Committed {
		return
	}
	made := w.callOf(c)
	number, kind := w.classify(err)
	if number >= http.StatusInternalServerError {
		w.log.ErrorContext(c.Request().Context(), "a page failed", "path", c.Path(), "status", number, "error", err)
	}
	back, label := made.wayBack()
	body := failure{
		Status: number, Title: made.say.T("error." + kind + ".title"), Text: made.say.T("error." + kind + ".text"),
		Do: made.say.T("error." + kind + ".do"), Back: back, Label: label,
	}
	p := page{Title: body.Title, Lang: made.say.Language, Visitor: made.who, Pace: w.service.Pace(), Now: w.now(), Unread: -1, Body: body}
	p.Bare = strings.HasPrefix(c.Path(), "/return")
	if c.Request().Method == http.MethodHead {
		c.Response().WriteHeader(number)
		return
	}
	if err := made.render(number, "error", p); err != nil {
		w.log.ErrorContext(c.Request().Context(), "the error page failed", "error", err)
	}
}

// callOf gives the call the handler made, or one of nobody when the request
// never reached a handler of ours.
func (w *Web) callOf(c echo.Context) *call {
	if made, ok := c.Get(callKey).(*call); ok && made != nil {
		return made
	}
	secureHeaders(c.Response().Header())
	return &call{Context: c, web: w, say: w.language(c)}
}

// classify finds the status of a failure and the family of its words.
func (w *Web) classify(err error) (int, string) {
	var protocol *echo.HTTPError
	if errors.As(err, &protocol) && recovery.CodeOf(err) == recovery.CodeInternal {
		return protocol.Code, kindOf(protocol.Code)
	}
	switch recovery.CodeOf(err) {
	case codeStaleForm:
		return http.StatusForbidden, "stale"
	case recovery.CodeIdempotency:
		return http.StatusConflict, "sent"
	case recovery.CodeUnauthenticated:
		return http.StatusNotFound, "link" // only a counterpart's link is asked for by a page
	case recovery.CodeLinkEnded:
		return http.StatusGone, "ended"
	case recovery.CodeTransactionOpen:
		return http.StatusConflict, "transaction"
	}
	number := statusOf(err)
	return number, kindOf(number)
}

// statusOf is the HTTP status of a failure. Pages send no If-Match, so for them a
// changed case is a conflict.
func statusOf(err error) int {
	code := recovery.CodeOf(err)
	if code == recovery.CodePrecondition {
		return http.StatusConflict
	}
	return code.HTTPStatus()
}

func kindOf(status int) string {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return "forbidden"
	case http.StatusNotFound:
		return "missing"
	case http.StatusConflict:
		return "conflict"
	case http.StatusRequestEntityTooLarge:
		return "large"
	case http.StatusUnsupportedMediaType:
		return "media"
	case http.StatusServiceUnavailable:
		return "unavailable"
	}
	if status >= http.StatusInternalServerError {
		return "internal"
	}
	return "request"
}

// wayBack leads to the case the request was about, else to where its visitor
// begins.
func (c *call) wayBack() (string, string) {
	number := c.Param("number")
	switch {
	case number != "" && c.Request().Method != http.MethodGet:
		return c.home(number), c.say.T("error.back.case")
	case c.who.Desk():
		return "/desk", c.say.T("error.back.desk")
	case c.who.SignedIn():
		return "/cases", c.say.T("error.back.cases")
	default:
		return "/", c.say.T("error.back.start")
	}
}
