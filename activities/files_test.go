package activities

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"recourse/evidence/folio"
)

// filling returns a build that writes one file with this text.
func filling(text string) func(string) (buildResult, error) {
	return func(dir string) (buildResult, error) {
		digest, err := writeFile(filepath.Join(dir, folio.DossierFile), func(w io.Writer) error {
			_, err := io.WriteString(w, text)
			return err
		})
		return buildResult{Pages: len(text), Missing: []string{text}, SHA256: digest}, err
	}
}

// holds checks the file and the result in a folder, and that no other folder is
// left.
func holds(t *testing.T, folder, text string, made buildResult) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(folder, folio.DossierFile))
	if err != nil || string(raw) != text {
		t.Errorf("it holds %q (%v), want %q", raw, err, text)
	}
	again, err := buildOnce(folder, func(string) (buildResult, error) { return buildResult{}, errors.New("built again") })
	if diff := cmp.Diff(made, again); err != nil || diff != "" || made.Pages != len(text) {
		t.Errorf("%v (-made +again):\n%s", err, diff)
	}
	beside, err := os.ReadDir(filepath.Dir(folder))
	if err != nil || len(beside) != 1 {
		t.Errorf("beside it: %v (%v)", beside, err)
	}
}

func TestBuildOnce(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "exports", "x-1")
	made, err := buildOnce(folder, filling("abc"))
	if err != nil || made.SHA256 != "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" {
		t.Fatalf("%+v %v", made, err)
	}
	holds(t, folder, "abc", made)
}

// TestBuildOnceKeepsTheFaster: of two concurrent builds the faster one is kept.
func TestBuildOnceKeepsTheFaster(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "x-1")
	made, err := buildOnce(folder, func(dir string) (buildResult, error) {
		if _, err := buildOnce(folder, filling("first")); err != nil {
			return buildResult{}, err
		}
		if err := os.Mkdir(dir, 0o700); err != nil { // the other took it for one left behind
			return buildResult{}, err
		}
		return filling("second")(dir)
	})
	if err != nil {
		t.Fatal(err)
	}
	holds(t, folder, "first", made)
}

func TestBuildOnceLeavesNothingHalf(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "x-1")
	_, err := buildOnce(folder, func(dir string) (buildResult, error) {
		_, err := writeFile(filepath.Join(dir, folio.DossierFile), func(w io.Writer) error {
			_, _ = io.WriteString(w, "half")
			return errors.New("power cut")
		})
		return buildResult{}, err
	})
	left, readErr := os.ReadDir(filepath.Dir(folder))
	if err == nil || readErr != nil || len(left) != 0 {
		t.Errorf("%v; left behind: %v (%v)", err, left, readErr)
	}
}

func TestBuildOnceRefusesARecordItCannotRead(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, resultFile), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := buildOnce(folder, filling("abc")); err == nil {
		t.Error("an export that stands was built over")
	}
	if _, err := buildOnce(filepath.Join(folder, resultFile, "below-a-file"), filling("abc")); err == nil {
		t.Error("a file has a folder below it")
	}
}
