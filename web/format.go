package web

import (
	"fmt"
	"strings"
	"time"

	"recourse/recovery"
)

// formatTime formats a time in China with its offset.
func formatTime(at time.Time) string {
	return at.In(recovery.Shanghai).Format("2006-01-02 15:04:05 -07:00")
}

// formatSecond formats a time in China to the second.
func formatSecond(at time.Time) string { return at.In(recovery.Shanghai).Format(time.DateTime) }

// formatMinute formats a time without seconds and offset, for dense tables.
func formatMinute(at time.Time) string { return at.In(recovery.Shanghai).Format("01-02 15:04") }

// formatDay formats the day in China, for times far in the future.
func formatDay(at time.Time) string { return at.In(recovery.Shanghai).Format(time.DateOnly) }

// formatRFC3339 formats the datetime attribute of a <time> element.
func formatRFC3339(at time.Time) string { return at.In(recovery.Shanghai).Format(time.RFC3339) }

// formatInputTime formats the value of an <input type=datetime-local>.
func formatInputTime(at time.Time) string {
	return at.In(recovery.Shanghai).Format("2006-01-02T15:04:05")
}

// formatYuan formats an amount with its currency sign.
func formatYuan(m recovery.Money) string { return "¥" + m.String() }

// formatDuration formats a duration in its two largest units: "2 天 3 小时".
func (w *pageTexts) formatDuration(d time.Duration) string {
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

// formatTimeLeft returns the time left until due, or since due.
func (w *pageTexts) formatTimeLeft(now, due time.Time) string {
	if due.After(now) {
		return w.T("span.left", "span", w.formatDuration(due.Sub(now)))
	}
	return w.T("span.over", "span", w.formatDuration(now.Sub(due)))
}

// formatSize formats a number of bytes.
func formatSize(n int64) string {
	switch {
	case n < 1<<10:
		return fmt.Sprintf("%d B", n)
	case n < 1<<20:
		return fmt.Sprintf("%.0f kB", float64(n)/(1<<10))
	default:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	}
}

// shortenHash returns the beginning of a hash, enough to compare by eye.
func shortenHash(hash string) string { return hash[:min(12, len(hash))] }

// groupHash splits a hash into groups of eight, so that people can read it
// aloud and phones can wrap the line.
func groupHash(hash string) string {
	var out strings.Builder
	for i, r := range hash {
		if i > 0 && i%8 == 0 {
			out.WriteByte(' ')
		}
		out.WriteRune(r)
	}
	return out.String()
}
