package web

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/labstack/echo/v4"

	"recourse/casework"
	"recourse/notify"
	"recourse/recovery"
)

// Page sizes of the inbox and of the list of mails.
const (
	inboxPageSize = 30
	mailPageSize  = 50
)

// maxShownUnread is the largest number of unread notifications that pages show.
const maxShownUnread = 99

// formatUnread formats the number of unread notifications: 99+ for more.
func formatUnread(n int) string {
	if n > maxShownUnread {
		return strconv.Itoa(maxShownUnread) + "+"
	}
	return strconv.Itoa(n)
}

// inboxBody is the model of the inbox.
type inboxBody struct {
	casework.Inbox
	Rows      []inboxRow
	AccountID recovery.UserID
	Next      string
	First     string
}

// inboxRow is one notification.
type inboxRow struct {
	casework.InboxItem
	ReadForm *form // marks the notification as read
	Home     string
}

// mailsBody is the model of the list of mails.
type mailsBody struct {
	Mails []notify.SentMail
	Next  string
	First string
}

func (w *Web) registerInbox(e *echo.Echo) {
	if w.notices == nil {
		return
	}
	w.handleGet(e, "/inbox", requireSignIn(w.inboxPage))
	w.handlePost(e, "/inbox/:id/read", requireSignIn(w.markNoticeRead))
	w.handleGet(e, "/dev/mails", requireSignIn(w.mailsPage))
}

// countUnread returns the number of unread notifications, or -1 without an
// inbox. An error is only logged, so that the page still renders.
func (c *pageContext) countUnread() int {
	if c.web.notices == nil || !c.visitor.SignedIn() {
		return -1
	}
	unread, err := c.web.notices.CountUnread(c.Request().Context(), c.visitor.Actor, maxShownUnread+1)
	if err != nil {
		c.web.log.WarnContext(c.Request().Context(), "cannot count unread notifications", "error", err)
		return 0
	}
	return unread
}

// inboxPage lists the visitor's notifications.
func (w *Web) inboxPage(c *pageContext) error {
	cursor := c.QueryParam("cursor")
	box, err := w.notices.Inbox(c.Request().Context(), c.visitor.Actor, false, inboxPageSize, cursor)
	if err != nil {
		return err
	}
	body := inboxBody{Inbox: box, AccountID: c.visitor.ID, Next: c.nextPagePath(box.Next), First: c.firstPagePath(cursor)}
	for _, item := range box.Items {
		row := inboxRow{InboxItem: item}
		if item.Number != "" {
			row.Home = c.casePath(string(item.Number))
		}
		if item.ReadAt == nil {
			row.ReadForm = &form{Action: "/inbox/" + item.ID + "/read", CSRF: c.visitor.CSRF, Submit: c.texts.T("inbox.read")}
		}
		body.Rows = append(body.Rows, row)
	}
	return c.showPage(http.StatusOK, "inbox", page{Title: c.texts.T("inbox.title"), StaffLayout: c.visitor.IsStaff(), Body: body})
}

func (c *pageContext) nextPagePath(cursor string) string {
	if cursor == "" {
		return ""
	}
	return c.Request().URL.Path + "?cursor=" + url.QueryEscape(cursor)
}

func (c *pageContext) firstPagePath(cursor string) string {
	if cursor == "" {
		return ""
	}
	return c.Request().URL.Path
}

// markNoticeRead marks a notification as read.
func (w *Web) markNoticeRead(c *pageContext) error {
	if _, err := w.notices.MarkRead(c.Request().Context(), c.visitor.Actor, c.Param("id")); err != nil {
		return err
	}
	return c.redirectTo("/inbox")
}

// mailsPage lists the mails of a development installation, including those not
// sent because there is no mail server.
func (w *Web) mailsPage(c *pageContext) error {
	cursor := c.QueryParam("cursor")
	mails, next, err := w.notices.Mails(c.Request().Context(), c.visitor.Actor, mailPageSize, cursor)
	if err != nil {
		return err
	}
	body := mailsBody{Mails: mails, Next: c.nextPagePath(next), First: c.firstPagePath(cursor)}
	return c.showPage(http.StatusOK, "mails", page{Title: c.texts.T("mails.title"), StaffLayout: c.visitor.IsStaff(), Body: body})
}
