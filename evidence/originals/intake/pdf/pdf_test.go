package pdf_test

import (
	"bytes"
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

	"recourse/evidence/originals/intake/pdf"
	"recourse/evidence/originals/intake/pdf/pdftest"
)

func TestStructureOfAReceipt(t *testing.T) {
	t.Parallel()
	r := pdf.Read([]byte(pdftest.Receipt(t)))
	if r.Damaged || r.Encrypted || r.Unread || r.Pages != 1 || len(r.Acts) > 0 || len(r.Signatures) > 0 {
		t.Errorf("%+v", r)
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
	from, to := writeFile(t, dir, "a.pdf", pdftest.Receipt(t)), filepath.Join(dir, "b.pdf")
	for _, more := range [][]string{nil, {"--object-streams=generate"}} {
		runTool(t, "qpdf", slices.Concat(more, []string{"--encrypt", "user", "owner", "256", "--", from, to})...)
		data, err := os.ReadFile(to)
		if err != nil {
			t.Fatal(err)
		}
		if r := pdf.Read(data); !r.Encrypted || r.Damaged {
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
		r := pdf.Read([]byte(pdftest.Join(append([]string{test.catalog}, page...)...)))
		if got := strings.Join(r.Acts, ","); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
	packed := filepath.Join(t.TempDir(), "b.pdf")
	from := writeFile(t, t.TempDir(), "a.pdf", pdftest.Join(append([]string{"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(x)>>>>"}, page...)...))
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
	whole := pdftest.Receipt(t)
	for name, data := range map[string]string{
		"no end": strings.TrimSuffix(whole, "%%EOF\n"), "half": whole[:len(whole)/2], "only a head": "%PDF-1.7\n", "no pages": pdftest.Join("<</Type/Catalog>>"),
	} {
		if r := pdf.Read([]byte(data)); !r.Damaged {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

// A broken or cyclic page tree still yields the pages.
func TestBrokenTrees(t *testing.T) {
	t.Parallel()
	for name, objects := range map[string][]string{
		"no tree":       {"<</Type/Catalog/Pages 9 0 R>>", "<</Type/Page>>"},
		"tail in mouth": {"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[2 0 R 3 0 R]>>", "<</Type/Page/Parent 2 0 R>>"},
		"own parent":    {"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Page/Parent 2 0 R>>"},
	} {
		if r := pdf.Read([]byte(pdftest.Join(objects...))); r.Pages != 1 || r.Damaged {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

func TestBombsStayBounded(t *testing.T) {
	t.Parallel()
	large := strings.Replace(pdftest.Deflate(t, "1 0 "+strings.Repeat(" ", 20<<20)), "<<", "<</Type/ObjStm/First 4", 1)
	objects := []string{"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]>>", "<</Type/Page>>", large, large, large, large}
	if r := pdf.Read([]byte(pdftest.Join(objects...))); !r.Unread {
		t.Errorf("%+v", r)
	}
	for name, data := range map[string]string{
		"open arrays": "%PDF-1.4\n1 0 obj\n" + strings.Repeat("[", 1<<20), "open dictionaries": "%PDF-1.4\n1 0 obj\n" + strings.Repeat("<<", 1<<20),
		"many objects": "%PDF-1.4\n" + strings.Repeat("1 0 obj\n", 1<<19), "open strings": "%PDF-1.4\n" + strings.Repeat("1 0 obj(", 1<<12),
		"offsets beyond all": "%PDF-1.5\n1 0 obj<</Type/ObjStm/N 2/First 12/Length 20>>stream\n7 1e300 8 +inf (x)\nendstream endobj 2 0 obj<</Type/ObjStm/First 1e300>>stream\nendstream",
		"trailers":           strings.Repeat("trailer<<", 1<<18), "one value, many offsets": sharedValue(t),
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
	stream := pdftest.Deflate(t, heads.String()+"["+strings.Repeat("1 ", 1<<20)+"]")
	return pdftest.Join(strings.Replace(stream, "<<", fmt.Sprintf("<</Type/ObjStm/N %d/First %d", count, heads.Len()), 1))
}

// signDocument signs a document with OpenSSL: a gap for the signature, and a byte
// range around it.
func signDocument(t testing.TB, subject pkix.Name) string {
	t.Helper()
	const room = 8000
	body := pdftest.Join("<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[]/SigFlags 3>>>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
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
