package recovery

import "slices"

// Action is the name of something a person can do in a case. The rows of
// actionTable define every action.
type Action string

// The actions.
const (
	PlanContact         Action = "plan_contact"
	RecordContact       Action = "record_contact"
	RecordMediation     Action = "record_mediation"
	RecordResponse      Action = "record_response"
	RecordReturn        Action = "record_return"
	ReportHarassment    Action = "report_harassment"
	ProposePlan         Action = "propose_plan"
	AcceptPlan          Action = "accept_plan"
	DeclinePlan         Action = "decline_plan"
	RecordInstalment    Action = "record_instalment"
	Escalate            Action = "escalate"
	SubmitAppeal        Action = "submit_appeal"
	AskPlatform         Action = "ask_platform"
	RequestEvidence     Action = "request_evidence"
	RecordPlatformReply Action = "record_platform_reply"
	DecideAppeal        Action = "decide_appeal"
	ApproveDecision     Action = "approve_decision"
	RejectDecision      Action = "reject_decision"
	ChooseRoute         Action = "choose_route"
	RecordLegalStep     Action = "record_legal_step"
	PauseCase           Action = "pause"
	ResumeCase          Action = "resume"
	Withdraw            Action = "withdraw"
	CloseCase           Action = "close"
	Reopen              Action = "reopen"
	Assign              Action = "assign"
	Release             Action = "release"
	HandOver            Action = "hand_over"
	AddNote             Action = "add_note"
	ShareLesson         Action = "share_lesson"
	ReportDanger        Action = "report_danger"
	AmendFacts          Action = "amend_facts"
	AdoptMatch          Action = "adopt_match"
	AddCounterpart      Action = "add_counterpart"
	RecordShare         Action = "record_share"
	RenameCounterpart   Action = "rename_counterpart"
	Correct             Action = "correct"
	ApproveCorrection   Action = "approve_correction"
	RejectCorrection    Action = "reject_correction"
)

// ActionSpec is one row of the table of actions: who may do what, when, with
// which fields, and what it changes. The REST paths, the specification, the
// forms of the pages and docs/actions.md are all derived from it.
type ActionSpec struct {
	Name   Action
	About  string // what it does, in English, for the specification and the docs
	Stages []Stage
	Roles  []Role
	When   Condition
	Fields []Field
	// Rank orders the forms of a page. Actions of a specific stage have 0 and come
	// first; the higher the rank, the more seldom the action is the next step.
	Rank  int
	Entry EntryKind // the journal entry it writes, unless apply chooses another kind

	check func(ActionBody, *FieldChecker)       // rules that involve several fields; nil for none
	apply func(Position, Command) (Step, error) // nil for an action that leaves the position as it is
}

// Condition restricts an action within its stages.
type Condition struct {
	About string // empty when the action is always possible
	holds func(Position) bool
}

// Actions lists every action in the order in which a case meets them.
var Actions = actionNames()

// actionRows holds the rows of the table by name.
var actionRows = actionsByName()

func actionNames() []Action {
	names := make([]Action, 0, len(actionTable))
	for _, row := range actionTable {
		names = append(names, row.Name)
	}
	return names
}

func actionsByName() map[Action]*ActionSpec {
	rows := make(map[Action]*ActionSpec, len(actionTable))
	for i := range actionTable {
		rows[actionTable[i].Name] = &actionTable[i]
	}
	return rows
}

// ActionSpecs returns the table of actions in the order of Actions.
func ActionSpecs() []ActionSpec { return slices.Clone(actionTable) }

// SpecOf returns the row of an action. ok is false for an unknown action.
func SpecOf(a Action) (spec ActionSpec, ok bool) {
	row, ok := actionRows[a]
	if !ok {
		return ActionSpec{}, false
	}
	return *row, true
}

// IsKnown reports whether a row defines the action.
func (a Action) IsKnown() bool { return actionRows[a] != nil }

// MovesCase reports whether an action can change the position of a case. Only
// those go through the workflow; the others are written directly to the record.
func (a Action) MovesCase() bool {
	row := actionRows[a]
	return row != nil && row.apply != nil
}

// CorrectsEntry reports whether an action corrects an entry of the journal. The
// position after it follows from all recorded steps; see ComputeCorrection.
func (a Action) CorrectsEntry() bool { return a == Correct || a == ApproveCorrection }

// MayEver reports whether a role may take an action in some stage. If not, the
// refusal is "forbidden" instead of "not allowed now".
func MayEver(role Role, a Action) bool {
	row := actionRows[a]
	return row != nil && slices.Contains(row.Roles, role)
}

// Allowed lists the actions a role may take at this position, in the order of
// Actions.
func (p Position) Allowed(role Role) []Action {
	allowed := []Action{}
	for _, action := range Actions {
		if MayEver(role, action) && p.permits(action) && !p.isClosedTo(role) {
			allowed = append(allowed, action)
		}
	}
	return allowed
}

// isClosedTo reports whether a role may do nothing at this position: a counterpart in a
// case of fraud, threat or gambling.
func (p Position) isClosedTo(role Role) bool { return role == RoleCounterpart && p.Facts.IsInDanger() }

// Invites reports whether counterparts are asked for anything: the case is open, and
// the claimant was not deceived, threatened, asked to send or gambling.
func (p Position) Invites() bool { return p.IsOpen() && !p.Facts.IsInDanger() }

func (p Position) permits(a Action) bool {
	row := actionRows[a]
	return row != nil && slices.Contains(row.Stages, p.Stage) && row.When.holds(p)
}
