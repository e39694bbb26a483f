package dossier_test

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"recourse/evidence/dossier"
	"recourse/evidence/folio"
	"recourse/evidence/originals/decode"
	"recourse/evidence/originals/intake/pdf/pdftest"
	"recourse/recovery"
)

func receiptFile(t testing.TB) []byte {
	t.Helper()
	return []byte(pdftest.Printed(t, pdftest.Glyphs, pdftest.At(50, 780, "微信支付转账电子凭证"), pdftest.At(50, 750, "转账单号"), pdftest.At(180, 750, "1000050001202611207215568843")))
}

// buildWithPDFs builds with the readers of the product, in this process.
func buildWithPDFs(t testing.TB, f folio.Folio) ([]byte, dossier.Report) {
	t.Helper()
	decoder := decode.NewLocalDecoder()
	return buildWith(t, f, dossier.Options{RenderPage: decoder.PageRenderer(t.Context()), ReadPDF: decoder.TextReader(t.Context())})
}

func buildWith(t testing.TB, f folio.Folio, o dossier.Options) ([]byte, dossier.Report) {
	t.Helper()
	o.Fonts, o.Fingerprint = mustFonts(t), fingerprint
	var out bytes.Buffer
	report, err := dossier.Build(&out, f, o)
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), report
}

func paperText(t testing.TB, data []byte) string {
	t.Helper()
	return solid(tool(t, data, "pdftotext", "-raw", "-enc", "UTF-8", "FILE", "-"))
}

// TestReceiptIsPrintedAsItsPage: the paper shows the page, and the same folio gives the
// same paper.
func TestReceiptIsPrintedAsItsPage(t *testing.T) {
	t.Parallel()
	for _, audience := range []recovery.Audience{recovery.ForCourt, recovery.ForArchive} {
		c := newCase(t, audience)
		c.exhibit(recovery.SealedReceipt, "application/pdf", "凭证.pdf", "", receiptFile(t))
		f := c.seal()
		var papers [2][]byte
		for i := range papers {
			var report dossier.Report
			if papers[i], report = buildWithPDFs(t, f); report.Shown != 1 {
				t.Errorf("%s: %+v", audience, report)
			}
		}
		text := paperText(t, papers[0])
		has(t, text, "原件第 1 页（共 1 页）")
		lacks(t, text, "未显示", "未印出")
		if !bytes.Equal(papers[0], papers[1]) {
			t.Errorf("%s: two papers of one folio differ", audience)
		}
		if images := tool(t, papers[0], "pdfimages", "-list", "FILE"); !strings.Contains(images, "1239") && !strings.Contains(images, "1240") {
			t.Errorf("%s: no page of 150 dpi: %s", audience, images)
		}
		if dir := os.Getenv(outVariable); dir != "" {
			if err := os.WriteFile(filepath.Join(dir, "pdf-"+string(audience)+".pdf"), papers[0], 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestMaskedPDFsAreNeverRendered: pages would show a party what its copy masks.
func TestMaskedPDFsAreNeverRendered(t *testing.T) {
	t.Parallel()
	for _, audience := range []recovery.Audience{recovery.ForOpponent, recovery.ForPlatform} {
		c := newCase(t, audience)
		c.exhibit(recovery.ChatExport, "application/pdf", "聊天.pdf", "", receiptFile(t))
		masked := c.folio.Exhibits[0].Copy != nil || c.folio.Exhibits[0].Open == nil
		_, report := buildWith(t, c.seal(), dossier.Options{RenderPage: func([]byte, int) ([]byte, int, string, error) {
			if masked {
				t.Errorf("%s: a page is rendered", audience)
			}
			return nil, 0, "pdf_unreadable", nil
		}, ReadPDF: func([]byte) (string, error) { return "", nil }})
		if !masked || report.Shown != 0 {
			t.Errorf("%s: masked %v, %+v", audience, masked, report)
		}
	}
}

// TestPDFsThatCannotBeShown: the sheet has the text, or says why not.
func TestPDFsThatCannotBeShown(t *testing.T) {
	t.Parallel()
	for why, want := range map[string]string{"pdf_locked": "需要密码", "pdf_unreadable": "已损坏", "pdf_too_costly": "过多内存或时间"} {
		for _, text := range []string{"", "转账单号\t1000\n第二行"} {
			c := newCase(t, recovery.ForCourt)
			c.exhibit(recovery.SealedReceipt, "application/pdf", "凭证.pdf", "", receiptFile(t))
			data, report := buildWith(t, c.seal(), dossier.Options{
				RenderPage: func([]byte, int) ([]byte, int, string, error) { return nil, 0, why, nil },
				ReadPDF:    func([]byte) (string, error) { return text, nil },
			})
			printed := paperText(t, data)
			if text == "" {
				has(t, printed, want)
			} else {
				has(t, printed, "第二行", "从原件读出的文字")
			}
			if report.Shown != 0 {
				t.Errorf("%s: %+v", why, report)
			}
		}
	}
}

// TestManyPages: of long files the first pages are printed, and of many files some each.
func TestManyPages(t *testing.T) {
	t.Parallel()
	var page bytes.Buffer
	if err := jpeg.Encode(&page, image.NewGray(image.Rect(0, 0, 124, 175)), nil); err != nil {
		t.Fatal(err)
	}
	c := newCase(t, recovery.ForCourt)
	for i := range 12 {
		c.exhibit(recovery.SealedReceipt, "application/pdf", "凭证.pdf", "", fmt.Append(receiptFile(t), "\n% ", i))
	}
	rendered := 0
	data, report := buildWith(t, c.seal(), dossier.Options{RenderPage: func([]byte, int) ([]byte, int, string, error) {
		rendered++
		return page.Bytes(), 30, "", nil
	}})
	if rendered != 202 || report.Shown != 12 {
		t.Errorf("%d pages rendered, %+v", rendered, report)
	}
	has(t, paperText(t, data), "原件第 20 页（共 30 页）", "其余 10 页未印出", "其余 29 页未印出")
}

// TestRendererWithoutAPlace is an error, so that the papers are built again.
func TestRendererWithoutAPlace(t *testing.T) {
	t.Parallel()
	c := newCase(t, recovery.ForCourt)
	c.exhibit(recovery.SealedReceipt, "application/pdf", "凭证.pdf", "", receiptFile(t))
	failure := errors.New("no place")
	_, err := dossier.Build(io.Discard, c.seal(), dossier.Options{
		Fonts: mustFonts(t), RenderPage: func([]byte, int) ([]byte, int, string, error) { return nil, 0, "", failure },
	})
	if !errors.Is(err, failure) {
		t.Error(err)
	}
}
