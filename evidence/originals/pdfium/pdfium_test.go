package pdfium_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"recourse/evidence/originals/decode"
	"recourse/evidence/originals/intake/pdf"
	"recourse/evidence/originals/intake/pdf/pdftest"
	"recourse/evidence/originals/pdfium"
)

// engine is shared: it is compiled once.
var engine = pdfium.NewEngine(pdfium.Options{Fonts: decode.FindTools().Fonts, Cache: decode.FindTools().Cache})

func readText(t testing.TB, data string) pdfium.Text {
	t.Helper()
	text, err := engine.ReadText(t.Context(), []byte(data), false)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

const receiptText = "微信转账电子凭证\n转账单号：1000050001202603010012345678\n金额 2000.00\n𠮷\nNo. (7) AB\nin a form"

func TestTextOfAReceipt(t *testing.T) {
	t.Parallel()
	if got := readText(t, pdftest.Receipt(t)); got.Text != receiptText || got.Pages != 1 {
		t.Errorf("%+v", got)
	}
}

// qpdf rewrites the file in other forms.
func TestOtherWritersSayTheSame(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"object streams": {"--object-streams=generate"}, "plain": {"--qdf", "--object-streams=disable"}, "linear": {"--linearize"},
		"owner's password": {"--encrypt", "", "owner", "256", "--"},
	} {
		if got := readText(t, rewrite(t, pdftest.Receipt(t), args...)); got.Text != receiptText {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func rewrite(t testing.TB, data string, args ...string) string {
	t.Helper()
	from, to := filepath.Join(t.TempDir(), "a.pdf"), filepath.Join(t.TempDir(), "b.pdf")
	if err := os.WriteFile(from, []byte(data), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "qpdf", append(args, from, to)...).CombinedOutput(); err != nil {
		t.Fatalf("qpdf: %v: %s", err, out)
	}
	written, err := os.ReadFile(to)
	if err != nil {
		t.Fatal(err)
	}
	return string(written)
}

func TestFilesThatCannotBeOpened(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		data string
		want error
	}{
		"password":  {rewrite(t, pdftest.Receipt(t), "--encrypt", "user", "owner", "256", "--"), pdfium.ErrLocked},
		"no PDF":    {"a text", pdfium.ErrUnreadable},
		"no pages":  {pdftest.Join("<</Type/Catalog>>"), nil},
		"empty":     {"", pdfium.ErrUnreadable},
		"only head": {"%PDF-1.7\n", pdfium.ErrUnreadable},
	} {
		text, err := engine.ReadText(t.Context(), []byte(test.data), false)
		if !errors.Is(err, test.want) || text.Text != "" {
			t.Errorf("%s: %+v, %v", name, text, err)
		}
	}
}

// Lines are read as they stand on the page, whatever the order and the steps in the file.
func TestLayout(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		lines []pdftest.Line
		want  string
	}{
		"label and value":   {[]pdftest.Line{pdftest.At(50, 700, "转账单号"), pdftest.At(180, 700, "10000500 01")}, "转账单号\t10000500 01"},
		"order of the file": {[]pdftest.Line{pdftest.At(50, 600, "下"), pdftest.At(180, 700, "右"), pdftest.At(50, 700, "左")}, "左\t右\n下"},
		"close":             {[]pdftest.Line{pdftest.At(50, 700, "金额"), pdftest.At(74, 700, "：1,000.00")}, "金额：1,000.00"},
		"a space":           {[]pdftest.Line{pdftest.At(50, 700, "2026-11-28 10:31:14")}, "2026-11-28 10:31:14"},
		"columns":           {[]pdftest.Line{pdftest.At(50, 700, "0.50"), pdftest.At(90, 700, "12.00")}, "0.50\t12.00"},
		"words":             {[]pdftest.Line{pdftest.At(50, 700, "Zhang San  Li")}, "Zhang San Li"},
		"cells of a table":  {[]pdftest.Line{pdftest.At(50, 700, "户名"), pdftest.At(84, 700, "王小虎")}, "户名 王小虎"},
		"a label spread":    {[]pdftest.Line{pdftest.At(50, 700, "付"), pdftest.At(68, 700, "款"), pdftest.At(86, 700, "人")}, "付款人"},
		"spread heading":    {[]pdftest.Line{pdftest.At(50, 700, "收"), pdftest.At(66, 700, "据")}, "收据"},
		"printed twice":     {[]pdftest.Line{pdftest.At(50, 700, "合计12.50"), pdftest.At(50.4, 700, "合计12.50")}, "合计12.50"},
	} {
		for _, form := range []string{pdftest.Whole, pdftest.Glyphs} {
			if got := readText(t, pdftest.Printed(t, form, test.lines...)); got.Text != test.want {
				t.Errorf("%s, %s: %q, want %q", name, form, got.Text, test.want)
			}
		}
	}
}

// What is printed over a line does not mix with it.
func TestTextOverText(t *testing.T) {
	t.Parallel()
	got := readText(t, pdftest.Printed(t, pdftest.Whole, pdftest.At(50, 700, "ABCDEFGH"), pdftest.At(53, 700.5, "12345678")))
	if got.Text != "ABCDEFGH 12345678" && got.Text != "ABCDEFGH12345678" {
		t.Errorf("%q", got.Text)
	}
}

// page returns a page with a content in Helvetica, and objects from number 5.
func page(t testing.TB, extra, content string, objects ...string) string {
	t.Helper()
	return pdftest.Join(append([]string{
		"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 400]/Contents 4 0 R/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>/XObject<</X 5 0 R>>>>" + extra + ">>",
		pdftest.Deflate(t, content),
	}, objects...)...)
}

const picture = "<</Type/XObject/Subtype/Image/Width 16/Height 16/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/ASCIIHexDecode/Length 70>>stream\n" +
	"5A5AA5A55A5AA5A55A5AA5A55A5AA5A55A5AA5A55A5AA5A55A5AA5A55A5AA5A5>\nendstream"

// Partial is set when something can be seen that is not in the text.
func TestWhatIsSeenAndNotRead(t *testing.T) {
	t.Parallel()
	const words = "BT /F1 12 Tf 50 350 Td (Paid 12.50) Tj ET "
	drawn := strings.Repeat("q 1 0 0 1 0 0 cm 100 100 m 104 112 l 108 100 l 102 106 m 106 106 l S Q 1 0 0 1 14 3 cm ", 12)
	field := "/Annots[<</Type/Annot/Subtype/Widget/FT/Tx/T(a)/Rect[50 200 250 220]/AP<</N 5 0 R>>>>]"
	appearance := "<</Type/XObject/Subtype/Form/BBox[0 0 200 20]/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>/Length 38>>stream\n" +
		"BT /F1 12 Tf 2 5 Td (in a field) Tj ET\nendstream"
	for name, test := range map[string]struct {
		data    string
		text    string
		partial bool
	}{
		"text":            {page(t, "", words), "Paid 12.50", false},
		"empty page":      {page(t, "", ""), "", false},
		"rules and boxes": {page(t, "", words+"40 340 300 30 re S 40 300 m 340 300 l S 0.9 g 40 100 300 100 re f"), "Paid 12.50", false},
		"a scan":          {page(t, "", "q 400 0 0 400 0 0 cm /X Do Q", picture), "", true},
		"a scan with a guess behind": {
			page(t, "", "q 400 0 0 400 0 0 cm /X Do Q BT 3 Tr /F1 12 Tf 50 350 Td (Paid 12.50) Tj ET", picture), "Paid 12.50", true},
		"a stamp":          {page(t, "", words+"q 14 0 0 14 200 200 cm /X Do Q", picture), "Paid 12.50", true},
		"drawn letters":    {page(t, "", words+drawn), "Paid 12.50", true},
		"a form field":     {page(t, field, words, appearance), "Paid 12.50\nin a field", false},
		"letters sideways": {page(t, "", "BT /F1 12 Tf 0 1 -1 0 50 50 Tm (Paid 12.50) Tj ET"), "Paid 12.50", false},
		"a page sideways":  {page(t, "/Rotate 90", words), "Paid 12.50", false},
		"a turned drawing": {page(t, "", "q -1 0 0 -1 300 300 cm "+words+"Q"), "Paid 12.50", false},
	} {
		got := readText(t, test.data)
		if got.Text != test.text || got.Partial != test.partial {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// Some programs map all codes to themselves in one range, of which readers use a part.
func TestCodesThatAreText(t *testing.T) {
	t.Parallel()
	table := pdftest.Deflate(t, "1 begincodespacerange <0000> <FFFF> endcodespacerange 1 beginbfrange <0000> <FFFF> <0000> endbfrange")
	data := strings.Replace(page(t, "", "BT /F1 12 Tf 50 350 Td "+pdftest.UTF16Hex("金额 12.50")+" Tj ET",
		"<</Type/Font/Subtype/Type0/BaseFont/ABCDEF+Song/Encoding/Identity-H/DescendantFonts[6 0 R]/ToUnicode 7 0 R>>",
		"<</Type/Font/Subtype/CIDFontType2/BaseFont/ABCDEF+Song/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/DW 1000/FontDescriptor<</Type/FontDescriptor/FontName/ABCDEF+Song/Flags 4>>>>", table,
	), "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>", " 5 0 R", 1)
	if !pdf.Read([]byte(data)).CodesAreText || pdf.Read([]byte(pdftest.Receipt(t))).CodesAreText {
		t.Error("the table is not recognised, or another one is")
	}
	for trusted, want := range map[bool]string{true: "金额 12.50", false: "�� 12.50"} {
		text, err := engine.ReadText(t.Context(), []byte(data), trusted)
		if err != nil || text.Text != want || text.Partial == trusted {
			t.Errorf("%v: %+v, %v", trusted, text, err)
		}
	}
}

// Without the folder of fonts, embedded and standard fonts are read, and letters of others
// may be missing.
func TestWithoutFolders(t *testing.T) {
	t.Parallel()
	bare := pdfium.NewEngine(pdfium.Options{Cache: decode.UserCache()})
	text, err := bare.ReadText(t.Context(), []byte(page(t, "", "BT /F1 12 Tf 50 350 Td (Paid) Tj ET")), false)
	if err != nil || text.Text != "Paid" || !text.Partial {
		t.Errorf("%+v, %v", text, err)
	}
	broken := pdfium.NewEngine(pdfium.Options{Cache: "/dev/null/cache"})
	if err := broken.Compile(t.Context()); err == nil {
		t.Error("a cache that cannot exist is no error")
	}
}

// TestOtherFilesAmongFonts: fonts of other forms, texts and folders beside the fonts do not
// keep PDFium from finding these. The letters of the receipt are in no font of its own.
func TestOtherFilesAmongFonts(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	fonts, err := filepath.Glob(filepath.Join(decode.FindTools().Fonts, "*"))
	if err != nil || len(fonts) == 0 {
		t.Fatal(fonts, err)
	}
	for _, font := range fonts {
		if err := os.Symlink(font, filepath.Join(dir, filepath.Base(font))); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"A.woff", "a.txt", ".part"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("no font"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "B"), 0o700); err != nil {
		t.Fatal(err)
	}
	among := pdfium.NewEngine(pdfium.Options{Fonts: dir, Cache: decode.UserCache()})
	receipt := pdftest.Printed(t, pdftest.Glyphs, pdftest.At(50, 780, "微信支付转账电子凭证"), pdftest.At(50, 750, "转账单号"))
	if text, err := among.ReadText(t.Context(), []byte(receipt), false); err != nil || !strings.Contains(text.Text, "转账单号") {
		t.Errorf("%+v, %v", text, err)
	}
}

// TestLimits: many pages and many letters end within the limits.
func TestLimits(t *testing.T) {
	t.Parallel()
	line := "(" + strings.Repeat("abcdefghi ", 1_000) + ") Tj "
	if got := readText(t, page(t, "", "BT /F1 1 Tf 1 350 Td "+strings.Repeat(line, 60)+"ET")); !got.Partial || len(got.Text) > 200_000 {
		t.Errorf("%d bytes, %v", len(got.Text), got.Partial)
	}
	kids := strings.Repeat("3 0 R ", 1_000)
	many := strings.Replace(page(t, "", "BT /F1 12 Tf 50 350 Td (Paid) Tj ET"), "[3 0 R]/Count 1", "["+kids+"]/Count 1000", 1)
	if got := readText(t, many); !got.Partial || got.Pages != 1_000 {
		t.Errorf("%d pages, %v", got.Pages, got.Partial)
	}
}

func FuzzReadText(f *testing.F) {
	f.Add([]byte(pdftest.Receipt(f)), uint16(595), uint16(842))
	f.Add([]byte(page(f, "", "q 400 0 0 400 0 0 cm /X Do Q", picture)), uint16(9), uint16(65_535))
	f.Fuzz(func(t *testing.T, data []byte, width, height uint16) {
		sized := strings.Replace(string(data), "[0 0 595 842]", fmt.Sprintf("[0 0 %d %d]", width, height), 1)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		text, err := engine.ReadText(ctx, []byte(sized), len(data)%2 == 0)
		if err != nil && text.Text != "" || len(text.Text) > 200_000 {
			t.Fatalf("%d bytes, %v", len(text.Text), err)
		}
	})
}
