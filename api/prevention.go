package api

import (
	"github.com/labstack/echo/v4"

	"recourse/playbook"
)

// Prevent implements ServerInterface. It needs no account and stores nothing.
func (a *API) Prevent(c echo.Context, params PreventParams) error {
	if err := checkKey(params.IdempotencyKey); err != nil {
		return err
	}
	body, err := readJSONLimited(c, a.bodyLimit(c))
	if err != nil {
		return err
	}
	var facts playbook.SendFacts
	if err := decodeStrict(body, &facts); err != nil {
		return err
	}
	result, err := a.service.Prevent(facts)
	if err != nil {
		return err
	}
	return sendJSON(c, renderPrevention(result))
}

// WritePrevention returns a prevention as JSON, for the command line.
func WritePrevention(p playbook.Prevention) ([]byte, error) { return marshalJSON(renderPrevention(p)) }

func renderPrevention(p playbook.Prevention) Prevention {
	return Prevention{
		Confirmations: renderList(p.Confirmations, renderConfirmation), Measures: renderList(p.Measures, renderMeasure),
		Warnings:  renderList(p.Warnings, renderWarning),
		Questions: renderList(p.Questions, renderQuestion), Playbook: PlaybookVersion(p.Playbook),
	}
}

func renderConfirmation(c playbook.Confirmation) Confirmation {
	return Confirmation{ID: c.ID, Text: c.Text, Source: c.Source}
}

func renderMeasure(m playbook.Measure) Measure {
	return Measure{
		ID: m.ID, Name: m.Name, Rating: m.Rating, Applies: MeasureApplies(m.Applies), Text: m.Text, Source: m.Source,
	}
}

func renderQuestion(q playbook.Question) Question { return Question(q) }

func renderWarning(w playbook.Warning) Warning {
	return Warning{Code: w.Code, Text: w.Text, Source: w.Source}
}
