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

// Signer signs checkpoints with the installation's Ed25519 key, in the form of
// C2SP signed notes.
type Signer struct {
	signer note.Signer
	vkey   string
}

// GenerateKey makes a new signing key under a name such as
// "recourse.example/2026"; the text is secret and goes to a file of mode 0600.
func GenerateKey(random io.Reader, name string) (secret string, err error) {
	skey, _, err := note.GenerateKey(random, name)
	if err != nil {
		return "", fmt.Errorf("signing key: %w", err)
	}
	return skey, nil
}

// NewSigner reads the text GenerateKey made.
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

// Name is the key's name as it stands on each signature line.
func (s *Signer) Name() string { return s.signer.Name() }

// VerifierKey is the public key in the note form "name+hash+base64".
func (s *Signer) VerifierKey() string { return s.vkey }

// Origin is the first line of a case's checkpoints.
func Origin(id recovery.CaseID) string { return "recourse/case/" + string(id) }

// Checkpoint signs the head of a case's journal: origin, size, base64 root.
func (s *Signer) Checkpoint(id recovery.CaseID, head *Head) (string, error) {
	text := fmt.Sprintf("%s\n%d\n%s\n", Origin(id), head.Size(), base64.StdEncoding.EncodeToString(head.Root()))
	signed, err := note.Sign(&note.Note{Text: text}, s.signer)
	if err != nil {
		return "", fmt.Errorf("checkpoint: %w", err)
	}
	return string(signed), nil
}
