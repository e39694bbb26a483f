package workflows_test

import (
	"testing"
	"time"

	"recourse/recovery"
)

// proposePlan proposes two halves, due on the 10th and the 20th day after filing.
func proposePlan(after time.Duration) event {
	return event{after: after, move: newMove(recovery.ProposePlan, recovery.RoleClaimant, func(m *recovery.Command) {
		m.CounterpartID = "a"
		m.Instalments = []recovery.Instalment{
			{DueOn: filedAt.Add(10 * day).Format(time.DateOnly), Amount: 50_000},
			{DueOn: filedAt.Add(20 * day).Format(time.DateOnly), Amount: 50_000},
		}
	})}
}

func acceptPlan(after time.Duration) event {
	return event{after: after, move: newMove(recovery.AcceptPlan, recovery.RoleClaimant, func(m *recovery.Command) { m.CounterpartID = "a" })}
}

func payInstalment(after time.Duration, no int, amount recovery.Money) event {
	return event{after: after, move: newMove(recovery.RecordInstalment, recovery.RoleClaimant, func(m *recovery.Command) {
		m.No, m.Amount = no, amount
	})}
}

const (
	proposed = "plan_proposed>private_contact"
	accepted = "plan_accepted>private_contact"
	part     = "instalment_recorded>private_contact"
	missed   = "instalment_missed>private_contact"
)

// instalmentDay is the midnight on which an instalment is due, in days after filing.
func instalmentDay(days float64) float64 { return days - 9.0/24 }

var planPaths = []path{
	{
		name: "a plan is kept", start: startPosition(true, false, "a"),
		events:  []event{proposePlan(day), acceptPlan(2 * day), payInstalment(9*day, 1, 50_000), payInstalment(19*day, 2, 50_000)},
		want:    []string{proposed, accepted, part, "instalment_recorded>closed"},
		outcome: recovery.RecoveredFull, days: 19,
	},
	{
		name: "the plan outlives the stage's own clock", start: startPosition(true, false, "a"),
		events:  []event{proposePlan(day), acceptPlan(2 * day), payInstalment(9*day, 1, 100_000)},
		want:    []string{proposed, accepted, "instalment_recorded>closed"},
		outcome: recovery.RecoveredFull, days: 9,
	},
	{
		name: "one instalment is late and comes within its grace", start: startPosition(true, false, "a"),
		events:  []event{proposePlan(day), acceptPlan(2 * day), payInstalment(12*day, 1, 50_000), payInstalment(19*day, 2, 50_000)},
		want:    []string{proposed, accepted, missed, part, "instalment_recorded>closed"},
		outcome: recovery.RecoveredFull, days: 19,
	},
	{
		name: "the grace passes and the case goes on its way", start: startPosition(true, false, "a"),
		events: []event{proposePlan(day), acceptPlan(2 * day), payInstalment(9*day, 1, 20_000)},
		want: []string{
			proposed, accepted, part, missed, "plan_broken>appeal", "deadline_passed>legal", "deadline_passed>closed",
		},
		outcome: recovery.RecoveredPartly, days: instalmentDay(10) + 5 + 10 + 30,
	},
	{
		name: "a second late instalment breaks the plan at once", start: startPosition(true, false, "a"),
		events: []event{proposePlan(day), acceptPlan(2 * day), payInstalment(12*day, 1, 50_000)},
		want: []string{
			proposed, accepted, missed, part, "plan_broken>appeal", "deadline_passed>legal", "deadline_passed>closed",
		},
		outcome: recovery.RecoveredPartly, days: instalmentDay(20) + 10 + 30,
	},
	{
		name: "a plan nobody accepts stops nothing", start: startPosition(true, false, "a"), events: []event{proposePlan(day)},
		want:    []string{proposed, "deadline_passed>appeal", "deadline_passed>legal", "deadline_passed>closed"},
		outcome: recovery.Unrecovered, days: 3 + 10 + 30,
	},
	{
		name: "withdrawing ends a running plan", start: startPosition(true, false, "a"),
		events: []event{proposePlan(day), acceptPlan(2 * day), actAs(5*day, recovery.Withdraw, recovery.RoleClaimant)},
		want:   []string{proposed, accepted, "withdrawn>closed"}, outcome: recovery.Withdrawn, days: 5,
	},
}

func TestPlans(t *testing.T) {
	t.Parallel()
	for _, p := range planPaths {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			p.checkPath(t)
		})
	}
}
