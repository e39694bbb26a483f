package casework

import (
	"context"
	"fmt"
	"slices"

	"recourse/postgres"
	"recourse/recovery"
	"recourse/workflows"
)

// Act takes an action in a case and returns the case after it. What the act
// says is staged in PostgreSQL first, because it may hold personal data; the
// engine gets only the Move. A refused act leaves nothing behind.
func (s *Service) Act(ctx context.Context, req Request, id recovery.CaseID, act recovery.Act) (Reply[View], error) {
	c, err := s.mayAct(ctx, req, id, act)
	if err != nil {
		return Reply[View]{}, err
	}
	if slices.Contains(recovery.DeskActions, act.Action) {
		return s.deskAct(ctx, req, c, act)
	}
	staged, err := s.Store.StageAction(ctx, s.staging(req, c, act))
	if err != nil {
		return Reply[View]{}, err
	}
	if staged.State == "applied" {
		return s.actDone(ctx, req, staged)
	}
	if err := s.precheck(req, c, act, staged); err != nil {
		return Reply[View]{}, s.dropped(ctx, staged.ID, err)
	}
	if err := s.send(ctx, staged, act); err != nil {
		return Reply[View]{}, s.withAllowed(ctx, req, id, err)
	}
	return s.actDone(ctx, req, staged)
}

func (s *Service) mayAct(ctx context.Context, req Request, id recovery.CaseID, act recovery.Act) (recovery.Case, error) {
	if !recovery.KnownAction(act.Action) {
		return recovery.Case{}, recovery.Faultf(recovery.CodeNotFound, "There is no such action.")
	}
	c, err := s.visible(ctx, req.Actor, id)
	if err != nil {
		return recovery.Case{}, err
	}
	if !recovery.MayEver(req.Actor.Role, act.Action) {
		return recovery.Case{}, recovery.Faultf(recovery.CodeForbidden,
			"The role %s never takes the action %s.", req.Actor.Role, act.Action)
	}
	if err := act.Validate(s.Now()); err != nil {
		return recovery.Case{}, err
	}
	return c, knowsCounterpart(c, act)
}

func knowsCounterpart(c recovery.Case, act recovery.Act) error {
	known := slices.ContainsFunc(c.Counterparts, func(p recovery.Counterpart) bool { return p.ID == act.CounterpartID })
	if act.CounterpartID == "" || known {
		return nil
	}
	return recovery.UnknownCounterpart()
}

func (s *Service) staging(req Request, c recovery.Case, act recovery.Act) postgres.ActionRequest {
	key := req.Key
	if key == "" {
		key = s.newID()
	}
	return postgres.ActionRequest{
		ID: recovery.RequestID(s.newID()), CaseID: c.ID, Actor: req.Actor, Act: act, Key: key,
		Fingerprint: req.Fingerprint, Device: clip(req.Device, 120),
	}
}

// precheck refuses early what the engine would refuse, so that a plain mistake
// costs no round trip. The engine decides again.
func (s *Service) precheck(req Request, c recovery.Case, act recovery.Act, staged postgres.ActionRequest) error {
	if err := req.stale(c); err != nil {
		return err
	}
	if _, err := c.Position.Take(act.Move(req.Actor, staged.ID)); err != nil {
		return s.listAllowed(err, c, req.Actor.Role)
	}
	return nil
}

func (s *Service) dropped(ctx context.Context, id recovery.RequestID, cause error) error {
	if err := s.Store.DropAction(ctx, id); err != nil {
		return err
	}
	return cause
}

// send hands the act to the engine. When nobody answers in time, the staged act
// is abandoned, so that it cannot happen later behind the caller's back; if it
// had happened meanwhile, it is done.
func (s *Service) send(ctx context.Context, staged postgres.ActionRequest, act recovery.Act) error {
	limited, cancel := context.WithTimeout(ctx, s.config.ActTimeout)
	defer cancel()
	in := workflows.ActInput{Move: act.Move(staged.Actor, staged.ID), Attempt: staged.Attempt}
	result, err := s.Engine.Act(limited, staged.CaseID, in, fmt.Sprintf("%s/%d", staged.ID, staged.Attempt))
	switch {
	case err == nil && !result.Abandoned:
		return nil
	case err == nil || recovery.CodeOf(err) == recovery.CodeUnavailable:
		return s.abandon(context.WithoutCancel(ctx), staged.ID)
	case recovery.CodeOf(err) == recovery.CodeInternal:
		return err
	default:
		return s.dropped(context.WithoutCancel(ctx), staged.ID, err)
	}
}

func (s *Service) abandon(ctx context.Context, id recovery.RequestID) error {
	abandoned, err := s.Store.AbandonAction(ctx, id)
	if err != nil || !abandoned {
		return err
	}
	return recovery.Faultf(recovery.CodeUnavailable,
		"The case engine did not answer in time and nothing was done. Send the same request again in a moment.")
}

func (s *Service) actDone(ctx context.Context, req Request, staged postgres.ActionRequest) (Reply[View], error) {
	if staged.Answer != nil {
		return Reply[View]{Stored: staged.Answer}, nil
	}
	c, err := s.Store.Case(ctx, staged.CaseID)
	if err != nil {
		return Reply[View]{}, err
	}
	view, err := s.view(ctx, c, req.Actor.Role)
	if err != nil || req.Render == nil {
		return Reply[View]{Value: view}, err
	}
	answer, err := req.Render(view)
	if err != nil {
		return Reply[View]{}, err
	}
	return Reply[View]{Value: view}, s.Store.FinishAction(ctx, staged.ID, answer)
}

// withAllowed tells, after a refusal by the engine, what can be done instead by
// the newest record.
func (s *Service) withAllowed(ctx context.Context, req Request, id recovery.CaseID, cause error) error {
	if recovery.CodeOf(cause) != recovery.CodeActionNotAllowed {
		return cause
	}
	c, err := s.Store.Case(ctx, id)
	if err != nil {
		return cause
	}
	return s.listAllowed(cause, c, req.Actor.Role)
}

func (s *Service) listAllowed(cause error, c recovery.Case, role recovery.Role) error {
	if recovery.CodeOf(cause) != recovery.CodeActionNotAllowed {
		return cause
	}
	refusal := recovery.Faultf(recovery.CodeActionNotAllowed, "This cannot be done while the case stands in %s.", c.Position.Stage)
	refusal.Allowed, refusal.Cause = s.allowed(c, role), cause
	return refusal
}
