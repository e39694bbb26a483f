package workflows_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"recourse/recovery"
)

// submitted is an appeal that lies with the desk since day 1.
func submitted(more ...stroke) []stroke {
	return append([]stroke{
		escalated(time.Hour, recovery.Appeal), plain(day, recovery.SubmitAppeal, recovery.RoleClaimant),
	}, more...)
}

func replied(after time.Duration, kind string) stroke {
	return stroke{after: after, move: move(recovery.RecordPlatformReply, recovery.RoleAgent, func(m *recovery.Move) { m.Kind = kind })}
}

func legalStep(after time.Duration, kind string) stroke {
	return stroke{after: after, move: move(recovery.RecordLegalStep, recovery.RoleLegal, func(m *recovery.Move) { m.Kind = kind })}
}

func paused(after time.Duration) stroke {
	return plain(after, recovery.PauseCase, recovery.RoleClaimant)
}

// eyed is a case whose decisions need a second person.
func eyed() recovery.Position {
	p := position(true, false, "a")
	p.FourEyes = 1
	return p
}

// stagePaths are what happens inside the stages.
var stagePaths = []path{
	{
		name: "nobody answers an appeal", start: position(true, false, "a"), strokes: submitted(),
		want: []string{
			"escalated>appeal", "appeal_submitted>appeal", "deadline_breached>appeal", "deadline_breached>appeal",
			"deadline_passed>legal", "deadline_passed>closed",
		},
		outcome: recovery.Unrecovered, days: 1 + 15 + 3 + 30,
	},
	{
		name: "the platform is asked, works on it and answers", start: position(true, false, "a"),
		strokes: submitted(
			plain(2*day, recovery.AskPlatform, recovery.RoleAgent), replied(3*day, "processing"), replied(10*day, "refused"),
			decided(11*day, recovery.Denied, 0), closed(12*day, recovery.Unrecovered)),
		want: []string{
			"escalated>appeal", "appeal_submitted>appeal", "platform_asked>appeal", "platform_replied>appeal",
			"platform_replied>appeal", "appeal_decided>legal", "case_closed>closed",
		},
		outcome: recovery.Unrecovered, days: 12,
	},
	{
		name: "the platform is silent and the desk's time goes on", start: position(true, false, "a"),
		strokes: submitted(plain(2*day, recovery.AskPlatform, recovery.RoleAgent)),
		want: []string{
			"escalated>appeal", "appeal_submitted>appeal", "platform_asked>appeal", "deadline_passed>appeal",
			"deadline_breached>appeal", "deadline_passed>legal", "deadline_passed>closed",
		},
		outcome: recovery.Unrecovered, days: 1 + 15 + 12 + 3 + 30,
	},
	{
		name: "a decision that a second person rejects and then approves", start: eyed(),
		strokes: submitted(
			decided(2*day, recovery.Denied, 0), plain(3*day, recovery.RejectDecision, recovery.RoleSupervisor),
			decided(4*day, recovery.Granted, 0), plain(5*day, recovery.ApproveDecision, recovery.RoleSupervisor),
			returned(6*day, 100_000, false)),
		want: []string{
			"escalated>appeal", "appeal_submitted>appeal", "decision_proposed>appeal", "decision_rejected>appeal",
			"decision_proposed>appeal", "appeal_decided>appeal", "return_recorded>closed",
		},
		outcome: recovery.RecoveredFull, days: 6,
	},
	{
		name: "a pause stops the clock and is lifted", start: position(true, false, "a"),
		strokes: []stroke{paused(day), plain(11*day, recovery.ResumeCase, recovery.RoleClaimant)},
		want:    []string{"paused>private_contact", "resumed>private_contact", "deadline_passed>appeal", "deadline_passed>legal", "deadline_passed>closed"},
		outcome: recovery.Unrecovered, days: 3 + 10 + 10 + 30,
	},
	{
		name: "a pause that nobody lifts ends by itself", start: position(true, false, "a"), strokes: []stroke{paused(day)},
		want:    []string{"paused>private_contact", "resumed>private_contact", "deadline_passed>appeal", "deadline_passed>legal", "deadline_passed>closed"},
		outcome: recovery.Unrecovered, days: 3 + 30 + 10 + 30,
	},
	{
		name: "a task of the ladder is overdue, another is done", start: position(true, false, "a"),
		strokes: []stroke{
			escalated(time.Hour, recovery.Legal), routed(day, recovery.SmallClaims), legalStep(2*day, "platform_requested"),
			legalStep(3*day, "receipt_requested"), legalStep(4*day, "receipt_received"), closed(40*day, recovery.Judgment),
		},
		want: []string{
			"escalated>legal", "route_chosen>legal", "legal_step_recorded>legal", "legal_step_recorded>legal",
			"legal_step_recorded>legal", "task_overdue>legal", "case_closed>closed",
		},
		outcome: recovery.Judgment, days: 40,
	},
}

func TestInsideTheStages(t *testing.T) {
	t.Parallel()
	for _, p := range stagePaths {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			p.check(t)
		})
	}
}

// check plays a path and holds it against what should be written.
func (p path) check(t *testing.T) {
	t.Helper()
	j := newJourney(t, p.start)
	j.play(p.strokes)
	j.run()
	if diff := cmp.Diff(p.want, j.desk.written()); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
	if got := j.desk.opening.Position.Outcome; got != p.outcome {
		t.Errorf("outcome %q, want %q", got, p.outcome)
	}
	if got := j.Now().Sub(filed).Hours() / 24; got < p.days-0.01 || got > p.days+0.01 {
		t.Errorf("the case took %.3f days, want %.3f", got, p.days)
	}
	j.allTaken()
}

// TestWarnings: people are told before a right ends, and the case does not move.
func TestWarnings(t *testing.T) {
	t.Parallel()
	j := newJourney(t, position(true, false, "a"))
	j.desk.special = map[recovery.Clock]time.Duration{recovery.AvoidanceClock: 90 * day}
	j.desk.warnings = map[recovery.Clock]time.Duration{recovery.AvoidanceClock: 30 * day}
	j.desk.opening.Deadlines = j.desk.deadlines(recovery.Step{Next: j.desk.opening.Position}, filed)
	j.play([]stroke{
		escalated(time.Hour, recovery.Legal), routed(day, recovery.CivilSuit), closed(90*day+12*time.Hour, recovery.Judgment),
	})
	j.run()
	want := []string{"escalated>legal", "route_chosen>legal", "deadline_near>legal", "right_ended>legal", "case_closed>closed"}
	if diff := cmp.Diff(want, j.desk.written()); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
	if !j.desk.opening.Position.AvoidanceOver {
		t.Error("the right to avoid has not ended")
	}
}

// TestReopened: an act that comes while the case closes opens it again, and the
// journey goes on from the stage it was closed in.
func TestReopened(t *testing.T) {
	t.Parallel()
	p := position(true, false, "a")
	p.Stage, p.Outcome, p.From, p.WaitingOn = recovery.Closed, recovery.Unrecovered, recovery.Appeal, recovery.OnNobody
	j := newJourney(t, p)
	j.play([]stroke{plain(0, recovery.Reopen, recovery.RoleClaimant), returned(day, 100_000, false)})
	j.run()
	want := []string{"reopened>appeal", "return_recorded>closed"}
	if diff := cmp.Diff(want, j.desk.written()); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
	j.allTaken()
}
