package casework

import (
	"context"
	"errors"
	"slices"

	"recourse/recovery"
)

// Act takes an action in a case and returns the case after it. The action is
// staged in PostgreSQL first, because it may contain personal data; the engine
// gets only the Command. A refused action leaves nothing behind.
func (s *Service) Act(ctx context.Context, req Request, id recovery.CaseID, act recovery.ActionBody) (Reply[View], error) {
	c, err := s.checkMayAct(ctx, req, id, act)
	if err != nil {
		return Reply[View]{}, err
	}
	if !act.Action.MovesCase() {
		return s.takeDeskAction(ctx, req, c, act)
	}
	return takeAction(ctx, s, req, c, act, func(ctx context.Context, c recovery.Case) (View, error) {
		return s.caseView(ctx, c, req.Actor)
	})
}

// takeAction sends a checked action to the engine. show makes the actor's view
// of the case after it.
func takeAction[T any](
	ctx context.Context, s *Service, req Request, c recovery.Case, act recovery.ActionBody,
	show func(context.Context, recovery.Case) (T, error),
) (Reply[T], error) {
	staged, err := s.Store.StageAction(ctx, s.actionRequest(req, c, act))
	if err != nil {
		return Reply[T]{}, err
	}
	if staged.State == recovery.RequestApplied {
		return actionResult(ctx, s, staged, show)
	}
	if err := s.checkBeforeSending(ctx, req, c, act, staged); err != nil {
		return Reply[T]{}, s.deleteAction(ctx, staged.ID, err)
	}
	if err := s.sendAction(ctx, staged, act); err != nil {
		return Reply[T]{}, s.addAllowedActions(ctx, req, c.ID, err)
	}
	return actionResult(ctx, s, staged, show)
}

func (s *Service) checkMayAct(ctx context.Context, req Request, id recovery.CaseID, act recovery.ActionBody) (recovery.Case, error) {
	if !act.Action.IsKnown() {
		return recovery.Case{}, recovery.Faultf(recovery.CodeNotFound, "There is no such action.")
	}
	c, err := s.visibleCase(ctx, req.Actor, id)
	if err != nil {
		return recovery.Case{}, err
	}
	return c, s.checkAct(req.Actor, c, act)
}

// checkAct refuses an action that the role never takes, and a body that is
// invalid by itself or for this case.
func (s *Service) checkAct(actor recovery.Actor, c recovery.Case, act recovery.ActionBody) error {
	if !recovery.MayEver(actor.Role, act.Action) {
		return recovery.Faultf(recovery.CodeForbidden, "The role %s never takes the action %s.", actor.Role, act.Action)
	}
	if err := act.Validate(s.Now()); err != nil {
		return err
	}
	if act.Email != "" && actor.Role != recovery.RoleCounterpart {
		return recovery.Invalid([]recovery.FieldFault{{
			Field: "email", Code: "unknown_field", Detail: "Only a counterpart with a link can leave an address.",
		}})
	}
	if err := checkNotErased(c, actor); err != nil {
		return err
	}
	return joinFaults(checkCounterpart(c, act), checkAfterSending(c, act))
}

// checkAfterSending refuses events before the money was sent. It checks no
// other order of events: an answer may come without a message before it.
func checkAfterSending(c recovery.Case, act recovery.ActionBody) error {
	at := act.ClaimedAt()
	if at == nil || !at.Before(c.SentAt) {
		return nil
	}
	field := "at"
	if act.SentAt != nil {
		field = "sent_at"
	}
	return recovery.Invalid([]recovery.FieldFault{{
		Field: field, Code: "before_sending", Detail: "The time is before the money was sent. Check the date.",
	}})
}

func checkCounterpart(c recovery.Case, act recovery.ActionBody) error {
	known := slices.ContainsFunc(c.Counterparts, func(p recovery.Counterpart) bool { return p.ID == act.CounterpartID })
	if act.CounterpartID == "" || known {
		return nil
	}
	return recovery.UnknownCounterpart()
}

func (s *Service) actionRequest(req Request, c recovery.Case, act recovery.ActionBody) recovery.ActionRequest {
	key := req.Key
	if key == "" {
		key = s.newID()
	}
	return recovery.ActionRequest{
		ID: recovery.RequestID(s.newID()), CaseID: c.ID, Actor: req.Actor, Act: act, Key: key,
		Fingerprint: req.Fingerprint, Device: truncateText(req.Device, 120),
	}
}

// checkBeforeSending refuses early what the engine would refuse, to save a
// round trip. The engine decides again.
func (s *Service) checkBeforeSending(ctx context.Context, req Request, c recovery.Case, act recovery.ActionBody, staged recovery.ActionRequest) error {
	if err := req.checkVersion(c); err != nil {
		return err
	}
	if _, err := c.Position.Take(act.Command(req.Actor, staged.ID)); err != nil {
		return withAllowedActions(err, c, req.Actor)
	}
	if act.Action != recovery.Reopen {
		return nil
	}
	open, err := s.Store.TransactionOpen(ctx, c)
	if err == nil && open {
		err = recovery.Faultf(recovery.CodeTransactionOpen, "Another case of this transaction is open. Continue there.")
	}
	return err
}

func (s *Service) deleteAction(ctx context.Context, id recovery.RequestID, cause error) error {
	if err := s.Store.DeleteAction(ctx, id); err != nil {
		return err
	}
	return cause
}

// sendAction sends the action to the engine. Without an answer in time the
// request is abandoned, so that the action cannot happen later. If it was
// written in the meantime, it counts as done.
func (s *Service) sendAction(ctx context.Context, staged recovery.ActionRequest, act recovery.ActionBody) error {
	limited, cancel := context.WithTimeout(ctx, s.config.ActTimeout)
	defer cancel()
	abandoned, err := s.Engine.SendAction(limited, staged.CaseID, act.Command(staged.Actor, staged.ID), staged.Attempt)
	switch {
	case err == nil && !abandoned:
		return nil
	case err == nil || recovery.CodeOf(err) == recovery.CodeUnavailable:
		return s.abandonAction(context.WithoutCancel(ctx), staged.ID)
	case recovery.CodeOf(err) == recovery.CodeInternal:
		return err
	default:
		return s.deleteAction(context.WithoutCancel(ctx), staged.ID, err)
	}
}

func (s *Service) abandonAction(ctx context.Context, id recovery.RequestID) error {
	abandoned, err := s.Store.AbandonAction(ctx, id)
	if err != nil || !abandoned {
		return err
	}
	return recovery.Faultf(recovery.CodeUnavailable,
		"The case engine did not answer in time. Nothing was done. Send the same request again in a moment.")
}

// actionResult returns the result of an action that is written: the stored one,
// or else what the actor sees now, which is stored for repetitions.
func actionResult[T any](
	ctx context.Context, s *Service, staged recovery.ActionRequest, show func(context.Context, recovery.Case) (T, error),
) (Reply[T], error) {
	if staged.Answer != nil {
		return decodeReply[T](staged.Answer)
	}
	c, err := s.Store.ReadCase(ctx, staged.CaseID)
	if err != nil {
		return Reply[T]{}, err
	}
	view, err := show(ctx, c)
	if err != nil {
		return Reply[T]{}, err
	}
	answer, err := encodeResult(view)
	if err != nil {
		return Reply[T]{}, err
	}
	return Reply[T]{Value: view}, s.Store.FinishAction(ctx, staged.ID, answer)
}

// addAllowedActions adds the currently allowed actions to a refusal by the
// engine.
func (s *Service) addAllowedActions(ctx context.Context, req Request, id recovery.CaseID, cause error) error {
	if recovery.CodeOf(cause) != recovery.CodeActionNotAllowed {
		return cause
	}
	c, err := s.Store.ReadCase(ctx, id)
	if err != nil {
		return cause
	}
	return withAllowedActions(cause, c, req.Actor)
}

func withAllowedActions(cause error, c recovery.Case, actor recovery.Actor) error {
	fault, refused := errors.AsType[*recovery.Fault](cause)
	if !refused || fault.Code != recovery.CodeActionNotAllowed {
		return cause
	}
	return &recovery.Fault{Code: fault.Code, Detail: fault.Detail, Allowed: allowedActions(c, actor), Cause: cause}
}
