package api

import (
	"github.com/labstack/echo/v4"

	"recourse/playbook"
)

// Assess implements ServerInterface. It needs no account and stores nothing.
func (a *API) Assess(c echo.Context, params AssessParams) error {
	if err := checkKey(params.IdempotencyKey); err != nil {
		return err
	}
	body, err := readJSONLimited(c, a.bodyLimit(c))
	if err != nil {
		return err
	}
	var facts playbook.AssessmentFacts
	if err := decodeStrict(body, &facts); err != nil {
		return err
	}
	assessed, err := a.service.Assess(c.Request().Context(), facts)
	if err != nil {
		return err
	}
	return sendJSON(c, renderAssessment(assessed))
}

// WriteAssessment returns an assessment as JSON, for the command line.
func WriteAssessment(a playbook.Assessment) ([]byte, error) { return marshalJSON(renderAssessment(a)) }

func renderAssessment(a playbook.Assessment) Assessment {
	return Assessment{
		Recall: renderRecall(a.Recall), Plan: renderList(a.Plan, renderPlanStep), Strategy: renderStrategy(a.Strategy),
		Characterisation: renderList(a.Characterisation, renderCharacterisation), Routes: renderList(a.Routes, renderRoute),
		Forecast: renderForecast(a.Forecast), Warnings: renderList(a.Warnings, renderWarning),
		Help:                 renderList(a.Help, renderHelp),
		EvidenceRequirements: renderList(a.Requirements, renderRequirement), Texts: renderList(a.Texts, renderText),
		Precedents: renderList(a.Precedents, renderPrecedent), Playbook: PlaybookVersion(a.Playbook),
	}
}

func renderRecall(r playbook.Recall) RecallAnswer {
	return RecallAnswer{
		Possible: r.Possible, WorthTrying: r.WorthTrying, Stoppable: r.Stoppable, Until: renderTimeOrNull(r.Until), How: r.How, Disputed: r.Disputed,
		Readings: renderList(r.Readings, func(r playbook.Reading) Reading { return Reading(r) }),
		RefundAt: renderTimeOrNull(r.RefundAt), ArrivesAt: renderTimeOrNull(r.ArrivesAt),
		Who: convertStrings[RecallAnswerWho](r.Who), Steps: emptyIfNil(r.Steps), Warnings: emptyIfNil(r.Warnings),
		Urgent: renderList(r.Urgent, renderUrgentStep), Questions: renderList(r.Questions, renderQuestion),
	}
}

func renderUrgentStep(s playbook.UrgentStep) UrgentStep {
	if s.Help == nil {
		return UrgentStep{Step: s.Step}
	}
	door := renderHelp(*s.Help)
	return UrgentStep{Step: s.Step, Door: &door}
}

func renderHelp(h playbook.HelpEntry) HelpEntry {
	return HelpEntry{
		Kind: HelpEntryKind(h.Kind), Name: h.Name, Number: nullIfEmpty[string](h.Number), Entry: nullIfEmpty[string](h.Entry),
		Use: h.Use, Source: h.Source, Seen: h.Seen,
	}
}

func renderPlanStep(p playbook.PlanStep) PlanStep {
	return PlanStep{Stage: Stage(p.Stage), Why: p.Why, DueIn: nullIfEmpty[string](p.DueIn)}
}

func renderStrategy(s playbook.Strategy) Strategy {
	return Strategy{
		ID: s.ID, Risk: StrategyRisk(s.Risk), First: s.First, Then: s.Then, Source: s.Source,
		Notes: renderList(s.Notes, func(n playbook.Note) StrategyNote {
			return StrategyNote{Code: n.Code, Applies: StrategyNoteApplies(n.Applies), Text: n.Text, Source: n.Source}
		}),
	}
}

func renderCharacterisation(c playbook.Characterisation) Characterisation {
	return Characterisation{
		Theory: c.Theory, Name: c.Name, Article: c.Article, Articles: renderList(c.Articles, renderCitation),
		Status: CharacterisationStatus(c.Status), Why: c.Why, Supports: emptyIfNil(c.Supports), Against: emptyIfNil(c.Against),
		Missing: renderList(c.Missing, renderQuestion),
	}
}

func renderCitation(s playbook.Source) Citation {
	return Citation{
		Text: s.String(), Statute: nullIfEmpty[string](s.Statute), Section: nullIfEmpty[string](s.Section),
		Edition: nullIfEmpty[string](s.Edition), Mark: nullIfEmpty[Mark](s.Mark),
	}
}

func renderRoute(r playbook.RouteOption) RouteOption {
	return RouteOption{
		Route: Way(r.Route), Name: r.Name, Open: r.Open, Recommended: r.Recommended, Why: emptyIfNil(r.Why),
		Questions: renderList(r.Questions, renderQuestion), CostFen: renderMoney(r.Cost), CostMark: nullIfEmpty[Mark](r.CostMark),
		Days: Days{Low: r.Days.Low, High: r.Days.High}, Chance: renderChance(r.Chance),
		ExpectedValueFen: renderMoney(r.Value), Source: r.Source,
	}
}

func renderChance(c playbook.Chance) Chance {
	return Chance{Low: c.Low, Mean: c.Mean, High: c.High, N: c.N, Source: c.Source}
}

func renderForecast(f playbook.Forecast) Forecast {
	return Forecast{
		Low: f.Low, Mean: f.Mean, High: f.High, N: f.N, Source: f.Source, Claims: emptyIfNil(f.Claims), Note: f.Note,
	}
}

func renderPrecedent(p playbook.Precedent) Precedent {
	answer := Precedent{
		ID: p.ID, Story: p.Story, Route: Way(p.Route), ReturnedPercent: p.Returned, Why: emptyIfNil(p.Why), Source: p.Source,
	}
	if p.Days > 0 {
		answer.Days = &p.Days
	}
	return answer
}
