package notify

import (
	"strconv"
	"time"

	"recourse/recovery"
)

// The states of a notice's mail. The last four are final.
const (
	MailDue      = "due"      // to be sent, at the earliest at its time
	MailSending  = "sending"  // claimed; if the claim expires, the mail may or may not have been sent
	MailSent     = "sent"     // accepted by a server
	MailKept     = "kept"     // no server is configured: it can only be read here
	MailUnwanted = "unwanted" // the recipient does not want this class by mail, or has left
	MailDead     = "dead"     // rejected permanently, or given up after the last retry
)

// Mail is a notice claimed by one sender.
type Mail struct {
	Notice
	UserID recovery.UserID
	To     string // address; never logged
	// StopToken lets a claimant without an account, or a counterpart, unsubscribe
	// from the mails of the case; "" for people with an account.
	StopToken string
	Active    bool // false: the account was closed or they unsubscribed
	Claim     int
	Failures  int
	// Chosen is nil when the recipient has no preferences.
	Chosen *Preferences
}

// MessageID identifies the mail. A mail about more changes is another one: receivers
// would drop it as a duplicate.
func (m Mail) MessageID() string {
	if m.Count <= 1 {
		return m.ID
	}
	return m.ID + "." + strconv.Itoa(m.Count)
}

// MailOutcome is the result of a claimed mail.
type MailOutcome struct {
	State   string    // MailDue to try it again
	At      time.Time // when, with MailDue
	Failed  bool      // the attempt counts as a failure
	Note    string    // the server's code; never an address
	Subject string    // as it was sent or kept; "" before
	Body    string
}

// SettledMail is a claimed mail with its result.
type SettledMail struct {
	Mail    Mail
	Outcome MailOutcome
}

// SentMail is a mail as it was sent, or kept where no server is configured.
type SentMail struct {
	ID      string
	CaseID  recovery.CaseID
	To      string
	State   string
	Note    string
	Subject string
	Body    string
	At      time.Time
}

// MailSubscription is whether a person without an account gets the mails of a
// case: its claimant, or a counterpart who left an address.
type MailSubscription struct {
	CaseID        recovery.CaseID
	CounterpartID recovery.CounterpartID // "" for the claimant
	StoppedAt     *time.Time
}

// CounterpartAddress is the mail address of a counterpart. It is personal data: it
// is never logged and never part of a URL.
type CounterpartAddress struct {
	CounterpartID recovery.CounterpartID
	Email         string
}

// CounterpartReminder is a reminder to a counterpart that is due now.
type CounterpartReminder struct {
	Case          recovery.Case
	CounterpartID recovery.CounterpartID
	Facts         Facts
}
