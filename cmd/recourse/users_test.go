package main

import (
	"strings"
	"testing"
	"time"

	"recourse/casework/casetest"
	"recourse/recovery"
)

// TestUserAddChangesNobody: an address that has an account keeps its role and state.
func TestUserAddChangesNobody(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	id, err := addUser(t.Context(), rig.Service, recovery.RoleLegal, "a@example.test", "方正", keepCapacity)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rig.DisableAccount(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if _, err := addUser(t.Context(), rig.Service, recovery.RoleAdmin, "A@example.test", "x", keepCapacity); err == nil || !strings.Contains(err.Error(), "user enable") {
		t.Errorf("%v", err)
	}
	user, err := rig.Account(t.Context(), id)
	if err != nil || user.Active || user.Role != recovery.RoleLegal || user.Name != "方正" {
		t.Errorf("%+v %v", user, err)
	}
}

// TestProductionRefusesDevelopmentAccounts until they are disabled.
func TestProductionRefusesDevelopmentAccounts(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	made, err := rig.EnsureAccount(t.Context(), recovery.RoleAdmin, "admin"+developmentDomain, "管理员")
	if err != nil {
		t.Fatal(err)
	}
	check := func(profile string) error {
		return refuseDevelopmentAccounts(t.Context(), config{Profile: profile}, rig.Service)
	}
	if err := check(development); err != nil {
		t.Error(err)
	}
	if err := check(production); err == nil || !strings.Contains(err.Error(), "user disable") {
		t.Errorf("%v", err)
	}
	if _, err := rig.DisableAccount(t.Context(), made.ID); err != nil {
		t.Fatal(err)
	}
	if err := check(production); err != nil {
		t.Error(err)
	}
}

// TestFirstKeysOfProduction: a production installation gets its keys without the
// development profile, and never new ones over old ones.
func TestFirstKeysOfProduction(t *testing.T) {
	t.Parallel()
	c := config{Profile: production, Data: t.TempDir()}
	if _, err := payloadKey(c); err == nil {
		t.Error("production made a key by itself")
	}
	if err := createKeys(c); err != nil {
		t.Fatal(err)
	}
	first, err := payloadKey(c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := loadKeyring(c); err != nil {
		t.Error(err)
	}
	if err := createKeys(c); err == nil || !strings.Contains(err.Error(), "keys already") {
		t.Errorf("again: %v", err)
	}
	if second, err := payloadKey(c); err != nil || second != first {
		t.Errorf("the key changed, %v", err)
	}
}

func TestTokenExpiry(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 12, 1, 4, 0, 0, 0, time.UTC)
	for days, want := range map[int]string{0: "never", 1: "2026-12-02", 90: "2027-03-01", -1: "--days", maxTokenDays + 1: "--days"} {
		at, err := tokenExpiry(days, now)
		got := "never"
		switch {
		case err != nil:
			got = err.Error()
		case at != nil:
			got = at.Format(time.DateOnly)
		}
		if !strings.HasPrefix(got, want) {
			t.Errorf("%d days: %s, want %s", days, got, want)
		}
	}
}

func TestTokenLines(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 12, 1, 4, 0, 0, 0, time.UTC)
	earlier, later := now.Add(-time.Hour), now.Add(time.Hour)
	for want, token := range map[string]recovery.Token{
		"a1  made 2026-12-01 11:00  used never  ends never  bot":                       {ID: "a1", Note: "bot", CreatedAt: earlier},
		"a1  made 2026-12-01 11:00  used 2026-12-01 11:00  ends 2026-12-01 13:00  bot": {ID: "a1", Note: "bot", CreatedAt: earlier, LastUsedAt: &earlier, ExpiresAt: &later},
		"a1  made 2026-12-01 11:00  used never  ended 2026-12-01 11:00  bot":           {ID: "a1", Note: "bot", CreatedAt: earlier, ExpiresAt: &earlier},
		"a1  made 2026-12-01 11:00  used never  revoked 2026-12-01 11:00  bot":         {ID: "a1", Note: "bot", CreatedAt: earlier, ExpiresAt: &later, RevokedAt: &earlier},
	} {
		if got := describeToken(token, now); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
