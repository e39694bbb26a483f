package verify_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"recourse/evidence/bag/bagtest"
)

// box is an unpacked bag that tests modify.
type box struct {
	t      testing.TB
	folder string
	files  map[string][]byte
}

func open(t testing.TB, raw []byte) *box {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	b := &box{t: t, files: map[string][]byte{}}
	for _, file := range archive.File {
		r, err := file.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		folder, path, _ := strings.Cut(file.Name, "/")
		b.folder, b.files[path] = folder, data
	}
	return b
}

func (b *box) clone() *box {
	c := &box{t: b.t, folder: b.folder, files: map[string][]byte{}}
	for path, data := range b.files {
		c.files[path] = bytes.Clone(data)
	}
	return c
}

func (b *box) equal(other *box) bool { return maps.EqualFunc(b.files, other.files, bytes.Equal) }

// zip packs the files uncompressed and in any order, like another zip program.
func (b *box) zip() []byte {
	b.t.Helper()
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	for path, data := range b.files {
		w, err := archive.CreateHeader(&zip.FileHeader{Name: b.folder + "/" + path, Method: zip.Store})
		if err != nil {
			b.t.Fatal(err)
		}
		if _, err := w.Write(data); err != nil {
			b.t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		b.t.Fatal(err)
	}
	return out.Bytes()
}

// unpack writes the files into a new folder.
func (b *box) unpack() string {
	b.t.Helper()
	dir := b.t.TempDir()
	for path, data := range b.files {
		target := filepath.Join(dir, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
			b.t.Fatal(err)
		}
		if err := os.WriteFile(target, data, 0o600); err != nil {
			b.t.Fatal(err)
		}
	}
	return dir
}

func digestOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// rehash updates both manifests and Payload-Oxum, as a careful forger would.
func (b *box) rehash() {
	octets, count := 0, 0
	for path, data := range b.files {
		if strings.HasPrefix(path, "data/") {
			octets, count = octets+len(data), count+1
		}
	}
	info, _, _ := strings.Cut(string(b.files["bag-info.txt"]), "Payload-Oxum")
	b.files["bag-info.txt"] = fmt.Appendf(nil, "%sPayload-Oxum: %d.%d\n", info, octets, count)
	b.files[manifest] = b.manifest(func(path string) bool { return strings.HasPrefix(path, "data/") })
	b.files[tags] = b.manifest(func(path string) bool {
		return !strings.HasPrefix(path, "data/") && path != tags && path != seal
	})
}

func (b *box) manifest(covers func(string) bool) []byte {
	var out bytes.Buffer
	for _, path := range slices.Sorted(maps.Keys(b.files)) {
		if covers(path) {
			fmt.Fprintf(&out, "%s  %s\n", digestOf(b.files[path]), path)
		}
	}
	return out.Bytes()
}

// reseal signs the tag manifest again with the key of a seed.
func (b *box) reseal(seed uint64, caseID string) {
	b.t.Helper()
	note, err := bagtest.NewSigner(b.t, seed).SignSeal("recourse/bag/" + caseID + "\n" + digestOf(b.files[tags]) + "\n")
	if err != nil {
		b.t.Fatal(err)
	}
	b.files[seal] = []byte(note)
}

// originals returns the sorted paths of the originals.
func (b *box) originals() []string {
	var paths []string
	for _, path := range slices.Sorted(maps.Keys(b.files)) {
		if strings.HasPrefix(path, "data/originals/") {
			paths = append(paths, path)
		}
	}
	return paths
}

// entryOf returns the name of the entry that recorded the original of a path.
func (b *box) entryOf(path string) string {
	before, _, _ := bytes.Cut(b.files[entries], []byte(path[len("data/originals/"):][:64]))
	return fmt.Sprintf("entry %d", bytes.Count(before, []byte("\n"))+1)
}

// listed replaces a digest in the lists of case.json; "" removes it.
func (b *box) listed(digest, by string) {
	b.t.Helper()
	if by != "" {
		b.replace(about, digest, by)
		return
	}
	text := string(b.files[about])
	for _, one := range []string{`"` + digest + `",`, `,"` + digest + `"`, `"` + digest + `"`} {
		if strings.Contains(text, one) {
			b.replace(about, one, "")
			return
		}
	}
	b.t.Fatalf("%s does not list %s", about, digest)
}

// lines edits the lines of a file, each without its LF.
func (b *box) lines(path string, edit func([]string) []string) {
	lines := strings.Split(strings.TrimSuffix(string(b.files[path]), "\n"), "\n")
	b.files[path] = []byte(strings.Join(edit(lines), "\n") + "\n")
}

// replace replaces the first occurrence of a text, which must exist.
func (b *box) replace(path, from, to string) {
	b.t.Helper()
	if !bytes.Contains(b.files[path], []byte(from)) {
		b.t.Fatalf("%s does not hold %q", path, from)
	}
	b.files[path] = bytes.Replace(b.files[path], []byte(from), []byte(to), 1)
}

// flip changes one bit in the middle of a file.
func (b *box) flip(path string) { b.files[path][len(b.files[path])/2] ^= 4 }

// rechain updates every prev to match the entries.
func rechain(lines []string) []string {
	var tree naiveTree
	for i, line := range lines {
		at := strings.LastIndex(line, `"prev":"`) + len(`"prev":"`)
		lines[i] = line[:at] + hex.EncodeToString(tree.root()) + line[at+64:]
		tree = append(tree, []byte(lines[i]))
	}
	return lines
}

// naiveTree computes the root directly by RFC 6962 §2.1, independently of the
// journal and the verifier.
type naiveTree [][]byte

func (n naiveTree) root() []byte {
	sum := sha256.Sum256(nil)
	if len(n) == 1 {
		sum = sha256.Sum256(append([]byte{0}, n[0]...))
	}
	if len(n) > 1 {
		k := 1
		for k*2 < len(n) {
			k *= 2
		}
		sum = sha256.Sum256(slices.Concat([]byte{1}, n[:k].root(), n[k:].root()))
	}
	return sum[:]
}

// root64 returns the root of the entries in base64, as in a checkpoint.
func (b *box) root64() string {
	var tree naiveTree
	for line := range strings.Lines(string(b.files[entries])) {
		tree = append(tree, []byte(strings.TrimSuffix(line, "\n")))
	}
	return base64.StdEncoding.EncodeToString(tree.root())
}

const (
	about    = "data/case.json"
	entries  = "data/journal/entries.jsonl"
	values   = "data/journal/values.json"
	point    = "data/checkpoint.txt"
	vkey     = "data/keys/checkpoint.vkey"
	keyPEM   = "data/keys/checkpoint.pem"
	manifest = "manifest-sha256.txt"
	tags     = "tagmanifest-sha256.txt"
	seal     = "seal.txt"
	dossier  = "dossier.pdf"
)
