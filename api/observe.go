package api

import (
	"fmt"
	"net/http"
	"runtime/debug"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// figures are what /metrics tells.
type figures struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	open     prometheus.Gauge
}

func newFigures(version string) *figures {
	f := &figures{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "recourse_http_requests_total", Help: "Answered requests.",
		}, []string{"method", "route", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "recourse_http_request_duration_seconds", Help: "Time from a request's header to the end of its answer.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10, 60},
		}, []string{"method", "route"}),
		open: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "recourse_http_requests_in_flight", Help: "Requests being answered now.",
		}),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "recourse_build_info", Help: "Always 1; the label tells the build.",
		ConstLabels: prometheus.Labels{"version": version},
	})
	build.Set(1)
	f.registry.MustRegister(f.requests, f.seconds, f.open, build, collectors.NewGoCollector())
	return f
}

// GetMetrics implements ServerInterface.
func (a *API) GetMetrics(c echo.Context) error {
	promhttp.HandlerFor(a.figures.registry, promhttp.HandlerOpts{}).ServeHTTP(c.Response(), c.Request())
	return nil
}

// observe names each request, stops its panics, has its error answered, and
// counts it by route: never by path, which holds ids.
func (a *API) observe(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		c.Response().Header().Set(echo.HeaderXRequestID, uuid.Must(uuid.NewV7()).String())
		started := time.Now() // a duration of this process, not an instant of a case
		a.figures.open.Inc()
		defer a.figures.open.Dec()
		if err := a.calmly(next, c); err != nil {
			c.Error(err)
		}
		method, route := labels(c)
		a.figures.requests.WithLabelValues(method, route, strconv.Itoa(c.Response().Status)).Inc()
		a.figures.seconds.WithLabelValues(method, route).Observe(time.Since(started).Seconds())
		return nil
	}
}

// labels keeps the figures few, whatever methods and paths people try.
func labels(c echo.Context) (method, route string) {
	method, route = c.Request().Method, c.Path()
	if !slices.Contains([]string{http.MethodGet, http.MethodPost, http.MethodHead, http.MethodDelete}, method) {
		method = "other"
	}
	if route == "" {
		route = "unmatched"
	}
	return method, route
}

func requestID(c echo.Context) string { return c.Response().Header().Get(echo.HeaderXRequestID) }

// calmly turns a panic of the handler into an error.
func (a *API) calmly(next echo.HandlerFunc, c echo.Context) (err error) {
	defer func() {
		switch cause := recover(); cause {
		case nil:
		case http.ErrAbortHandler:
			panic(cause) // asks the server to drop the connection
		default:
			a.options.Log.ErrorContext(c.Request().Context(), "a handler panicked",
				"route", c.Path(), "request", requestID(c), "panic", fmt.Sprint(cause), "stack", string(debug.Stack()))
			err = fmt.Errorf("panic in %s", c.Path())
		}
	}()
	return next(c)
}

// logFailure tells the operator what the caller is not told. Neither body nor
// query nor path is logged: they may name people.
func (a *API) logFailure(c echo.Context, status int, err error) {
	log := a.options.Log.ErrorContext
	if c.Request().Context().Err() != nil {
		log = a.options.Log.InfoContext // the caller went away
	}
	log(c.Request().Context(), "a request failed", "method", c.Request().Method, "route", c.Path(),
		"status", status, "request", requestID(c), "error", err)
}
