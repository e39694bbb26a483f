package casework

import (
	"context"

	"recourse/postgres"
)

// mayStillWrite returns the precondition of every change that a person makes without
// the workflow: postgres.Sender.MayWrite, as for steps of the workflow, and the version
// that they have seen. It is decided under the lock of the case; the same checks before
// it only save a transaction.
func (s *Service) mayStillWrite(req Request) postgres.Precondition {
	return req.sender().MayWrite(s.Now()).And(func(_ context.Context, locked postgres.LockedCase) error {
		return req.checkVersion(locked.Case)
	})
}

// mayStillRead is mayStillWrite for a reading that the journal records.
func (s *Service) mayStillRead(req Request) postgres.Precondition {
	return func(ctx context.Context, locked postgres.LockedCase) error {
		if err := req.sender().CheckSees(ctx, locked, s.Now()); err != nil {
			return err
		}
		return checkFilesReadable(locked.Case, req.Actor)
	}
}
