package activities

import (
	"context"

	"recourse/evidence/folio"
	"recourse/recovery"
)

// Assemble builds the folio of a requested export.
func (a *Exports) Assemble(ctx context.Context, export recovery.Export) (folio.Folio, error) {
	c, err := a.Archive.CaseAtExport(ctx, export.ID)
	if err != nil {
		return folio.Folio{}, err
	}
	return a.assemble(ctx, export, c)
}
