package postgres

import (
	"context"

	"recourse/playbook"
	"recourse/recovery"
)

// ListIncomes lists all figures by province, the newest first.
func (s *Store) ListIncomes(ctx context.Context) (playbook.IncomeTable, error) {
	return queryAll[playbook.Income](ctx, s, "list incomes", `select province, monthly_wage_fen as monthly_wage,
			yearly_wage_fen as yearly_wage, daily_income_fen as daily_income, from_day as "from", source
		from incomes order by province, from_day desc`)
}

// AddIncome adds a figure. Errors: CodeConflict if the province has one for
// that day: figures are corrected by newer ones, never overwritten.
func (s *Store) AddIncome(ctx context.Context, i playbook.Income, by recovery.UserID) error {
	done, err := s.pool.Exec(ctx, `insert into incomes (province, from_day, monthly_wage_fen, yearly_wage_fen,
			daily_income_fen, source, entered_by, entered_at) values ($1, $2, $3, $4, $5, $6, $7, $8)
		on conflict on constraint incomes_day do nothing`,
		i.Province, i.From, i.MonthlyWage, i.YearlyWage, i.DailyIncome, i.Source, by, s.currentTime())
	if err != nil {
		return translateError("enter income", err)
	}
	if done.RowsAffected() == 0 {
		return recovery.Faultf(recovery.CodeConflict, "There is a figure of this province for that day. Use a later day.")
	}
	return nil
}
