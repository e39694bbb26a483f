package intake_test

import (
	"slices"
	"testing"

	"recourse/evidence/originals/intake"
	"recourse/evidence/originals/intake/intaketest"
)

// Pictures of a few kilobytes that would take gigabytes or minutes are accepted and not
// decoded.
func TestCostlyPicturesStayClosed(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		data    []byte
		finding intake.Finding
	}{
		"one column":      {intaketest.BlankPNG(t, 1, 1_000_000, 8), intake.TooManyPixels},
		"one row":         {intaketest.BlankPNG(t, 1_000_000, 1, 8), intake.TooManyPixels},
		"just too long":   {intaketest.BlankPNG(t, 2, 65_536, 8), intake.TooManyPixels},
		"too many pixels": {intaketest.BlankPNG(t, 7_100, 7_100, 8), intake.TooManyPixels},
		"too many scans":  {intaketest.ManyScans(t, 64, 65), intake.TooCostly},
	} {
		report := examineAccepted(t, test.data)
		if report.Shown || !slices.Contains(report.Findings, test.finding) {
			t.Errorf("%s: shown %v, findings %v", name, report.Shown, report.Findings)
		}
	}
}

// The longest screenshots of phones are shown.
func TestLongPicturesAreShown(t *testing.T) {
	t.Parallel()
	if report := examineAccepted(t, intaketest.BlankPNG(t, 720, 65_535, 8)); !report.Shown || report.Hash == nil {
		t.Errorf("findings %v", report.Findings)
	}
}
