package web

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

// stopBody is the model of the page that stops the mails of a case.
type stopBody struct {
	Action         string
	Stopped        bool
	ForCounterpart bool // the mails go to a counterpart
}

// registerStop adds the page that every mail to a person without an account
// links to. GET must not stop the mails, because programs that preview links
// send it. Mail programs send the same POST request as the button (RFC 8058),
// so it needs neither a session nor a CSRF token; the URL is the secret.
func (w *Web) registerStop(e *echo.Echo) {
	addGet(e, "/stop/:token", w.withoutSession(w.stopPage))
	addPost(e, "/stop/:token", w.withoutSession(w.stopMails))
}

func (w *Web) stopPage(c *pageContext) error {
	found, err := w.service.MailSubscription(c.Request().Context(), c.Param("token"))
	if err != nil {
		return err
	}
	return c.showStop(found.StoppedAt != nil, found.CounterpartID != "")
}

func (w *Web) stopMails(c *pageContext) error {
	if err := w.service.StopMails(c.Request().Context(), c.Param("token")); err != nil {
		return err
	}
	return c.showStop(true, false)
}

func (c *pageContext) showStop(stopped, forCounterpart bool) error {
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.renderPage(http.StatusOK, "stop", page{
		Title: c.texts.T("stop.title"), Lang: c.texts.Language, Now: c.web.now(), Pace: c.web.service.Pace(), Unread: -1, WithoutSession: true,
		Body: stopBody{Action: "/stop/" + c.Param("token"), Stopped: stopped, ForCounterpart: forCounterpart},
	})
}
