package casework

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"recourse/recovery"
)

// TestTheNextMessageIsAllowedThenAndNotBefore draws messages and limits. What is
// told as the next allowed instant is one, and no instant before it is.
func TestTheNextMessageIsAllowedThenAndNotBefore(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 4, 0, 0, 0, time.UTC)
	rapid.Check(t, func(r *rapid.T) {
		minutes := rapid.SliceOfN(rapid.IntRange(-4_000, 0), 0, 8).Draw(r, "minutes")
		p := plannedContact{
			next: recovery.Contact{CounterpartID: "a", At: now.Add(time.Duration(rapid.IntRange(0, 1_440).Draw(r, "now")) * time.Minute)},
			limits: recovery.ContactLimits{
				PerDay: rapid.IntRange(1, 3).Draw(r, "per day"), Total: rapid.IntRange(1, 9).Draw(r, "total"),
				QuietFrom: rapid.IntRange(0, 23).Draw(r, "quiet from"), QuietUntil: rapid.IntRange(0, 23).Draw(r, "quiet until"),
			},
		}
		for _, minute := range minutes {
			p.before = append(p.before, recovery.Contact{CounterpartID: "a", At: p.next.At.Add(time.Duration(minute) * time.Minute)})
		}
		breaches := func(at time.Time) int {
			next := p.next
			next.At = at
			return len(p.limits.Violations(p.before, nil, next))
		}
		from, ever := p.earliestAllowed()
		if ever != (len(p.before) < p.limits.Total) {
			r.Fatalf("allowed ever: %v, after %d of %d", ever, len(p.before), p.limits.Total)
		}
		if !ever {
			return
		}
		if from.Before(p.next.At) || breaches(from) != 0 {
			r.Fatalf("told %s, where %d limits stand against it", from, breaches(from))
		}
		for at := p.next.At; at.Before(from); at = at.Add(time.Minute) {
			if breaches(at) == 0 {
				r.Fatalf("told %s, but %s is allowed", from, at)
			}
		}
	})
}
