package verify_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"testing"

	"recourse/evidence/bag"
	"recourse/evidence/bag/bagtest"
	"recourse/evidence/folio"
	"recourse/evidence/verify"
	"recourse/recovery"
)

// write makes the bag of a folio in memory.
func write(t testing.TB, f folio.Folio) []byte {
	t.Helper()
	var out bytes.Buffer
	if _, err := bagtest.WriteBag(t.Context(), &out, f, bagtest.OpenDossier); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func check(raw []byte) (verify.Summary, error) {
	return verify.Options{}.Reader(bytes.NewReader(raw), int64(len(raw)))
}

// item returns the item of a finding, or "" if there is none.
func item(t testing.TB, err error) string {
	t.Helper()
	var found *verify.Finding
	switch {
	case err == nil:
		return ""
	case !errors.As(err, &found):
		t.Fatalf("not a finding: %v", err)
	case found.Item == "" || found.Reason == "":
		t.Fatalf("a finding without item or reason: %+v", found)
	}
	return found.Item
}

func TestFileAcceptsEveryKindOfSoundBag(t *testing.T) {
	t.Parallel()
	cases := map[string]bagtest.Case{
		"court":              {Seed: 1},
		"archive, paced":     {Seed: 2, Audience: recovery.ForArchive, Pace: 3600},
		"opponent, masked":   {Seed: 3, Audience: recovery.ForOpponent, Redacted: true},
		"platform, withheld": {Seed: 4, Audience: recovery.ForPlatform, Withheld: true},
		"without originals":  {Seed: 5, Exhibits: -1, Entries: 4},
		"unsealed":           {Seed: 6, Unsealed: true},
		"long":               {Seed: 7, Entries: 500, Exhibits: 40},
	}
	for name, made := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folio := bagtest.NewFolio(t, made)
			path := filepath.Join(t.TempDir(), "bag.zip")
			if err := os.WriteFile(path, write(t, folio), 0o600); err != nil {
				t.Fatal(err)
			}
			summary, err := verify.File(path)
			if err != nil {
				t.Fatal(err)
			}
			compare(t, folio, summary)
			if output, code := script(t, unzip(t, path)); code != 0 {
				t.Fatalf("verify.sh: exit %d\n%s", code, output)
			}
		})
	}
}

func compare(t *testing.T, f folio.Folio, got verify.Summary) {
	t.Helper()
	plan, err := bag.NewPlan(f)
	if err != nil {
		t.Fatal(err)
	}
	key, err := bag.KeyFingerprint(f.Key)
	if err != nil {
		t.Fatal(err)
	}
	want := verify.Summary{
		Number: string(f.Case.Number), Case: string(f.Case.ID), Audience: string(f.Audience), Generator: f.Generator,
		Custodian: f.Custodian, At: f.At.Format("2006-01-02T15:04:05Z"), Pace: int64(max(1, f.Case.Pace)),
		LastEntryAt: f.Entries[len(f.Entries)-1].Parsed.At, Entries: int64(len(f.Entries)), Originals: len(f.Exhibits),
		Root: f.Root, Fingerprint: plan.Fingerprint(), KeyName: bagtest.KeyName, KeyFingerprint: key, Sealed: f.Seal != nil, Keys: 1,
		Bytes: got.Bytes, Withheld: got.Withheld, Values: got.Values, Hidden: got.Hidden,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	shown, committed := int64(0), int64(0)
	for _, entry := range f.Entries {
		shown, committed = shown+int64(len(entry.Values)), committed+int64(len(entry.Parsed.Commitments))
	}
	if got.Values != shown || got.Hidden != committed-shown {
		t.Errorf("values %d, hidden %d; want %d, %d", got.Values, got.Hidden, shown, committed-shown)
	}
}

// unzip unpacks a bag with the unzip program and returns its folder.
func unzip(t testing.TB, path string) string {
	t.Helper()
	dir := t.TempDir()
	if output, err := exec.Command("unzip", "-q", path, "-d", dir).CombinedOutput(); err != nil {
		t.Fatalf("unzip: %v\n%s", err, output)
	}
	folders, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(folders) != 1 {
		t.Fatalf("unpacked to %v, %v", folders, err)
	}
	return folders[0]
}

// scriptFolder returns a folder that contains only the current verify.sh.
func scriptFolder(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "verify.sh"), bag.VerifyScript(), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// script runs the verify.sh of a folder in a minimal environment. The last argument
// may be another folder or file to verify.
func script(t testing.TB, folder string, args ...string) (output string, code int) {
	t.Helper()
	command := exec.Command("sh", append([]string{"verify.sh"}, args...)...)
	command.Dir = folder
	command.Env = []string{"PATH=/usr/bin:/bin:" + os.Getenv("PATH"), "TMPDIR=" + t.TempDir()}
	out, err := command.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return string(out), command.ProcessState.ExitCode()
}

func reader(o verify.Options, raw []byte) (verify.Summary, error) {
	return o.Reader(bytes.NewReader(raw), int64(len(raw)))
}
