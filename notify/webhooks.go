package notify

import (
	"time"

	"recourse/recovery"
)

// Webhook is an endpoint that receives events. Secrets are sealed bytes in the
// store and raw bytes in memory.
type Webhook struct {
	ID             string
	URL            string
	Description    string
	Types          []string // empty: all
	Secret         []byte
	OldSecret      []byte // also signs until OldSecretUntil
	OldSecretUntil *time.Time
	Active         bool
	StoppedBecause string
	CreatedBy      recovery.UserID
	CreatedAt      time.Time
}

// MaxWebhooks is the number of webhooks an installation may have.
const MaxWebhooks = 50

// The states of a delivery.
const (
	DeliveryDue       = "due"
	DeliverySending   = "sending" // claimed; due again when the claim expires
	DeliveryDelivered = "delivered"
	DeliveryDead      = "dead" // given up after the last retry; it can be replayed
)

// DeliveryStates lists them.
var DeliveryStates = []string{DeliveryDue, DeliverySending, DeliveryDelivered, DeliveryDead}

// Delivery is one event on its way to one webhook.
type Delivery struct {
	ID        string
	WebhookID string
	CaseID    recovery.CaseID
	Type      string
	// Seq is the number of the change's first entry, Version that of the case after the
	// change. A receiver orders the events of a case by either.
	Seq        int64
	Version    int64
	OccurredAt time.Time
	Payload    string
	State      string
	NextAt     time.Time
	Claim      int
	Failures   int
	Status     int // of the last response; 0 for none
	Note       string
	CreatedAt  time.Time
	SentAt     *time.Time // the last attempt
	DoneAt     *time.Time
}

// DeliveryOutcome is the result of a claimed delivery.
type DeliveryOutcome struct {
	State  string    // DeliveryDue to try it again
	At     time.Time // when, with DeliveryDue
	Failed bool
	Status int
	Note   string
}
