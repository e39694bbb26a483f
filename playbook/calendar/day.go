package calendar

import (
	"time"

	"recourse/recovery"
)

// Day is a civil day in Shanghai, counted from 1970-01-01.
type Day int

const secondsPerDay = 24 * 60 * 60

// DayOf is the day an instant falls on.
func DayOf(at time.Time) Day {
	seconds := at.Unix() + 8*60*60
	day := seconds / secondsPerDay
	if seconds%secondsPerDay < 0 {
		day--
	}
	return Day(day)
}

// ParseDay reads 2026-11-21.
func ParseDay(text string) (Day, error) {
	at, err := time.ParseInLocation(time.DateOnly, text, recovery.Shanghai)
	if err != nil {
		return 0, err
	}
	return DayOf(at), nil
}

// Start is the first instant of the day.
func (d Day) Start() time.Time {
	return time.Unix(int64(d)*secondsPerDay-8*60*60, 0).UTC()
}

// End is the last second of the day, 23:59:59: a deadline written so is read as
// the day it belongs to, which 24:00 is not.
func (d Day) End() time.Time { return (d + 1).Start().Add(-time.Second) }

// Year is the year the day lies in.
func (d Day) Year() int { return d.Start().In(recovery.Shanghai).Year() }

// Weekday is the day of the week.
func (d Day) Weekday() time.Weekday {
	const epoch = int(time.Thursday) // 1970-01-01
	return time.Weekday(((int(d)+epoch)%7 + 7) % 7)
}

// String writes the day as 2026-11-21.
func (d Day) String() string { return d.Start().In(recovery.Shanghai).Format(time.DateOnly) }
