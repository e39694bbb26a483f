package main

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"recourse/evidence/journal"
)

// signer reads the checkpoint key. In development a missing key is made; in
// production it is the operator's to make and keep.
func signer(c config) (*journal.Signer, error) {
	secret, err := keyFile(c, "checkpoint.key", func() (string, error) {
		return journal.GenerateKey(rand.Reader, "recourse.local")
	})
	if err != nil {
		return nil, err
	}
	return journal.NewSigner(secret)
}

// payloadKey reads the 32-byte key that Temporal's payloads are sealed with.
func payloadKey(c config) ([]byte, error) {
	text, err := keyFile(c, "payload.key", func() (string, error) {
		key := make([]byte, 32)
		_, err := rand.Read(key)
		return hex.EncodeToString(key), err
	})
	if err != nil {
		return nil, err
	}
	key, err := hex.DecodeString(text)
	if err != nil || len(key) != 32 {
		return nil, fmt.Errorf("%s must hold 64 hexadecimal digits", c.path("keys", "payload.key"))
	}
	return key, nil
}

func keyFile(c config, name string, generate func() (string, error)) (string, error) {
	path := c.path("keys", name)
	raw, err := os.ReadFile(path)
	if err == nil {
		return strings.TrimSpace(string(raw)), nil
	}
	if !errors.Is(err, fs.ErrNotExist) || c.Profile == production {
		return "", fmt.Errorf("the key cannot be read: %w", err)
	}
	secret, err := generate()
	if err != nil {
		return "", err
	}
	return secret, writeDurably(path, []byte(secret+"\n"))
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
	if err != nil {
		return errors.Join(err, os.Remove(temp.Name()))
	}
	return nil
}
