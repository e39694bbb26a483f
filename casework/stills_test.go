package casework_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"recourse/casework/casetest"
	"recourse/evidence/folio"
	"recourse/evidence/journal"
	"recourse/evidence/originals/intake"
	"recourse/recovery"
)

// film makes a film with ffmpeg, which the setup of the tests installs.
func film(t testing.TB) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.mp4")
	out, err := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=360x640:r=10:d=2", "-c:v", "mpeg4", path).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestAFilmHasStills: the sheet is a derivative with an entry of its own kind, so that nobody
// gets it in place of the original.
func TestAFilmHasStills(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	view := rig.FileCase(t)
	added := rig.Upload(t, view.ID, recovery.ScreenRecording, film(t))
	rig.WaitForExaminations()
	if exhibit := exhibitOf(t, rig, added.ID); !exhibit.Shown || len(exhibit.Findings) > 0 {
		t.Fatalf("%+v", exhibit)
	}
	shown, err := rig.OpenView(t.Context(), rig.As(recovery.RoleClaimant), added.ID, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := shown.Body.Close(); err != nil {
		t.Error(err)
	}
	entries := rig.ReadEntries(t, view.ID)
	derived := slices.IndexFunc(entries, func(e journal.Entry) bool { return e.Kind == recovery.EntryEvidenceDerived })
	if derived < 0 || entries[derived].Facts["copy"] != folio.StillsCopy || entries[derived].Facts["of_sha256"] != added.SHA256 {
		t.Errorf("%+v", entries)
	}
}

// TestAFilmThatCannotBeReadIsKept with a finding that says so.
func TestAFilmThatCannotBeReadIsKept(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	view := rig.FileCase(t)
	added := rig.Upload(t, view.ID, recovery.ScreenRecording, film(t)[:400])
	rig.WaitForExaminations()
	if exhibit := exhibitOf(t, rig, added.ID); exhibit.Shown || !slices.Equal(codesOf(exhibit), []intake.Finding{intake.NoPreview}) {
		t.Errorf("%+v", exhibit)
	}
}
