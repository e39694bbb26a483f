package api

import (
	"github.com/labstack/echo/v4"

	"recourse/playbook"
)

// maxFacts limits the facts of a send, in bytes. The endpoint needs no account,
// so the limit is just above the size of a full body.
const maxFacts = 64 << 10

// Assess implements ServerInterface. It needs no account and stores nothing.
func (a *API) Assess(c echo.Context, params AssessParams) error {
	if err := checkKey(params.IdempotencyKey); err != nil {
		return err
	}
	body, err := readJSONUpTo(c, maxFacts)
	if err != nil {
		return err
	}
	var facts playbook.AssessmentFacts
	if err := decode(body, &facts); err != nil {
		return err
	}
	assessed, err := a.service.Assess(c.Request().Context(), facts)
	if err != nil {
		return err
	}
	return sendJSON(c, assessmentOf(assessed))
}

// WriteAssessment returns the JSON body of the answer, for the command line.
func WriteAssessment(a playbook.Assessment) ([]byte, error) { return marshal(assessmentOf(a)) }

func assessmentOf(a playbook.Assessment) Assessment {
	return Assessment{
		Recall: recallOf(a.Recall), Plan: each(a.Plan, planStepOf), Strategy: strategyOf(a.Strategy),
		Characterisation: each(a.Characterisation, characterisationOf), Routes: each(a.Routes, routeOf),
		Forecast: forecastOf(a.Forecast), Warnings: each(a.Warnings, warningOf),
		EvidenceRequirements: each(a.Requirements, requirementOf), Texts: each(a.Texts, textOf),
		Precedents: each(a.Precedents, precedentOf), Playbook: PlaybookVersion(a.Playbook),
	}
}

func recallOf(r playbook.Recall) RecallAnswer {
	return RecallAnswer{
		Possible: r.Possible, Until: localOrNil(r.Until), How: r.How, Disputed: r.Disputed,
		Readings: each(r.Readings, func(r playbook.Reading) Reading { return Reading(r) }),
		RefundAt: localOrNil(r.RefundAt), ArrivesAt: localOrNil(r.ArrivesAt),
		Who: words[RecallAnswerWho](r.Who), Steps: notNil(r.Steps), Warnings: notNil(r.Warnings),
	}
}

func planStepOf(p playbook.PlanStep) PlanStep {
	return PlanStep{Stage: Stage(p.Stage), Why: p.Why, DueIn: orNil[string](p.DueIn)}
}

func strategyOf(s playbook.Strategy) Strategy {
	return Strategy{
		ID: s.ID, Risk: StrategyRisk(s.Risk), First: s.First, Then: s.Then, Source: s.Source,
		Notes: each(s.Notes, func(n playbook.Note) StrategyNote {
			return StrategyNote{Code: n.Code, Applies: StrategyNoteApplies(n.Applies), Text: n.Text, Source: n.Source}
		}),
	}
}

func characterisationOf(c playbook.Characterisation) Characterisation {
	return Characterisation{
		Theory: c.Theory, Name: c.Name, Article: c.Article, Articles: each(c.Articles, citationOf),
		Status: CharacterisationStatus(c.Status), Why: c.Why, Supports: notNil(c.Supports), Against: notNil(c.Against),
		Missing: each(c.Missing, questionOf),
	}
}

func citationOf(s playbook.Source) Citation {
	return Citation{
		Text: s.String(), Statute: orNil[string](s.Statute), Section: orNil[string](s.Section),
		Edition: orNil[string](s.Edition), Mark: orNil[Mark](s.Mark),
	}
}

func routeOf(r playbook.RouteOption) RouteOption {
	return RouteOption{
		Route: Way(r.Route), Name: r.Name, Open: r.Open, Recommended: r.Recommended, Why: notNil(r.Why),
		Questions: each(r.Questions, questionOf), CostFen: moneyOrNil(r.Cost), CostMark: orNil[Mark](r.CostMark),
		Days: Days{Low: r.Days.Low, High: r.Days.High}, Chance: chanceOf(r.Chance),
		ExpectedValueFen: moneyOrNil(r.Value), Source: r.Source,
	}
}

func chanceOf(c playbook.Chance) Chance {
	return Chance{Low: c.Low, Mean: c.Mean, High: c.High, N: c.N, Source: c.Source}
}

func forecastOf(f playbook.Forecast) Forecast {
	return Forecast{
		Low: f.Low, Mean: f.Mean, High: f.High, N: f.N, Source: f.Source, Claims: notNil(f.Claims), Note: f.Note,
	}
}

func precedentOf(p playbook.Precedent) Precedent {
	answer := Precedent{
		ID: p.ID, Story: p.Story, Route: Way(p.Route), ReturnedPercent: p.Returned, Why: notNil(p.Why), Source: p.Source,
	}
	if p.Days > 0 {
		answer.Days = &p.Days
	}
	return answer
}
