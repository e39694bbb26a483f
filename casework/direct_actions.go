package casework

import (
	"context"
	"slices"

	"recourse/notify"
	"recourse/postgres"
	"recourse/recovery"
)

// takeDirectAction takes an action that does not go through the workflow: an
// assignment, a note, a planned message, a representative, the consent to share. It is
// decided under the lock of the case.
func (s *Service) takeDirectAction(ctx context.Context, req Request, c recovery.Case, body recovery.ActionBody) (Reply[View], error) {
	reply, err := runIdempotent(ctx, s, req, func() (change[View], error) {
		return s.prepareDirectAction(ctx, req, c, body), nil
	})
	if err == nil && body.Action == recovery.ShareLesson {
		s.lessons.Invalidate()
	}
	return reply, err
}

func (s *Service) prepareDirectAction(ctx context.Context, req Request, c recovery.Case, body recovery.ActionBody) change[View] {
	if body.Action == recovery.Assign && body.UserID == "" {
		body.UserID = req.Actor.ID // without a user id the actor takes the case
	}
	spec, _ := recovery.SpecOf(body.Action)
	draft := s.newDraft(spec.Entry, req, c)
	draft.Key = requestEntryKey(req, s.newID)
	draft.Facts, draft.Personal = body.PlainFacts(), body.Personal()
	return s.directChange(ctx, req, postgres.DirectWrite{CaseID: c.ID, Draft: draft, PreviousAssignee: c.Assignee},
		func(ctx context.Context, locked postgres.LockedCase, w *postgres.DirectWrite) (View, error) {
			return s.decideDirectAction(ctx, req, locked, body, w)
		})
}

// directChange is a change whose view of the case is made under the lock, too, so that
// the reply has the version that was written.
func (s *Service) directChange(
	ctx context.Context, req Request, write postgres.DirectWrite,
	decide func(context.Context, postgres.LockedCase, *postgres.DirectWrite) (View, error),
) change[View] {
	return change[View]{ref: string(write.CaseID), write: func(idem postgres.Idempotency) (view View, err error) {
		write.Idempotency = idem
		write.Decide = func(ctx context.Context, locked postgres.LockedCase, w *postgres.DirectWrite) error {
			if err := req.sender().CheckSees(ctx, locked, s.Now()); err != nil {
				return err
			}
			if err := req.checkVersion(locked.Case); err != nil {
				return err
			}
			view, err = decide(ctx, locked, w)
			if err == nil {
				w.Idempotency.Result, err = encodeResult(view)
			}
			return err
		}
		err = s.Store.WriteDirectly(ctx, write)
		return view, err
	}}
}

// decideDirectAction checks an action on the locked case, adds its change to the write
// and returns the view of the case after it.
func (s *Service) decideDirectAction(
	ctx context.Context, req Request, locked postgres.LockedCase, body recovery.ActionBody, w *postgres.DirectWrite,
) (View, error) {
	c := redactCase(locked.Case, req.Actor)
	if err := c.CheckDataAvailable(req.Actor); err != nil {
		return View{}, err
	}
	if !slices.Contains(allowedActions(c, req.Actor), body.Action) {
		cause := recovery.Faultf(recovery.CodeActionNotAllowed, "The action %s is not allowed now.", body.Action)
		return View{}, withAllowedActions(cause, c, req.Actor)
	}
	w.Notifications = s.NotifyRules.NotificationsFor(notify.ChangeInPlace(c, w.Draft.Kind, req.Actor, w.Draft.At))
	after, err := s.applyDirectAction(ctx, req, locked, body, w)
	if err != nil {
		return View{}, err
	}
	after = redactCase(after, req.Actor)
	after.Version++
	view, err := s.caseViewFrom(ctx, locked, after, req.Actor)
	if err == nil && body.Action == recovery.PlanContact {
		view.Contacts.Planned++
	}
	return view, err
}

// applyDirectAction adds the change of an action to the write, and returns the case
// after it.
func (s *Service) applyDirectAction(
	ctx context.Context, req Request, locked postgres.LockedCase, body recovery.ActionBody, w *postgres.DirectWrite,
) (recovery.Case, error) {
	c := locked.Case
	switch body.Action {
	case recovery.Assign:
		w.Assignee, c.Assignee = &body.UserID, body.UserID
		return c, s.checkAssignee(ctx, locked, req.Actor, body.UserID)
	case recovery.Release:
		nobody := recovery.UserID("")
		w.Assignee, c.Assignee = &nobody, nobody
	case recovery.HandOver:
		w.Representative, c.Representative = &body.UserID, body.UserID
		return c, s.checkRepresentative(ctx, locked, body.UserID)
	case recovery.ShareLesson:
		w.Shared, c.Shared = body.Share, *body.Share
	case recovery.PlanContact:
		return c, s.checkPlannedContact(ctx, locked, body, w.Draft.At)
	default: // a note leaves the record of the case unchanged
	}
	return c, nil
}

// checkRepresentative checks who may represent a claimant: an active claimant
// account; "" removes the representative.
func (s *Service) checkRepresentative(ctx context.Context, locked postgres.LockedCase, id recovery.UserID) error {
	if id == "" {
		return nil
	}
	if id == locked.Owner {
		return recovery.Invalid([]recovery.FieldFault{{Field: "user_id", Code: "own", Detail: "The claimant cannot be their own representative."}})
	}
	user, err := locked.LockAccount(ctx, id)
	if recovery.CodeOf(err) == recovery.CodeNotFound || err == nil && (!user.Active || user.Role != recovery.RoleClaimant) {
		return recovery.Invalid([]recovery.FieldFault{{Field: "user_id", Code: "unknown", Detail: "There is no active claimant account with this id."}})
	}
	return err
}

// checkAssignee checks who may be assigned: an agent only themselves, a supervisor
// any agent, supervisor or member of legal.
func (s *Service) checkAssignee(ctx context.Context, locked postgres.LockedCase, actor recovery.Actor, id recovery.UserID) error {
	if actor.Role == recovery.RoleAgent && id != actor.ID {
		return recovery.Faultf(recovery.CodeForbidden, "An agent can assign a case only to themselves. A supervisor can assign it to others.")
	}
	user, err := locked.LockAccount(ctx, id)
	assignable := []recovery.Role{recovery.RoleAgent, recovery.RoleSupervisor, recovery.RoleLegal}
	if recovery.CodeOf(err) == recovery.CodeNotFound || err == nil && (!user.Active || !slices.Contains(assignable, user.Role)) {
		return recovery.Invalid([]recovery.FieldFault{{Field: "user_id", Code: "unknown", Detail: "There is no active staff account with this id."}})
	}
	return err
}

// requestEntryKey returns the idempotency key of the entry of a request. Keys are
// stored, so the prefix never changes.
func requestEntryKey(req Request, newID func() string) string {
	if req.Key == "" {
		return "desk:" + newID()
	}
	return "desk:" + string(req.Actor.ID) + ":" + req.Key
}
