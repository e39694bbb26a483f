package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"recourse/casework/casetest"
	"recourse/evidence/dossier"
	"recourse/recovery"
)

// namesOfMissing lists the names of what is missing, and whether it is required.
func namesOfMissing(findings []finding) string {
	var names []string
	for _, one := range findings {
		if one.err != nil && !one.optional {
			names = append(names, one.name)
		}
	}
	return strings.Join(names, ", ")
}

// TestDoctorOfSettings: each setting that is right leaves the list, until only what this
// version does not have is on it.
func TestDoctorOfSettings(t *testing.T) {
	t.Parallel()
	c := config{Profile: development, Data: t.TempDir(), Fonts: t.TempDir(), Custodian: defaultCustodian}
	if got := namesOfMissing(examineConfig(c)); got != "profile, sign-in, address, keys, mail server, custodian, fonts" {
		t.Errorf("%s", got)
	}
	c.Profile, c.URL, c.SMTPURL, c.Custodian = production, "https://desk.example.org", "smtp://mail.example.org", "某某公司"
	c.Fonts = dossier.FindFonts("../..")
	if err := createKeys(c); err != nil {
		t.Fatal(err)
	}
	if got := namesOfMissing(examineConfig(c)); got != "sign-in" {
		t.Errorf("%s", got)
	}
	key := c.dataPath("keys", "payload.key")
	if err := os.Chmod(key, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := c.checkKeys(); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("%v", err)
	}
	if made, err := filepath.Glob(filepath.Join(c.Data, "*")); err != nil || len(made) != 3 {
		t.Errorf("looking has made %v", made)
	}
}

func TestDoctorWantsAnAdministrator(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	admins, err := rig.Accounts(t.Context(), recovery.RoleAdmin)
	if err != nil {
		t.Fatal(err)
	}
	for _, admin := range admins {
		if _, err := rig.DisableAccount(t.Context(), admin.ID); err != nil {
			t.Fatal(err)
		}
	}
	if err := checkAdministrator(t.Context(), rig.Service); err == nil || !strings.Contains(err.Error(), "user add") {
		t.Errorf("%v", err)
	}
	if _, err := addUser(t.Context(), rig.Service, recovery.RoleAdmin, "admin@example.org", "", keepCapacity); err != nil {
		t.Fatal(err)
	}
	if err := checkAdministrator(t.Context(), rig.Service); err != nil {
		t.Error(err)
	}
}

// TestDoctorPrints what is there, what is missing, and what is missed by nobody.
func TestDoctorPrints(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	findings := []finding{{name: "keys"}, {name: "seal", optional: true, err: errors.New("set SEAL_CERT")}, {name: "mail", err: errors.New("set SMTP_URL")}}
	err := printFindings(&out, findings)
	const want = "ok       keys\nwithout  seal: set SEAL_CERT\nmissing  mail: set SMTP_URL\n"
	if out.String() != want || err == nil || err.Error() != "1 of 3 are missing for production" {
		t.Errorf("%v\n%s", err, out.String())
	}
	if err := printFindings(&out, findings[:2]); err != nil {
		t.Error(err)
	}
}
