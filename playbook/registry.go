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
var embedded embed.FS

// Registry holds every version of the playbook this binary knows. It is immutable
// and safe for concurrent use.
type Registry struct {
	ruleSets map[string]*RuleSet
	releases []release // oldest first
	broken   []BrokenVersion
}

// release is one version's line in books/shelf.yaml.
type release struct {
	Version string `yaml:"version"`
	Share   int    `yaml:"share"`  // percent of new cases
	Digest  string `yaml:"digest"` // of a released version
}

// BrokenVersion is a version that is broken and not in force, and why: each fault with
// file, line and rule id.
type BrokenVersion struct {
	Version string
	Err     error
}

// isForAllCases: every new case may be given the version.
func (e release) isForAllCases() bool { return e.Share == 100 }

// Load reads and checks the embedded books. An error names each broken file
// with line and rule id.
func Load() (*Registry, error) { return LoadFrom(embedded) }

// LoadFrom reads and checks books/ of any file tree: shelf.yaml, and a folder for
// each version it lists. All must be sound.
func LoadFrom(tree fs.FS) (*Registry, error) {
	playbooks, err := LoadValidFrom(tree)
	if err != nil {
		return nil, err
	}
	if len(playbooks.broken) > 0 {
		return nil, joinFaults(playbooks.broken)
	}
	return playbooks, nil
}

// EmbeddedFiles are the files of the embedded books.
func EmbeddedFiles() fs.FS { return embedded }

// LoadValidFrom is what a service starts with: a broken version is refused and told by
// Refused, and those before it stay in force. It fails when no sound version is
// there for every new case.
func LoadValidFrom(tree fs.FS) (*Registry, error) {
	days, err := calendar.LoadChina()
	if err != nil {
		return nil, fmt.Errorf("the calendar: %w", err)
	}
	list, err := readVersionList(tree)
	if err != nil {
		return nil, err
	}
	playbooks := &Registry{ruleSets: map[string]*RuleSet{}}
	for _, edition := range list {
		book, err := readRuleSet(tree, edition, days)
		if err != nil {
			playbooks.broken = append(playbooks.broken, BrokenVersion{edition.Version, err})
			continue
		}
		playbooks.ruleSets[edition.Version] = book
		playbooks.releases = append(playbooks.releases, edition)
	}
	if !slices.ContainsFunc(playbooks.releases, release.isForAllCases) {
		return nil, joinFaults(playbooks.broken)
	}
	return playbooks, nil
}

func joinFaults(refused []BrokenVersion) error {
	all := make([]error, len(refused))
	for i, r := range refused {
		all[i] = r.Err
	}
	return errors.Join(all...)
}

// BrokenVersions lists the broken versions, oldest first.
func (s *Registry) BrokenVersions() []BrokenVersion { return slices.Clone(s.broken) }

// ForCase is the version a new case is filed under: the newest whose share admits
// it. The same id is always given the same version while the shares stand, and a
// growing share takes none back.
func (s *Registry) ForCase(id recovery.CaseID) *RuleSet {
	for _, edition := range slices.Backward(s.releases) {
		if rolloutBucket(edition.Version, id) < edition.Share {
			return s.ruleSets[edition.Version]
		}
	}
	return s.Current()
}

// rolloutBucket puts a case into one of a hundred, for each version anew, so that the
// same people do not try every novelty.
func rolloutBucket(version string, id recovery.CaseID) int {
	sum := sha256.Sum256([]byte(version + "\n" + string(id)))
	return int(binary.BigEndian.Uint32(sum[:4]) % 100)
}

// Current is the newest version that every new case may be given.
func (s *Registry) Current() *RuleSet {
	newest := len(s.releases) - 1
	for !s.releases[newest].isForAllCases() { // one is: the shelf was opened
		newest--
	}
	return s.ruleSets[s.releases[newest].Version]
}

// RuleSet gives the version a case is pinned to. It fails with CodeNotFound, and for
// a version that is broken with CodeUnavailable: its cases wait until it is mended.
func (s *Registry) RuleSet(version string) (*RuleSet, error) {
	if book, known := s.ruleSets[version]; known {
		return book, nil
	}
	if slices.ContainsFunc(s.broken, func(r BrokenVersion) bool { return r.Version == version }) {
		return nil, recovery.Faultf(recovery.CodeUnavailable, "The playbook %q is broken and was refused at the start.", version)
	}
	return nil, recovery.Faultf(recovery.CodeNotFound, "There is no playbook %q.", version)
}

// Versions lists all versions, oldest first.
func (s *Registry) Versions() []string {
	names := make([]string, len(s.releases))
	for i, edition := range s.releases {
		names[i] = edition.Version
	}
	return names
}

// RolloutPercent is the percentage of new cases a version is given first refusal of.
func (s *Registry) RolloutPercent(version string) int {
	for _, edition := range s.releases {
		if edition.Version == version {
			return edition.Share
		}
	}
	return 0
}

// IsReleased reports whether a version is sealed by its digest.
func (s *Registry) IsReleased(version string) bool {
	return slices.ContainsFunc(s.releases, func(e release) bool { return e.Version == version && e.Digest != "" })
}
