package casework

import (
	"cmp"
	"context"
	"slices"
	"time"

	"recourse/playbook"
	"recourse/recovery"
)

// Calibration says how true the forecasts of a voluntary return were.
type Calibration struct {
	N     int
	Brier *float64 // nil without cases
	Table []playbook.CalibrationRow
}

// ranges is how many ranges the reliability table has.
const ranges = 10

// Calibration foretells every closed case anew, with what was known on the day
// it was filed, and holds that against what happened. It is for the desk.
func (s *Service) Calibration(ctx context.Context, actor recovery.Actor) (Calibration, error) {
	if actor.Role == recovery.RoleClaimant || actor.Role == recovery.RoleCounterpart {
		return Calibration{}, recovery.Faultf(recovery.CodeForbidden, "The report is for the desk.")
	}
	closed, err := s.closedCases(ctx)
	if err != nil {
		return Calibration{}, err
	}
	foretold, err := s.forecastPast(ctx, closed)
	if err != nil {
		return Calibration{}, err
	}
	report := Calibration{N: len(foretold), Table: playbook.Calibrate(foretold, ranges)}
	if score, known := playbook.BrierScore(foretold); known {
		report.Brier = &score
	}
	return report, nil
}

// ended is a closed case with what its counterparts returned of their own will.
type closedCase struct {
	recovery.Case
	returned bool
}

// closedCases reads what was tried: cases that the platform refunded by itself
// or that were not eligible say nothing about counterparts.
func (s *Service) closedCases(ctx context.Context) ([]closedCase, error) {
	var all []closedCase
	for cursor := ""; ; {
		page, next, err := s.Store.Cases(ctx, recovery.CaseFilter{Stage: recovery.Closed}, recovery.MaxPage, cursor)
		if err != nil {
			return nil, err
		}
		returned, err := s.Store.ReturnedByContact(ctx, caseIDs(page))
		if err != nil {
			return nil, err
		}
		for _, c := range page {
			if c.Position.Outcome != recovery.AutoRefunded && c.Position.Outcome != recovery.NotEligible {
				all = append(all, closedCase{c, returned[c.ID]})
			}
		}
		if cursor = next; cursor == "" {
			return all, nil
		}
	}
}

// foretell goes through the cases as they were filed; each is foretold from
// those that had been closed by then.
func (s *Service) forecastPast(ctx context.Context, filed []closedCase) ([]playbook.ForecastResult, error) {
	incomes, err := s.readIncomes(ctx)
	if err != nil {
		return nil, err
	}
	closed := slices.Clone(filed)
	slices.SortFunc(filed, func(a, b closedCase) int { return a.CreatedAt.Compare(b.CreatedAt) })
	slices.SortFunc(closed, func(a, b closedCase) int { return cmp.Compare(a.closedAt().UnixNano(), b.closedAt().UnixNano()) })
	known := playbook.Experience{}
	var foretold []playbook.ForecastResult
	for _, c := range filed {
		for len(closed) > 0 && closed[0].closedAt().Before(c.CreatedAt) {
			closed[0].addTo(known, s.Registry.Current().AmountBandName(closed[0].Amount, closed[0].CreatedAt))
			closed = closed[1:]
		}
		book, err := s.Registry.RuleSet(c.Playbook)
		if err != nil {
			return nil, err
		}
		forecast := book.Forecast(playbook.FactsOf(c.Case), c.CreatedAt, incomes, known)
		foretold = append(foretold, playbook.ForecastResult{Chance: forecast.Mean, Happened: c.returned})
	}
	return foretold, nil
}

func (e closedCase) closedAt() time.Time { return *e.ClosedAt }

func (e closedCase) addTo(known playbook.Experience, band string) {
	cohort := playbook.Cohort{Route: playbook.VoluntaryReturn, Group: e.Group.Kind, Band: band}
	tally := known[cohort]
	tally.N++
	if e.returned {
		tally.Successes++
	}
	known[cohort] = tally
}
