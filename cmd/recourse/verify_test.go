package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"recourse/evidence/bag/bagtest"
	"recourse/evidence/folio"
	"recourse/evidence/seal/sealtest"
	"recourse/recovery"
)

func bagFile(t *testing.T, f folio.Folio) string {
	t.Helper()
	var out bytes.Buffer
	if _, err := bagtest.WriteBag(t.Context(), &out, f, bagtest.OpenDossier); err != nil {
		t.Fatal(err)
	}
	return tempFile(t, "bag.zip", out.Bytes())
}

func tempFile(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// verified runs the command as its user does.
func verified(t *testing.T, args ...string) (string, error) {
	t.Helper()
	command := newRootCommand()
	var out bytes.Buffer
	command.SetOut(&out)
	command.SetErr(&out)
	command.SetArgs(append([]string{"verify"}, args...))
	err := command.ExecuteContext(t.Context())
	return out.String(), err
}

func says(t *testing.T, output string, err error, wanted ...string) {
	t.Helper()
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	for _, text := range wanted {
		if !strings.Contains(output, text) {
			t.Errorf("does not say %q:\n%s", text, output)
		}
	}
}

func TestVerifyASupersetOfAnEarlierBag(t *testing.T) {
	t.Parallel()
	made := bagtest.Case{Seed: 1, Rotations: 1}
	first := bagtest.NewFolio(t, made)
	earlier, later := bagFile(t, first), bagFile(t, bagtest.ContinueFolio(t, first, made, 20))
	output, err := verified(t, later, "--superset-of", earlier)
	says(t, output, err, "contains     the earlier bag", "2 keys", "no outside time")
	if output, err := verified(t, earlier, "--superset-of", later); err == nil || !strings.Contains(err.Error(), "data/checkpoint.txt") {
		t.Errorf("the other way round: %v\n%s", err, output)
	}
}

func TestVerifyTellsOfAnErasure(t *testing.T) {
	t.Parallel()
	folio := bagtest.NewFolio(t, bagtest.Case{Seed: 1, Rotations: 1, Erased: true})
	output, err := verified(t, bagFile(t, folio))
	says(t, output, err, "originals    0 (0 withheld", "erased       3 originals", "before entry 11 of 2026-11-21T04:15:06", "because: request")
}

func TestVerifyTellsOfCopies(t *testing.T) {
	t.Parallel()
	folio := bagtest.NewFolio(t, bagtest.Case{Seed: 1, Rotations: 1, Copied: true, Audience: recovery.ForPlatform})
	output, err := verified(t, bagFile(t, folio))
	says(t, output, err, "originals    2 (1 withheld", "copies       1 in the place")
}

func TestVerifyWritesAndReadsAProof(t *testing.T) {
	t.Parallel()
	folio := bagtest.NewFolio(t, bagtest.Case{Seed: 1})
	path := bagFile(t, folio)
	proof := filepath.Join(t.TempDir(), "entry.proof")
	output, err := verified(t, path, "--prove", "2", "--out", proof)
	says(t, output, err)
	output, err = verified(t, proof)
	says(t, output, err, "entry 2 (evidence_added", folio.Exhibits[0].SHA256)
	if _, err := verified(t, proof, "--exhibit", path); err == nil {
		t.Error("another file was taken for the exhibit")
	}
	missing := filepath.Join(t.TempDir(), "none.proof")
	if _, err := verified(t, path, "--prove", "99", "--out", missing); err == nil {
		t.Error("an entry that is not there was proved")
	}
	if _, err := os.Stat(missing); !os.IsNotExist(err) {
		t.Errorf("a proof of nothing stays behind: %v", err)
	}
	if _, err := verified(t, path, "--prove", "2", "--out", proof); err == nil {
		t.Error("a file was overwritten")
	}
}

func TestVerifyASealedPDF(t *testing.T) {
	t.Parallel()
	clock := sealtest.NewClock(t, time.Now().AddDate(-1, 0, 0), time.Now().AddDate(1, 0, 0))
	clock.At = time.Now()
	identity := sealtest.NewIdentity(t)
	path := tempFile(t, "dossier.pdf", sealtest.SealPDF(t, identity, clock, sealtest.NewPDF(1)))
	output, err := verified(t, path, "--key", identity.Fingerprint())
	says(t, output, err, "a sealed PDF", identity.CommonName(), "不具法律效力", "outside time", "--authority")
	output, err = verified(t, path, "--json")
	says(t, output, err)
	var report struct {
		Verified bool
		Summary  struct{ PDF struct{ Development bool } }
	}
	if err := json.Unmarshal([]byte(output), &report); err != nil || !report.Verified || !report.Summary.PDF.Development {
		t.Errorf("%s (%v)", output, err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	broken := tempFile(t, "dossier.pdf", bytes.Replace(raw, []byte("page 1"), []byte("page 9"), 1))
	if _, err := verified(t, broken); err == nil || !strings.Contains(err.Error(), "content: ") {
		t.Errorf("a changed page: %v", err)
	}
}
