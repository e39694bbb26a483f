package activities

import "recourse/recovery"

// The names under which the activities are registered. Workflow histories contain
// them for years: add names, never rename one. A test checks that each equals its
// method's name, so a workflow may refer to an activity by its method.
const (
	NameOpenCase     = "OpenCase"
	NameTakeStep     = "TakeStep"
	NameCorrectEntry = "CorrectEntry"
	NameBuildExport  = "BuildExport"
)

// OpenInput names the case to open.
type OpenInput struct {
	CaseID recovery.CaseID `json:"case_id"`
}

// Opening is the state of a filed case when its workflow starts.
type Opening struct {
	Position  recovery.Position   `json:"position"`
	Deadlines []recovery.Deadline `json:"deadlines"`
	Pace      int                 `json:"pace"`
	// ActionsPerRun replaces the number of actions after which a run continues as new.
	ActionsPerRun int `json:"actions_per_run,omitempty"`
}

// StepInput is a step to write. Command is nil when no one acted; then Because names
// the deadline that passed, or EvidenceID the evidence that was added.
type StepInput struct {
	CaseID     recovery.CaseID     `json:"case_id"`
	Key        string              `json:"key"` // at most one entry per case and key
	Step       recovery.Step       `json:"step"`
	Command    *recovery.Command   `json:"move,omitempty"`
	Attempt    int                 `json:"attempt,omitempty"` // of the staged request; see postgres.ActionRequest
	Because    recovery.Clock      `json:"because,omitempty"`
	Ref        string              `json:"ref,omitempty"` // which of several clocks of that kind
	EvidenceID recovery.EvidenceID `json:"evidence_id,omitempty"`
}

// expectedVersion is the version that the actor has seen; nil for any.
func (in StepInput) expectedVersion() *int64 {
	if in.Command == nil {
		return nil
	}
	return in.Command.ExpectedVersion
}

// StepResult is the state after the step. Abandoned means that the requester gave
// up before it was written: nothing was written and the position is unchanged.
type StepResult struct {
	Deadlines []recovery.Deadline `json:"deadlines"`
	Version   int64               `json:"version"`
	Abandoned bool                `json:"abandoned,omitempty"`
}

// ExportInput names the export to build.
type ExportInput struct {
	CaseID   recovery.CaseID   `json:"case_id"`
	ExportID recovery.ExportID `json:"export_id"`
}

// ExportResult is how the build ended: ready or failed.
type ExportResult struct {
	State recovery.ExportState `json:"state"`
}
