package api

import (
	"github.com/labstack/echo/v4"

	"recourse/casework"
	"recourse/evidence/originals/signals"
	"recourse/recovery"
)

// GetCaseSignals implements ServerInterface.
func (a *API) GetCaseSignals(c echo.Context, id ID) error {
	if err := checkID(id); err != nil {
		return err
	}
	found, err := a.service.CaseSignals(c.Request().Context(), actorFrom(c), recovery.CaseID(id))
	if err != nil {
		return err
	}
	return sendJSON(c, CaseSignals{
		Caution: found.Caution, Files: renderList(found.Files, renderFileSignals), Related: renderList(found.Related, renderRelatedCase),
	})
}

func renderFileSignals(f casework.FileSignals) FileSignals {
	return FileSignals{EvidenceID: string(f.ID), Signals: renderList(f.Marks, renderFileSignal)}
}

func renderFileSignal(m signals.Mark) FileSignal {
	return FileSignal{Kind: SignalKind(m.Kind), Text: m.Kind.Text(), Value: nullIfEmpty[string](m.Value)}
}

func renderRelatedCase(r recovery.RelatedCase) RelatedCase {
	return RelatedCase{
		CaseID: string(r.CaseID), Number: string(r.Number), Overlap: Overlap(r.Overlap), EvidenceID: nullIfEmpty[string](r.EvidenceID),
	}
}
