package web

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"recourse/recovery"
)

// deadlineView is a deadline as pages show it.
type deadlineView struct {
	Name        string
	At          time.Time
	Consequence string // what happens when it passes
	Paused      string // why it does not run; "" when it runs
	Late        bool
	Near        bool
	LastDay     time.Time // of a right, which ends at midnight; zero for other deadlines
}

// nearDeadline is the remaining time from which a page highlights a deadline,
// for cases without pace.
const nearDeadline = 24 * time.Hour

// nextDeadline returns the first running deadline, or the first paused one if
// none runs.
func (c *pageContext) nextDeadline(deadlines []recovery.Deadline, pace int) *deadlineView {
	if len(deadlines) == 0 {
		return nil
	}
	mark := c.newDeadlineView(slices.MinFunc(deadlines, compareDeadlines), pace)
	return &mark
}

// compareDeadlines orders deadlines by time, paused ones last.
func compareDeadlines(a, b recovery.Deadline) int {
	switch {
	case a.PausedBecause == "" && b.PausedBecause != "":
		return -1
	case a.PausedBecause != "" && b.PausedBecause == "":
		return 1
	default:
		return a.DueAt.Compare(b.DueAt)
	}
}

func (c *pageContext) newDeadlineView(d recovery.Deadline, pace int) deadlineView {
	now := c.web.now()
	mark := deadlineView{
		Name: c.texts.deadlineName(d), At: d.DueAt, Consequence: c.texts.Word("silence", d.Kind), Late: d.PausedBecause == "" && d.DueAt.Before(now),
	}
	if d.Kind == recovery.LimitationClock || d.Kind == recovery.AvoidanceClock {
		mark.LastDay = d.DueAt.Add(-time.Second)
	}
	if d.PausedBecause != "" {
		mark.Paused = c.texts.nameOrValue("stopped", d.PausedBecause)
	}
	// Nobody misses anything when a refund arrives, so that moment is never urgent.
	mark.Near = d.Kind != recovery.AutoRefundClock && mark.Paused == "" && !mark.Late && d.DueAt.Sub(now) < nearDeadline/time.Duration(max(1, pace))
	return mark
}

// deadlineName returns the name of a deadline, including its task or
// instalment.
func (w *pageTexts) deadlineName(d recovery.Deadline) string {
	name := w.Word("clock", d.Kind)
	switch d.Kind {
	case recovery.TaskClock:
		task, _, _ := strings.Cut(d.Ref, ":") // the counterpart is shown with the task
		return name + " · " + w.nameOrValue("rung", task)
	case recovery.InstalmentClock:
		_, part, _ := strings.Cut(d.Ref, "/")
		if no, err := strconv.Atoi(part); err == nil {
			return name + " · " + w.T("case.plan_row", "no", no)
		}
	default:
	}
	return name
}

// nameOrValue returns the name of a stored value, or the value itself if it has
// no name: journal entries may contain values of later versions.
func (w *pageTexts) nameOrValue(family, value string) string {
	if text, found := w.FindText(family + "." + value); found {
		return text
	}
	return value
}

// deadlineViews returns all deadlines, the next first. Of each plan it includes
// only the next instalment.
func (c *pageContext) deadlineViews(deadlines []recovery.Deadline, pace int) []deadlineView {
	sorted := slices.Clone(deadlines)
	slices.SortStableFunc(sorted, compareDeadlines)
	seen := map[string]bool{}
	var marks []deadlineView
	for _, deadline := range sorted {
		if plan, _, parts := strings.Cut(deadline.Ref, "/"); parts {
			if seen[plan] {
				continue
			}
			seen[plan] = true
		}
		marks = append(marks, c.newDeadlineView(deadline, pace))
	}
	return marks
}
