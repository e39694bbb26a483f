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

// RunMaintenance erases cases whose retention has ended, deletes files without
// a record, deletes old results, old uses of limits and abandoned uploads, and flags abuse. Only
// one process runs it at a time. A repeated run changes nothing.
func (s *Service) RunMaintenance(ctx context.Context) error {
	_, err := s.Store.RunExclusive(ctx, "keep", func(ctx context.Context) error {
		_, purgeErr := s.Store.PurgeResults(ctx, s.Now().Add(-resultLifetime))
		_, sweepErr := s.Store.SweepUsage(ctx)
		return errors.Join(s.recordRepeatedReadings(ctx), s.eraseDueCases(ctx), s.clearLeftovers(ctx), purgeErr, sweepErr, s.Blobs.SweepIncoming(), s.FlagAbuse(ctx))
	})
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
		done := 0
		var errs []error
		for _, id := range due {
			c, err := s.Store.ReadCase(ctx, id)
			if err == nil {
				_, err = s.eraseNow(ctx, maintenanceRequest, c, ReasonRetention)
			}
			if err == nil {
				done++
			}
			errs = append(errs, err)
		}
		if err := errors.Join(errs...); err != nil || done < maintenanceBatch {
			return err
		}
	}
}

// clearLeftovers deletes the files whose records were erased. Recent ones stay
// until the next run.
func (s *Service) clearLeftovers(ctx context.Context) error {
	var last postgres.Leftover
	for {
		list, err := s.Store.ListLeftovers(ctx, last, maintenanceBatch)
		if err != nil {
			return err
		}
		for _, last = range list {
			gone, err := s.clearLeftover(last)
			if err == nil && gone {
				err = s.Store.DeleteLeftover(ctx, last)
			}
			if err != nil {
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
