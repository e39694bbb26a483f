package bag

import (
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"

	"recourse/evidence/journal"
	"recourse/recovery"
)

// algEd25519 is the signature type that precedes the key (C2SP signed note).
const algEd25519 = 1

// KeyFingerprint returns the hex SHA-256 of a verifier key in SPKI form, the same as
// `openssl pkey -pubin -outform DER | sha256sum` prints for checkpoint.pem. Users
// compare it with a fingerprint from another source.
func KeyFingerprint(vkey string) (string, error) {
	der, err := marshalSPKI(vkey)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(der)
	return hex.EncodeToString(sum[:]), nil
}

func encodeKeyPEM(vkey string) ([]byte, error) {
	der, err := marshalSPKI(vkey)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), nil
}

// marshalSPKI converts "name+hash+base64(alg‖key)" to SPKI in DER.
func marshalSPKI(vkey string) ([]byte, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return nil, errors.New("verifier key: not name+hash+key")
	}
	raw, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(raw) != 1+ed25519.PublicKeySize || raw[0] != algEd25519 {
		return nil, errors.New("verifier key: not an Ed25519 key")
	}
	der, err := x509.MarshalPKIXPublicKey(ed25519.PublicKey(raw[1:]))
	if err != nil {
		return nil, fmt.Errorf("verifier key: %w", err)
	}
	return der, nil
}

// SealText returns the text that a seal signs: the case and the digest of the tag
// manifest, which covers every file of the bag. Its first line differs from that of
// a checkpoint, so neither can be used as the other.
func SealText(id recovery.CaseID, tagManifest []byte) string {
	return journal.SealPrefix + string(id) + "\n" + hexDigest(tagManifest) + "\n"
}
