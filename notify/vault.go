package notify

import (
	"crypto/aes"
	"crypto/cipher"
	"errors"
)

// VaultUse names what a key of the installation is derived for here. Stored
// secrets depend on it: never change.
const VaultUse = "recourse/webhook-secrets/v1"

// Vault keeps the secrets of webhooks, so that whoever reads the database cannot
// sign in our name. It is safe for concurrent use.
type Vault struct{ aead cipher.AEAD }

var errVault = errors.New("the secret of the webhook does not open")

// NewVault makes a Vault of a key, with AES-256-GCM.
func NewVault(key [32]byte) *Vault {
	// Neither fails: the key has a size of AES and the cipher is AES. The nonce is
	// drawn by the standard library: a repeated one would break GCM.
	block, _ := aes.NewCipher(key[:])
	aead, _ := cipher.NewGCMWithRandomNonce(block)
	return &Vault{aead: aead}
}

// Seal closes a secret for one webhook: put beside another, it does not open.
func (v *Vault) Seal(webhook string, secret []byte) []byte {
	return v.aead.Seal(nil, nil, secret, []byte(webhook)) //nolint:gosec // nil: the cipher draws its nonce
}

// Open gives a secret back. It fails for what another key or another webhook
// sealed, and for what was altered.
func (v *Vault) Open(webhook string, sealed []byte) ([]byte, error) {
	if v == nil || len(sealed) < v.aead.Overhead() {
		return nil, errVault
	}
	secret, err := v.aead.Open(nil, nil, sealed, []byte(webhook))
	if err != nil {
		return nil, errVault
	}
	return secret, nil
}
