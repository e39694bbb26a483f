package activities

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// resultFile holds the result of the first complete build. It is stored with the
// files of an export and cannot be downloaded.
const resultFile = "built.json"

// buildResult is what a build adds to the record of an export.
type buildResult struct {
	Pages     int      `json:"pages"`
	Missing   []string `json:"missing"`
	SHA256    string   `json:"sha256"`
	BagSHA256 string   `json:"bag_sha256"`
}

// draftPattern matches folders that are not complete yet.
func draftPattern(id string) string { return ".draft-" + id + "-*" }

// buildOnce creates the files of an export with fill. The folder gets its name
// only when it is complete and on disk. Seals and time stamps differ between
// builds, so the first complete folder is kept and later builds return its result.
func buildOnce(folder string, fill func(dir string) (buildResult, error)) (made buildResult, err error) {
	if made, err = readResult(folder); err == nil || !errors.Is(err, os.ErrNotExist) {
		return made, err
	}
	if err := removeDrafts(folder); err != nil {
		return buildResult{}, err
	}
	if err := os.MkdirAll(filepath.Dir(folder), 0o750); err != nil {
		return buildResult{}, err
	}
	draft, err := os.MkdirTemp(filepath.Dir(folder), draftPattern(filepath.Base(folder)))
	if err != nil {
		return buildResult{}, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(draft)) }() // empty after the rename
	if made, err = fill(draft); err != nil {
		return buildResult{}, err
	}
	_, err = writeFile(filepath.Join(draft, resultFile), func(w io.Writer) error { return json.NewEncoder(w).Encode(made) })
	if err = errors.Join(err, syncDir(draft)); err != nil {
		return buildResult{}, err
	}
	return publish(draft, folder, made)
}

// publish moves a complete folder to its final name. If another build was faster,
// it returns the result of that one.
func publish(draft, folder string, made buildResult) (buildResult, error) {
	err := os.Rename(draft, folder)
	if errors.Is(err, os.ErrExist) {
		return readResult(folder)
	}
	if err != nil {
		return buildResult{}, err
	}
	return made, syncDir(filepath.Dir(folder))
}

func readResult(folder string) (made buildResult, err error) {
	raw, err := os.ReadFile(filepath.Join(folder, resultFile))
	if err != nil {
		return buildResult{}, err
	}
	return made, json.Unmarshal(raw, &made)
}

// removeDrafts deletes the folders of builds that did not complete.
func removeDrafts(folder string) error {
	drafts, err := filepath.Glob(filepath.Join(filepath.Dir(folder), draftPattern(filepath.Base(folder))))
	for _, draft := range drafts {
		err = errors.Join(err, os.RemoveAll(draft))
	}
	return err
}

// writeFile creates or replaces a file with what fill writes. It returns the hex
// SHA-256 of the file once it is on disk.
func writeFile(path string, fill func(io.Writer) error) (digest string, err error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return "", err
	}
	hash := sha256.New()
	if err := errors.Join(fill(io.MultiWriter(file, hash)), file.Sync(), file.Close()); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
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
