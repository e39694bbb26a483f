package casework

import (
	"context"

	"recourse/postgres"
	"recourse/recovery"
)

// CaseParticulars are the particulars of a case as one actor sees them.
type CaseParticulars struct {
	recovery.Particulars
	CaseID  recovery.CaseID
	Masked  bool                         // for actors who may not see who the people are
	Lacking []recovery.MissingParticular // without these, papers would be rejected
}

// Particulars returns what was supplied for the papers of a case. The claimant,
// legal and auditors see the values; other staff see which ones exist.
func (s *Service) Particulars(ctx context.Context, actor recovery.Actor, id recovery.CaseID) (CaseParticulars, error) {
	c, err := s.visibleCase(ctx, actor, id)
	if err != nil {
		return CaseParticulars{}, err
	}
	if err := checkFilesReadable(c, actor); err != nil {
		return CaseParticulars{}, err
	}
	stored, err := s.Store.ReadParticulars(ctx, id)
	return particularsFor(actor, c, stored), err
}

func particularsFor(actor recovery.Actor, c recovery.Case, p recovery.Particulars) CaseParticulars {
	p.NoticedOn = c.Facts().NoticedOn()
	seen := CaseParticulars{CaseID: c.ID, Masked: !recovery.SeesOnScreen(actor.Role, recovery.PrivateParticulars), Lacking: p.MissingFor(c), Particulars: p.WithCardFacts()}
	if seen.Masked {
		seen.Particulars = seen.Particulars.Masked()
	}
	return seen
}

// SupplyParticulars adds what the papers of a case lack, field by field. A
// blank field is unchanged, and replaced values stay in the journal. Values
// that are equal are not written again. The day on which the claimant noticed the
// mistake is a fact of the case, so the workflow changes it first: clocks, papers
// and pages then count from the same day.
//
// Errors: CodeForbidden for all but the claimant and legal, CodeInvalid naming
// the fields, CodeActionNotAllowed for a restricted or erased case,
// CodeIdempotency, CodeUnavailable when the workflow does not answer: nothing is
// written then.
func (s *Service) SupplyParticulars(
	ctx context.Context, req Request, id recovery.CaseID, supplied recovery.Particulars,
) (Reply[CaseParticulars], error) {
	c, err := s.visibleCase(ctx, req.Actor, id)
	if err != nil {
		return Reply[CaseParticulars]{}, err
	}
	if req.Actor.Role != recovery.RoleClaimant && req.Actor.Role != recovery.RoleLegal {
		return Reply[CaseParticulars]{}, recovery.Faultf(recovery.CodeForbidden, "Only the claimant and legal can supply particulars.")
	}
	if err := checkDataAvailable(c, req.Actor); err != nil {
		return Reply[CaseParticulars]{}, err
	}
	return runIdempotent(ctx, s, req, func() (change[CaseParticulars], error) { return s.prepareParticulars(ctx, req, c, supplied) })
}

func (s *Service) prepareParticulars(
	ctx context.Context, req Request, c recovery.Case, supplied recovery.Particulars,
) (change[CaseParticulars], error) {
	stored, err := s.Store.ReadParticulars(ctx, c.ID)
	if err != nil {
		return change[CaseParticulars]{}, err
	}
	stored.NoticedOn = c.Facts().NoticedOn()
	supplied = supplied.Normalize().ChangesSince(stored)
	if err := supplied.Validate(stored, c, s.Now()); err != nil {
		return change[CaseParticulars]{}, err
	}
	amended := recovery.Facts{NoticedAt: recovery.ParseDay(supplied.NoticedOn)}
	supplied.NoticedOn, c.Position.Facts = "", c.Facts().Amended(amended)
	draft := s.newDraft(recovery.EntryParticulars, req, c)
	draft.Key = "particulars:" + s.newID()
	draft.Facts, draft.Personal = supplied.EntryFacts(), supplied.ValuesByPath()
	after := particularsFor(req.Actor, c, stored.WithChange(supplied))
	return change[CaseParticulars]{string(c.ID), after, func(idem postgres.Idempotency) (CaseParticulars, error) {
		if err := s.amendNoticed(ctx, req, c, amended); err != nil || supplied.IsEmpty() {
			return after, err
		}
		return after, s.Store.WriteDirectly(ctx, postgres.DirectWrite{CaseID: c.ID, Draft: draft, Idempotency: idem})
	}}, nil
}

// amendNoticed has the workflow change the day on which the claimant noticed the
// mistake, if it is stated.
func (s *Service) amendNoticed(ctx context.Context, req Request, c recovery.Case, facts recovery.Facts) error {
	if facts.NoticedAt == nil {
		return nil
	}
	if req.Key != "" {
		req.Key += "/noticed_on" // a request of its own, as it is stored under its own key
	}
	body := recovery.ActionBody{Action: recovery.AmendFacts, Facts: facts}
	_, err := runAction(ctx, s, req, c, body, func(context.Context, recovery.Case) (struct{}, error) { return struct{}{}, nil })
	return err
}
