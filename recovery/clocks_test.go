package recovery_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"recourse/recovery"
)

// rights are the law's two clocks: they run wherever somebody may hold the money.
var rights = []recovery.ClockState{{Clock: recovery.AvoidanceClock}, {Clock: recovery.LimitationClock}}

func promise(p *recovery.Position) {
	p.Counterparts[1].Answer, p.Counterparts[1].Promises = recovery.Promised, 1
}

func asked(p *recovery.Position) { p.RefundAsked = true }

func answered(p *recovery.Position) { p.Answered = true }

func late(p *recovery.Position) { p.Late = true }

func breached(p *recovery.Position) { p.Breached = true }

func task(rung recovery.TaskKind, state recovery.TaskState) func(*recovery.Position) {
	return func(p *recovery.Position) { p.Tasks = append(p.Tasks, recovery.Task{Kind: rung, State: state}) }
}

func TestClocks(t *testing.T) {
	t.Parallel()
	const byPause, byPlan = recovery.StoppedByPause, recovery.StoppedByPlan
	type running = recovery.ClockState
	for _, test := range []struct {
		name string
		p    recovery.Position
		own  recovery.Clock // what Clock gives
		want []running      // without the rights
	}{
		{"the watch", at(recovery.RecallWatch), recovery.AutoRefundClock, []running{{Clock: recovery.AutoRefundClock}}},
		{"whether the refund came", at(recovery.RecallWatch, asked), recovery.RefundAnswerClock, []running{{Clock: recovery.RefundAnswerClock}}},
		{"a word in private", at(recovery.PrivateContact), recovery.ContactClock, []running{{Clock: recovery.ContactClock}}},
		{"a promise", at(recovery.PrivateContact, promise), recovery.PromiseClock, []running{{Clock: recovery.PromiseClock}}},
		{"a note to the group", at(recovery.GroupNotice), recovery.NoticeClock, []running{{Clock: recovery.NoticeClock}}},
		{"a promise after the note", at(recovery.GroupNotice, promise), recovery.PromiseClock, []running{{Clock: recovery.PromiseClock}}},
		{"an appeal to write", appeal(recovery.AppealPreparing), recovery.PreparationClock, []running{{Clock: recovery.PreparationClock}}},
		{"an appeal to answer", appeal(recovery.AppealSubmitted), recovery.DecisionClock, []running{
			{Clock: recovery.DecisionClock}, {Clock: recovery.FirstAnswerClock},
		}},
		{"an appeal answered once", appeal(recovery.AppealSubmitted, answered), recovery.DecisionClock, []running{{Clock: recovery.DecisionClock}}},
		{"a first answer that is late", appeal(recovery.AppealSubmitted, late), recovery.DecisionClock, []running{{Clock: recovery.DecisionClock}}},
		{"a decision that is late", appeal(recovery.AppealSubmitted, answered, breached), recovery.SupervisorClock, []running{{Clock: recovery.SupervisorClock}}},
		{"a decision to approve", appeal(recovery.AppealProposed, answered), recovery.DecisionClock, []running{{Clock: recovery.DecisionClock}}},
		{"more evidence: the desk's time stands still", appeal(recovery.AppealMoreEvidence, answered), recovery.MoreEvidenceClock, []running{
			{Clock: recovery.MoreEvidenceClock}, {Clock: recovery.DecisionClock, Stopped: recovery.StoppedForClaimant},
		}},
		{"the platform asked: the desk's time stands still", appeal(recovery.AppealWithPlatform, answered, breached), recovery.PlatformClock, []running{
			{Clock: recovery.PlatformClock}, {Clock: recovery.SupervisorClock, Stopped: recovery.StoppedForPlatform},
		}},
		{"a payout", appeal(recovery.AppealGranted, answered), recovery.PayoutClock, []running{{Clock: recovery.PayoutClock}}},
		{"a route to choose", at(recovery.Legal), recovery.RouteClock, []running{{Clock: recovery.RouteClock}}},
		{"a suit, and a task on the ladder", at(
			recovery.Legal, routed(recovery.CivilSuit), task(recovery.PlatformTask, recovery.TaskOpen), task(recovery.PoliceTask, recovery.TaskOverdue),
		), recovery.LegalClock, []running{{Clock: recovery.LegalClock}, {Clock: recovery.TaskClock, Ref: "platform_request"}}},
		{"a pause", appeal(recovery.AppealSubmitted, paused), recovery.PauseClock, []running{
			{Clock: recovery.PauseClock}, {Clock: recovery.DecisionClock, Stopped: byPause},
			{Clock: recovery.FirstAnswerClock, Stopped: byPause},
		}},
		{"a pause while the claimant gathers", appeal(recovery.AppealMoreEvidence, paused), recovery.PauseClock, []running{
			{Clock: recovery.PauseClock}, {Clock: recovery.MoreEvidenceClock, Stopped: byPause},
			{Clock: recovery.DecisionClock, Stopped: recovery.StoppedForClaimant},
		}},
		{"a plan that brings all", at(recovery.PrivateContact, plan(1, "a", true, 60_000, 40_000)), recovery.ContactClock, []running{
			{Clock: recovery.ContactClock, Stopped: byPlan}, {Clock: recovery.InstalmentClock, Ref: "1/1"},
			{Clock: recovery.InstalmentClock, Ref: "1/2"},
		}},
		{"an instalment in its grace", at(recovery.PrivateContact, plan(2, "a", true, 60_000, 40_000), func(p *recovery.Position) {
			p.Plans[0].Grace = 1
		}), recovery.ContactClock, []running{
			{Clock: recovery.ContactClock, Stopped: byPlan}, {Clock: recovery.GraceClock, Ref: "2"},
			{Clock: recovery.InstalmentClock, Ref: "2/2"},
		}},
		{"a plan that brings a part", at(recovery.GroupNotice, plan(1, "a", true, 1)), recovery.NoticeClock, []running{
			{Clock: recovery.NoticeClock}, {Clock: recovery.InstalmentClock, Ref: "1/1"},
		}},
		{"a plan that brings a part, at law: silence does not end the case", at(
			recovery.Legal, plan(1, "a", true, 1), task(recovery.DemandTask, recovery.TaskOpen),
		), recovery.RouteClock, []running{
			{Clock: recovery.RouteClock, Stopped: byPlan}, {Clock: recovery.TaskClock, Ref: "demand_letter"},
			{Clock: recovery.InstalmentClock, Ref: "1/1"},
		}},
		{"a plan nobody agreed to", at(recovery.PrivateContact, plan(1, "a", false, claim)), recovery.ContactClock, []running{{Clock: recovery.ContactClock}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			want := test.want
			if test.p.Stage != recovery.RecallWatch {
				want = append(slices.Clone(want), rights...)
			}
			if diff := cmp.Diff(want, test.p.AllClocks()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if got := test.p.MainClock(); got != test.own {
				t.Errorf("the case waits for %q, want %q", got, test.own)
			}
		})
	}
}

// TestRightsAfterClosing expects the rights of a closed case to run on while money is
// missing, even if the claimant withdrew the case, and no other clock.
func TestRightsAfterClosing(t *testing.T) {
	t.Parallel()
	ended := map[recovery.Outcome]bool{
		recovery.AutoRefunded: true, recovery.RecoveredFull: true, recovery.Settled: true, recovery.Judgment: true,
		recovery.NotEligible: true,
	}
	for _, outcome := range recovery.Outcomes {
		closed := at(recovery.Closed, task(recovery.PoliceTask, recovery.TaskOpen))
		closed.Outcome = outcome
		if outcome == recovery.AutoRefunded || outcome == recovery.RecoveredFull {
			closed.Recovered = claim
		}
		want := rights
		if ended[outcome] {
			want = nil
		}
		if clocks := closed.AllClocks(); !slices.Equal(clocks, want) || closed.MainClock() != recovery.NoClock {
			t.Errorf("%s: %v, %q", outcome, clocks, closed.MainClock())
		}
	}
	closed := at(recovery.Closed, func(p *recovery.Position) { p.Outcome = recovery.Unrecovered })
	for _, right := range rights {
		step := closed.PassDeadline(right.Clock, "")
		if step.Kind != recovery.EntryRightEnded || step.Next.Stage != recovery.Closed || slices.Contains(step.Next.AllClocks(), right) {
			t.Errorf("%s passed: %+v", right.Clock, step)
		}
	}
	if paid := play(t, closed, back("a", claim)); paid.Outcome != recovery.RecoveredFull || len(paid.AllClocks()) > 0 {
		t.Errorf("after all of it came back: %s %v", paid.Outcome, paid.AllClocks())
	}
}

// TestCourtKeepsTheCaseOpen expects silence to close a case only while no court has
// the matter. Otherwise the clock starts again.
func TestCourtKeepsTheCaseOpen(t *testing.T) {
	t.Parallel()
	kept := []string{
		"suit_filed", "payment_order_applied", "preservation_applied", "enforcement_applied", "joined_to_other_suit",
		"bankruptcy_claim_filed", "accepted", "hearing_held", "order_issued", "judgment",
	}
	for _, kind := range append(recovery.LegalStepKinds(), "accepted", "mediation_held", "hearing_held", "order_issued", "judgment", recovery.OtherWord) {
		p := play(t, at(recovery.Legal, routed(recovery.CivilSuit)), legalStep(kind, 0))
		inCourt := slices.Contains(kept, kind)
		step := p.PassDeadline(recovery.LegalClock, "")
		if step.Kind != recovery.EntryDeadlinePassed || step.Next.IsOpen() != inCourt || (step.Restart == recovery.LegalClock) != inCourt {
			t.Errorf("%s: %s, restart %q", kind, step.Next.Stage, step.Restart)
		}
		p.Route = "" // a broken plan asks for another route
		if step := p.PassDeadline(recovery.RouteClock, ""); step.Next.IsOpen() != inCourt || (step.Restart == recovery.RouteClock) != inCourt {
			t.Errorf("%s, no route: %s, restart %q", kind, step.Next.Stage, step.Restart)
		}
	}
}

// A right that ended with time ends once.
func TestRightsEnd(t *testing.T) {
	t.Parallel()
	p := at(recovery.PrivateContact)
	for _, right := range rights {
		step := p.PassDeadline(right.Clock, "")
		if step.Kind != recovery.EntryRightEnded || step.Next.Stage != p.Stage {
			t.Errorf("%s: %+v", right.Clock, step)
		}
		p = step.Next
		if slices.Contains(p.AllClocks(), right) {
			t.Errorf("%s runs again", right.Clock)
		}
	}
	if !p.AvoidanceOver || !p.LimitationOver {
		t.Errorf("it stands in %+v", p)
	}
}

func TestStart(t *testing.T) {
	t.Parallel()
	two := []recovery.Counterpart{{ID: "a", Claimed: 7}, {ID: "b"}}
	group := recovery.Group{Kind: recovery.FamilyGroup, Size: 12}
	for _, test := range []struct {
		name  string
		filed recovery.Case
		terms recovery.Terms
		stage recovery.Stage
		waits recovery.WaitingOn
		alone bool
	}{
		{"something may be unclaimed", recovery.Case{Group: group, ClaimState: recovery.ClaimUnknown, Counterparts: two}, recovery.Terms{RefundAhead: true}, recovery.RecallWatch, recovery.OnPlatform, false},
		{"all of it is claimed", recovery.Case{Group: group, ClaimState: recovery.Claimed, Counterparts: two}, recovery.Terms{RefundAhead: true}, recovery.PrivateContact, recovery.OnCounterpart, false},
		{"the refund is past", recovery.Case{Group: group, ClaimState: recovery.Unclaimed, Counterparts: two}, recovery.Terms{}, recovery.PrivateContact, recovery.OnCounterpart, false},
		{"one to one", recovery.Case{ClaimState: recovery.Claimed, Counterparts: two[:1]}, recovery.Terms{NoNotice: true, FourEyes: 9}, recovery.PrivateContact, recovery.OnCounterpart, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.filed.Amount = claim
			p := recovery.StartPosition(test.filed, test.terms)
			if p.Stage != test.stage || p.WaitingOn != test.waits || p.OneToOne != test.alone || p.Claim != claim {
				t.Errorf("position %+v", p)
			}
			if p.NoNotice != test.terms.NoNotice || p.FourEyes != test.terms.FourEyes || !p.IsOpen() || p.Outstanding() != claim {
				t.Errorf("position %+v", p)
			}
			for i, holder := range p.Counterparts {
				if diff := cmp.Diff(recovery.CounterpartState{ID: two[i].ID, Share: two[i].Claimed}, holder); diff != "" {
					t.Errorf("holder %s", diff)
				}
			}
		})
	}
}
