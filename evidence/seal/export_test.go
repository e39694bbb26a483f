package seal

import (
	"crypto"
	"encoding/asn1"
	"math/big"
	"testing"
	"time"

	"github.com/digitorus/timestamp"
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

// CheckReply checks a reply to a request for a digest.
func CheckReply(a *Authority, reply []byte, digest [32]byte) (Stamp, error) {
	ask := timestamp.Request{HashAlgorithm: crypto.SHA256, HashedMessage: digest[:], Nonce: big.NewInt(1)}
	return a.checkReply(reply, &ask, time.Time{})
}
