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

	"recourse/connections"
	"recourse/loop"
	"recourse/recovery"
)

// metrics are the values served by /metrics.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	open     prometheus.Gauge
}

// loopMetrics collects what the background loops of this process have counted.
type loopMetrics struct{ loops *loop.Monitor }

var (
	loopRuns     = newLoopDesc("runs_total", "Steps of a background loop, also failed ones.")
	loopFailures = newLoopDesc("failures_total", "Steps and items of a background loop that failed.")
	loopPanics   = newLoopDesc("panics_total", "Panics in a background loop.")
	loopSetAside = newLoopDesc("set_aside_total", "Items that a background loop has set aside.")
	loopFailing  = newLoopDesc("failing", "Subjects of a background loop that fail now; the loop itself is one.")
	loopSuccess  = newLoopDesc("last_success_timestamp_seconds", "When a step last succeeded; 0: not yet.")
	itemsAside   = prometheus.NewDesc("recourse_items_set_aside", "Items that wait for an operator, of all processes.", []string{"kind"}, nil)
)

func newLoopDesc(name, help string) *prometheus.Desc {
	return prometheus.NewDesc("recourse_loop_"+name, help, []string{"loop"}, nil)
}

// Describe implements prometheus.Collector.
func (m loopMetrics) Describe(all chan<- *prometheus.Desc) {
	for _, one := range []*prometheus.Desc{loopRuns, loopFailures, loopPanics, loopSetAside, loopFailing, loopSuccess, itemsAside} {
		all <- one
	}
}

// Collect implements prometheus.Collector.
func (m loopMetrics) Collect(all chan<- prometheus.Metric) {
	for _, stats := range m.loops.Snapshot() {
		for desc, count := range map[*prometheus.Desc]int64{
			loopRuns: stats.Runs, loopFailures: stats.Failures, loopPanics: stats.Panics, loopSetAside: stats.SetAside,
		} {
			all <- prometheus.MustNewConstMetric(desc, prometheus.CounterValue, float64(count), stats.Name)
		}
		all <- prometheus.MustNewConstMetric(loopFailing, prometheus.GaugeValue, float64(stats.Failing), stats.Name)
		success := 0.0
		if !stats.LastSuccess.IsZero() {
			success = float64(stats.LastSuccess.Unix())
		}
		all <- prometheus.MustNewConstMetric(loopSuccess, prometheus.GaugeValue, success, stats.Name)
	}
	for kind, count := range m.loops.Items() {
		all <- prometheus.MustNewConstMetric(itemsAside, prometheus.GaugeValue, float64(count), kind)
	}
}

func newMetrics(version string, loops *loop.Monitor) *metrics {
	f := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "recourse_http_requests_total", Help: "Requests answered.",
		}, []string{"method", "route", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "recourse_http_request_duration_seconds", Help: "Time from the request header to the end of the response.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10, 60},
		}, []string{"method", "route"}),
		open: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "recourse_http_requests_in_flight", Help: "Requests in progress.",
		}),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "recourse_build_info", Help: "Always 1; the label is the version of the build.",
		ConstLabels: prometheus.Labels{"version": version},
	})
	build.Set(1)
	f.registry.MustRegister(f.requests, f.seconds, f.open, build, collectors.NewGoCollector())
	if loops != nil {
		f.registry.MustRegister(loopMetrics{loops})
	}
	return f
}

// addConnections shows streams and, if counts is set, connections.
func (m *metrics) addConnections(streams *streamTable, counts func() connections.Counts) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "recourse_event_streams", Help: "Open event streams.",
	}, func() float64 { return float64(streams.count()) }))
	if counts == nil {
		return
	}
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "recourse_connections", Help: "Open connections.",
	}, func() float64 { return float64(counts().Open) }), prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "recourse_connections_waiting", Help: "Open connections that wait for their client.",
	}, func() float64 { return float64(counts().Waiting) }))
	for reason, count := range map[string]func(connections.Counts) int64{
		"replaced": func(c connections.Counts) int64 { return c.Replaced },
		"refused":  func(c connections.Counts) int64 { return c.Refused },
		"slow":     func(c connections.Counts) int64 { return c.Slow },
	} {
		m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "recourse_connections_closed_total", Help: "Connections that a limit ended.",
			ConstLabels: prometheus.Labels{"reason": reason},
		}, func() float64 { return float64(count(counts())) }))
	}
}

// NewMetricsHandler serves the metrics of a process without an API: those of its loops.
func NewMetricsHandler(version string, loops *loop.Monitor) http.Handler {
	return promhttp.HandlerFor(newMetrics(version, loops).registry, promhttp.HandlerOpts{})
}

// GetMetrics implements ServerInterface.
func (a *API) GetMetrics(c echo.Context) error {
	promhttp.HandlerFor(a.metrics.registry, promhttp.HandlerOpts{}).ServeHTTP(c.Response(), c.Request())
	return nil
}

// observeRequest assigns a request id, recovers panics, renders errors and
// records the metrics by route. It does not use the path, which contains ids.
func (a *API) observeRequest(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		c.Response().Header().Set(echo.HeaderXRequestID, uuid.Must(uuid.NewV7()).String())
		started := time.Now() // measures a duration, so the case clock is not used
		a.metrics.open.Inc()
		defer a.metrics.open.Dec()
		if err := a.callRecovering(next, c); err != nil {
			c.Error(err)
		}
		method, route := metricLabels(c)
		a.metrics.requests.WithLabelValues(method, route, strconv.Itoa(c.Response().Status)).Inc()
		a.metrics.seconds.WithLabelValues(method, route).Observe(time.Since(started).Seconds())
		return nil
	}
}

// metricLabels returns label values from a small fixed set, so clients cannot
// create new time series with invented methods and paths.
func metricLabels(c echo.Context) (method, route string) {
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

// callRecovering calls the handler and turns a panic into an error.
func (a *API) callRecovering(next echo.HandlerFunc, c echo.Context) (err error) {
	defer func() {
		switch cause := recover(); cause {
		case nil:
		case http.ErrAbortHandler:
			panic(cause) // net/http closes the connection on this panic
		default:
			a.options.Log.ErrorContext(c.Request().Context(), "a handler panicked",
				"route", c.Path(), "request", requestID(c), "panic", fmt.Sprint(cause), "stack", string(debug.Stack()))
			err = fmt.Errorf("panic in %s", c.Path())
		}
	}()
	return next(c)
}

// logFailure logs the cause that the response does not show. Body, query and
// path are not logged, because they may contain personal data.
func (a *API) logFailure(c echo.Context, status int, err error) {
	log := a.options.Log.ErrorContext
	if c.Request().Context().Err() != nil || recovery.IsRefusal(err) {
		log = a.options.Log.InfoContext // the client disconnected, or has to wait
	}
	log(c.Request().Context(), "a request failed", "method", c.Request().Method, "route", c.Path(),
		"status", status, "request", requestID(c), "error", err)
}
