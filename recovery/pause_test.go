package recovery_test

import (
	"slices"
	"testing"

	"recourse/recovery"
)

// TestPause: every clock that people set stands still, nothing is pushed on, and
// facts are taken all the same.
func TestPause(t *testing.T) {
	t.Parallel()
	until := moment.AddDate(0, 0, 9)
	pause := act(recovery.RoleClaimant, recovery.PauseCase, func(m *recovery.Command) { m.Until = &until })
	for _, situation := range situations {
		step, err := situation.p.Take(pause)
		allowed := situation.p.IsOpen() && situation.p.Stage != recovery.RecallWatch && situation.p.Pause == nil
		if (err == nil) != allowed {
			t.Errorf("in %s: %v", situation.name, err)
		}
		if err != nil {
			continue
		}
		p := step.Next
		if step.Kind != recovery.EntryPaused || p.WaitingOn != recovery.OnNobody || p.Stage != situation.p.Stage || p.MainClock() != recovery.PauseClock {
			t.Errorf("in %s: %+v", situation.name, step)
		}
		if !p.Pause.Until.Equal(until) {
			t.Errorf("in %s: until %v", situation.name, p.Pause.Until)
		}
		running(t, situation.name, p)
		for _, resumed := range []recovery.Step{p.PassDeadline(recovery.PauseClock, ""), must(p.Take(act(recovery.RoleAgent, recovery.ResumeCase)))} {
			if resumed.Kind != recovery.EntryResumed || text(t, resumed.Next) != text(t, must(situation.p.Take(likelyFact)).Next) {
				t.Errorf("in %s: it does not go on where it stood: %+v", situation.name, resumed)
			}
		}
	}
}

// likelyFact moves nothing, and says whose move is next.
var likelyFact = act(recovery.RoleAgent, recovery.RecordContact)

func must(step recovery.Step, err error) recovery.Step {
	if err != nil {
		panic(err)
	}
	return step
}

// running checks that only what nobody can stop runs in a pause.
func running(t *testing.T, name string, p recovery.Position) {
	t.Helper()
	unstoppable := []recovery.Clock{
		recovery.PauseClock, recovery.AvoidanceClock, recovery.LimitationClock, recovery.InstalmentClock, recovery.GraceClock,
	}
	for _, run := range p.AllClocks() {
		if (run.Stopped == "") != slices.Contains(unstoppable, run.Clock) {
			t.Errorf("in %s: %+v", name, run)
		}
	}
}

// TestMoneyInAPause is counted, and ends the case.
func TestMoneyInAPause(t *testing.T) {
	t.Parallel()
	p := play(t, at(recovery.PrivateContact, paused), back("a", 40_000))
	if p.Pause == nil || p.Recovered != 40_000 {
		t.Errorf("it stands in %+v", p)
	}
	if p = play(t, p, back("b", 60_000)); p.IsOpen() || p.Pause != nil || p.Outcome != recovery.RecoveredFull {
		t.Errorf("it stands in %+v", p)
	}
}

// TestReopen: a case goes on in the stage it was closed in, with its sums.
func TestReopen(t *testing.T) {
	t.Parallel()
	reopen := act(recovery.RoleClaimant, recovery.Reopen)
	for _, from := range recovery.Stages[:5] {
		closed := play(t, at(from, recovered(7), paused), closing(recovery.Settled))
		step, err := closed.Take(reopen)
		if err != nil || step.Kind != recovery.EntryReopened {
			t.Fatalf("from %s: %v", from, err)
		}
		want := from
		if from == recovery.RecallWatch {
			want = recovery.PrivateContact // what the platform refunds is not watched for twice
		}
		p := step.Next
		if p.Stage != want || !p.IsOpen() || p.Outcome != "" || p.ClosedFrom != "" || p.Pause != nil || p.Recovered != 7 {
			t.Errorf("from %s: %+v", from, p)
		}
		if (p.Appeal == recovery.AppealPreparing) != (want == recovery.Appeal) || p.WaitingOn == recovery.OnNobody {
			t.Errorf("from %s: %+v", from, p)
		}
	}
}

// TestReopenForgets what was granted, proposed and planned, and keeps what is so.
func TestReopenForgets(t *testing.T) {
	t.Parallel()
	p := appeal(recovery.AppealGranted, plan(3, "a", true, 1), func(p *recovery.Position) {
		p.Granted, p.PaidOut, p.AvoidanceOver, p.Counterparts[0].NoContact, p.Costs = 5, 5, true, true, 9
	})
	p = play(t, p, closing(recovery.Unrecovered), act(recovery.RoleLegal, recovery.Reopen))
	if p.Granted != 0 || p.PaidOut != 0 || len(p.Plans) > 0 {
		t.Errorf("it stands in %+v", p)
	}
	if p.PlanCount != 3 || !p.AvoidanceOver || !p.Counterparts[0].NoContact || p.Costs != 9 {
		t.Errorf("it stands in %+v", p)
	}
}

func TestReopenRefused(t *testing.T) {
	t.Parallel()
	reopen := act(recovery.RoleClaimant, recovery.Reopen)
	full := play(t, at(recovery.Legal), back("a", claim))
	late := play(t, at(recovery.Closed), back("a", claim))
	refuse(t, []refusal{
		{"nothing is missing", full, reopen, recovery.CodeActionNotAllowed, ""},
		{"nothing is missing any more", late, reopen, recovery.CodeActionNotAllowed, ""},
		{"it is open", at(recovery.Legal), reopen, recovery.CodeActionNotAllowed, ""},
		{"by the desk", at(recovery.Closed), act(recovery.RoleAgent, recovery.Reopen), recovery.CodeForbidden, ""},
	})
}
