package activities_test

import (
	"bytes"
	"os"
	"testing"
	"time"

	"recourse/evidence/bag"
	"recourse/evidence/dossier"
	"recourse/evidence/folio"
	"recourse/evidence/seal/sealtest"
	"recourse/evidence/verify"
	"recourse/recovery"
)

// offline builds the dossier again from the bag alone.
func (b *exportFixture) offline(export recovery.Export) []byte {
	b.Helper()
	raw, err := os.ReadFile(b.path(export, folio.BagFile))
	b.must(err)
	summary, err := verify.Options{}.Reader(bytes.NewReader(raw), int64(len(raw)))
	b.must(err)
	f, err := bag.Read(bytes.NewReader(raw), int64(len(raw)))
	b.must(err)
	if summary.Stamp != nil {
		f.Stamp.At, err = time.Parse(time.RFC3339, summary.Stamp.At)
		b.must(err)
	}
	var out bytes.Buffer
	_, err = dossier.Build(&out, folio.RestorePapers(f), dossier.Options{Fonts: b.exports.Fonts, Fingerprint: summary.Fingerprint})
	b.must(err)
	return out.Bytes()
}

// wantOffline compares the bytes before the seal, which is appended.
func (b *exportFixture) wantOffline(export recovery.Export) {
	b.Helper()
	sealed, err := os.ReadFile(b.path(export, folio.DossierFile))
	b.must(err)
	plain := b.offline(export)
	if !bytes.HasPrefix(sealed, plain) || len(plain) < 10_000 {
		b.Errorf("of %d bytes set from the bag, and %d built and sealed, the first differ", len(plain), len(sealed))
	}
}

// TestOfflineDossiers: a dossier built from an archive bag alone has the same bytes
// as the dossier in the bag before the seal.
func TestOfflineDossiers(t *testing.T) {
	t.Parallel()
	b := newSealing(t)
	first := b.fileAs(recovery.ChatScreenshot, "chat", "聊天.txt", nil, nil)
	b.fileAs(recovery.ChatScreenshot, "chat again", "聊天二.txt", map[string]any{"near_duplicate_of": first.ID}, nil)
	b.fileAs(recovery.Statement, "chat", "同一文件.txt", nil, nil)
	note := b.draft(recovery.EntryNoteAdded, "note")
	note.Facts, note.Personal = map[string]any{"visibility": "internal"}, map[string]string{"text": "内部意见"}
	_, err := b.store.AppendEntries(t.Context(), b.filed.ID, false, note)
	b.must(err)
	b.atLaw()
	b.wantOffline(b.wantState(b.request(recovery.ForArchive), recovery.ExportReady))

	b.stampedBy(sealtest.NewStampClient(t, sealtest.StartAuthority(t)))
	stamped := b.wantState(b.request(recovery.ForArchive), recovery.ExportReady)
	if b.folio(stamped).Stamp == nil {
		t.Fatal("there is no stamp")
	}
	b.wantOffline(stamped)

	b.erase()
	b.wantOffline(b.wantState(b.request(recovery.ForArchive), recovery.ExportReady))
}

// TestOnlyTheArchiveHoldsTheStanding: other bags do not contain the state of the case.
func TestOnlyTheArchiveHoldsTheStanding(t *testing.T) {
	t.Parallel()
	b := newExportFixture(t)
	b.keep(recovery.ChatScreenshot, "chat")
	for _, audience := range recovery.Audiences {
		raw, err := os.ReadFile(b.path(b.wantState(b.request(audience), recovery.ExportReady), folio.BagFile))
		b.must(err)
		f, err := bag.Read(bytes.NewReader(raw), int64(len(raw)))
		if held := err == nil; held != (audience == recovery.ForArchive) {
			t.Errorf("for %s: %d entries, %v", audience, len(f.Entries), err)
		}
	}
}
