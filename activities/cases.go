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

// Record is the part of the database that the activities of a case need.
type Record interface {
	ReadCase(ctx context.Context, id recovery.CaseID) (recovery.Case, error)
	ActionRequest(ctx context.Context, id recovery.RequestID) (recovery.ActionRequest, error)
	WriteStep(ctx context.Context, step postgres.StepWrite) (postgres.StepResult, error)
	// Contacts are the messages recorded in a case so far, oldest first.
	ListContacts(ctx context.Context, id recovery.CaseID) ([]recovery.Contact, error)
	// ReadSteps and FindEntryAuthor are for corrections.
	ReadSteps(ctx context.Context, id recovery.CaseID) (postgres.RecordedSteps, error)
	FindEntryAuthor(ctx context.Context, id recovery.CaseID, seq int64) (recovery.EntryKind, recovery.EntryAuthor, error)
}

// Rules are the rules of the playbook version pinned to a case.
type Rules interface {
	// Deadlines are the deadlines of the case after a step taken now.
	Deadlines(c recovery.Case, step recovery.Step, now time.Time) ([]recovery.Deadline, error)
	ContactLimits(c recovery.Case, at time.Time) (recovery.ContactLimits, error)
}

// Cases are the activities of the queue "cases": each is one short transaction.
type Cases struct {
	Record      Record
	Rules       Rules
	Now         func() time.Time
	Version     string        // of this build, for the journal's collector
	NotifyRules *notify.Rules // nil: no notifications
	MarkKey     recovery.MarkKey
	// ActionsPerRun is after how many actions the run of a case continues as new; 0
	// means the usual number.
	ActionsPerRun int
}

// OpenCase reads the position and deadlines of a filed case.
func (a *Cases) OpenCase(ctx context.Context, in OpenInput) (Opening, error) {
	c, err := a.Record.ReadCase(ctx, in.CaseID)
	if err != nil {
		return Opening{}, nonRetryable(err)
	}
	return Opening{Position: c.Position, Deadlines: c.Deadlines, Pace: c.Pace, ActionsPerRun: a.ActionsPerRun}, nil
}

// TakeStep writes a step: its journal entries and the new position and deadlines,
// in one transaction and once per key. If the requester gave up, or a deadline of an
// erased case passed, nothing is written and the result is Abandoned.
func (a *Cases) TakeStep(ctx context.Context, in StepInput) (StepResult, error) {
	c, request, err := a.loadCaseAndRequest(ctx, in)
	if errors.Is(err, errNoRequest) || err == nil && in.Command == nil && c.ErasedAt != nil {
		return StepResult{Abandoned: true}, nil
	}
	if err != nil {
		return StepResult{}, nonRetryable(err)
	}
	now := a.Now().UTC()
	after := c.Amended(request.Act)
	deadlines, err := a.Rules.Deadlines(after, in.Step, now)
	if err != nil {
		return StepResult{}, nonRetryable(fmt.Errorf("deadlines after %s: %w", in.Step.Kind, err))
	}
	breaches, err := a.findBreaches(ctx, c, request.Act)
	if err != nil {
		return StepResult{}, nonRetryable(err)
	}
	b := entryBuilder{input: in, before: c, request: request, breaches: breaches, now: now, version: a.Version}
	write := postgres.StepWrite{
		CaseID: in.CaseID, Request: request.ID, Attempt: in.Attempt, Drafts: b.buildDrafts(),
		Next: in.Step.Next, Step: in.recordedStep(), Deadlines: deadlines, Counterpart: b.changedCounterpart(), SignCheckpoint: b.hasStageChanged(),
		ExpectedVersion: in.expectedVersion(), AssignTo: b.assignedRole(), Notifications: a.NotifyRules.NotificationsFor(b.newChange(deadlines)), Address: b.counterpartAddress(),
	}
	if request.Act.Action.AmendsRecord() {
		write.Amended = &after
		_, write.Marks = a.MarkKey.Marks(after)
	}
	if in.Command != nil {
		write.Precondition = a.mayStillTake(request)
	}
	written, err := a.Record.WriteStep(ctx, write)
	if errors.Is(err, postgres.ErrAbandoned) {
		return StepResult{Abandoned: true}, nil
	}
	if err != nil {
		return StepResult{}, nonRetryable(err)
	}
	return StepResult{Deadlines: written.Deadlines, Version: written.Version}, nil
}

// mayStillTake returns the precondition of an action: its sender may still write, and
// what it states still fits the case. An earlier action may have changed the case since
// the sender was asked, and a restriction or a revoked link does not pass the workflow.
func (a *Cases) mayStillTake(request recovery.ActionRequest) postgres.Precondition {
	now := a.Now().UTC()
	sender := postgres.Sender{Actor: request.Actor, LinkID: request.LinkID}
	return sender.MayWrite(now).And(func(_ context.Context, locked postgres.LockedCase) error {
		if err := locked.CheckConflicts(request.Act); err != nil {
			return err
		}
		return locked.CheckAmendment(request.Act, now)
	})
}

// findBreaches returns the contact limits that an already sent message exceeded.
// The message is recorded anyway, because it is a fact.
func (a *Cases) findBreaches(ctx context.Context, c recovery.Case, act recovery.ActionBody) ([]recovery.Code, error) {
	if act.Action != recovery.RecordContact || act.SentAt == nil {
		return nil, nil
	}
	limits, err := a.Rules.ContactLimits(c, *act.SentAt)
	if err != nil {
		return nil, err
	}
	before, err := a.Record.ListContacts(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	return limits.Violations(before, c.Position.Counterparts, act.PlannedContact()), nil
}

// errNoRequest means that the requester gave up and deleted the request.
var errNoRequest = errors.New("activities: the request was deleted")

// loadCaseAndRequest loads what a step is computed from. Errors: errNoRequest.
func (a *Cases) loadCaseAndRequest(ctx context.Context, in StepInput) (recovery.Case, recovery.ActionRequest, error) {
	c, err := a.Record.ReadCase(ctx, in.CaseID)
	if err != nil {
		return recovery.Case{}, recovery.ActionRequest{}, err
	}
	request, err := a.loadRequest(ctx, in)
	if recovery.CodeOf(err) == recovery.CodeNotFound {
		err = errNoRequest
	}
	return c, request, err
}

// loadRequest loads what the actor sent. Steps without an actor have no request.
func (a *Cases) loadRequest(ctx context.Context, in StepInput) (recovery.ActionRequest, error) {
	if in.Command == nil {
		return recovery.ActionRequest{}, nil
	}
	request, err := a.Record.ActionRequest(ctx, in.Command.RequestID)
	if err != nil {
		return recovery.ActionRequest{}, err
	}
	if request.CaseID != in.CaseID {
		return recovery.ActionRequest{}, recovery.Faultf(recovery.CodeConflict,
			"The request %s belongs to another case.", request.ID)
	}
	return request, nil
}
