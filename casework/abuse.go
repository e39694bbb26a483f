package casework

import (
	"context"
	"errors"
	"time"

	"recourse/postgres"
	"recourse/recovery"
)

// deliveryWords are words about delivered goods in the claimant's text or file
// names. They are the only sign that the payment was for an order of a merchant.
const deliveryWords = `发货|到货|收货|签收|验货|提货|送货|快递单|物流单`

// FlagAbuse looks for patterns among recent cases and stores each with an
// entry. It has no other effect: a supervisor reviews them.
func (s *Service) FlagAbuse(ctx context.Context) error {
	now := s.Now()
	limits := s.Registry.Current().AbuseLimits(now)
	found, err := s.Store.FindPatterns(ctx, now.Add(-2*limits.Window), limits, deliveryWords)
	if err != nil {
		return err
	}
	var errs []error
	for _, pattern := range found {
		errs = append(errs, s.flagCase(ctx, pattern, now))
	}
	return errors.Join(errs...)
}

// flagCase stores one pattern. The entry is internal and contains only the
// commitment of the pattern, so other readers of the journal see no more than that
// there was a check.
func (s *Service) flagCase(ctx context.Context, found recovery.FoundPattern, now time.Time) error {
	c, err := s.Store.ReadCase(ctx, found.CaseID)
	if err != nil {
		return err
	}
	flag := recovery.AbuseFlag{ID: s.newID(), CaseID: c.ID, Pattern: found.Pattern, Cases: found.Cases, FoundAt: now}
	draft := s.newDraft(recovery.EntryAbuseFlagged, maintenanceRequest, c)
	draft.Key = "abuse:" + string(found.Pattern)
	draft.Facts = map[string]any{"flag_id": flag.ID, "visibility": recovery.NoteInternal}
	draft.Personal = map[string]string{"pattern": string(found.Pattern)}
	return s.Store.FlagCase(ctx, flag, draft)
}

// canSeeFlags reports whether an actor sees flags. People who work on a case
// must not be influenced by them.
func canSeeFlags(actor recovery.Actor) bool {
	return recovery.SeesOnScreen(actor.Role, recovery.AbuseMarks)
}

// Flags lists open or dismissed flags, newest first. Errors: CodeForbidden for
// all but supervisors and auditors.
func (s *Service) Flags(
	ctx context.Context, actor recovery.Actor, dismissed bool, limit int, cursor string,
) ([]recovery.AbuseFlag, string, error) {
	if !canSeeFlags(actor) {
		return nil, "", recovery.Faultf(recovery.CodeForbidden, "Only supervisors and auditors see flags.")
	}
	return s.Store.ListFlags(ctx, dismissed, limit, cursor)
}

// DismissFlag dismisses a flag with a reason. Errors: CodeForbidden for all but
// supervisors, CodeNotFound, CodeConflict if it was dismissed before.
func (s *Service) DismissFlag(ctx context.Context, req Request, id, reason string) (Reply[recovery.AbuseFlag], error) {
	if req.Actor.Role != recovery.RoleSupervisor {
		return Reply[recovery.AbuseFlag]{}, recovery.Faultf(recovery.CodeForbidden, "Only a supervisor dismisses flags.")
	}
	if err := recovery.CheckReason(reason); err != nil {
		return Reply[recovery.AbuseFlag]{}, err
	}
	return runIdempotent(ctx, s, req, func() (change[recovery.AbuseFlag], error) { return s.prepareDismissal(ctx, req, id, reason) })
}

func (s *Service) prepareDismissal(ctx context.Context, req Request, id, reason string) (change[recovery.AbuseFlag], error) {
	flag, err := s.Store.FindFlag(ctx, id)
	if err != nil {
		return change[recovery.AbuseFlag]{}, err
	}
	c, err := s.Store.ReadCase(ctx, flag.CaseID)
	if err != nil {
		return change[recovery.AbuseFlag]{}, err
	}
	draft := s.newDraft(recovery.EntryAbuseDismissed, req, c)
	draft.Key = requestEntryKey(req, s.newID)
	draft.Facts = map[string]any{"flag_id": flag.ID, "visibility": recovery.NoteInternal}
	draft.Personal = map[string]string{"reason": reason}
	flag.DismissedAt, flag.DismissedBy = &draft.At, req.Actor.ID
	return change[recovery.AbuseFlag]{flag.ID, flag, func(idem postgres.Idempotency) (recovery.AbuseFlag, error) {
		return flag, s.Store.DismissFlag(ctx, flag, draft, idem)
	}}, nil
}
