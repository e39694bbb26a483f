package casework_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"recourse/casework"
	"recourse/casework/casetest"
	"recourse/recovery"
)

// fileAs files a case of an account against somebody, who is reached by contact.
func fileAs(t *testing.T, rig *casetest.Fixture, by recovery.Actor, phone, contact string) casework.View {
	t.Helper()
	filing := casetest.Filing()
	filing.Claimant.Email, filing.Claimant.Phone = "", phone
	filing.Counterparts[0].Contact = contact
	reply, err := rig.Service.File(t.Context(), casework.Request{Actor: by}, filing)
	if err != nil {
		t.Fatal(err)
	}
	return reply.Value
}

// flags looks for patterns and lists what stands.
func flags(t *testing.T, rig *casetest.Fixture) []recovery.AbuseFlag {
	t.Helper()
	if err := rig.FlagAbuse(t.Context()); err != nil {
		t.Fatal(err)
	}
	list, _, err := rig.Flags(t.Context(), rig.Actor(recovery.RoleSupervisor), false, 50, "")
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestManyCasesOfOneClaimantAreFlagged(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	var last casework.View
	for i := range 5 {
		if got := flags(t, rig); len(got) != 0 {
			t.Fatalf("after %d cases: %+v", i, got)
		}
		last = fileAs(t, rig, rig.Actor(recovery.RoleClaimant), "", fmt.Sprint("wx-", i, i, i))
	}
	got := flags(t, rig)
	if len(got) != 1 || got[0].CaseID != last.ID || got[0].Pattern != recovery.ManyCases || len(got[0].Cases) != 5 {
		t.Fatalf("flagged %+v", got)
	}
	if again := flags(t, rig); len(again) != 1 {
		t.Errorf("flagged again: %+v", again)
	}
	if view, err := rig.Case(t.Context(), rig.Actor(recovery.RoleClaimant), last.ID); err != nil || !slices.Contains(view.Allowed, recovery.RecordContact) {
		t.Errorf("a flag blocks: %v (%v)", view.Allowed, err)
	}
}

func TestContactsAreKnownAgainHoweverTheyAreWritten(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	for i, contact := range []string{"+86 138-0013-8000", "１３８００１３８０００", "008613800138000"} {
		phone := fmt.Sprint("1390000000", i)
		fileAs(t, rig, rig.NewActor(t, recovery.RoleClaimant), phone, contact)
	}
	got := flags(t, rig)
	if len(got) != 3 || got[0].Pattern != recovery.SameCircle {
		t.Errorf("one telephone in three writings: %+v", got)
	}
	if table := holding(t, rig, "13800138000"); table != "" && table != "cases" && table != "journal_values" {
		t.Errorf("%s holds the number", table)
	}
}

func TestMoneyThatGoesThereAndBack(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	fileAs(t, rig, rig.NewActor(t, recovery.RoleClaimant), "13900000001", "13900000002")
	fileAs(t, rig, rig.NewActor(t, recovery.RoleClaimant), "13900000002", "139 0000 0001")
	if got := flags(t, rig); len(got) != 2 || got[0].Pattern != recovery.RoundTrip || got[1].Pattern != recovery.RoundTrip {
		t.Errorf("%+v", got)
	}
}

func TestAFlagIsForSupervisorsAndAuditors(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	one := fileAs(t, rig, rig.NewActor(t, recovery.RoleClaimant), "13900000001", "13900000002")
	owner := rig.Actor(recovery.RoleClaimant)
	fileAs(t, rig, owner, "13900000002", "13900000001")
	list := flags(t, rig)
	for _, role := range recovery.Roles {
		sees := role == recovery.RoleSupervisor || role == recovery.RoleAuditor
		_, _, err := rig.Flags(t.Context(), rig.Actor(role), false, 10, "")
		if (err == nil) != sees {
			t.Errorf("%s lists flags: %v", role, err)
		}
		if view, err := rig.Case(t.Context(), rig.Actor(role), one.ID); err == nil && (len(view.Flags) == 1) != sees {
			t.Errorf("%s sees %+v", role, view.Flags)
		}
		if role != recovery.RoleSupervisor {
			_, err = rig.DismissFlag(t.Context(), rig.As(role), list[0].ID, "x")
			wantCode(t, err, recovery.CodeForbidden)
		}
	}
	for _, flag := range list {
		lines, _, err := rig.Journal(t.Context(), owner, flag.CaseID, 0, 0)
		if err == nil && strings.Contains(fmt.Sprint(lines), string(flag.Pattern)) {
			t.Errorf("the claimant reads of which pattern: %+v", lines)
		}
	}
	req := keyed(rig, recovery.RoleSupervisor, "d")
	gone, err := rig.DismissFlag(t.Context(), req, list[0].ID, "两人是夫妻")
	if err != nil || gone.Value.DismissedBy != req.Actor.ID {
		t.Fatalf("%+v (%v)", gone, err)
	}
	if again, err := rig.DismissFlag(t.Context(), req, list[0].ID, "两人是夫妻"); err != nil || !again.Replayed {
		t.Errorf("the repetition: %+v (%v)", again, err)
	}
	_, err = rig.DismissFlag(t.Context(), rig.As(recovery.RoleSupervisor), list[0].ID, "x")
	wantCode(t, err, recovery.CodeConflict)
	if lastKind(t, rig, list[0].CaseID) != recovery.EntryAbuseDismissed || len(flags(t, rig)) != 1 {
		t.Error("the dismissal is not written down, or the flag came back")
	}
}
