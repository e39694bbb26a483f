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

//go:embed rules/*.yaml masks/*.yaml
var embedded embed.FS

// maxWordLength limits the words of the lists, in characters.
const maxWordLength = 32

// Linter checks texts against a set of rules. It does not change after loading
// and is safe for concurrent use.
type Linter struct {
	version       string
	rules         []ruleDefinition
	variants      map[rune]rune
	standalone    map[rune]bool
	trie          *wordTrie
	listIDs       map[string]int // by {name} of a list, or by a word used in a pattern
	safeLists     [][2]int       // a list, and the list of longer words in which its words are harmless
	listCount     int
	spellings     map[rune][][]rune // other ways to write a character
	quotePatterns []pattern         // phrases that introduce a quotation
	scanners      []scanner
}

// parsedFile is one file of rules after parsing.
type parsedFile struct {
	name    string
	content ruleFile
	lines   []int // line number of each rule
}

// Load parses the embedded rules. Errors name file, line and rule.
func Load() (*Linter, error) {
	rules, err := fs.Sub(embedded, "rules")
	if err != nil {
		return nil, fmt.Errorf("open the rules: %w", err)
	}
	return Parse(rules)
}

// Parse parses and checks all .yaml files of a folder as one set of rules. Each
// list is defined in one file and may be used in all of them.
func Parse(folder fs.FS) (*Linter, error) {
	names, err := fs.Glob(folder, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list the rules: %w", err)
	}
	files, err := readRuleFiles(folder, names)
	if err != nil {
		return nil, err
	}
	l, articles, err := newEngine(files, lintScanners)
	if err != nil {
		return nil, err
	}
	return l, l.compileRules(files, articles)
}

func readRuleFiles(folder fs.FS, names []string) ([]parsedFile, error) {
	files := make([]parsedFile, 0, len(names))
	for _, name := range names {
		file, err := readRuleFile(folder, name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		files = append(files, file)
	}
	return files, nil
}

// readRuleFile reads one file and rejects unknown fields.
func readRuleFile(folder fs.FS, name string) (parsedFile, error) {
	data, err := fs.ReadFile(folder, name)
	if err != nil {
		return parsedFile{}, err
	}
	file := parsedFile{name: name}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decoder.Decode(&file.content); err != nil {
		return parsedFile{}, err
	}
	file.lines, err = ruleLines(data)
	return file, err
}

// ruleLines returns the line number of each rule, for error messages.
func ruleLines(data []byte) ([]int, error) {
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

// newEngine builds a linter without rules from the tables and lists of all files.
// Each step runs over every file before the next one: words need the character
// tables. It also returns the articles of the files.
func newEngine(files []parsedFile, scanners []scanner) (*Linter, map[string]Article, error) {
	l := &Linter{
		variants: map[rune]rune{}, standalone: map[rune]bool{}, trie: newWordTrie(), listIDs: map[string]int{},
		spellings: map[rune][][]rune{}, scanners: scanners,
	}
	for _, s := range scanners {
		l.listIDs[s.list] = l.newListID()
	}
	articles := map[string]Article{}
	for _, step := range []func(ruleFile) error{l.addCharacterTables, l.addLists, l.addSafeLists, l.addQuotePatterns, collectArticles(articles)} {
		for _, f := range files {
			if err := step(f.content); err != nil {
				return nil, nil, fmt.Errorf("%s: %w", f.name, err)
			}
		}
	}
	return l, articles, nil
}

// compileRules checks and compiles all rules. The error lists every invalid rule.
func (l *Linter) compileRules(files []parsedFile, articles map[string]Article) error {
	var errs []error
	for _, f := range files {
		for i := range f.content.Rules {
			r := f.content.Rules[i]
			if err := l.compileRule(&r, articles); err != nil {
				errs = append(errs, fmt.Errorf("%s:%d: rule %s: %w", f.name, f.lines[i], r.ID, err))
			}
			l.rules = append(l.rules, r)
		}
	}
	if l.version == "" || len(l.rules) == 0 {
		errs = append(errs, errors.New("the rules need a version and at least one rule"))
	}
	return errors.Join(append(errs, l.checkRequiredLists())...)
}

// checkRequiredLists returns an error if a list that this package uses is missing.
func (l *Linter) checkRequiredLists() error {
	for _, name := range requiredLists {
		if _, known := l.listIDs["{"+name+"}"]; !known {
			return fmt.Errorf("the list %s is missing", name)
		}
	}
	return nil
}

// Version returns the version of the rules.
func (l *Linter) Version() string { return l.version }

// Rules returns the descriptions of all rules, in the order of the files.
func (l *Linter) Rules() []Rule {
	all := make([]Rule, len(l.rules))
	for i, r := range l.rules {
		all[i] = r.Rule
	}
	return slices.Clip(all)
}
