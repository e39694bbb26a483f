package casework_test

import (
	"testing"
	"time"

	"recourse/casework/casetest"
	"recourse/recovery"
)

// TestCalibrationCountsWhatWasTried: one case returned, one withdrawn without
// an answer, one not eligible; the first was foretold without any experience.
func TestCalibrationCountsWhatWasTried(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	now := time.Now()
	returned, withdrawn, strange := rig.FileCase(t), rig.FileCase(t), rig.FileCase(t)
	act := func(role recovery.Role, id recovery.CaseID, act recovery.ActionBody) {
		t.Helper()
		if _, err := rig.TakeAction(t.Context(), rig.As(role), id, act); err != nil {
			t.Fatal(err)
		}
	}
	act(recovery.RoleClaimant, returned.ID, recovery.ActionBody{
		Action: recovery.RecordResponse, CounterpartID: returned.Counterparts[0].ID, Kind: string(recovery.Returned), At: &now,
	})
	act(recovery.RoleClaimant, withdrawn.ID, recovery.ActionBody{Action: recovery.Withdraw, Reason: "算了"})
	act(recovery.RoleSupervisor, strange.ID, recovery.ActionBody{Action: recovery.CloseCase, Outcome: recovery.NotEligible, Reason: "并非误发"})
	report, err := rig.Calibration(t.Context(), rig.Actor(recovery.RoleAuditor))
	if err != nil {
		t.Fatal(err)
	}
	happened, counted := 0.0, 0
	for _, row := range report.Table {
		happened += row.Observed * float64(row.N)
		counted += row.N
	}
	if report.N != 2 || counted != 2 || happened != 1 || report.Brier == nil {
		t.Errorf("%+v, want two cases of which one came true", report)
	}
	_, err = rig.Calibration(t.Context(), rig.Actor(recovery.RoleClaimant))
	wantCode(t, err, recovery.CodeForbidden)
}
