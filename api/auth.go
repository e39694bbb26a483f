package api

import (
	"strings"

	"github.com/labstack/echo/v4"

	"recourse/casework"
	"recourse/recovery"
)

const (
	actorKey = "api.actor"
	linkKey  = "api.link"
)

// authenticate finds the account of the bearer token (RFC 6750).
func (a *API) authenticate(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		token, sent := bearerToken(c)
		if !sent {
			return recovery.Faultf(recovery.CodeUnauthenticated, "Send a token: Authorization: Bearer rc_….")
		}
		actor, err := a.service.Authenticate(c.Request().Context(), token)
		if recovery.CodeOf(err) == recovery.CodeUnauthenticated {
			return a.service.AllowUnknownToken(c.Request().Context(), c.RealIP(), err)
		}
		if err != nil {
			return err
		}
		c.Set(actorKey, actor)
		return next(c)
	}
}

// authenticateLink finds the link of the bearer token. The caller acts as the
// counterpart the link was issued to.
func (a *API) authenticateLink(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		token, sent := bearerToken(c)
		if !sent {
			return recovery.Faultf(recovery.CodeUnauthenticated, "Send the token of your link: Authorization: Bearer ….")
		}
		link, err := a.service.FindLink(c.Request().Context(), token)
		if err != nil {
			return err
		}
		c.Set(linkKey, link)
		c.Set(actorKey, casework.CounterpartActor(link))
		return next(c)
	}
}

func bearerToken(c echo.Context) (token string, sent bool) {
	scheme, token, _ := strings.Cut(c.Request().Header.Get(echo.HeaderAuthorization), " ")
	return strings.TrimSpace(token), strings.EqualFold(scheme, "Bearer")
}

// linkFrom returns the link that authenticateLink found.
func linkFrom(c echo.Context) recovery.Link {
	link, _ := c.Get(linkKey).(recovery.Link)
	return link
}

// actorFrom returns the account that authenticate found. protectedRouter
// ensures that there is one.
func actorFrom(c echo.Context) recovery.Actor {
	who, _ := c.Get(actorKey).(recovery.Actor)
	return who
}
