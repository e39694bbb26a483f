package verify_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"recourse/evidence/bag/bagtest"
	"recourse/evidence/verify"
)

// entry is a zip entry with an explicit header.
type zipped struct {
	header zip.FileHeader
	data   string
}

// packed writes entries unchanged if they have sizes, otherwise like the library.
func packed(t *testing.T, all ...zipped) []byte {
	t.Helper()
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	for _, one := range all {
		create := archive.CreateHeader
		if one.header.CompressedSize64 > 0 {
			create = archive.CreateRaw
		}
		w, err := create(&one.header)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(one.data)); err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// with adds an entry to a valid bag.
func with(t *testing.T, extra zip.FileHeader, data string) []byte {
	t.Helper()
	b := open(t, write(t, bagtest.NewFolio(t, bagtest.Case{Seed: 1})))
	var all []zipped
	for path, content := range b.files {
		all = append(all, zipped{zip.FileHeader{Name: b.folder + "/" + path}, string(content)})
	}
	extra.Name = strings.ReplaceAll(extra.Name, "FOLDER", b.folder)
	return packed(t, append(all, zipped{extra, data})...)
}

func symlink(name string) zip.FileHeader {
	header := zip.FileHeader{Name: name}
	header.SetMode(fs.ModeSymlink | 0o777)
	return header
}

func TestHostileZips(t *testing.T) {
	t.Parallel()
	sound := write(t, bagtest.NewFolio(t, bagtest.Case{Seed: 1}))
	huge := func(method uint16, packed, size uint64) zip.FileHeader {
		return zip.FileHeader{Name: "FOLDER/data/x", Method: method, CompressedSize64: packed, UncompressedSize64: size}
	}
	cases := map[string]struct{ raw []byte }{
		"empty":               {nil},
		"text":                {[]byte("hello")},
		"parent":              {with(t, zip.FileHeader{Name: "FOLDER/../x"}, "x")},
		"parent at the start": {with(t, zip.FileHeader{Name: "../x"}, "x")},
		"absolute":            {with(t, zip.FileHeader{Name: "/etc/x"}, "x")},
		"dot":                 {with(t, zip.FileHeader{Name: "FOLDER/./dossier.pdf"}, "x")},
		"double slash":        {with(t, zip.FileHeader{Name: "FOLDER//dossier.pdf"}, "x")},
		"backslash":           {with(t, zip.FileHeader{Name: `FOLDER\data\x`}, "x")},
		"drive":               {with(t, zip.FileHeader{Name: `C:FOLDER/x`}, "x")},
		"control character":   {with(t, zip.FileHeader{Name: "FOLDER/\x1b[2J"}, "x")},
		"not UTF-8":           {with(t, zip.FileHeader{Name: "FOLDER/\xff\xfe"}, "x")},
		"name twice":          {with(t, zip.FileHeader{Name: "FOLDER/dossier.pdf"}, "x")},
		"second folder":       {with(t, zip.FileHeader{Name: "OTHER/dossier.pdf"}, "x")},
		"file at the top":     {with(t, zip.FileHeader{Name: "dossier.pdf"}, "x")},
		"unknown folder":      {with(t, zip.FileHeader{Name: "FOLDER/data/more/"}, "")},
		"symlink":             {with(t, symlink("FOLDER/data/originals/link"), "/etc/passwd")},
		"comment on a file":   {with(t, zip.FileHeader{Name: "FOLDER/data/x", Comment: "hidden"}, "x")},
		"unknown method":      {with(t, zip.FileHeader{Name: "FOLDER/data/x", Method: 12, CompressedSize64: 1, UncompressedSize64: 1}, "x")},
		"encrypted":           {with(t, zip.FileHeader{Name: "FOLDER/data/x", Flags: 1, CompressedSize64: 1, UncompressedSize64: 1}, "x")},
		"100 GB stored":       {with(t, huge(zip.Store, 1, 100<<30), "x")},
		"100 GB of nothing":   {with(t, huge(zip.Deflate, 1, 100<<30), "x")},
		"2^63":                {with(t, huge(zip.Deflate, 1<<62, 1<<63), "x")},
		"packed beyond end":   {with(t, huge(zip.Deflate, 1<<40, 1<<40), "x")},
		"trailing data":       {append(bytes.Clone(sound), "more"...)},
		"leading data":        {append([]byte("more"), sound...)},
		"two zips":            {append(bytes.Clone(sound), sound...)},
		"zip comment":         {commented(t, sound)},
		"cut":                 {sound[:len(sound)-1]},
		"other local name":    {bytes.Replace(sound, []byte("dossier.pdf"), []byte("Dossier.pdf"), 1)},
		"hidden between":      {hidden(t, sound)},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			summary, err := check(c.raw)
			if item(t, err) == "" {
				t.Fatalf("accepted: %+v", summary)
			}
		})
	}
}

func commented(t *testing.T, sound []byte) []byte {
	t.Helper()
	raw := bytes.Clone(sound)
	binary.LittleEndian.PutUint16(raw[len(raw)-2:], 4)
	return append(raw, "more"...)
}

// hidden inserts bytes between the last file and the directory and adjusts the
// offset of the directory, so that other zip readers do not notice.
func hidden(t *testing.T, sound []byte) []byte {
	t.Helper()
	end := len(sound) - 22
	offset := binary.LittleEndian.Uint32(sound[end+16:])
	raw := append(bytes.Clone(sound[:offset]), "hidden"...)
	raw = append(raw, sound[offset:]...)
	binary.LittleEndian.PutUint32(raw[len(raw)-6:], offset+6)
	if _, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw))); err != nil {
		t.Fatalf("not what this test is about: %v", err)
	}
	return raw
}

func TestTooManyFilesAreNotEvenRead(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	for i := range 100_100 {
		if _, err := archive.CreateHeader(&zip.FileHeader{Name: fmt.Sprintf("f/%d", i), Method: zip.Store}); err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := check(out.Bytes())
	if err == nil || !strings.Contains(err.Error(), "100100 files") {
		t.Errorf("got %v", err)
	}
}

// TestBombStaysSmall uses 256 MB of zeros as the dossier. It measures the
// allocations of the whole process, so it does not run in parallel.
func TestBombStaysSmall(t *testing.T) {
	b := open(t, write(t, bagtest.NewFolio(t, bagtest.Case{Seed: 1})))
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	for path, data := range b.files {
		w, err := archive.Create(b.folder + "/" + path)
		if err != nil {
			t.Fatal(err)
		}
		if path == dossier {
			data = make([]byte, 256<<20)
		}
		if _, err := w.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := check(out.Bytes())
	runtime.ReadMemStats(&after)
	if got := item(t, err); got != dossier {
		t.Errorf("names %q: %v", got, err)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 4<<20 {
		t.Errorf("%d bytes of zip took %d bytes of memory", out.Len(), used)
	}
}

func TestPackedAgainByOtherPrograms(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "bag.zip")
	if err := os.WriteFile(path, write(t, bagtest.NewFolio(t, bagtest.Case{Seed: 1})), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, command := range map[string][]string{
		"zip":     {"zip", "-q", "-r"},
		"zip -9":  {"zip", "-q", "-r", "-9"},
		"python3": {"python3", "-m", "zipfile", "-c"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := unzip(t, path)
			again := filepath.Join(t.TempDir(), "again.zip")
			run := exec.Command(command[0], append(command[1:], again, filepath.Base(folder))...)
			run.Dir = filepath.Dir(folder)
			if output, err := run.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, output)
			}
			if _, err := verify.File(again); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestFileNamesWhatIsNoBag(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "dossier.pdf")
	if err := os.WriteFile(path, []byte("%PDF-1.4\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := verify.File(path)
	if item(t, err) != "dossier.pdf" || !strings.Contains(err.Error(), "verify the bag") {
		t.Errorf("PDF: %v", err)
	}
	if _, err := verify.File(dir); item(t, err) != filepath.Base(dir) {
		t.Errorf("folder: %v", err)
	}
	if _, err := verify.File(filepath.Join(dir, "none.zip")); err == nil || !os.IsNotExist(unwrapped(err)) {
		t.Errorf("missing: %v", err)
	}
}
