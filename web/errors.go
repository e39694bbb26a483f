package web

import (
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"recourse/recovery"
)

// errorBody is the model of an error page.
type errorBody struct {
	Status int
	Title  string
	Text   string
	Advice string // what the visitor can do
	Back   string // target of the main link
	Label  string // of that link
}

// ErrorPage renders an error as a page. The server's error handler calls it for
// every path outside the API.
func (w *Web) ErrorPage(c echo.Context, err error) {
	if c.Response().Committed {
		return
	}
	pageCtx := w.contextOf(c)
	number, kind := w.classifyError(err)
	if c.Request().Context().Err() != nil && number >= http.StatusInternalServerError {
		number, kind = http.StatusBadRequest, "request" // the client went away or sent too slowly
	}
	if kind == "limited" && strings.HasPrefix(c.Path(), returnCasePath) {
		kind = "limited_link"
	}
	if number >= http.StatusInternalServerError && !recovery.IsRefusal(err) {
		w.log.ErrorContext(c.Request().Context(), "a page failed", "path", c.Path(), "status", number, "error", err)
	}
	back, label := pageCtx.backLink()
	body := errorBody{
		Status: number, Title: pageCtx.texts.T("error." + kind + ".title"), Text: pageCtx.texts.T("error."+kind+".text", "from", w.setRetry(c, err)),
		Advice: pageCtx.texts.T("error." + kind + ".do"), Back: back, Label: label,
	}
	p := page{Title: body.Title, Lang: pageCtx.texts.Language, Visitor: pageCtx.visitor, Pace: w.service.Pace(), Now: w.now(), Unread: -1, Body: body}
	p.WithoutSession = strings.HasPrefix(c.Path(), "/return")
	if c.Request().Method == http.MethodHead {
		c.Response().WriteHeader(number)
		return
	}
	if err := pageCtx.renderPage(number, "error", p); err != nil {
		w.log.ErrorContext(c.Request().Context(), "the error page failed", "error", err)
	}
}

// setRetry sets the Retry-After header of a refusal for too many requests, and
// returns the time as people read it.
func (w *Web) setRetry(c echo.Context, err error) string {
	fault, found := errors.AsType[*recovery.Fault](err)
	if !found || fault.RetryAt == nil {
		return ""
	}
	wait := max(1, int(math.Ceil(fault.RetryAt.Sub(w.now()).Seconds())))
	c.Response().Header().Set("Retry-After", strconv.Itoa(wait))
	if formatDay(*fault.RetryAt) == formatDay(w.now()) {
		return fault.RetryAt.In(recovery.Shanghai).Format("15:04")
	}
	return formatMinute(*fault.RetryAt)
}

// contextOf returns the context that withSession created, or a new one without
// a visitor if the request reached no handler of this package.
func (w *Web) contextOf(c echo.Context) *pageContext {
	if pageCtx, ok := c.Get(contextKey).(*pageContext); ok && pageCtx != nil {
		return pageCtx
	}
	setSecureHeaders(c.Response().Header())
	return &pageContext{Context: c, web: w, texts: w.chooseLanguage(c)}
}

// classifyError returns the HTTP status of an error and the family of its
// texts.
func (w *Web) classifyError(err error) (int, string) {
	var protocol *echo.HTTPError
	if errors.As(err, &protocol) && recovery.CodeOf(err) == recovery.CodeInternal {
		return protocol.Code, errorKind(protocol.Code)
	}
	switch recovery.CodeOf(err) {
	case codeStaleForm:
		return http.StatusForbidden, "stale"
	case codeCrossSite:
		return http.StatusForbidden, "cross_site"
	case recovery.CodeIdempotency:
		return http.StatusConflict, "sent"
	case recovery.CodeUnauthenticated:
		return http.StatusNotFound, "link" // pages use no token except a counterpart's link
	case recovery.CodeRateLimited:
		return http.StatusTooManyRequests, "limited"
	case recovery.CodeLinkEnded:
		return http.StatusGone, "ended"
	case recovery.CodeTransactionOpen:
		return http.StatusConflict, "transaction"
	}
	number := errorStatus(err)
	return number, errorKind(number)
}

// errorStatus returns the HTTP status of an error. Pages send no If-Match, so a
// changed case is a conflict.
func errorStatus(err error) int {
	code := recovery.CodeOf(err)
	if code == recovery.CodePrecondition {
		return http.StatusConflict
	}
	return code.HTTPStatus()
}

func errorKind(status int) string {
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
	case http.StatusInsufficientStorage:
		return "full"
	case http.StatusGone:
		return "expired"
	}
	if status >= http.StatusInternalServerError {
		return "internal"
	}
	return "request"
}

// backLink returns a link to the case of the request, else to the visitor's
// start page.
func (c *pageContext) backLink() (string, string) {
	number := c.Param("number")
	switch {
	case number != "" && c.Request().Method != http.MethodGet:
		return c.casePath(number), c.texts.T("error.back.case")
	case c.visitor.IsStaff():
		return "/desk", c.texts.T("error.back.desk")
	case c.visitor.SignedIn():
		return "/cases", c.texts.T("error.back.cases")
	default:
		return "/", c.texts.T("error.back.start")
	}
}
