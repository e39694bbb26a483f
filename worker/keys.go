package worker

import (
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// keySize is that of AES-256.
const keySize = 32

// Key encrypts what Temporal stores. Its ID names it in every payload, so that
// a key may be replaced while old payloads stay readable.
type Key struct {
	id     string
	secret [keySize]byte
}

// ID is the first half of the key's SHA-256 in hex. It tells keys apart and
// says nothing about a random key.
func (k Key) ID() string { return k.id }

// Derive makes a key for another use (RFC 5869), which tells nothing of this one
// nor of that for a third use.
func (k Key) Derive(use string) ([keySize]byte, error) {
	derived, err := hkdf.Key(sha256.New, k.secret[:], nil, use, keySize)
	if err != nil {
		return [keySize]byte{}, fmt.Errorf("key for %s: %w", use, err)
	}
	return [keySize]byte(derived), nil
}

// GenerateKey makes the text of a key file: 64 hex digits and a line end.
func GenerateKey(random io.Reader) (string, error) {
	secret := make([]byte, keySize)
	if _, err := io.ReadFull(random, secret); err != nil {
		return "", fmt.Errorf("payload key: %w", err)
	}
	return hex.EncodeToString(secret) + "\n", nil
}

// ParseKey reads the text of a key file.
func ParseKey(text string) (Key, error) {
	secret, err := hex.DecodeString(strings.TrimSpace(text))
	if err != nil {
		return Key{}, errors.New("payload key: not hexadecimal") // the error would quote the secret
	}
	if len(secret) != keySize {
		return Key{}, fmt.Errorf("payload key: %d bytes, want %d", len(secret), keySize)
	}
	digest := sha256.Sum256(secret)
	return Key{id: hex.EncodeToString(digest[:16]), secret: [keySize]byte(secret)}, nil
}

// LoadKey reads a key file.
func LoadKey(path string) (Key, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return Key{}, fmt.Errorf("payload key: %w", err)
	}
	key, err := ParseKey(string(text))
	if err != nil {
		return Key{}, fmt.Errorf("%s: %w", path, err)
	}
	return key, nil
}
