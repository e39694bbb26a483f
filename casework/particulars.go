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
	if err := c.CheckDataAvailable(req.Actor); err != nil {
		return Reply[CaseParticulars]{}, err
	}
	return runIdempotent(ctx, s, req, func() (change[CaseParticulars], error) { return s.prepareParticulars(ctx, req, c, supplied) })
}

// prepareParticulars checks what is supplied against what is stored, and has the day of
// noticing changed. The rest is decided again under the lock of the case.
func (s *Service) prepareParticulars(
	ctx context.Context, req Request, c recovery.Case, supplied recovery.Particulars,
) (change[CaseParticulars], error) {
	if err := req.checkVersion(c); err != nil {
		return change[CaseParticulars]{}, err
	}
	stored, err := s.Store.ReadParticulars(ctx, c.ID)
	if err != nil {
		return change[CaseParticulars]{}, err
	}
	news, amended, err := s.changedParticulars(c, stored, supplied)
	if err != nil {
		return change[CaseParticulars]{}, err
	}
	c.Position.Facts = c.Facts().Amended(amended)
	after := particularsFor(req.Actor, c, stored.WithChange(news))
	return change[CaseParticulars]{string(c.ID), after, func(idem postgres.Idempotency) (CaseParticulars, error) {
		if err := s.amendNoticed(ctx, req, c, amended); err != nil {
			return after, err
		}
		if amended.NoticedAt != nil {
			req.IfMatch = nil // the workflow has compared the version, and changed it
		}
		if news.IsEmpty() && req.IfMatch == nil {
			return after, nil
		}
		supplied.NoticedOn = "" // written by the workflow
		return s.writeParticulars(ctx, req, c.ID, supplied, idem)
	}}, nil
}

// changedParticulars returns the supplied values that differ from the stored ones, and
// those that are facts of the case.
func (s *Service) changedParticulars(c recovery.Case, stored, supplied recovery.Particulars) (recovery.Particulars, recovery.Facts, error) {
	stored.NoticedOn = c.Facts().NoticedOn()
	news := supplied.Normalize().ChangesSince(stored)
	if err := news.Validate(stored, c, s.Now()); err != nil {
		return recovery.Particulars{}, recovery.Facts{}, err
	}
	amended := recovery.Facts{NoticedAt: recovery.ParseDay(news.NoticedOn)}
	news.NoticedOn = ""
	return news, amended, nil
}

// errUnchanged means that nothing is left to write.
var errUnchanged = errors.New("casework: the particulars are stored already")

// writeParticulars compares the supplied values with those that are stored while the
// case is locked, and writes the ones that differ.
func (s *Service) writeParticulars(
	ctx context.Context, req Request, id recovery.CaseID, supplied recovery.Particulars, idem postgres.Idempotency,
) (after CaseParticulars, err error) {
	decide := func(ctx context.Context, locked postgres.LockedCase, w *postgres.DirectWrite) error {
		if err := s.mayStillWrite(req)(ctx, locked); err != nil {
			return err
		}
		stored, err := locked.ReadParticulars(ctx, id)
		if err != nil {
			return err
		}
		news, _, err := s.changedParticulars(locked.Case, stored, supplied)
		if err != nil {
			return err
		}
		after = particularsFor(req.Actor, locked.Case, stored.WithChange(news))
		if news.IsEmpty() {
			return errUnchanged
		}
		w.Draft = s.newDraft(recovery.EntryParticulars, req, locked.Case)
		w.Draft.Key = "particulars:" + s.newID()
		w.Draft.Facts, w.Draft.Personal = news.EntryFacts(), news.ValuesByPath()
		w.Idempotency.Result, err = encodeResult(after)
		return err
	}
	err = s.Store.WriteDirectly(ctx, postgres.DirectWrite{CaseID: id, Idempotency: idem, Decide: decide})
	if errors.Is(err, errUnchanged) {
		err = nil
	}
	return after, err
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
