package workflows

import (
	"go.temporal.io/sdk/workflow"

	"recourse/activities"
	"recourse/recovery"
)

// correctEntry corrects an earlier entry. The position after it follows from all
// recorded steps of the case, which the database has, so an activity computes it.
// The caller holds the mutex.
func (c *runningCase) correctEntry(ctx workflow.Context, command recovery.Command, attempt int) (ActionResult, error) {
	corrected, err := callActivity(withDatabaseOptions(ctx), caseActivities.CorrectEntry, activities.StepInput{
		CaseID: c.caseID, Key: actionKey(command.RequestID), Command: &command, Attempt: attempt,
	})
	if err != nil {
		return ActionResult{}, err
	}
	if corrected.Abandoned {
		return ActionResult{Abandoned: true}, nil
	}
	c.position, c.deadlines = corrected.Position, corrected.Deadlines
	// An instalment that was paid by mistake may be due since long ago, and its workflow
	// has passed it. New ones begin with all unpaid instalments.
	if err := c.endPlanWorkflows(ctx); err != nil {
		return ActionResult{}, err
	}
	return ActionResult{Version: corrected.Version}, c.syncPlanWorkflows(ctx)
}
