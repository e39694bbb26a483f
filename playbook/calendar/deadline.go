package calendar

import (
	"slices"
	"time"
)

// Unit is the unit of a length.
type Unit string

// The units. Hours run from the instant they start; days and working days begin on
// the next day and end with the last second of the last one; years end on the same
// date, or on the last day of its month (民法典 200 to 203).
const (
	Hours       Unit = "hours"
	Days        Unit = "days"
	WorkingDays Unit = "working_days"
	Years       Unit = "years"
)

// Units lists all units.
var Units = []Unit{Hours, Days, WorkingDays, Years}

// HasRestDays reports whether a length in the unit may end on a rest day.
func (u Unit) HasRestDays() bool { return u == Days || u == Years }

// RestDays defines what happens when a length in days or years ends on a rest day.
type RestDays string

// The rules: the end stays, or moves to the next working day (民法典 203).
const (
	Keep RestDays = "keep"
	Move RestDays = "move"
)

// Length is how long a clock runs. RestDays applies to days and years only: hours
// end at any time, and working days never end on a rest day.
type Length struct {
	Count    int
	Unit     Unit
	RestDays RestDays
}

// Pause stops a clock between two instants, the second excluded. A zero Until means
// that the pause continues.
type Pause struct {
	From, Until time.Time
	Reason      string
}

// Ending is the end of a length.
type Ending struct {
	At time.Time // UTC
	// Unpublished are the years whose holidays were needed but are not published:
	// only their weekends counted.
	Unpublished []int
	// Stopped reports that an open pause holds the clock: At is the end if the
	// pause ended at its start.
	Stopped bool
}

// Deadline returns the end of a length that starts at an instant. A pause stops
// hours while it lasts, and removes every day whose end it covers.
//
// It depends on its arguments only, so a pause counts the same under another
// length.
func (c *Calendar) Deadline(start time.Time, length Length, pauses []Pause) Ending {
	stops, open := mergePauses(pauses)
	ending := Ending{}
	if length.Unit == Hours {
		ending.At = addWait(start, time.Duration(length.Count)*time.Hour, stops)
	} else {
		ending.At, ending.Unpublished = c.countDays(start, length, stops)
	}
	ending.Stopped = !open.IsZero() && open.Before(ending.At)
	return ending
}

// AddWait returns the instant at which a wait is over, without the pauses; stopped
// when an open pause holds it.
func AddWait(start time.Time, wait time.Duration, pauses []Pause) (at time.Time, stopped bool) {
	stops, open := mergePauses(pauses)
	at = addWait(start, wait, stops)
	return at, !open.IsZero() && open.Before(at)
}

// mergePauses sorts the pauses and joins those that touch. open is the start of the
// first pause without end.
func mergePauses(pauses []Pause) (stops []Pause, open time.Time) {
	for _, p := range pauses {
		if p.Until.IsZero() && (open.IsZero() || p.From.Before(open)) {
			open = p.From
		}
		if p.Until.After(p.From) {
			stops = append(stops, p)
		}
	}
	slices.SortFunc(stops, func(a, b Pause) int { return a.From.Compare(b.From) })
	joined := stops[:0]
	for _, p := range stops {
		if last := len(joined) - 1; last >= 0 && !p.From.After(joined[last].Until) {
			if p.Until.After(joined[last].Until) {
				joined[last].Until = p.Until
			}
			continue
		}
		joined = append(joined, p)
	}
	return joined, open
}

func addWait(start time.Time, wait time.Duration, stops []Pause) time.Time {
	at := start.Add(wait)
	for _, p := range stops {
		if !p.Until.After(start) {
			continue
		}
		if !p.From.Before(at) {
			break
		}
		from := p.From
		if from.Before(start) {
			from = start
		}
		at = at.Add(p.Until.Sub(from))
	}
	return at.UTC()
}

// countDays counts whole days from the day after the start, or years to its date.
func (c *Calendar) countDays(start time.Time, length Length, stops []Pause) (time.Time, []int) {
	count := dayCounter{calendar: c, stops: stops}
	day, left := DayOf(start), length.Count
	if length.Unit == Years {
		left = int(day.AddYears(length.Count) - day)
	}
	for ; left > 0; left-- {
		day = count.nextCounted(day, length.Unit == WorkingDays)
	}
	if length.Unit.HasRestDays() && length.RestDays == Move && count.isRestDay(day) {
		day = count.nextCounted(day, true)
	}
	return day.End(), count.unpublished
}

// dayCounter walks over days and records the years without a notice.
type dayCounter struct {
	calendar    *Calendar
	stops       []Pause
	unpublished []int
}

// nextCounted returns the next day that counts.
func (c *dayCounter) nextCounted(day Day, working bool) Day {
	for {
		day = c.skipPauses(day + 1)
		if !working || !c.isRestDay(day) {
			return day
		}
	}
}

// skipPauses returns the first day, from this one on, whose end no pause covers.
func (c *dayCounter) skipPauses(day Day) Day {
	for _, p := range c.stops {
		if end := day.End(); !p.From.After(end) && p.Until.After(end) {
			day = DayOf(p.Until)
			if day.End().Before(p.Until) {
				day++ // the pause ends within the last second of the day
			}
		}
	}
	return day
}

func (c *dayCounter) isRestDay(day Day) bool {
	year := day.Year()
	if _, known := c.calendar.NoticeOf(year); !known && !slices.Contains(c.unpublished, year) {
		c.unpublished = append(c.unpublished, year)
	}
	return c.calendar.IsRestDay(day)
}
