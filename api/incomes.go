package api

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"recourse/playbook"
	"recourse/recovery"
)

// ListIncomes implements ServerInterface.
func (a *API) ListIncomes(c echo.Context) error {
	rows, err := a.service.Incomes(c.Request().Context())
	if err != nil {
		return err
	}
	return sendJSON(c, IncomeList{Items: each(rows, incomeOf)})
}

// EnterIncome implements ServerInterface.
func (a *API) EnterIncome(c echo.Context, params EnterIncomeParams) error {
	if err := checkKey(params.IdempotencyKey); err != nil {
		return err
	}
	body, err := readJSON(c)
	if err != nil {
		return err
	}
	var row playbook.Income
	if err := decode(body, &row); err != nil {
		return err
	}
	entered, err := a.service.EnterIncome(c.Request().Context(), actor(c), row)
	if err != nil {
		return err
	}
	told, err := marshal(incomeOf(entered))
	if err != nil {
		return err
	}
	return c.Blob(http.StatusCreated, echo.MIMEApplicationJSON, told)
}

func incomeOf(i playbook.Income) Income {
	return Income{
		Province: i.Province, MonthlyWageFen: figure(i.MonthlyWage), YearlyWageFen: figure(i.YearlyWage),
		DailyIncomeFen: figure(i.DailyIncome), From: i.From, Source: i.Source,
	}
}

// figure leaves out what is unknown.
func figure(fen recovery.Money) *int64 {
	if fen == 0 {
		return nil
	}
	told := int64(fen)
	return &told
}

// GetCalibration implements ServerInterface.
func (a *API) GetCalibration(c echo.Context) error {
	report, err := a.service.Calibration(c.Request().Context(), actor(c))
	if err != nil {
		return err
	}
	return sendJSON(c, Calibration{N: report.N, Brier: report.Brier, Table: each(report.Table, reliabilityOf)})
}

func reliabilityOf(r playbook.Reliability) Reliability {
	return Reliability{Low: r.Low, High: r.High, N: r.N, Chance: r.Chance, Observed: r.Observed}
}
