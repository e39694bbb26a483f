package playbook

import (
	"strconv"
	"strings"
	"time"

	"recourse/playbook/calendar"
	"recourse/recovery"
)

// clockRule is the length of one clock.
type clockRule struct {
	entry    `yaml:",inline"`
	Clock    recovery.Clock    `yaml:"clock"`
	Length   int               `yaml:"length"`
	Unit     calendar.Unit     `yaml:"unit"`
	RestDays calendar.RestDays `yaml:"rest_days"`
	// WarnDays are how many days before its end people are told, the most first.
	WarnDays []int `yaml:"warn_days"`
}

func (r *clockRule) length() calendar.Length {
	return calendar.Length{Count: r.Length, Unit: r.Unit, RestDays: r.RestDays}
}

// clock is the rule of a clock that begins at an instant: the check of the book
// sees to it that there is exactly one. Of an unknown instant it is the newest.
func (b *Book) clock(c recovery.Clock, at time.Time) (found *clockRule) {
	for rule := range current(b.data.Clocks, at) {
		if rule.Clock == c && (found == nil || startOf(rule.ValidFrom).After(startOf(found.ValidFrom))) {
			found = rule
		}
	}
	return found
}

// Nominal is the length of a clock that begins at an instant as life has it,
// whatever the pace of a case.
func (b *Book) Nominal(c recovery.Clock, at time.Time) (calendar.Length, bool) {
	rule := b.clock(c, at)
	if rule == nil {
		return calendar.Length{}, false
	}
	return rule.length(), true
}

// ending counts a clock in days of the calendar. Under a pace above one the
// wait without pauses is scaled, and the pauses last as long as they last.
func (b *Book) ending(rule *clockRule, pace int, from time.Time, pauses []calendar.Pause) calendar.Ending {
	if pace <= 1 {
		return b.calendar.Deadline(from, rule.length(), pauses)
	}
	ending := b.calendar.Deadline(from, rule.length(), nil)
	ending.At, ending.Stopped = calendar.After(from, paced(ending.At.Sub(from), pace), pauses)
	return ending
}

// unpublished tells the reader of a deadline which years were guessed.
func unpublished(years []int) string {
	if len(years) == 0 {
		return ""
	}
	words := make([]string, len(years))
	for i, year := range years {
		words[i] = strconv.Itoa(year)
	}
	return "；" + strings.Join(words, "、") + " 年节假日安排尚未公布，暂按周末计算"
}

// hours is the length of a clock that counts in hours, as the check of the book
// has it of the auto-refund.
func (r *clockRule) hours() time.Duration { return time.Duration(r.Length) * time.Hour }

// refundDue is when the platform has given back what nobody claimed. Time that
// passed before the case was filed passed at life's own pace: only the rest of
// the window is paced.
func refundDue(c recovery.Case, window time.Duration) time.Time {
	due := c.SentAt.Add(window)
	if c.CreatedAt.After(c.SentAt) && due.After(c.CreatedAt) {
		return c.CreatedAt.Add(paced(due.Sub(c.CreatedAt), c.Pace))
	}
	if c.CreatedAt.After(c.SentAt) {
		return due
	}
	return c.SentAt.Add(paced(window, c.Pace))
}

func paced(length time.Duration, pace int) time.Duration {
	return length / time.Duration(max(1, pace))
}

// RefundAhead reports whether a platform refund of unclaimed money is still to
// come: some source says the platform gives it back, and its window is open.
func (b *Book) RefundAhead(f recovery.Filing, now time.Time) bool {
	if f.SentAt == nil || f.ClaimState == recovery.Claimed {
		return false
	}
	return b.cell(situation{platform: f.Platform, instrument: f.Instrument}, *f.SentAt).refunds() && b.refundAt(*f.SentAt).After(now)
}

// refundAt is when unclaimed money sent at an instant comes back.
func (b *Book) refundAt(sentAt time.Time) time.Time {
	return sentAt.Add(b.clock(recovery.AutoRefundClock, sentAt).hours())
}
