package notify_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"recourse/notify"
	"recourse/recovery"
)

var noon = time.Date(2026, 11, 21, 4, 0, 0, 0, time.UTC)

func shanghai(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04:05", text, recovery.Shanghai)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestQuietHours(t *testing.T) {
	t.Parallel()
	standard := notify.DefaultPreferences()
	siesta := notify.Preferences{QuietFrom: 12 * 60, QuietUntil: 14 * 60}
	never := notify.Preferences{QuietFrom: 480, QuietUntil: 480}
	without := notify.Preferences{NoMail: []string{"money"}}
	for name, tc := range map[string]struct {
		p      notify.Preferences
		class  string
		urgent bool
		now    string
		want   string // "" for not wanted
	}{
		"by day":              {standard, "task", false, "2026-11-21 12:00:00", "2026-11-21 12:00:00"},
		"a second before":     {standard, "task", false, "2026-11-21 21:59:59", "2026-11-21 21:59:59"},
		"at ten":              {standard, "task", false, "2026-11-21 22:00:00", "2026-11-22 08:00:00"},
		"at midnight":         {standard, "task", false, "2026-11-22 00:00:00", "2026-11-22 08:00:00"},
		"early":               {standard, "task", false, "2026-11-22 07:59:59", "2026-11-22 08:00:00"},
		"at eight":            {standard, "task", false, "2026-11-22 08:00:00", "2026-11-22 08:00:00"},
		"urgent":              {standard, "task", true, "2026-11-22 03:00:00", "2026-11-22 03:00:00"},
		"over New Year":       {standard, "task", false, "2026-12-31 23:30:00", "2027-01-01 08:00:00"},
		"at noon":             {siesta, "task", false, "2026-11-21 13:01:30", "2026-11-21 14:00:00"},
		"after noon":          {siesta, "task", false, "2026-11-21 23:00:00", "2026-11-21 23:00:00"},
		"no quiet hours":      {never, "task", false, "2026-11-21 08:00:00", "2026-11-21 08:00:00"},
		"unwanted":            {without, "money", false, "2026-11-21 08:00:00", ""},
		"unwanted, urgent":    {without, "money", true, "2026-11-21 08:00:00", ""},
		"wanted all the same": {without, "task", false, "2026-11-21 08:00:00", "2026-11-21 08:00:00"},
	} {
		at, wanted := notify.MailTime(tc.p, tc.class, tc.urgent, shanghai(t, tc.now).UTC())
		if wanted != (tc.want != "") || wanted && !at.Equal(shanghai(t, tc.want)) {
			t.Errorf("%s: %v at %s, want %s", name, wanted, at, tc.want)
		}
	}
}

// TestQuietHoursEnd: whatever a person chose, a mail waits less than a day, and
// at the time it waits for it goes.
func TestQuietHoursEnd(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		minute := rapid.IntRange(0, 1439)
		p := notify.Preferences{QuietFrom: minute.Draw(t, "from"), QuietUntil: minute.Draw(t, "until")}
		now := noon.Add(time.Duration(rapid.Int64Range(0, int64(400*24*time.Hour)).Draw(t, "now")))
		at, wanted := notify.MailTime(p, "task", false, now)
		if !wanted || at.Before(now) || at.Sub(now) >= 24*time.Hour {
			t.Fatalf("%s for %s", at, now)
		}
		again, _ := notify.MailTime(p, "task", false, at)
		if !again.Equal(at) {
			t.Fatalf("at %s it is put off again to %s", at, again)
		}
	})
}

func TestAfterAMail(t *testing.T) {
	t.Parallel()
	const lease = 5 * time.Minute
	for name, tc := range map[string]struct {
		attempt  notify.Attempt
		failures int
		state    string
		wait     time.Duration
	}{
		"taken":              {notify.Attempt{Verdict: notify.Accepted}, 3, notify.MailSent, 0},
		"refused":            {notify.Attempt{Verdict: notify.Rejected}, 0, notify.MailDead, 0},
		"the first failure":  {notify.Attempt{}, 0, notify.MailDue, time.Minute},
		"the fourth":         {notify.Attempt{}, 3, notify.MailDue, 30 * time.Minute},
		"the thirtieth":      {notify.Attempt{}, 29, notify.MailDue, 4 * time.Hour},
		"the last":           {notify.Attempt{}, 37, notify.MailDead, 0},
		"nobody knows":       {notify.Attempt{Verdict: notify.Unknown}, 0, notify.MailDue, lease},
		"nobody knows again": {notify.Attempt{Verdict: notify.Unknown}, 4, notify.MailDue, time.Hour},
	} {
		got := notify.MailOutcomeAfter(tc.attempt, notify.Mail{Failures: tc.failures}, noon, lease, 0.5)
		if got.State != tc.state || got.State == notify.MailDue && got.At.Sub(noon) != tc.wait {
			t.Errorf("%s: %+v, want %s after %s", name, got, tc.state, tc.wait)
		}
		if got.Failed != (tc.attempt.Verdict != notify.Accepted) {
			t.Errorf("%s: failed is %v", name, got.Failed)
		}
	}
}

// TestAMailIsNotGivenUpEarly: RFC 5321, 4.5.4.1 asks for at least four days.
func TestAMailIsNotGivenUpEarly(t *testing.T) {
	t.Parallel()
	for _, random := range []float64{0, 0.999} {
		now, m := noon, notify.Mail{}
		for {
			outcome := notify.MailOutcomeAfter(notify.Attempt{}, m, now, 0, random)
			if outcome.State == notify.MailDead {
				break
			}
			now, m.Failures = outcome.At, m.Failures+1
		}
		if lasted := now.Sub(noon); lasted < 4*24*time.Hour || lasted > 7*24*time.Hour {
			t.Errorf("with %v it is given up after %s", random, lasted)
		}
	}
}

func TestAfterADelivery(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		attempt  notify.Attempt
		failures int
		state    string
		wait     time.Duration
	}{
		"taken":            {notify.Attempt{Verdict: notify.Accepted, Status: 204}, 0, notify.DeliveryDelivered, 0},
		"gone":             {notify.Attempt{Verdict: notify.Gone, Status: 410}, 0, notify.DeliveryDead, 0},
		"refused":          {notify.Attempt{Verdict: notify.Rejected}, 0, notify.DeliveryDead, 0},
		"the first":        {notify.Attempt{Status: 500}, 0, notify.DeliveryDue, 5 * time.Second},
		"asked to wait":    {notify.Attempt{Status: 503, Wait: time.Hour}, 0, notify.DeliveryDue, time.Hour},
		"asked for little": {notify.Attempt{Status: 503, Wait: time.Second}, 1, notify.DeliveryDue, 5 * time.Minute},
		"the ninth":        {notify.Attempt{Status: 500}, 8, notify.DeliveryDue, 24 * time.Hour},
		"the tenth":        {notify.Attempt{Status: 500}, 9, notify.DeliveryDead, 0},
	} {
		got := notify.DeliveryOutcomeAfter(tc.attempt, notify.Delivery{Failures: tc.failures}, noon, 0.5)
		if got.State != tc.state || got.State == notify.DeliveryDue && got.At.Sub(noon) != tc.wait || got.Status != tc.attempt.Status {
			t.Errorf("%s: %+v, want %s after %s", name, got, tc.state, tc.wait)
		}
	}
}

// TestFailuresAreSpread: what failed together does not come back together, and
// never before four fifths of its pause.
func TestFailuresAreSpread(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := notify.Delivery{Failures: rapid.IntRange(0, 8).Draw(t, "failures")}
		randoms := rapid.SliceOfN(rapid.Float64Range(0, 0.999), 2, 2).Draw(t, "random")
		slices.Sort(randoms)
		first := notify.DeliveryOutcomeAfter(notify.Attempt{}, d, noon, randoms[0]).At
		last := notify.DeliveryOutcomeAfter(notify.Attempt{}, d, noon, randoms[1]).At
		middle := notify.DeliveryOutcomeAfter(notify.Attempt{}, d, noon, 0.5).At.Sub(noon)
		if last.Before(first) || first.Sub(noon) < middle*4/5-1 || last.Sub(noon) > middle*6/5 {
			t.Fatalf("%s and %s around %s", first, last, middle)
		}
	})
}
