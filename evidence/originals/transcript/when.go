package transcript

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"recourse/recovery"
)

// The years in which a message can have been sent.
const (
	firstYear = 1995
	lastYear  = 2100
)

// layouts are the forms of a time without a time zone. China's is assumed.
var layouts = []string{
	"2006-1-2 15:04:05", "2006-1-2 15:04", "2006-1-2T15:04:05", "2006/1/2 15:04:05", "2006/1/2 15:04", "2006.1.2 15:04:05", "2006.1.2 15:04",
	"2006年1月2日 15:04:05", "2006年1月2日 15:04", "2006年1月2日15:04:05", "2006年1月2日15:04", "2006年1月2日 15时04分", "2006年1月2日15时04分05秒",
	"2.1.2006 15:04:05", "2006-1-2 15:04:05.000", "2006-1-2T15:04:05.000", "2006-1-2 3:04:05 PM", "2006/1/2 3:04:05 PM",
	"2006-1-2 3:04 PM", "2006/1/2 3:04 PM",
}

var (
	dayForm   = regexp.MustCompile(`^\d{4}(?:[-/.]\d{1,2}[-/.]\d{1,2}|年\d{1,2}月\d{1,2}日)$`)
	clockForm = regexp.MustCompile(`^(?:(?:上午|下午|凌晨|早上|中午|晚上) ?)?\d{1,2}[:：]\d{2}(?:[:：]\d{2})?(?: ?[AP]M)?$`)
)

func isDay(text string) bool { return dayForm.MatchString(text) }

func isClock(text string) bool { return clockForm.MatchString(text) }

// zoned are the forms with a time zone.
var zoned = []string{
	time.RFC3339Nano, "2006-01-02 15:04:05-07:00", "2006-01-02 15:04:05 -0700", "2006-01-02T15:04:05-0700", time.RFC1123Z, time.RFC1123,
	"2.1.2006 15:04:05 UTC-07:00",
}

var halfDay = regexp.MustCompile(`(上午|凌晨|早上|中午|下午|晚上)\s*(\d{1,2})([:：时])`)

// parseTime reads a time as exporters write it, or a number of seconds or milliseconds. The
// zero time means that it is none.
func parseTime(text string) time.Time {
	text = strings.TrimSpace(strings.NewReplacer("：", ":", ",", "", "，", "", "\u202f", " ", "\u00a0", " ").Replace(text))
	if at := parseEpoch(text); !at.IsZero() {
		return at
	}
	for _, layout := range zoned {
		if at, err := time.Parse(layout, text); err == nil && isPlausible(at) {
			return at.UTC()
		}
	}
	text = oneLine(halfDay.ReplaceAllStringFunc(text, wholeDay))
	for _, layout := range layouts {
		if at, err := time.ParseInLocation(layout, text, recovery.Shanghai); err == nil && isPlausible(at) {
			return at.UTC()
		}
	}
	return time.Time{}
}

// wholeDay rewrites an hour of half a day, as "下午3:", to one of 24.
func wholeDay(text string) string {
	parts := halfDay.FindStringSubmatch(text)
	hour, err := strconv.Atoi(parts[2])
	if err != nil || hour > 12 {
		return " " + parts[2] + parts[3]
	}
	switch parts[1] {
	case "下午", "晚上":
		hour = hour%12 + 12
	case "中午":
		if hour < 11 {
			hour += 12
		}
	default:
		hour %= 12
	}
	return " " + strconv.Itoa(hour) + parts[3]
}

// parseEpoch reads a number of seconds, milliseconds or microseconds since 1970.
func parseEpoch(text string) time.Time {
	whole, _, _ := strings.Cut(text, ".")
	number, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || number <= 0 {
		return time.Time{}
	}
	var at time.Time
	switch len(whole) {
	case 9, 10:
		at = time.Unix(number, 0)
	case 12, 13:
		at = time.UnixMilli(number)
	case 15, 16:
		at = time.UnixMicro(number)
	default:
		return time.Time{}
	}
	if !isPlausible(at) {
		return time.Time{}
	}
	return at.UTC()
}

func isPlausible(at time.Time) bool {
	year := at.UTC().Year()
	return year >= firstYear && year <= lastYear
}
