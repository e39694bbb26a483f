package calendar_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"recourse/playbook/calendar"
	"recourse/recovery"
)

func china(t testing.TB) *calendar.Calendar {
	t.Helper()
	c, err := calendar.LoadChina()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func day(t testing.TB, text string) calendar.Day {
	t.Helper()
	d, err := calendar.ParseDay(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestDaysAreThoseOfShanghai(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ at, day string }{
		{"2026-11-21T15:59:59Z", "2026-11-21"},
		{"2026-11-21T16:00:00Z", "2026-11-22"},
		{"1970-01-01T00:00:00Z", "1970-01-01"},
		{"1969-12-31T15:59:59Z", "1969-12-31"},
		{"2024-02-29T12:00:00+08:00", "2024-02-29"},
	} {
		at, err := time.Parse(time.RFC3339, test.at)
		if err != nil {
			t.Fatal(err)
		}
		got := calendar.DayOf(at)
		if got.String() != test.day || got.Year() != at.In(recovery.Shanghai).Year() {
			t.Errorf("%s: %s of %d", test.at, got, got.Year())
		}
		if got.Weekday() != at.In(recovery.Shanghai).Weekday() {
			t.Errorf("%s: %s", test.at, got.Weekday())
		}
		if at.Before(got.Start()) || at.After(got.End()) {
			t.Errorf("%s: the day goes from %s to %s", test.at, got.Start(), got.End())
		}
	}
	if _, err := calendar.ParseDay("21 November"); err == nil {
		t.Error("a day of words was read")
	}
}

func TestRestDays(t *testing.T) {
	t.Parallel()
	c := china(t)
	for _, test := range []struct {
		day  string
		rest bool
	}{
		{"2025-10-01", true}, {"2025-10-08", true}, {"2025-10-09", false},
		{"2025-09-28", false}, // a Sunday that is worked
		{"2025-10-11", false}, // a Saturday that is worked
		{"2026-02-14", false}, {"2026-02-15", true}, {"2026-02-23", true}, {"2026-02-24", false}, {"2026-02-28", false},
		{"2026-11-20", false}, {"2026-11-21", true}, {"2026-11-22", true},
		{"2024-02-09", false}, {"2024-02-10", true},
		{"2027-01-01", true}, {"2027-05-01", true}, {"2027-10-01", true}, {"2027-10-02", true}, {"2027-10-03", true}, // without a notice
		{"2027-10-04", false}, {"2027-05-03", false}, {"2027-01-04", false},
		{"2030-01-01", true}, {"2030-05-02", true}, {"2030-05-03", false}, {"2030-01-02", false},
		{"2024-05-06", false}, // the notice decides: the fixed days are part of it
		{"2030-01-05", true},
	} {
		if got := c.IsRestDay(day(t, test.day)); got != test.rest {
			t.Errorf("%s: rest %v", test.day, got)
		}
	}
}

func TestPublishedYears(t *testing.T) {
	t.Parallel()
	c := china(t)
	if got := c.Years(); !slices.Equal(got, []int{2024, 2025, 2026}) {
		t.Errorf("years %v", got)
	}
	notice, known := c.NoticeOf(2026)
	if !known || notice.Document != "国办发明电〔2025〕7号" || notice.Published.String() != "2025-11-04" {
		t.Errorf("2026: %+v, %v", notice, known)
	}
	if _, known := c.NoticeOf(2027); known {
		t.Error("2027 is not published")
	}
}

func TestABrokenNoticeIsRefused(t *testing.T) {
	t.Parallel()
	const sound = "year: 2026\ndocument: x\npublished: 2025-11-04\nholidays: [{name: 元旦, from: 2026-01-01, to: 2026-01-03, workdays: [2026-01-04]}]\n"
	for _, test := range []struct{ name, old, new, want string }{
		{"sound", "", "", ""},
		{"an unknown field", "document", "number", "field number"},
		{"no number", "document: x", "document: ''", "no number"},
		{"no date", "published: 2025-11-04", "published: soon", "published"},
		{"another year", "to: 2026-01-03", "to: 2027-01-03", "no holiday of 2026"},
		{"backwards", "to: 2026-01-03", "to: 2025-12-30", "no holiday of 2026"},
		{"a month of rest", "to: 2026-01-03", "to: 2026-01-30", "no holiday of 2026"},
		{"no first day", "from: 2026-01-01", "from: x", "元旦"},
		{"no last day", "to: 2026-01-03", "to: x", "元旦"},
		{"no workday", "[2026-01-04]", "[x]", "元旦"},
		{"a weekday", "[2026-01-04]", "[2026-01-06]", "no make-up workday"},
		{"a holiday worked", "[2026-01-04]", "[2026-01-03]", "no make-up workday"},
	} {
		text := strings.Replace(sound, test.old, test.new, 1)
		_, err := calendar.LoadFrom(fstest.MapFS{"data/2026.yaml": {Data: []byte(text)}})
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", test.name, err)
		}
		if err != nil && !strings.Contains(err.Error(), "data/2026.yaml") {
			t.Errorf("%s: the file is not named: %v", test.name, err)
		}
	}
	twice := fstest.MapFS{"data/a.yaml": {Data: []byte(sound)}, "data/b.yaml": {Data: []byte(sound)}}
	if _, err := calendar.LoadFrom(twice); err == nil || !strings.Contains(err.Error(), "two notices") {
		t.Errorf("a year twice: %v", err)
	}
}
