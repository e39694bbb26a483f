package activities

import "recourse/recovery"

// The names under which the activities are registered. Histories hold them for
// years: add, never rename. Each equals its method's name (held by a test), so
// that a workflow may name an activity by its method.
const (
	NameOpenCase    = "OpenCase"
	NameTakeStep    = "TakeStep"
	NameBuildExport = "BuildExport"
)

// OpenInput names the case to open.
type OpenInput struct {
	CaseID recovery.CaseID `json:"case_id"`
}

// Opening is where a filed case stands when its workflow begins.
type Opening struct {
	Position  recovery.Position   `json:"position"`
	Deadlines []recovery.Deadline `json:"deadlines"`
	Pace      int                 `json:"pace"`
}

// StepInput is a step to be written. Move is nil when nobody acted; then
// Because names the clock that ran out, or EvidenceID the evidence that came.
type StepInput struct {
	CaseID     recovery.CaseID     `json:"case_id"`
	Key        string              `json:"key"` // one entry per case and key, however often it is asked for
	Step       recovery.Step       `json:"step"`
	Move       *recovery.Move      `json:"move,omitempty"`
	Attempt    int                 `json:"attempt,omitempty"` // of the staged request; see postgres.ActionRequest
	Because    recovery.Clock      `json:"because,omitempty"`
	Ref        string              `json:"ref,omitempty"` // which of several clocks of that kind
	EvidenceID recovery.EvidenceID `json:"evidence_id,omitempty"`
}

// StepResult tells what stands after the step. Abandoned means that the asker
// gave up before it was written: nothing was, and the position stays.
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

// ExportResult tells how building ended: ready or failed.
type ExportResult struct {
	State recovery.ExportState `json:"state"`
}
