package verify

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Items of a sealed PDF.
const (
	itemRange       = "byte range"  // what the seal covers is not the whole file
	itemSignature   = "signature"   // the CMS itself
	itemContent     = "content"     // the pages, or anything else that was signed
	itemCertificate = "certificate" // who sealed
	itemStamp       = "time stamp"  // the token over the signature
)

// SealedPDF is what the seal of a dossier says.
type SealedPDF struct {
	Signer      string `json:"signer"`      // common name of the certificate
	Fingerprint string `json:"fingerprint"` // hex SHA-256 of the root's certificate
	Expected    bool   `json:"expected"`    // the fingerprint, or the signer's, is the one Options.Key asked for
	Development bool   `json:"development"` // a certificate for trying things out: no legal effect
	ClaimedAt   string `json:"claimed_at"`  // by the signer's own clock, RFC 3339, UTC
}

var (
	rangeMark = []byte("/ByteRange")
	rangeText = regexp.MustCompile(`^/ByteRange \[0 ([0-9]{10}) ([0-9]{10}) ([0-9]{10})\] /Contents <`)
	sealText  = regexp.MustCompile(`(?s)^<</Type /Sig /Filter /Adobe\.PPKLite /SubFilter /ETSI\.CAdES\.detached\n` +
		`/M \(D:([0-9]{14})\+08'00'\)\n/Name <[0-9A-F]+>\n/RecourseSeal <</Version 1 /Stamped (true|false) /Roots \[((?:<[0-9a-f]+>)*)\]>>\n[^\n]{1,200}\n$`)
)

const (
	maxGap     = 1 << 20
	maxPromise = 64 << 10 // bytes of the signature's dictionary
)

var oidData = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}

// pdf is one sealed file under verification.
type pdf struct {
	o          Options
	name       string
	r          io.ReaderAt
	size       int64
	begin, end int64 // of the gap, brackets included
	claimed    time.Time
	stamped    bool
	roots      []*x509.Certificate // where the stamp must lead
}

// pdf verifies a sealed dossier.
func (o Options) pdf(name string, r io.ReaderAt, size int64) (Summary, error) {
	p := &pdf{o: o, name: name, r: r, size: size}
	mark, err := p.find()
	if err != nil {
		return Summary{}, err
	}
	if err := p.readRange(mark); err != nil {
		return Summary{}, err
	}
	if err := p.readPromise(mark); err != nil {
		return Summary{}, err
	}
	der, err := p.readGap()
	if err != nil {
		return Summary{}, err
	}
	return p.judge(der)
}

// find gives the one place of a signature. A second one means that the file was
// changed after the first.
func (p *pdf) find() (int64, error) {
	const chunk = 256 << 10
	buffer := make([]byte, chunk)
	mark, count := int64(0), 0
	for at := int64(0); at < p.size; at += int64(chunk - len(rangeMark) + 1) {
		part := buffer[:min(chunk, p.size-at)]
		if n, err := p.r.ReadAt(part, at); n < len(part) {
			return 0, err
		}
		for from := 0; ; {
			i := bytes.Index(part[from:], rangeMark)
			if i < 0 {
				break
			}
			from += i + len(rangeMark)
			mark, count = at+int64(from-len(rangeMark)), count+1
		}
	}
	switch count {
	case 0:
		return 0, finding(p.name, "this PDF carries no seal that can be checked; verify the bag (.zip) it came with")
	case 1:
		return mark, nil
	}
	return 0, finding(itemRange, "%d signatures: the file was changed after it was sealed", count)
}

func (p *pdf) readRange(mark int64) error {
	text, err := p.read(mark, 80)
	if err != nil {
		return err
	}
	match := rangeText.FindSubmatch(text)
	if match == nil {
		return finding(itemRange, "not in the form this verifier reads: perhaps sealed by another program")
	}
	var n [3]int64
	for i := range n {
		n[i], _ = strconv.ParseInt(string(match[i+1]), 10, 64) // ten digits
	}
	p.begin, p.end = n[0], n[1]
	switch {
	case p.begin != mark+int64(len(match[0]))-1:
		return finding(itemRange, "its gap does not begin where the signature does")
	case p.end <= p.begin+2 || p.end-p.begin > maxGap || p.end > p.size:
		return finding(itemRange, "its gap is not the place of a signature")
	case p.end+n[2] != p.size:
		return finding(itemRange, "it ends at byte %d of %d: something was appended or cut", p.end+n[2], p.size)
	}
	return nil
}

func (p *pdf) read(at, length int64) ([]byte, error) {
	data := make([]byte, min(length, p.size-at))
	if n, err := p.r.ReadAt(data, at); n < len(data) {
		return nil, err
	}
	return data, nil
}

// readPromise reads what the seal says of itself before the range.
func (p *pdf) readPromise(mark int64) error {
	from := max(0, mark-maxPromise)
	text, err := p.read(from, mark-from)
	if err != nil {
		return err
	}
	match := sealText.FindSubmatch(text[max(0, bytes.LastIndex(text, []byte("<</Type /Sig "))):])
	if match == nil {
		return finding(itemContent, "the seal does not describe itself as it should")
	}
	claimed, err := time.ParseInLocation("20060102150405", string(match[1]), time.FixedZone("", 8*60*60))
	if err != nil {
		return finding(itemContent, "the seal's own time is no time")
	}
	p.claimed, p.stamped = claimed.UTC(), string(match[2]) == "true"
	for _, text := range strings.FieldsFunc(string(match[3]), func(r rune) bool { return r == '<' || r == '>' }) {
		der, err := hex.DecodeString(text)
		if err != nil {
			return finding(itemContent, "the seal's roots are no certificates")
		}
		root, err := x509.ParseCertificate(der)
		if err != nil {
			return finding(itemContent, "the seal's roots are no certificates")
		}
		p.roots = append(p.roots, root)
	}
	if p.stamped != (len(p.roots) > 0) {
		return finding(itemContent, "the seal promises a stamp without its roots, or roots without a stamp")
	}
	return nil
}

// readGap gives the signature in the gap: small hexadecimal digits of one DER
// value, then nothing but zeros.
func (p *pdf) readGap() ([]byte, error) {
	text, err := p.read(p.begin, p.end-p.begin)
	if err != nil {
		return nil, err
	}
	if text[0] != '<' || text[len(text)-1] != '>' {
		return nil, finding(itemRange, "its gap holds more than a signature")
	}
	text = text[1 : len(text)-1]
	der := make([]byte, hex.DecodedLen(len(text)))
	if _, err := hex.Decode(der, text); err != nil || bytes.ContainsAny(text, "ABCDEF") {
		return nil, finding(itemRange, "its gap holds something else than a signature")
	}
	var first asn1.RawValue
	rest, err := asn1.Unmarshal(der, &first)
	if err != nil || len(bytes.Trim(rest, "\x00")) > 0 {
		return nil, finding(itemSignature, "malformed")
	}
	return first.FullBytes, nil
}

func (p *pdf) judge(der []byte) (Summary, error) {
	m, err := parseCMS(der, oidData, 1)
	if err == nil && len(m.data.Content.Content.FullBytes) > 0 {
		err = errCMS
	}
	if err != nil {
		return Summary{}, finding(itemSignature, "%v", err)
	}
	if !m.namesAll() {
		return Summary{}, finding(itemCertificate, "the certificates are not those the signature names")
	}
	if err := m.readCertificates(); err != nil || m.leaf != m.certificates[0] {
		return Summary{}, finding(itemSignature, "its signer is not the first of its certificates")
	}
	digest, err := p.digest()
	if err != nil {
		return Summary{}, err
	}
	if err := m.verify(oidData, digest); errors.Is(err, errDigest) {
		return Summary{}, finding(itemContent, "the file was changed after it was sealed: its SHA-256 is not the signed one")
	} else if err != nil {
		return Summary{}, finding(itemSignature, "%v", err)
	}
	stamp, valid, err := p.stamp(m)
	if err != nil {
		return Summary{}, finding(itemStamp, "%v", err)
	}
	signer, err := p.judgeSigner(m, valid)
	if err != nil {
		return Summary{}, err
	}
	return Summary{Bytes: p.size, Stamp: stamp, PDF: signer}, nil
}

func (p *pdf) digest() ([]byte, error) {
	hash := sha256.New()
	whole := io.MultiReader(io.NewSectionReader(p.r, 0, p.begin), io.NewSectionReader(p.r, p.end, p.size-p.end))
	if _, err := io.Copy(hash, whole); err != nil {
		return nil, err
	}
	return hash.Sum(nil), nil
}

// stamp judges the token, which is there exactly when the signed part promises
// it. Without one the signer's own clock is all there is.
func (p *pdf) stamp(m *cms) (*Stamp, time.Time, error) {
	if len(m.signer.Unsigned.FullBytes) == 0 {
		if p.stamped {
			return nil, p.claimed, errors.New("the seal promises one, and it is missing")
		}
		return nil, p.claimed, nil
	}
	attributes, err := parseAttributes(m.signer.Unsigned)
	if err != nil {
		return nil, p.claimed, err
	}
	token, ok := attribute(attributes, oidToken)
	if !ok || len(attributes) != 1 || !p.stamped {
		return nil, p.claimed, errors.New("the seal does not promise what stands here")
	}
	return p.o.token(token, sha256.Sum256(m.signer.Signature), p.roots, p.claimed)
}

// namesAll holds the certificates against those the signed attributes name, in
// order, so that none can be exchanged.
func (m *cms) namesAll() bool {
	raw, _ := attribute(m.attributes, oidSigningCertV2)
	var named struct {
		IDs []struct{ Hash []byte }
	}
	if rest, err := asn1.Unmarshal(raw, &named); err != nil || len(rest) > 0 || len(named.IDs) != len(m.raw) {
		return false
	}
	for i, raw := range m.raw {
		sum := sha256.Sum256(raw)
		if !bytes.Equal(named.IDs[i].Hash, sum[:]) {
			return false
		}
	}
	return true
}

func (p *pdf) judgeSigner(m *cms, valid time.Time) (*SealedPDF, error) {
	root := m.certificates[len(m.certificates)-1]
	path, err := m.chain([]*x509.Certificate{root}, valid)
	if err != nil {
		return nil, finding(itemCertificate, "%v", err)
	}
	if m.leaf.KeyUsage&(x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment) == 0 {
		return nil, finding(itemCertificate, "it is not one for signing")
	}
	s := &SealedPDF{Signer: m.leaf.Subject.CommonName, Fingerprint: fingerprintOf(root), ClaimedAt: p.claimed.Format(time.RFC3339)}
	s.Development = slices.ContainsFunc(path, func(c *x509.Certificate) bool {
		return strings.Contains(c.Subject.CommonName, "Recourse Development")
	})
	if wanted := plainFingerprint(p.o.Key); wanted != "" {
		if s.Expected = wanted == s.Fingerprint || wanted == fingerprintOf(m.leaf); !s.Expected {
			return nil, finding(itemCertificate, "not the expected one; this is %s under a root with fingerprint %s", s.Signer, s.Fingerprint)
		}
	}
	return s, nil
}
