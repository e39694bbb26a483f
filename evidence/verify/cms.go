package verify

import (
	"bytes"
	"crypto"
	_ "crypto/sha256" // the digests of seals and time stamps
	_ "crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"math/big"
	"slices"
	"time"
)

// Seals and time stamps are CMS SignedData (RFC 5652). Parsing is strict: one
// signer, DER only, no unused certificates, so that almost no byte can be changed
// without being detected.

var (
	oidSignedData    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidContentType   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	oidMessageDigest = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	oidSigningCert   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 12}
	oidSigningCertV2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47}
)

type cmsInfo struct {
	Type    asn1.ObjectIdentifier
	Content cmsData `asn1:"explicit,tag:0"`
}

type cmsData struct {
	Version      int
	Digests      []pkix.AlgorithmIdentifier `asn1:"set"`
	Content      cmsContent
	Certificates asn1.RawValue
	Signers      []cmsSigner `asn1:"set"`
}

type cmsContent struct {
	Type    asn1.ObjectIdentifier
	Content asn1.RawValue `asn1:"optional"`
}

type cmsSigner struct {
	Version int
	Issuer  struct {
		Name   asn1.RawValue
		Serial *big.Int
	}
	Digest    pkix.AlgorithmIdentifier
	Signed    asn1.RawValue
	Algorithm pkix.AlgorithmIdentifier
	Signature []byte
	Unsigned  asn1.RawValue `asn1:"optional"`
}

type cmsAttribute struct {
	Type   asn1.ObjectIdentifier
	Values []asn1.RawValue `asn1:"set"`
}

// cmsMessage is a parsed message with exactly one signer.
type cmsMessage struct {
	data            cmsData
	signer          cmsSigner
	rawCertificates [][]byte // DER of the certificates, in their order
	certificates    []*x509.Certificate
	leaf            *x509.Certificate
	attributes      []cmsAttribute
	digest          crypto.Hash
}

var errCMS = errors.New("the signature is malformed")

// parseCMS parses a message with the given content type. The version must be 1
// for plain data and 3 for other types (RFC 5652 §5.1).
func parseCMS(der []byte, content asn1.ObjectIdentifier, version int) (*cmsMessage, error) {
	var info cmsInfo
	rest, err := asn1.Unmarshal(der, &info)
	if err != nil || len(rest) != 0 || !info.Type.Equal(oidSignedData) || !info.Content.Content.Type.Equal(content) {
		return nil, errCMS
	}
	again, err := asn1.Marshal(info)
	if err != nil || !bytes.Equal(again, der) {
		return nil, errCMS // not DER, or with unknown fields
	}
	m := &cmsMessage{data: info.Content}
	if m.data.Version != version || len(m.data.Signers) != 1 || len(m.data.Digests) != 1 || !isContextTag(m.data.Certificates, 0) {
		return nil, errCMS
	}
	m.signer = m.data.Signers[0]
	for rest := m.data.Certificates.Bytes; len(rest) > 0; {
		var one asn1.RawValue
		if rest, err = asn1.Unmarshal(rest, &one); err != nil {
			return nil, errCMS
		}
		m.rawCertificates = append(m.rawCertificates, one.FullBytes)
	}
	return m, m.readSigner()
}

// readCertificates parses the certificates and finds the signer's.
func (m *cmsMessage) readCertificates() error {
	for _, raw := range m.rawCertificates {
		certificate, err := x509.ParseCertificate(raw)
		if err != nil {
			return errors.New("a certificate is malformed")
		}
		m.certificates = append(m.certificates, certificate)
	}
	at := slices.IndexFunc(m.certificates, func(c *x509.Certificate) bool {
		return bytes.Equal(c.RawIssuer, m.signer.Issuer.Name.FullBytes) && m.signer.Issuer.Serial != nil &&
			c.SerialNumber.Cmp(m.signer.Issuer.Serial) == 0
	})
	if at < 0 {
		return errors.New("the signer's certificate is missing")
	}
	m.leaf = m.certificates[at]
	return nil
}

func isContextTag(v asn1.RawValue, tag int) bool {
	return v.Class == asn1.ClassContextSpecific && v.Tag == tag && v.IsCompound
}

func (m *cmsMessage) readSigner() error {
	s := m.signer
	m.digest = findHash(s.Digest)
	if s.Version != 1 || m.digest == 0 || findHash(m.data.Digests[0]) != m.digest || !isContextTag(s.Signed, 0) ||
		len(s.Unsigned.FullBytes) > 0 && !isContextTag(s.Unsigned, 1) {
		return errCMS
	}
	var err error
	m.attributes, err = parseAttributes(s.Signed)
	return err
}

// parseAttributes parses [n] IMPLICIT SET OF Attribute.
func parseAttributes(set asn1.RawValue) ([]cmsAttribute, error) {
	var attributes []cmsAttribute
	for rest := set.Bytes; len(rest) > 0; {
		var one cmsAttribute
		var err error
		if rest, err = asn1.Unmarshal(rest, &one); err != nil {
			return nil, errCMS
		}
		attributes = append(attributes, one)
	}
	return attributes, nil
}

// findAttribute returns the value of an attribute that occurs once with one value.
func findAttribute(all []cmsAttribute, id asn1.ObjectIdentifier) ([]byte, bool) {
	var value []byte
	for _, one := range all {
		if !one.Type.Equal(id) {
			continue
		}
		if value != nil || len(one.Values) != 1 {
			return nil, false
		}
		value = one.Values[0].FullBytes
	}
	return value, value != nil
}

var hashAlgorithms = []struct {
	id   asn1.ObjectIdentifier
	hash crypto.Hash
}{
	{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}, crypto.SHA256},
	{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 2}, crypto.SHA384},
	{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 3}, crypto.SHA512},
}

// findHash returns the hash function, or 0 if it is unknown or no longer secure.
func findHash(algorithm pkix.AlgorithmIdentifier) crypto.Hash {
	for _, known := range hashAlgorithms {
		if algorithm.Algorithm.Equal(known.id) && hasNoParameters(algorithm) {
			return known.hash
		}
	}
	return 0
}

// hasNoParameters reports whether the parameters are absent or NULL.
func hasNoParameters(algorithm pkix.AlgorithmIdentifier) bool {
	raw := algorithm.Parameters.FullBytes
	return len(raw) == 0 || bytes.Equal(raw, asn1.NullBytes)
}

var (
	oidRSA          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}
	rsaOIDs         = []asn1.ObjectIdentifier{{1, 2, 840, 113549, 1, 1, 11}, {1, 2, 840, 113549, 1, 1, 12}, {1, 2, 840, 113549, 1, 1, 13}}
	ecdsaOIDs       = []asn1.ObjectIdentifier{{1, 2, 840, 10045, 4, 3, 2}, {1, 2, 840, 10045, 4, 3, 3}, {1, 2, 840, 10045, 4, 3, 4}}
	rsaAlgorithms   = []x509.SignatureAlgorithm{x509.SHA256WithRSA, x509.SHA384WithRSA, x509.SHA512WithRSA}
	ecdsaAlgorithms = []x509.SignatureAlgorithm{x509.ECDSAWithSHA256, x509.ECDSAWithSHA384, x509.ECDSAWithSHA512}
)

// verifyContent checks the signature and that the signed attributes contain this
// content type and digest.
func (m *cmsMessage) verifyContent(content asn1.ObjectIdentifier, digest []byte) error {
	if err := m.checkSignature(); err != nil {
		return err
	}
	var kind asn1.ObjectIdentifier
	raw, _ := findAttribute(m.attributes, oidContentType)
	if rest, err := asn1.Unmarshal(raw, &kind); err != nil || len(rest) > 0 || !kind.Equal(content) {
		return errCMS
	}
	var signedDigest []byte
	raw, _ = findAttribute(m.attributes, oidMessageDigest)
	if rest, err := asn1.Unmarshal(raw, &signedDigest); err != nil || len(rest) > 0 {
		return errCMS
	}
	if !bytes.Equal(signedDigest, digest) {
		return errDigest
	}
	return nil
}

var errDigest = errors.New("the signed digest is not that of the content")

func (m *cmsMessage) checkSignature() error {
	at := slices.IndexFunc(hashAlgorithms, func(known struct {
		id   asn1.ObjectIdentifier
		hash crypto.Hash
	}) bool {
		return known.hash == m.digest
	})
	id := m.signer.Algorithm.Algorithm
	var algorithm x509.SignatureAlgorithm
	switch {
	case !hasNoParameters(m.signer.Algorithm):
		return errCMS
	case id.Equal(oidRSA), id.Equal(rsaOIDs[at]):
		algorithm = rsaAlgorithms[at]
	case id.Equal(ecdsaOIDs[at]):
		algorithm = ecdsaAlgorithms[at]
	default:
		return errors.New("the signature algorithm is not supported")
	}
	signed := bytes.Clone(m.signer.Signed.FullBytes)
	signed[0] = 0x31 // SET OF, as it was signed (RFC 5652 §5.4)
	if err := m.leaf.CheckSignature(algorithm, signed, m.signer.Signature); err != nil {
		return errors.New("the signature is wrong")
	}
	return nil
}

// buildChain builds the chain from the signer's certificate to a trust anchor. Every
// certificate must be valid at the given time, and the chain must use every
// certificate of the message.
func (m *cmsMessage) buildChain(anchors []*x509.Certificate, at time.Time) ([]*x509.Certificate, error) {
	path := []*x509.Certificate{m.leaf}
	for {
		last := path[len(path)-1]
		if at.Before(last.NotBefore) || at.After(last.NotAfter) {
			return nil, errNotValidThen
		}
		if slices.ContainsFunc(anchors, last.Equal) {
			break
		}
		issuer := findIssuer(last, slices.Concat(m.certificates, anchors))
		if bytes.Equal(last.RawSubject, last.RawIssuer) {
			issuer = nil // a root that is not trusted
		}
		if issuer == nil || len(path) > len(m.certificates) {
			return nil, errors.New("its certificate chain does not end at a trusted root")
		}
		path = append(path, issuer)
	}
	for _, certificate := range m.certificates {
		if !slices.ContainsFunc(path, certificate.Equal) {
			return nil, errors.New("it contains a certificate that the signature does not use")
		}
	}
	return path, nil
}

var errNotValidThen = errors.New("its certificate was not valid at that time")

func findIssuer(certificate *x509.Certificate, among []*x509.Certificate) *x509.Certificate {
	for _, other := range among {
		if bytes.Equal(certificate.RawIssuer, other.RawSubject) && !other.Equal(certificate) && certificate.CheckSignatureFrom(other) == nil {
			return other
		}
	}
	return nil
}

func fingerprintOf(certificate *x509.Certificate) string {
	hash := crypto.SHA256.New()
	hash.Write(certificate.Raw)
	return hex.EncodeToString(hash.Sum(nil))
}

// parsePEM parses PEM certificates. It fails if there is any other content.
func parsePEM(raw []byte) ([]*x509.Certificate, bool) {
	var all []*x509.Certificate
	var again []byte
	for block, rest := pem.Decode(raw); block != nil; block, rest = pem.Decode(rest) {
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil || block.Type != "CERTIFICATE" {
			return nil, false
		}
		all = append(all, certificate)
		again = append(again, pem.EncodeToMemory(block)...)
	}
	return all, len(all) > 0 && bytes.Equal(again, raw)
}
