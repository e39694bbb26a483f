package main

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"recourse/evidence/journal"
	"recourse/worker"
)

// signer reads the checkpoint key, and makes of it the key by which people are
// known again from case to case: of all keys it is the one that is never
// replaced. In development a missing key is made; in production it is the
// operator's to make and keep.
func signer(c config) (s *journal.Signer, marks []byte, err error) {
	secret, err := keyFile(c, "checkpoint.key", func() (string, error) {
		return journal.GenerateKey(rand.Reader, "recourse.local")
	})
	if err != nil {
		return nil, nil, err
	}
	if marks, err = hkdf.Key(sha256.New, []byte(strings.TrimSpace(secret)), nil, "recourse party marks 1", sha256.Size); err != nil {
		return nil, nil, err
	}
	s, err = journal.NewSigner(secret)
	return s, marks, err
}

// payloadKey reads the key that Temporal's payloads are sealed with.
func payloadKey(c config) (worker.Key, error) {
	text, err := keyFile(c, "payload.key", func() (string, error) { return worker.GenerateKey(rand.Reader) })
	if err != nil {
		return worker.Key{}, err
	}
	return worker.ParseKey(text)
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
	if err != nil {
		return errors.Join(err, os.Remove(temp.Name()))
	}
	return nil
}
