package activities_test

import (
	"bytes"
	"errors"
	"os/exec"
	"strings"
	"testing"

	"recourse/evidence/folio"
	"recourse/evidence/journal"
	"recourse/evidence/originals/intake"
	"recourse/evidence/originals/intake/intaketest"
	"recourse/evidence/verify"
	"recourse/postgres"
	"recourse/recovery"
)

// keepPhoto stores a picture and, with derive, the copy that casework makes.
func (b *exportFixture) keepPhoto(kind recovery.EvidenceKind, data []byte, media string, derive bool) recovery.Evidence {
	b.Helper()
	one := recovery.Evidence{
		ID: recovery.EvidenceID(newID()), CaseID: b.filed.ID, Kind: kind, MediaType: media, FileName: "照片.jpg", ReceivedAt: b.now,
	}
	one.SHA256, one.Size = b.blob(data)
	draft := b.draft(recovery.EntryEvidenceAdded, "evidence:"+string(one.ID))
	draft.Facts = map[string]any{"evidence_id": one.ID, "kind": kind}
	draft.Blob = &journal.Blob{SHA256: one.SHA256, Size: one.Size, MediaType: media}
	draft.Personal = map[string]string{"file_name": one.FileName, "gps": "22.543000,114.057000"}
	kept, err := b.store.AddEvidence(b.Context(), postgres.EvidenceWrite{Evidence: one, Draft: draft})
	b.must(err)
	if !derive {
		return kept
	}
	content, err := intake.Decode(b.Context(), bytes.NewReader(data), int64(len(data)))
	b.must(err)
	sum, size := b.blob(content.View.JPEG)
	made := b.draft(recovery.EntryEvidenceDerived, "derived:view:"+string(one.ID))
	made.Facts = map[string]any{
		"evidence_id": one.ID, "of_sha256": one.SHA256, "copy": "view", "sha256": sum, "size": size, "media_type": intake.ViewMedia,
	}
	_, err = b.store.AppendEntries(b.Context(), b.filed.ID, false, made)
	b.must(err)
	return kept
}

// blob stores bytes as uploads and derivatives are stored.
func (b *exportFixture) blob(data []byte) (digest string, size int64) {
	b.Helper()
	pending, err := b.blobs.Receive(b.Context(), bytes.NewReader(data), 1<<20)
	b.must(err)
	defer pending.Discard()
	_, err = pending.Commit(b.Context())
	b.must(err)
	return pending.SHA256(), pending.Size()
}

// placesIn returns the files under a folder in which exiftool finds a place.
func placesIn(t *testing.T, folder string) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "exiftool", "-r", "-n", "-ee", "-q", "-q",
		"-if", "$GPSLatitude or $GPSPosition or $GPSCoordinates", "-p", "$FileName", folder).Output()
	var none *exec.ExitError
	if err != nil && (!errors.As(err, &none) || none.ExitCode() != 2) { // 2: none meets the condition
		t.Fatal(err)
	}
	return strings.Fields(string(out))
}

// TestNoPlaceIsHandedOut: the opponent and the platform get a copy of a picture that
// shows where it was taken, and no original. The court gets every original. exiftool searches every file.
func TestNoPlaceIsHandedOut(t *testing.T) {
	t.Parallel()
	b := newExportFixture(t)
	told := b.keepPhoto(recovery.TransferScreenshot, intaketest.Photo(t, "a.jpg", intaketest.ShenzhenTags...), "image/jpeg", true)
	twice := b.keepPhoto(recovery.ChatScreenshot, intaketest.Photo(t, "a.jpg", intaketest.ShenzhenTags...), "image/jpeg", false)
	film := b.keepPhoto(recovery.ScreenRecording, []byte("....\xa9xyz\x00\x12\x15\xc7+22.5430+114.0570/"), "video/quicktime", false)
	bare := b.keep(recovery.OtherEvidence, "says nothing of a place")
	if told.SHA256 != twice.SHA256 {
		t.Fatal("the same picture has other bytes")
	}
	for audience, want := range map[recovery.Audience]struct{ originals, withheld, shown int }{
		recovery.ForOpponent: {0, 3, 1}, recovery.ForPlatform: {0, 3, 1}, recovery.ForCourt: {3, 0, 0}, recovery.ForArchive: {3, 0, 0},
	} {
		ready := b.wantState(b.request(audience), recovery.ExportReady)
		summary, err := verify.File(b.path(ready, folio.BagFile))
		if err != nil || summary.Originals != want.originals || summary.Withheld != want.withheld || summary.Shown != want.shown {
			t.Errorf("for %s: %d originals, %d withheld, %d shown: %v", audience, summary.Originals, summary.Withheld, summary.Shown, err)
		}
		folder := b.unpacked(ready)
		b.run(folder, "sh", "verify.sh")
		if places := placesIn(t, folder); (len(places) == 0) != (want.shown > 0) {
			t.Errorf("for %s, a place stands in %q", audience, places)
		}
		raw := unpacked(t, b.path(ready, folio.BagFile))
		for _, one := range []string{told.SHA256, film.SHA256, bare.SHA256} {
			if !bytes.Contains(raw, []byte(one)) {
				t.Errorf("for %s, the journal does not name %s", audience, one)
			}
		}
		text := printedText(t, b.path(ready, folio.DossierFile))
		if want.shown > 0 && audience == recovery.ForOpponent && (!strings.Contains(text, "去除个人信息的副本") || !strings.Contains(text, "无法制作去除这些信息的副本")) {
			t.Error("the papers do not say what goes in the original's place")
		}
	}
}
