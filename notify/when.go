package notify

import (
	"slices"
	"time"

	"recourse/recovery"
)

const minutesPerDay = 24 * 60

// DefaultPreferences returns the preferences of a person who has set none: Chinese,
// everything by mail, and no mail between 22:00 and 08:00 in China.
func DefaultPreferences() Preferences {
	return Preferences{Language: Chinese, QuietFrom: 22 * 60, QuietUntil: 8 * 60, NoMail: []string{}}
}

// MailTime returns when a mail that is due now may be sent: now, or at the end of
// the quiet hours. Urgent mails are sent now. wanted is false if the recipient does
// not want this class by mail.
func MailTime(p Preferences, class string, urgent bool, now time.Time) (at time.Time, wanted bool) {
	if slices.Contains(p.NoMail, class) {
		return time.Time{}, false
	}
	if urgent {
		return now, true
	}
	minute := minuteOfDay(now)
	length := (p.QuietUntil - p.QuietFrom + minutesPerDay) % minutesPerDay
	into := (minute - p.QuietFrom + minutesPerDay) % minutesPerDay
	if into >= length {
		return now, true
	}
	return now.Truncate(time.Minute).Add(time.Duration(length-into) * time.Minute), true
}

func minuteOfDay(at time.Time) int {
	at = at.In(recovery.Shanghai)
	return at.Hour()*60 + at.Minute()
}

// Verdict is the result of one attempt to send.
type Verdict int

// The verdicts.
const (
	TryAgain Verdict = iota // not accepted; a retry may succeed
	Accepted                // the receiver has it
	Rejected                // not accepted; a retry cannot succeed
	Unknown                 // the receiver may have it
	Gone                    // the receiver is gone for good (HTTP 410)
)

// Attempt is the outcome of one attempt.
type Attempt struct {
	Verdict Verdict
	Status  int           // of SMTP or HTTP; 0 without a response
	Note    string        // for the operator; without names and addresses
	Wait    time.Duration // the shortest wait that the receiver asked for
}

// IsOfServer reports whether a mail was not accepted because the server was not reachable,
// closes its service, or refuses the sender: reasons that other mails will meet too.
func (a Attempt) IsOfServer() bool {
	const closing = 421 // RFC 5321, 4.2.3
	return a.Verdict != Rejected && (a.Status == 0 || a.Status == closing || a.Status >= 500)
}

// mailBackoff are the waits after failed attempts; the last one repeats. RFC 5321,
// 4.5.4.1, asks for short waits first, hours later, and at least four days in all.
var mailBackoff = []time.Duration{
	time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour,
}

// maxMailAttempts is the number of attempts before a mail is given up, after about
// five days.
const maxMailAttempts = 38

// MailOutcomeAfter returns the next state of a mail after an attempt. random is in
// [0, 1) and spreads mails that failed together. A mail that may have been accepted
// waits at least for the lease before the retry.
func MailOutcomeAfter(a Attempt, m Mail, now time.Time, lease time.Duration, random float64) MailOutcome {
	switch {
	case a.Verdict == Accepted:
		return MailOutcome{State: MailSent, Note: a.Note}
	case a.Verdict == Rejected, a.Verdict == Gone, m.Failures+1 >= maxMailAttempts:
		return MailOutcome{State: MailDead, Failed: true, Note: a.Note}
	}
	wait := max(addJitter(mailBackoff[min(m.Failures, len(mailBackoff)-1)], random), a.Wait)
	if a.Verdict == Unknown {
		wait = max(wait, lease)
	}
	return MailOutcome{State: MailDue, At: now.Add(wait), Failed: true, Note: a.Note}
}

// webhookBackoff are the waits after failed deliveries, about three days in all, as
// Standard Webhooks recommends. After the last one a delivery is dead.
var webhookBackoff = []time.Duration{
	5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour,
	20 * time.Hour, 24 * time.Hour,
}

// DeliveryOutcomeAfter returns the next state of a delivery after an attempt.
func DeliveryOutcomeAfter(a Attempt, d Delivery, now time.Time, random float64) DeliveryOutcome {
	outcome := DeliveryOutcome{Status: a.Status, Note: a.Note, Failed: a.Verdict != Accepted}
	switch {
	case a.Verdict == Accepted:
		outcome.State = DeliveryDelivered
	case a.Verdict == Rejected, a.Verdict == Gone, d.Failures >= len(webhookBackoff):
		outcome.State = DeliveryDead
	default:
		outcome.State = DeliveryDue
		outcome.At = now.Add(max(addJitter(webhookBackoff[d.Failures], random), a.Wait))
	}
	return outcome
}

// addJitter changes a wait by up to 20 % in either direction.
func addJitter(wait time.Duration, random float64) time.Duration {
	return time.Duration(float64(wait) * (0.8 + 0.4*random))
}
