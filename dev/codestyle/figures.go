package main

import (
	"cmp"
	"fmt"
	"slices"
	"unicode"
)

const (
	longestFunction  = 80  // lines
	longestFile      = 450 // lines
	shortWordLetters = 8   // a one-word name of at most so many letters is counted
)

// place is a position in the tree and why it is listed.
type place struct {
	file string
	line int
	why  string
}

func (p place) String() string { return fmt.Sprintf("%s:%d: %s", p.file, p.line, p.why) }

// figures are the measurements of one package, or of all of them.
type figures struct {
	name         string
	nameLengths  []int // of each function
	shortNames   []place
	commentLines int
	mannered     []place // one for each comment line
	longFuncs    []place
	longFiles    []place
}

func newFigures(name string) *figures { return &figures{name: name} }

func (f *figures) merge(other *figures) {
	f.nameLengths = append(f.nameLengths, other.nameLengths...)
	f.shortNames = append(f.shortNames, other.shortNames...)
	f.commentLines += other.commentLines
	f.mannered = append(f.mannered, other.mannered...)
	f.longFuncs = append(f.longFuncs, other.longFuncs...)
	f.longFiles = append(f.longFiles, other.longFiles...)
}

// medianName returns the median length of the function names, in letters.
func (f *figures) medianName() int {
	if len(f.nameLengths) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(f.nameLengths))
	return sorted[len(sorted)/2]
}

// shortNameShare returns the share of one-word names, in percent.
func (f *figures) shortNameShare() float64 {
	return 100 * float64(len(f.shortNames)) / float64(max(len(f.nameLengths), 1))
}

// manneredShare returns the comment lines with mannered words, per thousand.
func (f *figures) manneredShare() float64 {
	return 1000 * float64(len(f.mannered)) / float64(max(f.commentLines, 1))
}

// places returns everything that counts against a limit, ordered by file and line.
func (f *figures) places() []place {
	all := slices.Concat(f.shortNames, f.mannered, f.longFuncs, f.longFiles)
	slices.SortStableFunc(all, func(a, b place) int {
		return cmp.Or(cmp.Compare(a.file, b.file), cmp.Compare(a.line, b.line))
	})
	return all
}

// isShortWord reports whether a function name is a single word of few letters.
func isShortWord(name string) bool {
	for i, r := range name {
		if i > 0 && !unicode.IsLower(r) {
			return false
		}
	}
	return len(name) <= shortWordLetters
}
