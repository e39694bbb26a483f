package histories

import (
	"recourse/recovery"
)

// scenario is one case: its first position, what happens, and which clocks expire. A
// scenario that does not end closed is recorded while it waits.
type scenario struct {
	name     string
	start    recovery.Position
	events   []event
	expiring []recovery.Clock
	stage    recovery.Stage // at the end
	outcome  recovery.Outcome
	// failedWrites is how many writes fail before one succeeds.
	failedWrites int
	// startedByAction means that the first action starts the workflow.
	startedByAction bool
	// planHistory is the file of the plan's history, which is written too; "" for none.
	planHistory string
}

// event is an action, new evidence, or the expiry of a clock.
type event struct {
	actor       recovery.Role
	act         recovery.ActionBody
	evidence    recovery.EvidenceID
	isAbandoned bool // the requester gave up
	isRefused   bool // by the workflow, before the history has it
	steps       int  // how many are written when it has taken effect; 0: one more than before
}

func newAction(actor recovery.Role, action recovery.Action, change func(*recovery.ActionBody)) event {
	act := recovery.ActionBody{Action: action}
	if change != nil {
		change(&act)
	}
	return event{actor: actor, act: act}
}

func recordResponse(id recovery.CounterpartID, response recovery.Response) event {
	return newAction(recovery.RoleClaimant, recovery.RecordResponse, func(a *recovery.ActionBody) {
		a.CounterpartID, a.Kind = id, string(response)
	})
}

func recordReturn(amount recovery.Money, by recovery.Channel) event {
	return newAction(recovery.RoleClaimant, recovery.RecordReturn, func(a *recovery.ActionBody) { a.Amount, a.Channel = &amount, by })
}

func escalateTo(to recovery.Stage) event {
	return newAction(recovery.RoleAgent, recovery.Escalate, func(a *recovery.ActionBody) { a.To = to })
}

func decideAppeal(decision recovery.Decision) event {
	return newAction(recovery.RoleAgent, recovery.DecideAppeal, func(a *recovery.ActionBody) { a.Decision = decision })
}

// correctEntry takes an entry back. The filing has the first number, and each step
// the next one.
func correctEntry(seq int64) event {
	return newAction(recovery.RoleSupervisor, recovery.Correct, func(a *recovery.ActionBody) { a.Seq = seq })
}

func chooseRoute(r recovery.Route) event {
	return newAction(recovery.RoleLegal, recovery.ChooseRoute, func(a *recovery.ActionBody) { a.Route = r })
}

func closeCase(outcome recovery.Outcome) event {
	return newAction(recovery.RoleLegal, recovery.CloseCase, func(a *recovery.ActionBody) { a.Outcome = outcome })
}

var (
	recordContact         = newAction(recovery.RoleClaimant, recovery.RecordContact, nil)
	submitAppeal          = newAction(recovery.RoleClaimant, recovery.SubmitAppeal, nil)
	requestEvidence       = newAction(recovery.RoleAgent, recovery.RequestEvidence, nil)
	recordPlatformReply   = newAction(recovery.RoleAgent, recovery.RecordPlatformReply, func(a *recovery.ActionBody) { a.Kind = "refused" })
	recordHearing         = newAction(recovery.RoleLegal, recovery.RecordLegalStep, func(a *recovery.ActionBody) { a.Kind = "hearing" })
	recordPlatformRequest = newAction(recovery.RoleLegal, recovery.RecordLegalStep, func(a *recovery.ActionBody) { a.Kind = "platform_requested" })
	pauseCase             = newAction(recovery.RoleClaimant, recovery.PauseCase, nil)
	resumeCase            = newAction(recovery.RoleClaimant, recovery.ResumeCase, nil)
	reopenCase            = newAction(recovery.RoleClaimant, recovery.Reopen, nil)
	askPlatform           = newAction(recovery.RoleAgent, recovery.AskPlatform, nil)
	approveDecision       = newAction(recovery.RoleSupervisor, recovery.ApproveDecision, nil)
	acceptPlan            = newAction(recovery.RoleClaimant, recovery.AcceptPlan, func(a *recovery.ActionBody) { a.CounterpartID = "a" })
	proposePlan           = newAction(recovery.RoleClaimant, recovery.ProposePlan, func(a *recovery.ActionBody) {
		a.CounterpartID = "a"
		a.Instalments = []recovery.Instalment{{DueOn: "2027-01-04", Amount: 40_000}, {DueOn: "2027-02-01", Amount: 60_000}}
	})
	withdrawCase  = newAction(recovery.RoleClaimant, recovery.Withdraw, nil)
	evidenceAdded = event{evidence: "evidence-1"}
)

// groupPosition is the first position of a case of 1,000 yuan, with two counterparts in
// a family group.
func groupPosition(refundAhead bool) recovery.Position {
	c := recovery.Case{
		Amount: 100_000, ClaimState: recovery.ClaimUnknown, Group: recovery.Group{Kind: recovery.FamilyGroup, Size: 12},
		Counterparts: []recovery.Counterpart{{ID: "a"}, {ID: "b"}},
	}
	return recovery.StartPosition(c, recovery.Terms{RefundAhead: refundAhead})
}

func privatePosition() recovery.Position {
	return recovery.StartPosition(recovery.Case{Amount: 100_000, Counterparts: []recovery.Counterpart{{ID: "a"}}}, recovery.Terms{})
}

// packetSharePosition is the first position of a red packet in a group: one person is
// known to have taken a part.
func packetSharePosition() recovery.Position {
	return recovery.StartPosition(recovery.Case{
		Instrument: recovery.LuckyPacket, Amount: 100_000, ClaimState: recovery.Claimed,
		Group: recovery.Group{Kind: recovery.FamilyGroup, Size: 12}, Counterparts: []recovery.Counterpart{{ID: "a", Claimed: 40_000}},
	}, recovery.Terms{})
}

func recordInstalment(no int, amount recovery.Money) event {
	return newAction(recovery.RoleClaimant, recovery.RecordInstalment, func(a *recovery.ActionBody) { a.No, a.Amount = no, &amount })
}

// fourEyesPosition is a first position in which decisions need a second person.
func fourEyesPosition() recovery.Position {
	p := privatePosition()
	p.FourEyes = 1
	return p
}

// stageClocks are the clocks that expire one after the other when nobody acts.
var stageClocks = []recovery.Clock{
	recovery.AutoRefundClock, recovery.RefundAnswerClock, recovery.ContactClock, recovery.NoticeClock, recovery.PreparationClock,
	recovery.RouteClock,
}

// outcomeScenarios has one scenario for each outcome.
var outcomeScenarios = []scenario{
	{
		name: "outcome_auto_refunded", start: groupPosition(true), events: []event{recordReturn(100_000, recovery.AutoRefund)},
		stage: recovery.Closed, outcome: recovery.AutoRefunded,
	},
	{
		name: "outcome_recovered_full", start: privatePosition(),
		events: []event{recordContact, recordResponse("a", recovery.Promised), recordResponse("a", recovery.Returned)},
		stage:  recovery.Closed, outcome: recovery.RecoveredFull,
	},
	{
		name: "outcome_recovered_partly", start: privatePosition(),
		events:   []event{escalateTo(recovery.Legal), recordReturn(30_000, recovery.Cash), chooseRoute(recovery.DemandLetter), {steps: 4}},
		expiring: []recovery.Clock{recovery.LegalClock}, stage: recovery.Closed, outcome: recovery.RecoveredPartly,
	},
	{
		name: "share_of_a_packet", start: packetSharePosition(),
		events: []event{recordResponse("a", recovery.Returned), closeCase(recovery.RecoveredPartly)},
		stage:  recovery.Closed, outcome: recovery.RecoveredPartly,
	},
	{
		name: "outcome_settled", start: privatePosition(),
		events: []event{escalateTo(recovery.Legal), chooseRoute(recovery.Mediation), recordHearing, closeCase(recovery.Settled)},
		stage:  recovery.Closed, outcome: recovery.Settled,
	},
	{
		name: "outcome_judgment", start: privatePosition(),
		events: []event{escalateTo(recovery.Legal), chooseRoute(recovery.DemandLetter), chooseRoute(recovery.CivilSuit), recordHearing, closeCase(recovery.Judgment)},
		stage:  recovery.Closed, outcome: recovery.Judgment,
	},
	{
		name: "outcome_criminal_referred", start: groupPosition(true),
		events: []event{escalateTo(recovery.Legal), chooseRoute(recovery.PoliceReport), closeCase(recovery.CriminalReferred)},
		stage:  recovery.Closed, outcome: recovery.CriminalReferred,
	},
	{
		name: "outcome_unrecovered_by_silence", start: groupPosition(true), events: []event{{steps: 6}},
		expiring: stageClocks, stage: recovery.Closed, outcome: recovery.Unrecovered,
	},
	{
		name: "outcome_withdrawn", start: groupPosition(false), events: []event{recordContact, withdrawCase},
		stage: recovery.Closed, outcome: recovery.Withdrawn,
	},
	{
		name: "outcome_not_eligible", start: groupPosition(false), events: []event{closeCase(recovery.NotEligible)},
		stage: recovery.Closed, outcome: recovery.NotEligible,
	},
}

func withExpectedSteps(s event, steps int) event {
	s.steps = steps
	return s
}

func expectRefusal(s event) event {
	s.isRefused = true
	return s
}
