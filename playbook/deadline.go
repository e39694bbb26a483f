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
	// WarnDays are how many days before the deadline people are warned, in
	// descending order.
	WarnDays []int `yaml:"warn_days"`
}

func (r *clockRule) nominalLength() calendar.Length {
	return calendar.Length{Count: r.Length, Unit: r.Unit, RestDays: r.RestDays}
}

// clockRuleAt returns the rule of a clock that starts at an instant. The checks
// guarantee exactly one. For an unknown instant it is the newest.
func (rs *RuleSet) clockRuleAt(c recovery.Clock, at time.Time) (found *clockRule) {
	for rule := range rulesInForce(rs.data.Clocks, at) {
		if rule.Clock == c && (found == nil || startOfDay(rule.ValidFrom).After(startOfDay(found.ValidFrom))) {
			found = rule
		}
	}
	return found
}

// NominalLength is the length of a clock that starts at an instant, ignoring the
// pace of a case.
func (rs *RuleSet) NominalLength(c recovery.Clock, at time.Time) (calendar.Length, bool) {
	rule := rs.clockRuleAt(c, at)
	if rule == nil {
		return calendar.Length{}, false
	}
	return rule.nominalLength(), true
}

// computeClockEnd counts a clock in calendar days. With a pace above one the wait
// without pauses is scaled; pauses keep their real length.
func (rs *RuleSet) computeClockEnd(rule *clockRule, pace int, from time.Time, pauses []calendar.Pause) calendar.Ending {
	if pace <= 1 {
		return rs.calendar.Deadline(from, rule.nominalLength(), pauses)
	}
	ending := rs.calendar.Deadline(from, rule.nominalLength(), nil)
	ending.At, ending.Stopped = calendar.AddWait(from, scaleByPace(ending.At.Sub(from), pace), pauses)
	return ending
}

// formatUnpublished returns a note on the years whose holidays are not published.
func formatUnpublished(years []int) string {
	if len(years) == 0 {
		return ""
	}
	words := make([]string, len(years))
	for i, year := range years {
		words[i] = strconv.Itoa(year)
	}
	return "；" + strings.Join(words, "、") + " 年节假日安排尚未公布，暂按周末和法律写明的假日计算"
}

// lengthInHours returns the length of the auto-refund clock, which the checks
// require to be in hours.
func (r *clockRule) lengthInHours() time.Duration { return time.Duration(r.Length) * time.Hour }

// refundDeadline returns when the platform refunds unclaimed money. Time before
// filing passed in real time, so only the rest of the window is scaled by the pace.
func refundDeadline(c recovery.Case, window time.Duration) time.Time {
	sentAt := c.LastSentAt()
	due := sentAt.Add(window)
	if c.CreatedAt.After(sentAt) && due.After(c.CreatedAt) {
		return c.CreatedAt.Add(scaleByPace(due.Sub(c.CreatedAt), c.Pace))
	}
	if c.CreatedAt.After(sentAt) {
		return due
	}
	return sentAt.Add(scaleByPace(window, c.Pace))
}

func scaleByPace(length time.Duration, pace int) time.Duration {
	return length / time.Duration(max(1, pace))
}

// IsRefundAhead reports whether a refund of unclaimed money is still to come: a
// source states that the platform refunds it, and the window is open.
func (rs *RuleSet) IsRefundAhead(f recovery.Filing, now time.Time) bool {
	if f.SentAt == nil || f.ClaimState == recovery.Claimed {
		return false
	}
	last := recovery.Case{SentAt: *f.SentAt, Sends: f.Sends}.LastSentAt()
	return rs.recallRulesFor(situation{platform: f.Platform, instrument: f.Instrument}, *f.SentAt).hasRefund() && rs.autoRefundAt(last).After(now)
}

// autoRefundAt returns when unclaimed money sent at an instant is refunded.
func (rs *RuleSet) autoRefundAt(sentAt time.Time) time.Time {
	return sentAt.Add(rs.clockRuleAt(recovery.AutoRefundClock, sentAt).lengthInHours())
}
