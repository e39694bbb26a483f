package web

import (
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"recourse/casework"
	"recourse/notify"
	"recourse/recovery"
)

// Rows of a page of the inbox and of the mails.
const (
	inboxRows = 30
	mailRows  = 50
)

// inboxBody is the model of the inbox.
type inboxBody struct {
	casework.Inbox
	Rows  []notice
	Me    recovery.UserID
	Next  string
	First string
}

// notice is one thing a person was told.
type notice struct {
	casework.InboxItem
	Read *form // marks it as read and leads to its case
	Home string
}

// mailsBody is the model of the page of mails.
type mailsBody struct {
	Mails []notify.SentMail
	Next  string
	First string
}

func (w *Web) registerInbox(e *echo.Echo) {
	if w.notices == nil {
		return
	}
	w.get(e, "/inbox", signedIn(w.inbox))
	w.post(e, "/inbox/:id/read", signedIn(w.readNotice))
	w.get(e, "/dev/mails", signedIn(w.mails))
}

// unread counts what the visitor has not read; -1 where there is no inbox. That
// it cannot be counted costs nobody their page.
func (c *call) unread() int {
	if c.web.notices == nil || !c.who.SignedIn() {
		return -1
	}
	box, err := c.web.notices.Inbox(c.Request().Context(), c.who.Actor, true, 1, "")
	if err != nil {
		c.web.log.WarnContext(c.Request().Context(), "the unread notices could not be counted", "error", err)
		return 0
	}
	return box.Unread
}

// inbox lists what the visitor was told.
func (w *Web) inbox(c *call) error {
	cursor := c.QueryParam("cursor")
	box, err := w.notices.Inbox(c.Request().Context(), c.who.Actor, false, inboxRows, cursor)
	if err != nil {
		return err
	}
	body := inboxBody{Inbox: box, Me: c.who.ID, Next: c.onwards(box.Next), First: c.back(cursor)}
	for _, item := range box.Items {
		row := notice{InboxItem: item}
		if item.Number != "" {
			row.Home = c.home(string(item.Number))
		}
		if item.ReadAt == nil {
			row.Read = &form{Action: "/inbox/" + item.ID + "/read", CSRF: c.who.CSRF, Submit: c.say.T("inbox.read")}
		}
		body.Rows = append(body.Rows, row)
	}
	return c.show(http.StatusOK, "inbox", page{Title: c.say.T("inbox.title"), Desk: c.who.Desk(), Body: body})
}

func (c *call) onwards(cursor string) string {
	if cursor == "" {
		return ""
	}
	return c.Request().URL.Path + "?cursor=" + url.QueryEscape(cursor)
}

func (c *call) back(cursor string) string {
	if cursor == "" {
		return ""
	}
	return c.Request().URL.Path
}

// readNotice notes that the visitor read something.
func (w *Web) readNotice(c *call) error {
	if _, err := w.notices.MarkRead(c.Request().Context(), c.who.Actor, c.Param("id")); err != nil {
		return err
	}
	return c.seeOther("/inbox")
}

// mails shows what went out, or would have, on a development installation.
func (w *Web) mails(c *call) error {
	cursor := c.QueryParam("cursor")
	mails, next, err := w.notices.Mails(c.Request().Context(), c.who.Actor, mailRows, cursor)
	if err != nil {
		return err
	}
	body := mailsBody{Mails: mails, Next: c.onwards(next), First: c.back(cursor)}
	return c.show(http.StatusOK, "mails", page{Title: c.say.T("mails.title"), Desk: c.who.Desk(), Body: body})
}
