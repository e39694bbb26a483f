package postgres_test

import (
	"testing"
	"time"

	"recourse/playbook"
	"recourse/postgres/pgtest"
	"recourse/recovery"
)

func TestIncomesAreEnteredOnceAndListed(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t)
	admin, err := s.EnsureUser(t.Context(), recovery.User{ID: "a", Role: recovery.RoleAdmin, Email: "a@example.org", Active: true})
	if err != nil {
		t.Fatal(err)
	}
	day := func(year int) time.Time { return time.Date(year, 5, 20, 0, 0, 0, 0, time.UTC) }
	for _, year := range []int{2024, 2025} {
		row := playbook.Income{Province: "浙江", From: day(year), MonthlyWage: recovery.Money(year), Source: "试验"}
		if err := s.AddIncome(t.Context(), row, admin.ID); err != nil {
			t.Fatal(err)
		}
		row.MonthlyWage = 1
		if err := s.AddIncome(t.Context(), row, admin.ID); recovery.CodeOf(err) != recovery.CodeConflict {
			t.Errorf("a figure was entered over another: %v", err)
		}
	}
	rows, err := s.ListIncomes(t.Context())
	if err != nil || len(rows) != 2 || !rows[0].From.Equal(day(2025)) || rows[0].MonthlyWage != 2025 {
		t.Errorf("%+v (%v), want 2025 before 2024", rows, err)
	}
}
