package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"recourse/notify"
	"recourse/worker"
)

// payloadKey reads the key that Temporal's payloads are sealed with.
func payloadKey(c config) (worker.Key, error) {
	text, err := keyFile(c, "payload.key", func() (string, error) { return worker.GenerateKey(rand.Reader) })
	if err != nil {
		return worker.Key{}, err
	}
	return worker.ParseKey(text)
}

// vault keeps the secrets of webhooks under a key of their own, made of the
// payload key: an operator has one key less to keep.
func vault(payload worker.Key) (*notify.Vault, error) {
	key, err := payload.DeriveKey(notify.VaultUse)
	if err != nil {
		return nil, err
	}
	return notify.NewVault(key), nil
}

// markKey keys the digests by which people are known again from case to case. It
// is made of the payload key too, which is never replaced.
func markKey(payload worker.Key) ([]byte, error) {
	key, err := payload.DeriveKey("recourse/party-marks/v1")
	return key[:], err
}

func keyFile(c config, name string, generate func() (string, error)) (string, error) {
	path := c.path("keys", name)
	raw, err := os.ReadFile(path)
	if err == nil {
		return string(raw), nil
	}
	if !errors.Is(err, fs.ErrNotExist) || c.Profile == production {
		return "", fmt.Errorf("the key cannot be read: %w", err)
	}
	secret, err := generate()
	if err != nil {
		return "", err
	}
	return secret, writeDurably(path, []byte(secret))
}

// writeDurably puts a small secret file in place whole or not at all: a key
// that signed one checkpoint must not be lost to a power cut.
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
