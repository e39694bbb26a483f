package activities

import (
	"context"
	"errors"
	"fmt"
	"time"

	"recourse/notify"
	"recourse/postgres"
	"recourse/recovery"
)

// Record is what the activities of a case need of the database.
type Record interface {
	Case(ctx context.Context, id recovery.CaseID) (recovery.Case, error)
	ActionRequest(ctx context.Context, id recovery.RequestID) (recovery.ActionRequest, error)
	WriteStep(ctx context.Context, step postgres.StepWrite) (postgres.StepResult, error)
	// Contacts are the messages recorded in a case so far, oldest first.
	Contacts(ctx context.Context, id recovery.CaseID) ([]recovery.Contact, error)
}

// Rules are what they need of the playbook, by the version pinned to the case.
type Rules interface {
	// Deadlines are those of the case after a step that is taken now.
	Deadlines(c recovery.Case, step recovery.Step, now time.Time) ([]recovery.Deadline, error)
	ContactLimits(c recovery.Case, at time.Time) (recovery.ContactLimits, error)
}

// Cases are the activities of the queue "cases": each is one short transaction.
type Cases struct {
	Record  Record
	Rules   Rules
	Now     func() time.Time
	Version string         // of this build, for the journal's collector
	Herald  *notify.Herald // nil: nobody is told
}

// OpenCase reads where a filed case stands.
func (a *Cases) OpenCase(ctx context.Context, in OpenInput) (Opening, error) {
	c, err := a.Record.Case(ctx, in.CaseID)
	if err != nil {
		return Opening{}, nonRetryable(err)
	}
	return Opening{Position: c.Position, Deadlines: c.Deadlines, Pace: c.Pace}, nil
}

// TakeStep writes a step: its journal entries, the position and the deadlines
// after it, in one transaction and once per key. A step whose asker gave up is
// not written; the result says so.
func (a *Cases) TakeStep(ctx context.Context, in StepInput) (StepResult, error) {
	c, err := a.Record.Case(ctx, in.CaseID)
	if err != nil {
		return StepResult{}, nonRetryable(err)
	}
	request, err := a.request(ctx, in)
	if recovery.CodeOf(err) == recovery.CodeNotFound {
		return StepResult{Abandoned: true}, nil // refused and dropped by the asker meanwhile
	}
	if err != nil {
		return StepResult{}, nonRetryable(err)
	}
	now := a.Now().UTC()
	deadlines, err := a.Rules.Deadlines(c, in.Step, now)
	if err != nil {
		return StepResult{}, nonRetryable(fmt.Errorf("deadlines after %s: %w", in.Step.Kind, err))
	}
	breaches, err := a.breaches(ctx, c, request.Act)
	if err != nil {
		return StepResult{}, nonRetryable(err)
	}
	s := scribe{input: in, before: c, request: request, breaches: breaches, now: now, version: a.Version}
	written, err := a.Record.WriteStep(ctx, postgres.StepWrite{
		CaseID: in.CaseID, Request: request.ID, Attempt: in.Attempt, Drafts: s.drafts(),
		Next: in.Step.Next, Deadlines: deadlines, Counterpart: s.counterpart(), Checkpoint: s.stageChanged(),
		Desk: s.desk(), Tell: a.Herald.Of(s.change(deadlines)), Address: s.address(),
	})
	if errors.Is(err, postgres.ErrAbandoned) {
		return StepResult{Abandoned: true}, nil
	}
	if err != nil {
		return StepResult{}, nonRetryable(err)
	}
	return StepResult{Deadlines: written.Deadlines, Version: written.Version}, nil
}

// breaches are the limits a message that was sent already went beyond. It is
// written down all the same, because it is a fact.
func (a *Cases) breaches(ctx context.Context, c recovery.Case, act recovery.Act) ([]recovery.Code, error) {
	if act.Action != recovery.RecordContact || act.SentAt == nil {
		return nil, nil
	}
	limits, err := a.Rules.ContactLimits(c, *act.SentAt)
	if err != nil {
		return nil, err
	}
	before, err := a.Record.Contacts(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	return limits.Breaches(before, c.Position.Holders, act.Contact()), nil
}

// request loads what the actor wrote; a step nobody asked for has none.
func (a *Cases) request(ctx context.Context, in StepInput) (recovery.ActionRequest, error) {
	if in.Move == nil {
		return recovery.ActionRequest{}, nil
	}
	request, err := a.Record.ActionRequest(ctx, in.Move.RequestID)
	if err != nil {
		return recovery.ActionRequest{}, err
	}
	if request.CaseID != in.CaseID {
		return recovery.ActionRequest{}, recovery.Faultf(recovery.CodeConflict,
			"The request %s belongs to another case.", request.ID)
	}
	return request, nil
}
