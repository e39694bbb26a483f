package typeset_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"recourse/evidence/dossier"
	"recourse/evidence/typeset"
)

func load(name string) (*typeset.Face, error) {
	data, err := os.ReadFile(filepath.Join(dossier.FindFonts("."), name))
	if err != nil {
		return nil, err
	}
	return typeset.ParseFace(strings.TrimSuffix(name, ".ttf"), data)
}

var faces = sync.OnceValues(func() (*typeset.Faces, error) {
	var main [4]*typeset.Face
	for i, name := range []string{
		"NotoSerifSC_400Regular.ttf", "NotoSerifSC_700Bold.ttf", "NotoSansSC_400Regular.ttf", "NotoSansSC_700Bold.ttf",
	} {
		face, err := load(name)
		if err != nil {
			return nil, err
		}
		main[i] = face
	}
	rare, err := dossier.FindFallbacks(dossier.FindFonts("."))
	if err != nil {
		return nil, err
	}
	return typeset.NewFaces(main[0], main[1], main[2], main[3], rare...), nil
})

func mustFaces(t testing.TB) *typeset.Faces {
	t.Helper()
	f, err := faces()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

var (
	body = typeset.Style{Typeface: typeset.Serif, Size: 10.5}
	meta = typeset.Metadata{Title: "试验", Creator: "recourse test", CreatedAt: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)}
)

func write(t testing.TB, book *typeset.Document) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := book.WritePDF(&out, meta); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// tool runs a program on a PDF and returns what it prints.
func tool(t testing.TB, pdf []byte, name string, args ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "test.pdf")
	if err := os.WriteFile(path, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	for i, arg := range args {
		if arg == "FILE" {
			args[i] = path
		}
	}
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	return string(out)
}

// pages gives the text of each page.
func pages(t testing.TB, pdf []byte) []string {
	t.Helper()
	return strings.Split(strings.TrimSuffix(tool(t, pdf, "pdftotext", "-layout", "-enc", "UTF-8", "FILE", "-"), "\f"), "\f")
}

// solid drops white space, which line breaking may change.
func solid(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}
