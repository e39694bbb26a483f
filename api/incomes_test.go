package api_test

import (
	"net/http"
	"testing"
	"time"

	"recourse/api"
	"recourse/recovery"
)

const income = `{"province":"浙江","monthly_wage_fen":800000,"from":"2026-01-01T00:00:00+08:00","source":"试验用数"}`

func TestIncomesAreEnteredByAdmins(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	enter := func(as recovery.Role) testResponse {
		return s.send(t, testCall{as: as, method: "POST", path: "/api/v1/incomes", body: []byte(income)})
	}
	for _, role := range []recovery.Role{recovery.RoleClaimant, recovery.RoleAgent, recovery.RoleLegal, recovery.RoleAuditor} {
		enter(role).problem(http.StatusForbidden, "forbidden")
	}
	entered := enter(recovery.RoleAdmin).wantStatus(http.StatusCreated)
	if entered.stringField("province") != "浙江" || entered.decodeObject()["daily_income_fen"] != nil {
		t.Errorf("entered %s", entered.body)
	}
	enter(recovery.RoleAdmin).problem(http.StatusConflict, "conflict")
	items, _ := s.send(t, testCall{as: recovery.RoleClaimant, method: "GET", path: "/api/v1/incomes"}).wantStatus(http.StatusOK).decodeObject()["items"].([]any)
	if len(items) != 1 {
		t.Errorf("%d values, one was entered", len(items))
	}
}

func TestCalibrationIsForStaff(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	ask := func(as recovery.Role) testResponse {
		return s.send(t, testCall{as: as, method: "GET", path: "/api/v1/stats/calibration"})
	}
	ask(recovery.RoleClaimant).problem(http.StatusForbidden, "forbidden")
	if empty := ask(recovery.RoleAuditor).wantStatus(http.StatusOK).decodeObject(); empty["n"] != 0.0 || empty["brier"] != nil {
		t.Errorf("without cases: %v", empty)
	}
	c := s.FileCase(t)
	amount, now := c.Amount, time.Now()
	_, err := s.TakeAction(t.Context(), s.As(recovery.RoleClaimant), c.ID, recovery.ActionBody{
		Action: recovery.RecordResponse, CounterpartID: c.Counterparts[0].ID, Kind: string(recovery.Returned), Amount: &amount, At: &now,
	})
	failOnError(t, err)
	report := ask(recovery.RoleSupervisor).wantStatus(http.StatusOK).decodeObject()
	table, _ := report["table"].([]any)
	if report["n"] != 1.0 || report["brier"] == nil || len(table) != 10 {
		t.Errorf("after one case: %v", report)
	}
}
