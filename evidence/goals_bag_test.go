package evidence_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"recourse/evidence/bag/bagtest"
	"recourse/recovery"
)

// unpackBag writes a bag, unpacks it with unzip and returns its folder.
func unpackBag(t *testing.T, made bagtest.Case) string {
	t.Helper()
	dir := t.TempDir()
	file, err := os.Create(filepath.Join(dir, "bag.zip"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bagtest.WriteBag(t.Context(), file, bagtest.NewFolio(t, made), bagtest.OpenDossier); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	if out, ok := runProgram(t, dir, "unzip", "-q", "bag.zip", "-d", "out"); !ok {
		t.Fatal(out)
	}
	folders, err := filepath.Glob(filepath.Join(dir, "out", "*"))
	if err != nil || len(folders) != 1 {
		t.Fatalf("%v, %v", folders, err)
	}
	return folders[0]
}

// runProgram runs a program in a folder.
func runProgram(t *testing.T, dir, program string, args ...string) (out string, ok bool) {
	t.Helper()
	command := exec.CommandContext(t.Context(), program, args...)
	command.Dir = dir
	output, err := command.CombinedOutput()
	return string(output), err == nil
}

func readLines(t *testing.T, path string) []string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(raw), "\n"), "\n")
}

// listFiles returns the paths of all files in a folder.
func listFiles(t *testing.T, folder string) (all []string) {
	t.Helper()
	err := fs.WalkDir(os.DirFS(folder), ".", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			all = append(all, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func editFile(t *testing.T, path string, edit func([]byte) []byte) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, edit(raw), 0o600); err != nil {
		t.Fatal(err)
	}
}

func flipBit(raw []byte) []byte {
	raw[len(raw)/2] ^= 1
	return raw
}

// E1: the manifests list exactly the files of a bag. sha256sum accepts each of them
// and reports a changed or missing original.
func TestSha256sumFindsEveryFileWhole(t *testing.T) {
	t.Parallel()
	folder := unpackBag(t, bagtest.Case{Seed: 1, Exhibits: 5, Rotations: 1})
	var named []string
	for _, manifest := range []string{"manifest-sha256.txt", "tagmanifest-sha256.txt"} {
		if out, ok := runProgram(t, folder, "sha256sum", "--strict", "-c", manifest); !ok {
			t.Errorf("%s: %s", manifest, out)
		}
		for _, line := range readLines(t, filepath.Join(folder, manifest)) {
			_, path, _ := strings.Cut(line, "  ")
			named = append(named, path)
		}
	}
	slices.Sort(named)
	there := slices.DeleteFunc(listFiles(t, folder), func(path string) bool { return path == "tagmanifest-sha256.txt" || path == "seal.txt" })
	if !slices.Equal(named, there) {
		t.Errorf("named %v\nthere %v", named, there)
	}
	originals, err := filepath.Glob(filepath.Join(folder, "data/originals/*"))
	if err != nil || len(originals) != 5 {
		t.Fatalf("%d originals, %v", len(originals), err)
	}
	editFile(t, originals[0], flipBit)
	if out, ok := runProgram(t, folder, "sha256sum", "--strict", "-c", "manifest-sha256.txt"); ok || !strings.Contains(out, filepath.Base(originals[0])+": FAILED") {
		t.Errorf("a changed original: %s", out)
	}
	if err := os.Remove(originals[1]); err != nil {
		t.Fatal(err)
	}
	if out, ok := runProgram(t, folder, "sha256sum", "--strict", "-c", "manifest-sha256.txt"); ok || !strings.Contains(out, "FAILED open or read") {
		t.Errorf("a missing original: %s", out)
	}
}

// E3: openssl accepts the signature of the checkpoint with the public key in the bag,
// and rejects another text.
func TestOpensslAcceptsTheCheckpoint(t *testing.T) {
	t.Parallel()
	folder := unpackBag(t, bagtest.Case{Seed: 2})
	point, err := os.ReadFile(filepath.Join(folder, "data/checkpoint.txt"))
	if err != nil {
		t.Fatal(err)
	}
	// A signed note (C2SP): a text, an empty line, and "— name base64(4 bytes of key id ‖ signature)".
	text, signed, _ := bytes.Cut(point, []byte("\n\n"))
	fields := strings.Fields(string(signed))
	signature, err := base64.StdEncoding.DecodeString(fields[len(fields)-1])
	if err != nil || len(signature) != 4+64 {
		t.Fatalf("%q: %v", signed, err)
	}
	dir := t.TempDir()
	for name, content := range map[string][]byte{"text": append(text, '\n'), "other": append(bytes.Clone(text), '1', '\n'), "signature": signature[4:]} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	key := filepath.Join(folder, "data/keys/checkpoint.pem")
	for name, want := range map[string]bool{"text": true, "other": false} {
		out, ok := runProgram(t, dir, "openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", key, "-in", name, "-sigfile", "signature")
		if ok != want {
			t.Errorf("%s: %s", name, out)
		}
	}
}

// runOffline runs a command without network, and with only the system's programs in
// its path, as on a minimal Debian.
func runOffline(t *testing.T, dir, command string) (out string, ok bool) {
	t.Helper()
	cut := []string{"-n"}
	if os.Geteuid() != 0 {
		cut = []string{"-rn"} // without root, this needs a user namespace
	}
	return runProgram(t, dir, "unshare", append(cut, "env", "-i", "PATH=/usr/bin:/bin", "sh", "-c", command)...)
}

// E5: a bag verifies on a minimal Debian without a network; a changed one does not.
func TestBagVerifiesWithoutANetwork(t *testing.T) {
	t.Parallel()
	folder := unpackBag(t, bagtest.Case{Seed: 3, Rotations: 2})
	if out, ok := runOffline(t, folder, `tail -n +3 /proc/net/dev | grep -v '^ *lo:'`); ok {
		t.Fatalf("there is a network: %s", out)
	}
	if out, ok := runOffline(t, folder, "sh verify.sh"); !ok {
		t.Errorf("verify.sh: %s", out)
	}
	originals, err := filepath.Glob(filepath.Join(folder, "data/originals/*"))
	if err != nil || len(originals) == 0 {
		t.Fatalf("%d originals, %v", len(originals), err)
	}
	editFile(t, originals[0], flipBit)
	if out, ok := runOffline(t, folder, "sh verify.sh"); ok || !strings.Contains(out, filepath.Base(originals[0])) {
		t.Errorf("a broken bag: %s", out)
	}
}

// E8: every entry contains the fields that answer the seven factors of 证据规定 93.
func TestEveryEntryAnswersTheSevenFactors(t *testing.T) {
	t.Parallel()
	schema, err := jsonschema.NewCompiler().Compile("testdata/entry.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	golden, err := filepath.Glob("verify/testdata/golden/*.zip")
	if err != nil || len(golden) == 0 {
		t.Fatalf("%v, %v", golden, err)
	}
	var entries []string
	for _, path := range golden {
		out, ok := runProgram(t, ".", "unzip", "-p", path, "*/data/journal/entries.jsonl")
		if !ok {
			t.Fatal(out)
		}
		entries = append(entries, strings.Split(strings.TrimSpace(out), "\n")...)
	}
	for _, made := range []bagtest.Case{{Seed: 4, Entries: 40}, {Seed: 5, Pace: 3600}, {Seed: 6, Rotations: 1, Erased: true}, {Seed: 7, Duplicate: true}} {
		entries = append(entries, readLines(t, filepath.Join(unpackBag(t, made), "data/journal/entries.jsonl"))...)
	}
	for _, entry := range entries {
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(entry))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(value); err != nil {
			t.Errorf("%s: %v", entry, err)
		}
		checkEachFieldIsRequired(t, schema, entry)
	}
}

// checkEachFieldIsRequired removes one field at a time; the schema must reject it.
func checkEachFieldIsRequired(t *testing.T, schema *jsonschema.Schema, entry string) {
	t.Helper()
	for _, answer := range []string{"collector", "at", "seq", "prev", "actor", "kind"} {
		var value map[string]any
		if err := json.Unmarshal([]byte(entry), &value); err != nil {
			t.Fatal(err)
		}
		delete(value, answer)
		if schema.Validate(value) == nil {
			t.Errorf("an entry without %s is accepted", answer)
		}
	}
}

// E10: the same bytes submitted twice are two entries, but one file in the bag and
// in its manifest.
func TestSameBytesTwiceAreOneFile(t *testing.T) {
	t.Parallel()
	folder := unpackBag(t, bagtest.Case{Seed: 8, Exhibits: 3, Duplicate: true})
	taken := map[string]int{}
	for _, line := range readLines(t, filepath.Join(folder, "data/journal/entries.jsonl")) {
		var entry struct {
			Blob *struct {
				SHA256 string `json:"sha256"`
			} `json:"blob"`
		}
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Fatal(err)
		}
		if entry.Blob != nil {
			taken[entry.Blob.SHA256]++
		}
	}
	twice := 0
	for digest, times := range taken {
		if times == 2 {
			twice++
		}
		out, _ := runProgram(t, folder, "grep", "-c", "^"+digest+"  data/originals/", "manifest-sha256.txt")
		if strings.TrimSpace(out) != "1" {
			t.Errorf("%s stands %s times in the manifest", digest, strings.TrimSpace(out))
		}
	}
	if len(taken) != 3 || twice != 1 {
		t.Errorf("taken in: %v", taken)
	}
	if out, ok := runProgram(t, folder, "sh", "verify.sh"); !ok {
		t.Error(out)
	}
}

// E11: the bag of an erased case contains no erased value. It verifies and reports
// the erasure.
func TestErasedValuesAreNowhereInTheBag(t *testing.T) {
	t.Parallel()
	words := []string{"王小明", "13800000000", "发错了群", "图0.png", "备注 1"}
	whole := unpackBag(t, bagtest.Case{Seed: 9, Rotations: 1, Audience: recovery.ForArchive})
	erased := unpackBag(t, bagtest.Case{Seed: 9, Rotations: 1, Audience: recovery.ForArchive, Erased: true})
	for _, word := range words {
		if out, ok := runProgram(t, whole, "grep", "-rlF", word, "."); !ok {
			t.Errorf("%s is not in the bag before: %s", word, out)
		}
		if out, ok := runProgram(t, erased, "grep", "-rlF", word, "."); ok || out != "" {
			t.Errorf("%s is in %s", word, out)
		}
	}
	if out, ok := runProgram(t, erased, "sh", "verify.sh"); !ok || !strings.Contains(out, "(request)") {
		t.Errorf("verify.sh: %s", out)
	}
}
