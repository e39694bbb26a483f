package casework

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"recourse/evidence/folio"
	"recourse/postgres"
	"recourse/recovery"
)

// maintenanceRequest is the request of automatic changes.
var maintenanceRequest = Request{Actor: recovery.System}

const (
	maintenanceBatch = 100
	// resultLifetime is how long the results of requests are stored for
	// repetitions.
	resultLifetime = 30 * day
)

// maintenanceLoop is the name of the loop that runs the maintenance.
const maintenanceLoop = "maintenance"

// failureLifetime is how long the failures of an item that is no longer there are kept.
const failureLifetime = 7 * day

// ExportLife is how long the files of an export are kept. Those that newer ones replace
// are kept for a day, because somebody may be reading them.
const (
	ExportLife         = 30 * day
	replacedExportLife = day
)

// RunMaintenance erases cases whose retention has ended, deletes the files of old exports
// and files without a record, old results, old uses of limits and abandoned uploads, and
// flags abuse. Only one process runs it at a time. A repeated run changes nothing. A part
// that fails or panics does not hold up the others.
func (s *Service) RunMaintenance(ctx context.Context) error {
	_, err := s.Store.RunExclusive(ctx, "keep", func(ctx context.Context) error {
		var errs []error
		for _, part := range []func(context.Context) error{
			s.recordRepeatedReadings, s.eraseDueCases, s.expireExports, s.clearLeftovers, s.purgeOldRows, s.FlagAbuse,
			func(context.Context) error { return s.Blobs.SweepIncoming() },
		} {
			errs = append(errs, s.Loops.Protect(ctx, maintenanceLoop, part))
		}
		return errors.Join(errs...)
	})
	return err
}

func (s *Service) purgeOldRows(ctx context.Context) error {
	_, purgeErr := s.Store.PurgeResults(ctx, s.Now().Add(-resultLifetime))
	_, sweepErr := s.Store.SweepUsage(ctx)
	return errors.Join(purgeErr, sweepErr, s.Store.SweepFailures(ctx, s.Now().Add(-failureLifetime)))
}

// eraseDueCases erases the cases whose retention has ended. One that cannot be erased is
// tried again later.
// expireExports marks the exports whose files clearLeftovers deletes.
func (s *Service) expireExports(ctx context.Context) error {
	_, err := s.Store.ExpireExports(ctx, s.Now().Add(-ExportLife), s.Now().Add(-replacedExportLife))
	return err
}

func (s *Service) eraseDueCases(ctx context.Context) error {
	// One day more, because years have different lengths.
	before := s.Now().AddDate(-s.config.RetentionYears, 0, -1)
	for {
		due, err := s.Store.ErasableCases(ctx, before, maintenanceBatch)
		if err != nil {
			return err
		}
		for _, id := range due {
			err := s.Loops.Protect(ctx, maintenanceLoop, func(ctx context.Context) error { return s.eraseDueCase(ctx, id) })
			if err := s.recordFailure(ctx, maintenanceLoop, postgres.ItemErasure, string(id), err); err != nil {
				return err
			}
		}
		if len(due) < maintenanceBatch {
			return nil
		}
	}
}

func (s *Service) eraseDueCase(ctx context.Context, id recovery.CaseID) error {
	c, err := s.Store.ReadCase(ctx, id)
	if err != nil {
		return err
	}
	if _, err := s.eraseNow(ctx, maintenanceRequest, c, ReasonRetention); err != nil {
		return err
	}
	return s.Store.ForgetFailure(ctx, postgres.ItemErasure, string(id))
}

// recordFailure records that an item of a loop failed with err, nil if it succeeded. It
// returns err if the database is away, because then the item is not the reason, and nil if
// the failure is recorded.
func (s *Service) recordFailure(ctx context.Context, name, kind, item string, err error) error {
	switch {
	case err == nil:
		s.Loops.Report(ctx, name, item, nil)
		return nil
	case ctx.Err() != nil, recovery.CodeOf(err) == recovery.CodeUnavailable:
		return err
	}
	return s.Loops.FailItem(ctx, name, item, err, func(ctx context.Context) (bool, error) {
		return s.Store.RecordFailure(ctx, kind, item)
	})
}

// clearLeftovers deletes the files whose records were erased. Recent ones stay
// until the next run. One that cannot be deleted is tried again later.
func (s *Service) clearLeftovers(ctx context.Context) error {
	var last postgres.Leftover
	for {
		list, err := s.Store.ListLeftovers(ctx, last, maintenanceBatch)
		if err != nil {
			return err
		}
		for _, last = range list {
			err := s.Loops.Protect(ctx, maintenanceLoop, func(ctx context.Context) error {
				gone, err := s.clearLeftover(last)
				if err == nil && gone {
					err = s.Store.DeleteLeftover(ctx, last)
				}
				return err
			})
			if err := s.recordFailure(ctx, maintenanceLoop, postgres.ItemLeftover, last.Item(), err); err != nil {
				return err
			}
		}
		if len(list) < maintenanceBatch {
			return nil
		}
	}
}

// clearLeftover deletes one file; it returns true if nothing is left to do.
func (s *Service) clearLeftover(l postgres.Leftover) (bool, error) {
	switch {
	case l.Needed:
		return true, nil
	case l.Kind == postgres.LeftoverBlob:
		return s.Blobs.RemoveUnused(l.Name)
	default:
		dossier := folio.ExportPath(s.config.ExportsDir, recovery.ExportID(l.Name), DossierFile)
		return true, os.RemoveAll(filepath.Dir(dossier))
	}
}
