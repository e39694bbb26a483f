package seal

import (
	"crypto"
	"encoding/asn1"
	"math/big"
	"testing"
	"time"

	"github.com/digitorus/timestamp"
)

// TokenOf takes the token and the signature it covers out of a CMS.
func TokenOf(t *testing.T, cms []byte) (token, signature []byte) {
	t.Helper()
	var parsed contentInfo
	if _, err := asn1.Unmarshal(cms, &parsed); err != nil {
		t.Fatal(err)
	}
	signer := parsed.Content.Signers[0]
	return signer.Unsigned[0].Values[0].FullBytes, signer.Signature
}

// CheckReply judges a reply to a request for a digest.
func CheckReply(a *Authority, reply []byte, digest [32]byte) (Stamp, error) {
	ask := timestamp.Request{HashAlgorithm: crypto.SHA256, HashedMessage: digest[:], Nonce: big.NewInt(1)}
	return a.check(reply, &ask, time.Time{})
}
