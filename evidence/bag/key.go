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

// algEd25519 is the signature type before the key's bytes (C2SP signed-note).
const algEd25519 = 1

// KeyFingerprint is the hex SHA-256 of a verifier key's SPKI form, the one
// `openssl pkey -pubin -outform DER | sha256sum` gives for checkpoint.pem. It
// is what people compare with a fingerprint they got elsewhere.
func KeyFingerprint(vkey string) (string, error) {
	der, err := spki(vkey)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(der)
	return hex.EncodeToString(sum[:]), nil
}

func keyPEM(vkey string) ([]byte, error) {
	der, err := spki(vkey)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), nil
}

// spki reads "name+hash+base64(alg‖key)".
func spki(vkey string) ([]byte, error) {
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

// SealText is what a seal signs: the case and the digest of the tag manifest,
// and through it every file of the bag. Its first line keeps it apart from a
// checkpoint's.
func SealText(id recovery.CaseID, tagManifest []byte) string {
	return journal.SealPrefix + string(id) + "\n" + digest(tagManifest) + "\n"
}
