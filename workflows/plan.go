package workflows

import (
	"fmt"
	"slices"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/workflow"

	"recourse/recovery"
)

// RepaymentPlan signals the case when an instalment of its plan is due; the case
// then checks whether it was paid. It is a child workflow because a plan may run
// for years. The case cancels it when the plan is fulfilled, broken or ended.
func RepaymentPlan(ctx workflow.Context, in PlanInput) error {
	for _, instalment := range in.Due {
		if wait := instalment.DueAt.Add(in.Stagger).Sub(workflow.Now(ctx)); wait > 0 {
			if err := workflow.Sleep(ctx, wait); err != nil {
				return err
			}
		}
		signal := workflow.SignalExternalWorkflow(ctx, CaseWorkflowID(in.CaseID), "", InstalmentSignal, instalment)
		if err := signal.Get(ctx, nil); err != nil {
			return fmt.Errorf("signal instalment %d to the case: %w", instalment.No, err)
		}
	}
	return nil
}

// runningPlan is the child workflow of a plan.
type runningPlan struct {
	plan       int
	cancel     workflow.CancelFunc
	child      workflow.ChildWorkflowFuture // ready when the child has closed
	isCanceled bool
}

// end cancels the child. It may take a while to close.
func (p *runningPlan) end() {
	p.isCanceled = true
	p.cancel()
}

// syncPlanWorkflows cancels the child workflows of plans that ended and starts those
// of plans that began. The caller holds the mutex.
func (c *runningCase) syncPlanWorkflows(ctx workflow.Context) error {
	c.forgetClosedPlans()
	for i := range c.plans {
		if !c.isPlanRunning(c.plans[i].plan) {
			c.plans[i].end()
		}
	}
	if c.run.isEnding {
		return nil // the next run starts them
	}
	for _, plan := range c.position.Plans {
		if !plan.Running || slices.ContainsFunc(c.plans, func(p runningPlan) bool { return p.plan == plan.No && !p.isCanceled }) {
			continue
		}
		if err := c.awaitClosedPlans(ctx); err != nil {
			return err
		}
		if err := c.startPlanWorkflow(ctx, plan); err != nil {
			return err
		}
	}
	return nil
}

// endPlanWorkflows cancels all child workflows and waits until they have closed. An
// open child would be terminated with this run, and the next run could not start
// another one under its id before that.
func (c *runningCase) endPlanWorkflows(ctx workflow.Context) error {
	for i := range c.plans {
		c.plans[i].end()
	}
	return c.awaitClosedPlans(ctx)
}

// awaitClosedPlans waits for the cancelled children.
func (c *runningCase) awaitClosedPlans(ctx workflow.Context) error {
	err := workflow.Await(ctx, func() bool {
		return !slices.ContainsFunc(c.plans, func(p runningPlan) bool { return p.isCanceled && !p.child.IsReady() })
	})
	c.forgetClosedPlans()
	return err
}

// forgetClosedPlans removes the cancelled children that have closed. The child of a
// running plan stays when it has signalled all of its instalments.
func (c *runningCase) forgetClosedPlans() {
	c.plans = slices.DeleteFunc(c.plans, func(p runningPlan) bool { return p.isCanceled && p.child.IsReady() })
}

func (c *runningCase) isPlanRunning(plan int) bool {
	return slices.ContainsFunc(c.position.Plans, func(p recovery.Plan) bool { return p.No == plan && p.Running })
}

// startPlanWorkflow starts the child workflow of a plan. It waits until the child has
// started, because a child that has not started is lost when the case ends.
func (c *runningCase) startPlanWorkflow(ctx workflow.Context, plan recovery.Plan) error {
	childCtx, cancel := workflow.WithCancel(ctx)
	childCtx = workflow.WithChildOptions(childCtx, workflow.ChildWorkflowOptions{
		WorkflowID: PlanWorkflowID(c.caseID, plan.No), TaskQueue: CasesQueue,
		ParentClosePolicy:     enumspb.PARENT_CLOSE_POLICY_TERMINATE,
		WorkflowIDReusePolicy: enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
	})
	in := PlanInput{CaseID: c.caseID, Plan: plan.No, Due: c.instalmentsDue(plan), Stagger: c.stagger}
	child := workflow.ExecuteChildWorkflow(childCtx, PlanWorkflow, in)
	c.plans = append(c.plans, runningPlan{plan: plan.No, cancel: cancel, child: child})
	if err := child.GetChildWorkflowExecution().Get(childCtx, nil); err != nil {
		return fmt.Errorf("start the workflow of plan %d: %w", plan.No, err)
	}
	return nil
}

// handleInstalmentSignals handles the instalments that fell due since the last call.
func (c *runningCase) handleInstalmentSignals(ctx workflow.Context) error {
	for {
		var due InstalmentDue
		if !c.instalments.ReceiveAsync(&due) {
			return nil
		}
		c.run.signals++
		if err := c.handleInstalment(ctx, due); err != nil {
			return err
		}
	}
}

// handleInstalment writes a step for an instalment that was not paid in time.
func (c *runningCase) handleInstalment(ctx workflow.Context, due InstalmentDue) error {
	if err := c.mutex.Lock(ctx); err != nil {
		return err
	}
	defer c.mutex.Unlock()
	step, isLate := c.position.PassInstalmentDay(due.Plan, due.No)
	if !isLate {
		return nil
	}
	_, err := c.writeStep(ctx, deadlineStep(recovery.Deadline{
		Kind: recovery.InstalmentClock, Ref: recovery.InstalmentRef(due.Plan, due.No), DueAt: due.DueAt,
	}, step))
	return err
}
