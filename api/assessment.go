package api

import (
	"github.com/labstack/echo/v4"

	"recourse/playbook"
)

// maxFacts is the size in bytes of the facts of a send. Whoever tells them
// needs no account, so it lies just above what a full body can be.
const maxFacts = 64 << 10

// Assess implements ServerInterface. It needs no account and keeps nothing.
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
	return sendAssessment(c, &assessed)
}
