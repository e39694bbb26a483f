package recovery

import (
	"slices"
	"time"
)

// Action is the name of an act a person asks for.
type Action string

// The actions. Those in DeskActions change no position and do not pass through
// the workflow.
const (
	RecordContact       Action = "record_contact"
	RecordResponse      Action = "record_response"
	RecordReturn        Action = "record_return"
	Escalate            Action = "escalate"
	SubmitAppeal        Action = "submit_appeal"
	RequestEvidence     Action = "request_evidence"
	RecordPlatformReply Action = "record_platform_reply"
	DecideAppeal        Action = "decide_appeal"
	ChooseRoute         Action = "choose_route"
	RecordLegalStep     Action = "record_legal_step"
	Withdraw            Action = "withdraw"
	CloseCase           Action = "close"
	Assign              Action = "assign"
	Release             Action = "release"
	AddNote             Action = "add_note"
	ShareLesson         Action = "share_lesson"
)

// Actions lists every action in the order a case meets them.
var Actions = []Action{
	RecordContact, RecordResponse, RecordReturn, Escalate, SubmitAppeal, RequestEvidence, RecordPlatformReply,
	DecideAppeal, ChooseRoute, RecordLegalStep, Withdraw, CloseCase, Assign, Release, AddNote,
	ShareLesson,
}

// DeskActions are written straight to the record: who works on a case and what
// they noted has no bearing on where it stands, nor whether its claimant lets
// others learn from it.
var DeskActions = []Action{Assign, Release, AddNote, ShareLesson}

// Act is the body of an action as its sender wrote it. Only the fields of its
// Action may be set (see Validate). It may hold personal data: it stays in
// PostgreSQL, and Move is what travels.
type Act struct {
	Action        Action         `json:"-"`
	CounterpartID CounterpartID  `json:"counterpart_id,omitempty"`
	Channel       Channel        `json:"channel,omitempty"`
	Text          string         `json:"text,omitempty"`
	SentAt        *time.Time     `json:"sent_at,omitempty"`
	InGroup       *bool          `json:"in_group,omitempty"`
	Kind          string         `json:"kind,omitempty"` // response, platform reply or legal step
	Refusal       Refusal        `json:"refusal,omitempty"`
	Amount        *Money         `json:"amount_fen,omitempty"`
	At            *time.Time     `json:"at,omitempty"`
	To            Stage          `json:"to,omitempty"`
	Reason        string         `json:"reason,omitempty"`
	Confirm       *bool          `json:"confirm,omitempty"`
	Kinds         []EvidenceKind `json:"kinds,omitempty"`
	Note          string         `json:"note,omitempty"`
	Ref           string         `json:"ref,omitempty"`
	Decision      Decision       `json:"decision,omitempty"`
	Route         Route          `json:"route,omitempty"`
	Why           string         `json:"why,omitempty"`
	Outcome       Outcome        `json:"outcome,omitempty"`
	UserID        UserID         `json:"user_id,omitempty"`
	Visibility    string         `json:"visibility,omitempty"`
	Share         *bool          `json:"share,omitempty"`
}

// Move is the part of an act that decides where a case goes next. It holds no
// personal data, so it may travel through Temporal.
type Move struct {
	Action        Action        `json:"action"`
	Actor         Actor         `json:"actor"`
	RequestID     RequestID     `json:"request_id"`
	CounterpartID CounterpartID `json:"counterpart_id,omitempty"`
	Response      Response      `json:"response,omitempty"`
	Amount        Money         `json:"amount_fen,omitempty"`
	AutoRefund    bool          `json:"auto_refund,omitempty"`
	To            Stage         `json:"to,omitempty"`
	Decision      Decision      `json:"decision,omitempty"`
	Route         Route         `json:"route,omitempty"`
	Outcome       Outcome       `json:"outcome,omitempty"`
}

// Move strips an act of everything that does not decide.
func (a Act) Move(by Actor, request RequestID) Move {
	move := Move{
		Action: a.Action, Actor: by, RequestID: request, CounterpartID: a.CounterpartID,
		AutoRefund: a.Channel == AutoRefund, To: a.To, Decision: a.Decision, Route: a.Route, Outcome: a.Outcome,
	}
	if a.Action == RecordResponse {
		move.Response = Response(a.Kind)
	}
	if a.Amount != nil {
		move.Amount = *a.Amount
	}
	return move
}

// rule says where an action may be taken and by whom.
type rule struct {
	stages []Stage
	roles  []Role
	when   func(Position) bool // nil: always within the stages
}

var (
	openStages  = []Stage{RecallWatch, PrivateContact, GroupNotice, Appeal, Legal}
	beforeLegal = []Stage{RecallWatch, PrivateContact, GroupNotice, Appeal}
	deskRoles   = []Role{RoleAgent, RoleSupervisor}
	rules       = map[Action]rule{
		RecordContact:       {openStages, []Role{RoleClaimant, RoleAgent, RoleSupervisor, RoleLegal}, nil},
		RecordResponse:      {openStages, []Role{RoleClaimant, RoleAgent, RoleSupervisor, RoleLegal}, nil},
		RecordReturn:        {openStages, []Role{RoleClaimant, RoleAgent, RoleSupervisor, RoleLegal}, nil},
		Escalate:            {beforeLegal, []Role{RoleClaimant, RoleAgent, RoleSupervisor, RoleLegal}, nil},
		SubmitAppeal:        {[]Stage{Appeal}, []Role{RoleClaimant, RoleAgent}, appealIs(AppealPreparing)},
		RequestEvidence:     {[]Stage{Appeal}, deskRoles, appealIs(AppealSubmitted)},
		RecordPlatformReply: {[]Stage{Appeal}, deskRoles, appealIs(AppealSubmitted, AppealMoreEvidence, AppealGranted)},
		DecideAppeal:        {[]Stage{Appeal}, deskRoles, appealIs(AppealSubmitted)},
		ChooseRoute:         {[]Stage{Legal}, []Role{RoleClaimant, RoleLegal}, nil},
		RecordLegalStep:     {[]Stage{Legal}, []Role{RoleClaimant, RoleLegal}, func(p Position) bool { return p.Route != "" }},
		Withdraw:            {openStages, []Role{RoleClaimant, RoleSupervisor}, nil},
		CloseCase:           {openStages, []Role{RoleSupervisor, RoleLegal}, nil},
		Assign:              {openStages, deskRoles, nil},
		Release:             {openStages, deskRoles, nil},
		AddNote:             {Stages, []Role{RoleClaimant, RoleAgent, RoleSupervisor, RoleLegal}, nil},
		ShareLesson:         {[]Stage{Closed}, []Role{RoleClaimant}, teaches},
	}
)

func appealIs(states ...AppealState) func(Position) bool {
	return func(p Position) bool { return slices.Contains(states, p.Appeal) }
}

// teaches reports that something was tried: what the platform returned by itself
// and what was no mis-send tells others nothing.
func teaches(p Position) bool { return p.Outcome != AutoRefunded && p.Outcome != NotEligible }

// KnownAction reports whether there is such an action at all.
func KnownAction(a Action) bool { return slices.Contains(Actions, a) }

// MayEver reports whether a role may take an action in some stage. When it may
// not, the answer is "forbidden", not "not now".
func MayEver(role Role, a Action) bool { return slices.Contains(rules[a].roles, role) }

// Allowed lists what a role may do at a position, in the order of Actions.
func (p Position) Allowed(role Role) []Action {
	allowed := []Action{}
	for _, action := range Actions {
		if MayEver(role, action) && p.permits(action) {
			allowed = append(allowed, action)
		}
	}
	return allowed
}

func (p Position) permits(a Action) bool {
	r, known := rules[a]
	if !known || !slices.Contains(r.stages, p.Stage) {
		return false
	}
	return r.when == nil || r.when(p)
}

// Facts are the parts of an act that the journal states openly.
func (a Act) Facts() map[string]any {
	facts := map[string]any{}
	put := func(name string, present bool, value any) {
		if present {
			facts[name] = value
		}
	}
	put("counterpart_id", a.CounterpartID != "", a.CounterpartID)
	put("channel", a.Channel != "", a.Channel)
	put("in_group", a.InGroup != nil, a.InGroup)
	put("kind", a.Kind != "", a.Kind)
	put("refusal", a.Refusal != "", a.Refusal)
	put("amount_fen", a.Amount != nil, a.Amount)
	put("to", a.To != "", a.To)
	put("kinds", len(a.Kinds) > 0, a.Kinds)
	put("decision", a.Decision != "", a.Decision)
	put("route", a.Route != "", a.Route)
	put("outcome", a.Outcome != "", a.Outcome)
	put("user_id", a.UserID != "", a.UserID)
	put("visibility", a.Visibility != "", a.Visibility)
	put("share", a.Share != nil, a.Share)
	return facts
}

// Personal are the parts of an act that the journal holds as salted commitments
// only: whatever people wrote may name somebody.
func (a Act) Personal() map[string]string {
	personal := map[string]string{}
	for name, value := range map[string]string{
		"text": a.Text, "reason": a.Reason, "note": a.Note, "ref": a.Ref, "why": a.Why,
	} {
		if value != "" {
			personal[name] = value
		}
	}
	return personal
}

// ClaimedAt is when, by the actor's own word, the thing happened; nil when the
// act is itself the event.
func (a Act) ClaimedAt() *time.Time {
	if a.SentAt != nil {
		return a.SentAt
	}
	return a.At
}
