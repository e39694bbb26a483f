package activities_test

import (
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"recourse/evidence/dossier"
	"recourse/evidence/folio"
	"recourse/evidence/journal"
	"recourse/evidence/verify"
	"recourse/postgres"
	"recourse/recovery"
)

// fileAs stores an original with more facts and values.
func (b *exportFixture) fileAs(kind recovery.EvidenceKind, content, name string, facts map[string]any, personal map[string]string) recovery.Evidence {
	b.Helper()
	pending, err := b.blobs.Receive(b.Context(), strings.NewReader(content), 1<<20)
	b.must(err)
	defer pending.Discard()
	_, err = pending.Commit(b.Context())
	b.must(err)
	captured := b.now.Add(-time.Hour)
	one := recovery.Evidence{
		ID: recovery.EvidenceID(newID()), CaseID: b.filed.ID, Kind: kind, SHA256: pending.SHA256(), Size: pending.Size(), CapturedAt: &captured,
		MediaType: "text/plain", FileName: name, Source: "源-" + name, Description: "述-" + name, ReceivedAt: b.now,
	}
	draft := b.draft(recovery.EntryEvidenceAdded, "evidence:"+string(one.ID))
	draft.Facts = map[string]any{"evidence_id": one.ID, "kind": kind}
	for fact, value := range facts {
		draft.Facts[fact] = value
	}
	draft.Blob = &journal.Blob{SHA256: one.SHA256, Size: one.Size, MediaType: one.MediaType}
	draft.Personal = map[string]string{"file_name": one.FileName, "source": one.Source, "description": one.Description}
	for path, value := range personal {
		draft.Personal[path] = value
	}
	kept, err := b.store.AddEvidence(b.Context(), postgres.EvidenceWrite{Evidence: one, Draft: draft})
	b.must(err)
	return kept
}

// folioFor is what an export for an audience is made of.
func (b *exportFixture) folioFor(audience recovery.Audience) folio.Folio {
	b.Helper()
	asked := b.request(audience)
	b.wantState(asked, recovery.ExportReady)
	if _, err := verify.File(b.path(asked, "bag.zip")); err != nil {
		b.Fatalf("for %s the bag does not verify: %v", audience, err)
	}
	return b.folio(asked)
}

// The opponent and the platform see that there are files, and nothing of those of which
// no copy without personal data was made.
func TestFolioWithholds(t *testing.T) {
	t.Parallel()
	b := newExportFixture(t)
	b.fileAs(recovery.Identity, "card", "身份证.txt", nil, nil)
	b.fileAs(recovery.OtherEvidence, "card", "又一份.txt", nil, nil)
	b.fileAs(recovery.Location, "place", "行程.txt", nil, nil)
	b.fileAs(recovery.ChatScreenshot, "chat", "聊天.txt", nil, map[string]string{"gps": "22.5,114.0"})
	for _, test := range []struct {
		audience recovery.Audience
		withheld []bool
		hidden   []string
	}{
		{recovery.ForOpponent, []bool{true, true, true, true}, []string{"身份证", "又一份", "行程", "22.5,114.0", "聊天"}},
		{recovery.ForPlatform, []bool{true, true, true, true}, []string{"身份证", "又一份", "行程", "22.5,114.0", "聊天"}},
		{recovery.ForCourt, []bool{false, false, false, false}, nil},
		{recovery.ForArchive, []bool{false, false, false, false}, nil},
	} {
		folio := b.folioFor(test.audience)
		var withheld []bool
		for _, exhibit := range folio.Exhibits {
			withheld = append(withheld, exhibit.Withheld)
			blank := exhibit.FileName+exhibit.Description+exhibit.Source == "" && exhibit.CapturedAt == nil && exhibit.Open == nil
			if blank != exhibit.Withheld {
				t.Errorf("for %s: %+v", test.audience, exhibit)
			}
		}
		if diff := cmp.Diff(test.withheld, withheld); diff != "" {
			t.Errorf("for %s, withheld (-want +got):\n%s", test.audience, diff)
		}
		shown := shownIn(folio)
		for _, secret := range []string{"身份证", "又一份", "行程", "22.5,114.0", "聊天"} {
			want := !strings.Contains(strings.Join(test.hidden, " "), secret)
			if strings.Contains(shown, secret) != want {
				t.Errorf("for %s, %s is shown: %v", test.audience, secret, !want)
			}
		}
	}
}

// Withheld originals are checked too.
func TestFolioChecksWhatItWithholds(t *testing.T) {
	t.Parallel()
	b := newExportFixture(t)
	card := b.fileAs(recovery.Identity, "card", "身份证.txt", nil, nil)
	asked := b.request(recovery.ForOpponent)
	b.must(b.blobs.Remove(card.SHA256))
	if failed := b.wantState(asked, recovery.ExportFailed); failed.Failure == "" {
		t.Errorf("export %+v", failed)
	}
}

// A near-duplicate names the file it repeats.
func TestFolioNamesDependentExhibits(t *testing.T) {
	t.Parallel()
	b := newExportFixture(t)
	first := b.fileAs(recovery.ChatScreenshot, "chat", "一.txt", nil, nil)
	b.fileAs(recovery.ChatScreenshot, "chat again", "二.txt", map[string]any{"near_duplicate_of": first.ID}, nil)
	folio := b.folioFor(recovery.ForCourt)
	if got := folio.Exhibits[0].NotIndependentOf; got != nil {
		t.Errorf("the first leans on %v", got)
	}
	if diff := cmp.Diff([]recovery.EvidenceID{first.ID}, folio.Exhibits[1].NotIndependentOf); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A bill and the archive in which it came are one piece of evidence.
func TestFolioCountsAnArchiveAndItsBillOnce(t *testing.T) {
	t.Parallel()
	b := newExportFixture(t)
	archive := b.fileAs(recovery.Statement, "packed", "账单.zip", nil, nil)
	b.fileAs(recovery.Statement, "bill", "账单.csv", map[string]any{"unpacked_from": archive.SHA256}, nil)
	b.fileAs(recovery.Statement, "another bill", "账单二.csv", map[string]any{"unpacked_from": strings.Repeat("0", 64)}, nil)
	folio := b.folioFor(recovery.ForCourt)
	for i, want := range [][]recovery.EvidenceID{nil, {archive.ID}, nil} {
		if got := folio.Exhibits[i].NotIndependentOf; !slices.Equal(got, want) {
			t.Errorf("exhibit %d leans on %v, want %v", i, got, want)
		}
	}
}

// The record names what the folio misses and then the blanks of the papers.
func TestExportRecordsWhatTheDossierMisses(t *testing.T) {
	t.Parallel()
	b := newExportFixture(t)
	b.keep(recovery.ChatScreenshot, "chat")
	asked := b.request(recovery.ForCourt)
	ready := b.wantState(asked, recovery.ExportReady)
	f := b.folio(asked)
	report, err := dossier.Build(io.Discard, f, dossier.Options{Fonts: b.exports.Fonts})
	b.must(err)
	if diff := cmp.Diff(report.Missing, ready.Missing); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !slices.Equal(f.Missing, ready.Missing[:len(f.Missing)]) || len(ready.Missing) == len(f.Missing) {
		t.Errorf("the folio misses %v, the record names %v", f.Missing, ready.Missing)
	}
}

// Later changes are not in the papers of an export.
func TestFolioIsOfItsCheckpoint(t *testing.T) {
	t.Parallel()
	b := newExportFixture(t)
	asked := b.request(recovery.ForCourt)
	before, err := b.store.ReadCase(t.Context(), b.filed.ID)
	b.must(err)
	next := before.Position
	next.Recovered, next.Route = 40_000, recovery.SmallClaims
	_, err = b.store.WriteStep(t.Context(), postgres.StepWrite{
		CaseID: b.filed.ID, Drafts: []journal.Draft{b.draft(recovery.EntryReturnRecorded, "later")}, Next: next,
		Counterpart: &recovery.Counterpart{ID: before.Counterparts[0].ID, ReturnFen: 40_000, Answer: recovery.PartlyReturned},
	})
	b.must(err)
	b.wantState(asked, recovery.ExportReady)
	built := b.folio(asked)
	got := built.Case
	if diff := cmp.Diff(before.Position, got.Position); diff != "" {
		t.Errorf("position (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(before.Counterparts, got.Counterparts); diff != "" || len(got.Deadlines) != len(before.Deadlines) {
		t.Errorf("%d deadlines, counterparts (-want +got):\n%s", len(got.Deadlines), diff)
	}
	if fees := built.Papers.Fees; len(fees) == 0 || fees[0].Base != before.Position.Outstanding() {
		t.Errorf("fees %+v", fees)
	}
}
