package postgres

import (
	"context"
	"time"

	"recourse/recovery"
)

// Income is what people of a province earn from a day on, in fen; 0 is unknown.
type Income struct {
	Province       string // short form: 浙江
	FromDay        time.Time
	MonthlyWageFen recovery.Money
	YearlyWageFen  recovery.Money
	DailyIncomeFen recovery.Money
	Source         string
	EnteredBy      recovery.UserID
	EnteredAt      time.Time
}

// ListIncomes lists all figures by province, the newest first.
func (s *Store) ListIncomes(ctx context.Context) ([]Income, error) {
	return queryAll[Income](ctx, s, "list incomes", `select province, from_day, monthly_wage_fen, yearly_wage_fen,
		daily_income_fen, source, entered_by, entered_at from incomes order by province, from_day desc`)
}

// AddIncome adds a figure. Errors: CodeConflict if the province has one for
// that day: figures are corrected by newer ones, never overwritten.
func (s *Store) AddIncome(ctx context.Context, i Income) error {
	done, err := s.pool.Exec(ctx, `insert into incomes (province, from_day, monthly_wage_fen, yearly_wage_fen,
			daily_income_fen, source, entered_by, entered_at) values ($1, $2, $3, $4, $5, $6, $7, $8)
		on conflict on constraint incomes_day do nothing`,
		i.Province, i.FromDay, i.MonthlyWageFen, i.YearlyWageFen, i.DailyIncomeFen, i.Source, i.EnteredBy, i.EnteredAt)
	if err != nil {
		return translateError("enter income", err)
	}
	if done.RowsAffected() == 0 {
		return recovery.Faultf(recovery.CodeConflict, "There is a figure of this province for that day. Use a later day.")
	}
	return nil
}
