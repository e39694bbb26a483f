package seal

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha1" //nolint:gosec // names a key (RFC 5280 §4.2.1.2), protects nothing
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"time"
)

// DevelopmentNotice is the text that documents with a development seal must print.
const DevelopmentNotice = "开发用证书，仅供测试，不具法律效力"

// developmentMark is in the common name of every development certificate. Verifiers
// recognize them by it.
const developmentMark = "Recourse Development"

// developmentYears is the validity of the certificates.
const developmentYears = 10

// NewDevelopmentAuthority creates a root and a certificate issued by it, for
// development. Their names state that they have no legal effect. The key of the
// root is discarded, so that it cannot issue other certificates. The certificates
// are PEM, the root last. The key is secret (PKCS #8, PEM): store it in a file of
// mode 0600.
func NewDevelopmentAuthority(now time.Time, random io.Reader) (certificates, key []byte, err error) {
	rootKey, err := newKey(random)
	if err != nil {
		return nil, nil, err
	}
	leafKey, err := newKey(random)
	if err != nil {
		return nil, nil, err
	}
	root := newTemplate(1, developmentMark+" Root 开发用根证书（不具法律效力）", now, rootKey)
	root.IsCA, root.BasicConstraintsValid, root.MaxPathLenZero = true, true, true
	root.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	leaf := newTemplate(2, developmentMark+" Seal 开发用签章证书（不具法律效力）", now, leafKey)
	leaf.KeyUsage = x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment
	leaf.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection} // usual for document signing
	rootDER, err := x509.CreateCertificate(random, root, root, rootKey.Public(), rootKey)
	if err != nil {
		return nil, nil, fmt.Errorf("development root: %w", err)
	}
	leafDER, err := x509.CreateCertificate(random, leaf, root, leafKey.Public(), rootKey)
	if err != nil {
		return nil, nil, fmt.Errorf("development certificate: %w", err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(leafKey)
	if err != nil {
		return nil, nil, fmt.Errorf("development key: %w", err)
	}
	for _, der := range [][]byte{leafDER, rootDER} {
		certificates = append(certificates, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	}
	return certificates, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), nil
}

func newTemplate(serial int64, name string, now time.Time, key *ecdsa.PrivateKey) *x509.Certificate {
	public, err := key.PublicKey.Bytes()
	if err != nil {
		panic("seal: a new key always has a public key: " + err.Error())
	}
	id := sha1.Sum(public) //nolint:gosec // see the import
	unique := new(big.Int).SetBytes(id[:8])
	return &x509.Certificate{
		SerialNumber: unique.Add(unique.Lsh(unique, 8), big.NewInt(serial)),
		Subject:      pkix.Name{CommonName: name, Organization: []string{"开发与测试 Development only"}},
		NotBefore:    now.UTC().Add(-time.Hour), NotAfter: now.UTC().AddDate(developmentYears, 0, 0),
		SubjectKeyId: id[:],
	}
}

// newKey uses the given source of randomness, which ecdsa.GenerateKey ignores.
func newKey(random io.Reader) (*ecdsa.PrivateKey, error) {
	for {
		scalar := make([]byte, 32)
		if _, err := io.ReadFull(random, scalar); err != nil {
			return nil, fmt.Errorf("development key: %w", err)
		}
		if key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), scalar); err == nil {
			return key, nil // otherwise zero or above the group order: one in 2³²
		}
	}
}
