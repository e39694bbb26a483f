package api

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"recourse/casework"
	"recourse/notify"
)

// ListInbox implements ServerInterface.
func (a *API) ListInbox(c echo.Context, p ListInboxParams) error {
	limit, err := pageSize(p.Limit)
	if err != nil {
		return err
	}
	box, err := a.notices.Inbox(c.Request().Context(), actor(c), deref(p.Unread), limit, deref(p.Cursor))
	if err != nil {
		return err
	}
	return sendJSON(c, Inbox{Items: each(box.Items, inboxItemOf), NextCursor: orNil[string](box.Next), Unread: box.Unread})
}

// MarkRead implements ServerInterface.
func (a *API) MarkRead(c echo.Context, id ID, p MarkReadParams) error {
	if err := checkKey(p.IdempotencyKey); err != nil {
		return err
	}
	item, err := a.notices.MarkRead(c.Request().Context(), actor(c), id)
	if err != nil {
		return err
	}
	return sendJSON(c, inboxItemOf(item))
}

func inboxItemOf(i casework.InboxItem) InboxItem {
	return InboxItem{
		ID: i.ID, CaseID: string(i.CaseID), Number: string(i.Number), Class: NoticeClass(i.Class), Urgent: i.Urgent, Title: i.Title,
		Body: i.Body, Deadline: i.Deadline, DueAt: localOrNil(i.DueAt), NextAction: i.NextAction, ToldAt: local(i.ToldAt),
		ReadAt: localOrNil(i.ReadAt),
	}
}

// GetPreferences implements ServerInterface.
func (a *API) GetPreferences(c echo.Context) error {
	p, err := a.notices.Preferences(c.Request().Context(), actor(c))
	if err != nil {
		return err
	}
	return sendJSON(c, preferencesOf(p))
}

// SetPreferences implements ServerInterface.
func (a *API) SetPreferences(c echo.Context) error {
	body, err := readJSON(c)
	if err != nil {
		return err
	}
	var asked struct {
		Language   string                `json:"language"`
		QuietFrom  string                `json:"quiet_from"`
		QuietUntil string                `json:"quiet_until"`
		Mail       map[notify.Class]bool `json:"mail"`
	}
	if err := decode(body, &asked); err != nil {
		return err
	}
	p, err := a.notices.SetPreferences(c.Request().Context(), actor(c), casework.Preferences(asked))
	if err != nil {
		return err
	}
	return sendJSON(c, preferencesOf(p))
}

func preferencesOf(p casework.Preferences) Preferences {
	wants := func(class notify.Class) *bool {
		wanted := p.Mail[class]
		return &wanted
	}
	return Preferences{
		Language: PreferencesLanguage(p.Language), QuietFrom: p.QuietFrom, QuietUntil: p.QuietUntil, Mail: &MailClasses{
			Progress: wants(notify.Progress), Task: wants(notify.Task), Deadline: wants(notify.Deadline), Money: wants(notify.Money),
		},
	}
}

// ListMails implements ServerInterface.
func (a *API) ListMails(c echo.Context, p ListMailsParams) error {
	limit, err := pageSize(p.Limit)
	if err != nil {
		return err
	}
	mails, next, err := a.notices.Mails(c.Request().Context(), actor(c), limit, deref(p.Cursor))
	if err != nil {
		return err
	}
	return sendJSON(c, MailPage{Items: each(mails, mailOf), NextCursor: orNil[string](next)})
}

func mailOf(m notify.SentMail) Mail {
	return Mail{
		ID: m.ID, CaseID: string(m.CaseID), To: m.To, State: MailState(m.State), Note: orNil[string](m.Note), Subject: m.Subject,
		Body: m.Body, At: local(m.At),
	}
}

// ListWebhooks implements ServerInterface.
func (a *API) ListWebhooks(c echo.Context) error {
	list, err := a.notices.Webhooks(c.Request().Context(), actor(c))
	if err != nil {
		return err
	}
	return sendJSON(c, WebhookList{Items: each(list, webhookOf)})
}

// AddWebhook implements ServerInterface. Only the first answer has the secret.
func (a *API) AddWebhook(c echo.Context, p AddWebhookParams) error {
	var asked struct {
		URL         string   `json:"url"`
		Description string   `json:"description"`
		Types       []string `json:"types"`
	}
	request, err := readRequest(c, p.IdempotencyKey, &asked)
	if err != nil {
		return err
	}
	reply, err := a.notices.AddWebhook(c.Request().Context(), request, casework.NewWebhook(asked))
	if err != nil {
		return err
	}
	return send(c, http.StatusCreated, reply, webhookOf)
}

// RotateWebhook implements ServerInterface. Only the first answer has the secret.
func (a *API) RotateWebhook(c echo.Context, id ID, p RotateWebhookParams) error {
	request, err := newRequest(c, p.IdempotencyKey)
	if err != nil {
		return err
	}
	reply, err := a.notices.RotateWebhook(c.Request().Context(), request, id)
	if err != nil {
		return err
	}
	return send(c, http.StatusOK, reply, webhookOf)
}

// DropWebhook implements ServerInterface.
func (a *API) DropWebhook(c echo.Context, id ID) error {
	if err := a.notices.DropWebhook(c.Request().Context(), actor(c), id); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

func webhookOf(w casework.Webhook) Webhook {
	return Webhook{
		ID: w.ID, URL: w.URL, Description: w.Description, Types: notNil(w.Types), Active: w.Active,
		StoppedBecause: orNil[string](w.StoppedBecause), OldSecretUntil: localOrNil(w.OldSecretUntil), CreatedAt: local(w.CreatedAt),
		Secret: orNil[string](w.Secret),
	}
}

// ListDeliveries implements ServerInterface.
func (a *API) ListDeliveries(c echo.Context, p ListDeliveriesParams) error {
	limit, err := pageSize(p.Limit)
	if err != nil {
		return err
	}
	list, next, err := a.notices.Deliveries(c.Request().Context(), actor(c), string(deref(p.State)), limit, deref(p.Cursor))
	if err != nil {
		return err
	}
	return sendJSON(c, DeliveryPage{Items: each(list, deliveryOf), NextCursor: orNil[string](next)})
}

// ReplayDelivery implements ServerInterface.
func (a *API) ReplayDelivery(c echo.Context, id ID, p ReplayDeliveryParams) error {
	if err := checkKey(p.IdempotencyKey); err != nil {
		return err
	}
	delivery, err := a.notices.Replay(c.Request().Context(), actor(c), id)
	if err != nil {
		return err
	}
	return sendJSON(c, deliveryOf(delivery))
}

func deliveryOf(d notify.Delivery) Delivery {
	told := Delivery{
		ID: d.ID, WebhookID: d.WebhookID, CaseID: string(d.CaseID), Type: d.Type, State: DeliveryState(d.State), Failures: d.Failures,
		Note: orNil[string](d.Note), CreatedAt: local(d.CreatedAt), DoneAt: localOrNil(d.DoneAt),
	}
	if d.DoneAt == nil {
		told.NextAt = localOrNil(&d.NextAt)
	}
	if d.Status != 0 {
		told.Status = &d.Status
	}
	return told
}
