package workflows

import (
	"fmt"
	"time"

	"recourse/activities"
	"recourse/recovery"
)

// The task queues. Building an export takes memory and minutes, so it has its own
// queue and worker and never delays a case.
const (
	CasesQueue    = "cases"
	EvidenceQueue = "evidence"
)

// The registered names of workflows, Updates and signals. Histories and clients
// contain them: add names, never change them.
const (
	CaseWorkflow     = "Case"
	PlanWorkflow     = "RepaymentPlan"
	ExportWorkflow   = "Export"
	ActionUpdate     = "act"
	EvidenceSignal   = "evidence_added"
	InstalmentSignal = "instalment_due"
)

// CaseWorkflowID returns the id of the workflow of a case.
func CaseWorkflowID(id recovery.CaseID) string { return "case:" + string(id) }

// PlanWorkflowID returns the id of the workflow of a plan; plans are numbered within
// their case.
func PlanWorkflowID(id recovery.CaseID, plan int) string { return fmt.Sprintf("plan:%s:%d", id, plan) }

// ExportWorkflowID returns the id of the workflow of an export.
func ExportWorkflowID(id recovery.ExportID) string { return "export:" + string(id) }

// CaseInput starts a run of the workflow of a filed case.
type CaseInput struct {
	CaseID recovery.CaseID `json:"case_id"`
	// Results are those of the last actions of the run before. The position and the
	// deadlines are in the database.
	Results []RecentResult `json:"results,omitempty"`
}

// RecentResult is the result of an action that was performed before.
type RecentResult struct {
	RequestID recovery.RequestID `json:"request_id"`
	Result    ActionResult       `json:"result"`
}

// ExportInput starts the workflow of a requested export.
type ExportInput = activities.ExportInput

// ActionInput is an action of a person. Its texts are in PostgreSQL under
// Command.RequestID; Attempt counts how often they were stored there.
type ActionInput struct {
	Command recovery.Command `json:"move"`
	Attempt int              `json:"attempt"`
}

// ActionResult is the result of an action. Abandoned means that the caller had
// given up already, so nothing was written.
type ActionResult struct {
	Version   int64 `json:"version"` // of the case after the action
	Abandoned bool  `json:"abandoned,omitempty"`
}

// PlanInput starts the workflow of an accepted plan. Due holds its unpaid
// instalments.
type PlanInput struct {
	CaseID recovery.CaseID `json:"case_id"`
	Plan   int             `json:"plan"`
	Due    []InstalmentDue `json:"due"`
	// Stagger is the delay between the due time and the signal to the case.
	Stagger time.Duration `json:"stagger,omitempty"`
}

// InstalmentDue is an instalment and its due time. As a signal it means that the
// due time is reached.
type InstalmentDue struct {
	Plan  int       `json:"plan"`
	No    int       `json:"no"`
	DueAt time.Time `json:"due_at"`
}

// EvidenceInput is the signal that evidence was added.
type EvidenceInput struct {
	EvidenceID recovery.EvidenceID `json:"evidence_id"`
}
