package lint

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

//go:embed rules/rules.yaml
var embedded embed.FS

const file = "rules/rules.yaml"

// longest is the longest word of a list, in characters.
const longest = 24

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
}

// Load reads and checks the embedded rules. An error names file, line and rule.
func Load() (*Linter, error) {
	data, err := embedded.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the rules: %w", err)
	}
	return Parse(file, data)
}

// Parse reads and checks a file of rules.
func Parse(name string, data []byte) (*Linter, error) {
	var read book
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decoder.Decode(&read); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	linter, err := build(read)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var broken []error
	lines := linesOf(data)
	for i := range linter.rules {
		r := &linter.rules[i]
		if fault := linter.prepare(r, linter.rules[:i]); fault != nil {
			broken = append(broken, fmt.Errorf("%s:%d: rule %s: %w", name, lines[i], r.ID, fault))
		}
	}
	if len(broken) > 0 {
		return nil, errors.Join(broken...)
	}
	return linter, nil
}

// Version names the rules.
func (l *Linter) Version() string { return l.version }

// Rules lists what every rule says about itself, in the order of the file.
func (l *Linter) Rules() []Rule {
	all := make([]Rule, len(l.rules))
	for i, r := range l.rules {
		all[i] = r.Rule
	}
	return all
}

// linesOf gives the line of each rule.
func linesOf(data []byte) []int {
	var root struct {
		Rules []yaml.Node `yaml:"rules"`
	}
	if yaml.Unmarshal(data, &root) != nil {
		return nil
	}
	lines := make([]int, len(root.Rules))
	for i, n := range root.Rules {
		lines[i] = n.Line
	}
	return lines
}

// build makes the lists ready; rules come after them.
func build(read book) (*Linter, error) {
	if read.Version == "" || len(read.Rules) == 0 {
		return nil, errors.New("a file of rules has a version and rules")
	}
	l := &Linter{
		version: read.Version, rules: read.Rules, variants: map[rune]rune{}, alone: map[rune]bool{},
		words: newWords(), numbers: map[string]int{},
	}
	for _, name := range scanned {
		l.numbers[name] = l.next()
	}
	simple := []rune(read.Variants.To)
	if utf8.RuneCountInString(read.Variants.From) != len(simple) {
		return nil, errors.New("variants: from and to are not of one length")
	}
	for i, r := range []rune(read.Variants.From) {
		l.variants[r] = simple[i]
	}
	for _, r := range read.Alone {
		l.alone[r] = true
	}
	return l, l.fill(read)
}

func (l *Linter) fill(read book) error {
	for name, list := range read.Lists {
		l.numbers["{"+name+"}"] = l.next()
		if err := l.add(list, l.numbers["{"+name+"}"]); err != nil {
			return fmt.Errorf("list %s: %w", name, err)
		}
	}
	for _, name := range []string{surnames, plainWords, nameEnds, demands, handlePrefixes, idLabels, bounds} {
		if _, known := l.numbers["{"+name+"}"]; !known {
			return fmt.Errorf("the list %s is missing", name)
		}
	}
	for name, list := range read.Safe {
		guarded, known := l.numbers["{"+name+"}"]
		if !known {
			return fmt.Errorf("safe: there is no list %q", name)
		}
		l.safe = append(l.safe, [2]int{guarded, l.next()})
		if err := l.add(list, l.lists-1); err != nil {
			return fmt.Errorf("safe %s: %w", name, err)
		}
	}
	return nil
}

// next gives the number of a new list.
func (l *Linter) next() int {
	l.lists++
	return l.lists - 1
}

func (l *Linter) add(list []string, number int) error {
	for _, word := range list {
		folded := l.fold(word)
		if len(folded) == 0 || len(folded) > longest {
			return fmt.Errorf("%q is no word of 1 to %d characters", word, longest)
		}
		l.words.add(folded, number)
	}
	return nil
}

// fold writes a word as the tokens of a page would spell it.
func (l *Linter) fold(word string) []rune {
	var folded []rune
	for _, t := range read(word, l.variants).tokens {
		folded = append(folded, t.r)
	}
	return folded
}

// number gives the list of {name}, # and @name, and makes a list of one for a
// word.
func (l *Linter) number(name string) (int, error) {
	if number, known := l.numbers[name]; known {
		return number, nil
	}
	if strings.ContainsAny(name, "{}@#") {
		return 0, fmt.Errorf("there is no list %q", name)
	}
	number := l.next()
	l.numbers[name] = number
	return number, l.add([]string{name}, number)
}

// prepare checks a rule and compiles its patterns and guards.
func (l *Linter) prepare(r *rule, earlier []rule) error {
	if err := r.fault(earlier); err != nil {
		return err
	}
	for _, text := range r.Patterns {
		made, err := compile(text, l.number)
		if err != nil {
			return err
		}
		r.patterns = append(r.patterns, made)
	}
	for _, u := range r.Unless {
		made, err := l.guard(u)
		if err != nil {
			return err
		}
		r.guards = append(r.guards, made)
	}
	return nil
}

func (l *Linter) guard(u unless) (guard, error) {
	made := guard{reach: u.Reach}
	text, named := "", 0
	for i, words := range []string{u.Before, u.After, u.Inside} {
		if words != "" {
			made.side, text, named = side(i), words, named+1
		}
	}
	if named != 1 || u.Reach < 0 || u.Reach > 30 {
		return guard{}, errors.New("an unless names one of before, after and inside, with a reach up to 30")
	}
	lists, err := choice(text, l.number)
	made.lists = lists
	return made, err
}

// fault names what a rule lacks.
func (r *rule) fault(earlier []rule) error {
	switch {
	case r.ID == "":
		return errors.New("a rule has an id")
	case slices.ContainsFunc(earlier, func(e rule) bool { return e.ID == r.ID }):
		return errors.New("the id is used twice")
	case !slices.Contains(Codes, r.Code):
		return fmt.Errorf("there is no code %q", r.Code)
	case r.Severity != Block && r.Severity != Warn:
		return fmt.Errorf("there is no severity %q", r.Severity)
	case (len(r.Patterns) == 0) == (r.Detect == ""):
		return errors.New("a rule has patterns or a detector, not both")
	case r.Detect != "" && detectors[r.Detect] == nil:
		return fmt.Errorf("there is no detector %q", r.Detect)
	default:
		return r.unsaid()
	}
}

// unsaid names what a rule does not tell the sender.
func (r *rule) unsaid() error {
	if r.Why == "" || r.Suggestion == "" || len(r.Articles) == 0 {
		return errors.New("a rule says why, by which article, and how to say it better")
	}
	for _, where := range r.Where {
		if !slices.Contains(Wheres, where) {
			return fmt.Errorf("there is no place %q", where)
		}
	}
	for _, a := range r.Articles {
		if a.Statute == "" || a.Section == "" || a.Edition == "" || !slices.Contains([]string{"V", "S", "R"}, a.Mark) {
			return errors.New("an article is cited with section, edition and mark V, S or R")
		}
	}
	return nil
}
