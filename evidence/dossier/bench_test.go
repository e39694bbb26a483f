package dossier_test

import (
	"bytes"
	"image/color"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-pdf/fpdf"

	"recourse/evidence/dossier"
	"recourse/evidence/folio"
	"recourse/evidence/journal"
	"recourse/recovery"
)

// tenPages is a folio that makes ten pages, one of them a screenshot: a copy for
// the other side, with a demand and an agreement.
func tenPages(t testing.TB) folio.Folio {
	c := newCase(t, recovery.ForOpponent)
	c.folio.Papers = filled()
	c.folio.Papers.Route = recovery.Mediation
	c.exhibit(recovery.ChatScreenshot, "image/png", "b.png", "私信", asPNG(t, screenshot(t, 1080, 2340, "老王", "转错了", "不退")))
	for range 14 {
		c.add(journal.Draft{
			Kind: recovery.EntryContactRecorded, Facts: map[string]any{"channel": "private_message", "in_group": false},
			Personal: map[string]string{"text": "您好，今天误将 2,000 元转给您，麻烦核对后退回，谢谢。"},
		})
	}
	return c.seal()
}

func BenchmarkTenPages(b *testing.B) {
	f, fonts := tenPages(b), mustFonts(b)
	if _, report := build(b, f); report.Pages != 10 {
		b.Fatalf("%d pages", report.Pages)
	}
	for b.Loop() {
		if _, err := dossier.Build(io.Discard, f, dossier.Options{Fonts: fonts, Fingerprint: fingerprint}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkHundredScreenshots builds a dossier of a hundred different phone
// screenshots, half of them PNG with alpha, which have to be re-encoded.
func BenchmarkHundredScreenshots(b *testing.B) {
	c := newCase(b, recovery.ForCourt)
	img := screenshot(b, 1080, 2340, "老王", "转错了", "不退", "请退回")
	for i := range 100 {
		img.SetRGBA(i, 0, color.RGBA{uint8(i), 0, 0, 0xFF})
		switch i % 4 {
		case 0, 1:
			c.exhibit(recovery.ChatScreenshot, "image/jpeg", "a.jpg", "", asJPEG(b, img))
		case 2:
			c.exhibit(recovery.ChatScreenshot, "image/png", "a.png", "", asPNG(b, img))
		default:
			img.SetRGBA(0, 1, color.RGBA{0, 0, 0, 0})
			c.exhibit(recovery.ChatScreenshot, "image/png", "a.png", "", asPNG(b, img))
			img.SetRGBA(0, 1, color.RGBA{0, 0, 0, 0xFF})
		}
	}
	f, fonts := c.seal(), mustFonts(b)
	for b.Loop() {
		report, err := dossier.Build(io.Discard, f, dossier.Options{Fonts: fonts, Fingerprint: fingerprint})
		if err != nil || report.Shown != 100 {
			b.Fatal(report, err)
		}
	}
}

// BenchmarkBareTenPages draws the same text line by line, and the same
// screenshots, with nothing but fpdf: no layout, no tables, no checks.
func BenchmarkBareTenPages(b *testing.B) {
	f := tenPages(b)
	data, _ := build(b, f)
	pages := textPages(b, data)
	var fonts [][]byte
	for _, name := range []string{"NotoSerifSC_400Regular", "NotoSerifSC_700Bold", "NotoSansSC_400Regular", "NotoSansSC_700Bold"} {
		font, err := os.ReadFile(filepath.Join(dossier.FindFonts("."), name+".ttf"))
		if err != nil {
			b.Fatal(err)
		}
		fonts = append(fonts, font)
	}
	images := originals(b, f)
	for b.Loop() {
		bare(b, fonts, pages, f, images)
	}
}

func originals(b *testing.B, f folio.Folio) [][]byte {
	var images [][]byte
	for _, e := range f.Exhibits {
		if e.Open == nil {
			continue // this audience gets no copy of it
		}
		file, err := e.Open()
		if err != nil {
			b.Fatal(err)
		}
		data, err := io.ReadAll(file)
		if err != nil {
			b.Fatal(err)
		}
		images = append(images, data)
	}
	return images
}

func bare(b *testing.B, fonts [][]byte, pages []string, f folio.Folio, images [][]byte) {
	pdf := fpdf.New("P", "mm", "A4", "")
	pdf.SetAutoPageBreak(false, 0)
	for i, font := range fonts {
		pdf.AddUTF8FontFromBytes(string(rune('a'+i)), "", font)
	}
	for n, page := range pages {
		pdf.AddPage()
		for i, text := range strings.Split(page, "\n") {
			pdf.SetFont(string(rune('a'+i%len(fonts))), "", 9)
			pdf.Text(20, 10+4*float64(i), strings.Map(basic, text))
		}
		if i := n - (len(pages) - len(images) - 2); i >= 0 && i < len(images) {
			kind := strings.TrimPrefix(f.Exhibits[i].MediaType, "image/")
			name := f.Exhibits[i].SHA256
			pdf.RegisterImageOptionsReader(name, fpdf.ImageOptions{ImageType: kind}, bytes.NewReader(images[i]))
			pdf.ImageOptions(name, 60, 80, 90, 0, false, fpdf.ImageOptions{ImageType: kind}, 0, "")
		}
	}
	if err := pdf.Output(io.Discard); err != nil {
		b.Fatal(err)
	}
}

// basic leaves out what fpdf panics on.
func basic(r rune) rune {
	if r > 0xFFFF {
		return -1
	}
	return r
}

// textPages gives the text of each page as pdftotext reads it.
func textPages(t testing.TB, pdf []byte) []string {
	t.Helper()
	return strings.Split(strings.TrimSuffix(tool(t, pdf, "pdftotext", "-layout", "-enc", "UTF-8", "FILE", "-"), "\f"), "\f")
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
