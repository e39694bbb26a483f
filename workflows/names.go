package workflows

import (
	"fmt"
	"time"

	"recourse/activities"
	"recourse/recovery"
)

// The task queues. Building papers needs memory and time, so it has a queue and
// a worker of its own and never holds up a case.
const (
	CasesQueue    = "cases"
	EvidenceQueue = "evidence"
)

// The names the outside calls: workflows, the Update and the Signal. Histories
// and clients hold them: add, never rename.
const (
	CaseWorkflow     = "Case"
	PlanWorkflow     = "RepaymentPlan"
	ExportWorkflow   = "Export"
	ActUpdate        = "act"
	EvidenceSignal   = "evidence_added"
	InstalmentSignal = "instalment_due"
)

// CaseWorkflowID is the one workflow of a case.
func CaseWorkflowID(id recovery.CaseID) string { return "case:" + string(id) }

// PlanWorkflowID is the one workflow of a plan, counted within its case.
func PlanWorkflowID(id recovery.CaseID, plan int) string { return fmt.Sprintf("plan:%s:%d", id, plan) }

// ExportWorkflowID is the one workflow of an export.
func ExportWorkflowID(id recovery.ExportID) string { return "export:" + string(id) }

// CaseInput starts the journey of a case that is already filed.
type CaseInput struct {
	CaseID recovery.CaseID `json:"case_id"`
	// Edition is that of the code which took the case up; see versions.go.
	Edition int `json:"edition,omitempty"`
}

// NewCase takes a case up under the edition of now.
func NewCase(id recovery.CaseID) CaseInput { return CaseInput{CaseID: id, Edition: edition} }

// ExportInput starts the building of an export that is already recorded.
type ExportInput = activities.ExportInput

// ActInput is an act a person asks for. Its words lie in PostgreSQL under
// Move.RequestID; Attempt counts how often they were staged.
type ActInput struct {
	Move    recovery.Move `json:"move"`
	Attempt int           `json:"attempt"`
}

// ActResult answers an act. Abandoned means that the asker had already given
// up, so nothing was written.
type ActResult struct {
	Version   int64 `json:"version"` // of the case after the act
	Abandoned bool  `json:"abandoned,omitempty"`
}

// PlanInput starts the calendar of a plan that both sides agreed to. Due holds
// the instants of its instalments that are not paid yet.
type PlanInput struct {
	CaseID recovery.CaseID `json:"case_id"`
	Plan   int             `json:"plan"`
	Due    []InstalmentDue `json:"due"`
	// Stagger is how long after an instant the case is told of it.
	Stagger time.Duration `json:"stagger,omitempty"`
}

// InstalmentDue is an instalment and its instant; as a signal it says that the
// instant has come.
type InstalmentDue struct {
	Plan  int       `json:"plan"`
	No    int       `json:"no"`
	DueAt time.Time `json:"due_at"`
}

// EvidenceInput tells that evidence was filed.
type EvidenceInput struct {
	EvidenceID recovery.EvidenceID `json:"evidence_id"`
}
