package playbook

import (
	"time"

	"recourse/recovery"
)

// clockRule is the length of one clock.
type clockRule struct {
	Rule  `yaml:",inline"`
	Clock recovery.Clock `yaml:"clock"`
	span  `yaml:",inline"`
}

// Nominal is the length of a clock as life has it, whatever the pace of a case.
func (b *Book) Nominal(c recovery.Clock) (time.Duration, bool) {
	rule, known := b.clocks[c]
	return rule.duration(), known
}

// Deadline is when the clock that runs at a position passes, counted from the
// instant it began; false when no clock runs. The auto-refund counts from the
// sending, whatever from says. Under a pace above one the waiting that is left
// shrinks by it.
func (b *Book) Deadline(p recovery.Position, c recovery.Case, from time.Time) (recovery.Deadline, bool) {
	rule, runs := b.clocks[p.Clock()]
	if !runs {
		return recovery.Deadline{}, false
	}
	due := from.Add(paced(rule.duration(), c.Pace))
	if rule.Clock == recovery.AutoRefundClock {
		due = refundDue(c, rule.duration())
	}
	return recovery.Deadline{
		Kind: rule.Clock, DueAt: due.UTC(), Source: rule.ID + " (" + rule.Source.String() + ")",
	}, true
}

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
	return b.cell(f.Platform, f.Instrument).refunds() && b.refundAt(*f.SentAt).After(now)
}

// refundAt is when unclaimed money sent at an instant comes back.
func (b *Book) refundAt(sentAt time.Time) time.Time {
	return sentAt.Add(b.clocks[recovery.AutoRefundClock].duration())
}
