package seal

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"math/big"
	"slices"
)

// Object identifiers of RFC 5652, RFC 5035, RFC 3161 and of the algorithms.
var (
	oidData          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	oidSignedData    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidContentType   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	oidMessageDigest = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	oidSigningCertV2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47}
	oidToken         = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 14}
	oidSHA256        = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}
	oidRSA           = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}
	oidECDSA         = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2} // with SHA-256
)

// The structures of RFC 5652 §5 with the fields that a seal uses.
type contentInfo struct {
	Type    asn1.ObjectIdentifier
	Content signedData `asn1:"explicit,tag:0"`
}

type signedData struct {
	Version      int
	Digests      []pkix.AlgorithmIdentifier `asn1:"set"`
	Content      struct{ Type asn1.ObjectIdentifier }
	Certificates asn1.RawValue
	Signers      []signerInfo `asn1:"set"`
}

type signerInfo struct {
	Version   int
	Issuer    issuerAndSerial
	Digest    pkix.AlgorithmIdentifier
	Signed    asn1.RawValue // [0] IMPLICIT SET OF Attribute
	Algorithm pkix.AlgorithmIdentifier
	Signature []byte
	Unsigned  []attribute `asn1:"optional,omitempty,set,tag:1"`
}

type issuerAndSerial struct {
	Issuer asn1.RawValue
	Serial *big.Int
}

type attribute struct {
	Type   asn1.ObjectIdentifier
	Values []asn1.RawValue `asn1:"set"`
}

// essCertificates is SigningCertificateV2 (RFC 5035 §3). The algorithm is omitted
// because SHA-256 is its default.
type essCertificates struct{ IDs []essCertificate }

type essCertificate struct{ Hash []byte }

// signature is a signature with the attributes it signs.
type signature struct {
	identity         *Identity
	signedAttributes []byte // DER of the signed attributes, without their SET header
	value            []byte
}

// signDigest signs the attributes for a file with this digest. The attributes list
// all certificates up to the root, so that none can be exchanged.
func (i *Identity) signDigest(digest [sha256.Size]byte) (*signature, error) {
	ids := essCertificates{}
	for _, certificate := range i.chain {
		sum := sha256.Sum256(certificate.Raw)
		ids.IDs = append(ids.IDs, essCertificate{sum[:]})
	}
	var attributes [][]byte
	for _, one := range []struct {
		id    asn1.ObjectIdentifier
		value any
	}{{oidContentType, oidData}, {oidMessageDigest, digest[:]}, {oidSigningCertV2, ids}} {
		der, err := marshalAttribute(one.id, one.value)
		if err != nil {
			return nil, err
		}
		attributes = append(attributes, der)
	}
	slices.SortFunc(attributes, bytes.Compare) // DER requires a sorted SET OF
	s := &signature{identity: i, signedAttributes: bytes.Join(attributes, nil)}
	set, err := asn1.Marshal(asn1.RawValue{Tag: asn1.TagSet, IsCompound: true, Bytes: s.signedAttributes})
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(set)
	s.value, err = i.key.Sign(rand.Reader, sum[:], crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("signing: %w", err)
	}
	return s, nil
}

func marshalAttribute(id asn1.ObjectIdentifier, value any) ([]byte, error) {
	der, err := asn1.Marshal(value)
	if err != nil {
		return nil, err
	}
	return asn1.Marshal(attribute{Type: id, Values: []asn1.RawValue{{FullBytes: der}}})
}

// encodeCMS returns the CMS message in DER, with the time stamp unless it is nil.
func (s *signature) encodeCMS(token []byte) ([]byte, error) {
	leaf := s.identity.chain[0]
	var certificates []byte
	for _, certificate := range s.identity.chain {
		certificates = append(certificates, certificate.Raw...)
	}
	digest := pkix.AlgorithmIdentifier{Algorithm: oidSHA256}
	signer := signerInfo{
		Version: 1, Issuer: issuerAndSerial{asn1.RawValue{FullBytes: leaf.RawIssuer}, leaf.SerialNumber},
		Digest: digest, Algorithm: s.identity.signatureAlgorithm(), Signature: s.value,
		Signed: asn1.RawValue{Class: asn1.ClassContextSpecific, IsCompound: true, Bytes: s.signedAttributes},
	}
	if token != nil {
		signer.Unsigned = []attribute{{Type: oidToken, Values: []asn1.RawValue{{FullBytes: token}}}}
	}
	data := signedData{
		Version: 1, Digests: []pkix.AlgorithmIdentifier{digest}, Signers: []signerInfo{signer},
		Certificates: asn1.RawValue{Class: asn1.ClassContextSpecific, IsCompound: true, Bytes: certificates},
	}
	data.Content.Type = oidData
	return asn1.Marshal(contentInfo{Type: oidSignedData, Content: data})
}

func (i *Identity) signatureAlgorithm() pkix.AlgorithmIdentifier {
	if _, is := i.key.(*ecdsa.PrivateKey); is {
		return pkix.AlgorithmIdentifier{Algorithm: oidECDSA}
	}
	return pkix.AlgorithmIdentifier{Algorithm: oidRSA, Parameters: asn1.NullRawValue}
}
