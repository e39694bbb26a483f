package workflows

import (
	"go.temporal.io/sdk/workflow"

	"recourse/recovery"
)

// watchRecall is the stage before anybody is asked for anything. While some of
// the money lies unclaimed, the platform gives it back by itself, 24 hours after
// it was sent.
//
// The case waits for that hour. If the claimant records that all of it came
// back, the case closes as refunded; a part that came back is counted. When the
// hour passes with money still missing, somebody has it, and private contact
// begins.
func (c *journey) watchRecall(ctx workflow.Context) error {
	return c.stayIn(ctx, recovery.RecallWatch)
}
