package casework_test

import (
	"slices"
	"testing"
	"time"

	"recourse/casework"
	"recourse/casework/casetest"
	"recourse/recovery"
)

// place is a position that the table of acts is tried at.
type place struct {
	name   string
	change func(*recovery.Position)
}

// plan is one of the case's only counterpart.
func plan(p *recovery.Position, running bool) {
	p.PlanCount = 1
	p.Plans = []recovery.Plan{{
		No: 1, CounterpartID: p.Counterparts[0].ID, Running: running, By: recovery.RoleClaimant,
		Instalments: []recovery.Instalment{{No: 1, DueOn: "2099-01-05", Amount: p.Claim}},
	}}
}

func appealed(state recovery.AppealState) func(*recovery.Position) {
	return func(p *recovery.Position) {
		p.Stage, p.Appeal = recovery.Appeal, state
		if state == recovery.AppealProposed {
			p.Proposal = &recovery.Proposal{Decision: recovery.Denied, By: "somebody else"}
		}
	}
}

var places = []place{
	{"recall watch", func(p *recovery.Position) { p.Stage = recovery.RecallWatch }},
	{"private contact", func(*recovery.Position) {}},
	{"paused", func(p *recovery.Position) { p.Pause = &recovery.Pause{} }},
	{"plan proposed", func(p *recovery.Position) { plan(p, false) }},
	{"plan running", func(p *recovery.Position) { plan(p, true) }},
	{"group notice", func(p *recovery.Position) { p.Stage = recovery.GroupNotice }},
	{"appeal in preparation", appealed(recovery.AppealPreparing)},
	{"appeal submitted", appealed(recovery.AppealSubmitted)},
	{"appeal waits for evidence", appealed(recovery.AppealMoreEvidence)},
	{"appeal with the platform", appealed(recovery.AppealWithPlatform)},
	{"appeal proposed", appealed(recovery.AppealProposed)},
	{"appeal granted", appealed(recovery.AppealGranted)},
	{"law without a route", func(p *recovery.Position) { p.Stage = recovery.Legal }},
	{"law", func(p *recovery.Position) { p.Stage, p.Route = recovery.Legal, recovery.SmallClaims }},
	{"closed", func(p *recovery.Position) {
		p.Stage, p.ClosedFrom, p.Outcome = recovery.Closed, recovery.PrivateContact, recovery.Unrecovered
	}},
	{"closed with everything back", func(p *recovery.Position) {
		p.Stage, p.ClosedFrom, p.Outcome, p.Recovered = recovery.Closed, recovery.PrivateContact, recovery.RecoveredFull, p.Claim
	}},
}

// soundActs has for each action a body that nothing is wrong with.
func soundActs(rig *casetest.Fixture, view casework.View, friend recovery.UserID) map[recovery.Action]recovery.ActionBody {
	one, now, yes, some := view.Counterparts[0].ID, rig.Now(), true, recovery.Money(100)
	day := now.AddDate(0, 1, 0).Format(time.DateOnly)
	acts := map[recovery.Action]recovery.ActionBody{
		recovery.PlanContact:         {Channel: recovery.ByWeChat, Text: "请方便时退回，谢谢", CounterpartID: one},
		recovery.RecordContact:       {Channel: recovery.ByWeChat, Text: "x", SentAt: &now},
		recovery.RecordMediation:     {Text: "x", At: &now},
		recovery.RecordResponse:      {CounterpartID: one, Kind: string(recovery.Refused), At: &now},
		recovery.RecordReturn:        {Amount: &some, At: &now, Channel: recovery.ByWeChat, Confirm: &yes},
		recovery.ReportHarassment:    {CounterpartID: one, Text: "x"},
		recovery.ReportDanger:        {Kind: recovery.Threatened, Text: "x"},
		recovery.Correct:             {Seq: 1, Reason: "x"},
		recovery.ApproveCorrection:   {Seq: 1},
		recovery.RejectCorrection:    {Seq: 1, Reason: "x"},
		recovery.AmendFacts:          {Facts: recovery.Facts{Account: recovery.Personal}},
		recovery.AdoptMatch:          {EvidenceID: "x", Row: 1},
		recovery.AddCounterpart:      {Alias: "x"},
		recovery.RecordShare:         {CounterpartID: one, Claimed: &some, Confirm: &yes},
		recovery.RenameCounterpart:   {CounterpartID: one, Alias: "y"},
		recovery.ProposePlan:         {CounterpartID: one, Instalments: []recovery.Instalment{{DueOn: day, Amount: view.Amount}}},
		recovery.AcceptPlan:          {CounterpartID: one},
		recovery.DeclinePlan:         {CounterpartID: one},
		recovery.RecordInstalment:    {No: 1, Amount: &some, At: &now},
		recovery.Escalate:            {To: recovery.Legal, Reason: "x"},
		recovery.SubmitAppeal:        {Confirm: &yes},
		recovery.AskPlatform:         {},
		recovery.RequestEvidence:     {Kinds: []recovery.EvidenceKind{recovery.Ticket}},
		recovery.RecordPlatformReply: {Kind: "rejected", At: &now},
		recovery.DecideAppeal:        {Decision: recovery.Denied, Reason: "x"},
		recovery.ApproveDecision:     {},
		recovery.RejectDecision:      {Reason: "x"},
		recovery.ChooseRoute:         {Route: recovery.SmallClaims, Why: "x"},
		recovery.RecordLegalStep:     {Kind: "suit_filed", At: &now},
		recovery.PauseCase:           {Reason: "x"},
		recovery.ResumeCase:          {},
		recovery.Withdraw:            {Reason: "x"},
		recovery.CloseCase:           {Outcome: recovery.Settled, Reason: "x"},
		recovery.Reopen:              {Reason: "x"},
		recovery.Assign:              {},
		recovery.Release:             {},
		recovery.HandOver:            {UserID: friend, Reason: "x"},
		recovery.AddNote:             {Text: "x", Visibility: recovery.NoteShared},
		recovery.ShareLesson:         {Share: &yes},
	}
	for action, act := range acts {
		act.Action = action
		acts[action] = act
	}
	return acts
}

// TestEveryActionInEveryStageByEveryRole holds the desk to the table of package
// recovery: who never may is forbidden, who may not now is told what they may,
// and a refusal leaves nothing. Nobody has the case, so nobody gives it back.
func TestEveryActionInEveryStageByEveryRole(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	rig.SetNoon(1)
	friend := rig.NewActor(t, recovery.RoleClaimant).ID
	for _, at := range places {
		t.Run(at.name, func(t *testing.T) {
			t.Parallel()
			view := rig.FileCase(t)
			p := view.Position
			p.Counterparts = slices.Clone(p.Counterparts)
			at.change(&p)
			for _, act := range soundActs(rig, view, friend) {
				tryAct(t, rig, view.ID, p, act)
			}
		})
	}
}

// tryAct lets every role take an act, those first who are refused.
func tryAct(t *testing.T, rig *casetest.Fixture, id recovery.CaseID, p recovery.Position, act recovery.ActionBody) {
	t.Helper()
	rig.SetPosition(t, id, p)
	before := len(rig.ReadEntries(t, id))
	var mayNow []recovery.Role
	for _, role := range recovery.Roles {
		want := recovery.CodeActionNotAllowed
		switch {
		case role == recovery.RoleCounterpart:
			want = recovery.CodeNotFound // they come by a link, and never here
		case !recovery.MayEver(role, act.Action):
			want = recovery.CodeForbidden
		case act.Action != recovery.Release && slices.Contains(p.Allowed(role), act.Action):
			mayNow = append(mayNow, role)
			continue
		}
		if _, err := rig.TakeAction(t.Context(), rig.As(role), id, act); recovery.CodeOf(err) != want {
			t.Errorf("%s by the %s: %v, want %s", act.Action, role, err, want)
		}
	}
	if after := len(rig.ReadEntries(t, id)); after != before {
		t.Errorf("%s: %d entries are left by refusals", act.Action, after-before)
	}
	for _, role := range mayNow {
		if act.Alias != "" {
			act.Alias += string(role) // no two counterparts have one name
		}
		_, err := rig.TakeAction(t.Context(), rig.As(role), id, act)
		if act.Action == recovery.Correct && recovery.CodeOf(err) == recovery.CodeCorrectionRefused {
			err = nil // a filing cannot be corrected: see corrections_test.go
		}
		if act.Action == recovery.AdoptMatch && recovery.CodeOf(err) == recovery.CodeInvalid {
			err = nil // the case has no such file: see adoption_test.go
		}
		if err != nil && recovery.CodeOf(err) != recovery.CodeContactLimit { // plans add up: see contacts_test.go
			t.Errorf("%s by the %s: %v", act.Action, role, err)
		}
		released := recovery.ActionBody{Action: recovery.Release}
		if act.Action == recovery.Assign {
			_, err = rig.TakeAction(t.Context(), rig.As(recovery.RoleSupervisor), id, released)
			if err != nil {
				t.Errorf("given back: %v", err)
			}
		}
		rig.SetPosition(t, id, p)
	}
}

func TestEveryActionIsTried(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	acts := soundActs(rig, rig.FileCase(t), "x")
	for _, action := range recovery.Actions {
		act, tried := acts[action]
		if err := act.Validate(rig.Now()); !tried || err != nil {
			t.Errorf("%s: tried %v, %v", action, tried, err)
		}
	}
}
