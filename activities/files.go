package activities

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"recourse/recovery"
)

// The files of an export.
const (
	DossierFile = "dossier.pdf"
	BagFile     = "bag.zip"
)

// ExportPath is where a file of an export lies under the exports directory. No
// part of it leads out of that directory, whatever the id or name.
func ExportPath(dir string, id recovery.ExportID, name string) string {
	return filepath.Join(dir, filepath.Base(filepath.Clean("/"+string(id))), filepath.Base(filepath.Clean("/"+name)))
}

// draftPattern names files that are not whole yet.
const draftPattern = ".draft-*"

// clearDrafts removes what a build that was killed left behind.
func clearDrafts(dir string) error {
	drafts, err := filepath.Glob(filepath.Join(dir, draftPattern))
	for _, draft := range drafts {
		err = errors.Join(err, missingIsFine(os.Remove(draft)))
	}
	return err
}

// writeFile has fill write a file, which appears under its name only when it is
// whole and on the disk. It gives the hex SHA-256 of the bytes.
func writeFile(path string, fill func(io.Writer) error) (digest string, err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return "", err
	}
	draft, err := os.CreateTemp(filepath.Dir(path), draftPattern)
	if err != nil {
		return "", err
	}
	defer func() { // after the rename there is nothing left to remove
		err = errors.Join(err, missingIsFine(os.Remove(draft.Name())))
	}()
	hash := sha256.New()
	if err := errors.Join(fill(io.MultiWriter(draft, hash)), draft.Sync(), draft.Close()); err != nil {
		return "", err
	}
	if err := os.Rename(draft.Name(), path); err != nil {
		return "", err
	}
	if err := syncDir(filepath.Dir(path)); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

func missingIsFine(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// syncDir makes a rename durable.
func syncDir(dir string) error {
	opened, err := os.Open(dir)
	if err != nil {
		return err
	}
	if err := errors.Join(opened.Sync(), opened.Close()); err != nil {
		return fmt.Errorf("sync %s: %w", dir, err)
	}
	return nil
}

func openFile(path string) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return os.Open(path) }
}
