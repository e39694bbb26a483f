package casework_test

import (
	"testing"

	"recourse/recovery"
)

// TestActsAreTold: whatever is filed, supplied, assigned or moved is told in the
// same breath, to those who did not do it.
func TestActsAreTold(t *testing.T) {
	t.Parallel()
	r := newTold(t)
	filed := r.FileCase(t)
	owner, agent := r.Actor(recovery.RoleClaimant), r.Actor(recovery.RoleAgent)
	act := func(role recovery.Role, a recovery.ActionBody) {
		t.Helper()
		if _, err := r.TakeAction(t.Context(), r.As(role), filed.ID, a); err != nil {
			t.Fatal(err)
		}
	}
	act(recovery.RoleSupervisor, recovery.ActionBody{Action: recovery.Assign, UserID: agent.ID})
	act(recovery.RoleClaimant, recovery.ActionBody{Action: recovery.Escalate, To: recovery.Appeal, Reason: "没有回音"})
	r.Upload(t, filed.ID, recovery.TransferScreenshot, png)
	act(recovery.RoleSupervisor, recovery.ActionBody{Action: recovery.CloseCase, Outcome: recovery.Unrecovered, Reason: "不再追"})
	for actor, want := range map[recovery.Actor][]string{
		owner:                            {"案件已结案", "案件已登记"},
		agent:                            {"案件已结案", "收到新的材料", "案件进入“客服申诉”阶段", "案件已分给您"},
		r.Actor(recovery.RoleSupervisor): nil, r.Actor(recovery.RoleLegal): nil,
	} {
		box, err := r.Inbox(t.Context(), actor, false, 20, "")
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, item := range box.Items {
			got = append(got, item.Title)
		}
		if len(got) != len(want) {
			t.Errorf("the %s was told %q, want %q", actor.Role, got, want)
			continue
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("the %s was told %q, want %q", actor.Role, got, want)
				break
			}
		}
	}
}
