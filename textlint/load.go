package textlint

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"go.yaml.in/yaml/v3"
)

//go:embed rules/*.yaml
var embedded embed.FS

// longest is the longest word of a list, in characters.
const longest = 32

// Linter finds what in a text could hurt. It is immutable and safe for
// concurrent use.
type Linter struct {
	version  string
	rules    []rule
	variants map[rune]rune
	alone    map[rune]bool
	words    *words
	numbers  map[string]int // the number of each list, of each word in a pattern
	safe     [][2]int       // a list, and the list of longer words that explain its hits
	lists    int
	spelt    map[rune][][]rune // other ways to write a character, to hide a word
	reported []pattern         // how a quotation of somebody else is announced
}

// sheet is one file of rules, read.
type sheet struct {
	name  string
	book  book
	lines []int // the line of each rule
}

// Load reads and checks the embedded rules. An error names file, line and rule.
func Load() (*Linter, error) {
	rules, err := fs.Sub(embedded, "rules")
	if err != nil {
		return nil, fmt.Errorf("open the rules: %w", err)
	}
	return Parse(rules)
}

// Parse reads and checks all .yaml files of a folder as one set of rules. Each
// list has one file; any file may use it.
func Parse(folder fs.FS) (*Linter, error) {
	names, err := fs.Glob(folder, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list the rules: %w", err)
	}
	sheets := make([]sheet, 0, len(names))
	for _, name := range names {
		read, err := open(folder, name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		sheets = append(sheets, read)
	}
	return assemble(sheets)
}

// open reads one file.
func open(folder fs.FS, name string) (sheet, error) {
	data, err := fs.ReadFile(folder, name)
	if err != nil {
		return sheet{}, err
	}
	read := sheet{name: name}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decoder.Decode(&read.book); err != nil {
		return sheet{}, err
	}
	read.lines, err = linesOf(data)
	return read, err
}

// linesOf gives the line of each rule.
func linesOf(data []byte) ([]int, error) {
	var root struct {
		Rules []yaml.Node `yaml:"rules"`
	}
	if err := yaml.Unmarshal(data, &root); err != nil {
		return nil, err
	}
	lines := make([]int, len(root.Rules))
	for i, n := range root.Rules {
		lines[i] = n.Line
	}
	return lines, nil
}

// assemble makes a linter of all files: first what words are read by, then the
// words, then the rules that name them.
func assemble(sheets []sheet) (*Linter, error) {
	l := &Linter{
		variants: map[rune]rune{}, alone: map[rune]bool{}, words: newWords(), numbers: map[string]int{}, spelt: map[rune][][]rune{},
	}
	for _, name := range scanned {
		l.numbers[name] = l.next()
	}
	articles := map[string]Article{}
	for _, step := range []func(book) error{l.letters, l.fill, l.guardLists, l.quotes, cites(articles)} {
		for _, s := range sheets {
			if err := step(s.book); err != nil {
				return nil, fmt.Errorf("%s: %w", s.name, err)
			}
		}
	}
	return l, l.take(sheets, articles)
}

// take checks and compiles all rules and names every broken one.
func (l *Linter) take(sheets []sheet, articles map[string]Article) error {
	var broken []error
	for _, s := range sheets {
		for i := range s.book.Rules {
			r := s.book.Rules[i]
			if fault := l.prepare(&r, articles); fault != nil {
				broken = append(broken, fmt.Errorf("%s:%d: rule %s: %w", s.name, s.lines[i], r.ID, fault))
			}
			l.rules = append(l.rules, r)
		}
	}
	if l.version == "" || len(l.rules) == 0 {
		broken = append(broken, errors.New("a set of rules has a version and rules"))
	}
	return errors.Join(append(broken, l.missing())...)
}

// missing names a list that the engine itself needs.
func (l *Linter) missing() error {
	for _, name := range needed {
		if _, known := l.numbers["{"+name+"}"]; !known {
			return fmt.Errorf("the list %s is missing", name)
		}
	}
	return nil
}

// Version names the rules.
func (l *Linter) Version() string { return l.version }

// Rules lists what every rule says about itself, in the order of the files.
func (l *Linter) Rules() []Rule {
	all := make([]Rule, len(l.rules))
	for i, r := range l.rules {
		all[i] = r.Rule
	}
	return slices.Clip(all)
}
