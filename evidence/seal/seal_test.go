package seal_test

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"recourse/evidence/seal"
	"recourse/evidence/seal/sealtest"
)

func plainPDF(_ testing.TB, pages int) []byte { return sealtest.NewPDF(pages) }

func development(t testing.TB) *seal.Identity { t.Helper(); return sealtest.NewIdentity(t) }

func authority(t testing.TB, tsa *sealtest.TSA) *seal.Authority {
	t.Helper()
	a, err := seal.NewAuthority(tsa.URL, tsa.Roots, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func sealed(t testing.TB, s *seal.Sealer, pdf []byte) ([]byte, seal.Report) {
	t.Helper()
	var out bytes.Buffer
	report, err := s.SealPDF(t.Context(), &out, bytes.NewReader(pdf), int64(len(pdf)), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), report
}

func file(t testing.TB, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// run returns the output of a program and whether it succeeded.
func run(t testing.TB, name string, args ...string) (string, bool) {
	t.Helper()
	output, err := exec.Command(name, args...).CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return string(output), err == nil
}

func TestSealStandsBeforeTheToolsOfOthers(t *testing.T) {
	t.Parallel()
	tsa := sealtest.StartAuthority(t)
	identity := development(t)
	for name, stamper := range map[string]seal.Stamper{"without time": nil, "stamped": authority(t, tsa)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plain := plainPDF(t, 3)
			data, report := sealed(t, &seal.Sealer{Identity: identity, Stamper: stamper}, plain)
			if !bytes.HasPrefix(data, plain) {
				t.Error("the pages were touched")
			}
			sum := sha256.Sum256(data)
			if report.Size != int64(len(data)) || report.SHA256 != hex.EncodeToString(sum[:]) || (report.StampedAt != nil) != (stamper != nil) ||
				!report.Development || !strings.Contains(report.Signer, "不具法律效力") {
				t.Errorf("report %+v", report)
			}
			path := file(t, "sealed.pdf", data)
			if output, ok := run(t, "pdfsig", path); !ok || !strings.Contains(output, "Signature is Valid.") ||
				!strings.Contains(output, "Total document signed") || strings.Count(output, "Signature #") != 1 ||
				!strings.Contains(output, "ETSI.CAdES.detached") {
				t.Errorf("pdfsig: %s", output)
			}
			if output, ok := run(t, "qpdf", "--check", path); !ok {
				t.Errorf("qpdf: %s", output)
			}
			if output, ok := run(t, "pdftotext", path, "-"); !ok || strings.Count(output, "of a test") != 3 {
				t.Errorf("pdftotext: %s", output)
			}
			opensslVerifies(t, data, identity, stamper != nil, tsa)
		})
	}
}

var byteRange = regexp.MustCompile(`/ByteRange \[0 (\d+) (\d+) (\d+)\]`)

// opensslVerifies extracts the seal by the PDF standard, and verifies the CMS message
// (with the CAdES checks) and the time stamp with openssl.
func opensslVerifies(t *testing.T, data []byte, identity *seal.Identity, stamped bool, tsa *sealtest.TSA) {
	t.Helper()
	match := byteRange.FindSubmatch(data)
	var n [3]int
	for i := range n {
		var err error
		if n[i], err = strconv.Atoi(string(match[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if n[1]+n[2] != len(data) {
		t.Errorf("the range ends at %d of %d", n[1]+n[2], len(data))
	}
	cms, err := hex.DecodeString(string(data[n[0]+1 : n[1]-1]))
	if err != nil {
		t.Fatal(err)
	}
	content := append(bytes.Clone(data[:n[0]]), data[n[1]:]...)
	path := file(t, "cms.der", cms) // the zeros behind it are not read
	output, ok := run(t, "openssl", "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", path, "-content", file(t, "content", content),
		"-CAfile", file(t, "root.pem", identity.RootPEM()), "-out", os.DevNull)
	if !ok || !strings.Contains(output, "CAdES Verification successful") {
		t.Errorf("openssl cms: %s", output)
	}
	if !stamped {
		if printed, _ := run(t, "openssl", "cms", "-cmsout", "-print", "-inform", "DER", "-in", path); strings.Contains(printed, "signingTime") {
			t.Error("a signing time is signed, which PAdES forbids")
		}
		return
	}
	token, signature := seal.TokenOf(t, cms)
	output, ok = run(t, "openssl", "ts", "-verify", "-token_in", "-in", file(t, "token", token), "-data", file(t, "signature", signature),
		"-CAfile", file(t, "tsa.pem", tsa.Roots))
	if !ok || !strings.Contains(output, "Verification: OK") {
		t.Errorf("openssl ts: %s", output)
	}
}

func TestSealTakesOperatorsKeys(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, generate := range map[string][]string{
		"rsa":   {"genrsa", "-traditional", "-out", "rsa.key", "2048"},
		"p384":  {"ecparam", "-name", "secp384r1", "-genkey", "-noout", "-out", "p384.key"},
		"pkcs8": {"genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-521", "-out", "pkcs8.key"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			openssl(t, dir, generate...)
			openssl(t, dir, "req", "-new", "-x509", "-key", name+".key", "-days", "30", "-subj", "/CN="+name,
				"-addext", "keyUsage=critical,digitalSignature,keyCertSign", "-out", name+".pem")
			identity, err := seal.LoadIdentity(read(t, dir, name+".pem"), read(t, dir, name+".key"))
			if err != nil {
				t.Fatal(err)
			}
			data, report := sealed(t, &seal.Sealer{Identity: identity}, plainPDF(t, 1))
			if report.Development || report.Signer != name {
				t.Errorf("report %+v", report)
			}
			if output, _ := run(t, "pdfsig", file(t, "sealed.pdf", data)); !strings.Contains(output, "Signature is Valid.") {
				t.Errorf("pdfsig: %s", output)
			}
			opensslVerifies(t, data, identity, false, nil)
		})
	}
}

func openssl(t *testing.T, dir string, args ...string) {
	t.Helper()
	command := exec.Command("openssl", args...)
	command.Dir = dir
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("openssl %v: %v\n%s", args, err, output)
	}
}

func read(t testing.TB, dir, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestLoadIdentityRefusesWhatNoReaderWouldAccept(t *testing.T) {
	t.Parallel()
	certificates, key, err := seal.NewDevelopmentAuthority(time.Now(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	others, otherKey, err := seal.NewDevelopmentAuthority(time.Now(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	end := []byte("-----END CERTIFICATE-----\n")
	leaf, root, _ := bytes.Cut(certificates, end)
	leaf = append(leaf, end...)
	_, otherRoot, _ := bytes.Cut(others, end)
	dir := t.TempDir()
	openssl(t, dir, "genrsa", "-out", "short.key", "1024")
	openssl(t, dir, "req", "-new", "-x509", "-key", "short.key", "-subj", "/CN=x", "-out", "short.pem")
	openssl(t, dir, "genpkey", "-algorithm", "ED25519", "-out", "ed.key")
	openssl(t, dir, "req", "-new", "-x509", "-key", "ed.key", "-subj", "/CN=x", "-out", "ed.pem")
	for name, c := range map[string]struct{ certificates, key []byte }{
		"nothing":             {nil, key},
		"no key":              {certificates, nil},
		"a key in its place":  {key, key},
		"another's key":       {certificates, otherKey},
		"root first":          {append(bytes.Clone(root), leaf...), key},
		"another's root":      {append(bytes.Clone(leaf), otherRoot...), key},
		"no root":             {leaf, key},
		"garbage certificate": {[]byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), key},
		"garbage key":         {certificates, []byte("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")},
		"short RSA":           {read(t, dir, "short.pem"), read(t, dir, "short.key")},
		"Ed25519":             {read(t, dir, "ed.pem"), read(t, dir, "ed.key")},
	} {
		if _, err := seal.LoadIdentity(c.certificates, c.key); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

func TestPDFRefusesWhatIsNoFreshDossier(t *testing.T) {
	t.Parallel()
	plain := plainPDF(t, 1)
	sealer := &seal.Sealer{Identity: development(t)}
	once, _ := sealed(t, sealer, plain)
	swap := func(from, to string) []byte {
		if !bytes.Contains(plain, []byte(from)) {
			t.Fatalf("no %q", from)
		}
		return bytes.Replace(plain, []byte(from), []byte(to), 1)
	}
	for name, pdf := range map[string][]byte{
		"nothing":           nil,
		"text":              []byte("hello"),
		"cut":               plain[:len(plain)-20],
		"sealed already":    once,
		"no table":          swap("xref\n", "yref\n"),
		"encrypted":         swap("/Root", "/Encrypt 1 0 R /Root"),
		"updated":           swap("/Root", "/Prev 9 /Root"),
		"root elsewhere":    swap("/Root ", "/Root 9"),
		"form there":        swap("/Type /Catalog", "/Type /Catalog /AcroForm 1 0 R"),
		"mark of a seal":    append([]byte("%PDF-1.4\n%/ByteRange\n"), plain...),
		"table far away":    regexp.MustCompile(`startxref\n\d+`).ReplaceAll(plain, []byte("startxref\n999999999")),
		"no first page":     swap("/Kids [", "/Kids ["+"x"),
		"pages that circle": swap("/Type /Page\n", "/Type /Pages\n/Kids [2 0 R]\n"),
	} {
		if _, err := sealer.SealPDF(t.Context(), io.Discard, bytes.NewReader(pdf), int64(len(pdf)), time.Now()); err == nil {
			t.Errorf("%s: sealed", name)
		}
	}
}

// sparse is a large PDF with a long comment, of which only the ends are in memory.
type sparse struct {
	plain []byte
	size  int64
}

func (s sparse) ReadAt(p []byte, at int64) (int, error) {
	for i := range p {
		p[i] = '.'
	}
	if at < int64(len(s.plain)) {
		copy(p, s.plain[at:])
	}
	tail := s.size - tailLength
	if end := at + int64(len(p)); end > tail {
		from := max(at, tail)
		copy(p[from-at:], s.plain[int64(len(s.plain))-tailLength+from-tail:])
	}
	return len(p), nil
}

const tailLength = 30 // startxref to the end

// TestMemoryStaysFlat seals half a gigabyte. It measures the allocations of the whole
// process, so it does not run in parallel.
func TestMemoryStaysFlat(t *testing.T) {
	plain := plainPDF(t, 1)
	at := bytes.LastIndex(plain, []byte("startxref"))
	plain = append(plain[:at:at], fmt.Sprintf("startxref\n%d\n%%%%EOF\n", bytes.LastIndex(plain, []byte("xref\n0")))...)
	plain = append(append(plain[:at:at], bytes.Repeat([]byte(" "), tailLength)...), plain[at:]...)
	for len(plain)-at-tailLength < tailLength {
		plain = append(plain, '\n')
	}
	in := sparse{plain[:at+2*tailLength], 512 << 20}
	sealer := &seal.Sealer{Identity: development(t)}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := sealer.SealPDF(t.Context(), io.Discard, in, in.size, time.Now())
	runtime.ReadMemStats(&after)
	if err != nil {
		t.Fatal(err)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 8<<20 {
		t.Errorf("%d bytes allocated for %d", used, in.size)
	}
}

func FuzzPDF(f *testing.F) {
	f.Add(plainPDF(f, 1))
	f.Add([]byte("%PDF-1.4\nxref\n0 1\n0000000000 65535 f \ntrailer\n<<>>\nstartxref\n9\n%%EOF"))
	sealer := &seal.Sealer{Identity: development(f)}
	f.Fuzz(func(t *testing.T, pdf []byte) {
		var out bytes.Buffer
		_, err := sealer.SealPDF(t.Context(), &out, bytes.NewReader(pdf), int64(len(pdf)), time.Now())
		if err == nil && !bytes.HasPrefix(out.Bytes(), pdf) {
			t.Error("the pages were touched")
		}
	})
}
