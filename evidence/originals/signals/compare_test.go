package signals_test

import (
	"testing"
	"time"

	"recourse/evidence/originals/signals"
)

func TestCompareTimes(t *testing.T) {
	t.Parallel()
	received := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	paid := received.Add(-2 * time.Hour)
	for name, test := range map[string]struct {
		times signals.Times
		want  signals.Kind // "" for none
	}{
		"unknown":                 {signals.Times{Received: received, Paid: paid}, ""},
		"as it should be":         {signals.Times{Taken: paid.Add(time.Minute), Received: received, Paid: paid, Claimed: paid}, ""},
		"clocks differ":           {signals.Times{Taken: paid.Add(-5 * time.Minute), Received: received, Paid: paid}, ""},
		"after it was received":   {signals.Times{Taken: received.Add(time.Hour), Received: received}, signals.TakenAfter},
		"before the payment":      {signals.Times{Taken: paid.Add(-time.Hour), Received: received, Paid: paid}, signals.TakenBefore},
		"shows no payment":        {signals.Times{Taken: paid.Add(-time.Hour), Received: received}, ""},
		"another day than said":   {signals.Times{Taken: paid.Add(-72 * time.Hour), Received: received, Claimed: paid}, signals.ClaimedApart},
		"another time of the day": {signals.Times{Taken: paid, Received: received, Claimed: paid.Add(-20 * time.Hour)}, ""},
	} {
		marks := signals.CompareTimes(test.times, time.UTC)
		switch {
		case test.want == "" && len(marks) > 0, test.want != "" && (len(marks) != 1 || marks[0].Kind != test.want):
			t.Errorf("%s: %+v", name, marks)
		case test.want != "" && marks[0].Value != test.times.Taken.Format("2006-01-02 15:04:05"):
			t.Errorf("%s: %q", name, marks[0].Value)
		}
	}
}

func TestIsScreen(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		width, height int
		want          bool
	}{
		"an iPhone":              {1179, 2556, true},
		"an Android":             {1080, 2400, true},
		"turned":                 {2400, 1080, true},
		"a computer":             {1920, 1080, true},
		"scrolled":               {1080, 14_000, true},
		"cut above and below":    {1170, 900, true},
		"scaled by a messenger":  {576, 1280, true}, // 1080 × 2400
		"scaled to another size": {590, 1278, true}, // 1170 × 2532
		"unknown":                {0, 0, true},
		"a square":               {1000, 1000, false},
		"an edited size":         {1003, 1777, false},
		"a card":                 {901, 333, false},
	} {
		if got := signals.IsScreen(test.width, test.height); got != test.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
