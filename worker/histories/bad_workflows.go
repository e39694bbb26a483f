package histories

import (
	"context"
	"path/filepath"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	sdkworker "go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"recourse/activities"
	"recourse/recovery"
	"recourse/workflows"
)

// badWorkflows are workflows that are registered as Case and differ from it. Their histories
// must fail to replay; otherwise the replay tests would prove nothing.
var badWorkflows = map[string]func(workflow.Context, workflows.CaseInput) error{
	"timer_before_opening": func(ctx workflow.Context, in workflows.CaseInput) error {
		if err := workflow.Sleep(ctx, time.Millisecond); err != nil {
			return err
		}
		return openCaseOnly(ctx, activities.NameOpenCase, in)
	},
	"another_activity_first": func(ctx workflow.Context, in workflows.CaseInput) error {
		return openCaseOnly(ctx, "ReadCase", in)
	},
	"ended_while_it_should_wait": func(ctx workflow.Context, in workflows.CaseInput) error {
		return openCaseOnly(ctx, activities.NameOpenCase, in)
	},
}

func openCaseOnly(ctx workflow.Context, name string, in workflows.CaseInput) error {
	ctx = workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{ScheduleToCloseTimeout: time.Minute})
	return workflow.ExecuteLocalActivity(ctx, name, activities.OpenInput{CaseID: in.CaseID}).Get(ctx, nil)
}

// renamedCases has its own method because the SDK knows a local activity by its
// function: one function under two names would be recorded under one of them.
type renamedCases struct{ *activities.Cases }

func (c renamedCases) ReadCase(ctx context.Context, in activities.OpenInput) (activities.Opening, error) {
	return c.OpenCase(ctx, in)
}

// recordBadHistories runs each bad workflow on its own queue.
func (r *recorder) recordBadHistories(ctx context.Context) error {
	for name, stray := range badWorkflows {
		if err := r.recordBadHistory(ctx, name, stray); err != nil {
			return err
		}
	}
	return nil
}

func (r *recorder) recordBadHistory(ctx context.Context, name string, stray any) error {
	id := recovery.CaseID(name)
	r.database.addCase(id, privatePosition())
	cases := &activities.Cases{Record: r.database, Rules: r.database, Now: time.Now}
	w := sdkworker.New(r.Client, name, sdkworker.Options{})
	w.RegisterWorkflowWithOptions(stray, workflow.RegisterOptions{Name: workflows.CaseWorkflow})
	w.RegisterActivityWithOptions(cases.OpenCase, activity.RegisterOptions{Name: activities.NameOpenCase})
	w.RegisterActivityWithOptions(renamedCases{cases}.ReadCase, activity.RegisterOptions{Name: "ReadCase"})
	if err := w.Start(); err != nil {
		return err
	}
	defer w.Stop()
	run, err := r.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: workflows.CaseWorkflowID(id), TaskQueue: name,
	}, workflows.CaseWorkflow, workflows.CaseInput{CaseID: id})
	if err != nil {
		return err
	}
	if err := run.Get(ctx, nil); err != nil {
		return err
	}
	return r.writeHistory(ctx, run.GetID(), "", filepath.Join(r.dir, "bad", name+".json"))
}
