package workflows_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"recourse/recovery"
	"recourse/workflows"
)

// stroke is one thing that happens to a case: an act or a piece of evidence.
type stroke struct {
	after    time.Duration
	move     recovery.Move
	evidence recovery.EvidenceID
}

func answered(after time.Duration, id recovery.CounterpartID, response recovery.Response, amount recovery.Money) stroke {
	return stroke{after: after, move: move(recovery.RecordResponse, recovery.RoleClaimant, func(m *recovery.Move) {
		m.CounterpartID, m.Response, m.Amount = id, response, amount
	})}
}

func decided(after time.Duration, decision recovery.Decision, amount recovery.Money) stroke {
	return stroke{after: after, move: move(recovery.DecideAppeal, recovery.RoleAgent, func(m *recovery.Move) {
		m.Decision, m.Amount = decision, amount
	})}
}

func returned(after time.Duration, amount recovery.Money, auto bool) stroke {
	return stroke{after: after, move: move(recovery.RecordReturn, recovery.RoleClaimant, func(m *recovery.Move) {
		m.Amount, m.AutoRefund = amount, auto
	})}
}

func escalated(after time.Duration, to recovery.Stage) stroke {
	return stroke{after: after, move: move(recovery.Escalate, recovery.RoleAgent, func(m *recovery.Move) { m.To = to })}
}

func routed(after time.Duration, route recovery.Route) stroke {
	return stroke{after: after, move: move(recovery.ChooseRoute, recovery.RoleLegal, func(m *recovery.Move) { m.Route = route })}
}

func plain(after time.Duration, action recovery.Action, role recovery.Role) stroke {
	return stroke{after: after, move: move(action, role, nil)}
}

func closed(after time.Duration, outcome recovery.Outcome) stroke {
	return stroke{after: after, move: move(recovery.CloseCase, recovery.RoleLegal, func(m *recovery.Move) { m.Outcome = outcome })}
}

type path struct {
	name    string
	start   recovery.Position
	strokes []stroke
	want    []string
	outcome recovery.Outcome
	days    float64 // from filing to the end
}

var paths = []path{
	{
		name: "silence all the way in a group", start: position(false, true, "a"),
		want: []string{
			"refund_due>recall_watch", "deadline_passed>private_contact", "deadline_passed>group_notice",
			"deadline_passed>appeal", "deadline_passed>legal", "deadline_passed>closed",
		},
		outcome: recovery.Unrecovered, days: 23.0/24 + 2 + 3 + 4 + 10 + 30,
	},
	{
		name: "one to one has no group to give notice to", start: position(true, false, "a"),
		want:    []string{"deadline_passed>appeal", "deadline_passed>legal", "deadline_passed>closed"},
		outcome: recovery.Unrecovered, days: 3 + 10 + 30,
	},
	{
		name: "the platform gives it back by itself", start: position(false, true, "a"),
		strokes: []stroke{returned(20*time.Hour, 100_000, true)},
		want:    []string{"return_recorded>closed"}, outcome: recovery.AutoRefunded, days: 20.0 / 24,
	},
	{
		name: "a part comes back by itself and the rest is asked for", start: position(false, true, "a"),
		strokes: []stroke{returned(20*time.Hour, 40_000, true), returned(4*day, 60_000, false)},
		want: []string{
			"return_recorded>recall_watch", "refund_due>recall_watch", "deadline_passed>private_contact", "return_recorded>closed",
		},
		outcome: recovery.RecoveredFull, days: 4,
	},
	{
		name: "a promise kept", start: position(false, false, "a"),
		strokes: []stroke{answered(day, "a", recovery.Promised, 0), answered(6*day, "a", recovery.Returned, 0)},
		want:    []string{"response_recorded>private_contact", "response_recorded>closed"},
		outcome: recovery.RecoveredFull, days: 6,
	},
	{
		name: "a promise broken counts as silence", start: position(false, false, "a"),
		strokes: []stroke{answered(day, "a", recovery.Promised, 0)},
		want: []string{
			"response_recorded>private_contact", "deadline_passed>group_notice", "deadline_passed>appeal",
			"deadline_passed>legal", "deadline_passed>closed",
		},
		outcome: recovery.Unrecovered, days: 1 + 7 + 4 + 10 + 30,
	},
	{
		name: "refusals all round move on at once", start: position(false, false, "a", "b"),
		strokes: []stroke{answered(day, "a", recovery.Refused, 0), answered(day+time.Hour, "b", recovery.Hostile, 0)},
		want: []string{
			"response_recorded>private_contact", "response_recorded>group_notice", "deadline_passed>appeal",
			"deadline_passed>legal", "deadline_passed>closed",
		},
		outcome: recovery.Unrecovered, days: 1 + 1.0/24 + 4 + 10 + 30,
	},
	{
		name: "an appeal granted and paid", start: position(true, false, "a"),
		strokes: []stroke{
			escalated(time.Hour, recovery.Appeal), plain(day, recovery.SubmitAppeal, recovery.RoleClaimant),
			decided(2*day, recovery.Granted, 0), returned(5*day, 100_000, false),
		},
		want: []string{
			"escalated>appeal", "appeal_submitted>appeal", "appeal_decided>appeal", "return_recorded>closed",
		},
		outcome: recovery.RecoveredFull, days: 5,
	},
	{
		name: "an appeal granted in part and never paid", start: position(true, false, "a"),
		strokes: []stroke{
			escalated(time.Hour, recovery.Appeal), plain(day, recovery.SubmitAppeal, recovery.RoleClaimant),
			decided(2*day, recovery.PartlyGranted, 50_000),
		},
		want: []string{
			"escalated>appeal", "appeal_submitted>appeal", "appeal_decided>appeal", "deadline_passed>legal",
			"deadline_passed>closed",
		},
		outcome: recovery.Unrecovered, days: 2 + 20 + 30,
	},
	{
		name: "an appeal granted in part and paid leads to the law for the rest", start: position(true, false, "a"),
		strokes: []stroke{
			escalated(time.Hour, recovery.Appeal), plain(day, recovery.SubmitAppeal, recovery.RoleClaimant),
			decided(2*day, recovery.PartlyGranted, 50_000), returned(5*day, 50_000, false),
		},
		want: []string{
			"escalated>appeal", "appeal_submitted>appeal", "appeal_decided>appeal", "return_recorded>legal",
			"deadline_passed>closed",
		},
		outcome: recovery.RecoveredPartly, days: 5 + 30,
	},
	{
		name: "an appeal denied leads to the law, where it is settled", start: position(true, false, "a"),
		strokes: []stroke{
			escalated(time.Hour, recovery.Appeal), plain(day, recovery.SubmitAppeal, recovery.RoleClaimant),
			decided(2*day, recovery.Denied, 0), routed(3*day, recovery.Mediation),
			plain(4*day, recovery.RecordLegalStep, recovery.RoleLegal), closed(60*day, recovery.Settled),
		},
		want: []string{
			"escalated>appeal", "appeal_submitted>appeal", "appeal_decided>legal", "route_chosen>legal",
			"legal_step_recorded>legal", "case_closed>closed",
		},
		outcome: recovery.Settled, days: 60,
	},
	{
		name: "more evidence is asked for and comes", start: position(true, false, "a"),
		strokes: []stroke{
			escalated(time.Hour, recovery.Appeal), plain(day, recovery.SubmitAppeal, recovery.RoleClaimant),
			plain(2*day, recovery.RequestEvidence, recovery.RoleAgent),
			{after: 4 * day, evidence: "e-1"}, {after: 4*day + time.Hour, evidence: "e-2"},
			decided(5*day, recovery.Denied, 0), plain(6*day, recovery.Withdraw, recovery.RoleClaimant),
		},
		want: []string{
			"escalated>appeal", "appeal_submitted>appeal", "evidence_requested>appeal", "evidence_supplied>appeal",
			"appeal_decided>legal", "withdrawn>closed",
		},
		outcome: recovery.Withdrawn, days: 6,
	},
	{
		name: "more evidence is asked for and does not come", start: position(true, false, "a"),
		strokes: []stroke{
			escalated(time.Hour, recovery.Appeal), plain(day, recovery.SubmitAppeal, recovery.RoleClaimant),
			plain(2*day, recovery.RequestEvidence, recovery.RoleAgent),
		},
		want: []string{
			"escalated>appeal", "appeal_submitted>appeal", "evidence_requested>appeal", "deadline_passed>appeal",
			"deadline_breached>appeal", "deadline_passed>legal", "deadline_passed>closed",
		},
		outcome: recovery.Unrecovered, days: 1 + 15 + 6 + 3 + 30, // the desk's time stood still for six days
	},
	{
		name: "another route restarts the legal clock", start: position(true, false, "a"),
		strokes: []stroke{
			escalated(time.Hour, recovery.Legal), routed(day, recovery.DemandLetter), routed(80*day, recovery.SmallClaims),
			returned(100*day, 30_000, false),
		},
		want: []string{
			"escalated>legal", "route_chosen>legal", "route_chosen>legal", "return_recorded>legal", "deadline_passed>closed",
		},
		outcome: recovery.RecoveredPartly, days: 80 + 90,
	},
	{
		name: "evidence nobody waits for changes nothing", start: position(true, false, "a"),
		strokes: []stroke{{after: time.Hour, evidence: "e-1"}, plain(day, recovery.Withdraw, recovery.RoleClaimant)},
		want:    []string{"withdrawn>closed"}, outcome: recovery.Withdrawn, days: 1,
	},
}

func TestPaths(t *testing.T) {
	t.Parallel()
	for _, p := range paths {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			p.check(t)
		})
	}
}

// play schedules the strokes; acts get the request and update ids r-1, r-2 ….
func (j *journey) play(strokes []stroke) {
	for i, s := range strokes {
		j.at(s.after, func() {
			if s.evidence != "" {
				j.evidence(s.evidence)
				return
			}
			id := fmt.Sprintf("r-%d", i+1)
			s.move.RequestID = recovery.RequestID(id)
			j.act(id, workflows.ActInput{Move: s.move, Attempt: 1})
		})
	}
}

// allTaken checks that no act was refused.
func (j *journey) allTaken() {
	j.t.Helper()
	for id, got := range j.answers {
		if got.err != nil || !got.accepted || got.result.Version == 0 {
			j.t.Errorf("act %s: %+v", id, *got)
		}
	}
}

func TestWithdrawFromEveryStage(t *testing.T) {
	t.Parallel()
	reach := map[recovery.Stage][]stroke{
		recovery.RecallWatch:    nil,
		recovery.PrivateContact: {escalated(time.Minute, recovery.PrivateContact)},
		recovery.GroupNotice:    {escalated(time.Minute, recovery.GroupNotice)},
		recovery.Appeal:         {escalated(time.Minute, recovery.Appeal)},
		recovery.Legal:          {escalated(time.Minute, recovery.Legal), routed(time.Hour/2, recovery.CivilSuit)},
	}
	for stage, before := range reach {
		t.Run(string(stage), func(t *testing.T) {
			t.Parallel()
			j := newJourney(t, position(false, true, "a"))
			j.play(append(before, plain(time.Hour, recovery.Withdraw, recovery.RoleClaimant)))
			j.at(time.Hour-time.Second, func() {
				if got := j.desk.opening.Position.Stage; got != stage {
					t.Errorf("the case stands in %s, want %s", got, stage)
				}
			})
			j.run()
			j.allTaken()
			if got := j.desk.opening.Position; got.Outcome != recovery.Withdrawn || got.Stage != recovery.Closed {
				t.Errorf("position %+v, want withdrawn", got)
			}
		})
	}
}

func TestStepKeys(t *testing.T) {
	t.Parallel()
	j := newJourney(t, position(true, false, "a"))
	j.play([]stroke{
		escalated(time.Hour, recovery.Appeal), plain(day, recovery.SubmitAppeal, recovery.RoleClaimant),
		plain(2*day, recovery.RequestEvidence, recovery.RoleAgent), {after: 3 * day, evidence: "e-1"},
	})
	j.run()
	decision := filed.Add(day + lengths[recovery.DecisionClock] + day) // it stood still for a day
	review := decision.Add(lengths[recovery.SupervisorClock])
	route := review.Add(lengths[recovery.RouteClock])
	want := []string{
		"act:r-1", "act:r-2", "act:r-3", "supplied:e-1",
		fmt.Sprintf("lapse:appeal_decision:%d", decision.UnixMilli()),
		fmt.Sprintf("lapse:supervisor_review:%d", review.UnixMilli()),
		fmt.Sprintf("lapse:route_choice:%d", route.UnixMilli()),
	}
	if diff := cmp.Diff(want, j.desk.keys()); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
}
