package main

import (
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"recourse/evidence/seal"
	"recourse/evidence/seal/sealtest"
)

func TestDevelopmentSealsUnderAnAuthorityOfItsOwn(t *testing.T) {
	t.Parallel()
	c := developmentConfig(t)
	first, err := c.loadIdentity()
	if err != nil {
		t.Fatal(err)
	}
	second, err := c.loadIdentity()
	if err != nil || !first.IsDevelopment() || second.Fingerprint() != first.Fingerprint() {
		t.Errorf("%+v, then %+v (%v)", first, second, err)
	}
	path := c.dataPath("keys", developmentSeal)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v (%v)", info, err)
	}
	if err := os.WriteFile(path, first.RootPEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := c.loadIdentity(); err == nil || !strings.Contains(err.Error(), "no key") {
		t.Errorf("certificates without a key: %v", err)
	}
}

func TestProductionSealsOnlyWithWhatItIsGiven(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	certificates, key, err := seal.NewDevelopmentAuthority(currentTime(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	cert, secret := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for path, content := range map[string][]byte{cert: certificates, secret: key} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	none := filepath.Join(dir, "none")
	for name, tc := range map[string]struct {
		profile string
		given   sealConfig
		says    string
	}{
		"nothing":                   {production, sealConfig{}, ""},
		"a certificate, no key":     {production, sealConfig{Cert: cert}, "must both be set"},
		"a key, no certificate":     {development, sealConfig{Key: secret}, "must both be set"},
		"no such certificate":       {production, sealConfig{Cert: none, Key: secret}, "SEAL_CERT"},
		"no such key":               {production, sealConfig{Cert: cert, Key: none}, "SEAL_KEY"},
		"the two exchanged":         {production, sealConfig{Cert: secret, Key: cert}, "seal certificate"},
		"development in production": {production, sealConfig{Cert: cert, Key: secret}, "no legal effect"},
		"development":               {development, sealConfig{Cert: cert, Key: secret}, ""},
	} {
		identity, err := config{Profile: tc.profile, Sealing: tc.given}.loadIdentity()
		if (err == nil) != (tc.says == "") || err != nil && !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%s: %v, want %q", name, err, tc.says)
		}
		if err == nil && (identity != nil) != (tc.given.Cert != "") {
			t.Errorf("%s: %+v seals", name, identity)
		}
	}
}

func TestTheAuthorityIsNamedWhole(t *testing.T) {
	t.Parallel()
	roots := tempFile(t, "roots.pem", sealtest.NewIdentity(t).RootPEM())
	for name, tc := range map[string]struct {
		profile string
		given   sealConfig
		says    string
	}{
		"none":                          {production, sealConfig{}, ""},
		"no roots":                      {production, sealConfig{TSA: "https://tsa.example"}, "must both be set"},
		"no address":                    {production, sealConfig{CA: roots}, "must both be set"},
		"no such roots":                 {production, sealConfig{TSA: "https://tsa.example", CA: roots + "x"}, "TSA_CA"},
		"no web address":                {production, sealConfig{TSA: "ftp://tsa.example", CA: roots}, "https"},
		"whole":                         {production, sealConfig{TSA: "https://tsa.example", CA: roots}, ""},
		"not encrypted":                 {production, sealConfig{TSA: "http://tsa.example", CA: roots}, "use https"},
		"not encrypted, this machine":   {production, sealConfig{TSA: "http://127.0.0.1:8080", CA: roots}, "use https"},
		"development":                   {development, sealConfig{TSA: "http://tsa.example", CA: roots}, "use https"},
		"development, this machine":     {development, sealConfig{TSA: "http://127.0.0.1:8080/tsa", CA: roots}, ""},
		"development, named as such":    {development, sealConfig{TSA: "http://localhost", CA: roots}, ""},
		"development, only named so":    {development, sealConfig{TSA: "http://localhost.example", CA: roots}, "use https"},
		"development, version 6":        {development, sealConfig{TSA: "http://[::1]:1", CA: roots}, ""},
		"development, all of a machine": {development, sealConfig{TSA: "http://0.0.0.0:1", CA: roots}, "use https"},
	} {
		stamper, err := config{Profile: tc.profile, Sealing: tc.given}.newStamper()
		if (err == nil) != (tc.says == "") || err != nil && !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%s: %v, want %q", name, err, tc.says)
		}
		if err == nil && (stamper != nil) != (tc.given.CA != "") {
			t.Errorf("%s: %v stamps", name, stamper)
		}
	}
}
