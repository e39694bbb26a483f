package activities

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"recourse/postgres"
	"recourse/recovery"
)

// CorrectionResult is the state of a case after a correction.
type CorrectionResult struct {
	Position  recovery.Position   `json:"position"`
	Deadlines []recovery.Deadline `json:"deadlines"`
	Version   int64               `json:"version"`
	Abandoned bool                `json:"abandoned,omitempty"` // as in StepResult
}

// CorrectEntry takes an earlier entry back or replaces it. It computes the case as if
// the right thing had been recorded, and writes the result in one transaction, once
// per key. A correction that is refused writes nothing.
func (a *Cases) CorrectEntry(ctx context.Context, in StepInput) (CorrectionResult, error) {
	c, request, err := a.loadCaseAndRequest(ctx, in)
	if errors.Is(err, errNoRequest) {
		return CorrectionResult{Abandoned: true}, nil
	}
	if err != nil {
		return CorrectionResult{}, nonRetryable(err)
	}
	if replacement := in.Command.Correction.Replacement; replacement != nil && request.Act.Replacement != nil {
		request.Act.Replacement.Action = replacement.Action // it is not stored with the request
	}
	if request.State == recovery.RequestApplied { // an earlier attempt has written it
		return CorrectionResult{Position: c.Position, Deadlines: c.Deadlines, Version: c.Version}, nil
	}
	now := a.Now().UTC()
	corrected, err := a.computeCorrection(ctx, c, *in.Command, now)
	if err != nil {
		return CorrectionResult{}, nonRetryable(err)
	}
	in.Step = recovery.Step{Kind: corrected.Kind, Next: corrected.History.Position}
	in.Command = &corrected.Command
	b := entryBuilder{input: in, before: c, request: request, now: now, version: a.Version, corrected: &corrected}
	return a.writeCorrection(ctx, b)
}

func (a *Cases) writeCorrection(ctx context.Context, b entryBuilder) (CorrectionResult, error) {
	history := b.corrected.History
	write := postgres.StepWrite{
		CaseID: b.input.CaseID, Request: b.request.ID, Attempt: b.input.Attempt, Drafts: b.buildDrafts(),
		Next: history.Position, Deadlines: history.Deadlines, SignCheckpoint: true, Step: b.input.recordedStep(),
		Precondition: a.mayStillTake(b.request), ExpectedVersion: b.input.expectedVersion(),
		Notifications: a.NotifyRules.NotificationsFor(b.newChange(history.Deadlines)),
	}
	if b.corrected.Kind == recovery.EntryCorrected {
		write.Corrected = &history
	}
	if after := withoutRemoved(b.before, history.Position); len(after.Counterparts) < len(b.before.Counterparts) {
		write.Amended, write.Revoked = &after, b.revokedEntry
		_, write.Marks = a.MarkKey.Marks(after)
	}
	written, err := a.Record.WriteStep(ctx, write)
	if errors.Is(err, postgres.ErrAbandoned) {
		return CorrectionResult{Abandoned: true}, nil
	}
	if err != nil {
		return CorrectionResult{}, nonRetryable(err)
	}
	return CorrectionResult{Position: history.Position, Deadlines: history.Deadlines, Version: written.Version}, nil
}

// withoutRemoved returns the case without the counterparts whose addition was taken back.
func withoutRemoved(c recovery.Case, p recovery.Position) recovery.Case {
	c.Counterparts = slices.DeleteFunc(slices.Clone(c.Counterparts), func(counterpart recovery.Counterpart) bool {
		return !slices.ContainsFunc(p.Counterparts, func(s recovery.CounterpartState) bool { return s.ID == counterpart.ID })
	})
	return c
}

func (a *Cases) computeCorrection(
	ctx context.Context, c recovery.Case, command recovery.Command, now time.Time,
) (recovery.CorrectedCase, error) {
	recorded, err := a.Record.ReadSteps(ctx, c.ID)
	if err != nil {
		return recovery.CorrectedCase{}, err
	}
	entry, author, err := a.Record.FindEntryAuthor(ctx, c.ID, command.Correction.Seq)
	if err != nil {
		return recovery.CorrectedCase{}, err
	}
	var failed error
	deadlines := func(before []recovery.Deadline, step recovery.Step, at time.Time) []recovery.Deadline {
		past := c
		past.Deadlines = before
		list, err := a.Rules.Deadlines(past, step, at)
		if err != nil {
			failed = fmt.Errorf("deadlines of a correction: %w", err)
		}
		return list
	}
	corrected, err := recovery.ComputeCorrection(recovery.CorrectionInput{
		Start: recorded.Start, FiledAt: c.CreatedAt, Current: c.Position, Deadlines: c.Deadlines, Steps: recorded.Steps,
		Entry: entry, TakenBack: c.IsTakenBack(command.Correction.Seq), Last: c.LastCorrection(command.Correction.Seq), Author: author, Command: command, Now: now,
	}, deadlines)
	if failed != nil {
		return corrected, failed
	}
	return corrected, a.nameObstacle(ctx, c.ID, err)
}

// nameObstacle adds to a refusal the kind of the entry that prevents the correction.
func (a *Cases) nameObstacle(ctx context.Context, id recovery.CaseID, refused error) error {
	fault, found := errors.AsType[*recovery.Fault](refused)
	if !found || fault.Correction == nil || fault.Correction.Entry == 0 || fault.Correction.Kind != "" {
		return refused
	}
	kind, _, err := a.Record.FindEntryAuthor(ctx, id, fault.Correction.Entry)
	if err != nil {
		return err
	}
	fault.Correction.Kind = kind
	return fault
}

// recordedStep returns the step as it is kept to compute later corrections.
func (in StepInput) recordedStep() recovery.RecordedStep {
	return recovery.RecordedStep{
		Command: in.Command, Clock: in.Because, Ref: in.Ref, Near: in.Step.Kind == recovery.EntryDeadlineNear, Evidence: in.EvidenceID != "",
	}
}
