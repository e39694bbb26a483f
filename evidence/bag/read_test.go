package bag_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"recourse/evidence/bag"
	"recourse/evidence/bag/bagtest"
	"recourse/evidence/folio"
	"recourse/evidence/journal"
	"recourse/recovery"
)

// Read returns the folio that a bag for the archive was written from, except for
// erased values and for fields that no document needs.
func TestReadGivesTheFolio(t *testing.T) {
	t.Parallel()
	for name, made := range map[string]bagtest.Case{
		"whole": {Seed: 1, Rotations: 1}, "erased": {Seed: 2, Rotations: 1, Erased: true}, "paced": {Seed: 3, Rotations: 2, Pace: 60},
	} {
		made.Audience = recovery.ForArchive
		want := bagtest.NewFolio(t, made)
		want.Missing, want.SealedBy, want.Development = []string{"对方的住所"}, "开发用", true
		want.Papers = &folio.Papers{
			Fees:      []folio.Fee{{Name: "suit", Base: 1, Amount: 2, Law: folio.Citation{Statute: "甲法", Section: "1", Edition: "今", Mark: "V"}}},
			Citations: []folio.Citation{{Statute: "乙法", Section: "2", Edition: "昔", Mark: "S"}},
		}
		raw, _ := write(t, want)
		got, err := bag.Read(bytes.NewReader(raw), int64(len(raw)))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if made.Erased {
			want.Case.Claimant, want.Case.Narrative = recovery.Claimant{}, ""
			for i := range want.Exhibits {
				want.Exhibits[i].FileName = ""
			}
		}
		for i := range want.Exhibits {
			want.Exhibits[i].CaseID = want.Case.ID
			if got.Exhibits[i].Open != nil && !bytes.Equal(whole(t, got.Exhibits[i]), whole(t, want.Exhibits[i])) {
				t.Errorf("%s: exhibit %d has other bytes", name, i+1)
			}
		}
		byPath := cmpopts.SortSlices(func(a, b journal.Value) bool { return a.Path < b.Path })
		unread := cmpopts.IgnoreFields(folio.Folio{}, "Seal", "Earlier") // no paper is made of them
		if diff := cmp.Diff(want, got, unread, byPath, cmpopts.IgnoreFields(folio.Exhibit{}, "Open"), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func whole(t *testing.T, e folio.Exhibit) []byte {
	t.Helper()
	stream, err := e.Open()
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(stream)
	if err := errors.Join(err, stream.Close()); err != nil {
		t.Fatal(err)
	}
	return data
}

// Read fails for a bag of another audience and for a damaged zip.
func TestReadRefuses(t *testing.T) {
	t.Parallel()
	raw, _ := write(t, bagtest.NewFolio(t, bagtest.Case{Seed: 1, Rotations: 1}))
	if _, err := bag.Read(bytes.NewReader(raw), int64(len(raw))); !errors.Is(err, bag.ErrNoSnapshot) {
		t.Errorf("of a court's bag: %v", err)
	}
	if _, err := bag.Read(bytes.NewReader(raw[:100]), 100); err == nil {
		t.Error("of half a zip: read")
	}
}
