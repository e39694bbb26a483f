package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"recourse/evidence/bag"
	"recourse/evidence/bag/bagtest"
	"recourse/evidence/dossier"
	"recourse/evidence/folio"
	"recourse/recovery"
)

// setAgain runs dossier --bag as its user does.
func setAgain(t *testing.T, args ...string) error {
	t.Helper()
	command := newRootCommand()
	var out bytes.Buffer
	command.SetOut(&out)
	command.SetErr(&out)
	command.SetArgs(append([]string{"dossier", "--fonts", dossier.FindFonts("../..")}, args...))
	return command.ExecuteContext(t.Context())
}

// inside is the dossier that a folio's bag would hold.
func inside(t *testing.T, f folio.Folio) []byte {
	t.Helper()
	fonts, err := dossier.LoadFonts(dossier.FindFonts("../.."))
	if err != nil {
		t.Fatal(err)
	}
	plan, err := bag.NewPlan(f)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if _, err := dossier.Build(&out, f, dossier.Options{Fonts: fonts, Fingerprint: plan.Fingerprint()}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func archived() folio.Papers {
	return folio.Papers{
		Claimant: folio.Identity{Name: "王小明", Phone: "13800000000"},
		Fees: []folio.Fee{{Name: "suit", Base: 200_000, Amount: 2_500, Law: folio.Citation{
			Statute: "诉讼费用交纳办法", Section: "13", Edition: "2006-12-19 公布", Mark: "V",
		}}},
	}
}

func TestDossierFromABag(t *testing.T) {
	t.Parallel()
	folio := bagtest.NewFolio(t, bagtest.Case{Seed: 1, Rotations: 1, Audience: recovery.ForArchive})
	papers := archived()
	folio.Papers, folio.Missing, folio.SealedBy = &papers, []string{"对方的住所"}, "示例公司电子签章"
	out := filepath.Join(t.TempDir(), "dossier.pdf")
	path := bagFile(t, folio)
	if err := setAgain(t, "--bag", path, "--out", out); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(out)
	if err != nil || !bytes.Equal(got, inside(t, folio)) {
		t.Errorf("another dossier of %d bytes (%v)", len(got), err)
	}
	if err := setAgain(t, "--bag", path, "--out", out); err == nil || !strings.Contains(err.Error(), "--out") {
		t.Errorf("a file was overwritten: %v", err)
	}
}

// TestDossierFromNoSuchBag: what is refused leaves no file, and says how to mend
// it.
func TestDossierFromNoSuchBag(t *testing.T) {
	t.Parallel()
	sound := bagFile(t, bagtest.NewFolio(t, bagtest.Case{Seed: 1, Rotations: 1, Audience: recovery.ForArchive}))
	raw, err := os.ReadFile(sound)
	if err != nil {
		t.Fatal(err)
	}
	raw[len(raw)/2] ^= 1
	for name, refused := range map[string]struct {
		args []string
		says string
	}{
		"for a court":     {[]string{"--bag", bagFile(t, bagtest.NewFolio(t, bagtest.Case{Seed: 1, Rotations: 1}))}, "export the case for the archive"},
		"broken":          {[]string{"--bag", tempFile(t, "bag.zip", raw)}, "does not verify"},
		"of another key":  {[]string{"--bag", sound, "--key", strings.Repeat("0", 64)}, "does not verify"},
		"not there":       {[]string{"--bag", filepath.Join(t.TempDir(), "none.zip")}, "no such file"},
		"without fonts":   {[]string{"--bag", sound, "--fonts", t.TempDir()}, "--fonts"},
		"and of a case":   {[]string{"--bag", sound, "--case", "R20261121-000001"}, "case"},
		"and an audience": {[]string{"--bag", sound, "--audience", "court"}, "audience"},
	} {
		out := filepath.Join(t.TempDir(), "dossier.pdf")
		if err := setAgain(t, append(refused.args, "--out", out)...); err == nil || !strings.Contains(err.Error(), refused.says) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := os.Stat(out); !os.IsNotExist(err) {
			t.Errorf("%s: a file stays behind: %v", name, err)
		}
	}
}
