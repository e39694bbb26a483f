package web

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"recourse/recovery"
)

// dueMark is one deadline in words and as a clock.
type dueMark struct {
	Name   string
	At     time.Time
	Then   string // what happens by itself when it passes
	Paused string // why it stands still
	Late   bool
	Near   bool
}

// near is how soon, in life's own pace, a deadline has to be for the page to say
// so.
const near = 24 * time.Hour

// due is the deadline that counts: the first that runs, or when all stand still,
// the first of those.
func (c *call) due(deadlines []recovery.Deadline, pace int) *dueMark {
	if len(deadlines) == 0 {
		return nil
	}
	mark := c.mark(slices.MinFunc(deadlines, soonest), pace)
	return &mark
}

// soonest orders deadlines by time, those that stand still last.
func soonest(a, b recovery.Deadline) int {
	switch {
	case a.PausedBecause == "" && b.PausedBecause != "":
		return -1
	case a.PausedBecause != "" && b.PausedBecause == "":
		return 1
	default:
		return a.DueAt.Compare(b.DueAt)
	}
}

func (c *call) mark(d recovery.Deadline, pace int) dueMark {
	now := c.web.now()
	mark := dueMark{
		Name: c.say.clockName(d), At: d.DueAt, Then: c.say.Word("silence", d.Kind), Late: d.PausedBecause == "" && d.DueAt.Before(now),
	}
	if d.PausedBecause != "" {
		mark.Paused = c.say.named("stopped", d.PausedBecause)
	}
	mark.Near = mark.Paused == "" && !mark.Late && d.DueAt.Sub(now) < near/time.Duration(max(1, pace))
	return mark
}

// clockName names a deadline, and which of several it is.
func (w *wording) clockName(d recovery.Deadline) string {
	name := w.Word("clock", d.Kind)
	switch d.Kind {
	case recovery.TaskClock:
		rung, _, _ := strings.Cut(d.Ref, ":") // whom it is about stands with the task
		return name + " · " + w.named("rung", rung)
	case recovery.InstalmentClock:
		_, part, _ := strings.Cut(d.Ref, "/")
		if no, err := strconv.Atoi(part); err == nil {
			return name + " · " + w.T("case.plan_row", "no", no)
		}
	default:
	}
	return name
}

// named words a value that is stored for ever; one that nobody foresaw stays as
// it is.
func (w *wording) named(family, value string) string {
	if text, found := w.Find(family + "." + value); found {
		return text
	}
	return value
}

// clocks are all deadlines, the soonest first; of a plan only its next part.
func (c *call) clocks(deadlines []recovery.Deadline, pace int) []dueMark {
	sorted := slices.Clone(deadlines)
	slices.SortStableFunc(sorted, soonest)
	seen := map[string]bool{}
	var marks []dueMark
	for _, deadline := range sorted {
		if plan, _, parts := strings.Cut(deadline.Ref, "/"); parts {
			if seen[plan] {
				continue
			}
			seen[plan] = true
		}
		marks = append(marks, c.mark(deadline, pace))
	}
	return marks
}
