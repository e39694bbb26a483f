package casework_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"recourse/casework/casetest"
	"recourse/playbook"
	"recourse/recovery"
)

func TestIncomesAreUsedAtOnce(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	facts := playbook.AssessmentFacts{
		Platform: recovery.WeChat, Instrument: recovery.Transfer, Amount: 900_000,
		Claimant: recovery.Claimant{Province: "河北"},
	}
	before, err := rig.Assess(t.Context(), facts)
	if err != nil {
		t.Fatal(err)
	}
	row := playbook.Income{
		Province: "河北", MonthlyWage: 800_000, YearlyWage: 9_600_000, DailyIncome: 20_000,
		From: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Source: "试验用数",
	}
	if _, err := rig.EnterIncome(t.Context(), rig.Actor(recovery.RoleAdmin), row); err != nil {
		t.Fatal(err)
	}
	after, err := rig.Assess(t.Context(), facts)
	if err != nil {
		t.Fatal(err)
	}
	if cmp.Equal(before.Strategy, after.Strategy) && cmp.Equal(before.Forecast, after.Forecast) && cmp.Equal(before.Routes, after.Routes) {
		t.Error("a figure was entered and nothing is assessed otherwise")
	}
	if _, err := rig.EnterIncome(t.Context(), rig.Actor(recovery.RoleAgent), row); recovery.CodeOf(err) != recovery.CodeForbidden {
		t.Errorf("an agent entered a figure: %v", err)
	}
	if _, err := rig.EnterIncome(t.Context(), rig.Actor(recovery.RoleAdmin), row); recovery.CodeOf(err) != recovery.CodeConflict {
		t.Errorf("a figure was entered over another: %v", err)
	}
	row.Province, row.Source = "亚特兰蒂斯", "\u202e"
	_, err = rig.EnterIncome(t.Context(), rig.Actor(recovery.RoleAdmin), row)
	if fault, ok := errors.AsType[*recovery.Fault](err); !ok || len(fault.Fields) != 2 {
		t.Errorf("faulty province and source: %+v", fault)
	}
	if rows, err := rig.Incomes(t.Context()); err != nil || len(rows) != 1 || rows[0].MonthlyWage != 800_000 {
		t.Errorf("%+v (%v)", rows, err)
	}
}
