package dossier

import (
	"testing"
	"time"

	"recourse/evidence/folio"
	"recourse/recovery"
)

// TestAccruedInterest: it is what the complaint claims, and nothing without a rate
// or a day.
func TestAccruedInterest(t *testing.T) {
	t.Parallel()
	from := time.Date(2026, 1, 1, 4, 0, 0, 0, time.UTC)
	rate := folio.Interest{From: &from, RateBP: 300, AsOf: "2026-01-01", Source: "某处"}
	unsourced, undated := rate, rate
	unsourced.Source, undated.From = "", nil
	for name, test := range map[string]struct {
		interest *folio.Interest
		want     recovery.Money
	}{
		"a year at three percent": {&rate, 30_000}, "no source": {&unsourced, 0}, "no day and no demand": {&undated, 0}, "not asked for": {nil, 0},
	} {
		f := folio.Folio{
			Case: recovery.Case{Amount: 1_000_000, Counterparts: []recovery.Counterpart{{ID: "cp-1"}}}, At: from.AddDate(1, 0, 0),
			Papers: &folio.Papers{Interest: test.interest},
		}
		f.Case.Position.Claim = 1_000_000
		if got, err := AccruedInterest(f); got != test.want || err != nil {
			t.Errorf("%s: %s, %v, want %s", name, got, err, test.want)
		}
	}
}
