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

// builtFile tells what the first build made that came to its end. It lies with
// the files of an export and is not given out.
const builtFile = "built.json"

// built is what becomes of an export's record.
type built struct {
	Pages     int      `json:"pages"`
	Missing   []string `json:"missing"`
	SHA256    string   `json:"sha256"`
	BagSHA256 string   `json:"bag_sha256"`
}

// draftPattern names folders that are not whole yet.
func draftPattern(id string) string { return ".draft-" + id + "-*" }

// buildOnce has fill make the files of an export in a folder, which appears under
// its name only when it is whole and on the disk. A seal and a stamp differ each
// time, so the first folder stays: whoever builds again gets what it tells.
func buildOnce(folder string, fill func(dir string) (built, error)) (made built, err error) {
	if made, err = readBuilt(folder); err == nil || !errors.Is(err, os.ErrNotExist) {
		return made, err
	}
	if err := clearDrafts(folder); err != nil {
		return built{}, err
	}
	if err := os.MkdirAll(filepath.Dir(folder), 0o750); err != nil {
		return built{}, err
	}
	draft, err := os.MkdirTemp(filepath.Dir(folder), draftPattern(filepath.Base(folder)))
	if err != nil {
		return built{}, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(draft)) }() // after the rename there is nothing left
	if made, err = fill(draft); err != nil {
		return built{}, err
	}
	_, err = writeFile(filepath.Join(draft, builtFile), func(w io.Writer) error { return json.NewEncoder(w).Encode(made) })
	if err = errors.Join(err, syncDir(draft)); err != nil {
		return built{}, err
	}
	return publish(draft, folder, made)
}

// publish puts a folder in its place, unless another build was faster: then it
// gives what that one made.
func publish(draft, folder string, made built) (built, error) {
	err := os.Rename(draft, folder)
	if errors.Is(err, os.ErrExist) {
		standing, err := readBuilt(folder)
		if !errors.Is(err, os.ErrNotExist) {
			return standing, err
		}
		// An earlier version left it half built: this one's folders appear whole.
		if err := errors.Join(os.RemoveAll(folder), os.Rename(draft, folder)); err != nil {
			return built{}, err
		}
	} else if err != nil {
		return built{}, err
	}
	return made, syncDir(filepath.Dir(folder))
}

func readBuilt(folder string) (made built, err error) {
	raw, err := os.ReadFile(filepath.Join(folder, builtFile))
	if err != nil {
		return built{}, err
	}
	return made, json.Unmarshal(raw, &made)
}

// clearDrafts removes what builds left behind that did not come to an end.
func clearDrafts(folder string) error {
	drafts, err := filepath.Glob(filepath.Join(filepath.Dir(folder), draftPattern(filepath.Base(folder))))
	for _, draft := range drafts {
		err = errors.Join(err, os.RemoveAll(draft))
	}
	return err
}

// writeFile has fill write a file anew and gives the hex SHA-256 of its bytes,
// once they are on the disk.
func writeFile(path string, fill func(io.Writer) error) (digest string, err error) {
	file, err := os.Create(path)
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
