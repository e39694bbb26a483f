package journal

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"recourse/recovery"
)

// Signer signs checkpoints as C2SP signed notes with the installation's Ed25519
// key.
type Signer struct {
	signer note.Signer
	vkey   string
}

// GenerateKey creates a signing key with a name such as "recourse.example/2026".
// The result is secret: store it in a file of mode 0600.
func GenerateKey(random io.Reader, name string) (secret string, err error) {
	skey, _, err := note.GenerateKey(random, name)
	if err != nil {
		return "", fmt.Errorf("signing key: %w", err)
	}
	return skey, nil
}

// NewSigner parses the secret that GenerateKey returned.
func NewSigner(secret string) (*Signer, error) {
	secret = strings.TrimSpace(secret)
	signer, err := note.NewSigner(secret)
	if err != nil {
		return nil, fmt.Errorf("signing key: %w", err)
	}
	public, err := publicKey(secret)
	if err != nil {
		return nil, err
	}
	vkey, err := note.NewEd25519VerifierKey(signer.Name(), public)
	if err != nil {
		return nil, fmt.Errorf("verifier key: %w", err)
	}
	return &Signer{signer: signer, vkey: vkey}, nil
}

// publicKey derives the public half from "PRIVATE+KEY+name+hash+base64(alg‖seed)".
func publicKey(secret string) (ed25519.PublicKey, error) {
	parts := strings.Split(secret, "+")
	raw, err := base64.StdEncoding.DecodeString(strings.Join(parts[4:], "+"))
	if err != nil || len(raw) != 1+ed25519.SeedSize {
		return nil, errors.New("signing key: malformed seed")
	}
	secretKey := ed25519.NewKeyFromSeed(raw[1:])
	return ed25519.PublicKey(secretKey[ed25519.SeedSize:]), nil // RFC 8032: seed, then public key
}

// KeyName returns the name of the key, which every signature line contains.
func (s *Signer) KeyName() string { return s.signer.Name() }

// VerifierKey returns the public key as "name+hash+base64" (C2SP signed note).
func (s *Signer) VerifierKey() string { return s.vkey }

// CheckpointOrigin returns the first line of a case's checkpoints.
func CheckpointOrigin(id recovery.CaseID) string { return "recourse/case/" + string(id) }

// SignCheckpoint signs the origin, size and base64 root of a case's journal.
func (s *Signer) SignCheckpoint(id recovery.CaseID, head *Head) (string, error) {
	text := fmt.Sprintf("%s\n%d\n%s\n", CheckpointOrigin(id), head.Size(), base64.StdEncoding.EncodeToString(head.Root()))
	signed, err := note.Sign(&note.Note{Text: text}, s.signer)
	if err != nil {
		return "", fmt.Errorf("checkpoint: %w", err)
	}
	return string(signed), nil
}
