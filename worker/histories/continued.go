package histories

import (
	"context"
	"fmt"
	"path/filepath"

	enumspb "go.temporal.io/api/enums/v1"

	"recourse/recovery"
	"recourse/workflows"
)

// actionsPerRun is after how many actions the runs of continuedScenarios continue.
const actionsPerRun = 2

// continuedScenarios are cases whose workflow continues as new. The last run is written
// as NAME.json, those before it as NAME_run_N.json. The last action is the first of its
// run, so that the run before has ended.
var continuedScenarios = []scenario{
	{
		name: "continued", start: privatePosition(), stage: recovery.PrivateContact,
		events: []event{recordContact, recordContact, recordContact, recordResponse("a", recovery.Promised), recordContact},
	},
	{
		name: "continued_with_a_plan", start: privatePosition(), stage: recovery.PrivateContact,
		events: []event{proposePlan, acceptPlan, recordInstalment(1, 40_000), recordContact, recordContact},
	},
	{
		name: "continued_while_evidence_is_awaited", start: privatePosition(), stage: recovery.Appeal,
		events: []event{escalateTo(recovery.Appeal), submitAppeal, requestEvidence, withExpectedSteps(evidenceAdded, 4), recordContact, recordContact},
	},
}

func (r *recorder) recordContinued(ctx context.Context) error {
	for _, s := range continuedScenarios {
		if err := r.recordScenario(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		if err := r.writeRuns(ctx, workflows.CaseWorkflowID(recovery.CaseID(s.name)), s); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return nil
}

// writeRuns writes the history of each run of a workflow. The current one names the run
// before it.
func (r *recorder) writeRuns(ctx context.Context, workflowID string, s scenario) error {
	var runs []string
	for run := ""; run != "" || len(runs) == 0; {
		events := r.GetWorkflowHistory(ctx, workflowID, run, false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
		first, err := events.Next()
		if err != nil {
			return err
		}
		started := first.GetWorkflowExecutionStartedEventAttributes()
		runs = append(runs, started.GetOriginalExecutionRunId())
		run = started.GetContinuedExecutionRunId()
	}
	for i, run := range runs[1:] {
		path := filepath.Join(r.dir, fmt.Sprintf("%s_run_%d.json", s.name, len(runs)-1-i))
		if err := r.writeHistory(ctx, workflowID, run, path); err != nil {
			return err
		}
	}
	actions := 0
	for _, e := range s.events {
		if e.actor != "" {
			actions++
		}
	}
	if want := actions/actionsPerRun + 1; len(runs) != want {
		return fmt.Errorf("%d runs instead of %d", len(runs), want)
	}
	return nil
}
