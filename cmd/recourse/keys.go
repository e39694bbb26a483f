package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"recourse/evidence/journal"
	"recourse/notify"
	"recourse/worker"
)

// payloadKey reads the key that encrypts Temporal's payloads.
func payloadKey(c config) (worker.Key, error) {
	text, err := loadOrCreateKey(c, "payload.key", generatePayloadKey)
	if err != nil {
		return worker.Key{}, err
	}
	return worker.ParseKey(text)
}

// newVault encrypts the secrets of webhooks. Its key is derived from the payload key,
// so that the operator has one key less to store.
func newVault(payload worker.Key) (*notify.SecretBox, error) {
	key, err := payload.DeriveKey(notify.SecretBoxUse)
	if err != nil {
		return nil, err
	}
	return notify.NewSecretBox(key), nil
}

// deriveMarkKey returns the key of the digests that recognise a person in several
// cases. It is derived from the payload key, which is never replaced.
func deriveMarkKey(payload worker.Key) ([]byte, error) {
	key, err := payload.DeriveKey("recourse/party-marks/v1")
	return key[:], err
}

// deriveFormKey returns the key of forms and sessions, for all processes.
func deriveFormKey(payload worker.Key) ([]byte, error) {
	key, err := payload.DeriveKey("recourse/forms/v1")
	return key[:], err
}

func loadOrCreateKey(c config, name string, generate func() (string, error)) (string, error) {
	path := c.dataPath("keys", name)
	raw, err := os.ReadFile(path)
	if err == nil {
		return string(raw), nil
	}
	if !errors.Is(err, fs.ErrNotExist) || c.Profile == production {
		return "", fmt.Errorf("the key cannot be read: %w", err)
	}
	return createKey(c, name, generate)
}

func createKey(c config, name string, generate func() (string, error)) (string, error) {
	secret, err := generate()
	if err != nil {
		return "", err
	}
	return secret, writeDurably(c.dataPath("keys", name), []byte(secret))
}

// The secrets of the two keys of an installation.
func generatePayloadKey() (string, error)    { return worker.GenerateKey(rand.Reader) }
func generateCheckpointKey() (string, error) { return journal.GenerateKey(rand.Reader, keyName) }

// writeDurably writes a small secret file completely or not at all: a power cut
// must not lose a key that signed a checkpoint.
func writeDurably(path string, content []byte) error {
	temp, err := os.CreateTemp(filepath.Dir(path), ".new-*") // mode 0600
	if err != nil {
		return err
	}
	_, err = temp.Write(content)
	err = errors.Join(err, temp.Sync(), temp.Close())
	if err == nil {
		err = os.Rename(temp.Name(), path)
	}
	if err == nil {
		return syncDir(filepath.Dir(path))
	}
	return errors.Join(err, os.Remove(temp.Name()))
}

func syncDir(dir string) error {
	opened, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(opened.Sync(), opened.Close())
}
