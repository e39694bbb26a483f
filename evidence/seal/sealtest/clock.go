package sealtest

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"math/big"
	"testing"
	"time"

	"github.com/digitorus/timestamp"

	"recourse/evidence/seal"
)

// Clock is a time-stamping authority that stamps with the time At, for stamps that
// no honest authority would issue.
type Clock struct {
	At   time.Time
	t    testing.TB
	leaf *x509.Certificate
	key  *ecdsa.PrivateKey
	root []byte
}

// NewClock creates an authority whose certificate is valid between two times.
func NewClock(t testing.TB, from, to time.Time) *Clock {
	t.Helper()
	c := &Clock{t: t, At: from}
	rootKey, key := createKeyPair(t), createKeyPair(t)
	root := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "clock root"}, NotBefore: from.AddDate(-9, 0, 0), NotAfter: to.AddDate(9, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign, SubjectKeyId: []byte{1},
	}
	usage, err := asn1.Marshal([]asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 8}})
	if err != nil {
		t.Fatal(err)
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "clock"}, NotBefore: from, NotAfter: to,
		KeyUsage: x509.KeyUsageDigitalSignature, SubjectKeyId: []byte{2},
		ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: true, Value: usage}},
	}
	rootDER, err := x509.CreateCertificate(rand.Reader, root, root, rootKey.Public(), rootKey)
	if err != nil {
		t.Fatal(err)
	}
	leafDER, err := x509.CreateCertificate(rand.Reader, leaf, root, key.Public(), rootKey)
	if err != nil {
		t.Fatal(err)
	}
	if c.leaf, err = x509.ParseCertificate(leafDER); err != nil {
		t.Fatal(err)
	}
	c.key, c.root = key, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: rootDER})
	return c
}

func createKeyPair(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// RootsPEM implements seal.Stamper.
func (c *Clock) RootsPEM() []byte { return c.root }

// Stamp implements seal.Stamper. It ignores notBefore.
func (c *Clock) Stamp(_ context.Context, digest [32]byte, _ time.Time) (seal.Stamp, error) {
	c.t.Helper()
	stamp := timestamp.Timestamp{
		HashAlgorithm: crypto.SHA256, HashedMessage: digest[:], Time: c.At.UTC().Truncate(time.Second), Policy: asn1.ObjectIdentifier{1, 2, 3},
		AddTSACertificate: true, Nonce: big.NewInt(1),
	}
	reply, err := stamp.CreateResponseWithOpts(c.leaf, c.key, crypto.SHA256)
	if err != nil {
		c.t.Fatal(err)
	}
	parsed, err := timestamp.ParseResponse(reply)
	if err != nil {
		c.t.Fatal(err)
	}
	return seal.Stamp{Token: parsed.RawToken, At: parsed.Time}, nil
}
