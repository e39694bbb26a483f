package activities

import (
	"context"
	"errors"
	"fmt"
	"time"

	"recourse/postgres"
	"recourse/recovery"
)

// Record is what the activities of a case need of the database.
type Record interface {
	Case(ctx context.Context, id recovery.CaseID) (recovery.Case, error)
	ActionRequest(ctx context.Context, id recovery.RequestID) (postgres.ActionRequest, error)
	WriteStep(ctx context.Context, step postgres.StepWrite) (postgres.StepResult, error)
}

// Rules are what they need of the playbook: the instant at which the clock of a
// position runs out when it starts at from, by the version pinned to the case.
// It reports false for a position without a clock.
type Rules interface {
	Deadline(p recovery.Position, c recovery.Case, from time.Time) (deadline recovery.Deadline, runs bool, err error)
}

// Cases are the activities of the queue "cases": each is one short transaction.
type Cases struct {
	Record  Record
	Rules   Rules
	Now     func() time.Time
	Version string // of this build, for the journal's collector
}

// OpenCase reads where a filed case stands.
func (a *Cases) OpenCase(ctx context.Context, in OpenInput) (Opening, error) {
	c, err := a.Record.Case(ctx, in.CaseID)
	if err != nil {
		return Opening{}, judged(err)
	}
	return Opening{Position: c.Position, Deadlines: c.Deadlines, Pace: c.Pace}, nil
}

// TakeStep writes a step: its journal entries, the position and the deadlines
// after it, in one transaction and once per key. A step whose asker gave up is
// not written; the result says so.
func (a *Cases) TakeStep(ctx context.Context, in StepInput) (StepResult, error) {
	c, err := a.Record.Case(ctx, in.CaseID)
	if err != nil {
		return StepResult{}, judged(err)
	}
	request, err := a.request(ctx, in)
	if recovery.CodeOf(err) == recovery.CodeNotFound {
		return StepResult{Abandoned: true}, nil // refused and dropped by the asker meanwhile
	}
	if err != nil {
		return StepResult{}, judged(err)
	}
	now := a.Now().UTC()
	deadlines, err := a.deadlines(c, in.Step, now)
	if err != nil {
		return StepResult{}, judged(err)
	}
	s := scribe{input: in, before: c, request: request, now: now, version: a.Version}
	written, err := a.Record.WriteStep(ctx, postgres.StepWrite{
		CaseID: in.CaseID, Request: request.ID, Attempt: in.Attempt, Drafts: s.drafts(),
		Next: in.Step.Next, Deadlines: deadlines, Counterpart: s.counterpart(), Checkpoint: s.stageChanged(),
	})
	if errors.Is(err, postgres.ErrAbandoned) {
		return StepResult{Abandoned: true}, nil
	}
	if err != nil {
		return StepResult{}, judged(err)
	}
	return StepResult{Deadlines: written.Deadlines, Version: written.Version}, nil
}

// request loads what the actor wrote; a step nobody asked for has none.
func (a *Cases) request(ctx context.Context, in StepInput) (postgres.ActionRequest, error) {
	if in.Move == nil {
		return postgres.ActionRequest{}, nil
	}
	request, err := a.Record.ActionRequest(ctx, in.Move.RequestID)
	if err != nil {
		return postgres.ActionRequest{}, err
	}
	if request.CaseID != in.CaseID {
		return postgres.ActionRequest{}, recovery.Faultf(recovery.CodeConflict,
			"The request %s belongs to another case.", request.ID)
	}
	return request, nil
}

// deadlines keeps the running deadline while its clock goes on, and sets a new
// one when another clock starts, the step asks for it, or the stage changed.
func (a *Cases) deadlines(before recovery.Case, step recovery.Step, now time.Time) ([]recovery.Deadline, error) {
	old, next := before.Position, step.Next
	if next.Stage == old.Stage && next.Clock() == old.Clock() && !step.Restart {
		return before.Deadlines, nil
	}
	deadline, runs, err := a.Rules.Deadline(next, before, now)
	if err != nil {
		return nil, fmt.Errorf("deadline of %s: %w", next.Clock(), err)
	}
	if !runs {
		return []recovery.Deadline{}, nil
	}
	return []recovery.Deadline{deadline}, nil
}
