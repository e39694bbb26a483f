package casework

import (
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"time"

	"github.com/google/uuid"

	"recourse/evidence/folio"
	"recourse/evidence/journal"
	"recourse/postgres"
	"recourse/recovery"
)

// RequestExport requests a dossier and a bag of the case in its current state.
// A checkpoint is signed at once; the workflow builds the files. If the same papers were
// requested before, and nothing has changed, the existing export is returned.
//
// Errors: CodeInvalid for audience and counterpart_id, CodeForbidden,
// CodeConfirmNeeded for papers that go to the opponent unseen, CodeRateLimited,
// CodeStorageFull.
func (s *Service) RequestExport(ctx context.Context, req Request, id recovery.CaseID, order ExportOrder) (Reply[recovery.Export], error) {
	c, err := s.caseForExport(ctx, req.Actor, id, order)
	if err != nil {
		return Reply[recovery.Export]{}, err
	}
	var reply Reply[recovery.Export]
	for range maxExportTries {
		reply, err = runIdempotent(ctx, s, req, func() (change[recovery.Export], error) { return s.prepareExport(ctx, req, c, order) })
		if !errors.Is(err, errSameExport) {
			break
		}
	}
	return reply, err
}

// maxExportTries limits how often a request looks for an export that others requested at
// the same time.
const maxExportTries = 3

// errSameExport means that others have requested the same export in the meantime.
var errSameExport = recovery.Faultf(recovery.CodeConflict, "The same export was requested at the same time. Request it again.")

// maxAgreementChecks limits how often an agreement is checked again because something
// was written in between.
const maxAgreementChecks = 5

func (s *Service) prepareExport(ctx context.Context, req Request, c recovery.Case, order ExportOrder) (change[recovery.Export], error) {
	if err := s.deriveCopiesFor(ctx, c, order.Audience, order.CounterpartID); err != nil {
		return change[recovery.Export]{}, err
	}
	if order.needsAgreement() {
		if _, _, err := s.checkAgreed(ctx, req.Actor, c.ID, order); err != nil {
			return change[recovery.Export]{}, err
		}
	}
	export := recovery.Export{
		ID: recovery.ExportID(s.newID()), CaseID: c.ID, Audience: order.Audience, CounterpartID: order.CounterpartID,
		State: recovery.ExportBuilding, CreatedAt: s.Now(), By: req.Actor,
	}
	same, found, err := s.Store.FindSameExport(ctx, export, startOfDay(s.Now()))
	if err != nil {
		return change[recovery.Export]{}, err
	}
	if found {
		return change[recovery.Export]{string(same.ID), same, func(idem postgres.Idempotency) (recovery.Export, error) {
			return same, s.Store.StoreResult(ctx, idem)
		}}, nil
	}
	if err := s.checkSpaceForExport(ctx, c.ID); err != nil {
		return change[recovery.Export]{}, err
	}
	if err := s.recordRepeated(ctx, c.ID, s.Now().Add(time.Second)); err != nil {
		return change[recovery.Export]{}, err
	}
	return s.newExport(ctx, req, c, order, export), nil
}

// newExport prepares an export that does not exist yet.
func (s *Service) newExport(ctx context.Context, req Request, c recovery.Case, order ExportOrder, export recovery.Export) change[recovery.Export] {
	write := postgres.ExportWrite{Export: export, Draft: s.exportDraft(req, c, export), Precondition: s.mayStillRead(req).And(s.isNewExport(export))}
	use := s.reserveForAccount(req.Actor, useExports, string(export.ID), 0)
	return change[recovery.Export]{string(export.ID), export, func(idem postgres.Idempotency) (recovery.Export, error) {
		write.Idempotency = idem
		return writeReserved(ctx, use, func() (recovery.Export, error) {
			if order.needsAgreement() {
				return s.requestAgreedExport(ctx, req.Actor, order, write)
			}
			return s.Store.RequestExport(ctx, write)
		})
	}}
}

func (s *Service) exportDraft(req Request, c recovery.Case, export recovery.Export) journal.Draft {
	draft := s.newDraft(recovery.EntryExportRequested, req, c)
	draft.Key = "export:" + string(export.ID)
	// The last entry of the bag records that it is sealed: removing the seal
	// is detected.
	draft.Facts = map[string]any{"export_id": export.ID, "audience": export.Audience, "sealed": true}
	if export.CounterpartID != "" {
		draft.Facts["counterpart_id"] = export.CounterpartID
	}
	return draft
}

// startOfDay returns midnight in China. Papers have the date of their day, so an export
// of the day before is another one.
func startOfDay(now time.Time) time.Time {
	now = now.In(recovery.Shanghai)
	return time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, recovery.Shanghai)
}

// isNewExport is the precondition of an export: none of the same state exists.
func (s *Service) isNewExport(export recovery.Export) postgres.Precondition {
	return func(ctx context.Context, locked postgres.LockedCase) error {
		_, found, err := locked.FindSameExport(ctx, export, startOfDay(s.Now()))
		if err == nil && found {
			err = errSameExport
		}
		return err
	}
}

// checkSpaceForExport refuses an export for which the disk has no room: bag and dossier
// contain the files once each.
func (s *Service) checkSpaceForExport(ctx context.Context, id recovery.CaseID) error {
	_, bytes, err := s.Store.SumFiles(ctx, id)
	if err != nil {
		return err
	}
	return s.Space.Check(2 * bytes)
}

// requestAgreedExport writes the request only if the papers contain exactly what was
// agreed to. An entry that is written after the check makes it check again.
func (s *Service) requestAgreedExport(ctx context.Context, actor recovery.Actor, order ExportOrder, write postgres.ExportWrite) (recovery.Export, error) {
	for range maxAgreementChecks {
		digest, size, err := s.checkAgreed(ctx, actor, write.Export.CaseID, order)
		if err != nil {
			return recovery.Export{}, err
		}
		write.AfterEntry = &size
		write.Draft.Facts["agreed"] = digest
		if order.Confirm {
			write.Draft.Facts["agreed_unseen"] = true
		}
		export, err := s.Store.RequestExport(ctx, write)
		if !errors.Is(err, postgres.ErrJournalGrew) {
			return export, err
		}
	}
	return recovery.Export{}, needsConfirmation("The case is changing at this moment.")
}

// Export returns the state of an export.
func (s *Service) Export(ctx context.Context, actor recovery.Actor, id recovery.ExportID) (recovery.Export, error) {
	export, _, err := s.exportAndCase(ctx, actor, id)
	return export, err
}

func (s *Service) exportAndCase(ctx context.Context, actor recovery.Actor, id recovery.ExportID) (recovery.Export, recovery.Case, error) {
	noSuchExport := recovery.Faultf(recovery.CodeNotFound, "There is no such export.")
	if _, err := uuid.Parse(string(id)); err != nil {
		return recovery.Export{}, recovery.Case{}, noSuchExport
	}
	export, err := s.Store.FindExport(ctx, id)
	if err != nil {
		return recovery.Export{}, recovery.Case{}, err
	}
	c, err := s.visibleCase(ctx, actor, export.CaseID)
	switch {
	case recovery.CodeOf(err) == recovery.CodeNotFound, !recovery.SeesPapers(actor.Role, export.Audience):
		return recovery.Export{}, recovery.Case{}, noSuchExport
	case err != nil:
		return recovery.Export{}, recovery.Case{}, err
	}
	return export, c, nil
}

// ExportsOf lists the exports of a case that the actor may see, newest first.
func (s *Service) ExportsOf(ctx context.Context, actor recovery.Actor, id recovery.CaseID) ([]recovery.Export, error) {
	if _, err := s.visibleCase(ctx, actor, id); err != nil {
		return nil, err
	}
	exports, err := s.Store.ListExports(ctx, id)
	return slices.DeleteFunc(exports, func(e recovery.Export) bool { return !recovery.SeesPapers(actor.Role, e.Audience) }), err
}

// The files of an export.
const (
	DossierFile = folio.DossierFile
	BagFile     = folio.BagFile
)

// OpenExport opens dossier.pdf or bag.zip of a ready export. The download is
// written to the journal before a byte is returned.
func (s *Service) OpenExport(ctx context.Context, req Request, id recovery.ExportID, name string) (io.ReadSeekCloser, recovery.Export, error) {
	export, c, err := s.exportAndCase(ctx, req.Actor, id)
	if err != nil {
		return nil, recovery.Export{}, err
	}
	if err := checkFilesReadable(c, req.Actor); err != nil {
		return nil, export, err
	}
	if export.State == recovery.ExportExpired {
		return nil, export, exportExpired(export)
	}
	if export.State != recovery.ExportReady {
		return nil, export, recovery.Faultf(recovery.CodeConflict, "The export is %s. Its files exist when it is ready.", export.State)
	}
	if err := s.checkMayDownload(ctx, req.Actor, export); err != nil {
		return nil, export, err
	}
	file, err := os.Open(folio.ExportPath(s.config.ExportsDir, id, name))
	if err != nil {
		return nil, export, err
	}
	if req.HeaderOnly {
		return file, export, nil
	}
	draft := s.newDraft(recovery.EntryExportDownloaded, req, c)
	draft.Key = s.readingKey(req, string(id), name)
	draft.Facts = map[string]any{"export_id": id, "file": name, "audience": export.Audience}
	if err := s.Store.RecordReading(ctx, c.ID, postgres.Reading{Draft: draft, IsPart: req.InParts}, s.mayStillRead(req)); err != nil {
		return nil, export, errors.Join(err, file.Close())
	}
	return file, export, nil
}

// exportExpired returns the refusal of removed files, with the way to get them again.
func exportExpired(export recovery.Export) error {
	return recovery.Faultf(recovery.CodeExportExpired, "The files of this export were deleted: they are kept for %d days, and for one day when newer ones "+
		"replace them. Order new ones with POST /api/v1/cases/%s/exports for the audience %s.", int(ExportLife/day), export.CaseID, export.Audience)
}

// checkMayDownload refuses an export with particulars to an actor who may not see
// them. An export that such an actor requests is built with masked values.
func (s *Service) checkMayDownload(ctx context.Context, actor recovery.Actor, export recovery.Export) error {
	printed := recovery.SeesOnPaper(export.Audience, export.By.Role, recovery.PrivateParticulars)
	if !printed || recovery.SeesOnScreen(actor.Role, recovery.PrivateParticulars) {
		return nil
	}
	particulars, err := s.Store.ReadParticulars(ctx, export.CaseID)
	if err == nil && len(particulars.ValuesByPath()) > 0 {
		err = recovery.Faultf(recovery.CodeForbidden, "This export contains particulars that you may not see. Request your own export.")
	}
	return err
}
