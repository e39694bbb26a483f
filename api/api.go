package api

import (
	"log/slog"
	"math"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"recourse/casework"
	"recourse/connections"
)

// basePath is the prefix of every versioned path.
const basePath = "/api/v1/"

// Options configures the REST interface of an installation.
type Options struct {
	Version string           // of this build, shown by /healthz and /metrics
	Now     func() time.Time // nil means time.Now
	Log     *slog.Logger     // nil means slog.Default()
	// EventPoll is the interval at which an event stream looks for new entries; 0
	// means one second.
	EventPoll time.Duration
	// Limits are those of event streams; the zero value means the defaults.
	Limits connections.Limits
	// Connections are the counts that /metrics shows; nil means none.
	Connections func() connections.Counts
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
	if o.Limits == (connections.Limits{}) {
		o.Limits = connections.DefaultLimits(math.MaxInt)
	}
	return o
}

// API serves the operations of openapi.yaml. It is safe for concurrent use.
type API struct {
	service *casework.Service
	notices *casework.Notices
	options Options
	metrics *metrics
	streams *streamTable
	closing chan struct{}
	close   sync.Once
}

var _ ServerInterface = (*API)(nil)

// New returns the REST interface of a service.
func New(service *casework.Service, o Options) *API {
	o = o.withDefaults()
	a := &API{
		service: service, notices: casework.NewNotices(service, service.NotifyRules), options: o, metrics: newMetrics(o.Version, service.Loops),
		streams: newStreamTable(o.Limits), closing: make(chan struct{}),
	}
	a.metrics.addConnections(a.streams, o.Connections)
	return a
}

// Close ends the event streams, which would otherwise delay the shutdown of the
// server. Pass it to http.Server.RegisterOnShutdown.
func (a *API) Close() { a.close.Do(func() { close(a.closing) }) }

// Register adds the REST interface to a server that may also serve pages. It
// measures every request of the server, recovers panics, and renders errors on
// its own paths as problem documents. Errors on other paths go to the error
// handler that was set before.
//
// It sets no deadlines: serve it with a server that connections.Table.Protect has
// set up.
func (a *API) Register(e *echo.Echo) {
	e.Use(a.observeRequest)
	if e.IPExtractor == nil { // else echo believes a header that anybody can send
		e.IPExtractor = echo.ExtractIPDirect()
	}
	before := e.HTTPErrorHandler
	e.HTTPErrorHandler = func(err error, c echo.Context) {
		if isAPIPath(c.Request().URL.Path) {
			a.sendProblem(err, c)
			return
		}
		before(err, c)
	}
	router := protectedRouter{EchoRouter: e, api: a}
	RegisterHandlers(router, a)
	a.registerActions(router)
}

// probePaths answer without the database.
var probePaths = map[string]bool{"/healthz": true, "/readyz": true, "/metrics": true}

// IsProbe reports whether a path is for machines that watch the process.
func IsProbe(path string) bool { return probePaths[path] }

// returnPath is the path of the operations for counterparts, who use a link.
const returnPath = basePath + "return"

func isAPIPath(path string) bool { return strings.HasPrefix(path, "/api/") || probePaths[path] }

// protectedRouter adds authentication to every operation without a row in the table
// of limits of public routes, so a new operation is protected by default.
type protectedRouter struct {
	EchoRouter
	api *API
}

// GET implements EchoRouter. What can be read has a header (RFC 9110, 9.3.2): the server
// leaves out the body.
func (g protectedRouter) GET(path string, h echo.HandlerFunc, m ...echo.MiddlewareFunc) *echo.Route {
	g.HEAD(path, h, g.middlewareFor("GET "+path, m)...)
	return g.EchoRouter.GET(path, h, g.middlewareFor("GET "+path, m)...)
}

// POST implements EchoRouter.
func (g protectedRouter) POST(path string, h echo.HandlerFunc, m ...echo.MiddlewareFunc) *echo.Route {
	return g.EchoRouter.POST(path, h, g.middlewareFor("POST "+path, m)...)
}

// PUT implements EchoRouter.
func (g protectedRouter) PUT(path string, h echo.HandlerFunc, m ...echo.MiddlewareFunc) *echo.Route {
	return g.EchoRouter.PUT(path, h, g.middlewareFor("PUT "+path, m)...)
}

// DELETE implements EchoRouter.
func (g protectedRouter) DELETE(path string, h echo.HandlerFunc, m ...echo.MiddlewareFunc) *echo.Route {
	return g.EchoRouter.DELETE(path, h, g.middlewareFor("DELETE "+path, m)...)
}

func (g protectedRouter) middlewareFor(route string, m []echo.MiddlewareFunc) []echo.MiddlewareFunc {
	a := g.api
	_, path, _ := strings.Cut(route, " ")
	switch {
	case path == returnPath, strings.HasPrefix(path, returnPath+"/"):
		return append([]echo.MiddlewareFunc{withSecureHeaders, a.reportLimits, a.limitPublic, a.authenticateLink, a.limitLink}, m...)
	case probePaths[path]:
		return append([]echo.MiddlewareFunc{withSecureHeaders, a.reportLimits, a.limitProbe}, m...)
	case a.service.IsPublic(route):
		return append([]echo.MiddlewareFunc{withSecureHeaders, a.reportLimits, a.limitPublic}, m...)
	}
	return append([]echo.MiddlewareFunc{withSecureHeaders, a.reportLimits, a.authenticate, a.limitAccount}, m...)
}

// withSecureHeaders makes a response harmless if a browser is tricked into
// rendering it.
func withSecureHeaders(next echo.HandlerFunc) echo.HandlerFunc {
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
