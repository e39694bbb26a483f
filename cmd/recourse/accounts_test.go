package main

import (
	"strings"
	"testing"

	"recourse/casework"
	"recourse/casework/casetest"
	"recourse/recovery"
)

func TestUserAddSetsTheCapacityOfAgents(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	for name, test := range map[string]struct {
		role     recovery.Role
		capacity int
		says     string
	}{
		"an agent":            {recovery.RoleAgent, 3, ""},
		"nothing said":        {recovery.RoleLegal, keepCapacity, ""},
		"none by turns":       {recovery.RoleAgent, 0, ""},
		"not an agent":        {recovery.RoleClaimant, 3, "--capacity is for agents"},
		"less than nothing":   {recovery.RoleAgent, -2, "between 0 and"},
		"more than can be":    {recovery.RoleAgent, casework.MaxCapacity + 1, "between 0 and"},
		"a role that is none": {"boss", keepCapacity, "--role"},
	} {
		email := strings.ReplaceAll(name, " ", "-") + "@example.test"
		id, err := addUser(t.Context(), rig.Service, test.role, email, name, test.capacity)
		if (err == nil) != (test.says == "") || err != nil && !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v, want %q", name, err, test.says)
		}
		if made := accountOf(t, rig, email); (made != "") != (test.says == "") || made != id {
			t.Errorf("%s: the account %q was made, %q told", name, made, id)
		}
	}
}

func accountOf(t *testing.T, rig *casetest.Fixture, email string) recovery.UserID {
	t.Helper()
	users, err := rig.Accounts(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, user := range users {
		if user.Email == email {
			return user.ID
		}
	}
	return ""
}

// TestAnAgentOfTheCommandIsInTheRound gives the appeal of a case to an account
// made by the command.
func TestAnAgentOfTheCommandIsInTheRound(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	id, err := addUser(t.Context(), rig.Service, recovery.RoleAgent, "lan@example.test", "周岚", 1)
	if err != nil {
		t.Fatal(err)
	}
	filed, confirmed := rig.FileCase(t), true
	for _, act := range []recovery.ActionBody{
		{Action: recovery.Escalate, To: recovery.Appeal, Reason: "没有回音"}, {Action: recovery.SubmitAppeal, Confirm: &confirmed},
	} {
		if _, err := rig.TakeAction(t.Context(), rig.As(recovery.RoleClaimant), filed.ID, act); err != nil {
			t.Fatal(err)
		}
	}
	view, err := rig.Case(t.Context(), rig.Actor(recovery.RoleSupervisor), filed.ID)
	if err != nil || view.Assignee != id {
		t.Errorf("the appeal is %q's, want %q (%v)", view.Assignee, id, err)
	}
}
