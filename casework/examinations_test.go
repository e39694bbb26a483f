package casework_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"recourse/casework"
	"recourse/casework/casetest"
	"recourse/evidence/journal"
	"recourse/evidence/originals/decode"
	"recourse/evidence/originals/intake"
	"recourse/evidence/originals/sandbox"
	"recourse/loop"
	"recourse/postgres"
	"recourse/recovery"
)

// gate is a Runner that runs a job when the test opens it.
type gate struct {
	sandbox.Runner

	open chan struct{}
	err  atomic.Pointer[error] // of the jobs, instead of their result
	// panics makes the jobs panic.
	panics atomic.Bool
}

func (g *gate) Run(ctx context.Context, call sandbox.Call, value any) ([]byte, error) {
	select {
	case <-g.open:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if g.panics.Load() {
		panic("a file")
	}
	if err := g.err.Load(); err != nil {
		return nil, *err
	}
	return g.Runner.Run(ctx, call, value)
}

// newGate replaces the decoder of a service by one that waits.
func newGate(t testing.TB, rig *casetest.Fixture) *gate {
	t.Helper()
	g := &gate{Runner: sandbox.Local{Jobs: decode.Jobs(decode.FindTools())}, open: make(chan struct{})}
	parts := rig.Dependencies
	parts.Decoder = decode.NewDecoder(g)
	rig.Service = casework.New(parts, casework.Config{
		Version: "test", Development: true, ExportsDir: rig.ExportsDir, ExaminationWait: time.Millisecond,
	})
	t.Cleanup(rig.Service.Close)
	return g
}

func exhibitOf(t testing.TB, rig *casetest.Fixture, id recovery.EvidenceID) casework.Exhibit {
	t.Helper()
	exhibit, err := rig.Exhibit(t.Context(), rig.Actor(recovery.RoleAgent), id)
	if err != nil {
		t.Fatal(err)
	}
	return exhibit
}

func codesOf(e casework.Exhibit) (codes []intake.Finding) {
	for _, finding := range e.Findings {
		codes = append(codes, finding.Code)
	}
	return codes
}

// TestAFileIsStoredBeforeItIsExamined: the answer does not wait for a slow examination, and
// nothing is built on what is not known yet.
func TestAFileIsStoredBeforeItIsExamined(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	decoding := newGate(t, rig)
	view := rig.FileCase(t)
	added := rig.Upload(t, view.ID, recovery.ChatScreenshot, shot(t))
	if exhibit := exhibitOf(t, rig, added.ID); !exhibit.BeingExamined || exhibit.Shown {
		t.Errorf("%+v", exhibit)
	}
	if _, err := rig.OpenView(t.Context(), rig.As(recovery.RoleAgent), added.ID, ""); recovery.CodeOf(err) != recovery.CodeUnavailable {
		t.Errorf("its copy: %v", err)
	}
	order := casework.ExportOrder{Audience: recovery.ForCourt}
	if _, err := rig.RequestExport(t.Context(), rig.As(recovery.RoleLegal), view.ID, order); recovery.CodeOf(err) != recovery.CodeConflict {
		t.Errorf("papers: %v", err)
	}
	close(decoding.open)
	rig.WaitForExaminations()
	if exhibit := exhibitOf(t, rig, added.ID); exhibit.BeingExamined || !exhibit.Shown {
		t.Errorf("%+v", exhibit)
	}
	if _, err := rig.RequestExport(t.Context(), rig.As(recovery.RoleLegal), view.ID, order); err != nil {
		t.Errorf("papers: %v", err)
	}
}

// TestAFileThatExhaustsItsReaderIsKept with a finding that says so.
func TestAFileThatExhaustsItsReaderIsKept(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	decoding := newGate(t, rig)
	decoding.err.Store(&sandbox.ErrTooCostly)
	close(decoding.open)
	view := rig.FileCase(t)
	added := rig.Upload(t, view.ID, recovery.ChatScreenshot, shot(t))
	rig.WaitForExaminations()
	exhibit := exhibitOf(t, rig, added.ID)
	if exhibit.BeingExamined || exhibit.Shown || !slices.Equal(codesOf(exhibit), []intake.Finding{intake.TooCostly}) {
		t.Errorf("%+v", exhibit)
	}
	if lastKind(t, rig, view.ID) != recovery.EntryEvidenceExamined {
		t.Errorf("the journal ends with %s", lastKind(t, rig, view.ID))
	}
}

// TestAFailedExaminationIsRepeated by the loop over what is due, which gives up in the end.
func TestAFailedExaminationIsRepeated(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		failures int
		findings []intake.Finding
		shown    bool
	}{"once": {1, nil, true}, "always": {9, []intake.Finding{intake.NoPreview}, false}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rig := casetest.New(t)
			decoding := newGate(t, rig)
			broken := errors.New("the disk fails")
			decoding.err.Store(&broken)
			close(decoding.open)
			view := rig.FileCase(t)
			added := rig.Upload(t, view.ID, recovery.ChatScreenshot, shot(t))
			rig.WaitForExaminations()
			for round := 2; exhibitOf(t, rig, added.ID).BeingExamined; round++ {
				if round > test.failures {
					decoding.err.Store(nil)
				}
				rig.SetClock(rig.Now().Add(2 * time.Hour))
				if count, err := rig.ExamineDue(t.Context()); err != nil || count != 1 {
					t.Fatalf("round %d: %d examined, %v", round, count, err)
				}
			}
			exhibit := exhibitOf(t, rig, added.ID)
			if exhibit.Shown != test.shown || !slices.Equal(codesOf(exhibit), test.findings) {
				t.Errorf("%+v", exhibit)
			}
		})
	}
}

// TestAFileThatPanicsItsReader stops neither the process nor the files behind it.
func TestAFileThatPanicsItsReader(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	decoding := newGate(t, rig)
	close(decoding.open)
	decoding.panics.Store(true)
	view := rig.FileCase(t)
	bad := rig.Upload(t, view.ID, recovery.ChatScreenshot, shot(t))
	rig.WaitForExaminations()
	rig.SetClock(rig.Now().Add(time.Hour))
	if _, err := rig.ExamineDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	decoding.panics.Store(false)
	other := rig.FileCase(t)
	good := rig.Upload(t, other.ID, recovery.ChatScreenshot, shot(t))
	rig.WaitForExaminations()
	if !exhibitOf(t, rig, bad.ID).BeingExamined || !exhibitOf(t, rig, good.ID).Shown {
		t.Errorf("%+v, %+v", exhibitOf(t, rig, bad.ID), exhibitOf(t, rig, good.ID))
	}
	if stats := loopStats(rig, "examinations"); stats.Panics != 2 || stats.Failing != 1 || strings.Count(rig.Log.String(), "panicked") != 1 {
		t.Errorf("%+v, the log:\n%s", stats, rig.Log)
	}
	rig.SetClock(rig.Now().Add(time.Hour))
	if count, err := rig.ExamineDue(t.Context()); err != nil || count != 1 {
		t.Fatalf("%d examined (%v)", count, err)
	}
	if stats := loopStats(rig, "examinations"); stats.Failing != 0 || !exhibitOf(t, rig, bad.ID).Shown {
		t.Errorf("%+v, %+v", stats, exhibitOf(t, rig, bad.ID))
	}
}

// loopStats returns what a loop has counted.
func loopStats(rig *casetest.Fixture, name string) loop.Stats {
	for _, one := range rig.Loops.Snapshot() {
		if one.Name == name {
			return one
		}
	}
	return loop.Stats{}
}

// TestAnErasureEndsAnExamination: no copy of an erased file stays on the disk.
func TestAnErasureEndsAnExamination(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	decoding := newGate(t, rig)
	view := rig.FileCase(t)
	rig.Upload(t, view.ID, recovery.ChatScreenshot, shot(t))
	before := countBlobs(t, rig)
	draft := journal.Draft{Kind: recovery.EntryValuesErased, Key: "erased", At: rig.Now(), Actor: casework.Operator, Facts: map[string]any{}}
	anyCase := func(context.Context, postgres.LockedCase) error { return nil }
	if _, err := rig.Store.EraseCase(t.Context(), postgres.ErasureWrite{CaseID: view.ID, Draft: draft, Precondition: anyCase}); err != nil {
		t.Fatal(err)
	}
	close(decoding.open)
	rig.WaitForExaminations()
	if after := countBlobs(t, rig); after != before {
		t.Errorf("%d files, then %d", before, after)
	}
	if strings.Contains(rig.Log.String(), "background work fails") {
		t.Error(rig.Log.String())
	}
}

func countBlobs(t testing.TB, rig *casetest.Fixture) (count int) {
	t.Helper()
	err := filepath.WalkDir(rig.BlobDir, func(_ string, entry os.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			count++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return count
}
