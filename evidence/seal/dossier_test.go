package seal_test

import (
	"bytes"
	"strings"
	"testing"

	"recourse/evidence/bag/bagtest"
	"recourse/evidence/dossier"
	"recourse/evidence/seal"
)

// TestSealOnADossier seals a real dossier with fonts and links.
func TestSealOnADossier(t *testing.T) {
	t.Parallel()
	fonts, err := dossier.LoadFonts(dossier.FindFonts("."))
	if err != nil {
		t.Fatal(err)
	}
	var pdf bytes.Buffer
	if _, err := dossier.Build(&pdf, bagtest.NewFolio(t, bagtest.Case{Seed: 1}), dossier.Options{Fonts: fonts, Fingerprint: strings.Repeat("0", 64)}); err != nil {
		t.Fatal(err)
	}
	data, _ := sealed(t, &seal.Sealer{Identity: development(t)}, pdf.Bytes())
	path := file(t, "dossier.pdf", data)
	if output, ok := run(t, "qpdf", "--check", path); !ok {
		t.Errorf("qpdf: %s", output)
	}
	output, _ := run(t, "pdfsig", path)
	if !strings.Contains(output, "Signature is Valid.") || !strings.Contains(output, "Total document signed") {
		t.Errorf("pdfsig: %s", output)
	}
}
