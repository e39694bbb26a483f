package activities

import (
	"context"
	"fmt"

	"go.temporal.io/sdk/activity"

	"recourse/evidence/dossier"
	"recourse/evidence/folio"
	"recourse/evidence/journal"
	"recourse/recovery"
)

// journalPage is how many entries are read at a time.
const journalPage = 500

// assemble reads what an export is made of from the database and builds its
// folio.
func (a *Exports) assemble(ctx context.Context, export recovery.Export, c recovery.Case) (folio.Folio, error) {
	source, err := a.readSource(ctx, export, c)
	if err != nil {
		return folio.Folio{}, err
	}
	if a.Stamps != nil {
		source.Checkpoint = a.stampCheckpoint(ctx, source)
		source.Roots = a.Stamps.RootsPEM()
	}
	return folio.Assembler{Originals: a.Originals, Checklist: a.Checklist, Custody: a.Custody, Interest: dossier.AccruedInterest}.Assemble(source)
}

func (a *Exports) readSource(ctx context.Context, export recovery.Export, c recovery.Case) (folio.Source, error) {
	source := folio.Source{Case: c, Export: export}
	var err error
	source.Checkpoint, err = a.Archive.CheckpointOfSize(ctx, c.ID, export.Size)
	if recovery.CodeOf(err) == recovery.CodeNotFound {
		return source, fmt.Errorf("%w: %w", folio.ErrJournalIncomplete, err)
	}
	if err != nil {
		return source, err
	}
	if source.Earlier, err = a.Archive.EarlierCheckpoints(ctx, c.ID, export.Size); err != nil {
		return source, err
	}
	if source.Evidence, err = a.Archive.ListEvidence(ctx, c.ID); err != nil {
		return source, err
	}
	source.Records, err = a.readJournal(ctx, export)
	return source, err
}

// readJournal reads the entries that the checkpoint of an export covers.
func (a *Exports) readJournal(ctx context.Context, export recovery.Export) ([]journal.Record, error) {
	records := make([]journal.Record, 0, export.Size)
	for int64(len(records)) < export.Size {
		limit := min(journalPage, int(export.Size)-len(records))
		page, err := a.Archive.ReadJournal(ctx, export.CaseID, int64(len(records)), limit)
		if err != nil {
			return nil, err
		}
		if len(page) == 0 {
			return nil, fmt.Errorf("%w: it ends at %d of %d entries", folio.ErrJournalIncomplete, len(records), export.Size)
		}
		for _, stored := range page {
			records = append(records, stored.Record)
		}
	}
	return records, nil
}

// stampCheckpoint requests a time stamp for the checkpoint of an export, unless
// it has one. Without an answer the export is built without the stamp, and its
// papers state that it is missing.
func (a *Exports) stampCheckpoint(ctx context.Context, source folio.Source) journal.Checkpoint {
	c := source.Checkpoint
	if c.StampedAt != nil || len(source.Records) == 0 {
		return c
	}
	newest := source.Records[len(source.Records)-1].At
	stamped, err := a.Stamps.StampCheckpoint(ctx, journal.PendingStamp{CaseID: source.Case.ID, Size: c.Size, Note: c.Note, Newest: newest})
	if err != nil {
		activity.GetLogger(ctx).Warn("an export has no time stamp", "case", source.Case.ID, "error", err)
		return c
	}
	return stamped
}
