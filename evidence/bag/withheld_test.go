package bag_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"recourse/evidence/bag"
	"recourse/evidence/bag/bagtest"
	"recourse/evidence/folio"
	"recourse/evidence/verify"
	"recourse/recovery"
)

// A withheld exhibit is neither in the bag nor in its manifest, even if the same bytes
// were submitted twice, and the bag verifies.
func TestWriteHoldsBackWithheldExhibits(t *testing.T) {
	t.Parallel()
	folio := bagtest.NewFolio(t, bagtest.Case{Seed: 1, Audience: recovery.ForOpponent})
	twin := folio.Exhibits[1]
	folio.Exhibits = append(folio.Exhibits, twin)
	folio.Exhibits[1].Withheld, folio.Exhibits[1].Open = true, nil
	raw, _ := write(t, folio)
	files, _ := unzip(t, raw)
	if bytes.Contains(files["manifest-sha256.txt"], []byte(twin.SHA256)) || !bytes.Contains(files["data/case.json"], []byte(`"withheld":["`+twin.SHA256)) {
		t.Errorf("manifest\n%s\ncase %s", files["manifest-sha256.txt"], files["data/case.json"])
	}
	path := filepath.Join(t.TempDir(), "bag.zip")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	summary, err := verify.File(path)
	if err != nil || summary.Withheld != 1 || summary.Originals != 2 {
		t.Errorf("%d withheld, %d originals, %v", summary.Withheld, summary.Originals, err)
	}
	scripted(t, files)
}

// scripted runs the bag's own script over its files.
func scripted(t *testing.T, files map[string][]byte) {
	t.Helper()
	dir := t.TempDir()
	for name, data := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(files["verify.sh"], bag.VerifyScript()) {
		t.Fatal("the bag holds another script")
	}
	command := exec.CommandContext(t.Context(), "sh", "verify.sh")
	command.Dir = dir
	if output, err := command.CombinedOutput(); err != nil {
		t.Errorf("verify.sh: %v\n%s", err, output)
	}
}

// A court receives every original, so a folio that withholds one is invalid.
func TestWriteWithholdsNothingFromACourt(t *testing.T) {
	t.Parallel()
	folio := bagtest.NewFolio(t, bagtest.Case{Seed: 1})
	folio.Exhibits[0].Withheld = true
	if _, err := bag.NewPlan(folio); err == nil {
		t.Error("written")
	}
}

// Copies are only for audiences that do not receive every original, and only if an
// entry records them.
func TestWriteRefusesCopies(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		made   bagtest.Case
		change func(*folio.Folio)
	}{
		"for a court":      {bagtest.Case{Audience: recovery.ForCourt, Rotations: 1}, func(*folio.Folio) {}},
		"without keys":     {bagtest.Case{Audience: recovery.ForOpponent, Rotations: 1}, func(f *folio.Folio) { f.Keys, f.Earlier = "", nil }},
		"of another":       {bagtest.Case{Audience: recovery.ForOpponent, Rotations: 1}, func(f *folio.Folio) { f.Exhibits[1].Copy = f.Exhibits[0].Copy }},
		"that nobody made": {bagtest.Case{Audience: recovery.ForOpponent, Rotations: 1}, func(f *folio.Folio) { f.Exhibits[0].Copy.SHA256 = f.Exhibits[1].SHA256 }},
	} {
		test.made.Seed, test.made.Copied = 1, true
		folio := bagtest.NewFolio(t, test.made)
		test.change(&folio)
		if _, err := bag.NewPlan(folio); err == nil {
			t.Errorf("%s: written", name)
		}
	}
}

// An erased original may be absent and must not be included.
func TestWriteTakesAnErasureByItsWord(t *testing.T) {
	t.Parallel()
	made := bagtest.Case{Seed: 1, Rotations: 1, Erased: true}
	whole := bagtest.NewFolio(t, bagtest.Case{Seed: 1, Rotations: 1})
	for name, change := range map[string]func(*folio.Folio){
		"an original that is here": func(f *folio.Folio) { f.Exhibits[0] = whole.Exhibits[0] },
		"no keys":                  func(f *folio.Folio) { f.Keys, f.Earlier = "", nil },
	} {
		folio := bagtest.NewFolio(t, made)
		change(&folio)
		if _, err := bag.NewPlan(folio); err == nil {
			t.Errorf("%s: written", name)
		}
	}
	if _, err := bag.NewPlan(bagtest.NewFolio(t, made)); err != nil {
		t.Error(err)
	}
}
