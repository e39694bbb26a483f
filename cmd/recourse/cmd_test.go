package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"recourse/casework/casetest"
	"recourse/evidence/verify"
	"recourse/recovery"
)

func TestConfigIsJudgedAtOnce(t *testing.T) {
	t.Parallel()
	good := config{DatabaseURL: "postgres://x", Profile: development, Pace: 60, RetentionYears: 5}
	for name, tc := range map[string]struct {
		change func(*config)
		says   string
	}{
		"whole":                  {func(*config) {}, ""},
		"no database":            {func(c *config) { c.DatabaseURL = "" }, "DATABASE_URL"},
		"an unknown profile":     {func(c *config) { c.Profile = "staging" }, "RECOURSE_PROFILE"},
		"mails without a sender": {func(c *config) { c.SMTPURL = "smtp://mail.example.org" }, "RECOURSE_MAIL_FROM"},
		"an odd mail server":     {func(c *config) { c.SMTPURL, c.MailFrom = "mail.example.org", "desk@example.org" }, "SMTP_URL"},
		"an odd address":         {func(c *config) { c.URL = "desk.example.org" }, "RECOURSE_URL"},
		"no pace":                {func(c *config) { c.Pace = 0 }, "RECOURSE_PACE"},
		"pace in production":     {func(c *config) { c.Profile = production }, "development profile only"},
		"kept too short":         {func(c *config) { c.RetentionYears = 4 }, "RECOURSE_RETENTION_YEARS is 4"},
		"an unknown limit":       {func(c *config) { c.Connections = "sockets=5" }, "RECOURSE_CONNECTIONS"},
		"too many connections":   {func(c *config) { c.Connections = "total=2000000000" }, "ulimit"},
		"an odd proxy":           {func(c *config) { c.TrustedProxies = []string{"10.0.0.1"} }, "RECOURSE_TRUSTED_PROXIES"},
		"a negative reserve":     {func(c *config) { c.DiskReserve = -1 }, "RECOURSE_DISK_RESERVE_MB"},
		"an unknown quota":       {func(c *config) { c.Limits = "cases=5/day" }, "RECOURSE_LIMITS"},
		"kept for ever":          {func(c *config) { c.RetentionYears = 21 }, "RECOURSE_RETENTION_YEARS is 21"},
	} {
		c := good
		tc.change(&c)
		err := c.validate()
		if (err == nil) != (tc.says == "") || err != nil && !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%s: %v, want %q", name, err, tc.says)
		}
	}
}

// TestMailsAreSentUnderTheSiteName unless the operator chose a name.
func TestMailsAreSentUnderTheSiteName(t *testing.T) {
	t.Parallel()
	for from, want := range map[string]string{"desk@example.org": "误付帮办", "Desk <desk@example.org>": "Desk"} {
		server, err := config{SMTPURL: "smtp://mail.example.org", MailFrom: from}.mailServer()
		if err != nil || server.From.Name != want {
			t.Errorf("%s: %v, %v; want %q", from, server, err, want)
		}
	}
}

func TestProductionWantsASignIn(t *testing.T) {
	t.Parallel()
	if err := (config{Profile: production}).checkSignIn(); err == nil || !strings.Contains(err.Error(), "sign-in") {
		t.Errorf("production serves with nobody told apart: %v", err)
	}
	if err := (config{Profile: development}).checkSignIn(); err != nil {
		t.Errorf("development: %v", err)
	}
}

func TestKeysAreMadeOnceAndKept(t *testing.T) {
	t.Parallel()
	c := config{Data: t.TempDir(), Profile: development}
	if err := c.createFolders(); err != nil {
		t.Fatal(err)
	}
	first, err := loadKeyring(c)
	if err != nil {
		t.Fatal(err)
	}
	second, err := loadKeyring(c)
	if err != nil || second.History() != first.History() {
		t.Errorf("the second start has other keys (%v)", err)
	}
	if _, err := payloadKey(c); err != nil {
		t.Error(err)
	}
	for _, name := range []string{firstKeyFile, historyFile, "payload.key"} {
		info, err := os.Stat(c.dataPath("keys", name))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v (%v)", name, info.Mode(), err)
		}
	}
}

func TestProductionMakesNoKeys(t *testing.T) {
	t.Parallel()
	c := config{Data: t.TempDir(), Profile: production}
	if err := c.createFolders(); err != nil {
		t.Fatal(err)
	}
	if _, err := loadKeyring(c); err == nil {
		t.Error("production made itself a signing key")
	}
	if left, err := os.ReadDir(c.dataPath("keys")); err != nil || len(left) != 0 {
		t.Errorf("it left %v (%v)", left, err)
	}
}

func TestWriteDurablyReplacesWhole(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "secret")
	for _, content := range []string{"a long first text", "short"} {
		if err := writeDurably(path, []byte(content)); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != content {
			t.Errorf("read back %q (%v)", got, err)
		}
	}
	if err := writeDurably(filepath.Join(path, "impossible"), nil); err == nil {
		t.Error("a file inside a file was written")
	}
}

func TestDevelopmentTokensAreMadeOnce(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	c := config{Data: t.TempDir(), Addr: "127.0.0.1:1", Profile: development}
	if err := seedAccounts(t.Context(), c, rig.Service); err != nil {
		t.Fatal(err)
	}
	first := readTokens(c)
	for _, account := range developmentAccounts {
		actor, err := rig.Authenticate(t.Context(), first[string(account.role)])
		if err != nil || actor.Role != account.role {
			t.Errorf("the token of %s is %+v's (%v)", account.role, actor, err)
		}
	}
	if first["base_url"] != "http://127.0.0.1:1" {
		t.Errorf("base_url = %q", first["base_url"])
	}
	if err := seedAccounts(t.Context(), c, rig.Service); err != nil {
		t.Fatal(err)
	}
	for role, token := range readTokens(c) {
		if first[role] != token {
			t.Errorf("the second start made a new token for %s", role)
		}
	}
	if info, err := os.Stat(c.dataPath("tokens.json")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("tokens.json: %v (%v)", info.Mode(), err)
	}
}

func TestBrokenTokensAreMadeAnew(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	c := config{Data: t.TempDir(), Profile: development}
	if err := os.WriteFile(c.dataPath("tokens.json"), []byte(`{"agent": 7`), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := seedAccounts(t.Context(), c, rig.Service); err != nil {
		t.Fatal(err)
	}
	if actor, err := rig.Authenticate(t.Context(), readTokens(c)["agent"]); err != nil || actor.Role != recovery.RoleAgent {
		t.Errorf("%+v (%v)", actor, err)
	}
}

func TestVerifyReports(t *testing.T) {
	t.Parallel()
	var text bytes.Buffer
	if err := reportText(&text, verify.Summary{Number: "R1", Audience: "court", Pace: 60}); err != nil {
		t.Fatal(err)
	}
	for _, says := range []string{"verified: case R1", "--key", "no seal", "60 times faster"} {
		if !strings.Contains(text.String(), says) {
			t.Errorf("the summary does not say %q:\n%s", says, text.String())
		}
	}
	for _, tc := range []struct {
		err  error
		want map[string]any
	}{
		{nil, map[string]any{"verified": true}},
		{&verify.Finding{Item: "entry 3", Reason: "changed"}, map[string]any{"verified": false}},
		{errors.New("no such file"), map[string]any{"verified": false, "error": "no such file"}},
	} {
		var out bytes.Buffer
		if err := reportJSON(&out, verify.Summary{}, tc.err); err != nil {
			t.Fatal(err)
		}
		var got map[string]any
		if err := json.Unmarshal(out.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		for field, want := range tc.want {
			if got[field] != want {
				t.Errorf("%v: %s = %v, want %v", tc.err, field, got[field], want)
			}
		}
	}
}

// TestVerifyNamesTheItem runs the command as its user does.
func TestVerifyNamesTheItem(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "bag.zip")
	if err := os.WriteFile(path, []byte("no zip at all"), 0o600); err != nil {
		t.Fatal(err)
	}
	command := newRootCommand()
	var out bytes.Buffer
	command.SetOut(&out)
	command.SetArgs([]string{"verify", "--json", path})
	if err := command.ExecuteContext(t.Context()); err == nil {
		t.Error("a file that is no bag was verified")
	}
	var report struct {
		Verified bool
		Finding  struct{ Item string }
	}
	if err := json.Unmarshal(out.Bytes(), &report); err != nil || report.Verified || report.Finding.Item != "bag.zip" {
		t.Errorf("%s (%v)", out.String(), err)
	}
}

func TestRolesAreKnown(t *testing.T) {
	t.Parallel()
	for _, role := range []recovery.Role{
		recovery.RoleClaimant, recovery.RoleAgent, recovery.RoleSupervisor, recovery.RoleLegal, recovery.RoleAdmin, recovery.RoleAuditor,
	} {
		if err := checkRole(role); err != nil {
			t.Error(err)
		}
	}
	for _, role := range []recovery.Role{recovery.RoleSystem, recovery.RoleCounterpart, "king", ""} {
		if checkRole(role) == nil {
			t.Errorf("an account may have the role %q", role)
		}
	}
}
