package casework

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"recourse/notify"
	"recourse/postgres"
	"recourse/recovery"
)

// secretOverlap is how long a replaced secret also signs.
const secretOverlap = 24 * time.Hour

// maxHookDescription is in characters.
const maxHookDescription = 200

// Webhook is a webhook as admins see it.
type Webhook struct {
	ID             string
	URL            string
	Description    string
	Types          []string // empty: every event
	Active         bool
	StoppedBecause string // why it is not active
	OldSecretUntil *time.Time
	CreatedAt      time.Time
	// Secret is whsec_ and base64. It is set only when it is new, and not in
	// the reply to a repetition.
	Secret string
}

// WebhookInput is the input for a webhook.
type WebhookInput struct {
	URL         string
	Description string
	Types       []string
}

// EventTypes are the events that a webhook can subscribe to.
func (n *Notices) EventTypes() []string { return n.notifyRules.EventTypes() }

func checkAdmin(actor recovery.Actor) error {
	if actor.Role != recovery.RoleAdmin {
		return recovery.Faultf(recovery.CodeForbidden, "Only an admin can manage webhooks.")
	}
	return nil
}

// Webhooks lists all webhooks, oldest first, without their secrets. Errors:
// CodeForbidden for all but admins.
func (n *Notices) Webhooks(ctx context.Context, actor recovery.Actor) ([]Webhook, error) {
	if err := checkAdmin(actor); err != nil {
		return nil, err
	}
	stored, err := n.service.Store.ListWebhooks(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]Webhook, len(stored))
	for i, w := range stored {
		list[i] = n.webhookView(w)
	}
	return list, nil
}

func (n *Notices) webhookView(w notify.Webhook) Webhook {
	shown := Webhook{
		ID: w.ID, URL: w.URL, Description: w.Description, Types: w.Types, Active: w.Active,
		StoppedBecause: w.StoppedBecause, CreatedAt: w.CreatedAt,
	}
	if w.OldSecretUntil != nil && w.OldSecretUntil.After(n.service.Now()) {
		shown.OldSecretUntil = w.OldSecretUntil
	}
	return shown
}

// AddWebhook adds a webhook and returns it with its secret. Errors:
// CodeForbidden, CodeInvalid naming the fields, CodeConflict at the maximum
// number, CodeIdempotency.
func (n *Notices) AddWebhook(ctx context.Context, req Request, in WebhookInput) (Reply[Webhook], error) {
	if err := checkAdmin(req.Actor); err != nil {
		return Reply[Webhook]{}, err
	}
	if err := n.checkWebhook(in); err != nil {
		return Reply[Webhook]{}, err
	}
	stored := notify.Webhook{
		ID: n.service.newID(), URL: in.URL, Description: in.Description, Types: slices.Compact(slices.Sorted(slices.Values(in.Types))),
		Active: true, CreatedBy: req.Actor.ID, CreatedAt: n.service.Now(),
	}
	return n.writeSecret(ctx, req, stored, n.service.Store.AddWebhook)
}

// RotateWebhook sets a new secret. The old one also signs for a day, so that
// the receiver can change over. A stopped webhook is activated. Errors:
// CodeForbidden, CodeNotFound, CodeIdempotency.
func (n *Notices) RotateWebhook(ctx context.Context, req Request, id string) (Reply[Webhook], error) {
	if err := checkAdmin(req.Actor); err != nil {
		return Reply[Webhook]{}, err
	}
	if err := checkID("webhook", id); err != nil {
		return Reply[Webhook]{}, err
	}
	stored, err := n.service.Store.FindWebhook(ctx, id)
	if err != nil {
		return Reply[Webhook]{}, err
	}
	until := n.service.Now().Add(secretOverlap)
	stored.OldSecretUntil, stored.Active, stored.StoppedBecause = &until, true, ""
	return n.writeSecret(ctx, req, stored, func(ctx context.Context, w notify.Webhook, idem postgres.Idempotency) error {
		return n.service.Store.RotateSecret(ctx, w.ID, w.Secret, until, idem)
	})
}

// writeSecret writes a webhook with a new secret and returns the secret, which
// is shown only once. A repetition gets no secret, and the stored one is sealed.
func (n *Notices) writeSecret(
	ctx context.Context, req Request, stored notify.Webhook, write func(context.Context, notify.Webhook, postgres.Idempotency) error,
) (Reply[Webhook], error) {
	if n.service.SecretBox == nil {
		return Reply[Webhook]{}, errors.New("webhooks: no key to seal their secrets with")
	}
	secret, err := notify.NewSecret(n.service.Random)
	if err != nil {
		return Reply[Webhook]{}, err
	}
	stored.Secret = n.service.SecretBox.EncryptSecret(stored.ID, secret)
	return applyChange(ctx, n.service, req, change[Webhook]{stored.ID, n.webhookView(stored), func(idem postgres.Idempotency) (Webhook, error) {
		if err := write(ctx, stored, idem); err != nil {
			return Webhook{}, err
		}
		n.service.Log.InfoContext(ctx, "a webhook has a new secret", "webhook", stored.ID, "by", req.Actor.ID)
		revealed := n.webhookView(stored)
		revealed.Secret = notify.SecretText(secret)
		return revealed, nil
	}})
}

func (n *Notices) checkWebhook(in WebhookInput) error {
	var faults []recovery.FieldFault
	if utf8.RuneCountInString(in.Description) > maxHookDescription || !utf8.ValidString(in.Description) ||
		strings.ContainsFunc(in.Description, isInvisible) {
		faults = append(faults, recovery.FieldFault{Field: "description", Code: "malformed", Detail: fmt.Sprintf("At most %d characters without control characters are accepted.", maxHookDescription)})
	}
	known := n.EventTypes()
	if len(in.Types) > len(known) || slices.ContainsFunc(in.Types, func(kind string) bool { return !slices.Contains(known, kind) }) {
		faults = append(faults, recovery.FieldFault{Field: "types", Code: "unknown_value", Detail: "Accepted are: " + strings.Join(known, ", ") + "."})
	}
	if _, err := notify.CheckURL(in.URL, n.service.Development()); err != nil {
		faults = append(faults, recovery.FieldFault{Field: "url", Code: "not_allowed", Detail: asSentence(err)})
	}
	return recovery.Invalid(faults)
}

// isInvisible matches control and formatting characters.
func isInvisible(r rune) bool {
	return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp)
}

// asSentence makes an error a sentence for people.
func asSentence(err error) string {
	text := err.Error()
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

// DeleteWebhook deletes a webhook and its deliveries. Errors: CodeForbidden,
// CodeNotFound.
func (n *Notices) DeleteWebhook(ctx context.Context, actor recovery.Actor, id string) error {
	if err := checkAdmin(actor); err != nil {
		return err
	}
	if err := checkID("webhook", id); err != nil {
		return err
	}
	err := n.service.Store.DeleteWebhook(ctx, id)
	if err == nil {
		n.service.Log.InfoContext(ctx, "a webhook was deleted", "webhook", id, "by", actor.ID)
	}
	return err
}

// Deliveries lists deliveries to webhooks, the newest first; state "dead" is
// the list of dead letters, "" is all. Errors: CodeForbidden for all but
// admins, CodeInvalid for the fields state and cursor.
func (n *Notices) Deliveries(ctx context.Context, actor recovery.Actor, state string, limit int, cursor string) ([]notify.Delivery, string, error) {
	if err := checkAdmin(actor); err != nil {
		return nil, "", err
	}
	if state != "" && !slices.Contains(notify.DeliveryStates, state) {
		return nil, "", recovery.Invalid([]recovery.FieldFault{{
			Field: "state", Code: "unknown_value", Detail: "Accepted are: " + strings.Join(notify.DeliveryStates, ", ") + ".",
		}})
	}
	return n.service.Store.ListDeliveries(ctx, state, limit, cursor)
}

// ReplayDelivery sends a delivery that was delivered or has failed again under the
// same webhook-id. One that is due or being sent is unchanged. A delivery to a
// stopped webhook waits until its secret is replaced. Errors: CodeForbidden,
// CodeNotFound.
func (n *Notices) ReplayDelivery(ctx context.Context, actor recovery.Actor, id string) (notify.Delivery, error) {
	if err := checkAdmin(actor); err != nil {
		return notify.Delivery{}, err
	}
	if err := checkID("delivery", id); err != nil {
		return notify.Delivery{}, err
	}
	return n.service.Store.ReplayDelivery(ctx, id)
}
