package web

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

// stopBody is the model of the page that stops the mails of a case.
type stopBody struct {
	Action  string
	Stopped bool
	Holder  bool // they are a counterpart's
}

// registerStop adds the page to which every mail to somebody without an account
// leads. Looking at it stops nothing: programs that preview addresses look, too. A
// mail program stops with the same request as the button (RFC 8058), so neither a
// session nor a token of the form is asked for; the address is the secret.
func (w *Web) registerStop(e *echo.Echo) {
	e.GET("/stop/:token", w.bare(w.stopPage))
	e.POST("/stop/:token", w.bare(w.stopMails))
}

func (w *Web) stopPage(c *call) error {
	found, err := w.service.GuestMails(c.Request().Context(), c.Param("token"))
	if err != nil {
		return err
	}
	return c.showStop(found.StoppedAt != nil, found.CounterpartID != "")
}

func (w *Web) stopMails(c *call) error {
	if err := w.service.StopMails(c.Request().Context(), c.Param("token")); err != nil {
		return err
	}
	return c.showStop(true, false)
}

func (c *call) showStop(stopped, holder bool) error {
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.render(http.StatusOK, "stop", page{
		Title: c.say.T("stop.title"), Lang: c.say.Language, Now: c.web.now(), Pace: c.web.service.Pace(), Unread: -1, Bare: true,
		Body: stopBody{Action: "/stop/" + c.Param("token"), Stopped: stopped, Holder: holder},
	})
}
