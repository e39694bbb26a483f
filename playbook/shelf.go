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
	refused  []Refusal
}

// edition is one version's line in books/shelf.yaml.
type edition struct {
	Version string `yaml:"version"`
	Share   int    `yaml:"share"`  // percent of new cases
	Digest  string `yaml:"digest"` // of a released version
}

// Refusal is a version that is broken and not in force, and why: each fault with
// file, line and rule id.
type Refusal struct {
	Version string
	Fault   error
}

// whole: every new case may be given the version.
func (e edition) whole() bool { return e.Share == 100 }

// Load reads and checks the embedded books. An error names each broken file
// with line and rule id.
func Load() (*Shelf, error) { return LoadFrom(books) }

// LoadFrom reads and checks books/ of any file tree: shelf.yaml, and a folder for
// each version it lists. All must be sound.
func LoadFrom(tree fs.FS) (*Shelf, error) {
	shelf, err := OpenFrom(tree)
	if err != nil {
		return nil, err
	}
	if len(shelf.refused) > 0 {
		return nil, faults(shelf.refused)
	}
	return shelf, nil
}

// Shipped are the files of the embedded books.
func Shipped() fs.FS { return books }

// OpenFrom is what a service starts with: a broken version is refused and told by
// Refused, and those before it stay in force. It fails when no sound version is
// there for every new case.
func OpenFrom(tree fs.FS) (*Shelf, error) {
	days, err := calendar.China()
	if err != nil {
		return nil, fmt.Errorf("the calendar: %w", err)
	}
	list, err := readShelf(tree)
	if err != nil {
		return nil, err
	}
	shelf := &Shelf{books: map[string]*Book{}}
	for _, edition := range list {
		book, err := readBook(tree, edition, days)
		if err != nil {
			shelf.refused = append(shelf.refused, Refusal{edition.Version, err})
			continue
		}
		shelf.books[edition.Version] = book
		shelf.versions = append(shelf.versions, edition)
	}
	if !slices.ContainsFunc(shelf.versions, edition.whole) {
		return nil, faults(shelf.refused)
	}
	return shelf, nil
}

func faults(refused []Refusal) error {
	all := make([]error, len(refused))
	for i, r := range refused {
		all[i] = r.Fault
	}
	return errors.Join(all...)
}

// Refused lists the broken versions, oldest first.
func (s *Shelf) Refused() []Refusal { return slices.Clone(s.refused) }

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
	newest := len(s.versions) - 1
	for !s.versions[newest].whole() { // one is: the shelf was opened
		newest--
	}
	return s.books[s.versions[newest].Version]
}

// Book gives the version a case is pinned to. It fails with CodeNotFound, and for
// a version that is broken with CodeUnavailable: its cases wait until it is mended.
func (s *Shelf) Book(version string) (*Book, error) {
	if book, known := s.books[version]; known {
		return book, nil
	}
	if slices.ContainsFunc(s.refused, func(r Refusal) bool { return r.Version == version }) {
		return nil, recovery.Faultf(recovery.CodeUnavailable, "The playbook %q is broken and was refused at the start.", version)
	}
	return nil, recovery.Faultf(recovery.CodeNotFound, "There is no playbook %q.", version)
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
