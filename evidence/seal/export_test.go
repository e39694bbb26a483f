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

// CheckReply checks a reply to a request for a digest.
func CheckReply(a *Authority, reply []byte, digest [32]byte) (Stamp, error) {
	return a.checkReply(reply, newStampRequest(digest, big.NewInt(1)), time.Time{})
}
