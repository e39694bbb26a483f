package calendar

import (
	"time"

	"recourse/recovery"
)

// Day is a civil day in Shanghai, counted from 1970-01-01.
type Day int

const secondsPerDay = 24 * 60 * 60

// DayOf returns the day of an instant.
func DayOf(at time.Time) Day {
	seconds := at.Unix() + 8*60*60
	day := seconds / secondsPerDay
	if seconds%secondsPerDay < 0 {
		day--
	}
	return Day(day)
}

// ParseDay parses a day such as 2026-11-21.
func ParseDay(text string) (Day, error) {
	at, err := time.ParseInLocation(time.DateOnly, text, recovery.Shanghai)
	if err != nil {
		return 0, err
	}
	return DayOf(at), nil
}

// Start returns the first instant of the day.
func (d Day) Start() time.Time {
	return time.Unix(int64(d)*secondsPerDay-8*60*60, 0).UTC()
}

// End returns the last second of the day, 23:59:59. Readers assign it to the right
// day, unlike 24:00.
func (d Day) End() time.Time { return (d + 1).Start().Add(-time.Second) }

// Year returns the year of the day.
func (d Day) Year() int { return d.Start().In(recovery.Shanghai).Year() }

// AddYears returns the same date of a later year; 28 February for a leap day in a
// year without one.
func (d Day) AddYears(years int) Day {
	at := d.Start().In(recovery.Shanghai)
	later := at.AddDate(years, 0, 0)
	if later.Day() != at.Day() {
		later = later.AddDate(0, 0, -later.Day())
	}
	return DayOf(later)
}

// Weekday returns the day of the week.
func (d Day) Weekday() time.Weekday {
	const epoch = int(time.Thursday) // 1970-01-01
	return time.Weekday(((int(d)+epoch)%7 + 7) % 7)
}

// String returns the day as 2026-11-21.
func (d Day) String() string { return d.Start().In(recovery.Shanghai).Format(time.DateOnly) }
