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

// keySize is the size of an AES-256 key in bytes.
const keySize = 32

// Key encrypts payloads. Each payload names its key by ID, so that a key can be
// replaced while old payloads stay readable.
type Key struct {
	id     string
	secret [keySize]byte
}

// ID returns the first half of the key's SHA-256 in hex. It identifies the key
// without revealing it.
func (k Key) ID() string { return k.id }

// DeriveKey returns an independent key for another use (HKDF, RFC 5869). A derived
// key reveals neither this key nor other derived keys.
func (k Key) DeriveKey(use string) ([keySize]byte, error) {
	derived, err := hkdf.Key(sha256.New, k.secret[:], nil, use, keySize)
	if err != nil {
		return [keySize]byte{}, fmt.Errorf("key for %s: %w", use, err)
	}
	return [keySize]byte(derived), nil
}

// GenerateKey returns the content of a new key file: 64 hex digits and a line end.
func GenerateKey(random io.Reader) (string, error) {
	secret := make([]byte, keySize)
	if _, err := io.ReadFull(random, secret); err != nil {
		return "", fmt.Errorf("payload key: %w", err)
	}
	return hex.EncodeToString(secret) + "\n", nil
}

// ParseKey parses the content of a key file.
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
