package workflows_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"recourse/recovery"
)

// submitAppeal submits an appeal on day 1; more events follow.
func submitAppeal(more ...event) []event {
	return append([]event{
		escalate(time.Hour, recovery.Appeal), actAs(day, recovery.SubmitAppeal, recovery.RoleClaimant),
	}, more...)
}

func platformReply(after time.Duration, kind string) event {
	return event{after: after, move: newMove(recovery.RecordPlatformReply, recovery.RoleAgent, func(m *recovery.Command) { m.Kind = kind })}
}

func recordLegalStep(after time.Duration, kind string) event {
	return event{after: after, move: newMove(recovery.RecordLegalStep, recovery.RoleLegal, func(m *recovery.Command) { m.Kind = kind })}
}

func pauseCase(after time.Duration) event {
	return actAs(after, recovery.PauseCase, recovery.RoleClaimant)
}

// fourEyesPosition is a case whose decisions need a second person.
func fourEyesPosition() recovery.Position {
	p := startPosition(true, false, "a")
	p.FourEyes = 1
	return p
}

// stagePaths are paths within a stage.
var stagePaths = []path{
	{
		name: "nobody results an appeal", start: startPosition(true, false, "a"), events: submitAppeal(),
		want: []string{
			"escalated>appeal", "appeal_submitted>appeal", "deadline_breached>appeal", "deadline_breached>appeal",
			"deadline_passed>legal", "deadline_passed>closed",
		},
		outcome: recovery.Unrecovered, days: 1 + 15 + 3 + 30,
	},
	{
		name: "the platform is asked, works on it and results", start: startPosition(true, false, "a"),
		events: submitAppeal(
			actAs(2*day, recovery.AskPlatform, recovery.RoleAgent), platformReply(3*day, "processing"), platformReply(10*day, "refused"),
			decide(11*day, recovery.Denied, 0), closeCase(12*day, recovery.Unrecovered)),
		want: []string{
			"escalated>appeal", "appeal_submitted>appeal", "platform_asked>appeal", "platform_replied>appeal",
			"platform_replied>appeal", "appeal_decided>legal", "case_closed>closed",
		},
		outcome: recovery.Unrecovered, days: 12,
	},
	{
		name: "the platform is silent and the desk's time goes on", start: startPosition(true, false, "a"),
		events: submitAppeal(actAs(2*day, recovery.AskPlatform, recovery.RoleAgent)),
		want: []string{
			"escalated>appeal", "appeal_submitted>appeal", "platform_asked>appeal", "deadline_passed>appeal",
			"deadline_breached>appeal", "deadline_passed>legal", "deadline_passed>closed",
		},
		outcome: recovery.Unrecovered, days: 1 + 15 + 12 + 3 + 30,
	},
	{
		name: "a decision that a second person rejects and then approves", start: fourEyesPosition(),
		events: submitAppeal(
			decide(2*day, recovery.Denied, 0), actAs(3*day, recovery.RejectDecision, recovery.RoleSupervisor),
			decide(4*day, recovery.Granted, 0), actAs(5*day, recovery.ApproveDecision, recovery.RoleSupervisor),
			returnMoney(6*day, 100_000, false)),
		want: []string{
			"escalated>appeal", "appeal_submitted>appeal", "decision_proposed>appeal", "decision_rejected>appeal",
			"decision_proposed>appeal", "appeal_decided>appeal", "return_recorded>closed",
		},
		outcome: recovery.RecoveredFull, days: 6,
	},
	{
		name: "a pause stops the clock and is lifted", start: startPosition(true, false, "a"),
		events:  []event{pauseCase(day), actAs(11*day, recovery.ResumeCase, recovery.RoleClaimant)},
		want:    []string{"paused>private_contact", "resumed>private_contact", "deadline_passed>appeal", "deadline_passed>legal", "deadline_passed>closed"},
		outcome: recovery.Unrecovered, days: 3 + 10 + 10 + 30,
	},
	{
		name: "a pause that nobody lifts ends by itself", start: startPosition(true, false, "a"), events: []event{pauseCase(day)},
		want:    []string{"paused>private_contact", "resumed>private_contact", "deadline_passed>appeal", "deadline_passed>legal", "deadline_passed>closed"},
		outcome: recovery.Unrecovered, days: 3 + 30 + 10 + 30,
	},
	{
		name: "a task of the ladder is overdue, another is done", start: startPosition(true, false, "a"),
		events: []event{
			escalate(time.Hour, recovery.Legal), chooseRoute(day, recovery.SmallClaims), recordLegalStep(2*day, "platform_requested"),
			recordLegalStep(3*day, "receipt_requested"), recordLegalStep(4*day, "receipt_received"), closeCase(40*day, recovery.Judgment),
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
			p.checkPath(t)
		})
	}
}

// checkPath plays a path and compares the written steps.
func (p path) checkPath(t *testing.T) {
	t.Helper()
	j := newTestRun(t, p.start)
	j.playEvents(p.events)
	j.runWorkflow()
	if diff := cmp.Diff(p.want, j.fake.stepNames()); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
	if got := j.fake.opening.Position.Outcome; got != p.outcome {
		t.Errorf("outcome %q, want %q", got, p.outcome)
	}
	if got := j.Now().Sub(filedAt).Hours() / 24; got < p.days-0.01 || got > p.days+0.01 {
		t.Errorf("the case took %.3f days, want %.3f", got, p.days)
	}
	j.checkAllAccepted()
}

// TestWarnings: a warning before a right ends does not move the case.
func TestWarnings(t *testing.T) {
	t.Parallel()
	j := newTestRun(t, startPosition(true, false, "a"))
	j.fake.special = map[recovery.Clock]time.Duration{recovery.AvoidanceClock: 90 * day}
	j.fake.warnings = map[recovery.Clock]time.Duration{recovery.AvoidanceClock: 30 * day}
	j.fake.opening.Deadlines = j.fake.computeDeadlines(recovery.Step{Next: j.fake.opening.Position}, filedAt)
	j.playEvents([]event{
		escalate(time.Hour, recovery.Legal), chooseRoute(day, recovery.CivilSuit), closeCase(90*day+12*time.Hour, recovery.Judgment),
	})
	j.runWorkflow()
	want := []string{"escalated>legal", "route_chosen>legal", "deadline_near>legal", "right_ended>legal", "case_closed>closed"}
	if diff := cmp.Diff(want, j.fake.stepNames()); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
	if !j.fake.opening.Position.AvoidanceOver {
		t.Error("the right to avoid has not ended")
	}
}

// TestRightsWatched: a closed case with money missing warns before each right ends and
// records its end; the workflow ends with the last one, and at once when all of the
// money came back.
func TestRightsWatched(t *testing.T) {
	t.Parallel()
	closed := []string{"escalated>legal", "case_closed>closed"}
	for name, test := range map[string]struct {
		event event
		want  []string
		days  float64
	}{
		"to the end":      {event{}, []string{"deadline_near>closed", "right_ended>closed", "deadline_near>closed", "right_ended>closed"}, 1095},
		"the money comes": {returnMoney(100*day, 100_000, false), []string{"deadline_near>closed", "right_ended>closed", "return_recorded>closed"}, 100},
		"a part comes": {returnMoney(100*day, 1, false), []string{
			"deadline_near>closed", "right_ended>closed", "return_recorded>closed", "deadline_near>closed", "right_ended>closed",
		}, 1095},
		"reopened and withdrawn": {actAs(20*day, recovery.Reopen, recovery.RoleClaimant), []string{
			"reopened>legal", "withdrawn>closed", "deadline_near>closed", "right_ended>closed", "deadline_near>closed", "right_ended>closed",
		}, 1095},
		"the case is erased": {event{}, nil, 60},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := newTestRun(t, startPosition(true, false, "a"))
			j.fake.special = map[recovery.Clock]time.Duration{recovery.AvoidanceClock: 90 * day, recovery.LimitationClock: 1095 * day}
			j.fake.warnings = map[recovery.Clock]time.Duration{recovery.AvoidanceClock: 30 * day, recovery.LimitationClock: 30 * day}
			j.fake.opening.Deadlines = j.fake.computeDeadlines(recovery.Step{Next: j.fake.opening.Position}, filedAt)
			events := []event{escalate(time.Hour, recovery.Legal), closeCase(day, recovery.Unrecovered)}
			if test.event.move.Action != "" {
				events = append(events, test.event)
			}
			if test.event.move.Action == recovery.Reopen {
				events = append(events, actAs(21*day, recovery.Withdraw, recovery.RoleClaimant))
			}
			j.fake.erased = test.want == nil
			j.playEvents(events)
			j.runWorkflow()
			if diff := cmp.Diff(append(closed[:2:2], test.want...), j.fake.stepNames()); diff != "" {
				t.Errorf("steps (-want +got):\n%s", diff)
			}
			if got := j.Now().Sub(filedAt).Hours() / 24; got < test.days-0.01 || got > test.days+0.01 {
				t.Errorf("the workflow took %.3f days, want %.3f", got, test.days)
			}
			j.checkAllAccepted()
		})
	}
}

// TestReopened: an action that arrives while the case closes reopens it in the stage
// it was closed in.
func TestReopened(t *testing.T) {
	t.Parallel()
	p := startPosition(true, false, "a")
	p.Stage, p.Outcome, p.ClosedFrom, p.WaitingOn = recovery.Closed, recovery.Unrecovered, recovery.Appeal, recovery.OnNobody
	j := newTestRun(t, p)
	j.playEvents([]event{actAs(0, recovery.Reopen, recovery.RoleClaimant), returnMoney(day, 100_000, false)})
	j.runWorkflow()
	want := []string{"reopened>appeal", "return_recorded>closed"}
	if diff := cmp.Diff(want, j.fake.stepNames()); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
	j.checkAllAccepted()
}
