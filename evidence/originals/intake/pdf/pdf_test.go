package pdf_test

import (
	"bytes"
	"compress/zlib"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"recourse/evidence/originals/intake/pdf"
)

// deflateStream returns a compressed stream with its dictionary.
func deflateStream(t testing.TB, text string) string {
	t.Helper()
	var out bytes.Buffer
	w := zlib.NewWriter(&out)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("<</Length %d/Filter/FlateDecode>>\nstream\n%s\nendstream", out.Len(), out.String())
}

// joinObjects returns a file of numbered objects; the first is the catalogue.
func joinObjects(objects ...string) string {
	var out strings.Builder
	out.WriteString("%PDF-1.5\n%\xE2\xE3\xCF\xD3\n")
	places := make([]int, len(objects))
	for i, object := range objects {
		places[i] = out.Len()
		fmt.Fprintf(&out, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	table := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, place := range places {
		fmt.Fprintf(&out, "%010d 00000 n \n", place)
	}
	fmt.Fprintf(&out, "trailer\n<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, table)
	return out.String()
}

// utf16Hex encodes text as UTF-16 in hexadecimal.
func utf16Hex(text string) string {
	var out strings.Builder
	for _, unit := range utf16.Encode([]rune(text)) {
		fmt.Fprintf(&out, "%04X", unit)
	}
	return "<" + out.String() + ">"
}

// newReceipt returns a page with text in the encodings of Chinese programs: codes of a
// standard collection, an embedded font with a table, and Latin.
func newReceipt(t testing.TB) string {
	t.Helper()
	table := "/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange\n" +
		"2 beginbfchar <0003> <91D1> <0004> <989D> endbfchar\n1 beginbfrange <0010> <0019> <0030> endbfrange\n" +
		"1 beginbfrange <0020> <0021> [<002E> <D842DFB7>] endbfrange endcmap end"
	content := "BT /F1 12 Tf 50 700 Td " + utf16Hex("微信转账电子凭证") + " Tj 0 -20 Td " + utf16Hex("转账单号：1000050001202603010012345678") + " Tj ET\n" +
		"BT /F2 12 Tf 1 0 0 1 50 650 Tm [<00030004> -300 <0012001000100010> 20 <002000100010>] TJ T* <0021> Tj ET\n" +
		"BT /F3 9 Tf 1 0 0 1 50 600 Tm (No. \\(7\\) \\101\\\nB) Tj ET /X1 Do"
	return joinObjects(
		"<</Type/Catalog/Pages 2 0 R>>",
		"<</Type/Pages/Kids[3 0 R]/Count 1/Resources<</Font<</F1 4 0 R/F2 6 0 R/F3<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>/XObject<</X1 9 0 R>>>>>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents[8 0 R]>>",
		"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[5 0 R]>>",
		"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 4>>/DW 1000>>",
		"<</Type/Font/Subtype/Type0/BaseFont/ABCDEF+Song/Encoding/Identity-H/DescendantFonts[5 0 R]/ToUnicode 7 0 R>>",
		deflateStream(t, table), deflateStream(t, content),
		"<</Type/XObject/Subtype/Form/BBox[0 0 99 99]/Length 40>>\nstream\nBT /F3 9 Tf (in a form) Tj ET /X1 Do      \nendstream",
	)
}

const receiptText = "微信转账电子凭证\n转账单号：1000050001202603010012345678\n金额 2000.00\n𠮷\nNo. (7) AB\nin a form"

func TestTextOfAReceipt(t *testing.T) {
	t.Parallel()
	r := pdf.Read([]byte(newReceipt(t)))
	if r.Text != receiptText {
		t.Errorf("%q", r.Text)
	}
	if r.Damaged || r.Encrypted || r.Unread || r.Pages != 1 || len(r.Acts) > 0 || len(r.Signatures) > 0 {
		t.Errorf("%+v", r)
	}
}

// qpdf rewrites the file in other forms; poppler gives the expected text.
func TestOtherWritersSayTheSame(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	from := writeFile(t, dir, "a.pdf", newReceipt(t))
	for name, args := range map[string][]string{
		"object streams": {"--object-streams=generate"}, "plain": {"--qdf", "--object-streams=disable"}, "linear": {"--linearize"},
	} {
		to := filepath.Join(dir, strings.ReplaceAll(name, " ", "-")+".pdf")
		runTool(t, "qpdf", append(args, from, to)...)
		data, err := os.ReadFile(to)
		if err != nil {
			t.Fatal(err)
		}
		r := pdf.Read(data)
		if r.Text != receiptText || r.Pages != 1 || r.Damaged {
			t.Errorf("%s: %+v", name, r)
		}
		if said := runTool(t, "pdftotext", to, "-"); !strings.Contains(said, "金额 2000.00") || !strings.Contains(said, "in a form") {
			t.Errorf("%s: poppler reads %q", name, said)
		}
	}
}

func writeFile(t testing.TB, dir, name, content string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func runTool(t testing.TB, program string, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), program, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v: %s", program, err, out)
	}
	return string(out)
}

func TestEncryptedTellsNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	from, to := writeFile(t, dir, "a.pdf", newReceipt(t)), filepath.Join(dir, "b.pdf")
	for _, more := range [][]string{nil, {"--object-streams=generate"}} {
		runTool(t, "qpdf", slices.Concat(more, []string{"--encrypt", "user", "owner", "256", "--", from, to})...)
		data, err := os.ReadFile(to)
		if err != nil {
			t.Fatal(err)
		}
		if r := pdf.Read(data); !r.Encrypted || r.Text != "" || r.Damaged {
			t.Errorf("%+v", r)
		}
	}
}

func TestActsAreFound(t *testing.T) {
	t.Parallel()
	page := []string{"<</Type/Pages/Kids[3 0 R]/Count 1>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"}
	for name, test := range map[string]struct{ catalog, want string }{
		"script on opening":    {"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert(1))>>>>", pdf.ActScript},
		"script in disguise":   {"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/J#61vaScript/J#53(x)>>>>", pdf.ActScript},
		"program":              {"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/Launch/F(cmd.exe)>>>>", pdf.ActLaunch},
		"file inside":          {"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles 4 0 R>>>>", pdf.ActEmbedded},
		"form of Adobe's":      {"<</Type/Catalog/Pages 2 0 R/AcroForm<</XFA 4 0 R>>>>", pdf.ActForm},
		"form that sends":      {"<</Type/Catalog/Pages 2 0 R/AA<</WC<</S/SubmitForm>>>>>>", pdf.ActSubmit},
		"film":                 {"<</Type/Catalog/Pages 2 0 R/X[<</Subtype/RichMedia>>]>>", pdf.ActMedia},
		"a place to begin":     {"<</Type/Catalog/Pages 2 0 R/OpenAction[3 0 R/Fit]>>", ""},
		"words in a string":    {"<</Type/Catalog/Pages 2 0 R/Title(/JavaScript /Launch)>>", ""},
		"words in a comment":   {"<</Type/Catalog/Pages 2 0 R %/JavaScript\n>>", ""},
		"deeply nested script": {"<</Type/Catalog/Pages 2 0 R/A" + strings.Repeat("[", 30) + "/JavaScript" + strings.Repeat("]", 30) + ">>", pdf.ActScript},
	} {
		r := pdf.Read([]byte(joinObjects(append([]string{test.catalog}, page...)...)))
		if got := strings.Join(r.Acts, ","); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
	packed := filepath.Join(t.TempDir(), "b.pdf")
	from := writeFile(t, t.TempDir(), "a.pdf", joinObjects(append([]string{"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(x)>>>>"}, page...)...))
	runTool(t, "qpdf", "--object-streams=generate", from, packed)
	data, err := os.ReadFile(packed)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(data, []byte("JavaScript")) || !slices.Equal(pdf.Read(data).Acts, []string{pdf.ActScript}) {
		t.Error("a script inside an object stream was not found")
	}
}

func TestDamageIsTold(t *testing.T) {
	t.Parallel()
	whole := newReceipt(t)
	for name, data := range map[string]string{
		"no end": strings.TrimSuffix(whole, "%%EOF\n"), "half": whole[:len(whole)/2], "only a head": "%PDF-1.7\n", "no pages": joinObjects("<</Type/Catalog>>"),
	} {
		if r := pdf.Read([]byte(data)); !r.Damaged {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

// A broken or cyclic page tree still yields the pages.
func TestBrokenTrees(t *testing.T) {
	t.Parallel()
	content := "<</Length 32>>\nstream\nBT /F1 9 Tf (still here) Tj ET    \nendstream"
	font := "/Resources<</Font<</F1<</Subtype/Type1>>>>>>"
	for name, objects := range map[string][]string{
		"no tree":       {"<</Type/Catalog/Pages 9 0 R>>", "<</Type/Page" + font + "/Contents 3 0 R>>", content},
		"tail in mouth": {"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[2 0 R 4 0 R]>>", content, "<</Type/Page" + font + "/Parent 2 0 R/Contents 3 0 R>>"},
		"own parent":    {"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Page/Parent 2 0 R" + font + "/Contents 3 0 R>>", content},
	} {
		if r := pdf.Read([]byte(joinObjects(objects...))); r.Text != "still here" {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

func TestBombsStayBounded(t *testing.T) {
	t.Parallel()
	large := deflateStream(t, strings.Repeat(" ", 20<<20))
	objects := []string{"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]>>", "<</Type/Page/Contents[4 0 R 4 0 R 4 0 R 4 0 R 4 0 R 4 0 R 4 0 R 4 0 R]>>", large}
	if r := pdf.Read([]byte(joinObjects(objects...))); !r.Unread {
		t.Errorf("%+v", r)
	}
	for name, data := range map[string]string{
		"open arrays": "%PDF-1.4\n1 0 obj\n" + strings.Repeat("[", 1<<20), "open dictionaries": "%PDF-1.4\n1 0 obj\n" + strings.Repeat("<<", 1<<20),
		"many objects": "%PDF-1.4\n" + strings.Repeat("1 0 obj\n", 1<<19), "open strings": "%PDF-1.4\n" + strings.Repeat("1 0 obj(", 1<<12),
		"offsets beyond all": "%PDF-1.5\n1 0 obj<</Type/ObjStm/N 2/First 12/Length 20>>stream\n7 1e300 8 +inf (x)\nendstream endobj 2 0 obj<</Type/ObjStm/First 1e300>>stream\nendstream",
		"trailers":           strings.Repeat("trailer<<", 1<<18), "one value, many offsets": sharedValue(t), "wide ranges": wideRanges(t),
	} {
		one := time.Now()
		pdf.Read([]byte(data))
		if spent := time.Since(one); spent > 10*time.Second {
			t.Errorf("%s: %s", name, spent)
		}
	}
	if r := pdf.Read(make([]byte, pdf.MaxSize+1)); !r.Unread {
		t.Errorf("%+v", r)
	}
}

// sharedValue returns an object stream whose 100,000 objects are one long array.
func sharedValue(t testing.TB) string {
	t.Helper()
	const count = 100_000
	var heads strings.Builder
	for i := range count {
		fmt.Fprintf(&heads, "%d 0 ", i+10)
	}
	stream := deflateStream(t, heads.String()+"["+strings.Repeat("1 ", 1<<20)+"]")
	return joinObjects(strings.Replace(stream, "<<", fmt.Sprintf("<</Type/ObjStm/N %d/First %d", count, heads.Len()), 1))
}

// wideRanges returns a font whose table lists every code 100,000 times.
func wideRanges(t testing.TB) string {
	t.Helper()
	return joinObjects("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]>>", "<</Type/Page/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
		deflateStream(t, "BT /F1 9 Tf <0041> Tj ET"), "<</Subtype/Type0/ToUnicode 6 0 R>>",
		deflateStream(t, "beginbfrange "+strings.Repeat("<0000> <FFFF> <0000> ", 100_000)))
}

// signDocument signs a document with OpenSSL: a gap for the signature, and a byte
// range around it.
func signDocument(t testing.TB, subject pkix.Name) string {
	t.Helper()
	const room = 8000
	body := joinObjects("<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[]/SigFlags 3>>>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R>>", "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/adbe.pkcs7.detached/Name "+
			"<FEFF8D224ED8901A>/ByteRange [0 AAAAAAAAAA BBBBBBBBBB CCCCCCCCCC]/Contents <"+strings.Repeat("0", room)+">>>")
	from := strings.Index(body, "/Contents <") + len("/Contents ")
	to := from + room + 2
	for mark, value := range map[string]int{"AAAAAAAAAA": from, "BBBBBBBBBB": to, "CCCCCCCCCC": len(body) - to} {
		body = strings.Replace(body, mark, fmt.Sprintf("%-10d", value), 1)
	}
	signature := hex.EncodeToString(signCMS(t, body[:from]+body[to:], subject))
	return body[:from+1] + signature + body[from+1+len(signature):]
}

func signCMS(t testing.TB, content string, subject pkix.Name) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(77), Subject: subject, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	certificate := writeFile(t, dir, "c.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	private := writeFile(t, dir, "k.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw})))
	out := filepath.Join(dir, "s.der")
	runTool(t, "openssl", "cms", "-sign", "-binary", "-in", writeFile(t, dir, "d", content), "-signer", certificate, "-inkey", private, "-outform", "DER", "-out", out)
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestSignatureIsReported(t *testing.T) {
	t.Parallel()
	whole := signDocument(t, pkix.Name{CommonName: "财付通支付科技有限公司", Organization: []string{"Tenpay"}})
	r := pdf.Read([]byte(whole))
	if len(r.Signatures) != 1 {
		t.Fatalf("%+v", r)
	}
	want := pdf.Signature{Name: "财付通", Signer: "财付通支付科技有限公司", Whole: true, Form: "adbe.pkcs7.detached", Filled: true}
	if r.Signatures[0] != want {
		t.Errorf("%+v, want %+v", r.Signatures[0], want)
	}
	for name, data := range map[string]string{
		"appended": whole + "5 0 obj\n(more)\nendobj\n%%EOF\n", "something in the hole": strings.Replace(whole, "00>", "0)>", 1),
		"another start": strings.Replace(whole, "/ByteRange [0 ", "/ByteRange [1 ", 1),
	} {
		r := pdf.Read([]byte(data))
		if len(r.Signatures) != 1 || r.Signatures[0].Whole {
			t.Errorf("%s: %+v", name, r.Signatures)
		}
	}
}
