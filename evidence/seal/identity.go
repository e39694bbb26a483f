package seal

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Identity is the signer of a seal: a key with its certificate chain.
type Identity struct {
	key   crypto.Signer
	chain []*x509.Certificate // the certificate of the key first, the root last
}

// minRSA is the minimum length of an RSA key in bits (GM/T 0054 and NIST SP 800-57
// both require 2048).
const minRSA = 2048

// LoadIdentity parses certificates in PEM, the certificate of the key first and each
// followed by its issuer up to a root, and the private key in PEM (PKCS #8, or the
// older formats for EC and RSA).
func LoadIdentity(certificates, key []byte) (*Identity, error) {
	chain, err := parseCertificates(certificates)
	if err != nil {
		return nil, fmt.Errorf("seal certificate: %w", err)
	}
	signer, err := parseKey(key)
	if err != nil {
		return nil, fmt.Errorf("seal key: %w", err)
	}
	if err := checkChain(chain, signer); err != nil {
		return nil, fmt.Errorf("seal certificate: %w", err)
	}
	return &Identity{key: signer, chain: chain}, nil
}

// CommonName returns the common name of the certificate.
func (i *Identity) CommonName() string { return i.chain[0].Subject.CommonName }

// Fingerprint returns the hex SHA-256 of the root certificate, the same as
// `openssl x509 -fingerprint -sha256` prints. Users compare it with a fingerprint
// from another source.
func (i *Identity) Fingerprint() string {
	sum := sha256.Sum256(i.chain[len(i.chain)-1].Raw)
	return hex.EncodeToString(sum[:])
}

// IsDevelopment reports whether NewDevelopmentAuthority created the certificate.
// Documents sealed with it must print DevelopmentNotice.
func (i *Identity) IsDevelopment() bool {
	return slices.ContainsFunc(i.chain, func(c *x509.Certificate) bool {
		return strings.Contains(c.Subject.CommonName, developmentMark)
	})
}

func parseCertificates(raw []byte) ([]*x509.Certificate, error) {
	var chain []*x509.Certificate
	for block, rest := pem.Decode(raw); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			return nil, fmt.Errorf("a PEM block %q among certificates", block.Type)
		}
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		chain = append(chain, certificate)
	}
	if len(chain) == 0 {
		return nil, errors.New("no certificate in PEM form")
	}
	return chain, nil
}

func parseKey(raw []byte) (crypto.Signer, error) {
	block, _ := pem.Decode(raw)
	if block == nil {
		return nil, errors.New("no key in PEM form")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		parsed, err = parseOlderKey(block)
	}
	if err != nil {
		return nil, errors.New("neither PKCS #8, nor an EC, nor an RSA key") // the library's error might contain parts of the key
	}
	switch key := parsed.(type) {
	case *ecdsa.PrivateKey:
		return key, nil
	case *rsa.PrivateKey:
		if key.N.BitLen() < minRSA {
			return nil, fmt.Errorf("an RSA key of %d bits; at least %d are needed", key.N.BitLen(), minRSA)
		}
		return key, nil
	}
	return nil, errors.New("neither an EC nor an RSA key; PDF readers support no other")
}

func parseOlderKey(block *pem.Block) (any, error) {
	if block.Type == "EC PRIVATE KEY" {
		return x509.ParseECPrivateKey(block.Bytes)
	}
	return x509.ParsePKCS1PrivateKey(block.Bytes)
}

// checkChain returns an error for a chain that no reader would accept.
func checkChain(chain []*x509.Certificate, key crypto.Signer) error {
	own, isKey := chain[0].PublicKey.(interface{ Equal(x crypto.PublicKey) bool })
	if !isKey || !own.Equal(key.Public()) {
		return errors.New("the first certificate is not that of the key")
	}
	if chain[0].KeyUsage&(x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment) == 0 {
		return errors.New("the certificate does not allow signing")
	}
	for i, certificate := range chain {
		issuer := chain[min(i+1, len(chain)-1)] // the root is its own issuer
		if err := certificate.CheckSignatureFrom(issuer); err != nil {
			return fmt.Errorf("%q is not issued by the one that follows: %w", certificate.Subject.CommonName, err)
		}
	}
	return nil
}

// RootPEM returns the root certificate in PEM, for verification with openssl.
func (i *Identity) RootPEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: i.chain[len(i.chain)-1].Raw})
}
