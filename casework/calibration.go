package casework

import (
	"cmp"
	"context"
	"slices"
	"time"

	"recourse/playbook"
	"recourse/recovery"
)

// Calibration measures the forecasts of voluntary returns.
type Calibration struct {
	N     int
	Brier *float64 // nil without cases
	Table []playbook.CalibrationRow
}

// reliabilityRanges is the number of rows in the reliability table.
const reliabilityRanges = 10

// Calibration forecasts every closed case with what was known on the day of its
// filing and compares that with its outcome. It is for staff.
func (s *Service) Calibration(ctx context.Context, actor recovery.Actor) (Calibration, error) {
	if actor.Role == recovery.RoleClaimant || actor.Role == recovery.RoleCounterpart {
		return Calibration{}, recovery.Faultf(recovery.CodeForbidden, "Only staff see this report.")
	}
	closed, err := s.closedCases(ctx)
	if err != nil {
		return Calibration{}, err
	}
	forecasts, err := s.forecastClosed(ctx, closed)
	if err != nil {
		return Calibration{}, err
	}
	report := Calibration{N: len(forecasts), Table: playbook.Calibrate(forecasts, reliabilityRanges)}
	if score, known := playbook.BrierScore(forecasts); known {
		report.Brier = &score
	}
	return report, nil
}

// closedCase is a closed case; returned means that a counterpart returned money
// voluntarily.
type closedCase struct {
	recovery.Case
	returned bool
}

// closedCases reads the closed cases in which counterparts were contacted. They are the
// same as in the experience of assessments.
func (s *Service) closedCases(ctx context.Context) ([]closedCase, error) {
	var all []closedCase
	for cursor := ""; ; {
		page, next, err := s.Store.ListCases(ctx, recovery.CaseFilter{Stage: recovery.Closed}, recovery.MaxPage, cursor)
		if err != nil {
			return nil, err
		}
		results, err := s.Store.ContactResults(ctx, caseIDs(page))
		if err != nil {
			return nil, err
		}
		for _, c := range page {
			if returned, contacted := results[c.ID]; contacted {
				all = append(all, closedCase{c, returned})
			}
		}
		if cursor = next; cursor == "" {
			return all, nil
		}
	}
}

// forecastClosed forecasts the cases in the order of their filing, each from
// those that were closed by then.
func (s *Service) forecastClosed(ctx context.Context, filed []closedCase) ([]playbook.ForecastResult, error) {
	incomes, err := s.Store.ListIncomes(ctx)
	if err != nil {
		return nil, err
	}
	closed := slices.Clone(filed)
	slices.SortFunc(filed, func(a, b closedCase) int { return a.CreatedAt.Compare(b.CreatedAt) })
	slices.SortFunc(closed, func(a, b closedCase) int { return cmp.Compare(a.closedAt().UnixNano(), b.closedAt().UnixNano()) })
	known := playbook.Experience{}
	var forecasts []playbook.ForecastResult
	for _, c := range filed {
		for len(closed) > 0 && closed[0].closedAt().Before(c.CreatedAt) {
			closed[0].addTo(known, s.Registry.Current().AmountBandName(closed[0].claim(), closed[0].CreatedAt))
			closed = closed[1:]
		}
		book, err := s.Registry.RuleSet(c.Playbook)
		if err != nil {
			return nil, err
		}
		chance := book.PredictReturn(playbook.FactsOf(c.Case), c.CreatedAt, incomes, known)
		forecasts = append(forecasts, playbook.ForecastResult{Chance: chance, Happened: c.returned})
	}
	return forecasts, nil
}

func (e closedCase) closedAt() time.Time { return *e.ClosedAt }

// claim is what was asked back: the bands of the experience are those of the claim.
func (e closedCase) claim() recovery.Money { return cmp.Or(e.Position.Claim, e.Amount) }

func (e closedCase) addTo(known playbook.Experience, band string) {
	cohort := playbook.Cohort{Route: playbook.VoluntaryReturn, Group: e.Group.Kind, Band: band}
	tally := known[cohort]
	tally.N++
	if e.returned {
		tally.Successes++
	}
	known[cohort] = tally
}
