package calendar_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"recourse/playbook/calendar"
	"recourse/recovery"
)

func instant(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", text, recovery.Shanghai)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestKnownSpans(t *testing.T) {
	t.Parallel()
	c := china(t)
	working := func(n int) calendar.Length { return calendar.Length{Count: n, Unit: calendar.WorkingDays} }
	keep := func(n int) calendar.Length {
		return calendar.Length{Count: n, Unit: calendar.Days, RestDays: calendar.Keep}
	}
	years := func(n int) calendar.Length {
		return calendar.Length{Count: n, Unit: calendar.Years, RestDays: calendar.Keep}
	}
	move := func(n int) calendar.Length {
		return calendar.Length{Count: n, Unit: calendar.Days, RestDays: calendar.Move}
	}
	for _, test := range []struct {
		name, start string
		length      calendar.Length
		last        string
		unpublished []int
	}{
		{"a plain week", "2026-11-09 10:00", working(5), "2026-11-16", nil},
		{"the next day", "2026-11-09 23:59", working(1), "2026-11-10", nil},
		{"over National Day 2025", "2025-09-30 12:00", working(1), "2025-10-09", nil},
		{"with the Saturday that is worked", "2025-09-30 12:00", working(3), "2025-10-11", nil},
		{"over Spring Festival 2026", "2026-02-13 09:00", working(2), "2026-02-24", nil},
		{"both make-up Saturdays of 2026", "2026-02-13 09:00", working(6), "2026-02-28", nil},
		{"calendar days stay in a holiday", "2025-09-28 12:00", keep(5), "2025-10-03", nil},
		{"or leave it", "2025-09-28 12:00", move(5), "2025-10-09", nil},
		{"a Saturday that is worked is a good end", "2025-10-04 12:00", move(7), "2025-10-11", nil},
		{"a weekend moves to Monday", "2026-11-11 12:00", move(10), "2026-11-23", nil},
		{"a leap day", "2024-02-28 12:00", keep(1), "2024-02-29", nil},
		{"into a year without notice", "2026-12-30 12:00", working(3), "2027-01-05", []int{2027}},
		{"only the end matters to calendar days", "2026-12-30 12:00", move(3), "2027-01-04", []int{2027}},
		{"years end on the same date", "2026-11-30 10:00", years(3), "2029-11-30", nil},
		{"a leap day ends with February", "2024-02-29 10:00", years(3), "2027-02-28", nil},
		{"and nothing when it stays", "2026-12-30 12:00", keep(3), "2027-01-02", nil},
	} {
		got := c.Deadline(instant(t, test.start), test.length, nil)
		if want := day(t, test.last).End(); !got.At.Equal(want) || got.Stopped || !slices.Equal(got.Unpublished, test.unpublished) {
			t.Errorf("%s: %s (%v), want %s (%v)", test.name, got.At.In(recovery.Shanghai), got.Unpublished, test.last, test.unpublished)
		}
	}
	start := instant(t, "2025-09-30 12:00")
	if got := c.Deadline(start, calendar.Length{Count: 24, Unit: calendar.Hours}, nil); !got.At.Equal(start.Add(24 * time.Hour)) {
		t.Errorf("hours end at %s", got.At)
	}
}

func TestPauses(t *testing.T) {
	t.Parallel()
	c := china(t)
	pause := func(from, until string) calendar.Pause {
		return calendar.Pause{From: instant(t, from), Until: instant(t, until), Reason: "补充材料"}
	}
	start := instant(t, "2026-11-09 10:00")
	for _, test := range []struct {
		name   string
		length calendar.Length
		pauses []calendar.Pause
		end    string
	}{
		{"hours", calendar.Length{Count: 24, Unit: calendar.Hours}, []calendar.Pause{pause("2026-11-09 12:00", "2026-11-09 15:00")}, "2026-11-10 13:00"},
		{"begun in a pause", calendar.Length{Count: 24, Unit: calendar.Hours}, []calendar.Pause{pause("2026-11-09 08:00", "2026-11-09 15:00")}, "2026-11-10 15:00"},
		{"a pause drawn in by another", calendar.Length{Count: 24, Unit: calendar.Hours}, []calendar.Pause{
			pause("2026-11-10 11:00", "2026-11-10 12:00"), pause("2026-11-09 12:00", "2026-11-09 14:00"),
		}, "2026-11-10 13:00"},
		{"pauses that overlap count once", calendar.Length{Count: 24, Unit: calendar.Hours}, []calendar.Pause{
			pause("2026-11-09 12:00", "2026-11-09 15:00"), pause("2026-11-09 14:00", "2026-11-09 15:00"),
		}, "2026-11-10 13:00"},
		{"over before", calendar.Length{Count: 24, Unit: calendar.Hours}, []calendar.Pause{pause("2026-11-01 08:00", "2026-11-02 15:00")}, "2026-11-10 10:00"},
		{"turned round", calendar.Length{Count: 24, Unit: calendar.Hours}, []calendar.Pause{pause("2026-11-10 08:00", "2026-11-09 15:00")}, "2026-11-10 10:00"},
	} {
		got := c.Deadline(start, test.length, test.pauses)
		if want := instant(t, test.end); !got.At.Equal(want) {
			t.Errorf("%s: %s, want %s", test.name, got.At.In(recovery.Shanghai), test.end)
		}
	}
	five := calendar.Length{Count: 5, Unit: calendar.WorkingDays}
	for _, test := range []struct {
		name   string
		pauses []calendar.Pause
		last   string
	}{
		{"an afternoon costs no day", []calendar.Pause{pause("2026-11-10 10:00", "2026-11-10 18:00")}, "2026-11-16"},
		{"a night costs one", []calendar.Pause{pause("2026-11-10 10:00", "2026-11-11 10:00")}, "2026-11-17"},
		{"a weekend costs none", []calendar.Pause{pause("2026-11-14 00:00", "2026-11-16 00:00")}, "2026-11-16"},
		{"to the stroke of midnight", []calendar.Pause{pause("2026-11-10 00:00", "2026-11-12 00:00")}, "2026-11-18"},
	} {
		if got := c.Deadline(start, five, test.pauses); !got.At.Equal(day(t, test.last).End()) {
			t.Errorf("%s: %s, want %s", test.name, got.At.In(recovery.Shanghai), test.last)
		}
	}
}

func TestAPauseWithoutEndStopsTheClock(t *testing.T) {
	t.Parallel()
	c := china(t)
	start := instant(t, "2026-11-09 10:00")
	open := []calendar.Pause{{From: instant(t, "2026-11-10 10:00")}}
	if got := c.Deadline(start, calendar.Length{Count: 5, Unit: calendar.WorkingDays}, open); !got.Stopped {
		t.Errorf("the clock ran on: %+v", got)
	}
	if got := c.Deadline(start, calendar.Length{Count: 5, Unit: calendar.Hours}, open); got.Stopped {
		t.Errorf("a pause stopped what had ended before it: %+v", got)
	}
	if at, stopped := calendar.AddWait(start, 48*time.Hour, open); !stopped || !at.Equal(start.Add(48*time.Hour)) {
		t.Errorf("a wait: %s, %v", at, stopped)
	}
}

func drawStart(t *rapid.T, label string) time.Time {
	from := time.Date(2023, 12, 1, 0, 0, 0, 0, time.UTC)
	return from.Add(time.Duration(rapid.Int64Range(0, 4*365*24*60).Draw(t, label)) * time.Minute)
}

func drawLength(t *rapid.T) calendar.Length {
	return rapid.SampledFrom([]calendar.Length{
		{Unit: calendar.Hours},
		{Unit: calendar.Days, RestDays: calendar.Keep},
		{Unit: calendar.Days, RestDays: calendar.Move},
		{Unit: calendar.WorkingDays},
	}).Draw(t, "unit")
}

func drawPauses(t *rapid.T, from time.Time) []calendar.Pause {
	var pauses []calendar.Pause
	for range rapid.IntRange(0, 4).Draw(t, "pauses") {
		begin := from.Add(time.Duration(rapid.Int64Range(-60, 60*24).Draw(t, "pause from")) * time.Hour)
		end := begin.Add(time.Duration(rapid.Int64Range(-5, 30*24).Draw(t, "pause length")) * time.Hour)
		pauses = append(pauses, calendar.Pause{From: begin, Until: end})
	}
	return pauses
}

// A later start, a longer length or one pause more never ends earlier.
func TestDeadlinesAreMonotone(t *testing.T) {
	t.Parallel()
	c := china(t)
	rapid.Check(t, func(t *rapid.T) {
		start, length := drawStart(t, "start"), drawLength(t)
		length.Count = rapid.IntRange(1, 60).Draw(t, "count")
		pauses := drawPauses(t, start)
		first := c.Deadline(start, length, pauses).At
		if !first.After(start) {
			t.Fatalf("%s ends at %s", start, first)
		}
		later := start.Add(time.Duration(rapid.Int64Range(0, 100*24*60).Draw(t, "later")) * time.Minute)
		if got := c.Deadline(later, length, pauses).At; got.Before(first) {
			t.Fatalf("from %s: %s, from %s: %s", start, first, later, got)
		}
		longer := length
		longer.Count += rapid.IntRange(0, 20).Draw(t, "longer")
		if got := c.Deadline(start, longer, pauses).At; got.Before(first) {
			t.Fatalf("%+v: %s, %+v: %s", length, first, longer, got)
		}
		if got := c.Deadline(start, length, append(slices.Clone(pauses), drawPauses(t, start)...)).At; got.Before(first) {
			t.Fatalf("more pauses end at %s, fewer at %s", got, first)
		}
	})
}

// A pause cut in two is worth as much, and whole days of pause move the end by
// as many days.
func TestPausesAdd(t *testing.T) {
	t.Parallel()
	c := china(t)
	rapid.Check(t, func(t *rapid.T) {
		start, length := drawStart(t, "start"), drawLength(t)
		length.Count = rapid.IntRange(1, 60).Draw(t, "count")
		from := start.Add(time.Duration(rapid.Int64Range(0, 200).Draw(t, "from")) * time.Hour)
		first := time.Duration(rapid.Int64Range(0, 300).Draw(t, "first")) * time.Hour
		second := time.Duration(rapid.Int64Range(0, 300).Draw(t, "second")) * time.Hour
		whole := c.Deadline(start, length, []calendar.Pause{{From: from, Until: from.Add(first + second)}})
		cut := c.Deadline(start, length, []calendar.Pause{
			{From: from.Add(first), Until: from.Add(first + second)}, {From: from, Until: from.Add(first)},
		})
		if !whole.At.Equal(cut.At) {
			t.Fatalf("%+v: whole %s, cut %s", length, whole.At, cut.At)
		}
		days := rapid.IntRange(1, 40).Draw(t, "days")
		keep := calendar.Length{Count: length.Count, Unit: calendar.Days, RestDays: calendar.Keep}
		paused := c.Deadline(start, keep, []calendar.Pause{{From: start, Until: start.AddDate(0, 0, days)}})
		longer := calendar.Length{Count: keep.Count + days - 1, Unit: calendar.Days, RestDays: calendar.Keep}
		if got := c.Deadline(start, longer, nil).At; !got.Equal(paused.At) {
			t.Fatalf("%d days of pause: %s, want %s", days, paused.At, got)
		}
	})
}

func TestNeverOnARestDayUnlessTheRuleSaysSo(t *testing.T) {
	t.Parallel()
	c := china(t)
	rapid.Check(t, func(t *rapid.T) {
		start, length := drawStart(t, "start"), drawLength(t)
		length.Count = rapid.IntRange(1, 60).Draw(t, "count")
		last := calendar.DayOf(c.Deadline(start, length, drawPauses(t, start)).At)
		if mayRest := length.Unit == calendar.Hours || length.RestDays == calendar.Keep; c.IsRestDay(last) && !mayRest {
			t.Fatalf("%+v from %s ends on %s, a rest day", length, start, last)
		}
	})
}

// Waiting out a pause is the same wherever the wait is cut.
func TestAWaitIsAdditive(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		start := drawStart(t, "start")
		pauses := drawPauses(t, start)
		first := time.Duration(rapid.Int64Range(0, 500).Draw(t, "first")) * time.Hour
		second := time.Duration(rapid.Int64Range(1, 500).Draw(t, "second")) * time.Hour
		middle, _ := calendar.AddWait(start, first, pauses)
		end, _ := calendar.AddWait(middle, second, pauses)
		if whole, _ := calendar.AddWait(start, first+second, pauses); !whole.Equal(end) {
			t.Fatalf("at once %s, in two parts %s", whole, end)
		}
	})
}
