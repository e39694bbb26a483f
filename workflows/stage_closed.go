package workflows

import (
	"fmt"

	"go.temporal.io/sdk/workflow"
)

// close ends the journey: the outcome stands in the record. Whoever is still
// being answered gets the answer first, and what was signalled meanwhile has
// nothing left to change.
func (c *journey) close(ctx workflow.Context) error {
	if err := workflow.Await(ctx, func() bool { return workflow.AllHandlersFinished(ctx) }); err != nil {
		return fmt.Errorf("waiting for the last answers: %w", err)
	}
	for c.evidence.ReceiveAsync(nil) {
	}
	return nil
}
