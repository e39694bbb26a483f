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
	box, err := a.notices.Inbox(c.Request().Context(), actorFrom(c), valueOrZero(p.Unread), limit, valueOrZero(p.Cursor))
	if err != nil {
		return err
	}
	return sendJSON(c, Inbox{Items: renderList(box.Items, renderInboxItem), NextCursor: nullIfEmpty[string](box.Next), Unread: box.Unread})
}

// MarkRead implements ServerInterface.
func (a *API) MarkRead(c echo.Context, id ID, p MarkReadParams) error {
	if err := checkKey(p.IdempotencyKey); err != nil {
		return err
	}
	item, err := a.notices.MarkRead(c.Request().Context(), actorFrom(c), id)
	if err != nil {
		return err
	}
	return sendJSON(c, renderInboxItem(item))
}

func renderInboxItem(i casework.InboxItem) InboxItem {
	return InboxItem{
		ID: i.ID, CaseID: string(i.CaseID), Number: string(i.Number), Class: NoticeClass(i.Class), Urgent: i.Urgent, Title: i.Title,
		Body: i.Body, Deadline: i.Deadline, DueAt: renderTimeOrNull(i.DueAt), NextAction: i.NextAction, ToldAt: renderTime(i.ToldAt),
		ReadAt: renderTimeOrNull(i.ReadAt), Count: i.Count, FirstSeq: numberOrNull(i.FirstSeq), Seq: numberOrNull(i.Seq),
	}
}

// GetPreferences implements ServerInterface.
func (a *API) GetPreferences(c echo.Context) error {
	p, err := a.notices.Preferences(c.Request().Context(), actorFrom(c))
	if err != nil {
		return err
	}
	return sendJSON(c, renderPreferences(p))
}

// SetPreferences implements ServerInterface.
func (a *API) SetPreferences(c echo.Context) error {
	body, err := readJSON(c)
	if err != nil {
		return err
	}
	var input struct {
		Language   string                `json:"language"`
		QuietFrom  string                `json:"quiet_from"`
		QuietUntil string                `json:"quiet_until"`
		Mail       map[notify.Class]bool `json:"mail"`
	}
	if err := decodeStrict(body, &input); err != nil {
		return err
	}
	p, err := a.notices.SetPreferences(c.Request().Context(), actorFrom(c), casework.Preferences(input))
	if err != nil {
		return err
	}
	return sendJSON(c, renderPreferences(p))
}

func renderPreferences(p casework.Preferences) Preferences {
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
	mails, next, err := a.notices.Mails(c.Request().Context(), actorFrom(c), limit, valueOrZero(p.Cursor))
	if err != nil {
		return err
	}
	return sendJSON(c, MailPage{Items: renderList(mails, renderMail), NextCursor: nullIfEmpty[string](next)})
}

func renderMail(m notify.SentMail) Mail {
	return Mail{
		ID: m.ID, CaseID: string(m.CaseID), To: m.To, State: MailState(m.State), Note: nullIfEmpty[string](m.Note), Subject: m.Subject,
		Body: m.Body, At: renderTime(m.At),
	}
}

// ListWebhooks implements ServerInterface.
func (a *API) ListWebhooks(c echo.Context) error {
	list, err := a.notices.Webhooks(c.Request().Context(), actorFrom(c))
	if err != nil {
		return err
	}
	return sendJSON(c, WebhookList{Items: renderList(list, renderWebhook)})
}

// AddWebhook implements ServerInterface. Only the first response contains the
// secret.
func (a *API) AddWebhook(c echo.Context, p AddWebhookParams) error {
	var input struct {
		URL         string   `json:"url"`
		Description string   `json:"description"`
		Types       []string `json:"types"`
	}
	request, err := readRequest(c, p.IdempotencyKey, &input)
	if err != nil {
		return err
	}
	reply, err := a.notices.AddWebhook(c.Request().Context(), request, casework.WebhookInput(input))
	if err != nil {
		return err
	}
	return sendReply(c, http.StatusCreated, reply, renderWebhook)
}

// RotateWebhook implements ServerInterface. Only the first response contains
// the secret.
func (a *API) RotateWebhook(c echo.Context, id ID, p RotateWebhookParams) error {
	request, err := newRequest(c, p.IdempotencyKey)
	if err != nil {
		return err
	}
	reply, err := a.notices.RotateWebhook(c.Request().Context(), request, id)
	if err != nil {
		return err
	}
	return sendReply(c, http.StatusOK, reply, renderWebhook)
}

// DropWebhook implements ServerInterface.
func (a *API) DropWebhook(c echo.Context, id ID) error {
	if err := a.notices.DeleteWebhook(c.Request().Context(), actorFrom(c), id); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

func renderWebhook(w casework.Webhook) Webhook {
	return Webhook{
		ID: w.ID, URL: w.URL, Description: w.Description, Types: emptyIfNil(w.Types), Active: w.Active,
		StoppedBecause: nullIfEmpty[string](w.StoppedBecause), OldSecretUntil: renderTimeOrNull(w.OldSecretUntil), CreatedAt: renderTime(w.CreatedAt),
		Secret: nullIfEmpty[string](w.Secret),
	}
}

// ListDeliveries implements ServerInterface.
func (a *API) ListDeliveries(c echo.Context, p ListDeliveriesParams) error {
	limit, err := pageSize(p.Limit)
	if err != nil {
		return err
	}
	list, next, err := a.notices.Deliveries(c.Request().Context(), actorFrom(c), string(valueOrZero(p.State)), limit, valueOrZero(p.Cursor))
	if err != nil {
		return err
	}
	return sendJSON(c, DeliveryPage{Items: renderList(list, renderDelivery), NextCursor: nullIfEmpty[string](next)})
}

// ReplayDelivery implements ServerInterface.
func (a *API) ReplayDelivery(c echo.Context, id ID, p ReplayDeliveryParams) error {
	if err := checkKey(p.IdempotencyKey); err != nil {
		return err
	}
	delivery, err := a.notices.ReplayDelivery(c.Request().Context(), actorFrom(c), id)
	if err != nil {
		return err
	}
	return sendJSON(c, renderDelivery(delivery))
}

func renderDelivery(d notify.Delivery) Delivery {
	result := Delivery{
		ID: d.ID, WebhookID: d.WebhookID, CaseID: string(d.CaseID), Type: d.Type, Seq: d.Seq, Version: d.Version, OccurredAt: renderTime(d.OccurredAt), State: DeliveryState(d.State), Failures: d.Failures,
		Note: nullIfEmpty[string](d.Note), CreatedAt: renderTime(d.CreatedAt), SentAt: renderTimeOrNull(d.SentAt), DoneAt: renderTimeOrNull(d.DoneAt),
	}
	if d.DoneAt == nil {
		result.NextAt = renderTimeOrNull(&d.NextAt)
	}
	if d.Status != 0 {
		result.Status = &d.Status
	}
	return result
}
