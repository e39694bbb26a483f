package workflows

import (
	"go.temporal.io/sdk/workflow"

	"recourse/recovery"
)

// contactPrivately is the first stage with people: the claimant writes to each
// counterpart, politely, and records what was said.
//
// It ends when everything came back, when every counterpart has refused, or
// when the time to answer passes in silence. A promise to return sets a new
// date; a promise that is not kept counts as silence. Next is the group notice,
// or, when the money went one to one, the appeal.
func (c *journey) contactPrivately(ctx workflow.Context) error {
	return c.stayIn(ctx, recovery.PrivateContact)
}
