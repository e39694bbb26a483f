package workflows_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"recourse/recovery"
	"recourse/workflows"
)

// event is an action or a piece of evidence, at a time after filing.
type event struct {
	after    time.Duration
	move     recovery.Command
	evidence recovery.EvidenceID
}

func respond(after time.Duration, id recovery.CounterpartID, response recovery.Response, amount recovery.Money) event {
	return event{after: after, move: newMove(recovery.RecordResponse, recovery.RoleClaimant, func(m *recovery.Command) {
		m.CounterpartID, m.Response, m.Amount = id, response, amount
	})}
}

func decide(after time.Duration, decision recovery.Decision, amount recovery.Money) event {
	return event{after: after, move: newMove(recovery.DecideAppeal, recovery.RoleAgent, func(m *recovery.Command) {
		m.Decision, m.Amount = decision, amount
	})}
}

func returnMoney(after time.Duration, amount recovery.Money, auto bool) event {
	return event{after: after, move: newMove(recovery.RecordReturn, recovery.RoleClaimant, func(m *recovery.Command) {
		m.Amount, m.AutoRefund = amount, auto
	})}
}

func escalate(after time.Duration, to recovery.Stage) event {
	return event{after: after, move: newMove(recovery.Escalate, recovery.RoleAgent, func(m *recovery.Command) { m.To = to })}
}

func chooseRoute(after time.Duration, route recovery.Route) event {
	return event{after: after, move: newMove(recovery.ChooseRoute, recovery.RoleLegal, func(m *recovery.Command) { m.Route = route })}
}

func actAs(after time.Duration, action recovery.Action, role recovery.Role) event {
	return event{after: after, move: newMove(action, role, nil)}
}

func closeCase(after time.Duration, outcome recovery.Outcome) event {
	return event{after: after, move: newMove(recovery.CloseCase, recovery.RoleLegal, func(m *recovery.Command) { m.Outcome = outcome })}
}

type path struct {
	name    string
	start   recovery.Position
	events  []event
	want    []string
	outcome recovery.Outcome
	days    float64 // from filing to the end
}

var casePaths = []path{
	{
		name: "silence all the way in a group", start: startPosition(false, true, "a"),
		want: []string{
			"refund_due>recall_watch", "deadline_passed>private_contact", "deadline_passed>group_notice",
			"deadline_passed>appeal", "deadline_passed>legal", "deadline_passed>closed",
		},
		outcome: recovery.Unrecovered, days: 23.0/24 + 2 + 3 + 4 + 10 + 30,
	},
	{
		name: "one to one has no group to give notice to", start: startPosition(true, false, "a"),
		want:    []string{"deadline_passed>appeal", "deadline_passed>legal", "deadline_passed>closed"},
		outcome: recovery.Unrecovered, days: 3 + 10 + 30,
	},
	{
		name: "the platform gives it back by itself", start: startPosition(false, true, "a"),
		events: []event{returnMoney(20*time.Hour, 100_000, true)},
		want:   []string{"return_recorded>closed"}, outcome: recovery.AutoRefunded, days: 20.0 / 24,
	},
	{
		name: "a part comes back by itself and the rest is asked for", start: startPosition(false, true, "a"),
		events: []event{returnMoney(20*time.Hour, 40_000, true), returnMoney(4*day, 60_000, false)},
		want: []string{
			"return_recorded>recall_watch", "refund_due>recall_watch", "deadline_passed>private_contact", "return_recorded>closed",
		},
		outcome: recovery.RecoveredFull, days: 4,
	},
	{
		name: "a promise kept", start: startPosition(false, false, "a"),
		events:  []event{respond(day, "a", recovery.Promised, 0), respond(6*day, "a", recovery.Returned, 0)},
		want:    []string{"response_recorded>private_contact", "response_recorded>closed"},
		outcome: recovery.RecoveredFull, days: 6,
	},
	{
		name: "a promise broken counts as silence", start: startPosition(false, false, "a"),
		events: []event{respond(day, "a", recovery.Promised, 0)},
		want: []string{
			"response_recorded>private_contact", "deadline_passed>group_notice", "deadline_passed>appeal",
			"deadline_passed>legal", "deadline_passed>closed",
		},
		outcome: recovery.Unrecovered, days: 1 + 7 + 4 + 10 + 30,
	},
	{
		name: "refusals all round move on at once", start: startPosition(false, false, "a", "b"),
		events: []event{respond(day, "a", recovery.Refused, 0), respond(day+time.Hour, "b", recovery.Hostile, 0)},
		want: []string{
			"response_recorded>private_contact", "response_recorded>group_notice", "deadline_passed>appeal",
			"deadline_passed>legal", "deadline_passed>closed",
		},
		outcome: recovery.Unrecovered, days: 1 + 1.0/24 + 4 + 10 + 30,
	},
	{
		name: "an appeal granted and paid", start: startPosition(true, false, "a"),
		events: []event{
			escalate(time.Hour, recovery.Appeal), actAs(day, recovery.SubmitAppeal, recovery.RoleClaimant),
			decide(2*day, recovery.Granted, 0), returnMoney(5*day, 100_000, false),
		},
		want: []string{
			"escalated>appeal", "appeal_submitted>appeal", "appeal_decided>appeal", "return_recorded>closed",
		},
		outcome: recovery.RecoveredFull, days: 5,
	},
	{
		name: "an appeal granted in part and never paid", start: startPosition(true, false, "a"),
		events: []event{
			escalate(time.Hour, recovery.Appeal), actAs(day, recovery.SubmitAppeal, recovery.RoleClaimant),
			decide(2*day, recovery.PartlyGranted, 50_000),
		},
		want: []string{
			"escalated>appeal", "appeal_submitted>appeal", "appeal_decided>appeal", "deadline_passed>legal",
			"deadline_passed>closed",
		},
		outcome: recovery.Unrecovered, days: 2 + 20 + 30,
	},
	{
		name: "an appeal granted in part and paid leads to the law for the rest", start: startPosition(true, false, "a"),
		events: []event{
			escalate(time.Hour, recovery.Appeal), actAs(day, recovery.SubmitAppeal, recovery.RoleClaimant),
			decide(2*day, recovery.PartlyGranted, 50_000), returnMoney(5*day, 50_000, false),
		},
		want: []string{
			"escalated>appeal", "appeal_submitted>appeal", "appeal_decided>appeal", "return_recorded>legal",
			"deadline_passed>closed",
		},
		outcome: recovery.RecoveredPartly, days: 5 + 30,
	},
	{
		name: "an appeal denied leads to the law, where it is settled", start: startPosition(true, false, "a"),
		events: []event{
			escalate(time.Hour, recovery.Appeal), actAs(day, recovery.SubmitAppeal, recovery.RoleClaimant),
			decide(2*day, recovery.Denied, 0), chooseRoute(3*day, recovery.Mediation),
			actAs(4*day, recovery.RecordLegalStep, recovery.RoleLegal), closeCase(60*day, recovery.Settled),
		},
		want: []string{
			"escalated>appeal", "appeal_submitted>appeal", "appeal_decided>legal", "route_chosen>legal",
			"legal_step_recorded>legal", "case_closed>closed",
		},
		outcome: recovery.Settled, days: 60,
	},
	{
		name: "more evidence is asked for and comes", start: startPosition(true, false, "a"),
		events: []event{
			escalate(time.Hour, recovery.Appeal), actAs(day, recovery.SubmitAppeal, recovery.RoleClaimant),
			actAs(2*day, recovery.RequestEvidence, recovery.RoleAgent),
			{after: 4 * day, evidence: "e-1"}, {after: 4*day + time.Hour, evidence: "e-2"},
			decide(5*day, recovery.Denied, 0), actAs(6*day, recovery.Withdraw, recovery.RoleClaimant),
		},
		want: []string{
			"escalated>appeal", "appeal_submitted>appeal", "evidence_requested>appeal", "evidence_supplied>appeal",
			"appeal_decided>legal", "withdrawn>closed",
		},
		outcome: recovery.Withdrawn, days: 6,
	},
	{
		name: "more evidence is asked for and does not come", start: startPosition(true, false, "a"),
		events: []event{
			escalate(time.Hour, recovery.Appeal), actAs(day, recovery.SubmitAppeal, recovery.RoleClaimant),
			actAs(2*day, recovery.RequestEvidence, recovery.RoleAgent),
		},
		want: []string{
			"escalated>appeal", "appeal_submitted>appeal", "evidence_requested>appeal", "deadline_passed>appeal",
			"deadline_breached>appeal", "deadline_passed>legal", "deadline_passed>closed",
		},
		outcome: recovery.Unrecovered, days: 1 + 15 + 6 + 3 + 30, // the decision deadline was paused for six days
	},
	{
		name: "another route restarts the legal clock", start: startPosition(true, false, "a"),
		events: []event{
			escalate(time.Hour, recovery.Legal), chooseRoute(day, recovery.DemandLetter), chooseRoute(80*day, recovery.SmallClaims),
			returnMoney(100*day, 30_000, false),
		},
		want: []string{
			"escalated>legal", "route_chosen>legal", "route_chosen>legal", "return_recorded>legal", "deadline_passed>closed",
		},
		outcome: recovery.RecoveredPartly, days: 80 + 90,
	},
	{
		name: "evidence nobody waits for changes nothing", start: startPosition(true, false, "a"),
		events: []event{{after: time.Hour, evidence: "e-1"}, actAs(day, recovery.Withdraw, recovery.RoleClaimant)},
		want:   []string{"withdrawn>closed"}, outcome: recovery.Withdrawn, days: 1,
	},
}

func TestPaths(t *testing.T) {
	t.Parallel()
	for _, p := range casePaths {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			p.checkPath(t)
		})
	}
}

// playEvents schedules events; actions get the request and update ids r-1, r-2 ….
func (j *testRun) playEvents(events []event) {
	for i, s := range events {
		j.schedule(s.after, func() {
			if s.evidence != "" {
				j.sendEvidence(s.evidence)
				return
			}
			id := fmt.Sprintf("r-%d", i+1)
			s.move.RequestID = recovery.RequestID(id)
			j.sendAction(id, workflows.ActionInput{Command: s.move, Attempt: 1})
		})
	}
}

// checkAllAccepted checks that no action was refused.
func (j *testRun) checkAllAccepted() {
	j.t.Helper()
	for id, got := range j.results {
		if got.err != nil || !got.accepted || got.result.Version == 0 {
			j.t.Errorf("action %s: %+v", id, *got)
		}
	}
}

func TestWithdrawFromEveryStage(t *testing.T) {
	t.Parallel()
	reach := map[recovery.Stage][]event{
		recovery.RecallWatch:    nil,
		recovery.PrivateContact: {escalate(time.Minute, recovery.PrivateContact)},
		recovery.GroupNotice:    {escalate(time.Minute, recovery.GroupNotice)},
		recovery.Appeal:         {escalate(time.Minute, recovery.Appeal)},
		recovery.Legal:          {escalate(time.Minute, recovery.Legal), chooseRoute(time.Hour/2, recovery.CivilSuit)},
	}
	for stage, before := range reach {
		t.Run(string(stage), func(t *testing.T) {
			t.Parallel()
			j := newTestRun(t, startPosition(false, true, "a"))
			j.playEvents(append(before, actAs(time.Hour, recovery.Withdraw, recovery.RoleClaimant)))
			j.schedule(time.Hour-time.Second, func() {
				if got := j.fake.opening.Position.Stage; got != stage {
					t.Errorf("the case is in stage %s, want %s", got, stage)
				}
			})
			j.runWorkflow()
			j.checkAllAccepted()
			if got := j.fake.opening.Position; got.Outcome != recovery.Withdrawn || got.Stage != recovery.Closed {
				t.Errorf("position %+v, want withdrawn", got)
			}
		})
	}
}

func TestStepKeys(t *testing.T) {
	t.Parallel()
	j := newTestRun(t, startPosition(true, false, "a"))
	j.playEvents([]event{
		escalate(time.Hour, recovery.Appeal), actAs(day, recovery.SubmitAppeal, recovery.RoleClaimant),
		actAs(2*day, recovery.RequestEvidence, recovery.RoleAgent), {after: 3 * day, evidence: "e-1"},
	})
	j.runWorkflow()
	decision := filedAt.Add(day + clockLengths[recovery.DecisionClock] + day) // it was paused for a day
	review := decision.Add(clockLengths[recovery.SupervisorClock])
	route := review.Add(clockLengths[recovery.RouteClock])
	want := []string{
		"act:r-1", "act:r-2", "act:r-3", "supplied:e-1",
		fmt.Sprintf("lapse:appeal_decision:%d", decision.UnixMilli()),
		fmt.Sprintf("lapse:supervisor_review:%d", review.UnixMilli()),
		fmt.Sprintf("lapse:route_choice:%d", route.UnixMilli()),
	}
	if diff := cmp.Diff(want, j.fake.stepKeys()); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
}
