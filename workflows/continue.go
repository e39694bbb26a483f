package workflows

import (
	"cmp"
	"fmt"

	"go.temporal.io/sdk/workflow"
)

// A run continues as new when it has used this much. The server refuses Updates or ends
// the run at the limits on the right.
const (
	maxRunActions = 200     // 2,000 Updates
	maxRunSignals = 1_000   // 10,000
	maxRunEvents  = 4_000   // 51,200
	maxRunBytes   = 4 << 20 // 50 MiB
)

// runUsage counts what one run has used of the limits of the server.
type runUsage struct {
	actions    int // that have their result
	signals    int
	maxActions int  // instead of maxRunActions, unless 0
	isEnding   bool // no action is accepted any more
}

// isFull reports whether the workflow must continue in a new run. The suggestion of the
// server counts only once something happened, so that no server setting makes one run
// follow the other at once.
func (u runUsage) isFull(ctx workflow.Context) bool {
	info := workflow.GetInfo(ctx)
	return u.actions >= cmp.Or(u.maxActions, maxRunActions) || u.signals >= maxRunSignals ||
		info.GetCurrentHistoryLength() >= maxRunEvents || info.GetCurrentHistorySize() >= maxRunBytes ||
		info.GetContinueAsNewSuggested() && u.actions+u.signals > 0
}

// continueAsNew ends this run and begins the next one, which opens the case again. The
// actions in progress get their results first, and all signals are handled, because
// neither reaches the next run. Actions that arrive meanwhile are refused: the caller
// sends them to the next run.
func (c *runningCase) continueAsNew(ctx workflow.Context) error {
	c.run.isEnding = true
	if err := workflow.Await(ctx, func() bool { return workflow.AllHandlersFinished(ctx) }); err != nil {
		return fmt.Errorf("wait for the actions in progress: %w", err)
	}
	if err := c.endPlanWorkflows(ctx); err != nil {
		return fmt.Errorf("end the workflows of the plans: %w", err)
	}
	for c.evidence.Len() > 0 || c.instalments.Len() > 0 {
		if err := c.handleEvidenceSignals(ctx); err != nil {
			return err
		}
		if err := c.handleInstalmentSignals(ctx); err != nil {
			return err
		}
	}
	return workflow.NewContinueAsNewError(ctx, CaseWorkflow, CaseInput{CaseID: c.caseID, Results: c.results})
}
