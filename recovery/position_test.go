package recovery_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"recourse/recovery"
)

const claim recovery.Money = 100_000

// at builds the position of a case of 1,000.00 between two counterparts.
func at(stage recovery.Stage, change func(*recovery.Position)) recovery.Position {
	p := recovery.Position{
		Stage: stage, WaitingOn: recovery.OnClaimant, Claim: claim, Holders: []recovery.Holder{{ID: "a"}, {ID: "b"}},
	}
	if stage == recovery.Appeal {
		p.Appeal = recovery.AppealPreparing
	}
	if change != nil {
		change(&p)
	}
	return p
}

func appeal(state recovery.AppealState) recovery.Position {
	return at(recovery.Appeal, func(p *recovery.Position) { p.Appeal = state })
}

func by(role recovery.Role) recovery.Actor { return recovery.Actor{Role: role, ID: "u"} }

// positions are the places a case can stand in, by the clock that runs there.
var positions = map[recovery.Clock]recovery.Position{
	recovery.AutoRefundClock: at(recovery.RecallWatch, nil),
	recovery.ContactClock:    at(recovery.PrivateContact, nil),
	recovery.PromiseClock: at(recovery.PrivateContact, func(p *recovery.Position) {
		p.Holders[1].Answer = recovery.Promised
	}),
	recovery.NoticeClock:       at(recovery.GroupNotice, nil),
	recovery.PreparationClock:  appeal(recovery.AppealPreparing),
	recovery.DecisionClock:     appeal(recovery.AppealSubmitted),
	recovery.MoreEvidenceClock: appeal(recovery.AppealMoreEvidence),
	recovery.PayoutClock:       appeal(recovery.AppealGranted),
	recovery.RouteClock:        at(recovery.Legal, nil),
	recovery.LegalClock:        at(recovery.Legal, func(p *recovery.Position) { p.Route = recovery.CivilSuit }),
	recovery.NoClock:           at(recovery.Closed, nil),
}

func TestClock(t *testing.T) {
	t.Parallel()
	for want, p := range positions {
		if got := p.Clock(); got != want {
			t.Errorf("in %s %s: clock %q, want %q", p.Stage, p.Appeal, got, want)
		}
	}
	if len(positions) != len(recovery.Clocks)+1 {
		t.Errorf("%d positions for %d clocks", len(positions), len(recovery.Clocks))
	}
}

// TestAllowed states, for every place a case can stand in, what each role may
// do there.
func TestAllowed(t *testing.T) {
	t.Parallel()
	const (
		contact, response, back, up = recovery.RecordContact, recovery.RecordResponse, recovery.RecordReturn, recovery.Escalate
		out, end, take, give, note  = recovery.Withdraw, recovery.CloseCase, recovery.Assign, recovery.Release, recovery.AddNote
	)
	claimant := []recovery.Action{contact, response, back, up, out, note}
	agent := []recovery.Action{contact, response, back, up, take, give, note}
	supervisor := []recovery.Action{contact, response, back, up, out, end, take, give, note}
	legal := []recovery.Action{contact, response, back, up, end, note}
	with := func(base []recovery.Action, more ...recovery.Action) []recovery.Action {
		return append(slices.Clone(base), more...)
	}
	without := func(base []recovery.Action, less recovery.Action) []recovery.Action {
		return slices.DeleteFunc(slices.Clone(base), func(a recovery.Action) bool { return a == less })
	}
	type roles struct{ claimant, agent, supervisor, legal []recovery.Action }
	common := roles{claimant, agent, supervisor, legal}
	reply, decide, more := recovery.RecordPlatformReply, recovery.DecideAppeal, recovery.RequestEvidence
	for clock, want := range map[recovery.Clock]roles{
		recovery.AutoRefundClock: common, recovery.ContactClock: common, recovery.PromiseClock: common,
		recovery.NoticeClock:      common,
		recovery.PreparationClock: {with(claimant, recovery.SubmitAppeal), with(agent, recovery.SubmitAppeal), supervisor, legal},
		recovery.DecisionClock:    {claimant, with(agent, more, reply, decide), with(supervisor, more, reply, decide), legal},
		recovery.MoreEvidenceClock: {
			claimant, with(agent, reply), with(supervisor, reply), legal,
		},
		recovery.PayoutClock: {claimant, with(agent, reply), with(supervisor, reply), legal},
		recovery.RouteClock: {
			with(without(claimant, up), recovery.ChooseRoute), without(agent, up), without(supervisor, up),
			with(without(legal, up), recovery.ChooseRoute),
		},
		recovery.LegalClock: {
			with(without(claimant, up), recovery.ChooseRoute, recovery.RecordLegalStep), without(agent, up),
			without(supervisor, up), with(without(legal, up), recovery.ChooseRoute, recovery.RecordLegalStep),
		},
		recovery.NoClock: {
			[]recovery.Action{note, recovery.ShareLesson}, []recovery.Action{note}, []recovery.Action{note}, []recovery.Action{note},
		},
	} {
		p := positions[clock]
		for role, actions := range map[recovery.Role][]recovery.Action{
			recovery.RoleClaimant: want.claimant, recovery.RoleAgent: want.agent, recovery.RoleSupervisor: want.supervisor,
			recovery.RoleLegal: want.legal, recovery.RoleAdmin: {}, recovery.RoleAuditor: {}, recovery.RoleCounterpart: {},
			recovery.RoleSystem: {},
		} {
			if diff := cmp.Diff(inOrder(actions), p.Allowed(role)); diff != "" {
				t.Errorf("%s in %s %s (-want +got):\n%s", role, p.Stage, p.Appeal, diff)
			}
		}
	}
}

func inOrder(actions []recovery.Action) []recovery.Action {
	ordered := []recovery.Action{}
	for _, action := range recovery.Actions {
		if slices.Contains(actions, action) {
			ordered = append(ordered, action)
		}
	}
	return ordered
}

// TestTakeAgreesWithAllowed takes every action by every role everywhere: it is
// refused exactly when it is not listed, and with the right code.
func TestTakeAgreesWithAllowed(t *testing.T) {
	t.Parallel()
	for _, p := range positions {
		for _, role := range append(slices.Clone(recovery.Roles), recovery.RoleSystem) {
			for _, action := range recovery.Actions {
				_, err := p.Take(likely(action, by(role)))
				code := recovery.CodeOf(err)
				switch {
				case !recovery.MayEver(role, action):
					if code != recovery.CodeForbidden {
						t.Errorf("%s by %s in %s: %v, want forbidden", action, role, p.Stage, err)
					}
				case !slices.Contains(p.Allowed(role), action), slices.Contains(recovery.DeskActions, action):
					if code != recovery.CodeActionNotAllowed {
						t.Errorf("%s by %s in %s: %v, want action_not_allowed", action, role, p.Stage, err)
					}
				case err != nil:
					t.Errorf("%s by %s in %s %s: %v", action, role, p.Stage, p.Appeal, err)
				}
			}
		}
	}
}

// likely is a move of an action that a position has no reason to refuse.
func likely(action recovery.Action, actor recovery.Actor) recovery.Move {
	m := recovery.Move{Action: action, Actor: actor, RequestID: "r"}
	switch action {
	case recovery.RecordResponse:
		m.CounterpartID, m.Response = "a", recovery.Refused
	case recovery.RecordReturn:
		m.Amount = 1
	case recovery.Escalate:
		m.To = recovery.Legal
	case recovery.DecideAppeal:
		m.Decision = recovery.Granted
	case recovery.ChooseRoute:
		m.Route = recovery.PaymentOrder
	case recovery.CloseCase:
		m.Outcome = recovery.Settled
	default: // the others carry nothing
	}
	return m
}

func TestStart(t *testing.T) {
	t.Parallel()
	two := []recovery.Counterpart{{ID: "a"}, {ID: "b"}}
	group := recovery.Group{Kind: recovery.FamilyGroup, Size: 12}
	for _, test := range []struct {
		name   string
		filed  recovery.Case
		refund bool
		stage  recovery.Stage
		waits  recovery.WaitingOn
		alone  bool
	}{
		{"something may be unclaimed", recovery.Case{Amount: claim, Group: group, ClaimState: recovery.ClaimUnknown, Counterparts: two}, true, recovery.RecallWatch, recovery.OnPlatform, false},
		{"all of it is claimed", recovery.Case{Amount: claim, Group: group, ClaimState: recovery.Claimed, Counterparts: two}, true, recovery.PrivateContact, recovery.OnCounterpart, false},
		{"the refund is past", recovery.Case{Amount: claim, Group: group, ClaimState: recovery.Unclaimed, Counterparts: two}, false, recovery.PrivateContact, recovery.OnCounterpart, false},
		{"one to one", recovery.Case{Amount: claim, ClaimState: recovery.Claimed, Counterparts: two[:1]}, false, recovery.PrivateContact, recovery.OnCounterpart, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := recovery.Start(test.filed, recovery.Terms{RefundAhead: test.refund})
			if p.Stage != test.stage || p.WaitingOn != test.waits || p.OneToOne != test.alone || p.Claim != claim {
				t.Errorf("position %+v", p)
			}
			if len(p.Holders) != len(test.filed.Counterparts) || p.Outstanding() != claim || !p.Open() {
				t.Errorf("position %+v", p)
			}
		})
	}
}

func TestTake(t *testing.T) {
	t.Parallel()
	claimant, agent, legal := by(recovery.RoleClaimant), by(recovery.RoleAgent), by(recovery.RoleLegal)
	response := func(id recovery.CounterpartID, r recovery.Response, amount recovery.Money) recovery.Move {
		return recovery.Move{Action: recovery.RecordResponse, Actor: claimant, CounterpartID: id, Response: r, Amount: amount}
	}
	for _, test := range []struct {
		name string
		from recovery.Position
		move recovery.Move
		kind recovery.EntryKind
		want recovery.Position
		anew bool // the clock starts again
	}{
		{
			"a contact changes nothing", positions[recovery.ContactClock],
			recovery.Move{Action: recovery.RecordContact, Actor: claimant},
			recovery.EntryContactRecorded, positions[recovery.ContactClock], false,
		},
		{
			"a promise starts its own clock", positions[recovery.ContactClock], response("b", recovery.Promised, 0),
			recovery.EntryResponseRecorded, positions[recovery.PromiseClock], true,
		},
		{
			"a part comes back", positions[recovery.ContactClock], response("a", recovery.PartlyReturned, 40_000),
			recovery.EntryResponseRecorded, at(recovery.PrivateContact, func(p *recovery.Position) {
				p.Holders[0] = recovery.Holder{ID: "a", Answer: recovery.PartlyReturned, Returned: 40_000}
				p.Recovered = 40_000
			}), false,
		},
		{
			"all of it comes back", positions[recovery.NoticeClock], response("a", recovery.Returned, claim),
			recovery.EntryResponseRecorded, at(recovery.Closed, func(p *recovery.Position) {
				p.Holders[0] = recovery.Holder{ID: "a", Answer: recovery.Returned, Returned: claim}
				p.Recovered, p.Outcome, p.WaitingOn = claim, recovery.RecoveredFull, recovery.OnNobody
			}), false,
		},
		{
			"the last refusal ends the stage",
			at(recovery.PrivateContact, func(p *recovery.Position) { p.Holders[0].Answer = recovery.Hostile }),
			response("b", recovery.Contested, 0), recovery.EntryResponseRecorded,
			at(recovery.GroupNotice, func(p *recovery.Position) {
				p.WaitingOn = recovery.OnCounterpart
				p.Holders[0].Answer, p.Holders[1].Answer = recovery.Hostile, recovery.Contested
			}), false,
		},
		{
			"a refusal in the appeal leaves it where it is", positions[recovery.DecisionClock], response("a", recovery.Refused, 0),
			recovery.EntryResponseRecorded, at(recovery.Appeal, func(p *recovery.Position) {
				p.Appeal, p.Holders[0].Answer = recovery.AppealSubmitted, recovery.Refused
			}), false,
		},
		{
			"the platform's refund closes as such", positions[recovery.AutoRefundClock],
			recovery.Move{Action: recovery.RecordReturn, Actor: claimant, Amount: claim, AutoRefund: true},
			recovery.EntryReturnRecorded, at(recovery.Closed, func(p *recovery.Position) {
				p.Recovered, p.Outcome, p.WaitingOn = claim, recovery.AutoRefunded, recovery.OnNobody
			}), false,
		},
		{
			"a return by one of two", positions[recovery.RouteClock],
			recovery.Move{Action: recovery.RecordReturn, Actor: claimant, Amount: 10, CounterpartID: "b"},
			recovery.EntryReturnRecorded, at(recovery.Legal, func(p *recovery.Position) {
				p.Recovered, p.Holders[1].Returned = 10, 10
			}), false,
		},
		{
			"escalation skips ahead", positions[recovery.PromiseClock],
			recovery.Move{Action: recovery.Escalate, Actor: agent, To: recovery.GroupNotice},
			recovery.EntryEscalated, at(recovery.GroupNotice, func(p *recovery.Position) { p.WaitingOn = recovery.OnCounterpart }), false,
		},
		{
			"an appeal submitted", positions[recovery.PreparationClock], recovery.Move{Action: recovery.SubmitAppeal, Actor: claimant},
			recovery.EntryAppealSubmitted, at(recovery.Appeal, func(p *recovery.Position) {
				p.Appeal, p.WaitingOn = recovery.AppealSubmitted, recovery.OnAgent
			}), false,
		},
		{
			"more evidence asked for", positions[recovery.DecisionClock], recovery.Move{Action: recovery.RequestEvidence, Actor: agent},
			recovery.EntryEvidenceRequested, appeal(recovery.AppealMoreEvidence), false,
		},
		{
			"a reply of the platform", positions[recovery.PayoutClock], recovery.Move{Action: recovery.RecordPlatformReply, Actor: agent},
			recovery.EntryPlatformReplied, positions[recovery.PayoutClock], false,
		},
		{
			"granted in full", positions[recovery.DecisionClock],
			recovery.Move{Action: recovery.DecideAppeal, Actor: agent, Decision: recovery.Granted},
			recovery.EntryAppealDecided, at(recovery.Appeal, func(p *recovery.Position) {
				p.Appeal, p.WaitingOn, p.Granted, p.PaidOut = recovery.AppealGranted, recovery.OnPlatform, claim, claim
			}), false,
		},
		{
			"granted in part", positions[recovery.DecisionClock],
			recovery.Move{Action: recovery.DecideAppeal, Actor: agent, Decision: recovery.PartlyGranted, Amount: 30_000},
			recovery.EntryAppealDecided, at(recovery.Appeal, func(p *recovery.Position) {
				p.Appeal, p.WaitingOn, p.Granted, p.PaidOut = recovery.AppealGranted, recovery.OnPlatform, 30_000, 30_000
			}), false,
		},
		{
			"the granted part paid: the rest is for the law", at(recovery.Appeal, func(p *recovery.Position) {
				p.Appeal, p.WaitingOn, p.Granted, p.PaidOut = recovery.AppealGranted, recovery.OnPlatform, 30_000, 30_000
			}),
			recovery.Move{Action: recovery.RecordReturn, Actor: claimant, Amount: 30_000},
			recovery.EntryReturnRecorded, at(recovery.Legal, func(p *recovery.Position) {
				p.WaitingOn, p.Granted, p.PaidOut, p.Recovered = recovery.OnClaimant, 30_000, 30_000, 30_000
			}), false,
		},
		{
			"half of the granted part paid: the platform still owes", at(recovery.Appeal, func(p *recovery.Position) {
				p.Appeal, p.WaitingOn, p.Granted, p.PaidOut = recovery.AppealGranted, recovery.OnPlatform, 30_000, 30_000
			}),
			recovery.Move{Action: recovery.RecordReturn, Actor: claimant, Amount: 15_000},
			recovery.EntryReturnRecorded, at(recovery.Appeal, func(p *recovery.Position) {
				p.Appeal, p.WaitingOn, p.Granted, p.PaidOut = recovery.AppealGranted, recovery.OnPlatform, 30_000, 30_000
				p.Recovered = 15_000
			}), false,
		},
		{
			"denied", positions[recovery.DecisionClock],
			recovery.Move{Action: recovery.DecideAppeal, Actor: agent, Decision: recovery.Denied},
			recovery.EntryAppealDecided, positions[recovery.RouteClock], false,
		},
		{
			"a route chosen", positions[recovery.RouteClock],
			recovery.Move{Action: recovery.ChooseRoute, Actor: legal, Route: recovery.Mediation},
			recovery.EntryRouteChosen, at(recovery.Legal, func(p *recovery.Position) {
				p.Route, p.WaitingOn = recovery.Mediation, recovery.OnCounterpart
			}), true,
		},
		{
			"another route", positions[recovery.LegalClock],
			recovery.Move{Action: recovery.ChooseRoute, Actor: legal, Route: recovery.SmallClaims},
			recovery.EntryRouteChosen, at(recovery.Legal, func(p *recovery.Position) {
				p.Route, p.WaitingOn = recovery.SmallClaims, recovery.OnCourt
			}), true,
		},
		{
			"a legal step", positions[recovery.LegalClock], recovery.Move{Action: recovery.RecordLegalStep, Actor: legal},
			recovery.EntryLegalStep, positions[recovery.LegalClock], false,
		},
		{
			"withdrawn", positions[recovery.MoreEvidenceClock], recovery.Move{Action: recovery.Withdraw, Actor: claimant},
			recovery.EntryWithdrawn, at(recovery.Closed, func(p *recovery.Position) {
				p.Outcome, p.WaitingOn = recovery.Withdrawn, recovery.OnNobody
			}), false,
		},
		{
			"closed", positions[recovery.ContactClock],
			recovery.Move{Action: recovery.CloseCase, Actor: legal, Outcome: recovery.NotEligible},
			recovery.EntryClosed, at(recovery.Closed, func(p *recovery.Position) {
				p.Outcome, p.WaitingOn = recovery.NotEligible, recovery.OnNobody
			}), false,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			before := test.from
			before.Holders = slices.Clone(test.from.Holders)
			step, err := before.Take(test.move)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(recovery.Step{Kind: test.kind, Next: test.want, Restart: step.Restart, Interrupts: step.Interrupts}, step); diff != "" || test.anew != (step.Restart != "") {
				t.Errorf("step (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.from, before); diff != "" {
				t.Errorf("taking an act changed the position it was taken at:\n%s", diff)
			}
		})
	}
}

func TestTakeRefuses(t *testing.T) {
	t.Parallel()
	claimant, agent := by(recovery.RoleClaimant), by(recovery.RoleAgent)
	alone := at(recovery.PrivateContact, func(p *recovery.Position) { p.OneToOne = true })
	up := func(to recovery.Stage) recovery.Move {
		return recovery.Move{Action: recovery.Escalate, Actor: agent, To: to}
	}
	response := recovery.Move{Action: recovery.RecordResponse, Actor: claimant, CounterpartID: "z", Response: recovery.Refused}
	unnamed := recovery.Move{Action: recovery.RecordResponse, Actor: claimant, CounterpartID: "a", Response: recovery.Returned}
	back := recovery.Move{Action: recovery.RecordReturn, Actor: claimant, CounterpartID: "z", Amount: 1}
	for _, test := range []struct {
		name  string
		from  recovery.Position
		move  recovery.Move
		code  recovery.Code
		field string
	}{
		{"a response of a stranger", positions[recovery.ContactClock], response, recovery.CodeInvalid, "counterpart_id"},
		{"a return by a stranger", positions[recovery.ContactClock], back, recovery.CodeInvalid, "counterpart_id"},
		{"one of two returned without amount", positions[recovery.ContactClock], unnamed, recovery.CodeInvalid, "amount_fen"},
		{"escalating to where it stands", positions[recovery.NoticeClock], up(recovery.GroupNotice), recovery.CodeActionNotAllowed, ""},
		{"escalating backwards", positions[recovery.NoticeClock], up(recovery.PrivateContact), recovery.CodeActionNotAllowed, ""},
		{"escalating to the recall watch", positions[recovery.AutoRefundClock], up(recovery.RecallWatch), recovery.CodeActionNotAllowed, ""},
		{"escalating to the end", positions[recovery.NoticeClock], up(recovery.Closed), recovery.CodeActionNotAllowed, ""},
		{"a notice to no group", alone, up(recovery.GroupNotice), recovery.CodeActionNotAllowed, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			step, err := test.from.Take(test.move)
			if recovery.CodeOf(err) != test.code {
				t.Fatalf("got %+v %v, want %s", step, err, test.code)
			}
			var fault *recovery.Fault
			if test.field != "" && (!asFault(err, &fault) || len(fault.Fields) != 1 || fault.Fields[0].Field != test.field) {
				t.Errorf("fault %+v, want the field %s", fault, test.field)
			}
		})
	}
	decision := recovery.Move{Action: recovery.DecideAppeal, Actor: agent, Decision: "perhaps"}
	if _, err := positions[recovery.DecisionClock].Take(decision); err == nil {
		t.Error("an unknown decision was taken")
	}
}

func TestLapse(t *testing.T) {
	t.Parallel()
	alone := at(recovery.PrivateContact, func(p *recovery.Position) { p.OneToOne = true })
	partly := at(recovery.Legal, func(p *recovery.Position) { p.Recovered = 1 })
	for _, test := range []struct {
		name    string
		from    recovery.Position
		stage   recovery.Stage
		waits   recovery.WaitingOn
		outcome recovery.Outcome
	}{
		{"the refund did not come", positions[recovery.AutoRefundClock], recovery.PrivateContact, recovery.OnCounterpart, ""},
		{"silence in private", positions[recovery.ContactClock], recovery.GroupNotice, recovery.OnCounterpart, ""},
		{"silence one to one", alone, recovery.Appeal, recovery.OnClaimant, ""},
		{"a promise broken", positions[recovery.PromiseClock], recovery.GroupNotice, recovery.OnCounterpart, ""},
		{"silence in the group", positions[recovery.NoticeClock], recovery.Appeal, recovery.OnClaimant, ""},
		{"never submitted", positions[recovery.PreparationClock], recovery.Legal, recovery.OnClaimant, ""},
		{"never decided", positions[recovery.DecisionClock], recovery.Legal, recovery.OnClaimant, ""},
		{"no more evidence", positions[recovery.MoreEvidenceClock], recovery.Appeal, recovery.OnAgent, ""},
		{"never paid", positions[recovery.PayoutClock], recovery.Legal, recovery.OnClaimant, ""},
		{"no route", positions[recovery.RouteClock], recovery.Closed, recovery.OnNobody, recovery.Unrecovered},
		{"nothing came of it", positions[recovery.LegalClock], recovery.Closed, recovery.OnNobody, recovery.Unrecovered},
		{"a part came back", partly, recovery.Closed, recovery.OnNobody, recovery.RecoveredPartly},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			step := test.from.Lapse(test.from.Clock(), "")
			if step.Kind == "" || step.Restart != "" {
				t.Errorf("step %+v", step)
			}
			if got := step.Next; got.Stage != test.stage || got.WaitingOn != test.waits || got.Outcome != test.outcome {
				t.Errorf("it stands in %+v", got)
			}
			if step.Next.Clock() == test.from.Clock() {
				t.Errorf("the clock %s runs again", step.Next.Clock())
			}
		})
	}
}

func TestBrokenPromiseIsForgotten(t *testing.T) {
	t.Parallel()
	next := positions[recovery.PromiseClock].Lapse(recovery.PromiseClock, "").Next
	if next.Clock() != recovery.NoticeClock || next.Holders[1].Answer != "" {
		t.Errorf("it stands in %+v", next)
	}
	if positions[recovery.PromiseClock].Holders[1].Answer != recovery.Promised {
		t.Error("the lapse changed the position it happened at")
	}
}

func TestEvidenceArrived(t *testing.T) {
	t.Parallel()
	for clock, p := range positions {
		step, moved := p.EvidenceArrived()
		if moved != (clock == recovery.MoreEvidenceClock) {
			t.Errorf("in %s %s: moved %v", p.Stage, p.Appeal, moved)
		}
		if moved && (step.Kind != recovery.EntryEvidenceSupplied || step.Next.Appeal != recovery.AppealSubmitted || step.Next.WaitingOn != recovery.OnAgent) {
			t.Errorf("step %+v", step)
		}
	}
}

// TestRandomWalks plays random acts and silences: whatever happens, an open case
// has a clock and somebody who can act, no money is forgotten, no stage comes
// back, and what is closed stays closed.
func TestRandomWalks(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := recovery.Start(drawCase(t), recovery.Terms{RefundAhead: rapid.Bool().Draw(t, "refund ahead")})
		check(t, p, p)
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			step, ok := drawStep(t, p)
			if !ok {
				continue
			}
			check(t, p, step.Next)
			p = step.Next
		}
	})
}

func drawCase(t *rapid.T) recovery.Case {
	c := recovery.Case{
		Amount:     recovery.Money(rapid.Int64Range(1, int64(recovery.MaxMoney)).Draw(t, "amount")),
		ClaimState: rapid.SampledFrom(recovery.ClaimStates).Draw(t, "claim state"),
		Group:      recovery.Group{Kind: rapid.SampledFrom(recovery.GroupKinds).Draw(t, "group")},
	}
	for _, id := range []recovery.CounterpartID{"a", "b", "c"}[:rapid.IntRange(1, 3).Draw(t, "counterparts")] {
		c.Counterparts = append(c.Counterparts, recovery.Counterpart{ID: id})
	}
	return c
}

// drawStep draws what happens next; not every act is allowed.
func drawStep(t *rapid.T, p recovery.Position) (recovery.Step, bool) {
	switch rapid.IntRange(0, 5).Draw(t, "event") {
	case 0:
		if p.Clock() == recovery.NoClock {
			return recovery.Step{}, false
		}
		return p.Lapse(p.Clock(), ""), true
	case 1:
		return p.EvidenceArrived()
	}
	role := rapid.SampledFrom(recovery.Roles).Draw(t, "role")
	action := rapid.SampledFrom(recovery.Actions).Draw(t, "action")
	step, err := p.Take(drawMove(t, action, by(role)))
	switch recovery.CodeOf(err) {
	case recovery.CodeInternal:
		if err != nil {
			t.Fatalf("%s in %s: %v", action, p.Stage, err)
		}
	case recovery.CodeActionNotAllowed, recovery.CodeForbidden, recovery.CodeInvalid:
	default:
		t.Fatalf("%s in %s: unexpected code: %v", action, p.Stage, err)
	}
	return step, err == nil
}

func drawMove(t *rapid.T, action recovery.Action, actor recovery.Actor) recovery.Move {
	m := recovery.Move{Action: action, Actor: actor, RequestID: "r"}
	amount := recovery.Money(rapid.Int64Range(1, int64(recovery.MaxMoney)).Draw(t, "sum"))
	someone := rapid.SampledFrom([]recovery.CounterpartID{"a", "b", "c", "z"})
	switch action {
	case recovery.RecordResponse:
		m.CounterpartID = someone.Draw(t, "who")
		m.Response = rapid.SampledFrom(recovery.Responses).Draw(t, "response")
		if m.Response == recovery.PartlyReturned || m.Response == recovery.Returned && rapid.Bool().Draw(t, "with sum") {
			m.Amount = amount
		}
	case recovery.RecordReturn:
		m.Amount, m.AutoRefund = amount, rapid.Bool().Draw(t, "by the platform")
		if rapid.Bool().Draw(t, "by somebody") {
			m.CounterpartID = someone.Draw(t, "who")
		}
	case recovery.Escalate:
		m.To = rapid.SampledFrom(recovery.Stages).Draw(t, "to")
	case recovery.DecideAppeal:
		m.Decision = rapid.SampledFrom(recovery.Decisions).Draw(t, "decision")
		if m.Decision == recovery.PartlyGranted {
			m.Amount = amount
		}
	case recovery.ChooseRoute:
		m.Route = rapid.SampledFrom(recovery.Routes).Draw(t, "route")
	case recovery.CloseCase:
		m.Outcome = rapid.SampledFrom(recovery.Outcomes).Draw(t, "outcome")
	default: // the others carry nothing
	}
	return m
}

func check(t *rapid.T, before, after recovery.Position) {
	switch {
	case before.Stage == recovery.Closed:
		t.Fatalf("a closed case moved: %+v", after)
	case before.Stage.After(after.Stage):
		t.Fatalf("the case went back from %s to %s", before.Stage, after.Stage)
	case after.Recovered < before.Recovered:
		t.Fatalf("recovered fell from %d to %d", before.Recovered, after.Recovered)
	case after.Claim != before.Claim, after.Outstanding() < 0:
		t.Fatalf("claim %d, outstanding %d", after.Claim, after.Outstanding())
	case after.Open() != (after.Outcome == ""), after.Open() != (after.WaitingOn != recovery.OnNobody):
		t.Fatalf("open %v, outcome %q, waiting on %s", after.Open(), after.Outcome, after.WaitingOn)
	case after.Open() && after.Outstanding() == 0:
		t.Fatalf("nothing is missing and the case is open: %+v", after)
	case after.Stage == recovery.GroupNotice && after.OneToOne:
		t.Fatal("a case sent one to one gives notice to a group")
	case (after.Stage == recovery.Appeal) != (after.Appeal != ""):
		t.Fatalf("stage %s with the appeal %q", after.Stage, after.Appeal)
	}
	canGoOn(t, after)
}

// canGoOn checks that an open case is never stuck, and a closed one never moves.
func canGoOn(t *rapid.T, p recovery.Position) {
	acting := slices.ContainsFunc(recovery.Roles, func(role recovery.Role) bool {
		return slices.ContainsFunc(p.Allowed(role), func(a recovery.Action) bool { return !slices.Contains(recovery.DeskActions, a) })
	})
	if p.Open() && (p.Clock() == recovery.NoClock || !acting) {
		t.Fatalf("an open case is stuck: %+v", p)
	}
	if !p.Open() && (p.Clock() != recovery.NoClock || acting) {
		t.Fatalf("a closed case can move: %+v", p)
	}
}
