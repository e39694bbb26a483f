package recovery

import "slices"

// rule says where an action may be taken and by whom.
type rule struct {
	stages []Stage
	roles  []Role
	only   condition
}

// condition narrows a rule within its stages. words is how the table of the
// documentation says it.
type condition struct {
	words string
	holds func(Position) bool
}

var (
	always      = condition{"", func(Position) bool { return true }}
	notHalted   = condition{"not paused, no plan that brings all", func(p Position) bool { return !p.halted() }}
	notPaused   = condition{"not paused", func(p Position) bool { return p.Pause == nil }}
	whilePaused = condition{"paused", func(p Position) bool { return p.Pause != nil }}
	routeChosen = condition{"a route is chosen", func(p Position) bool { return p.Route != "" }}
	planOffered = condition{"a plan is proposed", func(p Position) bool { return p.hasPlan(false) }}
	planRuns    = condition{"a plan is running", func(p Position) bool { return p.hasPlan(true) }}
	missesMoney = condition{"money is still missing", func(p Position) bool { return p.Outstanding() > 0 }}
	teaches     = condition{"something was tried", func(p Position) bool {
		return p.Outcome != AutoRefunded && p.Outcome != NotEligible
	}}
)

// appealIs holds in states of the appeal, unless the case is halted.
func appealIs(states ...AppealState) condition {
	return condition{"appeal " + list(states) + "; " + notHalted.words, func(p Position) bool {
		return slices.Contains(states, p.Appeal) && !p.halted()
	}}
}

func (p Position) hasPlan(running bool) bool {
	return slices.ContainsFunc(p.Plans, func(plan Plan) bool { return plan.Running == running })
}

var (
	openStages  = []Stage{RecallWatch, PrivateContact, GroupNotice, Appeal, Legal}
	beforeLegal = []Stage{RecallWatch, PrivateContact, GroupNotice, Appeal}
	afterRecall = []Stage{PrivateContact, GroupNotice, Appeal, Legal}
	inAppeal    = []Stage{Appeal}
	inLegal     = []Stage{Legal}
	whenClosed  = []Stage{Closed}

	caseRoles  = []Role{RoleClaimant, RoleAgent, RoleSupervisor, RoleLegal}
	everyParty = []Role{RoleClaimant, RoleCounterpart, RoleAgent, RoleSupervisor, RoleLegal}
	deskRoles  = []Role{RoleAgent, RoleSupervisor}
	lawRoles   = []Role{RoleClaimant, RoleLegal}
)

// rules is the one table of what may be done, where, and by whom. It is printed
// in docs/actions.md.
var rules = map[Action]rule{
	PlanContact:         {openStages, caseRoles, always},
	RecordContact:       {openStages, caseRoles, always},
	RecordMediation:     {openStages, caseRoles, always},
	RecordResponse:      {openStages, everyParty, always},
	RecordReturn:        {Stages, caseRoles, always},
	ReportHarassment:    {openStages, everyParty, always},
	ProposePlan:         {afterRecall, everyParty, notHalted},
	AcceptPlan:          {afterRecall, everyParty, planOffered},
	DeclinePlan:         {afterRecall, everyParty, planOffered},
	RecordInstalment:    {afterRecall, caseRoles, planRuns},
	Escalate:            {beforeLegal, caseRoles, notHalted},
	SubmitAppeal:        {inAppeal, []Role{RoleClaimant, RoleAgent}, appealIs(AppealPreparing)},
	AskPlatform:         {inAppeal, deskRoles, appealIs(AppealSubmitted)},
	RequestEvidence:     {inAppeal, deskRoles, appealIs(AppealSubmitted, AppealWithPlatform)},
	RecordPlatformReply: {inAppeal, deskRoles, appealIs(AppealSubmitted, AppealMoreEvidence, AppealWithPlatform, AppealProposed, AppealGranted)},
	DecideAppeal:        {inAppeal, deskRoles, appealIs(AppealSubmitted, AppealWithPlatform)},
	ApproveDecision:     {inAppeal, deskRoles, appealIs(AppealProposed)},
	RejectDecision:      {inAppeal, deskRoles, appealIs(AppealProposed)},
	ChooseRoute:         {inLegal, lawRoles, notHalted},
	RecordLegalStep:     {inLegal, lawRoles, routeChosen},
	PauseCase:           {afterRecall, []Role{RoleClaimant, RoleSupervisor, RoleLegal}, notPaused}, // the agent's own clocks would stop
	ResumeCase:          {afterRecall, caseRoles, whilePaused},
	Withdraw:            {openStages, []Role{RoleClaimant, RoleSupervisor}, always},
	CloseCase:           {openStages, []Role{RoleSupervisor, RoleLegal}, always},
	Reopen:              {whenClosed, []Role{RoleClaimant, RoleSupervisor, RoleLegal}, missesMoney},
	Assign:              {openStages, deskRoles, always},
	Release:             {openStages, deskRoles, always},
	HandOver:            {openStages, []Role{RoleClaimant, RoleSupervisor}, always},
	AddNote:             {Stages, caseRoles, always},
	ShareLesson:         {whenClosed, []Role{RoleClaimant}, teaches},
}

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
	return known && slices.Contains(r.stages, p.Stage) && r.only.holds(p)
}

// TableRow is one action in the table of the documentation.
type TableRow struct {
	Action Action
	Stages []Stage
	Roles  []Role
	Only   string // what must hold besides; "" for nothing
}

// Table gives the rules in the order of Actions.
func Table() []TableRow {
	rows := make([]TableRow, 0, len(Actions))
	for _, action := range Actions {
		r := rules[action]
		rows = append(rows, TableRow{action, slices.Clone(r.stages), slices.Clone(r.roles), r.only.words})
	}
	return rows
}
