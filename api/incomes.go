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
	return sendJSON(c, IncomeList{Items: renderList(rows, renderIncome)})
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
	if err := decodeStrict(body, &row); err != nil {
		return err
	}
	entered, err := a.service.EnterIncome(c.Request().Context(), actorFrom(c), row)
	if err != nil {
		return err
	}
	result, err := marshalJSON(renderIncome(entered))
	if err != nil {
		return err
	}
	return c.Blob(http.StatusCreated, echo.MIMEApplicationJSON, result)
}

func renderIncome(i playbook.Income) Income {
	return Income{
		Province: i.Province, MonthlyWageFen: moneyOrNull(i.MonthlyWage), YearlyWageFen: moneyOrNull(i.YearlyWage),
		DailyIncomeFen: moneyOrNull(i.DailyIncome), From: i.From, Source: i.Source,
	}
}

// moneyOrNull renders 0 as null, because it means that the amount is unknown.
func moneyOrNull(fen recovery.Money) *int64 {
	if fen == 0 {
		return nil
	}
	result := int64(fen)
	return &result
}

// GetCalibration implements ServerInterface.
func (a *API) GetCalibration(c echo.Context) error {
	report, err := a.service.Calibration(c.Request().Context(), actorFrom(c))
	if err != nil {
		return err
	}
	return sendJSON(c, Calibration{N: report.N, Brier: report.Brier, Table: renderList(report.Table, renderReliability)})
}

func renderReliability(r playbook.CalibrationRow) Reliability {
	return Reliability{Low: r.Low, High: r.High, N: r.N, Chance: r.Chance, Observed: r.Observed}
}
