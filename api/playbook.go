package api

import (
	"github.com/labstack/echo/v4"

	"recourse/playbook/lint"
)

// LintText implements ServerInterface. The answer follows from the text alone,
// so nothing is kept for a repetition.
func (a *API) LintText(c echo.Context, params LintTextParams) error {
	if err := checkKey(params.IdempotencyKey); err != nil {
		return err
	}
	body, err := readJSON(c)
	if err != nil {
		return err
	}
	var asked LintRequest
	if err := decode(body, &asked); err != nil {
		return err
	}
	findings, err := a.service.LintText(asked.Text, string(asked.Where))
	if err != nil {
		return err
	}
	return sendJSON(c, LintReport{Findings: each(findings, findingOf)})
}

func findingOf(f lint.Finding) LintFinding {
	return LintFinding{
		Code: FindingCode(f.Code), Rule: f.Rule, Severity: LintFindingSeverity(f.Severity), Start: f.Start, End: f.End,
		Why: f.Why, Suggestion: f.Suggestion, Articles: notNil(f.Articles),
	}
}
