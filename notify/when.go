package notify

import (
	"slices"
	"time"

	"recourse/recovery"
)

// minutesADay bounds the times of quiet hours.
const minutesADay = 24 * 60

// Defaults are the preferences of whoever chose none: Chinese, everything by
// mail, and no mail between 22:00 and 08:00 in China.
func Defaults() Preferences {
	return Preferences{Language: Chinese, QuietFrom: 22 * 60, QuietUntil: 8 * 60, NoMail: []string{}}
}

// MailAt says when a mail that is due now may go out: now, or when the quiet
// hours end. Urgent ones do not wait. wanted is false for a class its reader
// does not take by mail.
func MailAt(p Preferences, class string, urgent bool, now time.Time) (at time.Time, wanted bool) {
	if slices.Contains(p.NoMail, class) {
		return time.Time{}, false
	}
	if urgent {
		return now, true
	}
	minute := minuteOf(now)
	length := (p.QuietUntil - p.QuietFrom + minutesADay) % minutesADay
	into := (minute - p.QuietFrom + minutesADay) % minutesADay
	if into >= length {
		return now, true
	}
	return now.Truncate(time.Minute).Add(time.Duration(length-into) * time.Minute), true
}

func minuteOf(at time.Time) int {
	at = at.In(recovery.Shanghai)
	return at.Hour()*60 + at.Minute()
}

// Verdict is what one attempt to send tells.
type Verdict int

// The verdicts.
const (
	Later   Verdict = iota // not taken; another time may do
	Taken                  // the other side has it
	Refused                // not taken, and never will be
	Unknown                // the other side may have it
	Gone                   // the receiver wants nothing any more (HTTP 410)
)

// Attempt is the outcome of one attempt.
type Attempt struct {
	Verdict Verdict
	Status  int           // SMTP or HTTP; 0: there was no answer
	Note    string        // for the operator; names neither a person nor an address
	Wait    time.Duration // the least that the other side asks for
}

// mailWaits are the pauses after each failed attempt; the last one repeats.
// RFC 5321, 4.5.4.1: the first tries close together, later ones hours apart, and
// no giving up before four days.
var mailWaits = []time.Duration{
	time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour,
}

// mailTries is when a mail is given up: after some five days.
const mailTries = 38

// AfterMail says what becomes of a mail after an attempt. random is in [0, 1)
// and spreads what failed together. What may have gone out is let lie for at
// least the lease before it is tried again.
func AfterMail(a Attempt, m Mail, now time.Time, lease time.Duration, random float64) MailOutcome {
	switch {
	case a.Verdict == Taken:
		return MailOutcome{State: MailSent, Note: a.Note}
	case a.Verdict == Refused, a.Verdict == Gone, m.Failures+1 >= mailTries:
		return MailOutcome{State: MailDead, Failed: true, Note: a.Note}
	}
	wait := max(spread(mailWaits[min(m.Failures, len(mailWaits)-1)], random), a.Wait)
	if a.Verdict == Unknown {
		wait = max(wait, lease)
	}
	return MailOutcome{State: MailDue, At: now.Add(wait), Failed: true, Note: a.Note}
}

// hookWaits are the pauses after each failed delivery, about three days in all,
// as Standard Webhooks suggests. After the last one a delivery is dead.
var hookWaits = []time.Duration{
	5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour,
	20 * time.Hour, 24 * time.Hour,
}

// AfterDelivery says what becomes of a delivery after an attempt.
func AfterDelivery(a Attempt, d Delivery, now time.Time, random float64) DeliveryOutcome {
	outcome := DeliveryOutcome{Status: a.Status, Note: a.Note, Failed: a.Verdict != Taken}
	switch {
	case a.Verdict == Taken:
		outcome.State = DeliveryDelivered
	case a.Verdict == Refused, a.Verdict == Gone, d.Failures >= len(hookWaits):
		outcome.State = DeliveryDead
	default:
		outcome.State = DeliveryDue
		outcome.At = now.Add(max(spread(hookWaits[d.Failures], random), a.Wait))
	}
	return outcome
}

// spread moves a wait by up to a fifth either way.
func spread(wait time.Duration, random float64) time.Duration {
	return time.Duration(float64(wait) * (0.8 + 0.4*random))
}
