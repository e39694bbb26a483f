package verify

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // older authorities identify their certificate by SHA-1 (RFC 2634)
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Stamp is a time stamp by a time-stamping authority (RFC 3161).
type Stamp struct {
	At          string `json:"at"`          // RFC 3339, UTC
	Authority   string `json:"authority"`   // common name of its certificate
	Fingerprint string `json:"fingerprint"` // hex SHA-256 of the root certificate
	Expected    bool   `json:"expected"`    // a certificate of the chain matches Options.Authority
}

// clockSlack is how much a time stamp may be earlier than the newest entry it
// covers: authorities give whole seconds, and clocks differ.
const clockSlack = 2 * time.Second

var (
	oidTSTInfo = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}
	oidToken   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 14}
)

const maxToken = 64 << 10

// tstInfo holds the checked fields of a TSTInfo (RFC 3161 §2.4.2).
type tstInfo struct {
	Version int
	Policy  asn1.ObjectIdentifier
	Imprint struct {
		Algorithm pkix.AlgorithmIdentifier
		Digest    []byte
	}
	Serial *big.Int
	Time   asn1.RawValue
}

var generalizedTime = regexp.MustCompile(`^[0-9]{14}(\.[0-9]{1,9})?Z$`)

func (i *tstInfo) genTime() (time.Time, bool) {
	text := string(i.Time.Bytes)
	if i.Time.Tag != asn1.TagGeneralizedTime || !generalizedTime.MatchString(text) {
		return time.Time{}, false
	}
	at, err := time.Parse("20060102150405Z", text[:14]+"Z") // without fractions: an earlier time is stricter
	return at, err == nil
}

// verifyToken verifies a time stamp over a digest and returns its time. The chain of
// its certificate must end at one of the anchors.
func (o Options) verifyToken(der []byte, digest [sha256.Size]byte, anchors []*x509.Certificate, notBefore time.Time) (*Stamp, time.Time, error) {
	m, err := parseCMS(der, oidTSTInfo, 3)
	if err == nil {
		err = m.readCertificates()
	}
	if err != nil {
		return nil, time.Time{}, err
	}
	content, err := m.readContent()
	if err != nil {
		return nil, time.Time{}, err
	}
	hash := m.digest.New()
	hash.Write(content)
	if err := m.verifyContent(oidTSTInfo, hash.Sum(nil)); err != nil {
		return nil, time.Time{}, err
	}
	if !m.namesSigner() {
		return nil, time.Time{}, errors.New("it was not signed with the certificate it names")
	}
	at, err := readTSTInfo(content, digest)
	if err != nil {
		return nil, time.Time{}, err
	}
	stamp, err := o.checkAuthority(m, anchors, at)
	if err != nil {
		return nil, time.Time{}, err
	}
	if at.Add(clockSlack).Before(notBefore) {
		return nil, time.Time{}, errors.New("its time " + stamp.At + " is earlier than what it covers")
	}
	return stamp, at, nil
}

// readContent returns the content that the message contains.
func (m *cmsMessage) readContent() (content []byte, err error) {
	if !isContextTag(m.data.Content.Content, 0) {
		return nil, errCMS
	}
	if rest, err := asn1.Unmarshal(m.data.Content.Content.Bytes, &content); err != nil || len(rest) > 0 {
		return nil, errCMS
	}
	return content, nil
}

func readTSTInfo(content []byte, digest [sha256.Size]byte) (time.Time, error) {
	var info tstInfo
	if rest, err := asn1.Unmarshal(content, &info); err != nil || len(rest) > 0 || info.Version != 1 {
		return time.Time{}, errCMS
	}
	if findHash(info.Imprint.Algorithm) != hashAlgorithms[0].hash || !bytes.Equal(info.Imprint.Digest, digest[:]) {
		return time.Time{}, errors.New("it is a time stamp of something else")
	}
	at, ok := info.genTime()
	if !ok {
		return time.Time{}, errCMS
	}
	return at, nil
}

// checkAuthority checks that the signer's certificate is for time stamps and valid
// at that time.
func (o Options) checkAuthority(m *cmsMessage, anchors []*x509.Certificate, at time.Time) (*Stamp, error) {
	if len(m.leaf.ExtKeyUsage) != 1 || m.leaf.ExtKeyUsage[0] != x509.ExtKeyUsageTimeStamping || len(m.leaf.UnknownExtKeyUsage) > 0 {
		return nil, errors.New("its certificate is not for time stamps")
	}
	path, err := m.buildChain(anchors, at)
	if err != nil {
		return nil, err
	}
	stamp := &Stamp{
		At: at.Format(time.RFC3339), Authority: m.leaf.Subject.CommonName, Fingerprint: fingerprintOf(path[len(path)-1]),
	}
	if wanted := normalizeFingerprint(o.Authority); wanted != "" {
		stamp.Expected = slices.ContainsFunc(path, func(c *x509.Certificate) bool { return fingerprintOf(c) == wanted })
		if !stamp.Expected {
			return nil, errors.New("it is not by the expected authority, but by " + stamp.Authority + " with fingerprint " + stamp.Fingerprint)
		}
	}
	return stamp, nil
}

func normalizeFingerprint(text string) string {
	return strings.ToLower(strings.ReplaceAll(strings.TrimSpace(text), ":", ""))
}

// namesSigner reports whether the signed attributes name the signer's certificate,
// by SHA-256 or, for older authorities, by SHA-1.
func (m *cmsMessage) namesSigner() bool {
	if raw, ok := findAttribute(m.attributes, oidSigningCertV2); ok {
		var named struct{ IDs []asn1.RawValue }
		if _, err := asn1.Unmarshal(raw, &named); err != nil || len(named.IDs) == 0 {
			return false
		}
		return matchesCertIDV2(named.IDs[0].FullBytes, m.leaf.Raw)
	}
	var named struct {
		IDs []struct{ Hash []byte }
	}
	raw, _ := findAttribute(m.attributes, oidSigningCert)
	if _, err := asn1.Unmarshal(raw, &named); err != nil || len(named.IDs) == 0 {
		return false
	}
	sum := sha1.Sum(m.leaf.Raw) //nolint:gosec // see the import
	return bytes.Equal(named.IDs[0].Hash, sum[:])
}

// matchesCertIDV2 compares a certificate with an ESSCertIDv2, whose default
// algorithm is SHA-256.
func matchesCertIDV2(raw, certificate []byte) bool {
	var short struct{ Hash []byte }
	hash := hashAlgorithms[0].hash
	if _, err := asn1.Unmarshal(raw, &short); err != nil {
		var long struct {
			Algorithm pkix.AlgorithmIdentifier
			Hash      []byte
		}
		if _, err := asn1.Unmarshal(raw, &long); err != nil {
			return false
		}
		if hash = findHash(long.Algorithm); hash == 0 {
			return false
		}
		short.Hash = long.Hash
	}
	sum := hash.New()
	sum.Write(certificate)
	return bytes.Equal(short.Hash, sum.Sum(nil))
}
