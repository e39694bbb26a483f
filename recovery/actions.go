package recovery

import "slices"

// Action is the name of an act a person asks for.
type Action string

// The actions. Those in DeskActions change no position and do not pass through
// the workflow.
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
)

// Actions lists every action in the order a case meets them.
var Actions = []Action{
	PlanContact, RecordContact, RecordMediation, RecordResponse, RecordReturn, ReportHarassment, ProposePlan, AcceptPlan,
	DeclinePlan, RecordInstalment, Escalate, SubmitAppeal, AskPlatform, RequestEvidence, RecordPlatformReply,
	DecideAppeal, ApproveDecision, RejectDecision, ChooseRoute, RecordLegalStep, PauseCase, ResumeCase, Withdraw,
	CloseCase, Reopen, Assign, Release, HandOver, AddNote, ShareLesson,
}

// DeskActions are written straight to the record: what somebody means to write,
// who works on a case or stands in for its claimant, what they noted, and whether
// others may learn from it have no bearing on where the case stands.
var DeskActions = []Action{PlanContact, Assign, Release, HandOver, AddNote, ShareLesson}

// KnownAction reports whether there is such an action at all.
func KnownAction(a Action) bool { return slices.Contains(Actions, a) }
