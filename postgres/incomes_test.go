package postgres_test

import (
	"testing"
	"time"

	"recourse/postgres"
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
		row := postgres.Income{
			Province: "浙江", FromDay: day(year), MonthlyWageFen: recovery.Money(year), Source: "试验",
			EnteredBy: admin.ID, EnteredAt: day(year),
		}
		if err := s.AddIncome(t.Context(), row); err != nil {
			t.Fatal(err)
		}
		row.MonthlyWageFen = 1
		if err := s.AddIncome(t.Context(), row); recovery.CodeOf(err) != recovery.CodeConflict {
			t.Errorf("a figure was entered over another: %v", err)
		}
	}
	rows, err := s.ListIncomes(t.Context())
	if err != nil || len(rows) != 2 || !rows[0].FromDay.Equal(day(2025)) || rows[0].MonthlyWageFen != 2025 {
		t.Errorf("%+v (%v), want 2025 before 2024", rows, err)
	}
}
