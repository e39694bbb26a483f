package casework

import (
	"context"

	"recourse/postgres"
	"recourse/recovery"
)

// mayStillWrite returns the precondition of every change that a person makes without
// the workflow: the case has the version that they have seen, they still see it, and
// its data is neither erased nor restricted for them. It is decided under the lock of
// the case; the same checks before it only save a transaction.
func (s *Service) mayStillWrite(req Request) postgres.Precondition {
	return func(ctx context.Context, locked postgres.LockedCase) error {
		if err := s.checkStillSees(ctx, req.Actor, locked); err != nil {
			return err
		}
		if err := req.checkVersion(locked.Case); err != nil {
			return err
		}
		return checkDataAvailable(locked.Case, req.Actor)
	}
}

// mayStillRead is mayStillWrite for a reading that the journal records.
func (s *Service) mayStillRead(req Request) postgres.Precondition {
	return func(ctx context.Context, locked postgres.LockedCase) error {
		if err := s.checkStillSees(ctx, req.Actor, locked); err != nil {
			return err
		}
		return checkFilesReadable(locked.Case, req.Actor)
	}
}

// checkStillSees refuses somebody who represents the claimant no longer, and a
// counterpart whose link was revoked or has expired.
func (s *Service) checkStillSees(ctx context.Context, actor recovery.Actor, locked postgres.LockedCase) error {
	if actor.Role != recovery.RoleCounterpart {
		if !canSeeCase(actor, locked.Case) {
			return noSuchCase()
		}
		return nil
	}
	valid, err := locked.HasLink(ctx, recovery.CounterpartID(actor.ID), s.Now())
	if err == nil && !valid {
		err = recovery.LinkEnded()
	}
	return err
}

// both returns a precondition that requires two.
func both(first, second postgres.Precondition) postgres.Precondition {
	return func(ctx context.Context, locked postgres.LockedCase) error {
		if err := first(ctx, locked); err != nil {
			return err
		}
		return second(ctx, locked)
	}
}
