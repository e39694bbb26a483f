package verify_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"recourse/evidence/bag/bagtest"
	"recourse/evidence/folio"
	"recourse/evidence/verify"
	"recourse/recovery"
)

// longer is a journal of a seed as it went on after its first export: the same
// entries and then more, up to a second export.
func longer(t *testing.T, made bagtest.Case, entries int) (earlier, later folio.Folio) {
	t.Helper()
	earlier = bagtest.NewFolio(t, made)
	return earlier, bagtest.ContinueFolio(t, earlier, made, entries)
}

func saved(t *testing.T, raw []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "bag.zip")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// supersetItem gives what both verifiers name.
func supersetItem(t *testing.T, later, earlier []byte) string {
	t.Helper()
	_, err := verify.Options{}.SupersetOf(saved(t, later), saved(t, earlier))
	got := item(t, err)
	output, code := script(t, scriptFolder(t), "--superset-of", open(t, earlier).unpack(), open(t, later).unpack())
	scripted := ""
	if code != 0 {
		match := failLine.FindStringSubmatch(strings.ReplaceAll(output, "earlier: ", "earlier; "))
		if match == nil {
			t.Fatalf("verify.sh: exit %d\n%s", code, output)
		}
		scripted = strings.ReplaceAll(match[1], "earlier; ", "earlier: ")
	}
	if got != scripted {
		t.Errorf("Go names %q (%v), verify.sh %q", got, err, scripted)
	}
	return got
}

func TestSupersetOf(t *testing.T) {
	t.Parallel()
	made := bagtest.Case{Seed: 1}
	earlier, later := longer(t, made, 20)
	rotated := bagtest.Case{Seed: 1, Rotations: 1}
	first, next := longer(t, rotated, 20)
	one, two := write(t, earlier), write(t, later)
	edited := open(t, one).clone()
	edited.replace(entries, `"n":2`, `"n":3`)
	rewritten := bagtest.NewFolio(t, bagtest.Case{Seed: 1, Entries: 20, Audience: recovery.ForArchive})
	for name, c := range map[string]struct {
		later, earlier []byte
		item           string
	}{
		"it is":                     {two, one, ""},
		"itself":                    {one, one, ""},
		"the other way round":       {one, two, point},
		"another case":              {write(t, bagtest.NewFolio(t, bagtest.Case{Seed: 2})), one, point},
		"history rewritten":         {write(t, rewritten), one, entries},
		"earlier bag broken":        {two, edited.zip(), "earlier: entry 7"},
		"later bag broken":          {edited.zip(), one, "entry 7"},
		"key does not lead here":    {two, write(t, first), vkey},
		"with a history":            {write(t, next), write(t, first), ""},
		"earlier under a first key": {write(t, bagtest.ContinueFolio(t, earlier, rotated, 20)), one, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := supersetItem(t, c.later, c.earlier); got != c.item {
				t.Errorf("named %q, want %q", got, c.item)
			}
		})
	}
}

func TestProofOfOneEntry(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		made := bagtest.Case{Seed: 1, Entries: rapid.IntRange(5, 70).Draw(r, "entries"), Exhibits: 1}
		path := saved(t, write(t, bagtest.NewFolio(t, made)))
		seq := rapid.Int64Range(1, int64(made.Entries)).Draw(r, "seq")
		var proof bytes.Buffer
		if err := (verify.Options{}).Prove(path, seq, &proof); err != nil {
			t.Fatal(err)
		}
		summary, err := check(proof.Bytes())
		if err != nil || summary.Proved == nil || summary.Proved.Seq != seq || summary.Entries != int64(made.Entries) {
			t.Fatalf("%+v, %v", summary, err)
		}
		at := rapid.IntRange(0, proof.Len()-1).Draw(r, "at")
		broken := bytes.Clone(proof.Bytes())
		broken[at] ^= 1 << rapid.IntRange(0, 7).Draw(r, "bit")
		if _, err := check(broken); item(t, err) == "" {
			t.Errorf("byte %d of %d changed, and not found", at, proof.Len())
		}
	})
}

func TestProofOfAnExhibit(t *testing.T) {
	t.Parallel()
	folio := bagtest.NewFolio(t, bagtest.Case{Seed: 1})
	path := saved(t, write(t, folio))
	var proof bytes.Buffer
	if err := (verify.Options{}).Prove(path, 2, &proof); err != nil {
		t.Fatal(err)
	}
	files := open(t, write(t, folio)).files
	here := filepath.Join(t.TempDir(), "exhibit")
	if err := os.WriteFile(here, files["data/originals/"+folio.Exhibits[0].SHA256+".png"], 0o600); err != nil {
		t.Fatal(err)
	}
	summary, err := reader(verify.Options{Exhibit: here, Key: folio.Key}, proof.Bytes())
	if err != nil || summary.Proved.SHA256 != folio.Exhibits[0].SHA256 || !summary.KeyExpected {
		t.Errorf("%+v, %v", summary.Proved, err)
	}
	if bytes.Contains(proof.Bytes(), []byte("claimant.name")) || strings.Contains(proof.String(), folio.Exhibits[1].SHA256) {
		t.Error("the proof shows other entries")
	}
	if _, err := reader(verify.Options{Exhibit: path}, proof.Bytes()); item(t, err) != "bag.zip" {
		t.Errorf("another file: %v", err)
	}
	if _, err := reader(verify.Options{Key: "nonsense"}, proof.Bytes()); item(t, err) != "proof" {
		t.Errorf("another key: %v", err)
	}
	if err := (verify.Options{}).Prove(path, 99, &proof); item(t, err) != "entry 99" {
		t.Errorf("no such entry: %v", err)
	}
	for name, broken := range map[string]string{
		"index beyond": strings.Replace(proof.String(), "index 1\n", "index 99\n", 1),
		"another":      strings.Replace(proof.String(), "index 1\n", "index 2\n", 1),
		"path cut":     strings.Replace(proof.String(), "index 1\n", "index 1\n"+strings.Repeat("A", 43)+"=\n", 1),
		"only a mark":  "c2sp.org/tlog-proof@v1\n",
		"huge":         "c2sp.org/tlog-proof@v1\n" + strings.Repeat(" ", 5<<20),
	} {
		if _, err := check([]byte(broken)); item(t, err) == "" {
			t.Errorf("%s: accepted", name)
		}
	}
}

func FuzzProof(f *testing.F) {
	f.Add("c2sp.org/tlog-proof@v1\nextra e30=\nindex 0\n\na\n1\nAA==\n\n— k AA==\n")
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := check([]byte("c2sp.org/tlog-proof@v1\n" + text)); item(t, err) == "" {
			t.Errorf("accepted %q", text)
		}
	})
}
