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
	ruleEntry `yaml:",inline"`
	Clock     recovery.Clock    `yaml:"clock"`
	Length    int               `yaml:"length"`
	Unit      calendar.Unit     `yaml:"unit"`
	RestDays  calendar.RestDays `yaml:"rest_days"`
	// WarnDays are how many days before its end people are told, the most first.
	WarnDays []int `yaml:"warn_days"`
}

func (r *clockRule) nominalLength() calendar.Length {
	return calendar.Length{Count: r.Length, Unit: r.Unit, RestDays: r.RestDays}
}

// clockRuleAt is the rule of a clock that begins at an instant: the check of the book
// sees to it that there is exactly one. Of an unknown instant it is the newest.
func (rs *RuleSet) clockRuleAt(c recovery.Clock, at time.Time) (found *clockRule) {
	for rule := range rulesInForce(rs.data.Clocks, at) {
		if rule.Clock == c && (found == nil || startOfDay(rule.ValidFrom).After(startOfDay(found.ValidFrom))) {
			found = rule
		}
	}
	return found
}

// NominalLength is the length of a clock that begins at an instant as life has it,
// whatever the pace of a case.
func (rs *RuleSet) NominalLength(c recovery.Clock, at time.Time) (calendar.Length, bool) {
	rule := rs.clockRuleAt(c, at)
	if rule == nil {
		return calendar.Length{}, false
	}
	return rule.nominalLength(), true
}

// computeClockEnd counts a clock in days of the calendar. Under a pace above one the
// wait without pauses is scaled, and the pauses last as long as they last.
func (rs *RuleSet) computeClockEnd(rule *clockRule, pace int, from time.Time, pauses []calendar.Pause) calendar.Ending {
	if pace <= 1 {
		return rs.calendar.Deadline(from, rule.nominalLength(), pauses)
	}
	ending := rs.calendar.Deadline(from, rule.nominalLength(), nil)
	ending.At, ending.Stopped = calendar.AddWait(from, scaleByPace(ending.At.Sub(from), pace), pauses)
	return ending
}

// formatUnpublished tells the reader of a deadline which years were guessed.
func formatUnpublished(years []int) string {
	if len(years) == 0 {
		return ""
	}
	words := make([]string, len(years))
	for i, year := range years {
		words[i] = strconv.Itoa(year)
	}
	return "；" + strings.Join(words, "、") + " 年节假日安排尚未公布，暂按周末计算"
}

// lengthInHours is the length of a clock that counts in hours, as the check of the book
// has it of the auto-refund.
func (r *clockRule) lengthInHours() time.Duration { return time.Duration(r.Length) * time.Hour }

// refundDeadline is when the platform has given back what nobody claimed. Time that
// passed before the case was filed passed at life's own pace: only the rest of
// the window is paced.
func refundDeadline(c recovery.Case, window time.Duration) time.Time {
	due := c.SentAt.Add(window)
	if c.CreatedAt.After(c.SentAt) && due.After(c.CreatedAt) {
		return c.CreatedAt.Add(scaleByPace(due.Sub(c.CreatedAt), c.Pace))
	}
	if c.CreatedAt.After(c.SentAt) {
		return due
	}
	return c.SentAt.Add(scaleByPace(window, c.Pace))
}

func scaleByPace(length time.Duration, pace int) time.Duration {
	return length / time.Duration(max(1, pace))
}

// IsRefundAhead reports whether a platform refund of unclaimed money is still to
// come: some source says the platform gives it back, and its window is open.
func (rs *RuleSet) IsRefundAhead(f recovery.Filing, now time.Time) bool {
	if f.SentAt == nil || f.ClaimState == recovery.Claimed {
		return false
	}
	return rs.recallRulesFor(situation{platform: f.Platform, instrument: f.Instrument}, *f.SentAt).hasRefund() && rs.autoRefundAt(*f.SentAt).After(now)
}

// autoRefundAt is when unclaimed money sent at an instant comes back.
func (rs *RuleSet) autoRefundAt(sentAt time.Time) time.Time {
	return sentAt.Add(rs.clockRuleAt(recovery.AutoRefundClock, sentAt).lengthInHours())
}
