package web_test

import (
	"testing"

	"recourse/recovery"
)

// TestLimitationOnCasePage expects the term towards each counterpart and what
// restarted it.
func TestLimitationOnCasePage(t *testing.T) {
	t.Parallel()
	s := newSiteAtNoon(t)
	view := s.FileCase(t)
	home := "/cases/" + string(view.Number)
	claimant, agent := s.signIn(t, recovery.RoleClaimant), s.signIn(t, recovery.RoleAgent)
	last := func(years int) string {
		return view.SentAt.In(recovery.Shanghai).AddDate(years, 0, 0).Format("2006-01-02")
	}
	claimant.get(home).expect(t, 200, "诉讼时效", "最后一天 "+last(3), "还没有发生使时效重新计算的事由", "以重大误解请法院撤销")
	at := s.Now()
	promised := recovery.ActionBody{Action: recovery.RecordResponse, CounterpartID: view.Counterparts[0].ID, Kind: string(recovery.Promised), At: &at}
	if _, err := s.TakeAction(t.Context(), s.As(recovery.RoleClaimant), view.ID, promised); err != nil {
		t.Fatal(err)
	}
	until := at.In(recovery.Shanghai).AddDate(3, 0, 0).Format("2006-01-02")
	agent.get("/desk"+home).expect(t, 200, "诉讼时效", "最后一天 "+until, "对方答应还", "从这天起重新计算")
	s.SetClock(at.AddDate(3, 0, 1))
	claimant.get(home).expect(t, 200, "已届满")
	claimant.get(home).expect(t, 200, "已届满")
	withdrawn := recovery.ActionBody{Action: recovery.Withdraw, Reason: "算了"}
	if _, err := s.TakeAction(t.Context(), s.As(recovery.RoleClaimant), view.ID, withdrawn); err != nil {
		t.Fatal(err)
	}
	if page := claimant.get(home); page.hasText("terms", "诉讼时效") {
		t.Error("a closed case still counts")
	}
}

// TestRightsOfClosedCase expects a closed case to name the last day of the rights that
// run on.
func TestRightsOfClosedCase(t *testing.T) {
	t.Parallel()
	s := newSiteAtNoon(t)
	view := s.FileCase(t)
	withdrawn := recovery.ActionBody{Action: recovery.Withdraw, Reason: "算了"}
	if _, err := s.TakeAction(t.Context(), s.As(recovery.RoleClaimant), view.ID, withdrawn); err != nil {
		t.Fatal(err)
	}
	last := view.SentAt.In(recovery.Shanghai).AddDate(3, 0, 0).Format("2006-01-02")
	s.signIn(t, recovery.RoleClaimant).get("/cases/"+string(view.Number)).expect(t, 200, "诉讼时效到 "+last, "最后一天 "+last)
}
