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

// Registry holds the versions of the playbook that this binary has. It is immutable
// and safe for concurrent use.
type Registry struct {
	ruleSets map[string]*RuleSet
	releases []release // oldest first
	broken   []BrokenVersion
}

// release is a version's line in books/shelf.yaml.
type release struct {
	Version string `yaml:"version"`
	Share   int    `yaml:"share"`  // percent of new cases
	Digest  string `yaml:"digest"` // of a released version
}

// BrokenVersion is a version with faults, which is not in force. Err names file,
// line and rule of each fault.
type BrokenVersion struct {
	Version string
	Err     error
}

// isForAllCases reports whether every new case may get the version.
func (e release) isForAllCases() bool { return e.Share == 100 }

// Load reads and checks the embedded versions. Errors name file, line and rule.
func Load() (*Registry, error) { return LoadFrom(embedded) }

// LoadFrom reads and checks books/ of a file tree: shelf.yaml, and a folder for
// each version it lists. All must be valid.
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

// EmbeddedFiles returns the files of the embedded versions.
func EmbeddedFiles() fs.FS { return embedded }

// LoadValidFrom leaves out broken versions, which BrokenVersions lists, and keeps
// the others in force. Services start with it. It fails when no valid version is
// open to every new case.
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

// BrokenVersions returns the broken versions, oldest first.
func (s *Registry) BrokenVersions() []BrokenVersion { return slices.Clone(s.broken) }

// ForCase returns the version for a new case: the newest whose rollout share
// includes the id. The same id always gets the same version while the shares are
// unchanged, and a growing share takes no case back.
func (s *Registry) ForCase(id recovery.CaseID) *RuleSet {
	for _, edition := range slices.Backward(s.releases) {
		if rolloutBucket(edition.Version, id) < edition.Share {
			return s.ruleSets[edition.Version]
		}
	}
	return s.Current()
}

// rolloutBucket assigns a case to one of a hundred buckets, differently for each
// version, so that the same people do not test every new version.
func rolloutBucket(version string, id recovery.CaseID) int {
	sum := sha256.Sum256([]byte(version + "\n" + string(id)))
	return int(binary.BigEndian.Uint32(sum[:4]) % 100)
}

// Current returns the newest version that is open to every new case.
func (s *Registry) Current() *RuleSet {
	newest := len(s.releases) - 1
	for !s.releases[newest].isForAllCases() { // loading guarantees one
		newest--
	}
	return s.ruleSets[s.releases[newest].Version]
}

// RuleSet returns the version that a case is pinned to. It fails with CodeNotFound,
// and for a broken version with CodeUnavailable: its cases wait until it is
// repaired.
func (s *Registry) RuleSet(version string) (*RuleSet, error) {
	if book, known := s.ruleSets[version]; known {
		return book, nil
	}
	if slices.ContainsFunc(s.broken, func(r BrokenVersion) bool { return r.Version == version }) {
		return nil, recovery.Faultf(recovery.CodeUnavailable, "The playbook %q has faults and was not loaded. Ask the operator to repair it.", version)
	}
	return nil, recovery.Faultf(recovery.CodeNotFound, "Unknown playbook %q. GET /playbooks lists the versions.", version)
}

// Versions returns all versions, oldest first.
func (s *Registry) Versions() []string {
	names := make([]string, len(s.releases))
	for i, edition := range s.releases {
		names[i] = edition.Version
	}
	return names
}

// RolloutPercent returns the share of new cases that a version gets.
func (s *Registry) RolloutPercent(version string) int {
	for _, edition := range s.releases {
		if edition.Version == version {
			return edition.Share
		}
	}
	return 0
}

// IsReleased reports whether a version is pinned by its digest.
func (s *Registry) IsReleased(version string) bool {
	return slices.ContainsFunc(s.releases, func(e release) bool { return e.Version == version && e.Digest != "" })
}
