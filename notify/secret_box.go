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

// NewSecretBox returns a SecretBox with an AES-256-GCM key.
func NewSecretBox(key [32]byte) *SecretBox {
	// Neither can fail: 32 bytes is a key size of AES. The standard library generates
	// the nonces, because a repeated one would break GCM.
	block, _ := aes.NewCipher(key[:])
	aead, _ := cipher.NewGCMWithRandomNonce(block)
	return &SecretBox{aead: aead}
}

// EncryptSecret encrypts a secret for one webhook. It cannot be decrypted for another one.
func (b *SecretBox) EncryptSecret(webhook string, secret []byte) []byte {
	return b.aead.Seal(nil, nil, secret, []byte(webhook)) //nolint:gosec // the cipher generates the nonce itself
}

// DecryptSecret decrypts a secret. It fails if the key or the webhook is another one, or if the
// bytes were changed.
func (b *SecretBox) DecryptSecret(webhook string, sealed []byte) ([]byte, error) {
	if b == nil || len(sealed) < b.aead.Overhead() {
		return nil, errSecret
	}
	secret, err := b.aead.Open(nil, nil, sealed, []byte(webhook))
	if err != nil {
		return nil, errSecret
	}
	return secret, nil
}
