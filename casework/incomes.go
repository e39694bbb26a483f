package casework

import (
	"context"
	"time"

	"recourse/playbook"
	"recourse/recovery"
)

// Incomes lists the income figures of the provinces that admins have entered,
// by province, the newest first.
func (s *Service) Incomes(ctx context.Context) ([]playbook.Income, error) {
	return s.Store.ListIncomes(ctx)
}

// EnterIncome adds a figure and returns it as stored: its day is the day in
// China, as midnight UTC. Assessments use it from then on. Errors:
// CodeForbidden for all but admins, CodeInvalid naming the fields, CodeConflict
// if the province has a figure for that day.
func (s *Service) EnterIncome(ctx context.Context, actor recovery.Actor, row playbook.Income) (playbook.Income, error) {
	if actor.Role != recovery.RoleAdmin {
		return playbook.Income{}, recovery.Faultf(recovery.CodeForbidden, "Only an admin can enter figures.")
	}
	if err := joinFaults(s.Registry.Current().CheckIncome(row), recovery.CheckFigure(row.From, row.Source, s.Now())); err != nil {
		return playbook.Income{}, err
	}
	year, month, day := row.From.In(recovery.Shanghai).Date()
	row.From = time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	err := s.Store.AddIncome(ctx, row, actor.ID)
	if err == nil {
		s.incomes.Invalidate()
	}
	return row, err
}
