package workflows

import (
	"go.temporal.io/sdk/workflow"

	"recourse/recovery"
)

// goToLaw is the last stage. The claimant or the legal desk chooses a route
// (a demand letter, mediation, a payment order, a suit, a police report) and
// records its steps; another route may be chosen later, and its time then
// starts anew.
//
// It ends when the money came back, when the desk closes the case with a
// settlement or a judgment, or, if nobody chooses or nothing comes of it, when
// the time has passed.
func (c *journey) goToLaw(ctx workflow.Context) error {
	return c.stayIn(ctx, recovery.Legal)
}
