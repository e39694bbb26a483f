package casework

import (
	"context"
	"errors"
	"slices"

	"recourse/recovery"
)

// TakeAction takes an action in a case and returns the case after it. The action is
// stored in PostgreSQL first, because it may contain personal data; the engine gets
// only the command. Nothing of a refused action remains stored.
func (s *Service) TakeAction(ctx context.Context, req Request, id recovery.CaseID, body recovery.ActionBody) (Reply[View], error) {
	c, err := s.caseToAct(ctx, req.Actor, id, body.Action)
	if err != nil {
		return Reply[View]{}, err
	}
	show := func(ctx context.Context, c recovery.Case) (View, error) { return s.caseView(ctx, c, req.Actor) }
	if reply, found, err := findAction(ctx, s, req, body.Action, show); err != nil || found {
		return reply, err
	}
	if err := s.checkActionBody(req.Actor, c, body); err != nil {
		return Reply[View]{}, err
	}
	body, err = s.completeCorrection(ctx, req.Actor, c, body)
	if err == nil {
		body, err = s.completeAmendment(ctx, req, c, body)
	}
	if err != nil {
		return Reply[View]{}, err
	}
	if !body.Action.MovesCase() {
		return s.takeDirectAction(ctx, req, c, body)
	}
	return runAction(ctx, s, req, c, body, show)
}

// findAction returns the result of an earlier request with the same key, if its action
// is one whose body is completed from the case: the same body would be completed
// differently, or refused, after the action. Errors: CodeIdempotency.
func findAction[T any](
	ctx context.Context, s *Service, req Request, action recovery.Action, show func(context.Context, recovery.Case) (T, error),
) (reply Reply[T], found bool, err error) {
	if req.Key == "" || !action.AmendsRecord() && !action.CorrectsEntry() {
		return Reply[T]{}, false, nil
	}
	request, found, err := s.Store.FindAction(ctx, req.Actor.ID, req.Key)
	if err != nil || !found || request.State != recovery.RequestApplied {
		return Reply[T]{}, false, err
	}
	if request.Fingerprint != req.Fingerprint {
		return Reply[T]{}, false, keyUsed()
	}
	reply, err = actionResult(ctx, s, request, show)
	return reply, true, err
}

// runAction sends a checked action to the engine. show makes the actor's view
// of the case after it.
func runAction[T any](
	ctx context.Context, s *Service, req Request, c recovery.Case, body recovery.ActionBody,
	show func(context.Context, recovery.Case) (T, error),
) (Reply[T], error) {
	request, err := s.Store.StoreAction(ctx, s.actionRequest(req, c, body))
	if err != nil {
		return Reply[T]{}, err
	}
	if request.State == recovery.RequestApplied {
		return actionResult(ctx, s, request, show)
	}
	if body.Action.AmendsRecord() {
		body = request.Act // of the first attempt, with the id that it gave a counterpart
	}
	command := body.Command(request.Actor, request.ID)
	command.ExpectedVersion = req.IfMatch
	if command.Correction != nil {
		command.Correction.After = c.LastCorrection(command.Correction.Seq)
	}
	if err := s.addRefund(c, body, &command); err != nil {
		return Reply[T]{}, s.deleteAction(ctx, request.ID, err)
	}
	if err := s.checkBeforeEngine(ctx, req, c, command, body); err != nil {
		return Reply[T]{}, s.deleteAction(ctx, request.ID, err)
	}
	use := req.reserveUse(string(request.ID), 0)
	if err := use.countUse(ctx); err != nil {
		return Reply[T]{}, s.deleteAction(ctx, request.ID, err)
	}
	if err := s.sendAction(ctx, request, command); err != nil {
		return Reply[T]{}, errors.Join(s.addAllowedActions(ctx, req, c.ID, err), use.releaseAfter(ctx, err))
	}
	if !c.Position.IsOpen() { // it may be open again, or have another outcome
		s.lessons.Invalidate()
		s.experience.Invalidate()
	}
	return actionResult(ctx, s, request, show)
}

// caseToAct loads the case of an action.
func (s *Service) caseToAct(ctx context.Context, actor recovery.Actor, id recovery.CaseID, action recovery.Action) (recovery.Case, error) {
	if !action.IsKnown() {
		return recovery.Case{}, recovery.Faultf(recovery.CodeNotFound, "There is no such action.")
	}
	return s.visibleCase(ctx, actor, id)
}

// checkActionBody refuses an action that the role never takes, and a body that is
// invalid by itself or for this case.
func (s *Service) checkActionBody(actor recovery.Actor, c recovery.Case, body recovery.ActionBody) error {
	if !recovery.MayEver(actor.Role, body.Action) {
		return recovery.Faultf(recovery.CodeForbidden, "The role %s never takes the action %s.", actor.Role, body.Action)
	}
	if err := body.Validate(s.Now()); err != nil {
		return err
	}
	if body.Email != "" && actor.Role != recovery.RoleCounterpart {
		return recovery.Invalid([]recovery.FieldFault{{
			Field: "email", Code: "unknown_field", Detail: "Only a counterpart with a link can leave an address.",
		}})
	}
	if err := c.CheckDataAvailable(actor); err != nil {
		return err
	}
	return joinFaults(checkCounterpart(c, body), checkAfterPayment(c, body), s.checkAmendment(c, body))
}

// checkAfterPayment refuses an event that was before the payment. It does not check
// the order of other events: an answer can come before any message.
func checkAfterPayment(c recovery.Case, body recovery.ActionBody) error {
	at := body.ClaimedAt()
	if at == nil || !at.Before(c.SentAt) {
		return nil
	}
	field := "at"
	if body.SentAt != nil {
		field = "sent_at"
	}
	return recovery.Invalid([]recovery.FieldFault{{
		Field: field, Code: "before_sending", Detail: "The time is before the money was sent. Check the date.",
	}})
}

func checkCounterpart(c recovery.Case, body recovery.ActionBody) error {
	known := slices.ContainsFunc(c.Counterparts, func(p recovery.Counterpart) bool { return p.ID == body.CounterpartID })
	if body.CounterpartID == "" || known {
		return nil
	}
	return recovery.UnknownCounterpart()
}

func (s *Service) actionRequest(req Request, c recovery.Case, body recovery.ActionBody) recovery.ActionRequest {
	key := req.Key
	if key == "" {
		key = s.newID()
	}
	return recovery.ActionRequest{
		ID: recovery.RequestID(s.newID()), CaseID: c.ID, Actor: req.Actor, LinkID: req.linkID, Act: body, Key: key,
		Fingerprint: req.Fingerprint, Device: truncateText(req.Device, 120),
	}
}

// checkBeforeEngine refuses early what the engine or the database would refuse, to
// save a round trip. Both decide again: the workflow under its mutex, the database
// under the lock of the case.
func (s *Service) checkBeforeEngine(ctx context.Context, req Request, c recovery.Case, command recovery.Command, body recovery.ActionBody) error {
	if err := req.checkVersion(c); err != nil {
		return err
	}
	step, err := c.Position.Take(command)
	if err != nil {
		return withAllowedActions(err, c, req.Actor)
	}
	if err := c.CheckConflicts(body); err != nil {
		return err
	}
	c = c.Amended(body)
	if body.NewNumber() == "" && c.Position.IsOpen() || !step.Next.IsOpen() {
		return nil // it needs no number that it does not have
	}
	open, err := s.Store.TransactionOpen(ctx, c)
	if err == nil && open {
		err = recovery.Faultf(recovery.CodeTransactionOpen, "Another case of this transaction is open. Continue there.")
	}
	return err
}

// deleteAction deletes a refused request and returns the cause of the refusal.
func (s *Service) deleteAction(ctx context.Context, id recovery.RequestID, cause error) error {
	if err := s.Store.DeleteAction(ctx, id); err != nil {
		return err
	}
	return cause
}

// sendAction sends the action to the engine. If the engine refuses for a reason of its
// own or does not answer in time, the request is abandoned, so that the action cannot
// happen later. An action that was written in the meantime counts as done.
func (s *Service) sendAction(ctx context.Context, request recovery.ActionRequest, command recovery.Command) error {
	limited, cancel := context.WithTimeout(ctx, s.config.ActTimeout)
	defer cancel()
	abandoned, err := s.Engine.SendAction(limited, request.CaseID, command, request.Attempt)
	switch {
	case err == nil && !abandoned:
		return nil
	case err == nil || recovery.CodeOf(err) == recovery.CodeUnavailable:
		return s.abandonAction(context.WithoutCancel(ctx), request, err)
	case recovery.CodeOf(err) == recovery.CodeInternal:
		return err
	default:
		return s.deleteAction(context.WithoutCancel(ctx), request.ID, err)
	}
}

// abandonAction abandons a request that the engine did not perform because of cause;
// nil if the action came too late for its caller.
func (s *Service) abandonAction(ctx context.Context, request recovery.ActionRequest, cause error) error {
	abandoned, err := s.Store.AbandonAction(ctx, request.ID)
	if err != nil {
		return err
	}
	if !abandoned {
		gone, err := s.isErasedRequest(ctx, request)
		if err != nil || !gone {
			return err
		}
	}
	reason := "The case engine did not answer in time."
	if fault, given := errors.AsType[*recovery.Fault](cause); given {
		reason = fault.Detail
	}
	return &recovery.Fault{
		Code: recovery.CodeUnavailable, Detail: reason + " Nothing was done. Send the same request again in a moment.", Cause: cause,
	}
}

// isErasedRequest reports whether a request is not stored any more. If it was erased
// with the data of its case, the error says so.
func (s *Service) isErasedRequest(ctx context.Context, request recovery.ActionRequest) (bool, error) {
	_, err := s.Store.ActionRequest(ctx, request.ID)
	if recovery.CodeOf(err) != recovery.CodeNotFound {
		return false, err
	}
	c, err := s.Store.ReadCase(ctx, request.CaseID)
	if err == nil {
		err = c.CheckDataAvailable(request.Actor)
	}
	return true, err
}

// actionResult returns the result of an action that is written: the stored one,
// or else the view of the actor, which is then stored for repetitions.
func actionResult[T any](
	ctx context.Context, s *Service, request recovery.ActionRequest, show func(context.Context, recovery.Case) (T, error),
) (Reply[T], error) {
	if request.Answer != nil {
		return decodeReply[T](request.Answer)
	}
	c, err := s.Store.ReadCase(ctx, request.CaseID)
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
	return Reply[T]{Value: view}, s.Store.FinishAction(ctx, request.ID, answer)
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
