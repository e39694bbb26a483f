package activities

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"

	"recourse/evidence/folio"
	"recourse/evidence/journal"
	"recourse/evidence/seal"
	"recourse/recovery"
)

// Archive is what building an export needs of the database.
type Archive interface {
	// CaseAt reads a case as it stood when an export of it was asked for.
	CaseAt(ctx context.Context, id recovery.ExportID) (recovery.Case, error)
	Export(ctx context.Context, id recovery.ExportID) (recovery.Export, error)
	Journal(ctx context.Context, id recovery.CaseID, after int64, limit int) ([]journal.StoredEntry, error)
	CheckpointAt(ctx context.Context, id recovery.CaseID, size int64) (journal.Checkpoint, error)
	CheckpointsOf(ctx context.Context, id recovery.CaseID, below int64) ([]journal.Checkpoint, error)
	EvidenceOf(ctx context.Context, id recovery.CaseID) ([]recovery.Evidence, error)
	FinishExport(ctx context.Context, e recovery.Export, d journal.Draft) error
}

// Originals gives the bytes of evidence by their SHA-256.
type Originals interface {
	Open(sha256 string) (io.ReadCloser, error)
}

// Checklist is what the playbook pinned to a case says for its papers.
type Checklist interface {
	// Missing names, in Chinese, what a complete dossier would hold and this one
	// does not.
	Missing(c recovery.Case, have []recovery.Evidence, audience recovery.Audience) ([]string, error)
	// Fees are the court fees on what is outstanding.
	Fees(c recovery.Case, at time.Time) ([]folio.Fee, error)
	// Citations are the articles of what a complaint may rest on.
	Citations(c recovery.Case, at time.Time) ([]folio.Citation, error)
}

// Printed tells of a dossier that was set.
type Printed struct {
	Pages   int
	Missing []string // what a complete one would hold, in Chinese: the folio's, and the blanks of its papers
}

// Papers turns a folio into files. The fingerprint of the bag's payload stands
// on the dossier's cover; the dossier then lies in the bag.
type Papers interface {
	Fingerprint(ctx context.Context, f folio.Folio) (string, error)
	Dossier(w io.Writer, f folio.Folio, fingerprint string) (Printed, error)
	Bag(ctx context.Context, w io.Writer, f folio.Folio, dossier func() (io.ReadCloser, error)) error
}

// Custody is how this installation names itself on its papers.
type Custody struct {
	Version   string           // of this build, such as "0.1.0"
	Custodian string           // who runs it
	Keys      *journal.Keyring // of its checkpoints and bags
	Identity  *seal.Identity   // seals its dossiers; nil: nobody does
}

// Exports are the activities of the queue "evidence".
type Exports struct {
	Archive   Archive
	Originals Originals
	Checklist Checklist
	Papers    Papers
	Custody   Custody
	Stamps    *Stamps // nil: no outside time
	Dir       string  // where exports lie; see ExportPath
	Now       func() time.Time
}

// enoughAttempts is when building stops trying: by then the reason is not one
// that passes.
const enoughAttempts = 10

// BuildExport builds the dossier and the bag of a recorded export and records
// that they are ready, or why they are not. Run again, it keeps the files that
// stand and records nothing twice. Only when nothing can be recorded does it
// return an error.
func (a *Exports) BuildExport(ctx context.Context, in ExportInput) (ExportResult, error) {
	export, err := a.Archive.Export(ctx, in.ExportID)
	if err != nil {
		return ExportResult{}, judged(err)
	}
	if export.State != recovery.ExportBuilding {
		return ExportResult{State: export.State}, nil
	}
	if export.CaseID != in.CaseID {
		return ExportResult{}, judged(recovery.Faultf(recovery.CodeConflict, "The export belongs to another case."))
	}
	c, err := a.Archive.CaseAt(ctx, export.ID)
	if err != nil {
		return ExportResult{}, judged(err)
	}
	attempt := activity.GetInfo(ctx).Attempt
	if attempt > enoughAttempts { // it brought the worker down each time
		return a.fail(ctx, export, c, reasonBuild)
	}
	defer a.beat(ctx)()
	export, err = a.build(ctx, export, c)
	if err == nil {
		return a.finish(ctx, export, c)
	}
	if reason, final := unmendable(err, attempt); final {
		activity.GetLogger(ctx).Error("an export cannot be built", "export", export.ID, "reason", reason, "error", err)
		return a.fail(ctx, export, c, reason)
	}
	return ExportResult{}, err
}

// build makes both files and says what they are.
func (a *Exports) build(ctx context.Context, export recovery.Export, c recovery.Case) (recovery.Export, error) {
	made, err := buildOnce(filepath.Dir(ExportPath(a.Dir, export.ID, DossierFile)), func(dir string) (built, error) {
		folio, err := a.folio(ctx, export, c)
		if err != nil {
			return built{}, err
		}
		return a.press(ctx, folio, dir)
	})
	export.Pages, export.Missing, export.SHA256, export.BagSHA256 = made.Pages, made.Missing, made.SHA256, made.BagSHA256
	return export, err
}

// press makes the files of a folio in a folder: the dossier as written, then
// sealed, then the bag with the sealed one.
func (a *Exports) press(ctx context.Context, folio folio.Folio, dir string) (built, error) {
	var made built
	fingerprint, err := a.Papers.Fingerprint(ctx, folio)
	if err != nil {
		return built{}, fmt.Errorf("fingerprint: %w", err)
	}
	plain, dossier := filepath.Join(dir, ".plain.pdf"), filepath.Join(dir, DossierFile)
	_, err = writeFile(plain, func(w io.Writer) error {
		printed, err := a.Papers.Dossier(w, folio, fingerprint)
		made.Pages, made.Missing = printed.Pages, printed.Missing
		return err
	})
	if err != nil {
		return built{}, fmt.Errorf("dossier: %w", err)
	}
	if made.SHA256, err = a.sealed(ctx, plain, dossier, folio); err != nil {
		return built{}, fmt.Errorf("seal: %w", err)
	}
	if err := os.Remove(plain); err != nil {
		return built{}, err
	}
	made.BagSHA256, err = writeFile(filepath.Join(dir, BagFile), func(w io.Writer) error {
		return a.Papers.Bag(ctx, w, folio, openFile(dossier))
	})
	if err != nil {
		return built{}, fmt.Errorf("bag: %w", err)
	}
	return made, nil
}

func (a *Exports) finish(ctx context.Context, export recovery.Export, c recovery.Case) (ExportResult, error) {
	now := a.Now().UTC()
	export.State, export.ReadyAt = recovery.ExportReady, &now
	facts := map[string]any{
		"export_id": export.ID, "audience": export.Audience, "state": export.State, "entries": export.Size,
		"pages": export.Pages, "sha256": export.SHA256, "bag_sha256": export.BagSHA256, "missing": len(export.Missing),
	}
	return a.record(ctx, export, c, facts)
}

// fail records that the export cannot be built and tells its reader why.
func (a *Exports) fail(ctx context.Context, export recovery.Export, c recovery.Case, reason string) (ExportResult, error) {
	export.State, export.Failure = recovery.ExportFailed, reasonText(reason)
	facts := map[string]any{
		"export_id": export.ID, "audience": export.Audience, "state": export.State, "reason": reason,
	}
	return a.record(ctx, export, c, facts)
}

func (a *Exports) record(ctx context.Context, export recovery.Export, c recovery.Case, facts map[string]any) (ExportResult, error) {
	err := a.Archive.FinishExport(ctx, export, journal.Draft{
		Kind: recovery.EntryExportBuilt, At: a.Now().UTC(), Actor: recovery.System, Pace: c.Pace, Facts: facts,
		Collector: journal.Collector{Tool: collectorTool, Version: a.Custody.Version},
		Key:       "export_built:" + string(export.ID),
	})
	if err != nil {
		return ExportResult{}, judged(err)
	}
	return ExportResult{State: export.State}, nil
}

// beatEvery is well below the heartbeat timeout of the workflow's preset.
const beatEvery = 5 * time.Second

// beat tells the engine that building goes on, until stop is called.
func (a *Exports) beat(ctx context.Context) (stop func()) {
	ended := make(chan struct{})
	go func() {
		ticker := time.NewTicker(beatEvery)
		defer ticker.Stop()
		for {
			select {
			case <-ended:
				return
			case <-ctx.Done():
				return
			case <-ticker.C:
				activity.RecordHeartbeat(ctx)
			}
		}
	}()
	return func() { close(ended) }
}

// unmendable decides whether building again could help, and if not, why.
func unmendable(err error, attempt int32) (reason string, final bool) {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return "", false // the worker stops; another goes on
	}
	var permanent *brokenError
	if errors.As(err, &permanent) {
		return permanent.reason, true
	}
	var application *temporal.ApplicationError
	if errors.As(err, &application) && application.NonRetryable() {
		return reasonBuild, true
	}
	return reasonBuild, attempt >= enoughAttempts
}
