package notify

import (
	"crypto/aes"
	"crypto/cipher"
	"errors"
)

// SecretBoxUse is the label from which the key for webhook secrets is derived. It
// must not change: stored secrets depend on it.
const SecretBoxUse = "recourse/webhook-secrets/v1"

// SecretBox encrypts the secrets of webhooks, so that a reader of the database cannot
// sign deliveries. It is safe for concurrent use.
type SecretBox struct{ aead cipher.AEAD }

var errSecret = errors.New("the secret of the webhook cannot be decrypted")

// NewSecretBox makes a Vault of a key, with AES-256-GCM.
func NewSecretBox(key [32]byte) *SecretBox {
	// Neither fails: 32 bytes is a key size of AES. The standard library draws the
	// nonce, because a repeated one would break GCM.
	block, _ := aes.NewCipher(key[:])
	aead, _ := cipher.NewGCMWithRandomNonce(block)
	return &SecretBox{aead: aead}
}

// Seal encrypts a secret for one webhook. It cannot be opened for another one.
func (v *SecretBox) Seal(webhook string, secret []byte) []byte {
	return v.aead.Seal(nil, nil, secret, []byte(webhook)) //nolint:gosec // the cipher draws the nonce itself
}

// Open decrypts a secret. It fails if the key or the webhook is another one, or if the
// bytes were changed.
func (v *SecretBox) Open(webhook string, sealed []byte) ([]byte, error) {
	if v == nil || len(sealed) < v.aead.Overhead() {
		return nil, errSecret
	}
	secret, err := v.aead.Open(nil, nil, sealed, []byte(webhook))
	if err != nil {
		return nil, errSecret
	}
	return secret, nil
}
