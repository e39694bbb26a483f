package api

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/labstack/echo/v4"
	"golang.org/x/time/rate"

	"recourse/recovery"
)

// maxTrackedKeys is the number of keys a limiter tracks. When it is reached,
// all are dropped, which keeps the memory bounded.
const maxTrackedKeys = 10_000

// rateLimiter limits the requests per account in this process. It does nothing when
// perSecond is 0.
type rateLimiter struct {
	perSecond rate.Limit
	burst     int
	now       func() time.Time
	mutex     sync.Mutex
	buckets   map[string]*rate.Limiter
}

func newRateLimiter(perSecond float64, burst int, now func() time.Time) *rateLimiter {
	return &rateLimiter{perSecond: rate.Limit(perSecond), burst: burst, now: now, buckets: map[string]*rate.Limiter{}}
}

func (l *rateLimiter) allow(id string) bool {
	if l.perSecond == 0 {
		return true
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	bucket, known := l.buckets[id]
	if !known {
		if len(l.buckets) >= maxTrackedKeys {
			clear(l.buckets)
		}
		bucket = rate.NewLimiter(l.perSecond, l.burst)
		l.buckets[id] = bucket
	}
	return bucket.AllowN(l.now(), 1)
}

// limitAccount refuses writes of an account that sends too many.
func (a *API) limitAccount(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if c.Request().Method != http.MethodGet && !isHead(c) && !a.accountLimits.allow(string(actorFrom(c).ID)) {
			return recovery.Faultf(recovery.CodeRateLimited, "This account sends too many requests. Wait a second before the next one.")
		}
		return next(c)
	}
}

// limitPublic limits the requests of one address on the public route, and the size
// of their bodies. The table of limits is in casework.
func (a *API) limitPublic(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if err := a.service.AllowAddress(c.Request().Context(), routeOf(c), c.RealIP()); err != nil {
			return err
		}
		return next(c)
	}
}

// limitProbe is limitPublic for routes that answer without the database, too.
func (a *API) limitProbe(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		ctx, cancel := context.WithTimeout(c.Request().Context(), probeTime)
		defer cancel()
		if err := a.service.AllowAddress(ctx, routeOf(c), c.RealIP()); recovery.CodeOf(err) == recovery.CodeRateLimited {
			return err
		}
		return next(c)
	}
}

// probeTime is how long a probe waits for the count of its requests.
const probeTime = 200 * time.Millisecond

// limitLink limits the requests with one link, from any address.
func (a *API) limitLink(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if err := a.service.AllowLink(c.Request().Context(), linkFrom(c)); err != nil {
			return err
		}
		return next(c)
	}
}

// routeOf returns the method and path of a route as in the table of limits.
func routeOf(c echo.Context) string { return c.Request().Method + " " + c.Path() }

// bodyLimit is the maximum size of a JSON body: that of the table of limits on a
// public route, else maxJSONSize.
func (a *API) bodyLimit(c echo.Context) int64 {
	if limit := a.service.BodyLimit(routeOf(c)); limit > 0 {
		return limit
	}
	return maxJSONSize
}
