package casework

import (
	"context"
	"slices"

	"recourse/notify"
	"recourse/postgres"
	"recourse/recovery"
)

// takeDeskAction takes an action that does not move the case: an assignment, a
// note, a planned message, a representative, the consent to share.
func (s *Service) takeDeskAction(ctx context.Context, req Request, c recovery.Case, act recovery.ActionBody) (Reply[View], error) {
	reply, err := runIdempotent(ctx, s, req, func() (change[View], error) {
		if err := req.checkVersion(c); err != nil {
			return change[View]{}, err
		}
		if !slices.Contains(allowedActions(c, req.Actor), act.Action) {
			cause := recovery.Faultf(recovery.CodeActionNotAllowed, "The action %s is not allowed now.", act.Action)
			return change[View]{}, withAllowedActions(cause, c, req.Actor)
		}
		return s.prepareDeskAction(ctx, req, c, act)
	})
	if err == nil && act.Action == recovery.ShareLesson {
		s.lessons.Invalidate()
	}
	return reply, err
}

func (s *Service) prepareDeskAction(ctx context.Context, req Request, c recovery.Case, act recovery.ActionBody) (change[View], error) {
	if act.Action == recovery.Assign && act.UserID == "" {
		act.UserID = req.Actor.ID // without a name the actor takes the case
	}
	spec, _ := recovery.SpecOf(act.Action)
	draft := s.newDraft(spec.Entry, req, c)
	draft.Key = deskEntryKey(req, s.newID)
	draft.Facts, draft.Personal = act.Facts(), act.Personal()
	write := postgres.DeskWrite{CaseID: c.ID, Draft: draft, PreviousAssignee: c.Assignee}
	after, err := s.applyDeskChange(ctx, req, c, act, &write)
	if err != nil {
		return change[View]{}, err
	}
	view, err := s.caseView(ctx, after, req.Actor)
	if err != nil {
		return change[View]{}, err
	}
	if act.Action == recovery.PlanContact {
		view.Contacts.Planned++
	}
	write.Notifications = s.NotifyRules.NotificationsFor(notify.ChangeInPlace(c, draft.Kind, req.Actor, draft.At))
	return change[View]{string(c.ID), view, func(idem postgres.Idempotency) (View, error) {
		write.Idempotency = idem
		return view, s.Store.WriteDesk(ctx, write)
	}}, nil
}

// applyDeskChange adds the change of an action to write, and returns the case
// after it.
func (s *Service) applyDeskChange(
	ctx context.Context, req Request, c recovery.Case, act recovery.ActionBody, write *postgres.DeskWrite,
) (recovery.Case, error) {
	var err error
	switch act.Action {
	case recovery.Assign:
		err = s.checkAssignee(ctx, req.Actor, act.UserID)
		write.Assignee, c.Assignee = &act.UserID, act.UserID
	case recovery.Release:
		nobody := recovery.UserID("")
		write.Assignee, c.Assignee = &nobody, nobody
	case recovery.HandOver:
		err = s.checkRepresentative(ctx, c, act.UserID)
		write.Representative, c.Representative = &act.UserID, act.UserID
	case recovery.ShareLesson:
		write.Shared, c.Shared = act.Share, *act.Share
	case recovery.PlanContact:
		write.Check, err = s.newContactChecker(c, act, write.Draft.At)
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

// checkAssignee checks who may be assigned: an agent takes a case, a supervisor
// assigns it to any member of staff.
func (s *Service) checkAssignee(ctx context.Context, actor recovery.Actor, id recovery.UserID) error {
	if actor.Role == recovery.RoleAgent && id != actor.ID {
		return recovery.Faultf(recovery.CodeForbidden, "An agent can only take a case. A supervisor assigns it to others.")
	}
	user, err := s.Store.FindUser(ctx, id)
	desk := []recovery.Role{recovery.RoleAgent, recovery.RoleSupervisor, recovery.RoleLegal}
	if recovery.CodeOf(err) == recovery.CodeNotFound || err == nil && (!user.Active || !slices.Contains(desk, user.Role)) {
		return recovery.Invalid([]recovery.FieldFault{{Field: "user_id", Code: "unknown", Detail: "There is no active staff account with this id."}})
	}
	return err
}

func deskEntryKey(req Request, newID func() string) string {
	if req.Key == "" {
		return "desk:" + newID()
	}
	return "desk:" + string(req.Actor.ID) + ":" + req.Key
}
