package activities

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"go.temporal.io/sdk/activity"

	"recourse/evidence/bag"
	"recourse/evidence/dossier"
	"recourse/evidence/folio"
	"recourse/evidence/journal"
	"recourse/evidence/originals/blob"
	"recourse/evidence/originals/decode"
	"recourse/loop"
	"recourse/recovery"
)

// Archive is the part of the database that building an export needs.
type Archive interface {
	// CaseAtExport reads a case as it was when an export of it was requested.
	CaseAtExport(ctx context.Context, id recovery.ExportID) (recovery.Case, error)
	FindExport(ctx context.Context, id recovery.ExportID) (recovery.Export, error)
	ReadJournal(ctx context.Context, id recovery.CaseID, after int64, limit int) ([]journal.StoredEntry, error)
	CheckpointOfSize(ctx context.Context, id recovery.CaseID, size int64) (journal.Checkpoint, error)
	EarlierCheckpoints(ctx context.Context, id recovery.CaseID, below int64) ([]journal.Checkpoint, error)
	ListEvidence(ctx context.Context, id recovery.CaseID) ([]recovery.Evidence, error)
	FinishExport(ctx context.Context, e recovery.Export, d journal.Draft) error
}

// Exports are the activities of the queue "evidence".
type Exports struct {
	Archive   Archive
	Originals folio.Originals
	Checklist folio.Checklist
	Custody   folio.Custody
	Fonts     *dossier.Fonts
	Decoder   *decode.Decoder // decodes pictures where they can be stopped
	Stamps    *Stamps         // nil: no time stamps
	Dir       string          // where exports are kept; see folio.ExportPath
	Loops     *loop.Monitor   // nil: nobody watches the heartbeats
	Space     *blob.Space     // kept free on their disk; nil: nothing
	Now       func() time.Time
}

// maxBuildAttempts is the number of attempts after which an export is marked as
// failed.
const maxBuildAttempts = 10

// BuildExport builds the dossier and the bag of a recorded export and records
// that they are ready, or why they cannot be built. A repeated run keeps
// finished files and records nothing twice. It returns an error only when
// nothing could be recorded, or when another attempt may succeed.
func (a *Exports) BuildExport(ctx context.Context, in ExportInput) (ExportResult, error) {
	export, err := a.Archive.FindExport(ctx, in.ExportID)
	if err != nil {
		return ExportResult{}, nonRetryable(err)
	}
	if export.State != recovery.ExportBuilding {
		return ExportResult{State: export.State}, nil
	}
	if export.CaseID != in.CaseID {
		return ExportResult{}, nonRetryable(recovery.Faultf(recovery.CodeConflict, "The export belongs to another case."))
	}
	c, err := a.Archive.CaseAtExport(ctx, export.ID)
	if err != nil {
		return ExportResult{}, nonRetryable(err)
	}
	attempt := activity.GetInfo(ctx).Attempt
	if attempt > maxBuildAttempts { // every attempt so far ended the worker
		return a.recordFailed(ctx, export, c, reasonBuild)
	}
	defer a.heartbeat(ctx)()
	if err = a.checkSpace(ctx, export); err == nil {
		export, err = a.buildFiles(ctx, export, c)
	}
	if err == nil {
		return a.recordReady(ctx, export, c)
	}
	if reason, permanent := isPermanent(err, attempt); permanent {
		activity.GetLogger(ctx).Error("an export cannot be built", "export", export.ID, "reason", reason, "error", err)
		return a.recordFailed(ctx, export, c, reason)
	}
	return ExportResult{}, err
}

// checkSpace refuses to build what would use the reserve of the disk: bag and dossier
// contain the files once each.
func (a *Exports) checkSpace(ctx context.Context, export recovery.Export) error {
	files, err := a.Archive.ListEvidence(ctx, export.CaseID)
	if err != nil {
		return err
	}
	var needed int64
	for _, file := range files {
		needed += 2 * file.Size
	}
	return a.Space.Check(needed)
}

// buildFiles creates both files and completes the record of the export.
func (a *Exports) buildFiles(ctx context.Context, export recovery.Export, c recovery.Case) (recovery.Export, error) {
	made, err := buildOnce(filepath.Dir(folio.ExportPath(a.Dir, export.ID, folio.DossierFile)), func(dir string) (buildResult, error) {
		f, err := a.assemble(ctx, export, c)
		if err != nil {
			return buildResult{}, err
		}
		return a.writeFiles(ctx, f, dir)
	})
	export.Pages, export.Missing, export.SHA256, export.BagSHA256 = made.Pages, made.Missing, made.SHA256, made.BagSHA256
	return export, err
}

// writeFiles writes the files of a folio into a folder: the dossier as printed,
// the sealed one in its place, and the bag with the sealed one.
func (a *Exports) writeFiles(ctx context.Context, f folio.Folio, dir string) (buildResult, error) {
	plan, err := bag.NewPlan(f)
	if err != nil {
		return buildResult{}, fmt.Errorf("bag: %w", err)
	}
	var report dossier.Report
	plain, sealed := filepath.Join(dir, ".plain.pdf"), filepath.Join(dir, folio.DossierFile)
	_, err = writeFile(plain, func(w io.Writer) (err error) {
		report, err = dossier.Build(w, f, dossier.Options{
			Fonts: a.Fonts, Fingerprint: plan.Fingerprint(), Reencode: a.Decoder.Reencoder(ctx),
			Transcribe: a.Decoder.Transcriber(ctx), Excerpt: a.Decoder.Excerpter(ctx),
			RenderPage: a.Decoder.PageRenderer(ctx), ReadPDF: a.Decoder.TextReader(ctx),
		})
		return err
	})
	if err != nil {
		return buildResult{}, fmt.Errorf("dossier: %w", err)
	}
	made := buildResult{Pages: report.Pages, Missing: report.Missing}
	if made.SHA256, err = a.sealFile(ctx, plain, sealed, f); err != nil {
		return buildResult{}, fmt.Errorf("seal: %w", err)
	}
	if err := os.Remove(plain); err != nil {
		return buildResult{}, err
	}
	made.BagSHA256, err = writeFile(filepath.Join(dir, folio.BagFile), func(w io.Writer) error {
		_, err := plan.Write(ctx, w, openFile(sealed))
		return err
	})
	if err != nil {
		return buildResult{}, fmt.Errorf("bag: %w", err)
	}
	return made, nil
}

func (a *Exports) recordReady(ctx context.Context, export recovery.Export, c recovery.Case) (ExportResult, error) {
	now := a.Now().UTC()
	export.State, export.ReadyAt = recovery.ExportReady, &now
	facts := map[string]any{
		"export_id": export.ID, "audience": export.Audience, "state": export.State, "entries": export.Size,
		"pages": export.Pages, "sha256": export.SHA256, "bag_sha256": export.BagSHA256, "missing": len(export.Missing),
	}
	return a.recordResult(ctx, export, c, facts)
}

// recordFailed records that the export cannot be built, and why.
func (a *Exports) recordFailed(ctx context.Context, export recovery.Export, c recovery.Case, reason string) (ExportResult, error) {
	export.State, export.Failure = recovery.ExportFailed, reasonText(reason)
	facts := map[string]any{
		"export_id": export.ID, "audience": export.Audience, "state": export.State, "reason": reason,
	}
	return a.recordResult(ctx, export, c, facts)
}

func (a *Exports) recordResult(ctx context.Context, export recovery.Export, c recovery.Case, facts map[string]any) (ExportResult, error) {
	err := a.Archive.FinishExport(ctx, export, journal.Draft{
		Kind: recovery.EntryExportBuilt, At: a.Now().UTC(), Actor: recovery.System, Pace: c.Pace, Facts: facts,
		Collector: journal.Collector{Tool: folio.Tool, Version: a.Custody.Version},
		Key:       "export_built:" + string(export.ID),
	})
	if err != nil {
		return ExportResult{}, nonRetryable(err)
	}
	return ExportResult{State: export.State}, nil
}

// heartbeatInterval is well below the heartbeat timeout of the workflow.
const heartbeatInterval = 5 * time.Second

// heartbeat reports to Temporal that the activity is alive, until stop is called.
func (a *Exports) heartbeat(ctx context.Context) (stop func()) {
	ctx, stop = context.WithCancel(ctx)
	go a.Loops.Run(ctx, loop.Loop{Name: "heartbeat", Interval: heartbeatInterval, Step: func(ctx context.Context) (bool, error) {
		activity.RecordHeartbeat(ctx)
		return false, nil
	}})
	return stop
}
