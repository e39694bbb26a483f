package playbook

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"recourse/playbook/calendar"
	"recourse/recovery"
)

//go:embed books/*.yaml
var books embed.FS

// Shelf holds every version of the playbook this binary knows. It is immutable
// and safe for concurrent use.
type Shelf struct {
	books    map[string]*Book
	versions []string
}

// Load reads and checks the embedded books. An error names each broken file
// with line and rule id.
func Load() (*Shelf, error) { return LoadFrom(books) }

// LoadFrom reads and checks books/*.yaml of any file tree.
func LoadFrom(tree fs.FS) (*Shelf, error) {
	names, err := fs.Glob(tree, "books/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list the playbooks: %w", err)
	}
	if len(names) == 0 {
		return nil, errors.New("there is no playbook in books/")
	}
	days, err := calendar.China()
	if err != nil {
		return nil, fmt.Errorf("the calendar: %w", err)
	}
	shelf := &Shelf{books: map[string]*Book{}}
	var broken []error
	for _, name := range names {
		data, err := fs.ReadFile(tree, name)
		if err != nil {
			return nil, fmt.Errorf("read the playbook: %w", err)
		}
		book, err := parse(name, data, days)
		if err != nil {
			broken = append(broken, err)
			continue
		}
		shelf.books[book.Version()] = book
		shelf.versions = append(shelf.versions, book.Version())
	}
	if len(broken) > 0 {
		return nil, errors.Join(broken...)
	}
	slices.Sort(shelf.versions)
	return shelf, nil
}

// versionOf is the version a file must declare: its name.
func versionOf(file string) string { return strings.TrimSuffix(path.Base(file), ".yaml") }

// Current is the newest version; new cases are filed under it.
func (s *Shelf) Current() *Book { return s.books[s.versions[len(s.versions)-1]] }

// Book gives the version a case is pinned to. It fails with CodeNotFound.
func (s *Shelf) Book(version string) (*Book, error) {
	book, known := s.books[version]
	if !known {
		return nil, recovery.Faultf(recovery.CodeNotFound, "There is no playbook %q.", version)
	}
	return book, nil
}

// Versions lists all versions, oldest first.
func (s *Shelf) Versions() []string { return slices.Clone(s.versions) }
