package casework

import (
	"context"
	"slices"

	"recourse/notify"
	"recourse/postgres"
	"recourse/recovery"
)

// takeDirectAction takes an action that does not go through the workflow: an
// assignment, a note, a planned message, a representative, the consent to share.
func (s *Service) takeDirectAction(ctx context.Context, req Request, c recovery.Case, body recovery.ActionBody) (Reply[View], error) {
	reply, err := runIdempotent(ctx, s, req, func() (change[View], error) {
		if err := req.checkVersion(c); err != nil {
			return change[View]{}, err
		}
		if !slices.Contains(allowedActions(c, req.Actor), body.Action) {
			cause := recovery.Faultf(recovery.CodeActionNotAllowed, "The action %s is not allowed now.", body.Action)
			return change[View]{}, withAllowedActions(cause, c, req.Actor)
		}
		return s.prepareDirectAction(ctx, req, c, body)
	})
	if err == nil && body.Action == recovery.ShareLesson {
		s.lessons.Invalidate()
	}
	return reply, err
}

func (s *Service) prepareDirectAction(ctx context.Context, req Request, c recovery.Case, body recovery.ActionBody) (change[View], error) {
	if body.Action == recovery.Assign && body.UserID == "" {
		body.UserID = req.Actor.ID // without a user id the actor takes the case
	}
	spec, _ := recovery.SpecOf(body.Action)
	draft := s.newDraft(spec.Entry, req, c)
	draft.Key = requestEntryKey(req, s.newID)
	draft.Facts, draft.Personal = body.PlainFacts(), body.Personal()
	write := postgres.DirectWrite{CaseID: c.ID, Draft: draft, PreviousAssignee: c.Assignee}
	after, err := s.applyDirectAction(ctx, req, c, body, &write)
	if err != nil {
		return change[View]{}, err
	}
	view, err := s.caseView(ctx, after, req.Actor)
	if err != nil {
		return change[View]{}, err
	}
	if body.Action == recovery.PlanContact {
		view.Contacts.Planned++
	}
	write.Notifications = s.NotifyRules.NotificationsFor(notify.ChangeInPlace(c, draft.Kind, req.Actor, draft.At))
	return change[View]{string(c.ID), view, func(idem postgres.Idempotency) (View, error) {
		write.Idempotency = idem
		return view, s.Store.WriteDirectly(ctx, write)
	}}, nil
}

// applyDirectAction adds the change of an action to write, and returns the case
// after it.
func (s *Service) applyDirectAction(
	ctx context.Context, req Request, c recovery.Case, body recovery.ActionBody, write *postgres.DirectWrite,
) (recovery.Case, error) {
	var err error
	switch body.Action {
	case recovery.Assign:
		err = s.checkAssignee(ctx, req.Actor, body.UserID)
		write.Assignee, c.Assignee = &body.UserID, body.UserID
	case recovery.Release:
		nobody := recovery.UserID("")
		write.Assignee, c.Assignee = &nobody, nobody
	case recovery.HandOver:
		err = s.checkRepresentative(ctx, c, body.UserID)
		write.Representative, c.Representative = &body.UserID, body.UserID
	case recovery.ShareLesson:
		write.Shared, c.Shared = body.Share, *body.Share
	case recovery.PlanContact:
		write.Check, err = s.newContactChecker(c, body, write.Draft.At)
		return c, err
	default:
		return c, nil // a note leaves the record of the case unchanged
	}
	c.Version++
	return c, err
}

// checkRepresentative checks who may represent a claimant: an active claimant
// account; "" removes the representative.
func (s *Service) checkRepresentative(ctx context.Context, c recovery.Case, id recovery.UserID) error {
	if id == "" {
		return nil
	}
	if id == c.Owner {
		return recovery.Invalid([]recovery.FieldFault{{Field: "user_id", Code: "own", Detail: "The claimant cannot be their own representative."}})
	}
	user, err := s.Store.FindUser(ctx, id)
	if recovery.CodeOf(err) == recovery.CodeNotFound || err == nil && (!user.Active || user.Role != recovery.RoleClaimant) {
		return recovery.Invalid([]recovery.FieldFault{{Field: "user_id", Code: "unknown", Detail: "There is no active claimant account with this id."}})
	}
	return err
}

// checkAssignee checks who may be assigned: an agent only themselves, a supervisor
// any agent, supervisor or member of legal.
func (s *Service) checkAssignee(ctx context.Context, actor recovery.Actor, id recovery.UserID) error {
	if actor.Role == recovery.RoleAgent && id != actor.ID {
		return recovery.Faultf(recovery.CodeForbidden, "An agent can assign a case only to themselves. A supervisor can assign it to others.")
	}
	user, err := s.Store.FindUser(ctx, id)
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
