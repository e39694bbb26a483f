package workflows

import (
	"go.temporal.io/sdk/workflow"

	"recourse/recovery"
)

// appealToPlatform asks the platform's customer service, with the evidence
// collected so far.
//
// The claimant prepares and submits; an agent examines, may ask for more
// evidence (whatever arrives hands the case back to the agent), and decides.
// What is granted must be paid out within a time of its own. A denial, an
// appeal never submitted, a decision or a payout that does not come: each leads
// to the legal stage.
func (c *journey) appealToPlatform(ctx workflow.Context) error {
	return c.stayIn(ctx, recovery.Appeal)
}
