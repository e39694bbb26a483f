package seal

import (
	"encoding/asn1"
	"math/big"
	"testing"
	"time"
)

// TokenOf returns the time stamp of a CMS message and the signature it covers.
func TokenOf(t *testing.T, cms []byte) (token, signature []byte) {
	t.Helper()
	var parsed contentInfo
	if _, err := asn1.Unmarshal(cms, &parsed); err != nil {
		t.Fatal(err)
	}
	signer := parsed.Content.Signers[0]
	return signer.Unsigned[0].Values[0].FullBytes, signer.Signature
}

// NewQuery returns a request for a digest in DER.
func NewQuery(t testing.TB, digest [32]byte, nonce int64) []byte {
	t.Helper()
	der, err := asn1.Marshal(newStampRequest(digest, big.NewInt(nonce)))
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// CheckReply checks a reply to a request for a digest.
func CheckReply(a *Authority, reply []byte, digest [32]byte) (Stamp, error) {
	return a.checkReply(reply, newStampRequest(digest, big.NewInt(1)), time.Time{})
}
