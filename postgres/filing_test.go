package postgres_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"recourse/postgres/pgtest"
)

func TestFileCaseKeepsEverything(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t)
	want := file(t, s)
	got, err := s.Case(t.Context(), want.ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("by id (-want +got):\n%s", diff)
	}
	got, err = s.CaseByNumber(t.Context(), want.Number)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("by number (-want +got):\n%s", diff)
	}
}
