package api

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"recourse/casework"
	"recourse/recovery"
)

// reportLimits sets the header of an answer with the limits that its request was
// counted by.
func (a *API) reportLimits(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		ctx, report := casework.WithLimitReport(c.Request().Context())
		c.SetRequest(c.Request().WithContext(ctx))
		c.Response().Before(func() { report.SetHeader(c.Response().Header()) })
		return next(c)
	}
}

// limitAccount limits the requests of an account.
func (a *API) limitAccount(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		changes := c.Request().Method != http.MethodGet && !isHead(c)
		if err := a.service.AllowAccount(c.Request().Context(), actorFrom(c), changes); err != nil {
			return err
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
