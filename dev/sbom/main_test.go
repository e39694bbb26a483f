package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	cdx "github.com/CycloneDX/cyclonedx-go"
)

const modulesOnly = `{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"components":[{"type":"library","name":"a","version":"v1.0.0"}]}`

func TestEmbeddedPartsAreAdded(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := complete(strings.NewReader(modulesOnly), &out, "../.."); err != nil {
		t.Fatal(err)
	}
	var bill cdx.BOM
	if err := cdx.NewBOMDecoder(&out, cdx.BOMFileFormatJSON).Decode(&bill); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, one := range *bill.Components {
		names = append(names, one.Name)
	}
	if got := strings.Join(names, " "); got != "a libheif libde265 pdfium" {
		t.Errorf("the components are %s", got)
	}
}

// TestAnotherFileIsRefused: the listed version is that of the listed file only.
func TestAnotherFileIsRefused(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	path := filepath.Join(root, "evidence/originals/intake/heic/heif.wasm.gz")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("another build"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := complete(strings.NewReader(modulesOnly), io.Discard, root); err == nil || !strings.Contains(err.Error(), "embedded.json") {
		t.Errorf("%v", err)
	}
}

func TestBrokenBillIsRefused(t *testing.T) {
	t.Parallel()
	if err := complete(strings.NewReader("{"), io.Discard, "../.."); err == nil {
		t.Error("a broken bill of materials is accepted")
	}
}
