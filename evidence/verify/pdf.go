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
	itemRange       = "byte range"  // the seal does not cover the whole file
	itemSignature   = "signature"   // the CMS message itself
	itemContent     = "content"     // the pages or other signed bytes
	itemCertificate = "certificate" // the signer's certificates
	itemStamp       = "time stamp"  // the token over the signature
)

// SealedPDF describes the seal of a dossier.
type SealedPDF struct {
	Signer      string `json:"signer"`      // common name of the certificate
	Fingerprint string `json:"fingerprint"` // hex SHA-256 of the root's certificate
	Expected    bool   `json:"expected"`    // the root or the signer matches Options.Key
	Development bool   `json:"development"` // a test certificate without legal effect
	ClaimedAt   string `json:"claimed_at"`  // by the signer's own clock, RFC 3339, UTC
}

var (
	byteRangeMark = []byte("/ByteRange")
	byteRangeForm = regexp.MustCompile(`^/ByteRange \[0 ([0-9]{10}) ([0-9]{10}) ([0-9]{10})\] /Contents <`)
	sealForm      = regexp.MustCompile(`(?s)^<</Type /Sig /Filter /Adobe\.PPKLite /SubFilter /ETSI\.CAdES\.detached\n` +
		`/M \(D:([0-9]{14})\+08'00'\)\n/Name <[0-9A-F]+>\n/RecourseSeal <</Version 1 /Stamped (true|false) /Roots \[((?:<[0-9a-f]+>)*)\]>>\n[^\n]{1,200}\n$`)
)

const (
	maxGap        = 1 << 20
	maxDictionary = 64 << 10 // bytes of the signature dictionary before its byte range
)

var oidData = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}

// pdfCheck is the state of verifying one sealed PDF.
type pdfCheck struct {
	options          Options
	name             string
	r                io.ReaderAt
	size             int64
	gapStart, gapEnd int64 // of the gap, brackets included
	claimedAt        time.Time
	stamped          bool
	roots            []*x509.Certificate // trust anchors of the time stamp
}

// verifyPDF verifies a sealed dossier.
func (o Options) verifyPDF(name string, r io.ReaderAt, size int64) (Summary, error) {
	p := &pdfCheck{options: o, name: name, r: r, size: size}
	mark, err := p.findSignature()
	if err != nil {
		return Summary{}, err
	}
	if err := p.readRange(mark); err != nil {
		return Summary{}, err
	}
	if err := p.readSealDictionary(mark); err != nil {
		return Summary{}, err
	}
	der, err := p.readSignature()
	if err != nil {
		return Summary{}, err
	}
	return p.verifySeal(der)
}

// findSignature returns the offset of the only signature. A second signature means
// that the file was changed after the first.
func (p *pdfCheck) findSignature() (int64, error) {
	const chunk = 256 << 10
	buffer := make([]byte, chunk)
	mark, count := int64(0), 0
	for at := int64(0); at < p.size; at += int64(chunk - len(byteRangeMark) + 1) {
		part := buffer[:min(chunk, p.size-at)]
		if n, err := p.r.ReadAt(part, at); n < len(part) {
			return 0, err
		}
		for from := 0; ; {
			i := bytes.Index(part[from:], byteRangeMark)
			if i < 0 {
				break
			}
			from += i + len(byteRangeMark)
			mark, count = at+int64(from-len(byteRangeMark)), count+1
		}
	}
	switch count {
	case 0:
		return 0, newFinding(p.name, "this PDF has no seal to verify; verify the bag (.zip) it came with")
	case 1:
		return mark, nil
	}
	return 0, newFinding(itemRange, "%d signatures: the file was changed after it was sealed", count)
}

func (p *pdfCheck) readRange(mark int64) error {
	text, err := p.readBytes(mark, 80)
	if err != nil {
		return err
	}
	match := byteRangeForm.FindSubmatch(text)
	if match == nil {
		return newFinding(itemRange, "not in the form this verifier reads; perhaps another program sealed it")
	}
	var n [3]int64
	for i := range n {
		n[i], _ = strconv.ParseInt(string(match[i+1]), 10, 64) // ten digits
	}
	p.gapStart, p.gapEnd = n[0], n[1]
	switch {
	case p.gapStart != mark+int64(len(match[0]))-1:
		return newFinding(itemRange, "its gap does not start at the signature")
	case p.gapEnd <= p.gapStart+2 || p.gapEnd-p.gapStart > maxGap || p.gapEnd > p.size:
		return newFinding(itemRange, "its gap is not the place of a signature")
	case p.gapEnd+n[2] != p.size:
		return newFinding(itemRange, "it ends at byte %d of %d: something was appended or cut", p.gapEnd+n[2], p.size)
	}
	return nil
}

func (p *pdfCheck) readBytes(at, length int64) ([]byte, error) {
	data := make([]byte, min(length, p.size-at))
	if n, err := p.r.ReadAt(data, at); n < len(data) {
		return nil, err
	}
	return data, nil
}

// readSealDictionary reads the signature dictionary before the byte range.
func (p *pdfCheck) readSealDictionary(mark int64) error {
	from := max(0, mark-maxDictionary)
	text, err := p.readBytes(from, mark-from)
	if err != nil {
		return err
	}
	match := sealForm.FindSubmatch(text[max(0, bytes.LastIndex(text, []byte("<</Type /Sig "))):])
	if match == nil {
		return newFinding(itemContent, "the signature dictionary is malformed")
	}
	claimed, err := time.ParseInLocation("20060102150405", string(match[1]), time.FixedZone("", 8*60*60))
	if err != nil {
		return newFinding(itemContent, "the time of the seal is malformed")
	}
	p.claimedAt, p.stamped = claimed.UTC(), string(match[2]) == "true"
	for _, text := range strings.FieldsFunc(string(match[3]), func(r rune) bool { return r == '<' || r == '>' }) {
		der, err := hex.DecodeString(text)
		if err != nil {
			return newFinding(itemContent, "the roots in the seal are not certificates")
		}
		root, err := x509.ParseCertificate(der)
		if err != nil {
			return newFinding(itemContent, "the roots in the seal are not certificates")
		}
		p.roots = append(p.roots, root)
	}
	if p.stamped != (len(p.roots) > 0) {
		return newFinding(itemContent, "the seal announces a time stamp without its roots, or roots without a time stamp")
	}
	return nil
}

// readSignature returns the signature in the gap: one DER value in lower-case hex,
// followed only by zeros.
func (p *pdfCheck) readSignature() ([]byte, error) {
	text, err := p.readBytes(p.gapStart, p.gapEnd-p.gapStart)
	if err != nil {
		return nil, err
	}
	if text[0] != '<' || text[len(text)-1] != '>' {
		return nil, newFinding(itemRange, "its gap contains more than a signature")
	}
	text = text[1 : len(text)-1]
	der := make([]byte, hex.DecodedLen(len(text)))
	if _, err := hex.Decode(der, text); err != nil || bytes.ContainsAny(text, "ABCDEF") {
		return nil, newFinding(itemRange, "its gap does not contain a signature")
	}
	var first asn1.RawValue
	rest, err := asn1.Unmarshal(der, &first)
	if err != nil || len(bytes.Trim(rest, "\x00")) > 0 {
		return nil, newFinding(itemSignature, "malformed")
	}
	return first.FullBytes, nil
}

func (p *pdfCheck) verifySeal(der []byte) (Summary, error) {
	m, err := parseCMS(der, oidData, 1)
	if err == nil && len(m.data.Content.Content.FullBytes) > 0 {
		err = errCMS
	}
	if err != nil {
		return Summary{}, newFinding(itemSignature, "%v", err)
	}
	if !m.namesAllCertificates() {
		return Summary{}, newFinding(itemCertificate, "the certificates are not those that the signature lists")
	}
	if err := m.readCertificates(); err != nil || m.leaf != m.certificates[0] {
		return Summary{}, newFinding(itemSignature, "its first certificate is not the signer's")
	}
	digest, err := p.hashSignedBytes()
	if err != nil {
		return Summary{}, err
	}
	if err := m.verifyContent(oidData, digest); errors.Is(err, errDigest) {
		return Summary{}, newFinding(itemContent, "the file was changed after it was sealed: its SHA-256 is not the signed one")
	} else if err != nil {
		return Summary{}, newFinding(itemSignature, "%v", err)
	}
	stamp, valid, err := p.checkStamp(m)
	if err != nil {
		return Summary{}, newFinding(itemStamp, "%v", err)
	}
	signer, err := p.checkSigner(m, valid)
	if err != nil {
		return Summary{}, err
	}
	return Summary{Bytes: p.size, Stamp: stamp, PDF: signer}, nil
}

func (p *pdfCheck) hashSignedBytes() ([]byte, error) {
	hash := sha256.New()
	whole := io.MultiReader(io.NewSectionReader(p.r, 0, p.gapStart), io.NewSectionReader(p.r, p.gapEnd, p.size-p.gapEnd))
	if _, err := io.Copy(hash, whole); err != nil {
		return nil, err
	}
	return hash.Sum(nil), nil
}

// checkStamp verifies the time stamp, which must be present exactly if the signed
// dictionary announces it. Without a stamp it returns the time the signer claims.
func (p *pdfCheck) checkStamp(m *cmsMessage) (*Stamp, time.Time, error) {
	if len(m.signer.Unsigned.FullBytes) == 0 {
		if p.stamped {
			return nil, p.claimedAt, errors.New("the seal announces one, but it is missing")
		}
		return nil, p.claimedAt, nil
	}
	attributes, err := parseAttributes(m.signer.Unsigned)
	if err != nil {
		return nil, p.claimedAt, err
	}
	token, ok := findAttribute(attributes, oidToken)
	if !ok || len(attributes) != 1 || !p.stamped {
		return nil, p.claimedAt, errors.New("the seal does not announce it")
	}
	return p.options.verifyToken(token, sha256.Sum256(m.signer.Signature), p.roots, p.claimedAt)
}

// namesAllCertificates reports whether the signed attributes list exactly these
// certificates in this order, so that none can be exchanged.
func (m *cmsMessage) namesAllCertificates() bool {
	raw, _ := findAttribute(m.attributes, oidSigningCertV2)
	var named struct {
		IDs []struct{ Hash []byte }
	}
	if rest, err := asn1.Unmarshal(raw, &named); err != nil || len(rest) > 0 || len(named.IDs) != len(m.rawCertificates) {
		return false
	}
	for i, raw := range m.rawCertificates {
		sum := sha256.Sum256(raw)
		if !bytes.Equal(named.IDs[i].Hash, sum[:]) {
			return false
		}
	}
	return true
}

func (p *pdfCheck) checkSigner(m *cmsMessage, valid time.Time) (*SealedPDF, error) {
	root := m.certificates[len(m.certificates)-1]
	path, err := m.buildChain([]*x509.Certificate{root}, valid)
	if err != nil {
		return nil, newFinding(itemCertificate, "%v", err)
	}
	if m.leaf.KeyUsage&(x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment) == 0 {
		return nil, newFinding(itemCertificate, "it does not allow signing")
	}
	s := &SealedPDF{Signer: m.leaf.Subject.CommonName, Fingerprint: fingerprintOf(root), ClaimedAt: p.claimedAt.Format(time.RFC3339)}
	s.Development = slices.ContainsFunc(path, func(c *x509.Certificate) bool {
		return strings.Contains(c.Subject.CommonName, "Recourse Development")
	})
	if wanted := normalizeFingerprint(p.options.Key); wanted != "" {
		if s.Expected = wanted == s.Fingerprint || wanted == fingerprintOf(m.leaf); !s.Expected {
			return nil, newFinding(itemCertificate, "not the expected one; this is %s with a root of fingerprint %s", s.Signer, s.Fingerprint)
		}
	}
	return s, nil
}
