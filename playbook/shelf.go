package playbook

import (
	"crypto/sha256"
	"embed"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"recourse/playbook/calendar"
	"recourse/recovery"
)

//go:embed books
var books embed.FS

// Shelf holds every version of the playbook this binary knows. It is immutable
// and safe for concurrent use.
type Shelf struct {
	books    map[string]*Book
	versions []edition // oldest first
}

// edition is one version's line in books/shelf.yaml.
type edition struct {
	Version string `yaml:"version"`
	Share   int    `yaml:"share"`  // percent of new cases
	Digest  string `yaml:"digest"` // of a released version
}

// Load reads and checks the embedded books. An error names each broken file
// with line and rule id.
func Load() (*Shelf, error) { return LoadFrom(books) }

// LoadFrom reads and checks books/ of any file tree: shelf.yaml, and a folder for
// each version it lists.
func LoadFrom(tree fs.FS) (*Shelf, error) {
	days, err := calendar.China()
	if err != nil {
		return nil, fmt.Errorf("the calendar: %w", err)
	}
	shelf := &Shelf{books: map[string]*Book{}}
	if shelf.versions, err = readShelf(tree); err != nil {
		return nil, err
	}
	var broken []error
	for _, edition := range shelf.versions {
		book, err := readBook(tree, edition, days)
		if err != nil {
			broken = append(broken, err)
			continue
		}
		shelf.books[edition.Version] = book
	}
	if len(broken) > 0 {
		return nil, errors.Join(broken...)
	}
	return shelf, nil
}

// For is the version a new case is filed under: the newest whose share admits
// it. The same id is always given the same version while the shares stand, and a
// growing share takes none back.
func (s *Shelf) For(id recovery.CaseID) *Book {
	for _, edition := range slices.Backward(s.versions) {
		if bucket(edition.Version, id) < edition.Share {
			return s.books[edition.Version]
		}
	}
	return s.Current()
}

// bucket puts a case into one of a hundred, for each version anew, so that the
// same people do not try every novelty.
func bucket(version string, id recovery.CaseID) int {
	sum := sha256.Sum256([]byte(version + "\n" + string(id)))
	return int(binary.BigEndian.Uint32(sum[:4]) % 100)
}

// Current is the newest version that every new case may be given.
func (s *Shelf) Current() *Book {
	for _, edition := range slices.Backward(s.versions) {
		if edition.Share == 100 {
			return s.books[edition.Version]
		}
	}
	return s.books[s.versions[0].Version] // its share is 100: the shelf was checked
}

// Book gives the version a case is pinned to. It fails with CodeNotFound.
func (s *Shelf) Book(version string) (*Book, error) {
	book, known := s.books[version]
	if !known {
		return nil, recovery.Faultf(recovery.CodeNotFound, "There is no playbook %q.", version)
	}
	return book, nil
}

// Versions lists all versions, oldest first.
func (s *Shelf) Versions() []string {
	names := make([]string, len(s.versions))
	for i, edition := range s.versions {
		names[i] = edition.Version
	}
	return names
}

// Share is the percentage of new cases a version is given first refusal of.
func (s *Shelf) Share(version string) int {
	for _, edition := range s.versions {
		if edition.Version == version {
			return edition.Share
		}
	}
	return 0
}

// Released reports whether a version is sealed by its digest.
func (s *Shelf) Released(version string) bool {
	return slices.ContainsFunc(s.versions, func(e edition) bool { return e.Version == version && e.Digest != "" })
}
