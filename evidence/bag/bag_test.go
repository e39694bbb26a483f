package bag_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"recourse/evidence/bag"
	"recourse/evidence/bag/bagtest"
	"recourse/evidence/folio"
	"recourse/evidence/journal"
	"recourse/recovery"
)

func write(t testing.TB, f folio.Folio) ([]byte, bag.Result) {
	t.Helper()
	var out bytes.Buffer
	result, err := bagtest.WriteBag(t.Context(), &out, f, bagtest.OpenDossier)
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), result
}

// unzip returns the files by path within the bag's folder, and their headers.
func unzip(t testing.TB, raw []byte) (map[string][]byte, []*zip.File) {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, file := range archive.File {
		r, err := file.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		path, inside := strings.CutPrefix(file.Name, "R20261121-000001/")
		if !inside {
			t.Errorf("%s lies outside the folder", file.Name)
		}
		files[path] = data
	}
	return files, archive.File
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func TestWriteLaysTheBagOut(t *testing.T) {
	t.Parallel()
	folio := bagtest.NewFolio(t, bagtest.Case{Seed: 1})
	raw, result := write(t, folio)
	files, _ := unzip(t, raw)
	want := []string{
		"bag-info.txt", "bagit.txt", "data/case.json", "data/checkpoint.txt", "data/journal/entries.jsonl", "data/journal/values.json",
		"data/keys/checkpoint.pem", "data/keys/checkpoint.vkey", "data/keys/history.txt", "dossier.pdf", "manifest-sha256.txt",
		"seal.txt", "tagmanifest-sha256.txt", "verify.sh", "核验说明.txt",
	}
	for i, extension := range []string{".png", ".txt", ".mp4"} {
		want = append(want, "data/originals/"+folio.Exhibits[i].SHA256+extension)
	}
	slices.Sort(want)
	var got []string
	for path := range files {
		got = append(got, path)
	}
	if slices.Sort(got); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	plan, err := bag.NewPlan(folio)
	if err != nil {
		t.Fatal(err)
	}
	wanted := bag.Result{
		SHA256: digest(raw), Size: int64(len(raw)), Fingerprint: digest(files["manifest-sha256.txt"]), Dossier: digest(files["dossier.pdf"]),
	}
	if result != wanted || plan.Fingerprint() != result.Fingerprint {
		t.Errorf("result %+v, want %+v; fingerprint %s", result, wanted, plan.Fingerprint())
	}
}

func TestWriteKeepsExactEntriesAndValues(t *testing.T) {
	t.Parallel()
	folio := bagtest.NewFolio(t, bagtest.Case{Seed: 1})
	raw, _ := write(t, folio)
	files, _ := unzip(t, raw)
	var lines []byte
	for _, entry := range folio.Entries {
		lines = append(append(lines, entry.Raw...), '\n')
	}
	if !bytes.Equal(files["data/journal/entries.jsonl"], lines) {
		t.Error("entries.jsonl does not hold the exact entries")
	}
	var values []struct {
		Seq               int64
		Path, Value, Salt string
	}
	if err := json.Unmarshal(files["data/journal/values.json"], &values); err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, entry := range folio.Entries {
		count += len(entry.Values)
	}
	if len(values) != count {
		t.Errorf("%d values, want %d", len(values), count)
	}
	for _, value := range values {
		salt, err := hex.DecodeString(value.Salt)
		if err != nil {
			t.Fatal(err)
		}
		if journal.ComputeCommitment(salt, value.Value) != folio.Entries[value.Seq-1].Parsed.Commitments[value.Path] {
			t.Errorf("entry %d %s: %q", value.Seq, value.Path, value.Value)
		}
	}
}

func TestWriteIsDeterministic(t *testing.T) {
	t.Parallel()
	for range 3 {
		one, _ := write(t, bagtest.NewFolio(t, bagtest.Case{Seed: 1}))
		two, _ := write(t, bagtest.NewFolio(t, bagtest.Case{Seed: 1}))
		if !bytes.Equal(one, two) {
			t.Fatal("the same folio gave other bytes")
		}
	}
	raw, _ := write(t, bagtest.NewFolio(t, bagtest.Case{Seed: 1}))
	_, headers := unzip(t, raw)
	for _, header := range headers {
		if !header.Modified.Equal(bagtest.NewFolio(t, bagtest.Case{Seed: 1}).At.Truncate(time.Second)) || header.Mode() != 0o644 {
			t.Errorf("%s: %s %s", header.Name, header.Modified, header.Mode())
		}
		packed := strings.HasSuffix(header.Name, ".png") || strings.HasSuffix(header.Name, ".mp4") || strings.HasSuffix(header.Name, ".pdf")
		if packed != (header.Method == zip.Store) {
			t.Errorf("%s: method %d", header.Name, header.Method)
		}
	}
}

func TestWriteKeepsTheSameBytesOnce(t *testing.T) {
	t.Parallel()
	folio := bagtest.NewFolio(t, bagtest.Case{Seed: 1})
	again := folio.Exhibits[0]
	again.MediaType = "text/plain"
	folio.Exhibits = append(folio.Exhibits, again)
	raw, _ := write(t, folio)
	first, _ := write(t, bagtest.NewFolio(t, bagtest.Case{Seed: 1}))
	if !bytes.Equal(raw, first) {
		t.Error("an exhibit with known bytes changed the bag")
	}
}

func TestWriteRefusesFoliosThatWouldNotVerify(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk is gone")
	for name, change := range map[string]func(*folio.Folio){
		"number leads elsewhere": func(f *folio.Folio) { f.Case.Number = "../x" },
		"no entries":             func(f *folio.Folio) { f.Entries = nil },
		"entry of two lines":     func(f *folio.Folio) { f.Entries[0].Raw = []byte("{\n}") },
		"entry too long":         func(f *folio.Folio) { f.Entries[0].Raw = make([]byte, 1<<20+1) },
		"other audience":         func(f *folio.Folio) { f.Audience = recovery.ForPlatform },
		"unknown audience":       func(f *folio.Folio) { f.Audience = "press" },
		"no time":                func(f *folio.Folio) { f.At = time.Time{} },
		"not for an export":      func(f *folio.Folio) { f.Entries = f.Entries[:len(f.Entries)-1] },
		"custodian of two lines": func(f *folio.Folio) { f.Custodian = "a\nPayload-Oxum: 0.0" },
		"custodian not UTF-8":    func(f *folio.Folio) { f.Custodian = "\xff" },
		"value not UTF-8":        func(f *folio.Folio) { f.Entries[0].Values[0].Value = "\xff" },
		"key malformed":          func(f *folio.Folio) { f.Key = "name+00000000+AAAA" },
		"key without parts":      func(f *folio.Folio) { f.Key = "name" },
		"original missing":       func(f *folio.Folio) { f.Exhibits = f.Exhibits[1:] },
		"original no entry took": func(f *folio.Folio) { f.Exhibits[0] = bagtest.NewExhibit([]byte("x"), "") },
		"original of other size": func(f *folio.Folio) { f.Exhibits[0].Size++ },
		"original changed": func(f *folio.Folio) {
			f.Exhibits[0].Open = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("x")), nil }
		},
		"original unreadable": func(f *folio.Folio) { f.Exhibits[0].Open = func() (io.ReadCloser, error) { return nil, broken } },
		"seal refused":        func(f *folio.Folio) { f.Seal = func(string) (string, error) { return "", broken } },
	} {
		folio := bagtest.NewFolio(t, bagtest.Case{Seed: 1})
		change(&folio)
		if _, err := bagtest.WriteBag(t.Context(), io.Discard, folio, bagtest.OpenDossier); err == nil {
			t.Errorf("%s: written", name)
		}
	}
}

func TestWriteStopsWithItsContextAndItsDossier(t *testing.T) {
	t.Parallel()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	folio := bagtest.NewFolio(t, bagtest.Case{Seed: 1})
	if _, err := bagtest.WriteBag(ended, io.Discard, folio, bagtest.OpenDossier); !errors.Is(err, context.Canceled) {
		t.Errorf("write: %v", err)
	}
	broken := errors.New("no dossier")
	_, err := bagtest.WriteBag(t.Context(), io.Discard, folio, func() (io.ReadCloser, error) { return nil, broken })
	if !errors.Is(err, broken) {
		t.Errorf("dossier: %v", err)
	}
}

// zeros is a reader of that many zero bytes.
type zeros int64

func (z *zeros) Read(p []byte) (int, error) {
	if *z == 0 {
		return 0, io.EOF
	}
	n := min(int64(len(p)), int64(*z))
	clear(p[:n])
	*z -= zeros(n)
	return int(n), nil
}

// TestMemoryStaysFlat writes a gigabyte of video. It measures the whole process, so it
// does not run in parallel.
func TestMemoryStaysFlat(t *testing.T) {
	const size = 1 << 30
	hash := sha256.New()
	all := zeros(size)
	if _, err := io.Copy(hash, &all); err != nil {
		t.Fatal(err)
	}
	folio := bagtest.NewFolio(t, bagtest.Case{Seed: 1, Exhibits: 1})
	video := folio.Exhibits[0]
	video.SHA256, video.Size, video.MediaType = hex.EncodeToString(hash.Sum(nil)), size, "video/mp4"
	video.Open = func() (io.ReadCloser, error) { z := zeros(size); return io.NopCloser(&z), nil }
	folio.Exhibits[0] = video
	folio.Entries[1].Parsed.Blob = &journal.Blob{SHA256: video.SHA256, Size: size, MediaType: video.MediaType}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := bagtest.WriteBag(t.Context(), io.Discard, folio, bagtest.OpenDossier); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 32<<20 {
		t.Errorf("%d MB allocated for a gigabyte", used>>20)
	}
}

func TestKeyFingerprintIsTheOneOfOpenssl(t *testing.T) {
	t.Parallel()
	folio := bagtest.NewFolio(t, bagtest.Case{Seed: 1})
	raw, _ := write(t, folio)
	files, _ := unzip(t, raw)
	command := exec.Command("openssl", "pkey", "-pubin", "-outform", "DER")
	command.Stdin = bytes.NewReader(files["data/keys/checkpoint.pem"])
	der, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := bag.KeyFingerprint(folio.Key); err != nil || got != digest(der) {
		t.Errorf("got %s, %v, want %s", got, err, digest(der))
	}
}

// TestSealText: the text of a seal differs from a checkpoint, and a signer seals no
// other text.
func TestSealText(t *testing.T) {
	t.Parallel()
	signer := bagtest.NewSigner(t, 1)
	text := bag.SealText("id", []byte("x"))
	if text != "recourse/bag/id\n"+digest([]byte("x"))+"\n" {
		t.Errorf("text %q", text)
	}
	if _, err := signer.SignSeal(text); err != nil {
		t.Error(err)
	}
	if note, err := signer.SignSeal(journal.CheckpointOrigin("id") + "\n1\nAAAA\n"); err == nil {
		t.Errorf("sealed a checkpoint: %s", note)
	}
}
