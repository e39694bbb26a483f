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
	result := ActionResult{Version: corrected.Version, Abandoned: corrected.Abandoned}
	if corrected.Abandoned {
		return result, nil
	}
	c.position, c.deadlines = corrected.Position, corrected.Deadlines
	c.results[command.RequestID] = result
	return result, c.syncPlanWorkflows(ctx)
}
