package casework

import (
	"context"
	"errors"
	"slices"

	"recourse/postgres"
	"recourse/recovery"
)

// deskAct writes who works on a case, a note, or whether others may learn from
// it. It does not move the case.
func (s *Service) deskAct(ctx context.Context, req Request, c recovery.Case, act recovery.Act) (Reply[View], error) {
	if row, found, err := s.answered(ctx, req); err != nil || found {
		return Reply[View]{Stored: row.Answer}, err
	}
	if err := req.stale(c); err != nil {
		return Reply[View]{}, err
	}
	if !slices.Contains(s.allowed(c, req.Actor.Role), act.Action) {
		return Reply[View]{}, s.listAllowed(recovery.Faultf(recovery.CodeActionNotAllowed, "not now"), c, req.Actor.Role)
	}
	write, err := s.deskWrite(ctx, req, c, act)
	if err != nil {
		return Reply[View]{}, err
	}
	err = s.Store.WriteDesk(ctx, write)
	if errors.Is(err, postgres.ErrAnswered) {
		row, _, err := s.answered(ctx, req)
		return Reply[View]{Stored: row.Answer}, err
	}
	if err != nil {
		return Reply[View]{}, err
	}
	if write.Shared != nil {
		s.lessons.forget()
	}
	view, err := s.Case(ctx, req.Actor, c.ID)
	return Reply[View]{Value: view}, err
}

func (s *Service) deskWrite(ctx context.Context, req Request, c recovery.Case, act recovery.Act) (postgres.DeskWrite, error) {
	kinds := map[recovery.Action]recovery.EntryKind{
		recovery.Assign: recovery.EntryAssigned, recovery.Release: recovery.EntryReleased, recovery.AddNote: recovery.EntryNoteAdded,
		recovery.ShareLesson: recovery.EntryLessonShared,
	}
	if act.Action == recovery.Assign && act.UserID == "" {
		act.UserID = req.Actor.ID // whoever names nobody takes it
	}
	draft := s.draft(kinds[act.Action], req, c)
	draft.Key = deskKey(req, s.newID)
	draft.Facts, draft.Personal = act.Facts(), act.Personal()
	write := postgres.DeskWrite{CaseID: c.ID, Draft: draft, Was: c.Assignee}
	after := c
	switch act.Action {
	case recovery.Assign:
		if err := s.mayHold(ctx, req.Actor, act.UserID); err != nil {
			return postgres.DeskWrite{}, err
		}
		write.Assignee, after.Assignee = &act.UserID, act.UserID
	case recovery.Release:
		nobody := recovery.UserID("")
		write.Assignee, after.Assignee = &nobody, nobody
	case recovery.ShareLesson:
		write.Shared, after.Shared = act.Share, *act.Share
	default: // a note leaves the case
	}
	if write.Assignee != nil || write.Shared != nil {
		after.Version++ // a note leaves the record of the case as it is
	}
	view, err := s.view(ctx, after, req.Actor.Role)
	if err != nil {
		return postgres.DeskWrite{}, err
	}
	write.Idem, err = req.idempotency(string(c.ID), view)
	return write, err
}

// mayHold checks who may be given a case: an agent takes one for themselves, a
// supervisor gives it to anyone of the desk.
func (s *Service) mayHold(ctx context.Context, actor recovery.Actor, id recovery.UserID) error {
	if actor.Role == recovery.RoleAgent && id != actor.ID {
		return recovery.Faultf(recovery.CodeForbidden, "An agent takes a case for themselves; a supervisor gives it to others.")
	}
	user, err := s.Store.User(ctx, id)
	desk := []recovery.Role{recovery.RoleAgent, recovery.RoleSupervisor, recovery.RoleLegal}
	if recovery.CodeOf(err) == recovery.CodeNotFound || err == nil && (!user.Active || !slices.Contains(desk, user.Role)) {
		return recovery.Invalid([]recovery.FieldFault{{Field: "user_id", Code: "unknown", Detail: "Nobody at the desk has this id."}})
	}
	return err
}

func deskKey(req Request, newID func() string) string {
	if req.Key == "" {
		return "desk:" + newID()
	}
	return "desk:" + string(req.Actor.ID) + ":" + req.Key
}
