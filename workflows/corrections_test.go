package workflows_test

import (
	"context"
	"testing"
	"time"

	"go.temporal.io/sdk/temporal"

	"recourse/activities"
	"recourse/recovery"
)

// CorrectEntry computes the case again from the steps in memory. The numbers of the
// entries are those of the steps; the filing has the first.
func (d *fakeActivities) CorrectEntry(_ context.Context, in activities.StepInput) (activities.CorrectionResult, error) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	steps := d.recordedSteps()
	at := int(in.Command.Correction.Seq) - 2
	corrected, err := recovery.ComputeCorrection(recovery.CorrectionInput{
		Start: d.start, FiledAt: filedAt, Current: d.opening.Position, Deadlines: d.opening.Deadlines, Steps: steps,
		Entry: d.steps[at].Step.Kind, Author: recovery.EntryAuthor{Actor: in.Command.Actor, At: d.now()}, Command: *in.Command, Now: d.now(),
	}, func([]recovery.Deadline, recovery.Step, time.Time) []recovery.Deadline { return nil })
	if err != nil {
		return activities.CorrectionResult{}, temporal.NewNonRetryableApplicationError(err.Error(), string(recovery.CodeOf(err)), nil)
	}
	in.Step = recovery.Step{Kind: corrected.Kind, Next: corrected.History.Position}
	d.opening.Deadlines = d.computeDeadlines(in.Step, d.now())
	d.opening.Position = in.Step.Next
	d.steps = append(d.steps, in)
	d.version++
	return activities.CorrectionResult{Position: d.opening.Position, Deadlines: d.opening.Deadlines, Version: d.version}, nil
}

func (d *fakeActivities) recordedSteps() []recovery.RecordedStep {
	var steps []recovery.RecordedStep
	for i, step := range d.steps {
		steps = append(steps, recovery.RecordedStep{
			Seq: int64(i + 2), Command: step.Command, Clock: step.Because, Ref: step.Ref,
			Near: step.Step.Kind == recovery.EntryDeadlineNear, Evidence: step.EvidenceID != "",
		})
	}
	return steps
}

func correctEntry(after time.Duration, seq int64) event {
	return event{after: after, move: newMove(recovery.Correct, recovery.RoleClaimant, func(m *recovery.Command) {
		m.Correction = &recovery.Correction{Seq: seq}
	})}
}

const corrected = "entry_corrected>private_contact"

func TestCorrections(t *testing.T) {
	t.Parallel()
	refusal := event{after: day, move: newMove(recovery.RecordResponse, recovery.RoleClaimant, func(m *recovery.Command) {
		m.CounterpartID, m.Response = "a", recovery.Refused
	})}
	for _, p := range []path{
		{
			name: "a case that was moved on by mistake waits for answers again", start: startPosition(true, false, "a"),
			events:  []event{refusal, correctEntry(2*day, 2)},
			want:    []string{"response_recorded>appeal", corrected, "deadline_passed>appeal", "deadline_passed>legal", "deadline_passed>closed"},
			outcome: recovery.Unrecovered, days: 2 + 3 + 10 + 30,
		},
		{
			name: "an instalment that was recorded by mistake is missed when that is noticed", start: startPosition(true, false, "a"),
			events: []event{
				proposePlan(day), acceptPlan(2 * day), payInstalment(9*day, 1, 50_000), correctEntry(12*day, 4),
				payInstalment(13*day, 1, 50_000), payInstalment(19*day, 2, 50_000),
			},
			want:    []string{proposed, accepted, part, corrected, missed, part, "instalment_recorded>closed"},
			outcome: recovery.RecoveredFull, days: 19,
		},
	} {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			p.checkPath(t)
		})
	}
}

// TestARefusedCorrection fails its Update and nothing else.
func TestARefusedCorrection(t *testing.T) {
	t.Parallel()
	j := newTestRun(t, startPosition(true, false, "a"))
	refused := correctEntry(2*day, 2)
	j.playEvents([]event{actAs(day, recovery.PauseCase, recovery.RoleClaimant), refused, actAs(3*day, recovery.Withdraw, recovery.RoleClaimant)})
	j.runWorkflow()
	if steps := j.fake.stepNames(); len(steps) != 2 || steps[1] != "withdrawn>closed" {
		t.Errorf("%v", steps)
	}
	refusals := 0
	for _, result := range j.results {
		if result.err != nil {
			refusals++
		}
	}
	if refusals != 1 {
		t.Errorf("%d refusals", refusals)
	}
}
