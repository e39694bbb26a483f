package casework

import (
	"context"
	"strings"
	"time"

	"recourse/playbook"
	"recourse/recovery"
)

// Assess evaluates a mis-send by the current playbook. It stores nothing and
// needs no account. Errors: CodeInvalid naming the fields.
func (s *Service) Assess(ctx context.Context, facts playbook.AssessmentFacts) (playbook.Assessment, error) {
	book, now := s.Registry.Current(), s.Now()
	if err := CheckFacts(book, facts, now); err != nil {
		return playbook.Assessment{}, err
	}
	return book.Assess(facts, now, playbook.Knowledge{
		Incomes: s.incomes.Get(ctx), Experience: s.experience.Get(ctx), Lessons: s.lessons.Get(ctx),
	}), nil
}

// CheckFacts checks the input of Assess. It returns a Fault with CodeInvalid or
// nil.
func CheckFacts(book *playbook.RuleSet, facts playbook.AssessmentFacts, now time.Time) error {
	if err := checkCircumstances(facts.Circumstances); err != nil {
		return err
	}
	return joinFaults(book.CheckFacts(facts, now), recovery.CheckPeople(facts.Claimant, facts.Counterparts))
}

const (
	maxCircumstances      = 100
	maxCircumstanceLength = 80
)

// checkCircumstances refuses names that would be too many, too long or unprintable in
// the answer, which repeats them.
func checkCircumstances(circumstances map[string]bool) error {
	fault := recovery.FieldFault{Field: "circumstances", Code: "too_many", Detail: "At most 100 circumstances are accepted."}
	if len(circumstances) > maxCircumstances {
		return recovery.Invalid([]recovery.FieldFault{fault})
	}
	for signal := range circumstances {
		if len(signal) > maxCircumstanceLength || strings.ContainsFunc(signal, func(r rune) bool { return r <= ' ' || r > '~' }) {
			fault.Code, fault.Detail = "unknown_value", "There is no such circumstance."
			return recovery.Invalid([]recovery.FieldFault{fault})
		}
	}
	return nil
}

func (s *Service) readLessons(ctx context.Context) ([]playbook.Lesson, error) {
	book, now := s.Registry.Current(), s.Now()
	bands := book.AmountBands(now)
	rows, err := s.Store.LessonCounts(ctx, lowerBounds(bands))
	if err != nil {
		return nil, err
	}
	closed := make([]playbook.ClosedCases, len(rows))
	for i, row := range rows {
		closed[i] = playbook.ClosedCases{
			Instrument: row.Instrument, Group: row.GroupKind, Band: bandName(bands, row.Band), Stage: row.LastStage,
			Route: row.Route, Outcome: row.Outcome, Returned: row.Percent, Days: row.Days, Cases: row.Cases,
		}
	}
	return book.MakeLessons(closed, now), nil
}

// lowerBounds are the lower bounds of all bands but the first. The store
// numbers the bands by how many bounds are at or below an amount.
func lowerBounds(bands []playbook.AmountBand) []recovery.Money {
	bounds := []recovery.Money{}
	for _, band := range bands[min(1, len(bands)):] {
		bounds = append(bounds, band.From)
	}
	return bounds
}

func bandName(bands []playbook.AmountBand, number int) string {
	if number >= len(bands) {
		return ""
	}
	return bands[number].Name
}

func (s *Service) readExperience(ctx context.Context) (playbook.Experience, error) {
	bands := s.Registry.Current().AmountBands(s.Now())
	outcomes, err := s.Store.OutcomeCounts(ctx, lowerBounds(bands))
	if err != nil {
		return nil, err
	}
	return countExperience(outcomes, bands), nil
}

// countExperience counts each route that the cases took. Cases of danger, for example,
// enter the legal stage without any contact.
func countExperience(outcomes []recovery.OutcomeCount, bands []playbook.AmountBand) playbook.Experience {
	experience := playbook.Experience{}
	for _, o := range outcomes {
		count := func(route recovery.Route, successes int) {
			cohort := playbook.Cohort{Route: route, Group: o.GroupKind, Band: bandName(bands, o.Band)}
			tally := experience[cohort]
			experience[cohort] = playbook.Tally{Successes: tally.Successes + successes, N: tally.N + o.Cases}
		}
		if o.Contacted {
			count(playbook.VoluntaryReturn, o.ByContact)
		}
		if o.Appealed {
			count(playbook.PlatformAppeal, o.ByAppeal)
		}
		if o.Route != "" {
			count(o.Route, o.ByLaw)
		}
	}
	return experience
}
