package web

import (
	"fmt"
	"strings"
	"time"

	"recourse/recovery"
)

// clock writes an instant as a clock shows it in China, with its offset.
func clock(at time.Time) string { return at.In(recovery.Shanghai).Format("2006-01-02 15:04:05 -07:00") }

// minute is clock without seconds and offset, for dense tables.
func minute(at time.Time) string { return at.In(recovery.Shanghai).Format("01-02 15:04") }

// day is the day in China, for what is months ahead.
func day(at time.Time) string { return at.In(recovery.Shanghai).Format(time.DateOnly) }

// machineTime is the value of a <time datetime>.
func machineTime(at time.Time) string { return at.In(recovery.Shanghai).Format(time.RFC3339) }

// inputTime is the value of an <input type=datetime-local>.
func inputTime(at time.Time) string { return at.In(recovery.Shanghai).Format("2006-01-02T15:04:05") }

// yuan writes an amount with its sign.
func yuan(m recovery.Money) string { return "¥" + m.String() }

// span writes a length of time in its two largest units: "2 天 3 小时".
func (w *wording) span(d time.Duration) string {
	if d < time.Minute {
		return w.T("span.seconds", "count", max(1, int(d.Seconds())))
	}
	days, hours, minutes := int(d.Hours())/24, int(d.Hours())%24, int(d.Minutes())%60
	var parts []string
	for _, part := range []struct {
		key string
		n   int
	}{{"span.days", days}, {"span.hours", hours}, {"span.minutes", minutes}} {
		if part.n > 0 && len(parts) < 2 {
			parts = append(parts, w.T(part.key, "count", part.n))
		}
	}
	return strings.Join(parts, " ")
}

// left says how long there is until an instant, or how long it is over.
func (w *wording) left(now, due time.Time) string {
	if due.After(now) {
		return w.T("span.left", "span", w.span(due.Sub(now)))
	}
	return w.T("span.over", "span", w.span(now.Sub(due)))
}

// size writes a number of bytes.
func size(n int64) string {
	switch {
	case n < 1<<10:
		return fmt.Sprintf("%d B", n)
	case n < 1<<20:
		return fmt.Sprintf("%.0f kB", float64(n)/(1<<10))
	default:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	}
}

// short is the beginning of a fingerprint, enough to compare by eye.
func short(hash string) string { return hash[:min(12, len(hash))] }

// grouped sets a fingerprint in groups of eight, so that a person can read it
// out and a phone can break the line.
func grouped(hash string) string {
	var out strings.Builder
	for i, r := range hash {
		if i > 0 && i%8 == 0 {
			out.WriteByte(' ')
		}
		out.WriteRune(r)
	}
	return out.String()
}
