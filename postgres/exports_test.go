package postgres_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"recourse/evidence/journal"
	"recourse/postgres"
	"recourse/recovery"
)

// An export keeps where its case stood, without a name, and gives it back
// whatever happened since.
func TestCaseAt(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	c := file(t, b.Store)
	then := must[recovery.Case](t)(b.ReadCase(t.Context(), c.ID))
	e := exportOf(t, c)
	must[recovery.Export](t)(b.RequestExport(t.Context(), postgres.ExportWrite{Export: e, Draft: draft(recovery.EntryExportRequested, "r")}))
	next := then.Position
	next.Stage, next.Outcome, next.Recovered = recovery.Closed, recovery.RecoveredPartly, 5
	must[postgres.StepResult](t)(b.WriteStep(t.Context(), postgres.StepWrite{
		CaseID: c.ID, Drafts: []journal.Draft{draft(recovery.EntryClosed, "closed")}, Next: next,
		Counterpart: &recovery.Counterpart{ID: then.Counterparts[1].ID, Answer: recovery.PartlyReturned, ReturnFen: 5},
	}))
	now := must[recovery.Case](t)(b.ReadCase(t.Context(), c.ID))
	got := must[recovery.Case](t)(b.CaseAtExport(t.Context(), e.ID))
	then.Version = now.Version // counts on, and is on no paper
	if diff := cmp.Diff(then, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, name := range []string{c.Claimant.Name, c.Counterparts[0].Alias, c.Counterparts[0].Contact, c.Claimant.Email} {
		if b.count(t, "exports where id = $1 and case_at::text like '%' || $2 || '%'", e.ID, name) != 0 {
			t.Errorf("the export keeps %s", name)
		}
	}
	_, err := b.CaseAtExport(t.Context(), recovery.ExportID(newID(t)))
	wantCode(t, err, recovery.CodeNotFound)
}

// TestExportAfterACertainEntry: what was agreed to is what the papers contain.
func TestExportAfterACertainEntry(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	c := file(t, b.Store)
	for _, after := range []int64{0, 2} {
		w := postgres.ExportWrite{Export: exportOf(t, c), Draft: draft(recovery.EntryExportRequested, "r"), AfterEntry: &after}
		if _, err := b.RequestExport(t.Context(), w); !errors.Is(err, postgres.ErrJournalGrew) {
			t.Errorf("after entry %d: %v", after, err)
		}
	}
	one := int64(1)
	w := postgres.ExportWrite{Export: exportOf(t, c), Draft: draft(recovery.EntryExportRequested, "r"), AfterEntry: &one}
	if got := must[recovery.Export](t)(b.RequestExport(t.Context(), w)); got.Size != 2 {
		t.Errorf("it covers %d entries", got.Size)
	}
}
