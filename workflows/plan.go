package workflows

import (
	"fmt"
	"slices"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/workflow"

	"recourse/recovery"
)

// RepaymentPlan keeps the calendar of a plan, which may run for years beside its
// case: on the day of each instalment it tells the case, and the case looks
// whether it was paid.
//
// It knows nothing of money. A plan that is fulfilled, broken or over with its
// case is cancelled.
func RepaymentPlan(ctx workflow.Context, in PlanInput) error {
	for _, instalment := range in.Due {
		if left := instalment.DueAt.Add(in.Stagger).Sub(workflow.Now(ctx)); left > 0 {
			if err := workflow.Sleep(ctx, left); err != nil {
				return err
			}
		}
		tell := workflow.SignalExternalWorkflow(ctx, CaseWorkflowID(in.CaseID), "", InstalmentSignal, instalment)
		if err := tell.Get(ctx, nil); err != nil {
			return fmt.Errorf("tell the case of instalment %d: %w", instalment.No, err)
		}
	}
	return nil
}

// calendar is the workflow of a running plan, as its case holds it.
type calendar struct {
	plan   int
	cancel workflow.CancelFunc
}

// keepCalendars starts the calendar of every plan that runs and ends that of
// every plan that does not any more. The caller holds the mutex.
func (c *journey) keepCalendars(ctx workflow.Context) error {
	kept := c.calendars[:0:0]
	for _, running := range c.calendars {
		if c.runs(running.plan) {
			kept = append(kept, running)
			continue
		}
		running.cancel()
	}
	c.calendars = kept
	for _, plan := range c.position.Plans {
		if !plan.Running || slices.ContainsFunc(kept, func(k calendar) bool { return k.plan == plan.No }) {
			continue
		}
		if err := c.startCalendar(ctx, plan); err != nil {
			return err
		}
	}
	return nil
}

func (c *journey) runs(plan int) bool {
	return slices.ContainsFunc(c.position.Plans, func(p recovery.Plan) bool { return p.No == plan && p.Running })
}

// startCalendar starts a plan's workflow and waits until it is there: one that
// was only asked for ends with whoever asked.
func (c *journey) startCalendar(ctx workflow.Context, plan recovery.Plan) error {
	life, cancel := workflow.WithCancel(ctx)
	life = workflow.WithChildOptions(life, workflow.ChildWorkflowOptions{
		WorkflowID: PlanWorkflowID(c.caseID, plan.No), TaskQueue: CasesQueue,
		ParentClosePolicy:     enumspb.PARENT_CLOSE_POLICY_TERMINATE,
		WorkflowIDReusePolicy: enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
	})
	child := workflow.ExecuteChildWorkflow(life, PlanWorkflow, PlanInput{CaseID: c.caseID, Plan: plan.No, Due: c.due(plan), Stagger: c.stagger})
	c.calendars = append(c.calendars, calendar{plan: plan.No, cancel: cancel})
	if err := child.GetChildWorkflowExecution().Get(life, nil); err != nil {
		return fmt.Errorf("start the calendar of plan %d: %w", plan.No, err)
	}
	return nil
}

// takeInstalments looks at each instalment whose day has come.
func (c *journey) takeInstalments(ctx workflow.Context) error {
	for {
		var due InstalmentDue
		if !c.instalments.ReceiveAsync(&due) {
			return nil
		}
		if err := c.instalmentDue(ctx, due); err != nil {
			return err
		}
	}
}

func (c *journey) instalmentDue(ctx workflow.Context, due InstalmentDue) error {
	if err := c.mutex.Lock(ctx); err != nil {
		return err
	}
	defer c.mutex.Unlock()
	step, late := c.position.InstalmentDue(due.Plan, due.No)
	if !late {
		return nil
	}
	_, err := c.write(ctx, stepOf(recovery.Deadline{
		Kind: recovery.InstalmentClock, Ref: recovery.InstalmentRef(due.Plan, due.No), DueAt: due.DueAt,
	}, step))
	return err
}
