package histories

import (
	"recourse/recovery"
)

// scenario is one case: where it starts, what happens to it, which clocks run
// out. A scenario that does not end closed is recorded while it waits.
type scenario struct {
	name    string
	start   recovery.Position
	strokes []stroke
	runOut  []recovery.Clock
	stage   recovery.Stage // where it must stand at the end
	outcome recovery.Outcome
	// falters is how many writes fail before one does not.
	falters int
	// unstarted leaves it to the first act to start the workflow.
	unstarted bool
	// calendar names the history of the case's plan, to be written too.
	calendar string
}

// stroke is one thing that happens; steps are how many steps the case has been
// written when it has taken effect.
type stroke struct {
	actor    recovery.Role
	act      recovery.ActionBody
	evidence recovery.EvidenceID
	abandon  bool // the asker has given up
	refused  bool // by the workflow, before anything is recorded
	steps    int  // 0: one more than before
}

func ask(actor recovery.Role, action recovery.Action, change func(*recovery.ActionBody)) stroke {
	act := recovery.ActionBody{Action: action}
	if change != nil {
		change(&act)
	}
	return stroke{actor: actor, act: act}
}

func answer(id recovery.CounterpartID, response recovery.Response) stroke {
	return ask(recovery.RoleClaimant, recovery.RecordResponse, func(a *recovery.ActionBody) {
		a.CounterpartID, a.Kind = id, string(response)
	})
}

func back(amount recovery.Money, by recovery.Channel) stroke {
	return ask(recovery.RoleClaimant, recovery.RecordReturn, func(a *recovery.ActionBody) { a.Amount, a.Channel = &amount, by })
}

func raise(to recovery.Stage) stroke {
	return ask(recovery.RoleAgent, recovery.Escalate, func(a *recovery.ActionBody) { a.To = to })
}

func decide(decision recovery.Decision) stroke {
	return ask(recovery.RoleAgent, recovery.DecideAppeal, func(a *recovery.ActionBody) { a.Decision = decision })
}

func route(r recovery.Route) stroke {
	return ask(recovery.RoleLegal, recovery.ChooseRoute, func(a *recovery.ActionBody) { a.Route = r })
}

func end(outcome recovery.Outcome) stroke {
	return ask(recovery.RoleLegal, recovery.CloseCase, func(a *recovery.ActionBody) { a.Outcome = outcome })
}

var (
	contact       = ask(recovery.RoleClaimant, recovery.RecordContact, nil)
	submit        = ask(recovery.RoleClaimant, recovery.SubmitAppeal, nil)
	more          = ask(recovery.RoleAgent, recovery.RequestEvidence, nil)
	platformReply = ask(recovery.RoleAgent, recovery.RecordPlatformReply, func(a *recovery.ActionBody) { a.Kind = "refused" })
	legalStep     = ask(recovery.RoleLegal, recovery.RecordLegalStep, func(a *recovery.ActionBody) { a.Kind = "hearing" })
	asked         = ask(recovery.RoleLegal, recovery.RecordLegalStep, func(a *recovery.ActionBody) { a.Kind = "platform_requested" })
	pause         = ask(recovery.RoleClaimant, recovery.PauseCase, nil)
	resume        = ask(recovery.RoleClaimant, recovery.ResumeCase, nil)
	reopen        = ask(recovery.RoleClaimant, recovery.Reopen, nil)
	forward       = ask(recovery.RoleAgent, recovery.AskPlatform, nil)
	approve       = ask(recovery.RoleSupervisor, recovery.ApproveDecision, nil)
	accept        = ask(recovery.RoleClaimant, recovery.AcceptPlan, func(a *recovery.ActionBody) { a.CounterpartID = "a" })
	propose       = ask(recovery.RoleClaimant, recovery.ProposePlan, func(a *recovery.ActionBody) {
		a.CounterpartID = "a"
		a.Instalments = []recovery.Instalment{{DueOn: "2027-01-04", Amount: 40_000}, {DueOn: "2027-02-01", Amount: 60_000}}
	})
	withdraw = ask(recovery.RoleClaimant, recovery.Withdraw, nil)
	supplied = stroke{evidence: "evidence-1"}
)

// inGroup and oneToOne are cases of 1,000.00 without, and watched with, a
// refund by the platform ahead.
func inGroup(refundAhead bool) recovery.Position {
	c := recovery.Case{
		Amount: 100_000, ClaimState: recovery.ClaimUnknown, Group: recovery.Group{Kind: recovery.FamilyGroup, Size: 12},
		Counterparts: []recovery.Counterpart{{ID: "a"}, {ID: "b"}},
	}
	return recovery.StartPosition(c, recovery.Terms{RefundAhead: refundAhead})
}

func oneToOne() recovery.Position {
	return recovery.StartPosition(recovery.Case{Amount: 100_000, Counterparts: []recovery.Counterpart{{ID: "a"}}}, recovery.Terms{})
}

// shareOfAPacket is a case of a packet in a group, of which one person is known
// to have taken a part.
func shareOfAPacket() recovery.Position {
	return recovery.StartPosition(recovery.Case{
		Instrument: recovery.LuckyPacket, Amount: 100_000, ClaimState: recovery.Claimed,
		Group: recovery.Group{Kind: recovery.FamilyGroup, Size: 12}, Counterparts: []recovery.Counterpart{{ID: "a", Claimed: 40_000}},
	}, recovery.Terms{})
}

func instalment(no int, amount recovery.Money) stroke {
	return ask(recovery.RoleClaimant, recovery.RecordInstalment, func(a *recovery.ActionBody) { a.No, a.Amount = no, &amount })
}

// eyed is a case whose decisions need a second person.
func eyed() recovery.Position {
	p := oneToOne()
	p.FourEyes = 1
	return p
}

// silence are the clocks of a case nobody does anything in.
var silence = []recovery.Clock{
	recovery.AutoRefundClock, recovery.RefundAnswerClock, recovery.ContactClock, recovery.NoticeClock, recovery.PreparationClock,
	recovery.RouteClock,
}

// outcomes has one scenario for each.
var outcomes = []scenario{
	{
		name: "outcome_auto_refunded", start: inGroup(true), strokes: []stroke{back(100_000, recovery.AutoRefund)},
		stage: recovery.Closed, outcome: recovery.AutoRefunded,
	},
	{
		name: "outcome_recovered_full", start: oneToOne(),
		strokes: []stroke{contact, answer("a", recovery.Promised), answer("a", recovery.Returned)},
		stage:   recovery.Closed, outcome: recovery.RecoveredFull,
	},
	{
		name: "outcome_recovered_partly", start: oneToOne(),
		strokes: []stroke{raise(recovery.Legal), back(30_000, recovery.Cash), route(recovery.DemandLetter), {steps: 4}},
		runOut:  []recovery.Clock{recovery.LegalClock}, stage: recovery.Closed, outcome: recovery.RecoveredPartly,
	},
	{
		name: "share_of_a_packet", start: shareOfAPacket(),
		strokes: []stroke{answer("a", recovery.Returned), end(recovery.RecoveredPartly)},
		stage:   recovery.Closed, outcome: recovery.RecoveredPartly,
	},
	{
		name: "outcome_settled", start: oneToOne(),
		strokes: []stroke{raise(recovery.Legal), route(recovery.Mediation), legalStep, end(recovery.Settled)},
		stage:   recovery.Closed, outcome: recovery.Settled,
	},
	{
		name: "outcome_judgment", start: oneToOne(),
		strokes: []stroke{raise(recovery.Legal), route(recovery.DemandLetter), route(recovery.CivilSuit), legalStep, end(recovery.Judgment)},
		stage:   recovery.Closed, outcome: recovery.Judgment,
	},
	{
		name: "outcome_criminal_referred", start: inGroup(true),
		strokes: []stroke{raise(recovery.Legal), route(recovery.PoliceReport), end(recovery.CriminalReferred)},
		stage:   recovery.Closed, outcome: recovery.CriminalReferred,
	},
	{
		name: "outcome_unrecovered_by_silence", start: inGroup(true), strokes: []stroke{{steps: 6}},
		runOut: silence, stage: recovery.Closed, outcome: recovery.Unrecovered,
	},
	{
		name: "outcome_withdrawn", start: inGroup(false), strokes: []stroke{contact, withdraw},
		stage: recovery.Closed, outcome: recovery.Withdrawn,
	},
	{
		name: "outcome_not_eligible", start: inGroup(false), strokes: []stroke{end(recovery.NotEligible)},
		stage: recovery.Closed, outcome: recovery.NotEligible,
	},
}

func withSteps(s stroke, steps int) stroke {
	s.steps = steps
	return s
}

func refusedStroke(s stroke) stroke {
	s.refused = true
	return s
}
