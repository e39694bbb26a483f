package api

import (
	"strings"

	"github.com/labstack/echo/v4"

	"recourse/recovery"
)

const actorKey = "api.actor"

// authenticate finds the account behind the bearer token (RFC 6750).
func (a *API) authenticate(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		scheme, token, _ := strings.Cut(c.Request().Header.Get(echo.HeaderAuthorization), " ")
		if !strings.EqualFold(scheme, "Bearer") {
			return recovery.Faultf(recovery.CodeUnauthenticated, "Send a token: Authorization: Bearer rc_….")
		}
		actor, err := a.service.Authenticate(c.Request().Context(), strings.TrimSpace(token))
		if err != nil {
			return err
		}
		c.Set(actorKey, actor)
		return next(c)
	}
}

// actor gives the account that authenticate found; guard sees to it that there
// is one.
func actor(c echo.Context) recovery.Actor {
	who, _ := c.Get(actorKey).(recovery.Actor)
	return who
}
