package postgres_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"recourse/evidence/journal"
	"recourse/postgres"
	"recourse/recovery"
)

// addUnexamined adds a file that is to be examined, and that is due at a time.
func addUnexamined(t testing.TB, s *postgres.Store, c recovery.Case, dueAt time.Time) recovery.Evidence {
	t.Helper()
	e := evidenceOf(t, c)
	return must[recovery.Evidence](t)(s.AddEvidence(t.Context(), postgres.EvidenceWrite{
		Evidence: e, Draft: draft(recovery.EntryEvidenceAdded, "evidence/"+string(e.ID)), Examination: dueAt,
		Details: &recovery.EvidenceDetails{EvidenceID: e.ID, Report: json.RawMessage(`{}`)},
	}))
}

func examinationOf(e recovery.Evidence, view string) postgres.ExaminationWrite {
	d := draft(recovery.EntryEvidenceDerived, "examined:"+string(e.ID))
	d.Facts = map[string]any{"evidence_id": e.ID}
	return postgres.ExaminationWrite{
		CaseID: e.CaseID, EvidenceID: e.ID, Draft: d, Report: json.RawMessage(`{"sketch": "+f8="}`), ViewSHA256: view, ViewSize: 9,
		FindDuplicate: func(others []recovery.OtherFile) recovery.EvidenceID {
			for _, other := range others {
				if string(other.PerceptualHash) == "\xf9\xff" {
					return other.ID
				}
			}
			return ""
		},
	}
}

func countUnexamined(t testing.TB, s *postgres.Store, c recovery.Case) int {
	t.Helper()
	return must[int](t)(s.CountExaminations(t.Context(), c.ID))
}

func TestAnExaminationIsRecordedOnce(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	c := file(t, b.Store)
	e := addUnexamined(t, b.Store, c, noon)
	if !details(t, b.Store, e.ID).BeingExamined || countUnexamined(t, b.Store, c) != 1 {
		t.Error("it is not being examined")
	}
	if err := b.RecordExamination(t.Context(), examinationOf(e, "first")); err != nil {
		t.Fatal(err)
	}
	if err := b.RecordExamination(t.Context(), examinationOf(e, "second")); !errors.Is(err, postgres.ErrRepeated) {
		t.Errorf("the second time: %v", err)
	}
	d := details(t, b.Store, e.ID)
	if d.BeingExamined || d.ViewSHA256 != "first" || d.ViewSize != 9 || string(d.Report) != `{"sketch": "+f8="}` || countUnexamined(t, b.Store, c) != 0 {
		t.Errorf("%+v", d)
	}
	verifyChain(t, b.Store, c.ID)
}

// TestLookalikesAreFoundInAnyOrder: the file that is examined last names the other, also
// if it came first.
func TestLookalikesAreFoundInAnyOrder(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	c := file(t, b.Store)
	first, second := addUnexamined(t, b.Store, c, noon), addUnexamined(t, b.Store, c, noon)
	for _, e := range []recovery.Evidence{second, first} {
		if err := b.RecordExamination(t.Context(), examinationOf(e, "")); err != nil {
			t.Fatal(err)
		}
	}
	if d := details(t, b.Store, second.ID); d.NearDuplicateOf != nil {
		t.Errorf("the second: %+v", d)
	}
	d := details(t, b.Store, first.ID)
	if d.NearDuplicateOf == nil || *d.NearDuplicateOf != second.ID {
		t.Errorf("the first: %+v", d)
	}
	entries := must[[]journal.StoredEntry](t)(b.ReadJournal(t.Context(), c.ID, second.Seq+1, 1))
	if !strings.Contains(string(entries[0].Record.Bytes), `"near_duplicate_of":"`+string(second.ID)+`"`) {
		t.Errorf("%s", entries[0].Record.Bytes)
	}
}

func TestDueExaminationsAreClaimedOnce(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	c := file(t, b.Store)
	early, late := addUnexamined(t, b.Store, c, noon), addUnexamined(t, b.Store, c, noon.Add(time.Minute))
	claim := func(at time.Time) []postgres.DueExamination {
		return must[[]postgres.DueExamination](t)(b.ClaimExaminations(t.Context(), 8, at, time.Hour))
	}
	if due := claim(noon); len(due) != 1 || due[0].EvidenceID != early.ID || due[0].Attempts != 1 {
		t.Errorf("at noon: %+v", due)
	}
	if due := claim(noon.Add(2 * time.Minute)); len(due) != 1 || due[0].EvidenceID != late.ID {
		t.Errorf("a little later: %+v", due)
	}
	due := claim(noon.Add(time.Hour))
	if len(due) != 1 || due[0].EvidenceID != early.ID || due[0].Attempts != 2 {
		t.Errorf("after the lease: %+v", due)
	}
}
