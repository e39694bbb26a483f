package verify

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // what older authorities name their certificate by (RFC 2634)
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

// Stamp is outside time: an authority's word that something existed by then.
type Stamp struct {
	At          string `json:"at"`          // RFC 3339, UTC
	Authority   string `json:"authority"`   // common name of its certificate
	Fingerprint string `json:"fingerprint"` // hex SHA-256 of the certificate trust begins at
	Expected    bool   `json:"expected"`    // the fingerprint is the one Options.Authority asked for
}

// clockSlack is how much earlier than the journal's newest entry a stamp may
// be: authorities give whole seconds, and clocks differ.
const clockSlack = 2 * time.Second

var (
	oidTSTInfo = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}
	oidToken   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 14}
)

const maxToken = 64 << 10

// tstInfo is as much of a TSTInfo (RFC 3161 §2.4.2) as is judged; all of it is
// signed.
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

var generalized = regexp.MustCompile(`^[0-9]{14}(\.[0-9]{1,9})?Z$`)

func (i *tstInfo) at() (time.Time, bool) {
	text := string(i.Time.Bytes)
	if i.Time.Tag != asn1.TagGeneralizedTime || !generalized.MatchString(text) {
		return time.Time{}, false
	}
	at, err := time.Parse("20060102150405Z", text[:14]+"Z") // fractions are let go: earlier is stricter
	return at, err == nil
}

// token judges a time stamp over a digest. Anchors are where its certificates
// must lead. It gives the time the authority said.
func (o Options) token(der []byte, digest [sha256.Size]byte, anchors []*x509.Certificate, notBefore time.Time) (*Stamp, time.Time, error) {
	m, err := parseCMS(der, oidTSTInfo, 3)
	if err == nil {
		err = m.readCertificates()
	}
	if err != nil {
		return nil, time.Time{}, err
	}
	var content []byte
	if !isContext(m.data.Content.Content, 0) {
		return nil, time.Time{}, errCMS
	}
	if rest, err := asn1.Unmarshal(m.data.Content.Content.Bytes, &content); err != nil || len(rest) > 0 {
		return nil, time.Time{}, errCMS
	}
	hash := m.digest.New()
	hash.Write(content)
	if err := m.verify(oidTSTInfo, hash.Sum(nil)); err != nil {
		return nil, time.Time{}, err
	}
	if !m.namesLeaf() {
		return nil, time.Time{}, errors.New("it was signed with another certificate than it names")
	}
	at, err := readTSTInfo(content, digest)
	if err != nil {
		return nil, time.Time{}, err
	}
	stamp, err := o.judgeAuthority(m, anchors, at)
	if err != nil {
		return nil, time.Time{}, err
	}
	if at.Add(clockSlack).Before(notBefore) {
		return nil, time.Time{}, errors.New("its time " + stamp.At + " is before what it covers")
	}
	return stamp, at, nil
}

func readTSTInfo(content []byte, digest [sha256.Size]byte) (time.Time, error) {
	var info tstInfo
	if rest, err := asn1.Unmarshal(content, &info); err != nil || len(rest) > 0 || info.Version != 1 {
		return time.Time{}, errCMS
	}
	if hashOf(info.Imprint.Algorithm) != hashes[0].hash || !bytes.Equal(info.Imprint.Digest, digest[:]) {
		return time.Time{}, errors.New("it was given for something else")
	}
	at, ok := info.at()
	if !ok {
		return time.Time{}, errCMS
	}
	return at, nil
}

// judgeAuthority checks that the signer was one for time stamps then.
func (o Options) judgeAuthority(m *cms, anchors []*x509.Certificate, at time.Time) (*Stamp, error) {
	if len(m.leaf.ExtKeyUsage) != 1 || m.leaf.ExtKeyUsage[0] != x509.ExtKeyUsageTimeStamping || len(m.leaf.UnknownExtKeyUsage) > 0 {
		return nil, errors.New("its certificate is not one for time stamps")
	}
	path, err := m.chain(anchors, at)
	if err != nil {
		return nil, err
	}
	stamp := &Stamp{
		At: at.Format(time.RFC3339), Authority: m.leaf.Subject.CommonName, Fingerprint: fingerprintOf(path[len(path)-1]),
	}
	if wanted := plainFingerprint(o.Authority); wanted != "" {
		stamp.Expected = slices.ContainsFunc(path, func(c *x509.Certificate) bool { return fingerprintOf(c) == wanted })
		if !stamp.Expected {
			return nil, errors.New("it is not of the expected authority, but of " + stamp.Authority + " with fingerprint " + stamp.Fingerprint)
		}
	}
	return stamp, nil
}

func plainFingerprint(text string) string {
	return strings.ToLower(strings.ReplaceAll(strings.TrimSpace(text), ":", ""))
}

// namesLeaf compares the signer's certificate with the one the signed
// attributes name, by SHA-256 or, from older authorities, SHA-1.
func (m *cms) namesLeaf() bool {
	if raw, ok := attribute(m.attributes, oidSigningCertV2); ok {
		var named struct{ IDs []asn1.RawValue }
		if _, err := asn1.Unmarshal(raw, &named); err != nil || len(named.IDs) == 0 {
			return false
		}
		return namedV2(named.IDs[0].FullBytes, m.leaf.Raw)
	}
	var named struct {
		IDs []struct{ Hash []byte }
	}
	raw, _ := attribute(m.attributes, oidSigningCert)
	if _, err := asn1.Unmarshal(raw, &named); err != nil || len(named.IDs) == 0 {
		return false
	}
	sum := sha1.Sum(m.leaf.Raw) //nolint:gosec // see the import
	return bytes.Equal(named.IDs[0].Hash, sum[:])
}

// namedV2 reads an ESSCertIDv2, whose algorithm is SHA-256 when it is not said.
func namedV2(raw, certificate []byte) bool {
	var short struct{ Hash []byte }
	hash := hashes[0].hash
	if _, err := asn1.Unmarshal(raw, &short); err != nil {
		var long struct {
			Algorithm pkix.AlgorithmIdentifier
			Hash      []byte
		}
		if _, err := asn1.Unmarshal(raw, &long); err != nil {
			return false
		}
		if hash = hashOf(long.Algorithm); hash == 0 {
			return false
		}
		short.Hash = long.Hash
	}
	sum := hash.New()
	sum.Write(certificate)
	return bytes.Equal(short.Hash, sum.Sum(nil))
}
