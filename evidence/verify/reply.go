package verify

import (
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"time"
)

// Token is a time stamp that an authority has just issued.
type Token struct {
	DER   []byte
	At    time.Time
	Nonce *big.Int // of the request; nil: the token has none
}

// ErrRejected means that an authority refused to issue a time stamp.
var ErrRejected = errors.New("it rejected the request")

// stampReply is a TimeStampResp (RFC 3161 §2.4.2). The texts of the authority are not read:
// they are foreign and would be logged.
type stampReply struct {
	Status struct{ Status int }
	Token  asn1.RawValue `asn1:"optional"`
}

// The values of PKIStatus with which a reply contains a token.
const (
	statusGranted         = 0
	statusGrantedWithMods = 1
)

// CheckReply verifies the reply of an authority to a request for a digest with the reader of
// bags, so a token that it accepts is valid in every bag. It reads bytes from strangers: DER
// of a fixed depth, without recursion.
func CheckReply(reply []byte, digest [32]byte, roots []*x509.Certificate) (Token, error) {
	if len(reply) > maxToken {
		return Token{}, fmt.Errorf("it is longer than %d bytes", maxToken)
	}
	var r stampReply
	rest, err := asn1.Unmarshal(reply, &r)
	switch {
	case err != nil || len(rest) > 0:
		return Token{}, errCMS
	case r.Status.Status != statusGranted && r.Status.Status != statusGrantedWithMods:
		return Token{}, fmt.Errorf("%w (status %d)", ErrRejected, r.Status.Status)
	}
	token := r.Token.FullBytes
	_, at, err := Options{}.verifyToken(token, digest, roots, time.Time{})
	if err != nil {
		return Token{}, fmt.Errorf("its token: %w", err)
	}
	nonce, err := readNonce(token)
	return Token{DER: token, At: at, Nonce: nonce}, err
}

// readNonce returns the nonce of a verified token: the only integer after the time.
func readNonce(token []byte) (*big.Int, error) {
	m, err := parseCMS(token, oidTSTInfo, 3)
	if err != nil {
		return nil, err
	}
	content, err := m.readContent()
	if err != nil {
		return nil, err
	}
	var fields asn1.RawValue
	if rest, err := asn1.Unmarshal(content, &fields); err != nil || len(rest) > 0 {
		return nil, errCMS
	}
	place := 0
	for rest := fields.Bytes; len(rest) > 0; place++ {
		var field asn1.RawValue
		if rest, err = asn1.Unmarshal(rest, &field); err != nil {
			return nil, errCMS
		}
		if place >= fieldsBeforeAccuracy && field.Class == asn1.ClassUniversal && field.Tag == asn1.TagInteger {
			var nonce *big.Int
			_, err := asn1.Unmarshal(field.FullBytes, &nonce)
			return nonce, err
		}
	}
	return nil, nil //nolint:nilnil // a token without a nonce
}

// fieldsBeforeAccuracy is the number of the required fields of a TSTInfo: version, policy,
// imprint, serial number and time.
const fieldsBeforeAccuracy = 5
