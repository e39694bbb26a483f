package worker

import (
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"recourse/activities"
	"recourse/workflows"
)

// RegisterWorkflows registers all workflows. Worker, tests and replayer share it.
// Running cases continue with new code as soon as it is deployed.
func RegisterWorkflows(r worker.WorkflowRegistry) {
	for name, function := range map[string]any{
		workflows.CaseWorkflow:   workflows.Case,
		workflows.PlanWorkflow:   workflows.RepaymentPlan,
		workflows.ExportWorkflow: workflows.Export,
	} {
		r.RegisterWorkflowWithOptions(function, workflow.RegisterOptions{
			Name: name, VersioningBehavior: workflow.VersioningBehaviorAutoUpgrade,
		})
	}
}

// RegisterCases registers the activities of the cases queue.
func RegisterCases(r worker.ActivityRegistry, cases *activities.Cases) {
	r.RegisterActivityWithOptions(cases.OpenCase, activity.RegisterOptions{Name: activities.NameOpenCase})
	r.RegisterActivityWithOptions(cases.TakeStep, activity.RegisterOptions{Name: activities.NameTakeStep})
	r.RegisterActivityWithOptions(cases.CorrectEntry, activity.RegisterOptions{Name: activities.NameCorrectEntry})
}

// RegisterExports registers the activities of the evidence queue.
func RegisterExports(r worker.ActivityRegistry, exports *activities.Exports) {
	r.RegisterActivityWithOptions(exports.BuildExport, activity.RegisterOptions{Name: activities.NameBuildExport})
}
