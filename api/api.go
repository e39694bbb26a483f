package api

import (
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"recourse/casework"
)

// base is where every versioned path begins.
const base = "/api/v1/"

// Options is what an installation decides about its REST interface.
type Options struct {
	Version string           // of this build, as /healthz and /metrics tell it
	Now     func() time.Time // nil: the wall clock
	Log     *slog.Logger     // nil: the default one
	// WritesPerSecond limits the POSTs of one account; 0 does not. Burst is how
	// many may come at once; 0 means two seconds' worth.
	WritesPerSecond float64
	Burst           int
	// AsksPerSecond limits what one address may ask without an account, and one
	// link with it; 0 does not. Two seconds' worth may come at once.
	AsksPerSecond float64
	// EventPoll is how often an event stream looks for new entries; 0 means each
	// second. Streams is how many may be open at once; 0 means 200.
	EventPoll time.Duration
	Streams   int
}

func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.EventPoll == 0 {
		o.EventPoll = time.Second
	}
	if o.Streams == 0 {
		o.Streams = 200
	}
	if o.Burst == 0 {
		o.Burst = max(1, int(2*o.WritesPerSecond))
	}
	return o
}

// API answers the requests of openapi.yaml. It is safe for concurrent use.
type API struct {
	service *casework.Service
	notices *casework.Notices
	options Options
	figures *figures
	limits  *limiter      // of accounts
	asks    *limiter      // of addresses
	links   *limiter      // of counterparts' links
	streams chan struct{} // one slot per open event stream
	closing chan struct{}
	close   sync.Once
}

var _ ServerInterface = (*API)(nil)

// New makes the REST face of a service.
func New(service *casework.Service, o Options) *API {
	o = o.withDefaults()
	return &API{
		service: service, notices: casework.NewNotices(service, service.NotifyRules), options: o, figures: newFigures(o.Version),
		limits:  newLimiter(o.WritesPerSecond, o.Burst, o.Now),
		asks:    newLimiter(o.AsksPerSecond, max(1, int(2*o.AsksPerSecond)), o.Now),
		links:   newLimiter(o.AsksPerSecond, max(1, int(2*o.AsksPerSecond)), o.Now),
		streams: make(chan struct{}, o.Streams), closing: make(chan struct{}),
	}
}

// Close ends the event streams, which would otherwise hold up the server's
// shutdown: give it to http.Server.RegisterOnShutdown.
func (a *API) Close() { a.close.Do(func() { close(a.closing) }) }

// Register adds the interface to a server that may serve pages beside it. It
// counts and times every request of the server and stops panics, and makes
// problem documents of the errors on its own paths; those of other paths go to
// the error handler that was set before.
//
// Bodies and streams set their own deadlines as they progress: the server's
// ReadTimeout and WriteTimeout stay zero, ReadHeaderTimeout does not.
func (a *API) Register(e *echo.Echo) {
	e.Use(a.observe)
	before := e.HTTPErrorHandler
	e.HTTPErrorHandler = func(err error, c echo.Context) {
		if ours(c.Request().URL.Path) {
			a.answerProblem(err, c)
			return
		}
		before(err, c)
	}
	router := guard{EchoRouter: e, api: a}
	RegisterHandlers(router, a)
	a.registerActions(router)
}

// public are the paths that need no token; assessments and preventions, which
// take a body, have limits of their own.
var public = map[string]bool{
	"/healthz": true, "/readyz": true, "/metrics": true, base + "openapi.yaml": true,
	assessments: true, preventions: true,
}

const (
	assessments = base + "assessments"
	preventions = base + "preventions"
	// returns is where counterparts come in by their links.
	returns = base + "return"
)

func ours(path string) bool { return strings.HasPrefix(path, "/api/") || public[path] }

// guard puts authentication and limits before every operation of the
// specification that is not public, so that a new one is closed by default.
type guard struct {
	EchoRouter
	api *API
}

// GET implements EchoRouter.
func (g guard) GET(path string, h echo.HandlerFunc, m ...echo.MiddlewareFunc) *echo.Route {
	return g.EchoRouter.GET(path, h, g.before(path, m)...)
}

// POST implements EchoRouter.
func (g guard) POST(path string, h echo.HandlerFunc, m ...echo.MiddlewareFunc) *echo.Route {
	return g.EchoRouter.POST(path, h, g.before(path, m)...)
}

// PUT implements EchoRouter.
func (g guard) PUT(path string, h echo.HandlerFunc, m ...echo.MiddlewareFunc) *echo.Route {
	return g.EchoRouter.PUT(path, h, g.before(path, m)...)
}

// DELETE implements EchoRouter.
func (g guard) DELETE(path string, h echo.HandlerFunc, m ...echo.MiddlewareFunc) *echo.Route {
	return g.EchoRouter.DELETE(path, h, g.before(path, m)...)
}

func (g guard) before(path string, m []echo.MiddlewareFunc) []echo.MiddlewareFunc {
	switch {
	case path == assessments, path == preventions:
		return append([]echo.MiddlewareFunc{secureHeaders, g.api.paceBody, g.api.limitAddress}, m...)
	case path == returns, strings.HasPrefix(path, returns+"/"):
		return append([]echo.MiddlewareFunc{secureHeaders, g.api.limitAddress, g.api.enter, g.api.paceBody, g.api.limitLink}, m...)
	case public[path]:
		return append([]echo.MiddlewareFunc{secureHeaders}, m...)
	}
	return append([]echo.MiddlewareFunc{secureHeaders, g.api.authenticate, g.api.paceBody, g.api.limit}, m...)
}

// secureHeaders make an answer useless to a browser that was tricked into
// showing it.
func secureHeaders(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		setSecureHeaders(c.Response().Header())
		return next(c)
	}
}

func setSecureHeaders(h http.Header) {
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
}
