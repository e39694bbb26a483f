package casework_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"slices"
	"testing"

	"recourse/casework"
	"recourse/casework/casetest"
	"recourse/evidence/originals/intake/intaketest"
	"recourse/recovery"
)

// placed is a picture that tells where it was taken.
func placed(t *testing.T) []byte {
	t.Helper()
	var raw bytes.Buffer
	if err := jpeg.Encode(&raw, image.NewRGBA(image.Rect(0, 0, 60, 40)), nil); err != nil {
		t.Fatal(err)
	}
	return intaketest.WriteTags(t, "a.jpg", raw.Bytes(), intaketest.ShenzhenTags...)
}

// TestCopiesAreMadeBeforeTheyAreNeeded: an audience that gets no originals gets copies
// of pictures, and each has one entry from the time of its upload.
func TestCopiesAreMadeBeforeTheyAreNeeded(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	view := rig.FileCase(t)
	tagged := rig.Upload(t, view.ID, recovery.ChatScreenshot, placed(t))
	plain := rig.Upload(t, view.ID, recovery.ChatScreenshot, shot(t))
	for _, audience := range []recovery.Audience{recovery.ForCourt, recovery.ForArchive, recovery.ForPlatform, recovery.ForOpponent} {
		if _, err := rig.RequestExport(t.Context(), rig.As(recovery.RoleLegal), view.ID, casework.ExportOrder{Audience: audience, Confirm: true}); err != nil {
			t.Fatal(err)
		}
		if lastKind(t, rig, view.ID) != recovery.EntryExportRequested {
			t.Errorf("a copy for %s came after its papers were asked for", audience)
		}
	}
	var derived []any
	for _, entry := range rig.ReadEntries(t, view.ID) {
		if entry.Kind == recovery.EntryEvidenceDerived {
			derived = append(derived, entry.Facts["of_sha256"])
		}
	}
	if want := []any{tagged.SHA256, plain.SHA256}; !slices.Equal(derived, want) {
		t.Errorf("copies of %v, want of %v", derived, want)
	}
}
