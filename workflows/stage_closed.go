package workflows

import (
	"fmt"

	"go.temporal.io/sdk/workflow"
)

// close ends the journey: the outcome stands in the record. Whoever is still
// being answered gets the answer first, which may open the case again; what was
// signalled meanwhile has nothing left to change.
func (c *journey) close(ctx workflow.Context) (over bool, err error) {
	if err := workflow.Await(ctx, func() bool { return workflow.AllHandlersFinished(ctx) }); err != nil {
		return false, fmt.Errorf("waiting for the last answers: %w", err)
	}
	if c.position.Open() {
		return false, nil
	}
	for c.evidence.ReceiveAsync(nil) || c.instalments.ReceiveAsync(nil) {
	}
	return true, nil
}
