package api

import (
	"github.com/labstack/echo/v4"

	"recourse/playbook"
)

// Prevent implements ServerInterface. It needs no account and keeps nothing.
func (a *API) Prevent(c echo.Context, params PreventParams) error {
	if err := checkKey(params.IdempotencyKey); err != nil {
		return err
	}
	body, err := readJSONUpTo(c, maxFacts)
	if err != nil {
		return err
	}
	var facts playbook.SendFacts
	if err := decode(body, &facts); err != nil {
		return err
	}
	told, err := a.service.Prevent(facts)
	if err != nil {
		return err
	}
	return sendJSON(c, preventionOf(told))
}

func preventionOf(p playbook.Prevention) Prevention {
	return Prevention{
		Confirmations: each(p.Confirmations, confirmationOf), Measures: each(p.Measures, measureOf),
		Warnings:  each(p.Warnings, warningOf),
		Questions: each(p.Questions, questionOf), Playbook: PlaybookVersion(p.Playbook),
	}
}

func confirmationOf(c playbook.Confirmation) Confirmation {
	return Confirmation{ID: c.ID, Text: c.Text, Source: c.Source}
}

func measureOf(m playbook.Measure) Measure {
	return Measure{
		ID: m.ID, Name: m.Name, Rating: m.Rating, Applies: MeasureApplies(m.Applies), Text: m.Text, Source: m.Source,
	}
}

func questionOf(q playbook.Question) Question { return Question(q) }

func warningOf(w playbook.Warning) Warning {
	return Warning{Code: w.Code, Text: w.Text, Source: w.Source}
}
