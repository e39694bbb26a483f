package casework

import (
	"context"
	"errors"

	"recourse/postgres"
	"recourse/recovery"
)

// CaseParticulars are the particulars of a case as one actor sees them.
type CaseParticulars struct {
	recovery.Particulars
	CaseID  recovery.CaseID
	Masked  bool            // for those who need not know who the people are
	Lacking []recovery.Lack // what papers would be sent back without
}

// Particulars gives what was supplied for the papers of a case. The claimant,
// legal and auditors read it; the others at the desk learn what is there.
func (s *Service) Particulars(ctx context.Context, actor recovery.Actor, id recovery.CaseID) (CaseParticulars, error) {
	c, err := s.visible(ctx, actor, id)
	if err != nil {
		return CaseParticulars{}, err
	}
	if err := legible(c, actor); err != nil {
		return CaseParticulars{}, err
	}
	stand, err := s.Store.Particulars(ctx, id)
	return particularsFor(actor, c, stand), err
}

func particularsFor(actor recovery.Actor, c recovery.Case, p recovery.Particulars) CaseParticulars {
	seen := CaseParticulars{CaseID: c.ID, Masked: !recovery.SeesParticulars(actor.Role), Lacking: p.Lacking(c), Particulars: p.Told()}
	if seen.Masked {
		seen.Particulars = seen.Particulars.Masked()
	}
	return seen
}

// SupplyParticulars takes what the papers of a case lack, field by field: blank
// leaves what stands, and what is corrected stays in the journal. What stands
// already is not written again.
//
// Errors: CodeForbidden for all but the claimant and legal, CodeInvalid naming
// the fields, CodeActionNotAllowed for a case that is only kept, CodeIdempotency.
func (s *Service) SupplyParticulars(
	ctx context.Context, req Request, id recovery.CaseID, change recovery.Particulars,
) (Reply[CaseParticulars], error) {
	c, err := s.visible(ctx, req.Actor, id)
	if err != nil {
		return Reply[CaseParticulars]{}, err
	}
	if req.Actor.Role != recovery.RoleClaimant && req.Actor.Role != recovery.RoleLegal {
		return Reply[CaseParticulars]{}, recovery.Faultf(recovery.CodeForbidden, "Only the claimant and legal supply what the papers need.")
	}
	if err := inUse(c, req.Actor); err != nil {
		return Reply[CaseParticulars]{}, err
	}
	if row, found, err := s.answered(ctx, req); err != nil || found {
		return Reply[CaseParticulars]{Stored: row.Answer, Replayed: found}, err
	}
	stand, err := s.Store.Particulars(ctx, id)
	if err != nil {
		return Reply[CaseParticulars]{}, err
	}
	change = change.Tidy().Since(stand)
	if err := change.Validate(stand, c, s.Now()); err != nil {
		return Reply[CaseParticulars]{}, err
	}
	return s.keepParticulars(ctx, req, c, stand, change)
}

func (s *Service) keepParticulars(
	ctx context.Context, req Request, c recovery.Case, stand, change recovery.Particulars,
) (Reply[CaseParticulars], error) {
	after := particularsFor(req.Actor, c, stand.With(change))
	if change.Empty() {
		return Reply[CaseParticulars]{Value: after}, nil
	}
	draft := s.draft(recovery.EntryParticulars, req, c)
	draft.Key = "particulars:" + s.newID()
	draft.Facts, draft.Personal = change.Facts(), change.Values()
	idem, err := req.idempotency(string(c.ID), after)
	if err != nil {
		return Reply[CaseParticulars]{}, err
	}
	err = s.Store.WriteDesk(ctx, postgres.DeskWrite{CaseID: c.ID, Draft: draft, Idem: idem})
	if errors.Is(err, postgres.ErrAnswered) {
		row, _, err := s.answered(ctx, req)
		return Reply[CaseParticulars]{Stored: row.Answer, Replayed: true}, err
	}
	return Reply[CaseParticulars]{Value: after}, err
}
