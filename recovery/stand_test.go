package recovery_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"recourse/recovery"
)

// The places and acts that the tests of this package share.

const claim recovery.Money = 100_000

// at builds the position of a case of 1,000.00 between two counterparts, whose
// shares nobody knows.
func at(stage recovery.Stage, changes ...func(*recovery.Position)) recovery.Position {
	p := recovery.Position{Stage: stage, Claim: claim, Counterparts: []recovery.CounterpartState{{ID: "a"}, {ID: "b"}}}
	if stage == recovery.Appeal {
		p.Appeal = recovery.AppealPreparing
	}
	if stage == recovery.Closed {
		p.Outcome, p.ClosedFrom = recovery.Unrecovered, recovery.Legal
	}
	for _, change := range changes {
		change(&p)
	}
	return p
}

func appeal(state recovery.AppealState, changes ...func(*recovery.Position)) recovery.Position {
	return at(recovery.Appeal, append([]func(*recovery.Position){func(p *recovery.Position) {
		p.Appeal = state
		if state == recovery.AppealProposed {
			p.Proposal = &recovery.Proposal{Decision: recovery.Granted, Amount: claim, By: "proposer"}
		}
	}}, changes...)...)
}

func alone(p *recovery.Position) {
	p.OneToOne, p.Counterparts = true, []recovery.CounterpartState{{ID: "a"}}
}

func paused(p *recovery.Position) { p.Pause = &recovery.Pause{} }

func recovered(amount recovery.Money) func(*recovery.Position) {
	return func(p *recovery.Position) { p.Recovered = amount }
}

func shares(a, b recovery.Money) func(*recovery.Position) {
	return func(p *recovery.Position) { p.Counterparts[0].Share, p.Counterparts[1].Share = a, b }
}

func routed(route recovery.Route) func(*recovery.Position) {
	return func(p *recovery.Position) { p.Route = route }
}

// plan gives a counterpart a plan of equal instalments, a month apart.
func plan(no int, id recovery.CounterpartID, running bool, parts ...recovery.Money) func(*recovery.Position) {
	return func(p *recovery.Position) {
		p.PlanCount = max(p.PlanCount, no)
		p.Plans = append(p.Plans, recovery.Plan{
			No: no, CounterpartID: id, Running: running, By: recovery.RoleClaimant, Instalments: instalments(parts...),
		})
	}
}

func instalments(parts ...recovery.Money) []recovery.Instalment {
	var all []recovery.Instalment
	for i, amount := range parts {
		due := moment.AddDate(0, i+1, 0).Format(time.DateOnly)
		all = append(all, recovery.Instalment{No: i + 1, DueOn: due, Amount: amount})
	}
	return all
}

// unnumbered are instalments as somebody proposes them.
func unnumbered(parts ...recovery.Money) []recovery.Instalment {
	all := instalments(parts...)
	for i := range all {
		all[i].No = 0
	}
	return all
}

func by(role recovery.Role) recovery.Actor { return recovery.Actor{Role: role, ID: "u"} }

// act makes a move of a role; a counterpart's speaks for counterpart a.
func act(role recovery.Role, action recovery.Action, changes ...func(*recovery.Command)) recovery.Command {
	m := recovery.Command{Action: action, Actor: by(role), RequestID: "r"}
	if role == recovery.RoleCounterpart {
		m.Actor.ID, m.CounterpartID = "a", "a"
	}
	for _, change := range changes {
		change(&m)
	}
	return m
}

func of(id recovery.CounterpartID) func(*recovery.Command) {
	return func(m *recovery.Command) { m.CounterpartID = id }
}

func amount(fen recovery.Money) func(*recovery.Command) {
	return func(m *recovery.Command) { m.Amount = fen }
}

func happened(when time.Time) func(*recovery.Command) {
	return func(m *recovery.Command) { m.At = &when }
}

// says is an answer as the claimant heard it.
func says(id recovery.CounterpartID, response recovery.Response, fen recovery.Money) recovery.Command {
	return act(recovery.RoleClaimant, recovery.RecordResponse, of(id), amount(fen), func(m *recovery.Command) { m.Response = response })
}

// own is an answer that counterpart a gives themselves.
func own(response recovery.Response, fen recovery.Money) recovery.Command {
	return act(recovery.RoleCounterpart, recovery.RecordResponse, amount(fen), func(m *recovery.Command) { m.Response = response })
}

func back(id recovery.CounterpartID, fen recovery.Money) recovery.Command {
	return act(recovery.RoleClaimant, recovery.RecordReturn, of(id), amount(fen))
}

// sure confirms a sum beyond what is missing.
func sure(m recovery.Command) recovery.Command {
	m.Confirm = true
	return m
}

func refund(fen recovery.Money) recovery.Command {
	return act(recovery.RoleClaimant, recovery.RecordReturn, amount(fen), func(m *recovery.Command) { m.AutoRefund = true })
}

func up(to recovery.Stage) recovery.Command {
	return act(recovery.RoleAgent, recovery.Escalate, func(m *recovery.Command) { m.To = to })
}

func decide(decision recovery.Decision, fen recovery.Money) recovery.Command {
	return act(recovery.RoleAgent, recovery.DecideAppeal, amount(fen), func(m *recovery.Command) { m.Decision = decision })
}

func closing(outcome recovery.Outcome) recovery.Command {
	return act(recovery.RoleSupervisor, recovery.CloseCase, func(m *recovery.Command) { m.Outcome = outcome })
}

func propose(role recovery.Role, parts ...recovery.Money) recovery.Command {
	return act(role, recovery.ProposePlan, of("a"), func(m *recovery.Command) { m.Instalments = instalments(parts...) })
}

// seen is what most tests look at in a step.
type seen struct {
	Kind      recovery.EntryKind
	Stage     recovery.Stage
	Waits     recovery.WaitingOn
	Outcome   recovery.Outcome
	Appeal    recovery.AppealState
	Recovered recovery.Money
	Surplus   recovery.Money
	Restart   recovery.Clock
}

func sight(step recovery.Step) seen {
	p := step.Next
	return seen{step.Kind, p.Stage, p.WaitingOn, p.Outcome, p.Appeal, p.Recovered, p.Surplus, step.Restart}
}

// stroke is one act and what is to be seen of it.
type stroke struct {
	name string
	from recovery.Position
	move recovery.Command
	want seen
}

// strike takes each act, and checks that the position it was taken at is as it was.
func strike(t *testing.T, strokes []stroke) {
	t.Helper()
	for _, test := range strokes {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			before := text(t, test.from)
			step, err := test.from.Take(test.move)
			if err != nil {
				t.Fatal(err, fieldsIn(err))
			}
			if diff := cmp.Diff(test.want, sight(step)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if after := text(t, test.from); after != before {
				t.Errorf("taking an act changed the position it was taken at:\n%s\n%s", before, after)
			}
		})
	}
}

// refusal is one act and how it is refused: the code, and the faulty field as
// "field:code" where there is one.
type refusal struct {
	name  string
	from  recovery.Position
	move  recovery.Command
	code  recovery.Code
	field string
}

func refuse(t *testing.T, refusals []refusal) {
	t.Helper()
	for _, test := range refusals {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			step, err := test.from.Take(test.move)
			if recovery.CodeOf(err) != test.code {
				t.Fatalf("got %+v %v, want %s", step, err, test.code)
			}
			if fields := fieldsIn(err); test.field != "" && (len(fields) != 1 || fields[0] != test.field) {
				t.Errorf("fields %v, want %s", fields, test.field)
			}
		})
	}
}

// play takes acts one after the other.
func play(t *testing.T, p recovery.Position, moves ...recovery.Command) recovery.Position {
	t.Helper()
	for _, move := range moves {
		step, err := p.Take(move)
		if err != nil {
			t.Fatalf("%s by %s in %s %s: %v %v", move.Action, move.Actor.Role, p.Stage, p.Appeal, err, fieldsIn(err))
		}
		p = step.Next
	}
	return p
}

func text(t testing.TB, value any) string {
	t.Helper()
	written, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(written)
}
